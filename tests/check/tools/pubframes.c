/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is in a PushStart's body: rules S4 and S5 of docs/protocol.md
 * ([MS-WMHTTP] 2.2.3, 3.2.5.3 to 3.2.5.7). */
#include <gst/check/gstcheck.h>

#include "pushcase.h"

/* S4: packets count as they come, whatever pieces they come in. */
GST_START_TEST (test_byte_by_byte)
{
  RawPush *push = push_case_begin ();
  guint8 frame[PUSH_CASE_PACKET_SIZE + 4] =
      { '$', 'D', PUSH_CASE_PACKET_SIZE & 0xff,
    PUSH_CASE_PACKET_SIZE >> 8
  };
  guint i;

  memcpy (frame + 4, push_case_packet->data, PUSH_CASE_PACKET_SIZE);
  push_case_send_header (push);
  for (i = 0; i < sizeof (frame); i++)
    raw_push_send (push, frame + i, 1);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_packets, 1));
  raw_push_free (push);
}

GST_END_TEST;

/* One frame for each letter; 1 and E are an $E with that reason, or 0. */
static void
send_order (RawPush * push, const gchar * order, guint filler_size)
{
  const gchar *c;

  for (c = order; *c != '\0'; c++) {
    if (*c == 'H')
      push_case_send_header (push);
    else if (*c == 'D')
      push_case_send_packet (push);
    else if (*c == 'C')
      push_case_send_change (push);
    else if (*c == 'F')
      raw_push_frame (push, 'F', "\0\0\0\0\0", filler_size);
    else
      raw_push_end (push, *c == '1');
  }
}

/* S5, what is legal. */
GST_START_TEST (test_legal_orders)
{
  static const gchar *const orders[] = { "HD", "HF", "HDFD", "HFFD", "H1CD",
    "H1FCD", "H1F1CD", "HD1C1CD", "HDFCD", "HF1CD", "H11CD"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (orders); i++) {
    RawPush *push = push_case_begin ();

    send_order (push, orders[i], 5);
    raw_push_end (push, 0);
    fail_unless (raw_push_response (push, NULL) == 204, "%s", orders[i]);
    raw_push_free (push);
    fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
            pub_has_no_session, i + 1));
  }
}

GST_END_TEST;

/* S5, what is not. */
GST_START_TEST (test_forbidden_orders)
{
  static const gchar *const orders[] = { "D", "F", "C", "E", "HH", "HC", "HDH",
    "HDC", "H1D", "H1H", "HFH", "H1CC", "H1CH"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (orders); i++) {
    RawPush *push = push_case_begin ();

    send_order (push, orders[i], 0);
    fail_unless (raw_push_response (push, NULL) == 400, "%s", orders[i]);
    fail_unless (raw_push_wait_end (push));
    raw_push_free (push);
    fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
            pub_has_no_session, i + 1));
  }
}

GST_END_TEST;

static void
send_broken (RawPush * push, guint which)
{
  guint8 *change;

  switch (which) {
    case 0:
      raw_push_send_text (push, "GET / HTTP/1.1\r\n\r\n");
      break;
    case 1:
      raw_push_frame (push, 'M', "x", 1);
      break;
    case 2:
      raw_push_frame (push, 'H', push_case_header->data,
          push_case_header->len - 1);
      break;
    case 3:
      raw_push_frame (push, 'H', push_case_packet->data, push_case_packet->len);
      break;
    case 4:
      push_case_send_header (push);
      change = g_malloc0 (PUSH_CASE_PACKET_SIZE + 1);
      memcpy (change, push_case_packet->data, PUSH_CASE_PACKET_SIZE);
      raw_push_frame (push, 'D', change, PUSH_CASE_PACKET_SIZE + 1);
      g_free (change);
      break;
    case 5:
      push_case_send_header (push);
      raw_push_frame (push, 'D', "\x82\0\0", 3);
      break;
    case 6:
      push_case_send_header (push);
      raw_push_frame (push, 'D', "", 0);
      break;
    case 7:
      push_case_send_header (push);
      raw_push_frame (push, 'E', "\0\0", 2);
      break;
    case 8:
      push_case_send_header (push);
      raw_push_end (push, 1);
      change = g_malloc0 (push_case_header->len + 4);
      change[0] = 1;
      memcpy (change + 4, push_case_header->data, push_case_header->len);
      raw_push_frame (push, 'C', change, push_case_header->len + 4);
      g_free (change);
      break;
    default:
      push_case_send_header (push);
      change = g_malloc0 (G_MAXUINT16);
      raw_push_frame (push, 'F', change, G_MAXUINT16);
      g_free (change);
      break;
  }
}

