/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubrequest.h"

#include <string.h>
#include <sys/random.h>

#include "pubpath.h"

#define ID_SIZE 16
#define MAX_ID 255

const gchar *
pub_server_header (void)
{
  return "Cougar/9.5 " PACKAGE "/" VERSION;
}

/* "name/major.minor" at the start of @agent. */
static gboolean
parse_version (const gchar * agent, const gchar * name, guint64 * major,
    guint64 * minor, const gchar ** rest)
{
  gchar *end;

  if (!g_str_has_prefix (agent, name) || agent[strlen (name)] != '/')
    return FALSE;
  agent += strlen (name) + 1;
  if (!g_ascii_isdigit (*agent))
    return FALSE;
  *major = g_ascii_strtoull (agent, &end, 10);
  if (end - agent > 2 || *end != '.' || !g_ascii_isdigit (end[1]))
    return FALSE;
  agent = end + 1;
  *minor = g_ascii_strtoull (agent, &end, 10);
  *rest = end;
  return end - agent <= 2;
}

gboolean
pub_agent_is_encoder (const gchar * agent)
{
  guint64 major, minor;
  const gchar *rest;
  guint groups, digits;

  if (agent == NULL || !parse_version (agent, "WMEncoder", &major, &minor,
          &rest))
    return FALSE;
  /* none or both of two more groups of digits: up to four in the
   * specification, five in the build numbers of Windows itself */
  for (groups = 0; *rest == '.' && groups < 2; groups++) {
    rest++;
    for (digits = 0; g_ascii_isdigit (*rest); digits++)
      rest++;
    if (digits < 1 || digits > 5)
      return FALSE;
  }
  return groups != 1 && (*rest == '\0' || *rest == ' ')
      && major >= 9 && major <= 12 && minor == 0;
}

gboolean
pub_agent_is_mms_player (const gchar * agent, guint * major)
{
  static const gchar *const names[] = { "NSPlayer", "WMCacheProxy",
    "WMServer", "NSServer", "VCPlayer", NULL
  };
  guint64 version, minor;
  const gchar *rest;
  guint i;

  for (i = 0; agent != NULL && names[i] != NULL; i++) {
    if (!g_str_has_prefix (agent, names[i]))
      continue;
    version = 0;
    parse_version (agent, names[i], &version, &minor, &rest);
    if (major != NULL)
      *major = version;
    return TRUE;
  }
  return FALSE;
}

/* session-id of 2.2.1.3.1, without the quotes that RFC 2109 allows. */
static gboolean
take_id (gchar * text, gchar ** push_id)
{
  gsize i, length = strlen (text);

  if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
    text[length - 1] = '\0';
    text++;
    length -= 2;
  }
  for (i = 0; i < length; i++) {
    if (!g_ascii_isgraph (text[i]))
      return FALSE;
  }
  if (length < 1 || length > MAX_ID
      || (*push_id != NULL && strcmp (*push_id, text) != 0))
    return FALSE;
  if (*push_id == NULL)
    *push_id = g_strdup (text);
  return TRUE;
}

gboolean
pub_request_push_id (SoupMessageHeaders * headers, gchar ** push_id)
{
  const gchar *text = soup_message_headers_get_list (headers, "Cookie");
  gchar **parts = g_strsplit_set (text ? text : "", ";,", -1);
  gboolean is_valid = TRUE;
  guint i;

  *push_id = NULL;
  for (i = 0; parts[i] != NULL && is_valid; i++) {
    gchar *value = strchr (parts[i], '=');

    if (value != NULL)
      *value++ = '\0';
    if (g_ascii_strcasecmp (g_strstrip (parts[i]), "push-id") == 0)
      is_valid = value != NULL && take_id (g_strstrip (value), push_id);
  }
  if (!is_valid)
    g_clear_pointer (push_id, g_free);
  g_strfreev (parts);
  return is_valid;
}

gboolean
pub_request_is_last (SoupServerMessage * msg)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);

  return soup_server_message_get_http_version (msg) < SOUP_HTTP_1_1
      || soup_message_headers_header_contains (headers, "Connection", "close");
}

/* Digits only, once, and a number that libsoup has read as it is: it takes a
 * sign for a wrapped number, and the last of several. */
static gboolean
is_length (const gchar * text)
{
  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, NULL, NULL)
      && g_ascii_isdigit (text[0]);
}

guint
pub_request_check_length (SoupMessageHeaders * headers, const gchar ** why)
{
  const gchar *coding = soup_message_headers_get_list (headers,
      "Transfer-Encoding");
  const gchar *length = soup_message_headers_get_list (headers,
      "Content-Length");

  *why = "a Content-Length that is none";
  if (length != NULL && (coding != NULL || !is_length (length)))
    return SOUP_STATUS_BAD_REQUEST;
  *why = "a body in pieces";
  return coding != NULL ? SOUP_STATUS_LENGTH_REQUIRED : 0;
}

/* What follows "name:" and a space that may be missing. */
static const gchar *
directive_value (const gchar * line, const gchar * name)
{
  if (g_ascii_strncasecmp (line, name, strlen (name)) != 0)
    return NULL;
  line += strlen (name);
  return *line == ' ' ? line + 1 : line;
}

