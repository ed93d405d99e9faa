/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* status.json: what it says, to whom, and how often it is made. */
#include <sys/resource.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "pagecase.h"
#include "pubstatus.h"

/* admin:open sesame */
#define ADMIN "Authorization: Basic YWRtaW46b3BlbiBzZXNhbWU=\r\n"
#define NOT_ADMIN "Authorization: Basic YWRtaW46d3Jvbmc=\r\n"
#define ADMIN_LINE "admin:pubpoint:"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define OWN "X-Requested-With: test\r\n"

static void
add_admin (PubServer * server, gpointer data)
{
  gchar *sum = g_compute_checksum_for_string (G_CHECKSUM_MD5,
      "admin:pubpoint:open sesame", -1);
  gchar *line = g_strdup_printf (ADMIN_LINE "%s\n", sum), *path = NULL;
  GError *error = NULL;
  gint fd = g_file_open_tmp ("pubstatus-XXXXXX", &path, NULL);

  fail_unless (fd >= 0 && g_close (fd, NULL));
  fail_unless (g_file_set_contents (path, line, -1, NULL));
  fail_unless (pub_server_set_passwords (server, PUB_ROLE_ADMIN, path, NULL,
          &error), "%s", error ? error->message : "");
  g_unlink (path);
  g_free (path);
  g_free (line);
  g_free (sum);
}

static JsonObject *
root (JsonParser * status)
{
  return json_node_get_object (json_parser_get_root (status));
}

static JsonObject *
member (JsonObject * object, const gchar * name)
{
  fail_unless (json_object_has_member (object, name), "no %s", name);
  return json_object_get_object_member (object, name);
}

static gint64
number (JsonObject * object, const gchar * name)
{
  fail_unless (json_object_has_member (object, name), "no %s", name);
  return json_object_get_int_member (object, name);
}

static const gchar *
text (JsonObject * object, const gchar * name)
{
  fail_unless (json_object_has_member (object, name), "no %s", name);
  return json_object_get_string_member (object, name);
}

static RawPush *
start_player (const gchar * path, const gchar * agent)
{
  RawPush *player = raw_push_connect (pub_thread_get_port (page_case_server));
  gchar *request = g_strdup_printf ("GET %s HTTP/1.0\r\nHost: localhost\r\n"
      "User-Agent: %s\r\n\r\n", path, agent);

  raw_push_send_text (player, request);
  assert_equals_int (raw_push_response (player, NULL), 200);
  g_free (request);
  return player;
}

GST_START_TEST (test_empty)
{
  JsonParser *status = page_case_status ("/status.json", NULL);
  JsonObject *server = member (root (status), "server");

  assert_equals_int (number (root (status), "schema"), 1);
  fail_if (json_object_get_boolean_member (root (status), "is_admin"));
  assert_equals_string (text (server, "name"), "wms-pubpoint");
  assert_equals_int (number (server, "points"), 0);
  assert_equals_int (number (server, "players"), 0);
  fail_unless (number (server, "max_players") > 0);
  fail_if (json_object_get_boolean_member (server, "has_administrator"));
  assert_equals_int (json_array_get_length (json_object_get_array_member (root
              (status), "points")), 0);
  g_object_unref (status);
}

GST_END_TEST;

