/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The protocol's states without a socket: what is sent, and what follows from
 * each answer. */
#include "wmspush/wmspush.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "wmspush/wmsstatus.h"
#include "wmspush/wmsuri.h"

static WmsPush *
new_push (const gchar * url, const gchar * template_location,
    gboolean auto_destroy)
{
  g_autoptr (GUri) uri = wms_uri_parse (url, NULL, NULL);
  WmsPushConfig config = { uri, template_location, auto_destroy, 0 };

  return wms_push_new (&config);
}

static WmsOutcome
answer (WmsPush * push, guint status, const gchar * server, GError ** error)
{
  WmsResponse response = {.status = status,.server = server };

  return wms_push_take_response (push, &response, error);
}

static WmsPush *
new_open_push (void)
{
  WmsPush *push = new_push ("http://h/p", NULL, FALSE);
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (answer (push, 204, "Cougar/9.5", NULL),
      WMS_OUTCOME_OPENED);
  return push;
}

static WmsPush *
new_streaming_push (void)
{
  WmsPush *push = new_open_push ();
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_START);
  return push;
}

/* [MS-WMHTTP] 2.2.2.1: nothing, AutoDestroy, or both directives. */
static const struct
{
  const gchar *template_location;
  gboolean auto_destroy;
  const gchar *body;
} setups[] = {
  {NULL, FALSE, ""},
  {NULL, TRUE, "AutoDestroy: 1\r\n"},
  {"/pub", FALSE, "Template-URL: \"/pub\"\r\nAutoDestroy: 0\r\n"},
  {"/pub", TRUE, "Template-URL: \"/pub\"\r\nAutoDestroy: 1\r\n"},
  /* UTF-8, then percent-encoded (2.2.2.1.1) */
  {"/\303\251t\303\251", TRUE,
      "Template-URL: \"/%C3%A9t%C3%A9\"\r\nAutoDestroy: 1\r\n"},
  /* nothing ends the directive early */
  {"/a\"\r\nX: 1", TRUE,
      "Template-URL: \"/a%22%0D%0AX:%201\"\r\nAutoDestroy: 1\r\n"},
};

GST_START_TEST (test_setup_request)
{
  WmsPush *push = new_push ("http://h/p", setups[__i__].template_location,
      setups[__i__].auto_destroy);
  g_autofree gchar *body = NULL;
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_SETUP);
  fail_unless_equals_string (request.content_type,
      "application/x-wms-pushsetup");
  body = g_strndup (g_bytes_get_data (request.body, NULL),
      g_bytes_get_size (request.body));
  fail_unless_equals_string (body, setups[__i__].body);
  fail_unless_equals_uint64 (request.content_length, strlen (body));
  fail_unless_equals_string (request.cookie, "push-id=0");
  wms_push_free (push);
}

GST_END_TEST;

/* protocol.md, C3: WMEncoder, a version that exists, groups of at most four
 * digits, then other products. */
GST_START_TEST (test_user_agent)
{
  WmsPush *push = new_push ("http://h/p", NULL, FALSE);
  WmsRequest request;

  wms_push_next_request (push, &request);
  fail_unless (g_regex_match_simple
      ("^WMEncoder/(9|10|11|12)\\.0(\\.\\d{1,4}\\.\\d{1,4})?"
          "( [A-Za-z0-9.-]+/[A-Za-z0-9.-]+)*$", request.user_agent, 0, 0));
  wms_push_free (push);
}

GST_END_TEST;

/* [MS-WMHTTP] 3.1.4.2.1; protocol.md, C20. */
GST_START_TEST (test_start_request)
{
  WmsPush *push = new_open_push ();
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_START);
  fail_unless_equals_string (request.content_type,
      "application/x-wms-pushstart");
  fail_unless (request.body == NULL);
  fail_unless_equals_uint64 (request.content_length, 2147483647);
  /* one at a time */
  fail_if (wms_push_next_request (push, &request));
  wms_push_free (push);
}

