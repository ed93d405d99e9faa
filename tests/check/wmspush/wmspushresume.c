/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A lost session without a socket: with which push-id it is asked for, and
 * where (protocol.md, C24). */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "wmspush/wmspush.h"
#include "wmspush/wmsstatus.h"
#include "wmspush/wmsuri.h"

#define SERVER "Cougar/9.5"

static WmsPush *
new_push (void)
{
  g_autoptr (GUri) uri = wms_uri_parse ("http://home/p", NULL, NULL);
  WmsPushConfig config = {.uri = uri };

  return wms_push_new (&config);
}

/* The next request is a PushSetup to @host with @cookie; it is answered with
 * @status and @id. */
static WmsOutcome
ask (WmsPush * push, const gchar * host, const gchar * cookie, guint status,
    const gchar * id)
{
  WmsCookie set = { "push-id", id };
  WmsResponse response = {
    .status = status,
    .server = SERVER,
    .cookies = &set,
    .n_cookies = id != NULL ? 1 : 0,
    .location = "http://away/q",
  };
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_SETUP);
  fail_unless_equals_string (g_uri_get_host (request.uri), host);
  fail_unless_equals_string (request.cookie, cookie);
  return wms_push_take_response (push, &response, NULL);
}

static void
begin_stream (WmsPush * push)
{
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_START);
}

static void
lose (WmsPush * push)
{
  g_autoptr (GError) reason = g_error_new_literal (WMS_ERROR, WMS_ERROR_LOST,
      "x");

  fail_unless_equals_int (wms_push_take_loss (push, reason, NULL),
      WMS_OUTCOME_FAILED);
}

static WmsPush *
new_lost_push (void)
{
  WmsPush *push = new_push ();

  fail_unless_equals_int (ask (push, "home", "push-id=0", 204, "7"),
      WMS_OUTCOME_OPENED);
  fail_unless (!wms_push_is_continued (push));
  begin_stream (push);
  lose (push);
  return push;
}

/* What a server may say to a push-id, and whether the session goes on. */
static const struct
{
  guint status;
  const gchar *id;
  gboolean is_continued;
} answers[] = {
  {204, "7", TRUE},
  {204, NULL, TRUE},
  {200, "7", TRUE},
  {204, "8", FALSE},
};

GST_START_TEST (test_answers)
{
  WmsPush *push = new_lost_push ();

  wms_push_resume (push);
  fail_unless_equals_int (ask (push, "home", "push-id=7",
          answers[__i__].status, answers[__i__].id), WMS_OUTCOME_OPENED);
  fail_unless (wms_push_is_continued (push) == answers[__i__].is_continued);
  begin_stream (push);
  wms_push_settle (push);
  fail_unless (!wms_push_is_continued (push));
  wms_push_free (push);
}

GST_END_TEST;

/* A server that gives no push-id, as PeerCast, gets the session anew. */
GST_START_TEST (test_no_id)
{
  WmsPush *push = new_push ();

  ask (push, "home", "push-id=0", 204, NULL);
  begin_stream (push);
  lose (push);
  wms_push_resume (push);
  fail_unless_equals_int (ask (push, "home", "push-id=0", 204, NULL),
      WMS_OUTCOME_OPENED);
  fail_unless (!wms_push_is_continued (push));
  wms_push_free (push);
}

GST_END_TEST;

/* Refused with a 4xx, the push-id is left out once in the same try, also when
 * the refusal brings another one; the next try has it again. */
GST_START_TEST (test_refused_id)
{
  WmsPush *push = new_lost_push ();

  wms_push_resume (push);
  fail_unless_equals_int (ask (push, "home", "push-id=7", 404, "9"),
      WMS_OUTCOME_AGAIN);
  fail_unless_equals_int (ask (push, "home", "push-id=0", 404, "9"),
      WMS_OUTCOME_FAILED);
  wms_push_resume (push);
  fail_unless_equals_int (ask (push, "home", "push-id=7", 409, NULL),
      WMS_OUTCOME_AGAIN);
  fail_unless_equals_int (ask (push, "home", "push-id=0", 204, "8"),
      WMS_OUTCOME_OPENED);
  fail_unless (!wms_push_is_continued (push));
  wms_push_free (push);
}

GST_END_TEST;

/* A server that has refused the push-id and gives the same one again means
 * another session. */