GST_START_TEST (test_broken_packets)
{
  guint i;

  for (i = 0; i < 10; i++) {
    RawPush *push = push_case_begin ();

    send_broken (push, i);
    fail_unless (raw_push_response (push, NULL) == 400, "case %u", i);
    raw_push_free (push);
    fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
            pub_has_no_session, i + 1));
  }
}

GST_END_TEST;

/* Head and tail of the packet are right: what is wrong only shows to who goes
 * from payload to payload, as players do. */
GST_START_TEST (test_broken_payloads)
{
  /* several payloads, words for their sizes; the first one's head */
  static const guint8 head[] = { 0x82, 0, 0, 0x01, 0x5d, 0, 0, 0, 0, 0, 0, 0x82,
    0x81, 0, 0, 0, 0, 0, 8, 100, 0, 0, 0, 0, 0, 0, 0
  };
  static const guint16 sizes[] = { 0, 0xffff, PUSH_CASE_PACKET_SIZE, 100 };
  guint8 packet[PUSH_CASE_PACKET_SIZE] = { 0, };
  guint i;

  memcpy (packet, head, sizeof (head));
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    RawPush *push = push_case_begin ();

    /* of the last one the second payload is what has none */
    GST_WRITE_UINT16_LE (packet + sizeof (head), sizes[i]);
    push_case_send_header (push);
    raw_push_frame (push, 'D', packet, sizeof (packet));
    fail_unless (raw_push_response (push, NULL) == 400, "case %u", i);
    raw_push_free (push);
    fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
            pub_has_no_session, i + 1));
  }
}

GST_END_TEST;

GST_START_TEST (test_requests_one_after_another)
{
  RawPush *push = push_case_connect ();
  guint frame = PUSH_CASE_PACKET_SIZE + 4, i;

  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  raw_push_start (push, PUSH_CASE_PATH, push_case_header->len + 4 + frame);
  push_case_send_header (push);
  push_case_send_packet (push);
  assert_equals_int (raw_push_response (push, NULL), 204);
  assert_equals_int (push_case_info ().state, PUB_PUSH_BETWEEN);
  /* example 4.2, many times over the same connection */
  for (i = 0; i < 100; i++) {
    raw_push_start (push, PUSH_CASE_PATH, frame + 12);
    push_case_send_packet (push);
    raw_push_frame (push, 'F', "\0\0\0\0\0\0\0\0", 8);
    assert_equals_int (raw_push_response (push, NULL), 204);
  }
  assert_equals_int (push_case_info ().counters.packets, 101);
  assert_equals_int (push_case_info ().counters.fillers, 100);
  assert_equals_int (push_case_info ().counters.starts, 101);
  raw_push_start (push, PUSH_CASE_PATH, RAW_LENGTH);
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_body_ends_inside_a_packet)
{
  static const guint missing[] =
      { 1, 2, 3, PUSH_CASE_PACKET_SIZE, PUSH_CASE_PACKET_SIZE + 1 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (missing); i++) {
    RawPush *push = push_case_connect ();

    assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
    raw_push_start (push, PUSH_CASE_PATH,
        push_case_header->len + 4 + PUSH_CASE_PACKET_SIZE + 4 - missing[i]);
    push_case_send_header (push);
    push_case_send_packet (push);
    fail_unless (raw_push_response (push, NULL) == 400, "%u", missing[i]);
    raw_push_free (push);
    fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
            pub_has_no_session, i + 1));
  }
}

GST_END_TEST;

/* The peer still sends when it is answered: closing at once would reset its
 * connection, and could take the answer with it. */
GST_START_TEST (test_early_answer_is_no_reset)
{
  RawPush *push = push_case_begin ();
  guint8 *more = g_malloc0 (1000000);

  raw_push_send_text (push, "not a packet");
  raw_push_send (push, more, 1000000);
  assert_equals_int (raw_push_response (push, NULL), 400);
  fail_unless (raw_push_wait_end (push));
  fail_if (push->was_reset);
  g_free (more);
  raw_push_free (push);
}

GST_END_TEST;

static Suite *
pubframes_suite (void)
{
  Suite *suite = suite_create ("pubframes");
  TCase *tc = tcase_create ("frames");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, push_case_setup, push_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_byte_by_byte);
  tcase_add_test (tc, test_legal_orders);
  tcase_add_test (tc, test_forbidden_orders);
  tcase_add_test (tc, test_broken_packets);
  tcase_add_test (tc, test_broken_payloads);
  tcase_add_test (tc, test_early_answer_is_no_reset);
  tcase_add_test (tc, test_requests_one_after_another);
  tcase_add_test (tc, test_body_ends_inside_a_packet);
  return suite;
}

GST_CHECK_MAIN (pubframes);
