/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* asfparse: streams that broke off, with others behind them, as files that are
 * pulled and pushed. */
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#include "testasf.h"

#define N_PACKETS 40
#define STEP_MS 40
#define WAIT (30 * GST_SECOND)

/* A broadcast whose clock begins at 5 s. */
static GByteArray *
make_broadcast (guint packet_size)
{
  const TestHeader header = { ASF_FILE_BROADCAST, packet_size, 0,
    {&asf_guid_stream_video}
  };
  GByteArray *bytes = test_asf_header (&header);
  guint i;

  for (i = 0; i < N_PACKETS; i++)
    test_asf_append_packet (bytes, packet_size, packet_size / 2, i, TRUE,
        5000 + i * STEP_MS);
  return bytes;
}

/* What came out, and what was told before the end. */
typedef struct
{
  guint n_headers, n_packets;
  gsize size;
  GstClockTime last_dts;
  gboolean goes_back;
  guint n_warnings;
  GError *error;
} Outcome;

static GstPadProbeReturn
note_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Outcome *self = user_data;

  self->size += gst_buffer_get_size (buffer);
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER)) {
    self->n_headers++;
    return GST_PAD_PROBE_OK;
  }
  self->goes_back |= self->n_packets > 0
      && GST_BUFFER_DTS (buffer) < self->last_dts;
  self->last_dts = GST_BUFFER_DTS (buffer);
  self->n_packets++;
  return GST_PAD_PROBE_OK;
}

static void
watch (GstElement * pipeline, Outcome * outcome)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gboolean is_over = FALSE;

  while (!is_over) {
    GstMessage *msg = gst_bus_timed_pop_filtered (bus, WAIT, GST_MESSAGE_EOS
        | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);

    fail_unless (msg != NULL);
    is_over = GST_MESSAGE_TYPE (msg) != GST_MESSAGE_WARNING;
    if (GST_MESSAGE_TYPE (msg) == GST_MESSAGE_ERROR)
      gst_message_parse_error (msg, &outcome->error, NULL);
    outcome->n_warnings += !is_over;
    gst_message_unref (msg);
  }
  gst_object_unref (bus);
}

/* Pulled, and pushed in pieces of @piece bytes unless that is 0. */
static GstElement *
make_pipeline (const GByteArray * bytes, guint piece, Outcome * outcome,
    gchar ** path)
{
  GstElement *pipeline, *parser;
  gchar *text;
  GstPad *pad;

  *path = test_asf_file_new (bytes);
  text = g_strdup_printf ("filesrc location=\"%s\" blocksize=%u %s ! "
      "asfparse name=parser ! fakesink sync=false", *path,
      piece > 0 ? piece : 4096, piece > 0 ? "! queue" : "");
  pipeline = gst_parse_launch (text, NULL);
  parser = gst_bin_get_by_name (GST_BIN (pipeline), "parser");
  pad = gst_element_get_static_pad (parser, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_buffer, outcome,
      NULL);
  gst_object_unref (pad);
  gst_object_unref (parser);
  g_free (text);
  return pipeline;
}

static void
parse (const GByteArray * bytes, guint piece, Outcome * outcome)
{
  GstElement *pipeline;
  gchar *path;

  memset (outcome, 0, sizeof (*outcome));
  pipeline = make_pipeline (bytes, piece, outcome, &path);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  watch (pipeline, outcome);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_unlink (path);
  g_free (path);
}

static const guint pieces[] = { 0, 1, 1000 };

/* Of itself, too. */
static void
append (GByteArray * bytes, const GByteArray * other, gsize size)
{
  guint at = bytes->len;

  g_byte_array_set_size (bytes, at + size);
  memcpy (bytes->data + at, other->data, size);
}

/* In front of a whole one: what begins as a header and is none, the first half
 * of one, one that would be longer than all that follows. */
GST_START_TEST (test_broken_header)
{
  GByteArray *whole = make_broadcast (200), *bytes = g_byte_array_new ();
  gsize header_size = whole->len - N_PACKETS * 200;
  Outcome outcome;

  if (__i__ % 3 == 0)
    g_byte_array_append (bytes, (const guint8 *) &asf_guid_header,
        sizeof (asf_guid_header));
  else
    append (bytes, whole, header_size / 2);
  if (__i__ % 3 == 2)
    GST_WRITE_UINT64_LE (bytes->data + ASF_GUID_SIZE, 60000);
  append (bytes, whole, whole->len);
  parse (bytes, pieces[__i__ / 3], &outcome);
  fail_unless (outcome.error == NULL);
  fail_unless_equals_int (outcome.n_headers, 1);
  fail_unless_equals_int (outcome.n_packets, N_PACKETS);
  fail_unless_equals_int (outcome.size, whole->len);
  fail_unless (outcome.n_warnings > 0);
  g_byte_array_unref (bytes);
  g_byte_array_unref (whole);
}

