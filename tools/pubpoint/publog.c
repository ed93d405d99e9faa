/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "publog.h"

#include <string.h>

/* Characters of each text in a line. */
#define MAX_METHOD 16
#define MAX_PATH 100
#define MAX_AGENT 80

/* The longest sequence, of U+10FFFF, and its NUL. */
#define SEQUENCE_SIZE 16

/* What is printable for GLib, without what moves or hides the text around
 * it. */
static gboolean
is_harmless (gunichar c)
{
  switch (g_unichar_type (c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
      return FALSE;
    default:
      return TRUE;
  }
}

/* Returns: bytes of @text that @sequence stands for; @n gets its
 * characters. */
static guint
escape_one (const gchar * text, gchar * sequence, guint * n)
{
  gunichar c = g_utf8_get_char_validated (text, -1);
  guint size = 1;

  if (c == (gunichar) - 1 || c == (gunichar) - 2) {
    *n = g_snprintf (sequence, SEQUENCE_SIZE, "\\x%02x", (guint8) * text);
  } else if (c == '\\' || c == '"') {
    *n = g_snprintf (sequence, SEQUENCE_SIZE, "\\%c", (gchar) c);
  } else if (c < 0x80 && !is_harmless (c)) {
    *n = g_snprintf (sequence, SEQUENCE_SIZE, "\\x%02x", c);
  } else if (!is_harmless (c)) {
    *n = g_snprintf (sequence, SEQUENCE_SIZE, "\\u{%x}", c);
    size = g_utf8_next_char (text) - text;
  } else {
    *n = 1;
    size = g_utf8_next_char (text) - text;
    memcpy (sequence, text, size);
    sequence[size] = '\0';
  }
  return size;
}

gchar *
pub_text_escape (const gchar * text, guint max_chars)
{
  GString *out = g_string_new (NULL);
  guint chars = 0;

  if (text == NULL)
    text = "-";
  while (*text != '\0') {
    gchar sequence[SEQUENCE_SIZE];
    guint n, size = escape_one (text, sequence, &n);

    if (chars + n > max_chars) {
      g_string_append (out, "...");
      break;
    }
    g_string_append (out, sequence);
    chars += n;
    text += size;
  }
  return g_string_free (out, FALSE);
}

static gchar *
address_text (GSocketAddress * address)
{
  GInetAddress *inet;
  gchar *host, *text;

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("-");
  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  host = g_inet_address_to_string (inet);
  text = g_strdup_printf (g_inet_address_get_family (inet)
      == G_SOCKET_FAMILY_IPV6 ? "[%s]:%u" : "%s:%u", host,
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  g_free (host);
  return text;
}

gchar *
pub_log_describe (SoupServerMessage * msg)
{
  GUri *uri = soup_server_message_get_uri (msg);
  gchar *method = pub_text_escape (soup_server_message_get_method (msg),
      MAX_METHOD);
  gchar *path = pub_text_escape (uri ? g_uri_get_path (uri) : NULL, MAX_PATH);
  gchar *agent = pub_text_escape (soup_message_headers_get_one
      (soup_server_message_get_request_headers (msg), "User-Agent"), MAX_AGENT);
  gchar *address = address_text (soup_server_message_get_remote_address (msg));
  gchar *text = g_strdup_printf ("%s %s from %s (%s)", method, path, address,
      agent);

  g_free (address);
  g_free (agent);
  g_free (path);
  g_free (method);
  return text;
}

gchar *
pub_log_describe_line (const gchar * line, GSocketAddress * remote)
{
  gchar *shown = pub_text_escape (line, MAX_PATH);
  gchar *address = address_text (remote);
  gchar *text = g_strdup_printf ("\"%s\" from %s", shown, address);

  g_free (address);
  g_free (shown);
  return text;
}

void
pub_log_refused (const gchar * request, guint status, const gchar * why)
{
  if (status != 0)
    g_message ("%s refused with %u: %s", request, status, why);
  else
    g_message ("%s refused: %s", request, why);
}
