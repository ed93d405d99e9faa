/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "publogwriter.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MAX_MESSAGE 4096

static gint wanted_level = G_LOG_LEVEL_MESSAGE; /* atomic */
static gboolean is_journal;     /* written before the writer is installed */

static const gchar *
level_name (GLogLevelFlags level)
{
  switch (level & G_LOG_LEVEL_MASK) {
    case G_LOG_LEVEL_WARNING:
      return "warning";
    case G_LOG_LEVEL_MESSAGE:
      return "message";
    case G_LOG_LEVEL_INFO:
      return "info";
    case G_LOG_LEVEL_DEBUG:
      return "debug";
    default:
      return "error";
  }
}

/* One line, whatever came from outside: no second line that somebody else
 * wrote, nothing that a terminal obeys. */
static void
append_clean (GString * line, const gchar * message)
{
  gchar *valid = g_utf8_make_valid (message, strnlen (message, MAX_MESSAGE));
  const gchar *p;

  for (p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (c == '\n')
      g_string_append (line, "\\n");
    else if (g_unichar_isprint (c))
      g_string_append_unichar (line, c);
    else
      g_string_append_printf (line, "\\u%04x", c);
  }
  g_free (valid);
}

gchar *
pub_log_writer_format (GLogLevelFlags level, const gchar * message)
{
  GString *line = g_string_new (NULL);
  GDateTime *now = g_date_time_new_now_local ();
  gchar *date = g_date_time_format (now, "%Y-%m-%d %H:%M:%S");

  g_string_append_printf (line, "%s.%03d %s: ", date,
      g_date_time_get_microsecond (now) / 1000, level_name (level));
  append_clean (line, message);
  g_string_append_c (line, '\n');
  g_free (date);
  g_date_time_unref (now);
  return g_string_free (line, FALSE);
}

static const gchar *
find_field (const GLogField * fields, gsize n_fields, const gchar * key)
{
  gsize i;

  for (i = 0; i < n_fields; i++) {
    if (g_str_equal (fields[i].key, key) && fields[i].length < 0)
      return fields[i].value;
  }
  return "";
}

/* Single writes of whole lines do not mix, whichever thread they come from. */
static void
write_line (const gchar * line)
{
  gsize left = strlen (line);

  while (left > 0) {
    gssize n = write (STDERR_FILENO, line, left);

    if (n < 0 && errno != EINTR)
      return;
    line += MAX (n, 0);
    left -= MAX (n, 0);
  }
}

static GLogWriterOutput
write_journal (GLogLevelFlags level, const GLogField * fields, gsize n_fields,
    const gchar * message)
{
  GString *clean = g_string_new (NULL);
  GLogField *copy = g_memdup2 (fields, n_fields * sizeof (*fields));
  GLogWriterOutput output;
  gsize i;

  append_clean (clean, message);
  for (i = 0; i < n_fields; i++) {
    if (g_str_equal (copy[i].key, "MESSAGE"))
      copy[i] = (GLogField) {
      "MESSAGE", clean->str, -1};
  }
  output = g_log_writer_journald (level, copy, n_fields, NULL);
  g_free (copy);
  g_string_free (clean, TRUE);
  return output;
}

static GLogWriterOutput
write_entry (GLogLevelFlags level, const GLogField * fields, gsize n_fields,
    gpointer data)
{
  const gchar *message = find_field (fields, n_fields, "MESSAGE");
  const gchar *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  GLogLevelFlags wanted = g_atomic_int_get (&wanted_level);
  gchar *line;

  if (!g_str_equal (domain, G_LOG_DOMAIN))
    wanted = MIN (wanted, G_LOG_LEVEL_MESSAGE);
  /* levels are bits: what is more important is less */
  if ((level & G_LOG_LEVEL_MASK) > wanted)
    return G_LOG_WRITER_HANDLED;
  if (is_journal && write_journal (level, fields, n_fields, message)
      == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  line = pub_log_writer_format (level, message);
  write_line (line);
  g_free (line);
  return G_LOG_WRITER_HANDLED;
}

void
pub_log_writer_install (void)
{
  is_journal = g_log_writer_is_journald (STDERR_FILENO);
  g_log_set_writer_func (write_entry, NULL, NULL);
}

void
pub_log_writer_set_level (GLogLevelFlags level)
{
  g_atomic_int_set (&wanted_level, level);
}
