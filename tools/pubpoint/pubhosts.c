/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubhosts.h"

#include <string.h>

#include <gio/gio.h>

#define MAX_HOST 255
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-._"
#define ADDRESS_CHARACTERS "abcdef0123456789:."

struct _PubHosts
{
  gchar **names;                /* in lower case, in ASCII */
};

/* As pub_host_parse() has it, so that both can be compared. */
static gchar *
plain_name (const gchar * name)
{
  gchar *ascii = g_hostname_to_ascii (name), *plain;

  if (ascii == NULL)
    ascii = g_strdup (name);
  plain = g_ascii_strdown (ascii, -1);
  if (g_str_has_suffix (plain, "."))
    plain[strlen (plain) - 1] = '\0';
  g_free (ascii);
  return plain;
}

PubHosts *
pub_hosts_new (const gchar * const *names)
{
  PubHosts *self = g_new (PubHosts, 1);
  GPtrArray *all = g_ptr_array_new ();

  if (names == NULL || names[0] == NULL) {
    g_ptr_array_add (all, plain_name (g_get_host_name ()));
    g_ptr_array_add (all, g_strconcat (all->pdata[0], ".local", NULL));
  }
  for (; names != NULL && *names != NULL; names++)
    g_ptr_array_add (all, plain_name (*names));
  g_ptr_array_add (all, NULL);
  self->names = (gchar **) g_ptr_array_free (all, FALSE);
  return self;
}

void
pub_hosts_free (PubHosts * self)
{
  if (self == NULL)
    return;
  g_strfreev (self->names);
  g_free (self);
}

static gboolean
matches (const gchar * pattern, const gchar * host)
{
  if (g_str_has_prefix (pattern, "*."))
    return g_str_has_suffix (host, pattern + 1) && host[0] != '.';
  return g_str_equal (pattern, "*") || g_str_equal (pattern, host);
}

gboolean
pub_hosts_know (PubHosts * self, const gchar * host)
{
  guint i;

  if (g_hostname_is_ip_address (host) || g_str_equal (host, "localhost"))
    return TRUE;
  for (i = 0; self->names[i] != NULL; i++) {
    if (matches (self->names[i], host))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_port (const gchar * text)
{
  return *text == '\0' || (*text == ':' && strlen (text) <= 6
      && text[1 + strspn (text + 1, "0123456789")] == '\0');
}

gchar *
pub_host_parse (const gchar * header)
{
  gboolean is_address = header[0] == '[';
  gchar *text = g_ascii_strdown (header + is_address, -1);
  gsize length = strspn (text, is_address ? ADDRESS_CHARACTERS
      : NAME_CHARACTERS);
  const gchar *rest = text + length;
  gboolean is_valid = length > 0 && length <= MAX_HOST
      && (!is_address || *rest == ']') && is_port (rest + is_address);

  text[length] = '\0';
  if (is_valid && is_address)
    is_valid = g_hostname_is_ip_address (text);
  else if (is_valid && length > 1 && text[length - 1] == '.')
    text[length - 1] = '\0';
  if (!is_valid)
    g_clear_pointer (&text, g_free);
  return text;
}
