/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_ENCODER_H__
#define __PUB_ENCODER_H__

#include "pubroute.h"

G_BEGIN_DECLS

/* Whether it is a PushSetup, or a PushStart ([MS-WMHTTP] 2.2.1.1). */
gboolean pub_encoder_is_setup (PubRequest * request);
gboolean pub_encoder_is_start (PubRequest * request);

/* PushSetup that has come whole ([MS-WMHTTP] 3.2.5.1). */
void pub_encoder_setup (PubRequest * request);

/* PushStart whose head has come ([MS-WMHTTP] 3.2.5.2). */
void pub_encoder_start (PubRequest * request);

/**
 * pub_encoder_find_point:
 * @path: decoded
 * @template_path: (nullable): of Template-URL
 * @spared: as in pub_server_make_point()
 * @status: (out): what refuses it
 * @why: (out): in words
 *
 * Finds the point of an encoder or a player, or makes it where that is allowed
 * (S6; [MS-WMHTTP] 2.2.2.1.1).
 *
 * Returns: (nullable): the point.
 */
PubPoint *pub_encoder_find_point (PubServer * self, const gchar * path,
    const gchar * template_path, PubPointUse spared, guint * status,
    const gchar ** why);

G_END_DECLS
#endif /* __PUB_ENCODER_H__ */
