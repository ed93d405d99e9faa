/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bodies of PushStart requests, in every order and cut at every byte
 * ([MS-WMHTTP] 4.6.1, 3.2.5.3 to 3.2.5.7). */
#include <gst/check/gstcheck.h>

#include "loglines.h"
#include "pushcase.h"
#include "testasf.h"

/* Cut at every byte; at some of them where that takes its time. */
#ifdef __SANITIZE_ADDRESS__
#define STEP 7
#else
#define STEP 1
#endif

/* One letter for each frame; 1 is an $E with S_FALSE, E one with S_OK, f an
 * $F that is as small as it can be. */
static GByteArray *
make_body (const gchar * order)
{
  GByteArray *body = g_byte_array_new ();
  const gchar *c;

  for (c = order; *c != '\0'; c++) {
    const GByteArray *content = strchr ("HC", *c) ? push_case_header
        : *c == 'D' ? push_case_packet : NULL;
    guint size = content ? content->len : 0;
    guint8 head[8] = { '$', *c, };

    if (*c == '1' || *c == 'E') {
      head[1] = 'E';
      head[4] = *c == '1';
    }
    size += strchr ("1EC", *c) ? 4 : *c == 'F' ? 5 : 0;
    head[2] = size & 0xff;
    head[3] = size >> 8;
    g_byte_array_append (body, head, strchr ("1EC", *c) ? 8 : 4);
    if (content != NULL)
      g_byte_array_append (body, content->data, content->len);
    else if (*c == 'F')
      g_byte_array_append (body, (const guint8 *) "fill", 5);
  }
  return body;
}

static void
check_lines (guint n, const gchar * what)
{
  GPtrArray *lines;

  push_case_info ();
  lines = log_lines_find ("refused");
  fail_unless (lines->len == n, "%s: %u lines", what, lines->len);
  g_ptr_array_unref (lines);
}

/* What may follow what, by the specification's diagram. */
static const struct
{
  const gchar *before, *legal;
} states[] = {
  {"", "H"},
  {"H", "DE1F"}, {"HD", "DE1F"}, {"H1C", "DE1F"}, {"H1CD", "DE1F"},
  {"H1", "CE1F"}, {"HD1", "CE1F"}, {"H11", "CE1F"},
  {"HF", "CDE1F"}, {"HDF", "CDE1F"}, {"H1F", "CDE1F"}, {"HFF", "CDE1F"},
  {"H1CF", "CDE1F"}, {"HFC", "DE1F"}, {"HFD", "DE1F"}, {"HF1", "CE1F"},
};

#define TYPES "HDCE1F"

/* Returns: the status of the request in which @next comes. */
static guint
try_pair (const gchar * before, gchar next, gboolean is_split)
{
  const gchar after[] = { next, '\0' };
  GByteArray *start = make_body (before), *rest = make_body (after);
  RawPush *push = push_case_connect ();
  guint status;

  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  if (is_split) {
    raw_push_start (push, PUSH_CASE_PATH, start->len);
    raw_push_send (push, start->data, start->len);
    assert_equals_int (raw_push_response (push, NULL), 204);
    raw_push_start (push, PUSH_CASE_PATH, rest->len);
  } else {
    raw_push_start (push, PUSH_CASE_PATH, start->len + rest->len);
    raw_push_send (push, start->data, start->len);
  }
  raw_push_send (push, rest->data, rest->len);
  status = raw_push_response (push, NULL);
  raw_push_free (push);
  /* a refusal and an $E end the session */
  if (status == 204 && next != 'E')
    fail_unless (pub_thread_disconnect (push_case_server, PUSH_CASE_PATH, 503));
  fail_if (push_case_info ().has_session);
  g_byte_array_unref (start);
  g_byte_array_unref (rest);
  return status;
}

