/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the server reads of a request, without sockets: the look at its head
 * before libsoup's, several of them in a row, what players and encoders ask for,
 * names, paths and credentials. */
#include <libsoup/soup.h>
#include <string.h>

#include "fuzz.h"
#include "pubdigest.h"
#include "pubhead.h"
#include "pubhosts.h"
#include "pubmms.h"
#include "pubpath.h"
#include "pubreader.h"
#include "pubrequest.h"

static PubHosts *hosts;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  static const gchar *const names[] = { "media.example", "*.example.com",
    NULL
  };

  fuzz_be_quiet ();
  hosts = pub_hosts_new (names);
  return 0;
}

/* Byte by byte it is refused where it is refused as a whole.
 * Returns: (nullable): the head without the empty line, as libsoup gets it;
 *     %NULL when it does not. */
static gchar *
scan_head (FuzzInput * input)
{
  PubHead whole = { 0 }, cut = { 0 };
  const gchar *text = (const gchar *) input->data, *why = NULL;
  const guint8 *used;
  guint status = 0;
  gsize n;

  for (n = 0; n < input->size && status == 0 && !cut.is_done; n++)
    status = pub_head_scan (&cut, text + n, 1, &why);
  if (status != 0 && why == NULL)
    g_error ("a refusal without a reason");
  if (status != pub_head_scan (&whole, text, n, &why)
      || cut.is_done != whole.is_done)
    g_error ("a head that depends on where it is cut");
  fuzz_take_bytes (input, n, &used);
  if (status != 0 || !cut.is_done)
    return NULL;
  return g_strndup (text, n - (n > 1 && text[n - 2] == '\r' ? 2 : 1));
}

static void
check_path (const gchar * raw)
{
  const gchar *why = NULL, *c;
  g_autofree gchar *path = pub_path_decode (raw, &why);

  if ((path == NULL) != (why != NULL))
    g_error ("a path without a reason, or a reason with a path");
  if (path == NULL)
    return;
  if (path[0] != '/' || strlen (path) > PUB_PATH_MAX
      || !g_utf8_validate (path, -1, NULL))
    g_error ("a path that is none: %s", path);
  for (c = path; *c != '\0'; c++) {
    if (g_ascii_iscntrl (*c))
      g_error ("a control character in a path");
    if (c[0] == '/' && c[1] == '.' && (c[2] == '\0' || c[2] == '/'
            || (c[2] == '.' && (c[3] == '\0' || c[3] == '/'))))
      g_error ("a path that goes elsewhere: %s", path);
  }
  pub_path_is_page (path);
  pub_path_is_reserved (path);
}

static void
check_host (const gchar * header)
{
  g_autofree gchar *host = pub_host_parse (header);

  if (host == NULL)
    return;
  if (host[0] == '\0' || strpbrk (host, " /@?#") != NULL)
    g_error ("a host that is none: %s", host);
  pub_hosts_know (hosts, host);
}

static void
check_digest (const gchar * params, const gchar * method, const gchar * path)
{
  static const gchar ha1[] = "0123456789abcdef0123456789abcdef";
  g_autofree gchar *url = g_strconcat ("http://h", path, NULL);
  PubDigest *digest = pub_digest_parse (params);
  GUri *uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);

  if (digest != NULL) {
    if (pub_digest_get_user (digest) == NULL
        || pub_digest_get_nonce (digest) == NULL)
      g_error ("a digest of nobody");
    pub_digest_get_count (digest);
    if (uri != NULL && pub_digest_matches (digest, "r", method, uri, ha1))
      g_error ("the response to a secret that nobody knows");
    pub_digest_free (digest);
  }
  g_clear_pointer (&uri, g_uri_unref);
}

