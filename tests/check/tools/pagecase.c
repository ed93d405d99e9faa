/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pagecase.h"

#include <gst/check/gstcheck.h>

#include "testasf.h"

#define PACKET_SIZE 400

PubThread *page_case_server;

void
page_case_setup (void)
{
  page_case_server = pub_thread_new (NULL, NULL);
}

void
page_case_teardown (void)
{
  pub_thread_stop (page_case_server);
}

void
page_case_restart (void (*configure) (PubServer * server, gpointer data))
{
  pub_thread_stop (page_case_server);
  page_case_server = pub_thread_new (configure, NULL);
}

/* Lengths of title and four others, then the title in UTF-16 (ASF
 * specification, section 3.10). */
static GByteArray *
make_header (const gchar * title)
{
  TestHeader header = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {&asf_guid_stream_video}, FALSE
  };
  glong units;
  gunichar2 *text = g_utf8_to_utf16 (title ? title : "", -1, NULL, &units,
      NULL);
  GByteArray *description = g_byte_array_new (), *bytes;
  glong i;

  test_put (description, 2 * units, 2);
  test_put (description, 0, 8);
  for (i = 0; i < units; i++)
    test_put (description, text[i], 2);
  header.description = &asf_guid_content_description;
  header.description_bytes = (const gchar *) description->data;
  header.description_size = description->len;
  bytes = test_asf_header (&header);
  g_byte_array_unref (description);
  g_free (text);
  return bytes;
}

static void
wait_for_header (const gchar * path)
{
  gchar *decoded = g_uri_unescape_string (path, NULL);

  fail_unless (pub_thread_wait (page_case_server, decoded, pub_has_headers, 1));
  g_free (decoded);
}

RawPush *
page_case_push (const gchar * path, const gchar * agent, const gchar * title)
{
  RawPush *push = raw_push_connect (pub_thread_get_port (page_case_server));
  GByteArray *header = make_header (title);

  assert_equals_int (raw_push_setup (push, path, "0", ""), 204);
  raw_push_request (push, path, "application/x-wms-pushstart",
      agent ? agent : RAW_AGENT, push->push_id, RAW_LENGTH, "");
  raw_push_frame (push, 'H', header->data, header->len);
  g_byte_array_unref (header);
  wait_for_header (path);
  return push;
}

void
page_case_send_packet (RawPush * push)
{
  GByteArray *packet = test_asf_packet (PACKET_SIZE, 100, 'v', TRUE, 0);

  raw_push_frame (push, 'D', packet->data, packet->len);
  g_byte_array_unref (packet);
}

static gsize
content_length (const gchar * head)
{
  const gchar *line = strstr (head, "\r\nContent-Length: ");

  return line != NULL ? g_ascii_strtoull (line + 18, NULL, 10) : 0;
}

PageAnswer
page_case_read (RawPush * conn, gboolean has_body)
{
  PageAnswer answer = { 0, NULL, NULL };
  gsize size;

  answer.status = raw_push_response (conn, &answer.head);
  fail_unless (answer.status != 0);
  size = has_body ? content_length (answer.head) : 0;
  raw_push_read (conn, size);
  answer.body = g_strndup (conn->received->str, size);
  g_string_erase (conn->received, 0, size);
  return answer;
}

PageAnswer
page_case_ask (const gchar * method, const gchar * path,
    const gchar * headers, const gchar * body)
{
  RawPush *conn = raw_push_connect (pub_thread_get_port (page_case_server));
  gchar *text = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s"
      "Content-Length: %u\r\n\r\n%s", method, path,
      pub_thread_get_port (page_case_server), headers ? headers : "",
      (guint) (body ? strlen (body) : 0), body ? body : "");
  PageAnswer answer;

  raw_push_send_text (conn, text);
  answer = page_case_read (conn, !g_str_equal (method, "HEAD"));
  raw_push_free (conn);
  g_free (text);
  return answer;
}

PageAnswer
page_case_get (const gchar * path, const gchar * headers)
{
  return page_case_ask ("GET", path, headers, NULL);
}

void
page_answer_clear (PageAnswer * self)
{
  g_clear_pointer (&self->head, g_free);
  g_clear_pointer (&self->body, g_free);
}

gboolean
page_answer_has (const PageAnswer * self, const gchar * line)
{
  gchar *whole = g_strconcat ("\r\n", line, NULL);
  gboolean has = strstr (self->head, whole) != NULL;

  g_free (whole);
  return has;
}

JsonParser *
page_case_status (const gchar * path, const gchar * headers)
{
  PageAnswer answer = page_case_get (path, headers);
  JsonParser *parser = json_parser_new_immutable ();
  GError *error = NULL;

  assert_equals_int (answer.status, 200);
  fail_unless (g_utf8_validate (answer.body, -1, NULL));
  fail_unless (json_parser_load_from_data (parser, answer.body, -1, &error),
      "%s: %s", error ? error->message : "", answer.body);
  page_answer_clear (&answer);
  return parser;
}

JsonObject *
page_case_point (JsonParser * status, const gchar * path)
{
  JsonArray *points = json_object_get_array_member (json_node_get_object
      (json_parser_get_root (status)), "points");
  guint i;

  for (i = 0; i < json_array_get_length (points); i++) {
    JsonObject *point = json_array_get_object_element (points, i);

    if (g_str_equal (json_object_get_string_member (point, "path"), path))
      return point;
  }
  return NULL;
}
