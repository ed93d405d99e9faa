/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubmms.h"

#include <string.h>

#include <gst/gstutils.h>

#include "pubrequest.h"

/* The sequence number in $D runs from 0 to this (2.2.3.1.2). */
#define SEQUENCE_MAX 254

#define FEATURES "features=\"broadcast,live\""
/* What the Supported header lists: no packet pairs, no fast cache and no
 * start-up profile, which are for stored content (2.2.1.7). */
#define SUPPORTED "com.microsoft.wm.sswitch, com.microsoft.wm.predstrm"

#define TYPE_LOG "application/x-wms-LogStats"
#define TYPE_EVENT "application/x-wms-sendevent"
#define TYPE_CONTENT_INFO "application/x-wms-getcontentinfo"

/* Pragma tokens whose value is a number (2.2.1.4). */
enum
{
  TOKEN_CLIENT_ID,
  TOKEN_CLIENT_LAG,
  TOKEN_REQUEST_CONTEXT,
  TOKEN_SWITCH_COUNT,
  TOKEN_PIPELINE_EXPERIMENT,
  TOKEN_PIPELINE_REQUEST,
  TOKEN_VERSION11,
  TOKEN_PLAY,
  TOKEN_PLAY_NEXT,
  TOKEN_STOP,
  TOKEN_KEEP_ALIVE,
  N_TOKENS
};

static const gchar *const token_names[N_TOKENS] = {
  "client-id", "client-lag", "request-context", "stream-switch-count",
  "pipeline-experiment", "pipeline-request", "version11-enabled", "xPlayStrm",
  "xPlayNextEntry", "xStopStrm", "xKeepAliveInPause"
};

typedef struct
{
  gboolean is_there[N_TOKENS];
  guint32 values[N_TOKENS];
  gboolean has_log_line;
  const gchar *switches;        /* value of stream-switch-entry, or NULL */
} Tokens;

/* Returns: (nullable): what follows "name=" in @token. */
static const gchar *
token_value (const gchar * token, const gchar * name)
{
  gsize length = strlen (name);

  if (g_ascii_strncasecmp (token, name, length) != 0 || token[length] != '=')
    return NULL;
  return token + length + 1;
}

/* The first of two that are alike counts. */
static void
read_token (Tokens * tokens, const gchar * token)
{
  const gchar *text;
  guint64 value;
  guint i;

  for (i = 0; i < N_TOKENS; i++) {
    text = token_value (token, token_names[i]);
    if (text == NULL)
      continue;
    if (!tokens->is_there[i] && g_ascii_string_to_unsigned (text, 10, 0,
            G_MAXUINT32, &value, NULL)) {
      tokens->is_there[i] = TRUE;
      tokens->values[i] = value;
    }
    return;
  }
  if (token_value (token, "log-line") != NULL)
    tokens->has_log_line = TRUE;
  text = token_value (token, "stream-switch-entry");
  if (text != NULL && tokens->switches == NULL)
    tokens->switches = text;
}

/* "1*4HEXDIG": @end gets what follows. */
static gboolean
read_hex (const gchar * text, guint16 * value, const gchar ** end)
{
  guint i;

  *value = 0;
  for (i = 0; i < 4 && g_ascii_isxdigit (text[i]); i++)
    *value = *value << 4 | g_ascii_xdigit_value (text[i]);
  *end = text + i;
  return i > 0;
}

/* "ffff:1:0" (2.2.1.4.27). */
static gboolean
read_switch (const gchar * text, PubMmsSwitch * entry)
{
  const gchar *at;

  if (!read_hex (text, &entry->source, &at) || *at != ':'
      || !read_hex (at + 1, &entry->stream, &at) || *at != ':'
      || at[1] < '0' || at[1] > '2' || at[2] != '\0')
    return FALSE;
  entry->thinning = at[1] - '0';
  return TRUE;
}