static void
check_player (const gchar * method, SoupHTTPVersion version,
    SoupMessageHeaders * headers)
{
  PubMmsRequest request;
  PubMmsAnswer answer = { 0 };
  gchar *head;
  guint i;

  pub_mms_parse (&request, method, version, headers);
  if (request.n_switches > PUB_MMS_MAX_SWITCHES)
    g_error ("more streams than there can be");
  for (i = 0; i < request.n_switches; i++) {
    if (request.switches[i].thinning > PUB_MMS_OFF)
      g_error ("a thinning level that is none");
  }
  answer.major = request.major;
  answer.is_http11 = request.is_http11;
  answer.client_id = request.client_id;
  answer.accepts_pipeline = request.asks_for_pipeline;
  head = pub_mms_head (&answer, 200, PUB_MMS_TYPE_FRAMED,
      request.is_pipelined ? PUB_MMS_CHUNKED : PUB_MMS_UNTIL_CLOSE,
      !request.keeps_open);
  if (!g_str_has_suffix (head, "\r\n\r\n")
      || strstr (head, "\r\n\r\n") != head + strlen (head) - 4)
    g_error ("an answer with two heads");
  g_free (head);
}

static void
check_encoder (SoupMessageHeaders * headers, FuzzInput body)
{
  const gchar *agent = soup_message_headers_get_one (headers, "User-Agent");
  g_autofree gchar *id = NULL;
  g_autofree gchar *template_path = NULL;
  gboolean auto_destroy;
  const gchar *c;

  if (agent != NULL) {
    pub_agent_is_encoder (agent);
    pub_agent_is_mms_player (agent, NULL);
  }
  if (pub_request_push_id (headers, &id) && id != NULL) {
    for (c = id; *c != '\0'; c++) {
      if (!g_ascii_isgraph (*c))
        g_error ("a push-id that cannot be seen");
    }
  }
  if (pub_setup_parse ((const gchar *) body.data, body.size, &template_path,
          &auto_destroy) && template_path != NULL && template_path[0] != '/')
    g_error ("a template somewhere else");
}

static void
read_request (const gchar * text, FuzzInput body)
{
  SoupMessageHeaders *headers =
      soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autofree gchar *method = NULL, *path = NULL;
  SoupHTTPVersion version;
  const gchar *text_of;

  if (soup_headers_parse_request (text, strlen (text), headers, &method,
          &path, &version) == SOUP_STATUS_OK) {
    check_path (path);
    check_player (method, version, headers);
    check_encoder (headers, body);
    text_of = soup_message_headers_get_one (headers, "Host");
    if (text_of != NULL)
      check_host (text_of);
    text_of = soup_message_headers_get_one (headers, "Authorization");
    if (text_of != NULL && g_str_has_prefix (text_of, "Digest "))
      check_digest (text_of + strlen ("Digest "), method, path);
  }
  soup_message_headers_unref (headers);
}

/* What comes on a connection that plays.  @step: bytes at a time
 *
 * Returns: (transfer full): its requests, in words */
static gchar *
read_stream (FuzzInput input, gsize step)
{
  PubReader *reader = pub_reader_new ();
  GString *seen = g_string_new (NULL);
  PubReaderResult result = PUB_READER_MORE;
  gsize used;

  while (input.size > 0 && result != PUB_READER_FAILED) {
    PubReaderRequest request;
    gsize n = MIN (step, input.size);
    guint status;

    result = pub_reader_take (reader, input.data, n, &used, &request, &status);
    if (used > n || (used == 0 && result != PUB_READER_FAILED)
        || (used < n && result == PUB_READER_MORE))
      g_error ("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes taken", used,
          n);
    input.data += used;
    input.size -= used;
    if (result == PUB_READER_REQUEST)
      g_string_append_printf (seen, "%s %s, ", request.method, request.path);
    else if (result == PUB_READER_FAILED)
      g_string_append_printf (seen, "%u", status);
  }
  pub_reader_free (reader);
  return g_string_free (seen, FALSE);
}

static void
check_stream (FuzzInput input)
{
  g_autofree gchar *whole = read_stream (input, input.size);
  g_autofree gchar *cut = read_stream (input, 1);

  if (!g_str_equal (whole, cut))
    g_error ("requests that depend on where they are cut: %s; %s", whole, cut);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  g_autofree gchar *head = NULL;

  check_stream (input);
  head = scan_head (&input);

  if (head != NULL)
    read_request (head, input);
  return 0;
}