GST_START_TEST (test_all_pairs)
{
  gboolean is_split;
  const gchar *c;
  guint i;

  log_lines_begin ();
  for (i = 0; i < G_N_ELEMENTS (states); i++) {
    for (c = TYPES; *c != '\0'; c++) {
      gboolean is_legal = strchr (states[i].legal, *c) != NULL;

      /* an empty request leaves the state as it is, too */
      for (is_split = FALSE; is_split <= TRUE; is_split++) {
        log_lines_clear ();
        fail_unless (try_pair (states[i].before, *c, is_split)
            == (is_legal ? 204 : 400), "%s %c %d", states[i].before, *c,
            is_split);
        check_lines (is_legal ? 0 : 1, states[i].before);
      }
    }
  }
}

GST_END_TEST;

static gboolean
has_bytes (const PubPointInfo * info, guint64 value)
{
  return info->counters.bytes >= value;
}

/* S4: however the bytes are cut. */
GST_START_TEST (test_two_reads)
{
  GByteArray *body = make_body ("HDF1CDE");
  guint sessions = 0;
  gsize at;

  for (at = 1; at < body->len; at += STEP) {
    RawPush *push = push_case_connect ();

    assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
    raw_push_start (push, PUSH_CASE_PATH, RAW_LENGTH);
    raw_push_send (push, body->data, at);
    fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH, has_bytes,
            at));
    raw_push_send (push, body->data + at, body->len - at);
    fail_unless (raw_push_response (push, NULL) == 204, "%u", (guint) at);
    raw_push_free (push);
    assert_equals_int (push_case_info ().sessions, ++sessions);
    assert_equals_int (push_case_info ().counters.packets, 2);
    assert_equals_int (push_case_info ().counters.headers, 2);
  }
  g_byte_array_unref (body);
}

GST_END_TEST;

/* 3.2.5.2: frames end with their request.  Where one does, the programme goes
 * on in the next. */
GST_START_TEST (test_two_requests)
{
  static const gchar order[] = "HDF1CDE";
  GByteArray *body = make_body (order);
  GHashTable *ends = g_hash_table_new (NULL, NULL);
  gsize at;
  guint i;

  for (i = 1; i < strlen (order); i++) {
    gchar *piece = g_strndup (order, i);
    GByteArray *part = make_body (piece);

    g_hash_table_add (ends, GUINT_TO_POINTER (part->len));
    g_byte_array_unref (part);
    g_free (piece);
  }
  for (at = 1; at < body->len; at += STEP) {
    gboolean is_end = g_hash_table_contains (ends, GUINT_TO_POINTER (at));
    RawPush *push = push_case_connect ();

    assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
    raw_push_start (push, PUSH_CASE_PATH, at);
    raw_push_send (push, body->data, at);
    fail_unless (raw_push_response (push, NULL) == (is_end ? 204 : 400), "%u",
        (guint) at);
    if (is_end) {
      raw_push_start (push, PUSH_CASE_PATH, body->len - at);
      raw_push_send (push, body->data + at, body->len - at);
      assert_equals_int (raw_push_response (push, NULL), 204);
      assert_equals_int (push_case_info ().counters.packets, 2);
    }
    raw_push_free (push);
    fail_if (push_case_info ().has_session);
  }
  g_hash_table_unref (ends);
  g_byte_array_unref (body);
}

GST_END_TEST;

typedef struct
{
  const gchar *name;
  gchar type;
  guint at;
  guint64 value;
  guint n_bytes;
  const gchar *why;
} Fault;

/* Behind the head of the header, bit rates of one stream, and the File
 * Properties' flags. */
#define PACKET_SIZE_AT (30 + 32 + 92)

