/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is said on a player's connection, and in which order ([MS-WMSP] 3.2.5,
 * Pending-Responses). */
#include <string.h>

#include <gst/check/gstcheck.h>

#include "pubtalk.h"

static PubTalk talk;
static GByteArray *out;

static void
setup_talk (void)
{
  pub_talk_init (&talk);
  talk.answer.client_id = 7;
  talk.answer.is_http11 = TRUE;
  out = g_byte_array_new ();
}

static void
teardown_talk (void)
{
  pub_talk_clear (&talk);
  g_byte_array_unref (out);
}

/* What was said since the last time; of each head only the status line and
 * "..." is left. */
static void
expect (const gchar * expected)
{
  GString *seen = g_string_new (NULL);
  gchar *text, *at, *end;

  g_byte_array_append (out, (const guint8 *) "", 1);
  text = at = (gchar *) out->data;
  while ((end = strstr (at, "HTTP/1.1 ")) != NULL) {
    gchar *rest = strstr (end, "\r\n\r\n");

    g_string_append_len (seen, at, strstr (end, "\r\n") - at);
    g_string_append (seen, strstr (end, "chunked") != NULL
        && strstr (end, "chunked") < rest ? "~" : ".");
    at = rest + 4;
  }
  g_string_append_len (seen, at, out->len - 1 - (at - text));
  fail_unless_equals_string (seen->str, expected);
  g_string_free (seen, TRUE);
  g_byte_array_set_size (out, 0);
}

static void
stream (const gchar * packet)
{
  guint8 head[PUB_MMS_TRANSFER_MAX];

  g_byte_array_append (out, head, pub_talk_write_head (&talk, head,
          strlen (packet)));
  g_byte_array_append (out, (const guint8 *) packet, strlen (packet));
}

/* 3.2.5.8, 3.2.5.11: behind what is streamed. */
GST_START_TEST (test_answers_wait)
{
  fail_unless (pub_talk_answer (&talk, out, 204));
  expect ("HTTP/1.1 204 No Content.");
  pub_talk_open (&talk, out, PUB_MMS_TYPE_FRAMED);
  stream ("abc");
  expect ("HTTP/1.1 200 OK~3\r\nabc");
  fail_unless (pub_talk_answer (&talk, out, 204));
  fail_unless (pub_talk_answer_options (&talk, out));
  expect ("");
  stream ("defgh");
  expect ("\r\n5\r\ndefgh");
  /* 3.2.5.7 */
  pub_talk_open (&talk, out, PUB_MMS_TYPE_FRAMED);
  stream ("ij");
  expect ("\r\n0\r\n\r\nHTTP/1.1 204 No Content.HTTP/1.1 200 OK."
      "HTTP/1.1 200 OK~2\r\nij");
  /* 3.2.5.10 */
  pub_talk_end (&talk, out);
  fail_unless (pub_talk_answer (&talk, out, 200));
  expect ("\r\n0\r\n\r\nHTTP/1.1 200 OK.");
  pub_talk_end (&talk, out);
  expect ("");
}

GST_END_TEST;

GST_START_TEST (test_bounded)
{
  guint n = 0;

  pub_talk_open (&talk, out, PUB_MMS_TYPE_FRAMED);
  while (n < 10000 && pub_talk_answer (&talk, out, 204))
    n++;
  fail_unless (n > 40 && n < 200, "%u", n);
}

GST_END_TEST;

/* 3.2.5.5, in time and too late. */
GST_START_TEST (test_pipeline)
{
  guint i;

  for (i = 0; i < 2; i++) {
    fail_unless (pub_talk_test (&talk, out));
    fail_unless (memcmp (out->data + out->len - 7, "4\r\n$T\0\0", 7) == 0);
    g_byte_array_set_size (out, 0);
    fail_unless (pub_talk_test (&talk, out));
    fail_unless (g_strstr_len ((gchar *) out->data, out->len,
            ", pipeline-result=1, ") != NULL);
    expect ("\r\n0\r\n\r\nHTTP/1.1 204 No Content.");
  }
  fail_unless (pub_talk_test (&talk, out));
  g_byte_array_set_size (out, 0);
  pub_talk_end (&talk, out);
  expect ("\r\n0\r\n\r\n");
  fail_unless (pub_talk_test (&talk, out));
  fail_unless (g_strstr_len ((gchar *) out->data, out->len,
          ", pipeline-result=0, ") != NULL);
  expect ("HTTP/1.1 204 No Content.");
  fail_unless (pub_talk_answer (&talk, out, 204));
  fail_unless (g_strstr_len ((gchar *) out->data, out->len,
          "pipeline-result") == NULL);
}

GST_END_TEST;

/* 3.2.3, 3.2.5.1. */
GST_START_TEST (test_features)
{
  PubMmsRequest request = { 0, };

  assert_equals_int (talk.features, PUB_MMS_PREDSTRM | PUB_MMS_SSWITCH);
  request.major = 9;
  request.is_http11 = TRUE;
  pub_talk_hear (&talk, &request);
  assert_equals_int (talk.features, PUB_MMS_PREDSTRM | PUB_MMS_SSWITCH);
  assert_equals_int (talk.answer.major, 9);
  request.has_features = TRUE;
  request.features = PUB_MMS_SSWITCH;
  pub_talk_hear (&talk, &request);
  assert_equals_int (talk.features, PUB_MMS_SSWITCH);
  fail_unless (pub_talk_answer_options (&talk, out));
  fail_unless (g_strstr_len ((gchar *) out->data, out->len,
          "\r\nPublic: GET, POST, OPTIONS\r\n") != NULL);
}

GST_END_TEST;

static Suite *
pubtalk_suite (void)
{
  Suite *suite = suite_create ("pubtalk");
  TCase *tc = tcase_create ("pubtalk");

  tcase_add_checked_fixture (tc, setup_talk, teardown_talk);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_answers_wait);
  tcase_add_test (tc, test_bounded);
  tcase_add_test (tc, test_pipeline);
  tcase_add_test (tc, test_features);
  return suite;
}

GST_CHECK_MAIN (pubtalk);
