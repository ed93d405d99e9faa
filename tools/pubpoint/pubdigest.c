/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubdigest.h"

#include <string.h>

#include <libsoup/soup.h>

#include "pubrequest.h"
#include "wmspush/wmsdigest.h"

#define HASH_DIGITS 32

struct _PubDigest
{
  GHashTable *params;
  guint32 count;
};

static const gchar *
get (PubDigest * self, const gchar * name)
{
  return g_hash_table_lookup (self->params, name);
}

/* nc is "exactly 8 hexadecimal digits"; clients have sent fewer. */
static gboolean
parse_count (const gchar * text, guint32 * count)
{
  gsize i;

  for (i = 0; g_ascii_isxdigit (text[i]); i++);
  *count = g_ascii_strtoull (text, NULL, 16);
  return i >= 1 && i <= 8 && text[i] == '\0' && *count > 0;
}

static gboolean
is_usable (PubDigest * self)
{
  static const gchar *const needed[] = { "username", "realm", "nonce", "uri",
    "response"
  };
  const gchar *algorithm = get (self, "algorithm"), *qop = get (self, "qop");
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (needed); i++) {
    if (get (self, needed[i]) == NULL)
      return FALSE;
  }
  if (algorithm != NULL && g_ascii_strcasecmp (algorithm, "MD5") != 0)
    return FALSE;
  if (strlen (get (self, "response")) != HASH_DIGITS)
    return FALSE;
  self->count = 1;
  return qop == NULL || (g_ascii_strcasecmp (qop, "auth") == 0
      && get (self, "cnonce") != NULL && get (self, "nc") != NULL
      && parse_count (get (self, "nc"), &self->count));
}

PubDigest *
pub_digest_parse (const gchar * params)
{
  PubDigest *self;
  GHashTable *table = soup_header_parse_param_list_strict (params);

  if (table == NULL)
    return NULL;
  self = g_new0 (PubDigest, 1);
  self->params = table;
  if (!is_usable (self))
    g_clear_pointer (&self, pub_digest_free);
  return self;
}

void
pub_digest_free (PubDigest * self)
{
  if (self == NULL)
    return;
  soup_header_free_param_list (self->params);
  g_free (self);
}

const gchar *
pub_digest_get_user (PubDigest * self)
{
  return get (self, "username");
}

const gchar *
pub_digest_get_nonce (PubDigest * self)
{
  return get (self, "nonce");
}

guint32
pub_digest_get_count (PubDigest * self)
{
  return self->count;
}

static gchar *
path_and_query (GUri * uri)
{
  const gchar *path = g_uri_get_path (uri), *query = g_uri_get_query (uri);

  return g_strconcat (*path != '\0' ? path : "/", query ? "?" : NULL, query,
      NULL);
}

static gboolean
equal_unescaped (const gchar * one, const gchar * other)
{
  gchar *a = g_uri_unescape_string (one, NULL);
  gchar *b = g_uri_unescape_string (other, NULL);
  gboolean is_equal = g_str_equal (one, other)
      || (a != NULL && g_strcmp0 (a, b) == 0);

  g_free (a);
  g_free (b);
  return is_equal;
}

/* RFC 7616, 3.4.6: the request line may have been changed by a proxy, from
 * http://host/path to /path, or in its escapes. */
static gboolean
is_for (PubDigest * self, GUri * target)
{
  const gchar *text = get (self, "uri");
  gchar *asked = path_and_query (target), *said = NULL;
  gboolean is_same;

  if (text[0] == '*' && text[1] == '\0') {
    said = g_strdup ("/");
  } else if (text[0] != '/') {
    GUri *uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);

    if (uri != NULL) {
      said = path_and_query (uri);
      g_uri_unref (uri);
    }
  }
  is_same = equal_unescaped (said ? said : text, asked);
  g_free (said);
  g_free (asked);
  return is_same;
}

gboolean
pub_digest_matches (PubDigest * self, const gchar * realm,
    const gchar * method, GUri * target, const gchar * ha1)
{
  const gchar *nonce = get (self, "nonce"), *qop = get (self, "qop");
  gchar *ha2 =
      wms_digest_hash (G_CHECKSUM_MD5, WMS_DIGEST_PARTS (method, get (self,
              "uri")));
  gchar *right, *response = g_ascii_strdown (get (self, "response"), -1);
  gboolean is_right;

  if (qop == NULL)
    right =
        wms_digest_hash (G_CHECKSUM_MD5, WMS_DIGEST_PARTS (ha1, nonce, ha2));
  else
    right =
        wms_digest_hash (G_CHECKSUM_MD5, WMS_DIGEST_PARTS (ha1, nonce,
            get (self, "nc"), get (self, "cnonce"), qop, ha2));
  is_right = pub_id_equal (right, response)
      && g_str_equal (get (self, "realm"), realm) && is_for (self, target);
  g_free (right);
  g_free (response);
  g_free (ha2);
  return is_right;
}
