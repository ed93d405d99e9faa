/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_MOUNTS_H__
#define __TEST_MOUNTS_H__

#include <glib.h>

G_BEGIN_DECLS

/* Gives this thread, and those that it starts, mounts that nobody else sees,
 * in a chroot too; tests/own-mounts is the same for commands.
 *
 * Returns: FALSE, with errno, where that cannot be */
gboolean test_mounts_enter (void);

G_END_DECLS

#endif /* __TEST_MOUNTS_H__ */