GST_END_TEST;

/* What a PushSetup's answer means: protocol.md, C13 and section 5. */
static const struct
{
  guint status;
  const gchar *server;
  WmsOutcome outcome;
  gint code;
} setup_answers[] = {
  {204, "Cougar/9.5.5732.6324", WMS_OUTCOME_OPENED, 0},
  {204, "Rex/9.0.0.2980", WMS_OUTCOME_OPENED, 0},
  {200, "Cougar 4.1.0.3920", WMS_OUTCOME_OPENED, 0},
  {204, "cougar", WMS_OUTCOME_OPENED, 0},
  {204, "Cougarette/1.0", WMS_OUTCOME_FAILED,
      WMS_ERROR_NOT_A_PUBLISHING_POINT},
  {200, "nginx", WMS_OUTCOME_FAILED, WMS_ERROR_NOT_A_PUBLISHING_POINT},
  {204, NULL, WMS_OUTCOME_FAILED, WMS_ERROR_NOT_A_PUBLISHING_POINT},
  {404, "Cougar/9.5", WMS_OUTCOME_FAILED, 404},
  {305, "Cougar/9.5", WMS_OUTCOME_FAILED, WMS_ERROR_REDIRECT},
  {401, "Cougar/9.5", WMS_OUTCOME_FAILED, 401},
  {407, "Cougar/9.5", WMS_OUTCOME_FAILED, 407},
  {100, "Cougar/9.5", WMS_OUTCOME_FAILED, 100},
};

GST_START_TEST (test_setup_answers)
{
  WmsPush *push = new_push ("http://h/p", NULL, FALSE);
  g_autoptr (GError) error = NULL;
  WmsRequest request;

  wms_push_next_request (push, &request);
  fail_unless_equals_int (answer (push, setup_answers[__i__].status,
          setup_answers[__i__].server, &error), setup_answers[__i__].outcome);
  if (setup_answers[__i__].outcome == WMS_OUTCOME_OPENED) {
    fail_unless (error == NULL);
  } else {
    fail_unless_equals_int (error->code, setup_answers[__i__].code);
    fail_if (wms_push_next_request (push, &request));
  }
  wms_push_free (push);
}

GST_END_TEST;

/* protocol.md, C5: the last push-id counts, on any answer; other cookies are
 * kept; what could end a header is not. */
GST_START_TEST (test_cookies)
{
  WmsPush *push = new_push ("http://h/p", NULL, FALSE);
  const WmsCookie cookies[] = {
    {"other", "x"}, {"push-id", "4124758405"}, {"other", "y"},
    {"bad", "a\r\nX-Injected: 1"}, {"worse", "a; push-id=9"}, {"", "z"},
  };
  WmsResponse response = {
    .status = 204,.server = "Cougar/9.5",
    .cookies = cookies,.n_cookies = G_N_ELEMENTS (cookies)
  };
  WmsRequest request;

  wms_push_next_request (push, &request);
  fail_unless_equals_int (wms_push_take_response (push, &response, NULL),
      WMS_OUTCOME_OPENED);
  fail_unless_equals_string (wms_push_get_id (push), "4124758405");
  wms_push_next_request (push, &request);
  fail_unless_equals_string (request.cookie, "push-id=4124758405; other=y");
  wms_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_overlong_push_id)
{
  WmsPush *push = new_push ("http://h/p", NULL, FALSE);
  g_autofree gchar *id = g_strnfill (WMS_PUSH_MAX_ID + 1, '7');
  WmsCookie cookie = { "push-id", id };
  WmsResponse response = {
    .status = 204,.server = "Cougar/9.5",.cookies = &cookie,.n_cookies = 1
  };
  g_autoptr (GError) error = NULL;
  WmsRequest request;

  wms_push_next_request (push, &request);
  fail_unless_equals_int (wms_push_take_response (push, &response, &error),
      WMS_OUTCOME_FAILED);
  fail_unless (g_error_matches (error, WMS_ERROR, WMS_ERROR_PUSH_ID));
  wms_push_free (push);
}