GST_START_TEST (test_refused_id_again)
{
  WmsPush *push = new_lost_push ();

  wms_push_resume (push);
  fail_unless_equals_int (ask (push, "home", "push-id=7", 404, NULL),
      WMS_OUTCOME_AGAIN);
  fail_unless_equals_int (ask (push, "home", "push-id=0", 204, "7"),
      WMS_OUTCOME_OPENED);
  fail_unless (!wms_push_is_continued (push));
  wms_push_free (push);
}

GST_END_TEST;

/* Whether the next request goes through a proxy that a server named. */
static gboolean
has_proxy (WmsPush * push)
{
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  return request.proxy != NULL;
}

/* A proxy that the server has named is asked once more, then no more. */
GST_START_TEST (test_named_proxy)
{
  WmsPush *push = new_push ();

  fail_unless_equals_int (ask (push, "home", "push-id=0", 305, NULL),
      WMS_OUTCOME_AGAIN);
  ask (push, "home", "push-id=0", 204, "7");
  begin_stream (push);
  lose (push);
  wms_push_resume (push);
  fail_unless (has_proxy (push));
  lose (push);
  wms_push_resume (push);
  fail_unless (!has_proxy (push));
  wms_push_free (push);
}

GST_END_TEST;

/* Without a loss too, another push-id is another session. */
GST_START_TEST (test_restart)
{
  WmsPush *push = new_push ();

  ask (push, "home", "push-id=0", 204, "7");
  wms_push_restart (push);
  fail_unless_equals_int (ask (push, "home", "push-id=7", 204, __i__ > 0 ?
          "8" : "7"), WMS_OUTCOME_OPENED);
  fail_unless (wms_push_is_continued (push) == (__i__ == 0));
  wms_push_free (push);
}

GST_END_TEST;

/* Nor is a push-id that the server has given up meanwhile a refusal, each time
 * that it has; the answer to the request without it counts. */
GST_START_TEST (test_restart_refused)
{
  WmsPush *push = new_push ();
  const gchar *id = "push-id=7";
  guint i;

  ask (push, "home", "push-id=0", 204, "7");
  for (i = 0; i < 3; i++) {
    wms_push_restart (push);
    fail_unless_equals_int (ask (push, "home", id, 404, NULL),
        WMS_OUTCOME_AGAIN);
    fail_unless_equals_int (ask (push, "home", "push-id=0", 204, "8"),
        WMS_OUTCOME_OPENED);
    fail_unless (!wms_push_is_continued (push));
    id = "push-id=8";
  }
  wms_push_restart (push);
  ask (push, "home", id, 404, NULL);
  fail_unless_equals_int (ask (push, "home", "push-id=0", 404, NULL),
      WMS_OUTCOME_FAILED);
  wms_push_free (push);
}

GST_END_TEST;

/* Trouble of the server says nothing about the push-id. */
static const guint troubles[] = { 408, 429, 500, 503 };

GST_START_TEST (test_trouble)
{
  WmsPush *push = new_lost_push ();

  wms_push_resume (push);
  fail_unless_equals_int (ask (push, "home", "push-id=7", troubles[__i__],
          NULL), WMS_OUTCOME_FAILED);
  wms_push_resume (push);
  fail_unless_equals_int (ask (push, "home", "push-id=7", 204, NULL),
      WMS_OUTCOME_OPENED);
  fail_unless (wms_push_is_continued (push));
  wms_push_free (push);
}

GST_END_TEST;

/* A PushStart that is refused as unknown or wrong ends the session there. */
static const struct
{
  guint status;
  const gchar *cookie;
} refusals[] = {
  {400, "push-id=0"},
  {404, "push-id=0"},
  {410, "push-id=0"},
  {403, "push-id=7"},
  {409, "push-id=7"},
  {503, "push-id=7"},
};

GST_START_TEST (test_refused_start)
{
  WmsResponse response = {.status = refusals[__i__].status };
  WmsPush *push = new_push ();

  ask (push, "home", "push-id=0", 204, "7");
  begin_stream (push);
  fail_unless_equals_int (wms_push_take_response (push, &response, NULL),
      WMS_OUTCOME_FAILED);
  wms_push_resume (push);
  ask (push, "home", refusals[__i__].cookie, 204, "7");
  wms_push_free (push);
}

GST_END_TEST;