static void
read_switches (PubMmsRequest * request, const Tokens * tokens)
{
  gchar **entries;
  guint i;

  /* how many there are says the text itself; only 0 means something else */
  if (tokens->switches == NULL || (tokens->is_there[TOKEN_SWITCH_COUNT]
          && tokens->values[TOKEN_SWITCH_COUNT] == 0))
    return;
  entries = g_strsplit (tokens->switches, " ", -1);
  for (i = 0; entries[i] != NULL; i++) {
    if (request->n_switches < PUB_MMS_MAX_SWITCHES
        && read_switch (entries[i], &request->switches[request->n_switches]))
      request->n_switches++;
  }
  g_strfreev (entries);
}

static gboolean
is_one (const Tokens * tokens, guint token)
{
  return tokens->is_there[token] && tokens->values[token] == 1;
}

static PubMmsKind
kind_of_get (const Tokens * tokens)
{
  if (is_one (tokens, TOKEN_PIPELINE_REQUEST))
    return PUB_MMS_PIPELINE;
  if (is_one (tokens, TOKEN_PLAY_NEXT))
    return PUB_MMS_PLAY_NEXT;
  if (is_one (tokens, TOKEN_PLAY))
    return PUB_MMS_PLAY;
  if (tokens->switches != NULL && !tokens->is_there[TOKEN_PLAY])
    return PUB_MMS_SELECT;
  return PUB_MMS_DESCRIBE;
}

static gboolean
is_type (const gchar * type, const gchar * name)
{
  return type != NULL && g_ascii_strcasecmp (type, name) == 0;
}

static PubMmsKind
kind_of_post (const Tokens * tokens, SoupMessageHeaders * headers)
{
  const gchar *type = soup_message_headers_get_content_type (headers, NULL);

  if (is_type (type, TYPE_EVENT))
    return PUB_MMS_EVENT;
  if (is_type (type, TYPE_CONTENT_INFO))
    return PUB_MMS_CONTENT_INFO;
  if (is_type (type, TYPE_LOG) || tokens->has_log_line)
    return PUB_MMS_LOG;
  if (is_one (tokens, TOKEN_STOP))
    return PUB_MMS_STOP;
  if (tokens->switches != NULL)
    return PUB_MMS_SELECT;
  if (is_one (tokens, TOKEN_KEEP_ALIVE))
    return PUB_MMS_KEEP_ALIVE;
  return PUB_MMS_INVALID;
}

static PubMmsKind
find_kind (const gchar * method, const Tokens * tokens,
    SoupMessageHeaders * headers)
{
  if (g_str_equal (method, "GET"))
    return kind_of_get (tokens);
  if (g_str_equal (method, "POST"))
    return kind_of_post (tokens, headers);
  if (g_str_equal (method, "OPTIONS"))
    return PUB_MMS_KEEP_ALIVE;
  return PUB_MMS_INVALID;
}

static PubMmsClient
find_client (const gchar * agent)
{
  if (g_str_has_prefix (agent, "NSPlayer"))
    return PUB_MMS_NSPLAYER;
  return g_str_has_prefix (agent, "NSServer") ? PUB_MMS_NSSERVER
      : PUB_MMS_OTHER;
}

static guint
read_features (const gchar * list)
{
  guint features = 0;

  if (strstr (list, "com.microsoft.wm.predstrm") != NULL)
    features |= PUB_MMS_PREDSTRM;
  if (strstr (list, "com.microsoft.wm.sswitch") != NULL)
    features |= PUB_MMS_SSWITCH;
  return features;
}

