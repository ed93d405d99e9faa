/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_SETTINGS_H__
#define __PUB_SETTINGS_H__

#include "pubfiles.h"
#include "puboptions.h"
#include "pubserver.h"

G_BEGIN_DECLS

/**
 * pub_settings_open:
 * @server: a server that does not listen yet
 * @options: what is wanted
 * @error: return location
 *
 * Sets the server up and lets it listen.
 *
 * Returns: %FALSE with @error at the first thing that is not possible.
 */
gboolean pub_settings_open (PubServer * server, const PubOptions * options,
    GError ** error);

/**
 * pub_settings_change:
 * @server: a server that runs
 * @opened: what pub_settings_open() was told
 * @options: what is wanted now
 * @files: of @options; what is used is taken
 *
 * Changes what can be changed, without the disk.  What is not possible is
 * logged, and stays as it was.
 *
 * Returns: whether everything was possible.
 */
gboolean pub_settings_change (PubServer * server, const PubOptions * opened,
    const PubOptions * options, PubFiles * files);

G_END_DECLS
#endif /* __PUB_SETTINGS_H__ */
