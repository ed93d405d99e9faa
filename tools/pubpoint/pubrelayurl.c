/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubrelayurl.h"

#include <string.h>

#include "wmspush/wmscredentials.h"

#define URL_FLAGS (G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH \
    | G_URI_FLAGS_ENCODED_QUERY | G_URI_FLAGS_ENCODED_FRAGMENT)

static gboolean
has_known_scheme (GUri * uri)
{
  static const gchar *const schemes[] = { "http", "https", "wmspush",
    "wmspushs", NULL
  };

  return g_strv_contains (schemes, g_uri_get_scheme (uri));
}

/* A server's own URL is that of a folder. */
static gchar *
write_location (GUri * uri)
{
  gchar *text = g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO);
  gchar *with_slash;

  if (*g_uri_get_path (uri) != '\0' || g_uri_get_query (uri) != NULL)
    return text;
  with_slash = g_strconcat (text, "/", NULL);
  g_free (text);
  return with_slash;
}

PubRelayUrl *
pub_relay_url_parse (const gchar * text)
{
  const gchar *equals = *text == '/' ? strchr (text, '=') : NULL;
  const gchar *url = equals ? equals + 1 : text;
  GUri *uri = g_uri_parse (url, URL_FLAGS, NULL);
  PubRelayUrl *self = NULL;

  if (uri != NULL && has_known_scheme (uri) && g_uri_get_host (uri) != NULL
      && *g_uri_get_host (uri) != '\0') {
    self = g_new0 (PubRelayUrl, 1);
    if (equals != NULL)
      self->path = g_strndup (text, equals - text);
    self->location = write_location (uri);
    self->user = g_strdup (g_uri_get_user (uri));
    self->password = g_strdup (g_uri_get_password (uri));
  }
  g_clear_pointer (&uri, g_uri_unref);
  return self;
}

void
pub_relay_url_free (PubRelayUrl * self)
{
  g_free (self->path);
  g_free (self->location);
  wms_free_secret (self->user);
  wms_free_secret (self->password);
  g_free (self);
}

gchar *
pub_relay_url_target (const PubRelayUrl * self, const gchar * path)
{
  gchar *escaped, *target;

  if (self->path != NULL && !g_str_equal (self->path, path))
    return NULL;
  if (self->path != NULL || !g_str_has_suffix (self->location, "/"))
    return g_strdup (self->location);
  escaped =
      g_uri_escape_string (path + 1,
      G_URI_RESERVED_CHARS_SUBCOMPONENT_DELIMITERS "/:@", FALSE);
  target = g_strconcat (self->location, escaped, NULL);
  g_free (escaped);
  return target;
}

/* Whatever it is that has been written wrongly. */
gchar *
pub_relay_url_mask (const gchar * text)
{
  const gchar *at = strrchr (text, '@'), *scheme = strstr (text, "://");

  if (at == NULL)
    return g_strdup (text);
  return g_strdup_printf ("%.*s...%s", scheme != NULL && scheme < at ?
      (gint) (scheme + strlen ("://") - text) : 0, text, at);
}
