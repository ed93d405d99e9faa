/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubrecordname.h"

#include <string.h>

/* Bytes of the part that comes from the path. */
#define MAX_STEM 160

static gboolean
is_kept (gunichar c, gboolean is_first)
{
  if (c < 0x80)
    return g_ascii_isalnum (c) || c == '_'
        || (!is_first && (c == '-' || c == '.'));
  return g_unichar_isalnum (c) || (!is_first && g_unichar_ismark (c));
}

/* Combined letters as one, so that the same path has the same name whoever
 * typed it.  What is no UTF-8 becomes U+FFFD first. */
static gchar *
make_stem (const gchar * path)
{
  gchar *valid = g_utf8_make_valid (path, -1);
  gchar *normal = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
  GString *stem = g_string_new (NULL);
  const gchar *at;

  for (at = normal + (*normal == '/' ? 1 : 0); *at; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);

    if (stem->len + 6 > MAX_STEM)
      break;
    if (is_kept (c, stem->len == 0))
      g_string_append_unichar (stem, c);
    else
      g_string_append_c (stem, '_');
  }
  if (stem->len == 0)
    g_string_append (stem, "point");
  g_free (normal);
  g_free (valid);
  return g_string_free (stem, FALSE);
}

gchar *
pub_record_name (const gchar * path, GDateTime * time, guint number)
{
  gchar *stem = make_stem (path);
  GDateTime *utc = g_date_time_to_utc (time);
  gchar *stamp = g_date_time_format (utc, "%Y%m%dT%H%M%SZ");
  gchar *name = number < 2 ? g_strdup_printf ("%s-%s.asf", stem, stamp)
      : g_strdup_printf ("%s-%s-%u.asf", stem, stamp, number);

  g_free (stamp);
  g_date_time_unref (utc);
  g_free (stem);
  return name;
}
