/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <glib/gstdio.h>
#include <gst/base/gstbasesink.h>
#include <gst/check/gstcheck.h>

#include "testasf.h"

#define PACKET_SIZE 200

/* Places in a file that nobody has read up to there: packets N_FILM, FILM_STEP
 * apart. */
#define N_FILM 1000
#define FILM_STEP_MS 4000
#define FILM_MS (N_FILM * FILM_STEP_MS)

static gchar *
make_film (gsize * header_size)
{
  const TestHeader header = { ASF_FILE_SEEKABLE, PACKET_SIZE, N_FILM,
    {&asf_guid_stream_video}
  };
  const guint64 placeholder = GUINT64_TO_LE (50000000);
  GByteArray *bytes = test_asf_header (&header);
  gchar *path = NULL;
  guint i;

  *header_size = bytes->len;
  for (i = 0; memcmp (bytes->data + i, &placeholder, 8) != 0; i++);
  /* with the preroll */
  GST_WRITE_UINT64_LE (bytes->data + i, (FILM_MS + 3000) * G_GUINT64_CONSTANT
      (10000));
  for (i = 0; i < N_FILM; i++)
    test_asf_append_packet (bytes, PACKET_SIZE, 100, i, TRUE, i * FILM_STEP_MS);
  path = test_asf_file_new (bytes);
  g_byte_array_unref (bytes);
  return path;
}

/* The first buffer after a seek: the sink may leave it out, where the segment
 * begins behind it. */
static GstPadProbeReturn
note_first (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer **buffer = user_data;

  if (info->type & GST_PAD_PROBE_TYPE_EVENT_FLUSH)
    gst_clear_buffer (buffer);
  else if (*buffer == NULL)
    *buffer = gst_buffer_ref (GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

static void
expect_place (GstElement * pipeline, GstBuffer ** buffer, gsize header_size,
    guint wanted_ms)
{
  fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, wanted_ms * GST_MSECOND));
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
          30 * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
  if (wanted_ms == 0) {
    fail_unless_equals_int (gst_buffer_get_size (*buffer), header_size);
  } else {
    fail_unless_equals_int (gst_buffer_get_size (*buffer), PACKET_SIZE);
    fail_unless_equals_uint64 (GST_BUFFER_DTS (*buffer),
        wanted_ms / FILM_STEP_MS * FILM_STEP_MS * GST_MSECOND);
  }
}

GST_START_TEST (test_seek)
{
  GstBuffer *buffer = NULL;
  GstElement *pipeline, *sink;
  gchar *path, *text;
  gsize header_size;
  gint64 duration;

  path = make_film (&header_size);
  text = g_strdup_printf ("filesrc location=\"%s\" ! asfparse ! "
      "fakesink name=sink sync=false", path);
  pipeline = gst_parse_launch (text, NULL);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_pad_add_probe (GST_BASE_SINK_PAD (sink), GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_EVENT_FLUSH, note_first, &buffer, NULL);
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
          30 * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
  fail_unless (gst_element_query_duration (pipeline, GST_FORMAT_TIME,
          &duration));
  fail_unless_equals_uint64 (duration, FILM_MS * GST_MSECOND);
  expect_place (pipeline, &buffer, header_size, FILM_MS / 2);
  expect_place (pipeline, &buffer, header_size, FILM_MS / 2 + 1234567);
  expect_place (pipeline, &buffer, header_size, 0);
  expect_place (pipeline, &buffer, header_size, FILM_MS / 4 + 1);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_clear_buffer (&buffer);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_unlink (path);
  g_free (path);
  g_free (text);
}

GST_END_TEST;

static Suite *
asfparseseek_suite (void)
{
  Suite *s = suite_create ("asfparseseek");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_seek);
  return s;
}

GST_CHECK_MAIN (asfparseseek);
