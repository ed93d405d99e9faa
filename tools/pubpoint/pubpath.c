/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubpath.h"

#include <string.h>

static gboolean
has_dot_segment (const gchar * path)
{
  const gchar *segment;

  for (segment = path; segment != NULL; segment = strchr (segment, '/')) {
    gsize length;

    segment++;
    length = strcspn (segment, "/");
    if ((length == 1 && segment[0] == '.')
        || (length == 2 && segment[0] == '.' && segment[1] == '.'))
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_control (const gchar * path)
{
  for (; *path != '\0'; path = g_utf8_next_char (path)) {
    if (g_unichar_iscntrl (g_utf8_get_char (path)))
      return TRUE;
  }
  return FALSE;
}

static const gchar *
find_fault (const gchar * path)
{
  if (path == NULL)
    return "bad percent-encoding in the path";
  if (!g_utf8_validate (path, -1, NULL))
    return "the path is not UTF-8";
  if (has_control (path))
    return "control characters in the path";
  if (has_dot_segment (path))
    return "dots for a segment of the path";
  if (strlen (path) > PUB_PATH_MAX)
    return "the path is too long";
  return NULL;
}

gchar *
pub_path_decode (const gchar * raw, const gchar ** why)
{
  gchar *path;

  *why = "the path is too long";
  if (strlen (raw) > (gsize) 3 * PUB_PATH_MAX)
    return NULL;
  *why = "the path does not begin with a slash";
  if (raw[0] != '/')
    return NULL;
  path = g_uri_unescape_string (raw, NULL);
  *why = find_fault (path);
  if (*why != NULL)
    g_clear_pointer (&path, g_free);
  return path;
}

gboolean
pub_path_is_page (const gchar * path)
{
  static const gchar *const pages[] = { "/", "/status.json", "/metrics",
    "/admin", "/favicon.ico", NULL
  };

  return g_strv_contains (pages, path) || g_str_has_prefix (path, "/admin/")
      || g_str_has_prefix (path, "/page/");
}

gboolean
pub_path_is_reserved (const gchar * path)
{
  return pub_path_is_page (path) || g_str_has_suffix (path, ".asx");
}
