/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_LOG_WRITER_H__
#define __PUB_LOG_WRITER_H__

#include <glib.h>

G_BEGIN_DECLS

/* Lets everything that is logged from now on, by any thread, be one line of
 * standard error, with date and level, or one entry of the journal where that
 * is what standard error leads to.  To be called once. */
void pub_log_writer_install (void);

/* What is less important than @level is not logged; of other libraries, what
 * is no message.  A message at first. */
void pub_log_writer_set_level (GLogLevelFlags level);

/* Returns: (transfer full): the line for @message, its end included. */
gchar *pub_log_writer_format (GLogLevelFlags level, const gchar * message);

G_END_DECLS
#endif /* __PUB_LOG_WRITER_H__ */
