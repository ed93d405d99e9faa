/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink where memory is missing: each call that can fail does so once,
 * and from there on for good.  An error is posted, or the server gets all; each
 * packet is accounted for. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "failalloc.h"
#include "sinkharness.h"
#include "sinkrig.h"
#include "testasf.h"
#include "wmspush/wmswriter.h"

#define N_PACKETS 3
#define FILE_ID_OFFSET 24

typedef enum
{
  FORM_BUFFERS,                 /* a buffer is a header or a packet */
  FORM_JOINED,                  /* bytes, cut anywhere */
  FORM_FRAMES,                  /* with framing headers, padding cut off */
} Form;

typedef struct
{
  guint kinds;
  Form form;
  guint least;                  /* calls that can fail in a run */
} Row;

#define FAIL_ANY (FAIL_ALLOC | FAIL_MAP | FAIL_COPY | FAIL_TRY | FAIL_POOL)

/* FAIL_COPY alone is a second way, taken where memory cannot be mapped. */
static const Row rows[] = {
  {FAIL_ALLOC, FORM_BUFFERS, N_PACKETS}, {FAIL_MAP, FORM_BUFFERS, N_PACKETS},
  {FAIL_ALLOC, FORM_JOINED, 3}, {FAIL_MAP, FORM_JOINED, 3},
  {FAIL_ALLOC, FORM_FRAMES, 3}, {FAIL_MAP, FORM_FRAMES, 3},
  {FAIL_COPY | FAIL_MAP, FORM_FRAMES, 3}, {FAIL_COPY, FORM_FRAMES, 0},
  {FAIL_TRY, FORM_BUFFERS, 0}, {FAIL_ANY, FORM_BUFFERS, 2 * N_PACKETS},
  {FAIL_ANY, FORM_FRAMES, 6},
};

typedef struct
{
  guint n_errors;
  GByteArray *frames;           /* what the server got */
} Outcome;