/* Numbers in a header or a packet that are not what they should be. */
static const Fault faults[] = {
  {"no header", 'H', 0, 0, 8, "header"},
  {"header of 0 bytes", 'H', 16, 0, 8, "header"},
  {"header of 2^64-1 bytes", 'H', 16, G_MAXUINT64, 8, "header"},
  {"header of 2^63 bytes", 'H', 16, G_GUINT64_CONSTANT (1) << 63, 8, "header"},
  {"header of 31 bytes", 'H', 16, 31, 8, "header"},
  {"first object of 0 bytes", 'H', 30 + 16, 0, 8, "header"},
  {"first object of 23 bytes", 'H', 30 + 16, 23, 8, "header"},
  {"first object of 2^64-1 bytes", 'H', 30 + 16, G_MAXUINT64, 8, "header"},
  {"packets of 0 bytes", 'H', PACKET_SIZE_AT, 0, 8, "header"},
  {"packets of 4 GB", 'H', PACKET_SIZE_AT, G_MAXUINT64, 8, "header"},
  {"packets of several sizes", 'H', PACKET_SIZE_AT, 1, 4, "header"},
  {"replicated data beyond the packet", 'D', 21, 0xff, 1, "packet"},
  {"replicated data of 2 bytes", 'D', 21, 2, 1, "packet"},
  {"padding beyond the packet", 'D', 7, 0xffff, 2, "packet"},
  {"packet longer than it is", 'D', 5, 0xffff, 2, "packet"},
  {"packet shorter than its head", 'D', 5, 3, 2, "packet"},
  {"error correction beyond the packet", 'D', 0, 0x8f, 1, "packet"},
};

static void
put_fault (GByteArray * bytes, const Fault * fault)
{
  guint i;

  for (i = 0; i < fault->n_bytes; i++)
    bytes->data[fault->at + i] = fault->value >> (8 * i);
}

GST_START_TEST (test_faults)
{
  guint i;

  log_lines_begin ();
  for (i = 0; i < G_N_ELEMENTS (faults); i++) {
    const Fault *fault = &faults[i];
    GByteArray *good = fault->type == 'H' ? push_case_header : push_case_packet;
    GByteArray *bad = g_byte_array_new ();
    RawPush *push = push_case_begin ();
    GPtrArray *lines;

    g_byte_array_append (bad, good->data, good->len);
    put_fault (bad, fault);
    log_lines_clear ();
    if (fault->type == 'D')
      push_case_send_header (push);
    raw_push_frame (push, fault->type, bad->data, bad->len);
    fail_unless (raw_push_response (push, NULL) == 400, "%s", fault->name);
    fail_unless (raw_push_wait_end (push) && !push->was_reset);
    lines = log_lines_find ("refused with 400: a ");
    fail_unless (lines->len == 1 && strstr (lines->pdata[0], fault->why),
        "%s: %u", fault->name, lines->len);
    check_lines (1, fault->name);
    g_ptr_array_unref (lines);
    raw_push_free (push);
    g_byte_array_unref (bad);
  }
}

GST_END_TEST;

/* What is wrong with the frame's head is answered before the rest comes. */
GST_START_TEST (test_heads_are_judged_at_once)
{
  static const struct
  {
    const gchar *before;
    guint8 head[4];
  } rows[] = {
    {"", {'$', 'D', 0xff, 0xff}}, {"", {'x', 'H', 0, 1}},
    {"", {0xa4, 'H', 0, 1}}, {"", {'$', 'M', 0, 1}}, {"", {'$', 'h', 0, 1}},
    {"", {'$', 'H', 0xfc, 0xff}}, {"H", {'$', 'H', 0xff, 0xff}},
    {"H", {'$', 'D', 0x91, 0x01}}, {"H", {'$', 'E', 5, 0}},
    {"H", {'$', 'E', 0, 0}}, {"H", {'$', 'F', 0xfc, 0xff}},
    {"H1", {'$', 'C', 3, 0}}, {"H1", {'$', 'C', 0xfc, 0xff}},
    {"H1", {'$', 'D', 0x90, 0x01}},
  };
  guint i;

  log_lines_begin ();
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    RawPush *push = push_case_begin ();
    GByteArray *before = make_body (rows[i].before);

    log_lines_clear ();
    raw_push_send (push, before->data, before->len);
    raw_push_send (push, rows[i].head, 4);
    fail_unless (raw_push_response (push, NULL) == 400, "%u", i);
    check_lines (1, rows[i].before);
    g_byte_array_unref (before);
    raw_push_free (push);
  }
}

