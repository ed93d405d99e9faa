/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A recording that is cut at any byte of what is written to the disk plays as
 * far as it goes. */
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#include "asf/asfview.h"
#include "memorydisk.h"
#include "players.h"
#include "pubrecordrun.h"
#include "recordfiles.h"
#include "testmux.h"
#include "testprogramme.h"

static const PubRecordRules rules = { &memory_disk, "/folder", 0, 0, 1 };

static gchar *folder;

/* What a file in the making is compared with. */
typedef struct
{
  TestProgramme *programme;
  gchar *objects[3];            /* of streams 1 and 2, all that were pushed */
  guint n_packets;              /* that the finished file has */
  guint n_states, n_finished;
  guint sample;                 /* each so many states, players look as well */
} Judge;

static void
setup (void)
{
  memory_disk_reset ();
  folder = record_folder_new ();
}

static void
teardown (void)
{
  record_folder_free (folder);
}

/* Records a programme but for its last @n_missing packets, each one written by
 * itself.  Returns: steps before the last packet. */
static guint
record (TestProgramme * programme, guint n_missing)
{
  PubRecordRun *run = pub_record_run_new (&rules, "/live");
  guint n_steps = 0, i;

  pub_record_run_header (run, programme->header);
  for (i = 0; i < programme->packets->len - n_missing; i++) {
    memory_disk_get_steps (&n_steps);
    pub_record_run_packet (run, g_ptr_array_index (programme->packets, i));
    pub_record_run_flush (run);
  }
  pub_record_run_free (run);
  return n_steps;
}

/* Whole packets that can be read one after the other, and their objects. */
static guint
read_packets (const GByteArray * image, const AsfHeaderInfo * info,
    gchar ** text)
{
  TestObjects *objects = test_objects_new ();
  gsize at = info->header_size + ASF_DATA_HEAD_SIZE;
  guint n = 0;

  while (at + info->packet_size <= image->len
      && test_objects_add_packet (objects, image->data + at,
          info->packet_size)) {
    at += info->packet_size;
    n++;
  }
  *text = test_objects_finish (objects);
  return n;
}

/* The last object may not be whole. */
static void
check_objects (Judge * judge, const gchar * text)
{
  guint stream;

  for (stream = 1; stream <= 2; stream++) {
    gchar *lines = test_programme_stream (text, stream);
    gsize size = strlen (lines);

    if (size > 0)
      lines[size - 1] = '\0';
    if (strrchr (lines, '\n') != NULL)
      fail_unless (strncmp (lines, judge->objects[stream],
              strrchr (lines, '\n') + 1 - lines) == 0);
    g_free (lines);
  }
}

static void
check_finished (Judge * judge, const GByteArray * image,
    const AsfHeaderInfo * info, const gchar * text)
{
  guint64 data_end = info->header_size + info->data_size;
  guint stream;

  assert_equals_uint64 (info->packet_count, judge->n_packets);
  assert_equals_uint64 (info->data_size, ASF_DATA_HEAD_SIZE
      + info->packet_count * info->packet_size);
  assert_equals_int (info->flags, ASF_FILE_SEEKABLE);
  if (info->has_video)
    data_end += GST_READ_UINT64_LE (image->data + data_end + ASF_GUID_SIZE);
  assert_equals_uint64 (image->len, data_end);
  for (stream = 1; stream <= 2; stream++) {
    gchar *lines = test_programme_stream (text, stream);

    fail_unless (g_str_has_prefix (judge->objects[stream], lines));
    g_free (lines);
  }
  judge->n_finished++;
}

static GstPadProbeReturn
count_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer count)
{
  g_atomic_int_inc ((gint *) count);
  return GST_PAD_PROBE_OK;
}