GST_END_TEST;

/* protocol.md, C11 and section 6. */
static const struct
{
  const gchar *from;
  const gchar *location;
  const gchar *to;
  const gchar *cookie;
} redirects[] = {
  {"http://h/p", "/q", "http://h/q", "push-id=5; k=v"},
  {"http://h/p", "http://h/q", "http://h/q", "push-id=5; k=v"},
  /* another origin gets nothing */
  {"http://h/p", "http://other/q", "http://other/q", "push-id=0"},
  {"http://h/p", "http://h:81/q", "http://h:81/q", "push-id=0"},
  {"http://h/p", "https://h/q", "https://h/q", "push-id=0"},
  /* never back to clear text, nowhere else, no credentials out of it */
  {"https://h/p", "http://h/q", NULL, NULL},
  {"http://h/p", "ftp://h/q", NULL, NULL},
  {"http://h/p", "http://u:p@h/q", NULL, NULL},
  {"http://h/p", "http://", NULL, NULL},
  {"http://h/p", NULL, NULL, NULL},
};

GST_START_TEST (test_redirects)
{
  WmsPush *push = new_push (redirects[__i__].from, NULL, FALSE);
  const WmsCookie cookies[] = { {"push-id", "5"}, {"k", "v"} };
  WmsResponse response = {
    .status = 302,.server = "Cougar/9.5",
    .location = redirects[__i__].location,
    .cookies = cookies,.n_cookies = 2
  };
  g_autofree gchar *uri = NULL;
  g_autoptr (GError) error = NULL;
  WmsRequest request;

  wms_push_next_request (push, &request);
  if (redirects[__i__].to == NULL) {
    fail_unless_equals_int (wms_push_take_response (push, &response, &error),
        WMS_OUTCOME_FAILED);
    fail_unless (g_error_matches (error, WMS_ERROR, WMS_ERROR_REDIRECT));
  } else {
    fail_unless_equals_int (wms_push_take_response (push, &response, &error),
        WMS_OUTCOME_AGAIN);
    fail_unless (wms_push_next_request (push, &request));
    uri = g_uri_to_string (request.uri);
    fail_unless_equals_string (uri, redirects[__i__].to);
    fail_unless_equals_string (request.cookie, redirects[__i__].cookie);
  }
  wms_push_free (push);
}

GST_END_TEST;

/* protocol.md, C23: an answer in mid-stream ends it, a success too. */
GST_START_TEST (test_early_answers)
{
  static const struct
  {
    guint status;
    gint code;
  } answers[] = {
    {408, 408}, {403, 403}, {503, 503}, {302, 302},
    {200, WMS_ERROR_ENDED_EARLY}, {204, WMS_ERROR_ENDED_EARLY},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (answers); i++) {
    WmsPush *push = new_streaming_push ();
    g_autoptr (GError) error = NULL;

    fail_unless_equals_int (answer (push, answers[i].status, "Cougar/9.5",
            &error), WMS_OUTCOME_FAILED);
    fail_unless_equals_int (error->code, answers[i].code);
    wms_push_free (push);
  }
}

GST_END_TEST;

/* docs/protocol.md: after the final $E every answer is the end. */
GST_START_TEST (test_answers_to_end)
{
  static const guint statuses[] = { 204, 200, 422, 500, 502, 404 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (statuses); i++) {
    WmsPush *push = new_streaming_push ();

    wms_push_begin_end (push);
    fail_unless_equals_int (answer (push, statuses[i], NULL, NULL),
        WMS_OUTCOME_ENDED);
    wms_push_free (push);
  }
}

GST_END_TEST;

