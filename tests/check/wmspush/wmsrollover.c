/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests that are used up, and the next ones: protocol.md, C20 to C22,
 * C30, C31. */
#include <gst/check/gstcheck.h>
#include <string.h>
#include <sys/socket.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "wmspush/wmsclient.h"
#include "wmspush/wmsuri.h"

#define BLOCK_SIZE (1024 * 1024)
#define VIA_SETUP_OK "HTTP/1.1 204 No Content\r\nVia: 1.1 gate\r\n" \
    "Server: Cougar/9.5.5732.6324\r\nSet-Cookie: push-id=4124758405\r\n\r\n"
/* The bytes in which a packet says which one it is. */
#define NUMBER_SIZE 4

/* What a server that reads in large blocks has seen. */
typedef struct
{
  gboolean is_tls;
  /* a proxy passes on whole requests only, and may say that it is there; else
   * the server answers the end of the session as it comes */
  gboolean has_proxy;
  gboolean has_via;
  /* the FIN was there before the answer to the end */
  gboolean was_ended;
  /* the requests' declared and real lengths */
  guint64 declared[64];
  guint64 real[64];
  guint n_requests;
  /* packets, each with the number that is due; others' contents */
  guint32 n_data;
  guint n_headers;
  guint n_ends;
  guint n_changes;
  guint64 filler;
  guint8 last_type;
  guint8 last_reason;
  gboolean is_broken;
} Ledger;

typedef struct
{
  ScriptServer *server;
  WmsMailbox *mailbox;
  WmsClient *client;
  Ledger ledger;
} Session;

static void
ignore_event (const WmsEvent * event, gpointer user_data)
{
}

static void
note_frame (Ledger * ledger, const guint8 * frame, guint size)
{
  ledger->last_type = frame[1];
  switch (frame[1]) {
    case WMS_FRAME_HEADER:
      ledger->n_headers++;
      break;
    case WMS_FRAME_DATA:
      ledger->is_broken |= size < WMS_FRAME_HEAD_SIZE + NUMBER_SIZE
          || GST_READ_UINT32_LE (frame + WMS_FRAME_HEAD_SIZE)
          != ledger->n_data;
      ledger->n_data++;
      break;
    case WMS_FRAME_END:
      ledger->n_ends++;
      ledger->last_reason = frame[WMS_FRAME_HEAD_SIZE];
      break;
    case WMS_FRAME_CHANGE:
      ledger->n_changes++;
      break;
    default:
      ledger->filler += size;
      break;
  }
}

/* Takes the whole frames out of a block; returns how many bytes they had. */
static gsize
note_frames (Ledger * ledger, const guint8 * data, gsize size)
{
  gsize done = 0;

  while (size - done >= WMS_FRAME_HEAD_SIZE && !ledger->is_broken) {
    WmsFrameType type;
    guint length;

    if (!wms_frame_read_head (data + done, &type, &length)) {
      ledger->is_broken = TRUE;
      break;
    }
    length += WMS_FRAME_HEAD_SIZE;
    if (length > size - done)
      break;
    note_frame (ledger, data + done, length);
    done += length;
  }
  return done;
}

/* Reads one request; FALSE when the connection ends in it. */
static gboolean
read_request (ScriptConnection * connection, Ledger * ledger, guint64 length)
{
  g_autofree guint8 *block = g_malloc (BLOCK_SIZE);
  guint64 *real = &ledger->real[ledger->n_requests];
  gsize kept = 0;

  ledger->declared[ledger->n_requests++] = length;
  while (*real < length && !ledger->is_broken) {
    gssize n = script_read_some (connection, block + kept,
        MIN (BLOCK_SIZE - kept, length - *real));
    gsize done;

    if (n <= 0)
      return FALSE;
    *real += n;
    done = note_frames (ledger, block, kept + n);
    kept += n - done;
    memmove (block, block + done, kept);
    if (!ledger->has_proxy && kept == 0 && *real < length
        && ledger->last_type == WMS_FRAME_END
        && ledger->last_reason == WMS_END_SESSION) {
      ledger->was_ended = script_has_ended (connection);
      return FALSE;
    }
  }
  /* no frame goes on in the next request */
  ledger->is_broken |= kept > 0;
  return !ledger->is_broken;
}

static void
script_keep_ledger (ScriptConnection * connection, gpointer user_data)
{
  Ledger *ledger = user_data;
  guint64 length = 0;

  if (ledger->is_tls && !script_start_tls (connection, TEST_CERTIFICATE, FALSE))
    return;
  if (!script_read_head (connection, &length)
      || !script_skip (connection, length))
    return;
  script_send (connection, ledger->has_via ? VIA_SETUP_OK : SCRIPT_SETUP_OK);
  while (ledger->n_requests < G_N_ELEMENTS (ledger->real)
      && script_read_head (connection, &length)) {
    gboolean is_whole = read_request (connection, ledger, length);

    script_send (connection, SCRIPT_START_OK);
    if (!is_whole)
      break;
  }
}