GST_END_TEST;

/* Where there is no other header, that is the error; which one comes first, an
 * application shows. */
GST_START_TEST (test_only_broken_header)
{
  GByteArray *whole = make_broadcast (200);
  Outcome outcome;

  memset (whole->data + 34, 0, 200);
  parse (whole, pieces[__i__], &outcome);
  fail_unless (g_error_matches (outcome.error, GST_STREAM_ERROR,
          GST_STREAM_ERROR_DECODE));
  fail_unless_equals_int (outcome.n_packets, 0);
  g_clear_error (&outcome.error);
  g_byte_array_unref (whole);
}

GST_END_TEST;

/* A recording that broke off in a packet, with others behind it, whose packets
 * have other sizes: a header that lies within what would be a packet, and on
 * its border.  Each begins when the one before it has ended. */
GST_START_TEST (test_broken_off)
{
  GByteArray *one = make_broadcast (1000), *other = make_broadcast (200);
  GByteArray *bytes = g_byte_array_new ();
  const guint cut = 970 + __i__ % 7 * 5;
  Outcome outcome;

  append (bytes, one, one->len - 2000 + cut);
  append (bytes, other, other->len);
  append (bytes, one, one->len);
  parse (bytes, pieces[__i__ / 7], &outcome);
  fail_unless (outcome.error == NULL);
  fail_unless_equals_int (outcome.n_headers, 3);
  fail_unless_equals_int (outcome.n_packets, 3 * N_PACKETS - (cut < 1000 ? 2
          : 1));
  fail_unless_equals_int (outcome.n_warnings, cut != 1000);
  fail_if (outcome.goes_back);
  fail_unless_equals_uint64 (outcome.last_dts, (outcome.n_packets - 1)
      * STEP_MS * GST_MSECOND);
  g_byte_array_unref (bytes);
  g_byte_array_unref (one);
  g_byte_array_unref (other);
}

GST_END_TEST;

/* Back to the begin, from the second programme: both again, at their times. */
GST_START_TEST (test_seek_back)
{
  GByteArray *bytes = make_broadcast (200);
  Outcome outcome = { 0, };
  GstElement *pipeline;
  gchar *path;

  append (bytes, bytes, bytes->len);
  pipeline = make_pipeline (bytes, pieces[__i__], &outcome, &path);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  watch (pipeline, &outcome);
  fail_unless_equals_uint64 (outcome.last_dts, (2 * N_PACKETS - 1) * STEP_MS
      * GST_MSECOND);
  outcome.n_packets = 0;
  fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, 0));
  watch (pipeline, &outcome);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_unless_equals_int (outcome.n_packets, 2 * N_PACKETS);
  fail_if (outcome.goes_back);
  fail_unless_equals_uint64 (outcome.last_dts, (2 * N_PACKETS - 1) * STEP_MS
      * GST_MSECOND);
  gst_object_unref (pipeline);
  g_unlink (path);
  g_free (path);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

/* The last packet is not whole: that is told before the end. */
GST_START_TEST (test_cut)
{
  GByteArray *bytes = make_broadcast (200);
  Outcome outcome;

  g_byte_array_set_size (bytes, bytes->len - 50);
  parse (bytes, pieces[__i__], &outcome);
  fail_unless (outcome.error == NULL);
  fail_unless_equals_int (outcome.n_packets, N_PACKETS - 1);
  fail_unless_equals_int (outcome.n_warnings, 1);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

static Suite *
asfparsechain_suite (void)
{
  Suite *s = suite_create ("asfparsechain");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_broken_header, 0, 3 * G_N_ELEMENTS (pieces));
  tcase_add_loop_test (tc, test_only_broken_header, 0, G_N_ELEMENTS (pieces));
  tcase_add_loop_test (tc, test_broken_off, 0, 7 * G_N_ELEMENTS (pieces));
  tcase_add_loop_test (tc, test_seek_back, 0, G_N_ELEMENTS (pieces));
  tcase_add_loop_test (tc, test_cut, 0, G_N_ELEMENTS (pieces));
  return s;
}

GST_CHECK_MAIN (asfparsechain);
