/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __NUMBERED_FILE_H__
#define __NUMBERED_FILE_H__

#include "numbered.h"

G_BEGIN_DECLS

/* Reads a finished file of numbered objects, which @check goes on into: its
 * header against its size and its objects, all of these, and its Simple Index,
 * whose places have to be key frames at their time.  Says what it is and
 * whether that is right. */
gboolean numbered_file_read (const gchar * path, NumberedCheck * check);

G_END_DECLS
#endif /* __NUMBERED_FILE_H__ */