static void
session_init (Session * session, guint64 request_length, gboolean is_tls)
{
  g_autofree gchar *url = NULL;
  g_autoptr (GUri) uri = NULL;
  WmsClientConfig config = {
    .push.request_length = request_length,
    .timeout_ms = 15000,
  };

  memset (session, 0, sizeof *session);
  session->ledger.is_tls = is_tls;
  session->server = script_server_new (script_keep_ledger, &session->ledger);
  session->mailbox = wms_mailbox_new (ignore_event, NULL, NULL);
  url = g_strdup_printf ("http%s://127.0.0.1:%u/live", is_tls ? "s" : "",
      script_server_get_port (session->server));
  uri = wms_uri_parse (url, NULL, NULL);
  config.push.uri = uri;
  session->client = wms_client_new (&config, session->mailbox);
  fail_unless (session->client != NULL);
  wms_client_begin (session->client);
}

/* After this the ledger is complete. */
static void
session_end (Session * session)
{
  g_autoptr (GError) error = NULL;
  const Ledger *ledger = &session->ledger;
  guint i;

  fail_unless (wms_client_end (session->client, NULL, &error), "%s",
      error != NULL ? error->message : NULL);
  wms_client_close (session->client, NULL);
  wms_mailbox_close (session->mailbox);
  wms_mailbox_unref (session->mailbox);
  script_server_free (session->server);
  fail_if (ledger->is_broken);
  /* each request has the length that it declared, the last one as well where
   * it is not 2 GiB and such a request was answered */
  for (i = 0; i < ledger->n_requests; i++) {
    if (i + 1 < ledger->n_requests
        || (i > 0 && ledger->declared[i] < WMS_PUSH_REQUEST_LENGTH))
      fail_unless_equals_uint64 (ledger->real[i], ledger->declared[i]);
  }
  fail_unless_equals_int (ledger->last_type, ledger->has_via ?
      WMS_FRAME_FILLER : WMS_FRAME_END);
  fail_unless_equals_int (ledger->last_reason, WMS_END_SESSION);
}

/* A packet of any kind, with a number; there is no ASF in it. */
static void
make_packet (WmsPacket * packet, WmsFrameType type, guint32 number, gsize size)
{
  static const guint8 bytes[WMS_FRAME_MAX_PAYLOAD];

  memset (packet, 0, sizeof *packet);
  wms_frame_write_head (packet->head, type, size);
  GST_WRITE_UINT32_LE (packet->head + WMS_FRAME_HEAD_SIZE, number);
  packet->head_size = WMS_FRAME_HEAD_SIZE + NUMBER_SIZE;
  packet->body = bytes;
  packet->body_size = size - NUMBER_SIZE;
}

static void
write_packets (Session * session, WmsPacket * packets, guint n)
{
  g_autoptr (GError) error = NULL;
  guint n_taken = 0;

  fail_unless (wms_client_write (session->client, packets, n, &n_taken, -1,
          NULL, &error), "%s", error != NULL ? error->message : NULL);
  fail_unless_equals_int (n_taken, n);
}

static void
write_header (Session * session)
{
  WmsPacket packet;

  make_packet (&packet, WMS_FRAME_HEADER, 0, 1000);
  write_packets (session, &packet, 1);
}

/* What goes on leaves 8 bytes or more: no remainder of 1 to 3, no end with
 * $E(1), and always room for the end of the session, whatever is left and
 * whatever comes ([MS-WMHTTP] 3.1.4.3 to 3.1.4.5, note 14); but not more. */
static void
check_rest (const WmsPacket * packet, guint64 left, gboolean must_go_on)
{
  guint64 size = packet->head_size + packet->body_size;
  guint64 reserve = must_go_on ? WMS_FRAME_END_SIZE : 0;

  if (wms_packet_fits (packet, left) != (size + reserve <= left))
    fail ("%u bytes, %u left", (guint) size, (guint) left);
}

