/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RECORD_NAME_H__
#define __PUB_RECORD_NAME_H__

#include <glib.h>

G_BEGIN_DECLS

/* Tries of one second. */
#define PUB_RECORD_NAMES 1000

/**
 * pub_record_name:
 * @path: of the publishing point; anything at all
 * @time: when the file begins
 * @number: 1 for the first try, then up to %PUB_RECORD_NAMES
 *
 * Returns: (transfer full): a file name, no path: letters, marks and digits
 *     of @path, in UTF-8, with underscores for all else, and the time in UTC,
 *     as in "live_one-20261121T180102Z.asf"; from the second try on "-2" and
 *     so on before the suffix.  It does not begin with a point or a hyphen and
 *     has at most 200 bytes.
 */
gchar *pub_record_name (const gchar * path, GDateTime * time, guint number);

G_END_DECLS
#endif /* __PUB_RECORD_NAME_H__ */
