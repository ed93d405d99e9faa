/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmsanswer.h"

#include <string.h>

#include "wmspush/wmsuri.h"

gboolean
wms_answer_is_publishing_point (const gchar * server)
{
  static const gchar *const tokens[] = { "Cougar", "Rex" };
  gsize i;

  for (i = 0; server != NULL && i < G_N_ELEMENTS (tokens); i++) {
    gsize n = strlen (tokens[i]);

    if (g_ascii_strncasecmp (server, tokens[i], n) == 0
        && (server[n] == '\0' || server[n] == '/' || server[n] == ' '))
      return TRUE;
  }
  return FALSE;
}

static gboolean
may_go_to (const gchar * from_scheme, GUri * target)
{
  const gchar *scheme = g_uri_get_scheme (target);

  if (!wms_uri_has_plain_host (target) || g_uri_get_userinfo (target) != NULL)
    return FALSE;
  return strcmp (scheme, "https") == 0
      || (strcmp (scheme, "http") == 0 && strcmp (from_scheme, "http") == 0);
}

GUri *
wms_answer_find_target (GUri * from, const gchar * location)
{
  g_autoptr (GUri) target = NULL;
  g_autofree gchar *escaped = NULL;

  if (location == NULL)
    return NULL;
  escaped = wms_uri_escape (location);
  target = g_uri_parse_relative (from, escaped, WMS_URI_FLAGS, NULL);
  if (target == NULL || !may_go_to (g_uri_get_scheme (from), target))
    return NULL;
  return g_steal_pointer (&target);
}