/* The session is looked for where it was, then where the configuration leads;
 * a push-id never goes to another server. */
GST_START_TEST (test_redirected)
{
  WmsPush *push = new_push ();

  fail_unless_equals_int (ask (push, "home", "push-id=0", 307, "6"),
      WMS_OUTCOME_AGAIN);
  ask (push, "away", "push-id=0", 204, "7");
  begin_stream (push);
  lose (push);
  wms_push_resume (push);
  fail_unless_equals_int (ask (push, "away", "push-id=7", 503, NULL),
      WMS_OUTCOME_FAILED);
  wms_push_resume (push);
  fail_unless_equals_int (ask (push, "home", "push-id=0", 204, "8"),
      WMS_OUTCOME_OPENED);
  fail_unless (!wms_push_is_continued (push));
  wms_push_free (push);
}

GST_END_TEST;

/* Another element's session, where a redirection had led it. */
static WmsPush *
new_recalled_push (void)
{
  g_autoptr (GUri) uri = wms_uri_parse ("http://home/p", NULL, NULL);
  WmsPushConfig config = {.uri = uri };
  WmsPush *push = new_push ();
  WmsPushMemory *memory;

  ask (push, "home", "push-id=0", 307, NULL);
  ask (push, "away", "push-id=0", 204, "7");
  config.memory = memory = wms_push_remember (push, TRUE);
  wms_push_free (push);
  push = wms_push_new (&config);
  wms_push_memory_free (memory);
  return push;
}

/* One that is not there any more is begun where the configuration leads, in the
 * same try and once. */
GST_START_TEST (test_recalled_is_gone)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR,
      G_IO_ERROR_CONNECTION_REFUSED, "x");
  g_autoptr (GError) error = NULL;
  WmsPush *push = new_recalled_push ();
  WmsRequest request;

  if (__i__ == 0) {
    fail_unless_equals_int (ask (push, "away", "push-id=7", 404, NULL),
        WMS_OUTCOME_AGAIN);
    fail_unless_equals_int (ask (push, "away", "push-id=0", 404, NULL),
        WMS_OUTCOME_AGAIN);
  } else {
    fail_unless (wms_push_next_request (push, &request));
    fail_unless_equals_int (wms_push_take_loss (push, reason, &error),
        WMS_OUTCOME_AGAIN);
    fail_unless (error == NULL);
  }
  if (__i__ < 2) {
    fail_unless_equals_int (ask (push, "home", "push-id=0", 204, "8"),
        WMS_OUTCOME_OPENED);
    fail_unless (!wms_push_is_continued (push));
  } else {
    fail_unless_equals_int (ask (push, "home", "push-id=0", 503, NULL),
        WMS_OUTCOME_FAILED);
  }
  wms_push_free (push);
}

GST_END_TEST;

/* What is lost when it was open is looked for there first, as any other. */
GST_START_TEST (test_recalled_is_lost)
{
  WmsPush *push = new_recalled_push ();

  fail_unless_equals_int (ask (push, "away", "push-id=7", 204, "7"),
      WMS_OUTCOME_OPENED);
  fail_unless (wms_push_is_continued (push));
  wms_push_settle (push);
  begin_stream (push);
  lose (push);
  wms_push_resume (push);
  fail_unless_equals_int (ask (push, "away", "push-id=7", 503, NULL),
      WMS_OUTCOME_FAILED);
  wms_push_free (push);
}

GST_END_TEST;

static Suite *
wmspushresume_suite (void)
{
  Suite *s = suite_create ("wmspushresume");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_answers, 0, G_N_ELEMENTS (answers));
  tcase_add_test (tc, test_no_id);
  tcase_add_test (tc, test_refused_id);
  tcase_add_loop_test (tc, test_restart, 0, 2);
  tcase_add_test (tc, test_restart_refused);
  tcase_add_test (tc, test_named_proxy);
  tcase_add_test (tc, test_refused_id_again);
  tcase_add_loop_test (tc, test_trouble, 0, G_N_ELEMENTS (troubles));
  tcase_add_loop_test (tc, test_refused_start, 0, G_N_ELEMENTS (refusals));
  tcase_add_test (tc, test_redirected);
  tcase_add_loop_test (tc, test_recalled_is_gone, 0, 3);
  tcase_add_test (tc, test_recalled_is_lost);
  return s;
}

GST_CHECK_MAIN (wmspushresume);
