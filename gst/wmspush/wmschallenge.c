/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* challenge = auth-scheme [ 1*SP ( token68 / #auth-param ) ], RFC 9110,
 * section 11.3.  A comma stands between parameters and between challenges, so
 * a word is a scheme when no equals sign follows it. */
#include "wmspush/wmschallenge.h"

#include <string.h>

#define TOKEN_CHARS "!#$%&'*+-.^_`|~0123456789" \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TOKEN68_CHARS "-._~+/0123456789" \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define BLANKS " \t"

static WmsChallenge *
challenge_new (gchar * scheme)
{
  WmsChallenge *self = g_new0 (WmsChallenge, 1);

  self->scheme = scheme;
  self->params = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      g_free);
  return self;
}

void
wms_challenge_free (WmsChallenge * self)
{
  g_free (self->scheme);
  g_free (self->token);
  g_hash_table_unref (self->params);
  g_free (self);
}

WmsChallenge *
wms_challenge_copy (const WmsChallenge * self)
{
  WmsChallenge *copy = challenge_new (g_strdup (self->scheme));
  GHashTableIter iter;
  gpointer name, value;

  copy->token = g_strdup (self->token);
  g_hash_table_iter_init (&iter, self->params);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (copy->params, g_strdup (name), g_strdup (value));
  return copy;
}

gboolean
wms_challenges_have (const GPtrArray * challenges, const gchar * scheme)
{
  guint i;

  for (i = 0; i < challenges->len; i++) {
    const WmsChallenge *challenge = g_ptr_array_index (challenges, i);

    if (g_ascii_strcasecmp (challenge->scheme, scheme) == 0)
      return TRUE;
  }
  return FALSE;
}

const gchar *
wms_challenge_get (const WmsChallenge * self, const gchar * name)
{
  return g_hash_table_lookup (self->params, name);
}

static const gchar *
skip (const gchar * p, const gchar * chars)
{
  return p + strspn (p, chars);
}

/* Takes a token68 that ends its list item. */
static gboolean
take_token68 (const gchar ** p, gchar ** token)
{
  const gchar *end = skip (*p, TOKEN68_CHARS);
  const gchar *after;

  if (end == *p)
    return FALSE;
  end = skip (end, "=");
  after = skip (end, BLANKS);
  if (*after != ',' && *after != '\0')
    return FALSE;
  *token = g_strndup (*p, end - *p);
  *p = after;
  return TRUE;
}

/* A value: token, or quoted-string whose escapes stay as they are, since that
 * is what Digest counts with (RFC 7616, section 3.4). */
static gchar *
take_value (const gchar ** p)
{
  const gchar *start = *p;
  const gchar *end;

  if (*start != '"') {
    end = skip (start, TOKEN_CHARS);
    *p = end;
    return end > start ? g_strndup (start, end - start) : NULL;
  }
  for (end = ++start; *end != '\0' && *end != '"'; end++) {
    if (*end == '\\' && end[1] != '\0')
      end++;
  }
  if (*end == '\0') {
    *p = end;
    return NULL;
  }
  *p = end + 1;
  return g_strndup (start, end - start);
}

/* After a word and an equals sign: the rest of a parameter. */
static void
take_param (WmsChallenge * self, gchar * name, const gchar ** p)
{
  gchar *value;

  *p = skip (*p, BLANKS);
  value = take_value (p);
  if (self != NULL && value != NULL
      && g_hash_table_size (self->params) < WMS_MAX_CHALLENGE_PARAMS) {
    g_hash_table_insert (self->params, g_ascii_strdown (name, -1), value);
    value = NULL;
  }
  g_free (value);
  g_free (name);
}

GPtrArray *
wms_challenges_parse (const gchar * header)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)
      wms_challenge_free);
  const gchar *p = header != NULL ? header : "";
  WmsChallenge *challenge = NULL;

  while (*(p = skip (p, BLANKS ",")) != '\0' && list->len < WMS_MAX_CHALLENGES) {
    const gchar *end = skip (p, TOKEN_CHARS);
    const gchar *after = skip (end, BLANKS);
    gchar *word;

    if (end == p) {
      /* no word at all: on behind the next comma */
      p += strcspn (p, ",");
      continue;
    }
    word = g_strndup (p, end - p);
    if (*after == '=') {
      p = after + 1;
      take_param (challenge, word, &p);
      continue;
    }
    challenge = challenge_new (word);
    g_ptr_array_add (list, challenge);
    p = after;
    take_token68 (&p, &challenge->token);
  }
  return list;
}