GST_START_TEST (test_streaming)
{
  RawPush *push = page_case_push ("/a%20b", NULL, "Évening 📺"), *player;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  JsonParser *status;
  JsonObject *point, *encoder;
  guint i;

  for (i = 0; i < 3; i++)
    page_case_send_packet (push);
  player = start_player ("/a%20b", "P/1");
  fail_unless (pub_thread_wait (page_case_server, "/a b", pub_has_packets, 3));
  fail_unless (pub_thread_wait (page_case_server, "/a b", pub_has_playing, 1));
  status = page_case_status ("/status.json", NULL);
  point = page_case_point (status, "/a b");
  assert_equals_string (text (point, "url_path"), "/a%20b");
  assert_equals_string (text (point, "state"), "streaming");
  assert_equals_string (text (point, "title"), "Évening 📺");
  encoder = member (point, "encoder");
  assert_equals_string (text (encoder, "agent"), RAW_AGENT);
  fail_if (json_object_has_member (encoder, "address"));
  fail_unless (ABS (number (encoder, "since_unix_seconds") - now) <= 5);
  fail_unless (number (encoder, "seconds") < 10);
  assert_equals_int (number (member (point, "players"), "now"), 1);
  fail_if (json_object_has_member (member (point, "players"), "list"));
  assert_equals_int (number (member (point, "totals"), "received_packets"), 3);
  fail_unless (number (member (point, "totals"), "received_bytes") > 1200);
  assert_equals_int (number (member (point, "bitrate_history"),
          "step_seconds"), 5);
  g_object_unref (status);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

static gchar *
state_of (const gchar * path)
{
  JsonParser *status = page_case_status ("/status.json", NULL);
  gchar *state = g_strdup (text (page_case_point (status, path), "state"));

  g_object_unref (status);
  return state;
}

static void
expect_state (const gchar * path, const gchar * expected)
{
  gchar *state = state_of (path);

  assert_equals_string (state, expected);
  g_free (state);
}

/* Asked at once after each change: what is kept must not be older. */
GST_START_TEST (test_states)
{
  RawPush *push = raw_push_connect (pub_thread_get_port (page_case_server));
  RawPush *other;

  assert_equals_int (raw_push_setup (push, "/live", "0", ""), 204);
  expect_state ("/live", "ready");
  raw_push_start (push, "/live", 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  expect_state ("/live", "between");
  raw_push_start (push, "/live", RAW_LENGTH);
  fail_unless (pub_thread_wait (page_case_server, "/live", pub_has_state,
          PUB_PUSH_STREAMING));
  expect_state ("/live", "streaming");
  raw_push_free (push);
  fail_unless (pub_thread_wait (page_case_server, "/live", pub_has_state,
          PUB_PUSH_LOST));
  expect_state ("/live", "lost");
  other = page_case_push ("/other", NULL, NULL);
  expect_state ("/other", "streaming");
  raw_push_end (other, 0);
  assert_equals_int (raw_push_response (other, NULL), 204);
  fail_unless (pub_thread_wait (page_case_server, "/other",
          pub_has_no_session, 1));
  expect_state ("/other", "waiting");
  raw_push_free (other);
}

GST_END_TEST;

/* Totals go on over sessions, also when the point ends with each of them. */
/* What somebody asks for is there as long as he waits. */
GST_START_TEST (test_asked_for_in_vain)
{
  RawPush *player = raw_push_connect (pub_thread_get_port (page_case_server));
  JsonParser *status;

  raw_push_send_text (player, "GET /typo HTTP/1.0\r\nHost: localhost\r\n\r\n");
  fail_unless (pub_thread_wait (page_case_server, "/typo", pub_has_players, 1));
  status = page_case_status ("/status.json", NULL);
  fail_unless (page_case_point (status, "/typo") != NULL);
  g_object_unref (status);
  raw_push_free (player);
  fail_unless (pub_thread_wait (page_case_server, "/typo", pub_has_players, 0));
  status = page_case_status ("/status.json", NULL);
  fail_unless (page_case_point (status, "/typo") == NULL);
  g_object_unref (status);
}

GST_END_TEST;

GST_START_TEST (test_totals_go_on)
{
  gint64 bytes = 0;
  guint i;

  for (i = 1; i <= 3; i++) {
    RawPush *push = raw_push_connect (pub_thread_get_port (page_case_server));
    JsonParser *status;
    JsonObject *totals;

    assert_equals_int (raw_push_setup (push, "/live", "0",
            "AutoDestroy: 1\r\n"), 204);
    raw_push_start (push, "/live", RAW_LENGTH);
    fail_unless (pub_thread_wait (page_case_server, "/live", pub_has_state,
            PUB_PUSH_STREAMING));
    status = page_case_status ("/status.json", NULL);
    totals = member (page_case_point (status, "/live"), "totals");
    assert_equals_int (number (totals, "sessions"), i);
    fail_unless (number (totals, "received_bytes") == bytes);
    g_object_unref (status);
    raw_push_frame (push, 'F', "12345678", 8);
    /* filler before a header ends the session */
    assert_equals_int (raw_push_response (push, NULL), 400);
    bytes += 12;
    raw_push_free (push);
    fail_unless (pub_thread_wait (page_case_server, "/live",
            pub_has_no_session, 0));
  }
}

GST_END_TEST;

/* Everything that an encoder says of itself is text. */
GST_START_TEST (test_hostile)
{
  const gchar *agent = "WMEncoder/9.0 \"\\ \xff\xfe \x1b[31m <b>";
  RawPush *push = page_case_push ("/%22%5C%3Cb%3E", agent,
      "\"}],\\\x01\x1f\x7f\xe2\x80\xae</script>");
  JsonParser *status = page_case_status ("/status.json", NULL);
  JsonObject *point = page_case_point (status, "/\"\\<b>");

  assert_equals_string (text (point, "url_path"), "/%22%5C%3Cb%3E");
  assert_equals_string (text (point, "title"),
      "\"}],\\\uFFFD\uFFFD\uFFFD\u202E</script>");
  fail_unless (g_str_has_prefix (text (member (point, "encoder"), "agent"),
          "WMEncoder/9.0 \"\\ "));
  fail_unless (strchr (text (member (point, "encoder"), "agent"), '\x1b')
      == NULL);
  g_object_unref (status);
  raw_push_free (push);
}

GST_END_TEST;

/* A title that is too long is cut; the answer stays valid. */
GST_START_TEST (test_long_title)
{
  GString *title = g_string_new (NULL);
  RawPush *push;
  JsonParser *status;
  guint i;

  for (i = 0; i < 200; i++)
    g_string_append (title, "あ");
  push = page_case_push ("/live", NULL, title->str);
  status = page_case_status ("/status.json", NULL);
  fail_unless (g_str_has_prefix (text (page_case_point (status, "/live"),
              "title"), "ああああああああ"));
  g_object_unref (status);
  raw_push_free (push);
  g_string_free (title, TRUE);
}

GST_END_TEST;

/* Within a second it is made once, unless somebody comes or goes. */
GST_START_TEST (test_kept_for_a_second)
{
  PageAnswer before = page_case_get ("/status.json", NULL), after;
  gint64 start = g_get_monotonic_time ();
  RawPush *push;

  after = page_case_get ("/status.json", NULL);
  if (g_get_monotonic_time () - start < G_USEC_PER_SEC / 2)
    fail_unless (g_str_equal (before.body, after.body));
  page_answer_clear (&after);
  push = page_case_push ("/live", NULL, NULL);
  after = page_case_get ("/status.json", NULL);
  fail_unless (strstr (after.body, "/live") != NULL);
  page_answer_clear (&before);
  page_answer_clear (&after);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_administrator)
{
  static const gchar *const paths[] = { "/status.json", "/admin/status.json" };
  RawPush *push, *player;
  guint i;

  page_case_restart (add_admin);
  push = page_case_push ("/live", NULL, NULL);
  player = start_player ("/live", "P/1 <b>");
  for (i = 0; i < G_N_ELEMENTS (paths); i++) {
    JsonParser *status = page_case_status (paths[i], ADMIN);
    JsonObject *point = page_case_point (status, "/live"), *players, *one;
    JsonArray *list;

    fail_unless (json_object_get_boolean_member (root (status), "is_admin"));
    assert_equals_string (text (member (point, "encoder"), "address"),
        "127.0.0.1");
    players = member (point, "players");
    assert_equals_int (number (players, "not_listed"), 0);
    list = json_object_get_array_member (players, "list");
    assert_equals_int (json_array_get_length (list), 1);
    one = json_array_get_object_element (list, 0);
    assert_equals_string (text (one, "address"), "127.0.0.1");
    assert_equals_string (text (one, "agent"), "P/1 <b>");
    assert_equals_string (text (one, "protocol"), "http");
    assert_equals_string (text (one, "state"), "playing");
    fail_unless (number (one, "id") > 0);
    g_object_unref (status);
  }
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

static guint
status_for (const gchar * method, const gchar * path, const gchar * headers,
    const gchar * body)
{
  PageAnswer answer = page_case_ask (method, path, headers, body);
  guint status = answer.status;

  if (status == 401)
    fail_unless (page_answer_has (&answer, "WWW-Authenticate: "));
  page_answer_clear (&answer);
  return status;
}

/* Who is no administrator sees no address, whatever is asked before. */
GST_START_TEST (test_no_administrator)
{
  static const gchar *const headers[] = { NULL, NOT_ADMIN };
  RawPush *push;
  guint i;

  /* without a password file nobody is */
  fail_unless (status_for ("GET", "/admin/", ADMIN, NULL) == 403);
  fail_unless (status_for ("POST", "/admin/disconnect", ADMIN FORM OWN,
          "point=/live") == 403);
  page_case_restart (add_admin);
  push = page_case_push ("/live", NULL, NULL);
  g_object_unref (page_case_status ("/status.json", ADMIN));
  for (i = 0; i < G_N_ELEMENTS (headers); i++) {
    PageAnswer answer = page_case_get ("/status.json", headers[i]);

    assert_equals_int (answer.status, 200);
    fail_unless (strstr (answer.body, "address") == NULL);
    fail_unless (strstr (answer.body, "127.0.0.1") == NULL);
    fail_unless (strstr (answer.body, "\"has_administrator\":true") != NULL);
    page_answer_clear (&answer);
    fail_unless (status_for ("GET", "/admin/", headers[i], NULL) == 401);
    fail_unless (status_for ("GET", "/admin/status.json", headers[i], NULL)
        == 401);
    fail_unless (status_for ("POST", "/admin/disconnect", headers[i],
            "point=/live") == 401);
  }
  fail_unless (status_for ("GET", "/admin/", ADMIN, NULL) == 200);
  fail_unless (status_for ("GET", "/admin", ADMIN, NULL) == 308);
  fail_unless (status_for ("GET", "/admin/other", ADMIN, NULL) == 404);
  expect_state ("/live", "streaming");
  raw_push_free (push);
}

GST_END_TEST;

/* What no page of another origin can send, and what is wrong otherwise. */
GST_START_TEST (test_disconnect_refused)
{
  static const struct
  {
    const gchar *method, *headers, *body;
    guint status;
  } rows[] = {
    {"POST", FORM, "point=/live", 403},
    {"POST", FORM OWN "Origin: http://evil.example\r\n", "point=/live", 403},
    {"POST", FORM OWN "Origin: null\r\n", "point=/live", 403},
    {"POST", FORM OWN "Sec-Fetch-Site: cross-site\r\n", "point=/live", 403},
    {"POST", FORM OWN "Sec-Fetch-Site: same-site\r\n", "point=/live", 403},
    {"POST", "Content-Type: text/plain\r\n" OWN, "point=/live", 415},
    {"POST", OWN, "point=/live", 415},
    {"POST", FORM OWN, "", 400},
    {"POST", FORM OWN, "point=/live&player=1", 400},
    {"POST", FORM OWN, "points=/live", 400},
    {"POST", FORM OWN, "point=/other", 404},
    {"POST", FORM OWN, "point=", 404},
    {"POST", FORM OWN, "player=0", 404},
    {"POST", FORM OWN, "player=-1", 404},
    {"POST", FORM OWN, "player=99999999999999999999", 404},
    {"POST", FORM OWN, "player=x", 404},
    {"GET", NULL, NULL, 405},
    {"PUT", FORM OWN, "point=/live", 405},
    {"OPTIONS", "Origin: http://evil.example\r\n", NULL, 204},
  };
  RawPush *push;
  guint i;

  page_case_restart (add_admin);
  push = page_case_push ("/live", NULL, NULL);
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    gchar *headers = g_strconcat (ADMIN, rows[i].headers, NULL);
    PageAnswer answer = page_case_ask (rows[i].method, "/admin/disconnect",
        headers, rows[i].body);

    fail_unless (answer.status == rows[i].status, "row %u: %u", i,
        answer.status);
    fail_if (page_answer_has (&answer, "Access-Control"));
    if (answer.status == 405)
      fail_unless (page_answer_has (&answer, "Allow: POST, OPTIONS\r\n"));
    page_answer_clear (&answer);
    g_free (headers);
  }
  expect_state ("/live", "streaming");
  raw_push_free (push);
}

GST_END_TEST;

/* The form's path is escaped as a form is; the encoder is told at once. */
GST_START_TEST (test_disconnect_encoder)
{
  gchar *origin;
  RawPush *push, *other;

  page_case_restart (add_admin);
  push = page_case_push ("/a%26b", NULL, NULL);
  other = page_case_push ("/b", NULL, NULL);
  origin = g_strdup_printf (ADMIN FORM OWN "Origin: http://127.0.0.1:%u\r\n"
      "Sec-Fetch-Site: same-origin\r\n",
      pub_thread_get_port (page_case_server));
  fail_unless (status_for ("POST", "/admin/disconnect", origin,
          "point=%2Fa%26b") == 204);
  assert_equals_int (raw_push_response (push, NULL), 403);
  fail_unless (raw_push_wait_end (push));
  expect_state ("/a&b", "waiting");
  expect_state ("/b", "streaming");
  fail_unless (status_for ("POST", "/admin/disconnect", origin,
          "point=%2Fa%26b") == 404);
  raw_push_free (push);
  raw_push_free (other);
  g_free (origin);
}

GST_END_TEST;

static gint64
first_player (const gchar * path)
{
  JsonParser *status = page_case_status ("/status.json", ADMIN);
  JsonArray *list = json_object_get_array_member (member (page_case_point
          (status, path), "players"), "list");
  gint64 id = number (json_array_get_object_element (list, 0), "id");

  g_object_unref (status);
  return id;
}

GST_START_TEST (test_disconnect_player)
{
  RawPush *push, *first, *second;
  gchar *body;

  page_case_restart (add_admin);
  push = page_case_push ("/live", NULL, NULL);
  first = start_player ("/live", "First");
  fail_unless (pub_thread_wait (page_case_server, "/live", pub_has_playing, 1));
  second = start_player ("/live", "Second");
  fail_unless (pub_thread_wait (page_case_server, "/live", pub_has_playing, 2));
  /* the oldest one comes first */
  body = g_strdup_printf ("player=%" G_GINT64_FORMAT, first_player ("/live"));
  fail_unless (status_for ("POST", "/admin/disconnect", ADMIN FORM OWN, body)
      == 204);
  while (raw_push_try_read (first, first->received->len + 1));
  fail_unless (pub_thread_wait (page_case_server, "/live", pub_has_players, 1));
  fail_unless (status_for ("POST", "/admin/disconnect", ADMIN FORM OWN, body)
      == 404);
  g_string_truncate (second->received, 0);
  page_case_send_packet (push);
  raw_push_read (second, 400);
  g_free (body);
  raw_push_free (first);
  raw_push_free (second);
  raw_push_free (push);
}

GST_END_TEST;

static void
allow_many (PubServer * server, gpointer data)
{
  add_admin (server, data);
  pub_server_get_config (server)->max_players = PUB_STATUS_MAX_LISTED + 50;
}

/* The list ends somewhere; the number of all is said. */
GST_START_TEST (test_list_is_bounded)
{
  const struct rlimit files = { 4096, 4096 };
  RawPush *push, *players[PUB_STATUS_MAX_LISTED + 5];
  JsonParser *status;
  JsonObject *of_point;
  guint i;

  if (setrlimit (RLIMIT_NOFILE, &files) != 0) {
    g_print ("SKIP: so many connections are not allowed here\n");
    return;
  }
  page_case_restart (allow_many);
  push = page_case_push ("/live", NULL, NULL);
  for (i = 0; i < G_N_ELEMENTS (players); i++)
    players[i] = start_player ("/live", "Many");
  status = page_case_status ("/status.json", ADMIN);
  of_point = member (page_case_point (status, "/live"), "players");
  assert_equals_int (number (of_point, "now"), i);
  assert_equals_int (number (of_point, "not_listed"), 5);
  assert_equals_int (json_array_get_length (json_object_get_array_member
          (of_point, "list")), PUB_STATUS_MAX_LISTED);
  g_object_unref (status);
  for (i = 0; i < G_N_ELEMENTS (players); i++)
    raw_push_free (players[i]);
  raw_push_free (push);
}

GST_END_TEST;

static Suite *
pubstatus_suite (void)
{
  Suite *suite = suite_create ("pubstatus");
  TCase *tc = tcase_create ("status");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, page_case_setup, page_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_empty);
  tcase_add_test (tc, test_streaming);
  tcase_add_test (tc, test_states);
  tcase_add_test (tc, test_asked_for_in_vain);
  tcase_add_test (tc, test_totals_go_on);
  tcase_add_test (tc, test_hostile);
  tcase_add_test (tc, test_long_title);
  tcase_add_test (tc, test_kept_for_a_second);
  tcase_add_test (tc, test_administrator);
  tcase_add_test (tc, test_no_administrator);
  tcase_add_test (tc, test_disconnect_refused);
  tcase_add_test (tc, test_disconnect_encoder);
  tcase_add_test (tc, test_disconnect_player);
  tcase_add_test (tc, test_list_is_bounded);
  return suite;
}

GST_CHECK_MAIN (pubstatus);