GST_START_TEST (test_remainders)
{
  WmsPacket session_ends, header_follows, packet;
  guint64 left;
  gint step;

  wms_packet_init_end (&session_ends, WMS_END_SESSION);
  wms_packet_init_end (&header_follows, WMS_END_HEADER_FOLLOWS);
  make_packet (&packet, WMS_FRAME_DATA, 0, NUMBER_SIZE);
  for (left = 0; left <= 70000; left++) {
    check_rest (&header_follows, left, TRUE);
    check_rest (&session_ends, left, FALSE);
    /* sizes around all that is left */
    for (step = -16; step <= 1; step++) {
      gint64 size = (gint64) left + step - WMS_FRAME_HEAD_SIZE;

      if (size < NUMBER_SIZE || size > WMS_FRAME_MAX_PAYLOAD)
        continue;
      packet.body_size = size - NUMBER_SIZE;
      packet.head[1] = step % 2 ? WMS_FRAME_DATA : WMS_FRAME_CHANGE;
      check_rest (&packet, left, TRUE);
    }
  }
  /* what a packet leaves always has room for the end of the session */
  fail_unless (wms_packet_fits (&session_ends, WMS_FRAME_END_SIZE));
  fail_if (wms_packet_fits (&header_follows, 2 * WMS_FRAME_END_SIZE - 1));
  fail_unless (wms_packet_fits (&header_follows, 2 * WMS_FRAME_END_SIZE));
}

GST_END_TEST;

/* Filler up to the byte, from every remainder that there can be. */
GST_START_TEST (test_filler)
{
  guint64 start;

  for (start = WMS_FRAME_HEAD_SIZE; start <= 70000; start++) {
    guint64 left = start;
    WmsPacket filler;

    while (left > 0) {
      gsize size;

      wms_packet_init_filler (&filler, left);
      size = filler.head_size + filler.body_size;
      /* one assertion: each costs as much as all this */
      if (!wms_packet_fits (&filler, left) || size > left
          || size != (gsize) GST_READ_UINT16_LE (filler.head + 2)
          + WMS_FRAME_HEAD_SIZE
          || (size < left && left - size < WMS_FRAME_HEAD_SIZE))
        fail ("%u bytes for %u", (guint) size, (guint) left);
      left -= size;
    }
  }
}

GST_END_TEST;

#define N_PACKETS 4000

/* Forty requests, packets of all sizes, in lists of up to 32: each arrives
 * once, in order, and each request is filled to the byte. */
static void
check_many_requests (gboolean is_tls)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2147483647);
  WmsPacket packets[WMS_WRITER_BATCH];
  guint32 number = 0;
  Session session;
  guint i;

  session_init (&session, WMS_PUSH_MIN_REQUEST, is_tls);
  write_header (&session);
  while (number < N_PACKETS) {
    guint n = g_rand_int_range (random, 1, WMS_WRITER_BATCH + 1);

    for (i = 0; i < n; i++)
      make_packet (&packets[i], WMS_FRAME_DATA, number++,
          g_rand_int_range (random, NUMBER_SIZE, 4000));
    write_packets (&session, packets, n);
  }
  session_end (&session);
  fail_unless_equals_int (session.ledger.n_data, number);
  fail_unless_equals_int (session.ledger.n_headers, 1);
  fail_unless (session.ledger.n_requests > 35);
  fail_unless (session.ledger.filler > 0);
}

GST_START_TEST (test_many_requests)
{
  check_many_requests (FALSE);
}

GST_END_TEST;

GST_START_TEST (test_tls_many_requests)
{
  check_many_requests (TRUE);
}

GST_END_TEST;

/* $E(1) and $C at the end of a request: together in the old one, apart, or
 * together in the new one, by what is left (__i__ bytes) before them. */
#define CHANGE_SIZE 2000

static void
check_change_at_the_end (guint extra)
{
  const guint64 length = WMS_PUSH_MIN_REQUEST;
  guint64 left = length - (WMS_FRAME_HEAD_SIZE + 1000);
  WmsPacket packet;
  Session session;
  guint32 number = 0;
  /* room for the end is always left behind a packet */
  const guint wanted = WMS_FRAME_END_SIZE + extra;

  session_init (&session, length, FALSE);
  write_header (&session);
  while (left > wanted) {
    gsize size = MIN (left - wanted, 60000);

    /* the last one must not be smaller than a packet */
    if (left - wanted > size && left - wanted - size < 100)
      size -= 100;
    make_packet (&packet, WMS_FRAME_DATA, number++, size - WMS_FRAME_HEAD_SIZE);
    write_packets (&session, &packet, 1);
    left -= size;
  }
  wms_packet_init_end (&packet, WMS_END_HEADER_FOLLOWS);
  write_packets (&session, &packet, 1);
  make_packet (&packet, WMS_FRAME_CHANGE, 0, CHANGE_SIZE);
  write_packets (&session, &packet, 1);
  make_packet (&packet, WMS_FRAME_DATA, number++, 500);
  write_packets (&session, &packet, 1);
  session_end (&session);
  fail_unless_equals_int (session.ledger.n_data, number);
  fail_unless_equals_int (session.ledger.n_changes, 1);
  fail_unless_equals_int (session.ledger.n_ends, 2);
  fail_unless (session.ledger.n_requests <= 2);
  if (wanted < CHANGE_SIZE)
    fail_unless_equals_int (session.ledger.n_requests, 2);
}