GST_END_TEST;

/* 2.2.3.4: any other reason is an end. */
GST_START_TEST (test_reasons)
{
  static const guint32 reasons[] =
      { 0, 2, 0x80004004, 0xc00d0014, G_MAXUINT32 };
  guint i;

  log_lines_begin ();
  for (i = 0; i < G_N_ELEMENTS (reasons); i++) {
    gchar *text = g_strdup_printf ("0x%08x", reasons[i]);
    RawPush *push = push_case_begin ();
    GPtrArray *lines;

    push_case_send_header (push);
    raw_push_end (push, reasons[i]);
    assert_equals_int (raw_push_response (push, NULL), 204);
    fail_unless (raw_push_wait_end (push));
    fail_if (push_case_info ().has_session);
    lines = log_lines_find (text);
    assert_equals_int (lines->len, 1);
    g_ptr_array_unref (lines);
    g_free (text);
    raw_push_free (push);
  }
}

GST_END_TEST;

/* It ends after the request, and the request does not go on. */
GST_START_TEST (test_frame_beyond_its_request)
{
  RawPush *push = push_case_connect ();

  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  raw_push_start (push, PUSH_CASE_PATH, push_case_header->len + 4 + 4 + 100);
  push_case_send_header (push);
  raw_push_send (push, "$F\x65\0", 4);
  assert_equals_int (raw_push_response (push, NULL), 400);
  raw_push_free (push);
}

GST_END_TEST;

/* Small frames that stand for large packets leave time for others, and the
 * last of them do not wait for more bytes. */
GST_START_TEST (test_flood_is_taken_in_turns)
{
  const guint n = 200;
  const TestHeader description = { ASF_FILE_BROADCAST, 60000, 0,
    {&asf_guid_stream_video}, FALSE
  };
  GByteArray *header = test_asf_header (&description);
  GByteArray *packet = test_asf_packet (60000, 1, 'v', TRUE, 0);
  GByteArray *flood = g_byte_array_new ();
  RawPush *push = push_case_begin ();
  guint8 frame[4 + 30 + 1] = { '$', 'D', 30 + 1, 0 };
  guint i;

  /* the packet's head and a payload of one byte, without its padding */
  memcpy (frame + 4, packet->data, sizeof (frame) - 4);
  frame[4 + 5] = sizeof (frame) - 4;
  memset (frame + 4 + 6, 0, 3);
  for (i = 0; i < n; i++)
    g_byte_array_append (flood, frame, sizeof (frame));
  raw_push_frame (push, 'H', header->data, header->len);
  /* so that nothing is left of what was read with the request's head */
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_headers, 1));
  raw_push_send (push, flood->data, flood->len);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_packets, n));
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  g_byte_array_unref (header);
  g_byte_array_unref (packet);
  g_byte_array_unref (flood);
  raw_push_free (push);
}

GST_END_TEST;

static Suite *
puborder_suite (void)
{
  Suite *suite = suite_create ("puborder");
  TCase *tc = tcase_create ("order");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, push_case_setup, push_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_all_pairs);
  tcase_add_test (tc, test_two_reads);
  tcase_add_test (tc, test_two_requests);
  tcase_add_test (tc, test_faults);
  tcase_add_test (tc, test_heads_are_judged_at_once);
  tcase_add_test (tc, test_reasons);
  tcase_add_test (tc, test_frame_beyond_its_request);
  tcase_add_test (tc, test_flood_is_taken_in_turns);
  return suite;
}

GST_CHECK_MAIN (puborder);
