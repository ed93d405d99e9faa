/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* HTTP Digest: RFC 7616, section 3.4, and RFC 2617 for servers that send no
 * qop.  In its words: A1, A2, KD. */
#include "wmspush/wmsdigest.h"

#include <string.h>

typedef struct
{
  const gchar *name;
  GChecksumType type;
  gboolean is_session;
} Algorithm;

static const Algorithm algorithms[] = {
  {"MD5", G_CHECKSUM_MD5, FALSE},
  {"MD5-sess", G_CHECKSUM_MD5, TRUE},
  {"SHA-256", G_CHECKSUM_SHA256, FALSE},
  {"SHA-256-sess", G_CHECKSUM_SHA256, TRUE},
};

static const Algorithm *
find_algorithm (const WmsChallenge * challenge)
{
  const gchar *name = wms_challenge_get (challenge, "algorithm");
  gsize i;

  if (name == NULL)
    return &algorithms[0];
  for (i = 0; i < G_N_ELEMENTS (algorithms); i++) {
    if (g_ascii_strcasecmp (name, algorithms[i].name) == 0)
      return &algorithms[i];
  }
  return NULL;
}

/* qop-options is a list inside of a quoted string. */
static gboolean
has_qop_auth (const gchar * qop)
{
  g_auto (GStrv) options = g_strsplit_set (qop, ", \t", -1);
  guint i;

  for (i = 0; options[i] != NULL; i++) {
    if (g_ascii_strcasecmp (options[i], "auth") == 0)
      return TRUE;
  }
  return FALSE;
}

/* Response and answer are made of these as they were sent; where that is no
 * UTF-8, libsoup has put U+FFFD in its place. */
static gboolean
is_as_sent (const WmsChallenge * challenge, const gchar * name)
{
  const gchar *value = wms_challenge_get (challenge, name);

  return value == NULL || strstr (value, "\357\277\275") == NULL;
}

gboolean
wms_digest_is_usable (const WmsChallenge * challenge)
{
  const gchar *qop = wms_challenge_get (challenge, "qop");

  return find_algorithm (challenge) != NULL
      && wms_challenge_get (challenge, "realm") != NULL
      && wms_challenge_get (challenge, "nonce") != NULL
      && (qop == NULL || has_qop_auth (qop))
      && is_as_sent (challenge, "realm") && is_as_sent (challenge, "nonce")
      && is_as_sent (challenge, "opaque");
}

gchar *
wms_digest_hash (GChecksumType type, const gchar * const *parts)
{
  GChecksum *checksum = g_checksum_new (type);
  const gchar *colon = "";
  gchar *result;
  guint i;

  for (i = 0; parts[i] != NULL; i++) {
    g_checksum_update (checksum, (const guchar *) colon, -1);
    g_checksum_update (checksum, (const guchar *) parts[i], -1);
    colon = ":";
  }
  result = g_strdup (g_checksum_get_string (checksum));
  g_checksum_free (checksum);
  return result;
}

static gchar *
make_a1 (const WmsChallenge * challenge, const Algorithm * algorithm,
    const WmsCredentials * credentials, const gchar * cnonce)
{
  gchar *secret =
      wms_digest_hash (algorithm->type, WMS_DIGEST_PARTS (credentials->user,
          wms_challenge_get (challenge, "realm"), credentials->password));
  gchar *session;

  if (!algorithm->is_session)
    return secret;
  session =
      wms_digest_hash (algorithm->type, WMS_DIGEST_PARTS (secret,
          wms_challenge_get (challenge, "nonce"), cnonce));
  wms_free_secret (secret);
  return session;
}

static void
append_quoted (GString * text, const gchar * name, const gchar * value)
{
  g_string_append_printf (text, ", %s=\"%s\"", name, value);
}

/* The user's name is ours, so its quotes are escaped here; or it is hidden
 * (RFC 7616, section 3.4.4). */
static void
append_user (GString * text, const WmsChallenge * challenge,
    const Algorithm * algorithm, const gchar * user)
{
  const gchar *wants_hash = wms_challenge_get (challenge, "userhash");
  g_autofree gchar *hidden = NULL;
  const gchar *p;

  g_string_append (text, "username=\"");
  if (g_ascii_strcasecmp (wants_hash != NULL ? wants_hash : "", "true") == 0) {
    hidden =
        wms_digest_hash (algorithm->type, WMS_DIGEST_PARTS (user,
            wms_challenge_get (challenge, "realm")));
    g_string_append_printf (text, "%s\", userhash=true", hidden);
    return;
  }
  for (p = user; *p != '\0'; p++) {
    if (g_ascii_iscntrl (*p))
      continue;
    if (*p == '"' || *p == '\\')
      g_string_append_c (text, '\\');
    g_string_append_c (text, *p);
  }
  g_string_append_c (text, '"');
}

gchar *
wms_digest_authorize (const WmsChallenge * challenge,
    const WmsCredentials * credentials, const WmsDigestRequest * request)
{
  const Algorithm *algorithm = find_algorithm (challenge);
  const gchar *nonce = wms_challenge_get (challenge, "nonce");
  gboolean has_qop = wms_challenge_get (challenge, "qop") != NULL;
  g_autofree gchar *a2 = NULL;
  g_autofree gchar *count = g_strdup_printf ("%08x", request->count);
  g_autofree gchar *response = NULL;
  gchar *a1;
  GString *text;

  g_return_val_if_fail (algorithm != NULL, NULL);
  a1 = make_a1 (challenge, algorithm, credentials, request->cnonce);
  a2 = wms_digest_hash (algorithm->type, WMS_DIGEST_PARTS (request->method,
          request->uri));
  text = g_string_new ("Digest ");
  response =
      has_qop ? wms_digest_hash (algorithm->type, WMS_DIGEST_PARTS (a1, nonce,
          count, request->cnonce, "auth",
          a2)) : wms_digest_hash (algorithm->type, WMS_DIGEST_PARTS (a1, nonce,
          a2));
  wms_free_secret (a1);
  append_user (text, challenge, algorithm, credentials->user);
  append_quoted (text, "realm", wms_challenge_get (challenge, "realm"));
  append_quoted (text, "nonce", nonce);
  append_quoted (text, "uri", request->uri);
  append_quoted (text, "response", response);
  if (wms_challenge_get (challenge, "algorithm") != NULL)
    g_string_append_printf (text, ", algorithm=%s", algorithm->name);
  if (has_qop || algorithm->is_session)
    append_quoted (text, "cnonce", request->cnonce);
  if (has_qop)
    g_string_append_printf (text, ", qop=auth, nc=%s", count);
  if (wms_challenge_get (challenge, "opaque") != NULL)
    append_quoted (text, "opaque", wms_challenge_get (challenge, "opaque"));
  return g_string_free (text, FALSE);
}