GST_START_TEST (test_change_at_the_end)
{
  guint extra;

  for (extra = 0; extra < 40; extra++) {
    check_change_at_the_end (extra);
    check_change_at_the_end (CHANGE_SIZE + extra);
  }
}

GST_END_TEST;

/* A proxy that passes on whole requests only: where it says that it is there, it
 * gets the rest of the request behind the end of the session; where a request
 * was answered before, that ends with the session (protocol.md, C25). */
GST_START_TEST (test_whole_requests)
{
  gboolean has_via = __i__;
  WmsPacket packet;
  Session session;
  guint32 number = 0;

  session_init (&session, WMS_PUSH_MIN_REQUEST, FALSE);
  session.ledger.has_proxy = TRUE;
  session.ledger.has_via = has_via;
  write_header (&session);
  while (number < (has_via ? 1 : 4)) {
    make_packet (&packet, WMS_FRAME_DATA, number++, 60000);
    write_packets (&session, &packet, 1);
  }
  session_end (&session);
  fail_unless_equals_int (session.ledger.n_data, number);
  fail_unless_equals_int (session.ledger.n_ends, 1);
  fail_unless_equals_int (session.ledger.n_requests, has_via ? 1 : 2);
  fail_unless_equals_uint64 (session.ledger.real[!has_via],
      session.ledger.declared[!has_via]);
}

GST_END_TEST;

#define TRIES 5

/* A proxy that meets the FIN drops what it has not passed on, and not each one
 * says that it is there: the FIN waits for the answer, for a while at least, so
 * that a script which was kept waiting may have missed it. */
GST_START_TEST (test_answer_before_fin)
{
  gboolean was_ended = TRUE;
  guint i;

  for (i = 0; i < TRIES && was_ended; i++) {
    Session session;

    session_init (&session, 0, FALSE);
    write_header (&session);
    session_end (&session);
    fail_unless_equals_int (session.ledger.n_ends, 1);
    was_ended = session.ledger.was_ended;
  }
  fail_if (was_ended);
}

GST_END_TEST;

#define LARGE_PACKET 32000

/* What takes a day at 200 kbit/s: 2,147,483,647 bytes, no packet lost or
 * doubled, and none of them cut (protocol.md, C22). */
GST_START_TEST (test_two_gigabytes)
{
  WmsPacket packets[WMS_WRITER_BATCH];
  guint64 bytes = 0;
  guint32 number = 0;
  Session session;
  guint i;

  session_init (&session, 0, FALSE);
  write_header (&session);
  while (bytes < WMS_PUSH_REQUEST_LENGTH + 1000 * LARGE_PACKET) {
    for (i = 0; i < WMS_WRITER_BATCH; i++) {
      make_packet (&packets[i], WMS_FRAME_DATA, number, LARGE_PACKET
          - number % 7);
      bytes += packets[i].head_size + packets[i].body_size;
      number++;
    }
    write_packets (&session, packets, WMS_WRITER_BATCH);
  }
  session_end (&session);
  fail_unless_equals_int (session.ledger.n_requests, 2);
  fail_unless_equals_uint64 (session.ledger.declared[0], 2147483647);
  fail_unless_equals_uint64 (session.ledger.real[0], 2147483647);
  fail_unless_equals_int (session.ledger.n_data, number);
  fail_unless_equals_int (session.ledger.n_headers, 1);
  fail_unless (session.ledger.filler > 0
      && session.ledger.filler < LARGE_PACKET + WMS_FRAME_END_SIZE);
}

GST_END_TEST;

static Suite *
wmsrollover_suite (void)
{
  Suite *suite = suite_create ("wmsrollover");
  TCase *tc = tcase_create ("requests");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, test_remainders);
  tcase_add_test (tc, test_filler);
  tcase_add_test (tc, test_many_requests);
  tcase_add_test (tc, test_tls_many_requests);
  tcase_add_test (tc, test_change_at_the_end);
  tcase_add_loop_test (tc, test_whole_requests, FALSE, TRUE + 1);
  tcase_add_test (tc, test_answer_before_fin);
  tcase_add_test (tc, test_two_gigabytes);
  return suite;
}

GST_CHECK_MAIN (wmsrollover);
