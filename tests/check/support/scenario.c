/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenario.h"

#include <string.h>

#define SUFFIX ".txt"

static void
free_line (gpointer data)
{
  ScenarioLine *line = data;

  g_free (line->who);
  g_free (line->what);
  g_free (line);
}

static ScenarioLine *
parse_line (const gchar * text, guint number)
{
  const gchar *colon = strstr (text, ": ");
  ScenarioLine *line;

  if (colon == NULL)
    return NULL;
  line = g_new (ScenarioLine, 1);
  line->number = number;
  line->who = g_strndup (text, colon - text);
  line->what = g_strstrip (g_strdup (colon + 2));
  return line;
}

GPtrArray *
scenario_read (const gchar * folder, const gchar * name)
{
  g_autofree gchar *file = g_strconcat (name, SUFFIX, NULL);
  g_autofree gchar *path = g_build_filename (folder, file, NULL);
  g_autofree gchar *contents = NULL;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (free_line);
  g_auto (GStrv) texts = NULL;
  guint i;

  if (!g_file_get_contents (path, &contents, NULL, NULL)) {
    g_printerr ("%s cannot be read\n", path);
    return NULL;
  }
  texts = g_strsplit (contents, "\n", -1);
  for (i = 0; texts[i] != NULL; i++) {
    ScenarioLine *line;

    if (*texts[i] == '\0' || *texts[i] == '#')
      continue;
    line = parse_line (texts[i], i + 1);
    if (line == NULL) {
      g_printerr ("%s:%u: not WHO: WHAT\n", path, i + 1);
      return NULL;
    }
    g_ptr_array_add (lines, line);
  }
  return g_steal_pointer (&lines);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar **) a, *(const gchar **) b);
}

gchar *
scenario_list (const gchar * folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *file;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL) {
    if (g_str_has_suffix (file, SUFFIX))
      g_ptr_array_add (names, g_strndup (file, strlen (file)
              - strlen (SUFFIX)));
  }
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return g_strjoinv ("\n", (gchar **) names->pdata);
}
