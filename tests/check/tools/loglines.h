/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __LOG_LINES_H__
#define __LOG_LINES_H__

#include <glib.h>

G_BEGIN_DECLS

/* From here on the publishing point's log is kept, of all threads.  A warning
 * and what is worse fails the test when it is looked at. */
void log_lines_begin (void);

/* Forgets what has come. */
void log_lines_clear (void);

/* Returns: (transfer full): the lines with that text in them that came since
 * the last log_lines_clear(). */
GPtrArray *log_lines_find (const gchar * text);

G_END_DECLS
#endif /* __LOG_LINES_H__ */