static void
read_pragmas (PubMmsRequest * request, const gchar * method,
    SoupMessageHeaders * headers)
{
  const gchar *list = soup_message_headers_get_list (headers, "Pragma");
  gchar **parts = g_strsplit (list != NULL ? list : "", ",", -1);
  Tokens tokens = { {0}, {0}, FALSE, NULL };
  guint i;

  for (i = 0; parts[i] != NULL; i++)
    read_token (&tokens, g_strstrip (parts[i]));
  request->kind = find_kind (method, &tokens, headers);
  request->has_client_id = tokens.is_there[TOKEN_CLIENT_ID];
  request->client_id = tokens.values[TOKEN_CLIENT_ID];
  request->request_context = tokens.values[TOKEN_REQUEST_CONTEXT];
  request->client_lag_ms = tokens.values[TOKEN_CLIENT_LAG];
  /* both are of HTTP/1.1 (2.2.1.4.15, 2.2.2) */
  request->is_pipelined = request->is_http11
      && is_one (&tokens, TOKEN_VERSION11);
  request->asks_for_pipeline = request->is_http11
      && is_one (&tokens, TOKEN_PIPELINE_EXPERIMENT);
  read_switches (request, &tokens);
  g_strfreev (parts);
}

void
pub_mms_parse (PubMmsRequest * request, const gchar * method,
    SoupHTTPVersion version, SoupMessageHeaders * headers)
{
  const gchar *agent = soup_message_headers_get_one (headers, "User-Agent");
  const gchar *supported = soup_message_headers_get_list (headers,
      "Supported");

  memset (request, 0, sizeof (*request));
  request->is_http11 = version == SOUP_HTTP_1_1;
  request->keeps_open = !soup_message_headers_header_contains (headers,
      "Connection", "close") && (request->is_http11
      || soup_message_headers_header_contains (headers, "Connection",
          "keep-alive"));
  if (!pub_agent_is_mms_player (agent, &request->major))
    return;
  request->client = find_client (agent);
  request->has_features = supported != NULL;
  request->features = supported != NULL ? read_features (supported) : 0;
  read_pragmas (request, method, headers);
}

/* What is for players of version 9 and later is left out for others
 * (3.2.5.2). */
static void
append_pragma (GString * text, const PubMmsAnswer * answer, gboolean has_body)
{
  g_string_append (text, "Pragma: no-cache");
  if (answer->client_id != 0)
    g_string_append_printf (text, ", client-id=%u", answer->client_id);
  if (answer->was_reset)
    g_string_append (text, ", xResetStrm=1");
  if (answer->accepts_pipeline)
    g_string_append (text, ", pipeline-experiment=1");
  if (answer->has_pipeline_result)
    g_string_append_printf (text, ", pipeline-result=%d",
        answer->pipeline_result ? 1 : 0);
  if (has_body)
    g_string_append (text, ", " FEATURES);
  g_string_append (text, ", timeout=" PUB_TOLD_TIMEOUT);
  if (answer->gen_id != 0 && answer->major >= PUB_MMS_METADATA_SINCE)
    g_string_append_printf (text, ", playlist-gen-id=%u", answer->gen_id);
  g_string_append (text, "\r\n");
}

static gchar *
make_head (const PubMmsAnswer * answer, guint status, const gchar * type,
    const gchar * more, gint64 length, gboolean closes)
{
  GDateTime *now = g_date_time_new_now_utc ();
  gchar *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "HTTP/1.1 %u %s\r\n", status,
      pub_status_phrase (status));
  if (type != NULL)
    g_string_append_printf (text, "Content-Type: %s\r\n", type);
  g_string_append_printf (text, "Server: %s\r\nDate: %s\r\n"
      "Cache-Control: no-cache\r\n%s", pub_server_header (), date, more);
  append_pragma (text, answer, type != NULL);
  if (answer->major >= PUB_MMS_METADATA_SINCE)
    g_string_append (text, "Supported: " SUPPORTED "\r\n");
  if (length >= 0)
    g_string_append_printf (text, "Content-Length: %" G_GINT64_FORMAT "\r\n",
        length);
  else if (length == PUB_MMS_CHUNKED)
    g_string_append (text, "Transfer-Encoding: chunked\r\n");
  if (closes)
    g_string_append (text, "Connection: close\r\n");
  else if (!answer->is_http11)
    g_string_append (text, "Connection: Keep-Alive\r\n");
  g_string_append (text, "\r\n");
  g_free (date);
  g_date_time_unref (now);
  return g_string_free (text, FALSE);
}