static void
pad_added (GstElement * demux, GstPad * pad, gpointer count)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstPad *sinkpad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  gst_bin_add (GST_BIN (GST_OBJECT_PARENT (demux)), sink);
  gst_element_sync_state_with_parent (sink);
  gst_pad_add_probe (sinkpad, GST_PAD_PROBE_TYPE_BUFFER, count_buffer, count,
      NULL);
  gst_pad_link (pad, sinkpad);
  gst_object_unref (sinkpad);
}

/* The file is read to its end.  Returns: how many objects there are. */
static gint
count_with_gstreamer (const gchar * path)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *source = gst_element_factory_make ("filesrc", NULL);
  GstElement *demux = gst_element_factory_make ("asfdemux", NULL);
  GstMessage *message;
  GstBus *bus = gst_element_get_bus (pipeline);
  gint count = 0;

  fail_unless (source != NULL && demux != NULL);
  g_object_set (source, "location", path, NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, demux, NULL);
  fail_unless (gst_element_link (source, demux));
  g_signal_connect (demux, "pad-added", G_CALLBACK (pad_added), &count);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "%s", path);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  return count;
}

static guint
count_lines (const gchar * text)
{
  guint n = 0;

  for (; *text; text++)
    n += *text == '\n';
  return n;
}

static guint
count_with_ffmpeg (const gchar * path)
{
  const gchar *argv[] = { "ffprobe", "-v", "quiet", "-show_entries",
    "packet=stream_index", "-of", "csv", path, NULL
  };
  gchar *text = test_run_command (argv, NULL);
  guint n = count_lines (text);

  g_free (text);
  return n;
}

/* The last object may not be whole; what is behind it may look like another
 * one. */