/* [MS-WMHTTP] 3.1.7.1. */
GST_START_TEST (test_loss)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR,
      G_IO_ERROR_CONNECTION_CLOSED, "gone");
  g_autoptr (GError) error = NULL;
  WmsPush *push = new_streaming_push ();

  fail_unless_equals_int (wms_push_take_loss (push, reason, &error),
      WMS_OUTCOME_FAILED);
  fail_unless (g_error_matches (error, G_IO_ERROR,
          G_IO_ERROR_CONNECTION_CLOSED));
  wms_push_free (push);
  push = new_streaming_push ();
  wms_push_begin_end (push);
  fail_unless_equals_int (wms_push_take_loss (push, reason, NULL),
      WMS_OUTCOME_ENDED);
  wms_push_free (push);
}

GST_END_TEST;

/* Not a close: the last packets have not arrived. */
GST_START_TEST (test_stall_at_the_end)
{
  g_autoptr (GError) reason = g_error_new_literal (WMS_ERROR,
      WMS_ERROR_STALLED, "not acknowledged");
  g_autoptr (GError) error = NULL;
  WmsPush *push = new_streaming_push ();

  wms_push_begin_end (push);
  fail_unless_equals_int (wms_push_take_loss (push, reason, &error),
      WMS_OUTCOME_FAILED);
  fail_unless (g_error_matches (error, WMS_ERROR, WMS_ERROR_STALLED));
  wms_push_free (push);
}

GST_END_TEST;

/* protocol.md, C22: after a filled request another PushStart. */
GST_START_TEST (test_refill)
{
  WmsPush *push = new_streaming_push ();
  WmsRequest request;

  wms_push_begin_refill (push);
  fail_unless_equals_int (answer (push, 204, "Cougar/9.5", NULL),
      WMS_OUTCOME_OPENED);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_START);
  wms_push_free (push);
}

GST_END_TEST;

/* The connection went away before PushStart: PushSetup again, with the id. */
GST_START_TEST (test_restart)
{
  WmsPush *push = new_push ("http://h/p", NULL, TRUE);
  WmsCookie cookie = { "push-id", "5" };
  WmsResponse response = {
    .status = 204,.server = "Cougar/9.5",.cookies = &cookie,.n_cookies = 1
  };
  WmsRequest request;

  wms_push_next_request (push, &request);
  wms_push_take_response (push, &response, NULL);
  wms_push_next_request (push, &request);
  wms_push_restart (push);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_SETUP);
  fail_unless_equals_string (request.cookie, "push-id=5");
  wms_push_free (push);
}

GST_END_TEST;

/* [MS-WMHTTP] 3.1.5.1, UsingProxy. */
GST_START_TEST (test_via)
{
  WmsPush *push = new_push ("http://h/p", NULL, FALSE);
  WmsResponse response = {
    .status = 204,.server = "Cougar/9.5",.via = "1.1 squid"
  };
  WmsRequest request;

  wms_push_next_request (push, &request);
  fail_if (wms_push_get_using_proxy (push));
  wms_push_take_response (push, &response, NULL);
  fail_unless (wms_push_get_using_proxy (push));
  wms_push_free (push);
}

GST_END_TEST;

static Suite *
wmspush_suite (void)
{
  Suite *suite = suite_create ("wmspush");
  TCase *tc = tcase_create ("states");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_setup_request, 0, G_N_ELEMENTS (setups));
  tcase_add_test (tc, test_user_agent);
  tcase_add_test (tc, test_start_request);
  tcase_add_loop_test (tc, test_setup_answers, 0, G_N_ELEMENTS (setup_answers));
  tcase_add_test (tc, test_cookies);
  tcase_add_test (tc, test_overlong_push_id);
  tcase_add_loop_test (tc, test_redirects, 0, G_N_ELEMENTS (redirects));
  tcase_add_test (tc, test_early_answers);
  tcase_add_test (tc, test_answers_to_end);
  tcase_add_test (tc, test_loss);
  tcase_add_test (tc, test_stall_at_the_end);
  tcase_add_test (tc, test_refill);
  tcase_add_test (tc, test_restart);
  tcase_add_test (tc, test_via);
  return suite;
}

GST_CHECK_MAIN (wmspush);