gchar *
pub_mms_head (const PubMmsAnswer * answer, guint status, const gchar * type,
    gint64 length, gboolean closes)
{
  return make_head (answer, status, type, "", length, closes);
}

gchar *
pub_mms_options_head (const PubMmsAnswer * answer)
{
  return make_head (answer, SOUP_STATUS_OK, NULL,
      "Public: GET, POST, OPTIONS\r\nAllow: OPTIONS\r\n", 0, FALSE);
}

void
pub_mms_write_chunk_head (guint8 * head, gchar type, guint32 location,
    guint8 af_flags, gsize size)
{
  const guint16 packet_size = G_MAXUINT16 - PUB_MMS_MAX_PAYLOAD + size;

  head[0] = '$';
  head[1] = type;
  GST_WRITE_UINT16_LE (head + 2, packet_size);
  GST_WRITE_UINT32_LE (head + 4, location);
  head[8] = 0;
  head[9] = af_flags;
  GST_WRITE_UINT16_LE (head + 10, packet_size);
}

guint8
pub_mms_add_sequence (guint8 af_flags, guint n)
{
  return (af_flags + n) % (SEQUENCE_MAX + 1);
}

void
pub_mms_write_notice (guint8 * notice, gchar type, guint32 reason)
{
  notice[0] = '$';
  notice[1] = type;
  GST_WRITE_UINT16_LE (notice + 2, 4);
  GST_WRITE_UINT32_LE (notice + 4, reason);
}

static void
append_piece (GByteArray * bytes, gchar type, guint32 location,
    guint8 af_flags, gconstpointer data, gsize size)
{
  guint8 head[PUB_MMS_CHUNK_HEAD_SIZE];

  pub_mms_write_chunk_head (head, type, location, af_flags, size);
  g_byte_array_append (bytes, head, sizeof (head));
  g_byte_array_append (bytes, data, size);
}

/* 2.2.3.6; the source is always the same encoder. */
static void
append_metadata (GByteArray * bytes, guint32 gen_id)
{
  gchar *text = g_strdup_printf ("playlist-gen-id=%u, broadcast-id=1, "
      FEATURES, gen_id);

  /* the final NUL belongs to it */
  append_piece (bytes, 'M', 0, PUB_MMS_FIRST_PIECE | PUB_MMS_LAST_PIECE, text,
      strlen (text) + 1);
  g_free (text);
}

GBytes *
pub_mms_header (guint major, guint32 gen_id, GBytes * header)
{
  GByteArray *bytes = g_byte_array_new ();
  gsize size, at;
  const guint8 *data = g_bytes_get_data (header, &size);
  guint32 location = 0;

  if (major >= PUB_MMS_METADATA_SINCE)
    append_metadata (bytes, gen_id);
  for (at = 0; at < size; at += PUB_MMS_MAX_PAYLOAD) {
    gsize left = size - at;

    append_piece (bytes, 'H', location++, (at == 0 ? PUB_MMS_FIRST_PIECE : 0)
        | (left <= PUB_MMS_MAX_PAYLOAD ? PUB_MMS_LAST_PIECE : 0), data + at,
        MIN (left, PUB_MMS_MAX_PAYLOAD));
  }
  return g_byte_array_free_to_bytes (bytes);
}

guint
pub_mms_transfer_head (guint8 * head, gsize size, gboolean is_first)
{
  const gchar *before = is_first ? "" : "\r\n";
  gchar text[PUB_MMS_TRANSFER_MAX + 1];
  gsize n;

  /* a chunk holds one packet or one header: 16 MiB at most */
  g_snprintf (text, sizeof (text), size > 0 ? "%s%x\r\n" : "%s%x\r\n\r\n",
      before, (guint) size);
  n = strlen (text);
  memcpy (head, text, n);
  return n;
}