static void
check_players (const GByteArray * image, guint n_objects)
{
  gchar *path = g_build_filename (folder, "cut.asf", NULL);
  gint n_gstreamer;
  guint n_ffmpeg;

  g_unlink (path);
  fail_unless (g_file_set_contents_full (path, (gchar *) image->data,
          image->len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  n_gstreamer = count_with_gstreamer (path);
  fail_unless (n_gstreamer + 2 >= (gint) n_objects, "%d of %u", n_gstreamer,
      n_objects);
  n_ffmpeg = count_with_ffmpeg (path);
  fail_unless (n_ffmpeg + 2 >= n_objects, "%u of %u", n_ffmpeg, n_objects);
  g_free (path);
}

static void
check_image (Judge * judge, const GByteArray * image)
{
  AsfHeaderInfo info;
  gchar *text;
  guint n, whole;

  judge->n_states++;
  fail_unless (asf_header_read (image->data, image->len, &info, NULL));
  n = read_packets (image, &info, &text);
  whole = (image->len - info.header_size - ASF_DATA_HEAD_SIZE)
      / info.packet_size;
  fail_unless (n >= MIN (whole, judge->n_packets), "%u of %u packets", n,
      whole);
  check_objects (judge, text);
  if (!(info.flags & ASF_FILE_BROADCAST))
    check_finished (judge, image, &info, text);
  if (judge->sample > 0 && judge->n_states % judge->sample == 0)
    check_players (image, count_lines (text));
  g_free (text);
}

/* Each length that the step's write can have. */
static void
check_step (Judge * judge, guint number, const MemoryDiskStep * step)
{
  gsize size = step->bytes ? g_bytes_get_size (step->bytes) : 0;
  gsize i;

  for (i = 0; i <= size; i++) {
    GByteArray *image = memory_disk_replay (0, number + (i == size ? 1 : 0),
        i == size ? 0 : i);

    check_image (judge, image);
    g_byte_array_unref (image);
  }
}

static void
begin_judge (Judge * judge)
{
  TestObjects *objects = test_objects_new ();
  GByteArray *file = memory_disk_get_file (0);
  AsfHeaderInfo info;
  gchar *text;

  test_programme_list (judge->programme, 0, judge->programme->packets->len,
      objects);
  text = test_objects_finish (objects);
  judge->objects[1] = test_programme_stream (text, 1);
  judge->objects[2] = test_programme_stream (text, 2);
  fail_unless (asf_header_read (file->data, file->len, &info, NULL));
  judge->n_packets = info.packet_count;
  g_byte_array_unref (file);
  g_free (text);
}

static void
end_judge (Judge * judge)
{
  fail_unless (judge->n_finished > 0);
  g_free (judge->objects[1]);
  g_free (judge->objects[2]);
  test_programme_free (judge->programme);
}

static void
judge_steps (Judge * judge, guint first)
{
  const MemoryDiskStep *steps;
  guint n_steps, i;

  begin_judge (judge);
  steps = memory_disk_get_steps (&n_steps);
  for (i = first; i < n_steps; i++)
    check_step (judge, i, &steps[i]);
  end_judge (judge);
}

/* Each byte of the last packet and of what closes the file; with @__i__
 * packets missing at the end, so that objects are not whole. */
GST_START_TEST (test_each_byte)
{
  const TestProgrammeConfig config = { 0, 3, TRUE, 100 };
  Judge judge = { test_programme_new (&config), };

  judge_steps (&judge, record (judge.programme, __i__));
  fail_unless (judge.n_states > 400);
}

GST_END_TEST;

/* The same at the end of each step of a whole recording. */
GST_START_TEST (test_each_step)
{
  const TestProgrammeConfig config = { 5000000, 3, TRUE, 100 };
  Judge judge = { test_programme_new (&config), };
  guint n_steps, i;

  record (judge.programme, 3);
  begin_judge (&judge);
  memory_disk_get_steps (&n_steps);
  fail_unless (n_steps > judge.programme->packets->len);
  /* the header is the second */
  for (i = 2; i <= n_steps; i++) {
    GByteArray *image = memory_disk_replay (0, i, 0);

    check_image (&judge, image);
    g_byte_array_unref (image);
  }
  end_judge (&judge);
}

GST_END_TEST;

/* The flags come last, alone, when all else is on the disk. */
GST_START_TEST (test_order)
{
  const TestProgrammeConfig config = { 0, 2, TRUE, 0 };
  TestProgramme *programme = test_programme_new (&config);
  const MemoryDiskStep *steps;
  guint n_steps;

  record (programme, 0);
  steps = memory_disk_get_steps (&n_steps);
  fail_unless (steps[n_steps - 1].kind == MEMORY_DISK_SYNC);
  fail_unless (steps[n_steps - 2].kind == MEMORY_DISK_WRITE);
  assert_equals_int (g_bytes_get_size (steps[n_steps - 2].bytes), 1);
  fail_unless (steps[n_steps - 3].kind == MEMORY_DISK_SYNC);
  test_programme_free (programme);
}

GST_END_TEST;

/* Files of Windows' with what other people read them with: each state for our
 * reader, one of PUBRECORD_SAMPLE for GStreamer's and FFmpeg's demuxers. */
GST_START_TEST (test_players)
{
  static const gchar *const names[] = { "smooth-wmv2-wmav2.wmv",
    "silence-wmav2.wma"
  };
  const gchar *sample = g_getenv ("PUBRECORD_SAMPLE");
  Judge judge = { test_programme_open (names[__i__]), };

  if (judge.programme == NULL || !player_have_element ("asfdemux")
      || !player_have_program ("ffprobe"))
    return;
  judge.sample = sample != NULL ? g_ascii_strtoull (sample, NULL, 10) : 397;
  judge_steps (&judge, record (judge.programme, 1));
}

GST_END_TEST;

static Suite *
pubrecordcrash_suite (void)
{
  Suite *suite = suite_create ("pubrecordcrash");
  TCase *tc = tcase_create ("crash");

  tcase_set_timeout (tc, 120);
  tcase_add_checked_fixture (tc, setup, teardown);
  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_each_byte, 0, 4);
  tcase_add_test (tc, test_each_step);
  tcase_add_test (tc, test_order);
  tcase_add_loop_test (tc, test_players, 0, 2);
  return suite;
}

GST_CHECK_MAIN (pubrecordcrash);
