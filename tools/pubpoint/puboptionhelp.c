/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "puboptions.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "puboptiontable.h"

/* GOption's own help lets lines grow as long as they like. */
#define WIDTH 79
#define TEXT_COLUMN 30

static guint
count_columns (const gchar * text, gsize size)
{
  const gchar *p;
  guint n = 0;

  for (p = text; p < text + size; p = g_utf8_next_char (p))
    n += g_unichar_iswide (g_utf8_get_char (p)) ? 2 : 1;
  return n;
}

/* Returns: bytes of the next piece that is not to be divided: a word and the
 * blank behind it, or one wide character. */
static gsize
next_piece (const gchar * text)
{
  const gchar *p = text;

  if (g_unichar_iswide (g_utf8_get_char (p)))
    return g_utf8_next_char (p) - p;
  while (*p != '\0' && *p != ' ' && !g_unichar_iswide (g_utf8_get_char (p)))
    p = g_utf8_next_char (p);
  return p - text + (*p == ' ' ? 1 : 0);
}

/* Goes on at @column; later lines begin at @indent. */
static void
append_wrapped (GString * help, const gchar * text, guint column, guint indent)
{
  while (*text != '\0') {
    gsize size = next_piece (text);
    gboolean has_blank = text[size - 1] == ' ';
    guint columns = count_columns (text, size);

    if (column + columns - has_blank > WIDTH && column > indent) {
      while (help->str[help->len - 1] == ' ')
        g_string_truncate (help, help->len - 1);
      g_string_append_printf (help, "\n%*s", (gint) indent, "");
      column = indent;
    }
    g_string_append_len (help, text, size);
    column += columns;
    text += size;
  }
  g_string_append_c (help, '\n');
}

static void
append_row (GString * help, const PubOptionRow * row)
{
  GString *name = g_string_new (NULL);
  guint column;

  if (row->heading != NULL)
    g_string_append_printf (help, "\n%s:\n", _(row->heading));
  if (row->letter != 0)
    g_string_append_printf (name, "  -%c, --%s", row->letter, row->name);
  else
    g_string_append_printf (name, "      --%s", row->name);
  if (row->argument != NULL)
    g_string_append_printf (name, "=%s", _(row->argument));
  column = count_columns (name->str, name->len);
  g_string_append (help, name->str);
  if (column + 2 > TEXT_COLUMN) {
    g_string_append_c (help, '\n');
    column = 0;
  }
  g_string_append_printf (help, "%*s", (gint) (TEXT_COLUMN - column), "");
  append_wrapped (help, _(row->text), TEXT_COLUMN, TEXT_COLUMN);
  g_string_free (name, TRUE);
}

gchar *
pub_options_get_help (void)
{
  GString *help = g_string_new (NULL);
  guint i, n_rows;
  const PubOptionRow *rows = pub_option_table (&n_rows);

  g_string_append_printf (help, "%s\n  wms-pubpoint [%s]\n\n", _("Usage:"),
      _("OPTION..."));
  append_wrapped (help,
      _("A publishing point: takes Windows Media streams that encoders push"
          " over HTTP and serves them to players."), 0, 0);
  for (i = 0; i < n_rows; i++)
    append_row (help, &rows[i]);
  g_string_append_c (help, '\n');
  append_wrapped (help, _("NAME, PATH, NETWORK and URL may be given more than"
          " once. In the options file each option stands under [server]"
          " without its dashes, with lists divided by semicolons. SIGHUP lets"
          " it be read again. More is in wms-pubpoint(1)."), 0, 0);
  return g_string_free (help, FALSE);
}