/* pchar and slashes (RFC 3986, 3.3): what else a path has is encoded. */
static gboolean
is_path_text (const gchar * text, gsize size)
{
  gsize i;

  for (i = 0; i < size; i++) {
    if (!g_ascii_isalnum (text[i])
        && (text[i] == '\0' || strchr ("/%-._~!$&'()*+,;=:@", text[i]) == NULL))
      return FALSE;
  }
  return TRUE;
}

static gboolean
parse_template (const gchar * value, gchar ** path)
{
  gsize length = strlen (value);
  const gchar *why;
  gchar *raw;

  if (*path != NULL || length < 3 || value[0] != '"'
      || value[length - 1] != '"' || !is_path_text (value + 1, length - 2))
    return FALSE;
  raw = g_strndup (value + 1, length - 2);
  *path = pub_path_decode (raw, &why);
  g_free (raw);
  return *path != NULL;
}

static gboolean
parse_directive (const gchar * line, gchar ** template_path,
    gboolean * auto_destroy, gboolean * have_destroy)
{
  const gchar *value = directive_value (line, "Template-URL:");

  if (value != NULL)
    return !*have_destroy && parse_template (value, template_path);
  value = directive_value (line, "AutoDestroy:");
  if (value == NULL || *have_destroy
      || (value[0] != '0' && value[0] != '1') || value[1] != '\0')
    return FALSE;
  *have_destroy = TRUE;
  *auto_destroy = value[0] == '1';
  return TRUE;
}

gboolean
pub_setup_parse (const gchar * text, gsize size, gchar ** template_path,
    gboolean * auto_destroy)
{
  gboolean is_valid = TRUE, have_destroy = FALSE;
  gchar *body, **lines;
  guint i;

  *template_path = NULL;
  *auto_destroy = FALSE;
  if (size == 0)
    return TRUE;
  body = g_strndup (text, size);
  lines = g_strsplit (body, "\r\n", -1);
  for (i = 0; lines[i] != NULL && lines[i + 1] != NULL && is_valid; i++)
    is_valid = parse_directive (lines[i], template_path, auto_destroy,
        &have_destroy);
  /* each line ends in CRLF, and AutoDestroy is not optional */
  is_valid = is_valid && strlen (body) == size && lines[i] != NULL
      && lines[i][0] == '\0' && have_destroy;
  if (!is_valid)
    g_clear_pointer (template_path, g_free);
  g_strfreev (lines);
  g_free (body);
  return is_valid;
}

gchar *
pub_new_push_id (void)
{
  guint8 random[ID_SIZE];
  GString *id;
  guint i;

  /* not g_random_int() and what is built on it: its numbers can be guessed
   * from some that have been seen */
  if (getrandom (random, sizeof (random), 0) != sizeof (random))
    return NULL;
  id = g_string_sized_new ((gsize) 2 * ID_SIZE);
  for (i = 0; i < ID_SIZE; i++)
    g_string_append_printf (id, "%02x", random[i]);
  return g_string_free (id, FALSE);
}

gboolean
pub_id_equal (const gchar * a, const gchar * b)
{
  gsize i, length = strlen (a);
  guint8 difference = 0;

  if (strlen (b) != length)
    return FALSE;
  for (i = 0; i < length; i++)
    difference |= a[i] ^ b[i];
  return difference == 0;
}

const gchar *
pub_status_phrase (guint status)
{
  switch (status) {
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return soup_status_get_phrase (status);
  }
}

static void
append_others (GString * text, SoupMessageHeaders * others)
{
  static const gchar *const names[] = { "Allow", "Location", "Retry-After",
    "WWW-Authenticate", NULL
  };
  SoupMessageHeadersIter iter;
  const gchar *name, *value;
  guint i;

  soup_message_headers_iter_init (&iter, others);
  while (soup_message_headers_iter_next (&iter, &name, &value)) {
    for (i = 0; names[i] != NULL; i++) {
      if (g_ascii_strcasecmp (name, names[i]) == 0)
        g_string_append_printf (text, "%s: %s\r\n", name, value);
    }
  }
}

gchar *
pub_response_text (guint status, const gchar * push_id, gboolean closes,
    SoupMessageHeaders * others)
{
  GString *text = g_string_new (NULL);
  GDateTime *now = g_date_time_new_now_utc ();
  gchar *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);

  g_string_append_printf (text, "HTTP/1.1 %u %s\r\n", status,
      pub_status_phrase (status));
  g_string_append_printf (text, "Server: %s\r\nContent-Length: 0\r\n"
      "Date: %s\r\nPragma: no-cache, timeout=" PUB_TOLD_TIMEOUT "\r\n"
      "Cache-Control: no-cache\r\n", pub_server_header (), date);
  if (push_id != NULL)
    g_string_append_printf (text, "Set-Cookie: push-id=%s\r\n", push_id);
  if (others != NULL)
    append_others (text, others);
  g_string_append (text, "Supported: " PUB_FEATURES "\r\n");
  g_string_append (text, closes ? "Connection: close\r\n\r\n" : "\r\n");
  g_free (date);
  g_date_time_unref (now);
  return g_string_free (text, FALSE);
}