static GstBusSyncReply
message_cb (GstBus * bus, GstMessage * message, gpointer user_data)
{
  Outcome *outcome = user_data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    g_atomic_int_inc (&outcome->n_errors);
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* The n-th header, each of another file. */
static GstBuffer *
get_header (guint n)
{
  g_autoptr (GBytes) header = sink_rig_get_header ();
  gsize size;
  guint8 *bytes = g_bytes_unref_to_data (g_steal_pointer (&header), &size);
  guint8 *properties = memmem (bytes, size, &asf_guid_file_properties,
      ASF_GUID_SIZE);

  properties[FILE_ID_OFFSET] += n;
  return gst_buffer_new_wrapped (bytes, size);
}

static void
append (GByteArray * bytes, WmsFrameType type, GstBuffer * buffer, Form form)
{
  WmsPacket packet;

  fail_unless (wms_packet_init (&packet, type, buffer, NULL));
  if (form == FORM_FRAMES) {
    g_byte_array_append (bytes, packet.head, packet.head_size);
    g_byte_array_append (bytes, packet.body, packet.body_size);
  } else {
    g_byte_array_append (bytes, packet.map.data, packet.map.size);
  }
  wms_packet_clear (&packet);
  gst_buffer_unref (buffer);
}

/* (element-type GstBuffer): two files, the second one behind the first. */
static GPtrArray *
make_buffers (Form form, GstAllocator * allocator)
{
  GPtrArray *input = g_ptr_array_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize at, size;
  guint i;

  for (i = 0; i < 2 * N_PACKETS; i++) {
    if (form == FORM_BUFFERS && i % N_PACKETS == 0)
      g_ptr_array_add (input, get_header (i));
    else if (i % N_PACKETS == 0)
      append (bytes, WMS_FRAME_HEADER, get_header (i), form);
    if (form == FORM_BUFFERS)
      g_ptr_array_add (input, sink_harness_get_packet (i));
    else
      append (bytes, WMS_FRAME_DATA, sink_harness_get_packet (i), form);
  }
  for (at = 0; at < bytes->len; at += size) {
    size = MIN (1000, bytes->len - at);
    g_ptr_array_add (input, gst_buffer_new_memdup (bytes->data + at, size));
  }
  for (i = 0; i < input->len; i++)
    input->pdata[i] = fail_buffer_new (allocator, input->pdata[i], 1 + i % 3);
  return input;
}

static GByteArray *
take_frames (ScriptServer * server)
{
  GByteArray *frames = g_byte_array_new ();
  WmsFrameType type;
  GBytes *frame;
  guint i;

  for (i = 0; (frame = script_server_get_frame (server, i, &type)); i++) {
    const guint8 letter = type;
    gsize size;
    gconstpointer data = g_bytes_get_data (frame, &size);

    g_byte_array_append (frames, &letter, 1);
    g_byte_array_append (frames, data, size);
    g_bytes_unref (frame);
  }
  return frames;
}

static void
check_account (GstElement * sink, gboolean is_whole)
{
  guint64 received = sink_harness_get_stat (sink, "packets-received");

  assert_equals_uint64 (received, sink_harness_get_stat (sink, "packets-sent")
      + sink_harness_get_stat (sink, "packets-dropped")
      + sink_harness_get_stat (sink, "packets-refused"));
  if (is_whole)
    assert_equals_uint64 (sink_harness_get_stat (sink, "packets-sent"),
        2 * N_PACKETS);
}

static guint
push_all (SinkHarness * h, GPtrArray * input, GstFlowReturn * ret)
{
  guint i;

  *ret = GST_FLOW_OK;
  for (i = 0; i < input->len; i++) {
    if (*ret == GST_FLOW_OK)
      *ret = gst_harness_push (h->h, input->pdata[i]);
    else
      gst_buffer_unref (input->pdata[i]);
  }
  return fail_disarm ();
}

/* Returns: how many calls there were that can fail. */
static guint
run (const Row * row, gint nth, gboolean for_good, Outcome * outcome)
{
  GstAllocator *allocator = fail_allocator_new ();
  GPtrArray *input = make_buffers (row->form, allocator);
  GstBus *bus = gst_bus_new ();
  GstFlowReturn ret;
  SinkHarness h;
  guint n_calls;

  memset (outcome, 0, sizeof *outcome);
  sink_harness_init (&h, script_take_two_parts);
  gst_bus_set_sync_handler (bus, message_cb, outcome, NULL);
  gst_element_set_bus (h.sink, bus);
  sink_harness_play (&h);
  fail_arm (row->kinds, nth, for_good);
  n_calls = push_all (&h, input, &ret);
  if (ret == GST_FLOW_OK)
    gst_harness_push_event (h.h, gst_event_new_eos ());
  check_account (h.sink, ret == GST_FLOW_OK);
  fail_unless (ret == GST_FLOW_OK || ret == GST_FLOW_ERROR);
  gst_element_set_state (h.sink, GST_STATE_NULL);
  fail_unless_equals_int (outcome->n_errors, ret == GST_FLOW_ERROR ? 1 : 0);
  /* an error may come before the connection does */
  fail_unless (ret != GST_FLOW_OK || script_server_wait_closed (h.server, 1));
  outcome->frames = take_frames (h.server);
  gst_element_set_bus (h.sink, NULL);
  sink_harness_clear (&h);
  gst_object_unref (bus);
  g_ptr_array_unref (input);
  gst_object_unref (allocator);
  fail_unless_equals_int (fail_count_memories (), 0);
  return n_calls;
}

GST_START_TEST (test_each_call)
{
  const Row *row = &rows[__i__ / 2];
  gboolean for_good = __i__ % 2;
  Outcome wanted, got;
  guint n_calls, n_told = 0;
  gint nth;

  gst_allocator_set_default (fail_allocator_new ());
  n_calls = run (row, -1, FALSE, &wanted);
  fail_unless_equals_int (wanted.n_errors, 0);
  fail_unless (n_calls >= row->least, "%u calls", n_calls);
  for (nth = 0; nth < (gint) n_calls; nth++) {
    run (row, nth, for_good, &got);
    fail_unless (got.n_errors > 0 || (got.frames->len == wanted.frames->len
            && memcmp (got.frames->data, wanted.frames->data,
                got.frames->len) == 0),
        "kinds %x, call %d: other bytes, and nobody was told", row->kinds, nth);
    n_told += got.n_errors;
    g_byte_array_unref (got.frames);
  }
  fail_unless (row->least == 0 || n_told > 0, "none of %u was told", n_calls);
  g_byte_array_unref (wanted.frames);
}

GST_END_TEST;

static Suite *
wmspushsinkmemory_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkmemory");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, test_each_call, 0, 2 * G_N_ELEMENTS (rows));
  return suite;
}

GST_CHECK_MAIN (wmspushsinkmemory);
