/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "testasf.h"
#include "testmux.h"

/* Buffers that went through a pad, one line for each: time in ms from the
 * start of all, size, SHA-256. */
typedef struct
{
  GPtrArray *pads;              /* of Track */
  GstClockTime start;
} Record;

typedef struct
{
  Record *record;
  GstPad *pad;
  GArray *times;
  GPtrArray *objects;
  GString *keys;
} Track;

static void
free_track (gpointer data)
{
  Track *track = data;

  gst_object_unref (track->pad);
  g_array_unref (track->times);
  g_ptr_array_unref (track->objects);
  g_string_free (track->keys, TRUE);
  g_free (track);
}

static void
record_init (Record * record)
{
  record->pads = g_ptr_array_new_with_free_func (free_track);
  record->start = GST_CLOCK_TIME_NONE;
}

static GstPadProbeReturn
look_at_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Track *track = data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstEvent *event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;
  g_autofree gchar *digest = NULL;
  GstClockTime time;
  GstMapInfo map;

  gst_event_parse_segment (event, &segment);
  time = gst_segment_to_running_time (segment, GST_FORMAT_TIME,
      GST_BUFFER_PTS (buffer));
  gst_event_unref (event);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, map.data, map.size);
  g_array_append_val (track->times, time);
  g_ptr_array_add (track->objects, g_strdup_printf ("%" G_GSIZE_FORMAT " %s",
          map.size, digest));
  g_string_append_c (track->keys,
      GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT) ? '0' : '1');
  gst_buffer_unmap (buffer, &map);
  return GST_PAD_PROBE_OK;
}

static void
record_pad (Record * record, GstPad * pad)
{
  Track *track = g_new0 (Track, 1);

  track->record = record;
  track->pad = gst_object_ref (pad);
  track->times = g_array_new (FALSE, FALSE, sizeof (GstClockTime));
  track->objects = g_ptr_array_new_with_free_func (g_free);
  track->keys = g_string_new (NULL);
  g_ptr_array_add (record->pads, track);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, look_at_buffer, track,
      NULL);
}

static GstClockTime
record_start (Record * record)
{
  GstClockTime start = GST_CLOCK_TIME_NONE;
  guint i;

  for (i = 0; i < record->pads->len; i++) {
    Track *track = g_ptr_array_index (record->pads, i);

    if (track->times->len > 0)
      start = MIN (start, g_array_index (track->times, GstClockTime, 0));
  }
  return start;
}

/* As test_objects_finish() writes it; streams are numbered as their pads were
 * requested, and all audio objects are key. */
static gchar *
record_describe (Record * record, guint preroll_ms)
{
  GString *text = g_string_new (NULL);
  GstClockTime start = record_start (record);
  guint i, k;

  for (i = 0; i < record->pads->len; i++) {
    Track *track = g_ptr_array_index (record->pads, i);
    gboolean is_video =
        g_str_has_prefix (GST_OBJECT_NAME (track->pad), "video");

    for (k = 0; k < track->objects->len; k++)
      g_string_append_printf (text, "%u %" G_GUINT64_FORMAT " %c %s\n", i + 1,
          (g_array_index (track->times, GstClockTime, k) - start) /
          GST_MSECOND + preroll_ms, is_video ? track->keys->str[k] : '1',
          (const gchar *) g_ptr_array_index (track->objects, k));
  }
  return g_string_free (text, FALSE);
}

static gchar *
describe_file (const gchar * path, AsfHeaderInfo * info)
{
  TestObjects *objects = test_objects_new ();
  gchar *contents;
  gsize size, pos, end;

  fail_unless (g_file_get_contents (path, &contents, &size, NULL));
  fail_unless (asf_header_read ((guint8 *) contents, size, info, NULL));
  end = info->flags & ASF_FILE_BROADCAST ? size :
      info->header_size + info->data_size;
  for (pos = info->header_size + 50; pos < end; pos += info->packet_size)
    fail_unless (test_objects_add_packet (objects, (guint8 *) contents + pos,
            info->packet_size));
  g_free (contents);
  return test_objects_finish (objects);
}

/* Says where two texts differ. */
static void
assert_same_lines (const gchar * what, const gchar * is, const gchar * wanted)
{
  g_auto (GStrv) a = g_strsplit (is, "\n", -1);
  g_auto (GStrv) b = g_strsplit (wanted, "\n", -1);
  guint i;

  for (i = 0; a[i] != NULL && b[i] != NULL; i++)
    fail_unless (g_str_equal (a[i], b[i]), "%s, line %u: %s, not %s", what,
        i + 1, a[i], b[i]);
  fail_unless (a[i] == NULL && b[i] == NULL, "%s: %u lines, %u expected",
      what, g_strv_length (a), g_strv_length (b));
}

static void
run (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GError *error;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "no end");
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    fail ("%s", error->message);
  }
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
}

static GstElement *
add_queue (GstElement * pipeline, GstPad * pad)
{
  GstElement *queue = gst_element_factory_make ("queue", NULL);
  GstPad *sink = gst_element_get_static_pad (queue, "sink");

  g_object_set (queue, "max-size-buffers", 0, "max-size-bytes", 0,
      "max-size-time", G_GUINT64_CONSTANT (0), NULL);
  gst_bin_add (GST_BIN (pipeline), queue);
  gst_element_sync_state_with_parent (queue);
  fail_unless_equals_int (gst_pad_link (pad, sink), GST_PAD_LINK_OK);
  gst_object_unref (sink);
  return queue;
}

typedef struct
{
  GstElement *pipeline;
  GstElement *mux;              /* NULL: the demuxer's pads are recorded */
  Record *record;
} Link;

/* Each pad of the demuxer goes to a pad that the muxer has for its caps. */
static void
link_pad (GstElement * demux, GstPad * pad, Link * link)
{
  GstElement *queue = add_queue (link->pipeline, pad);
  GstElement *sink;

  if (link->mux != NULL) {
    GstPad *src = gst_element_get_static_pad (queue, "src");
    GstPad *target = gst_element_get_compatible_pad (link->mux, src, NULL);

    fail_unless (target != NULL, "no pad for %s", GST_OBJECT_NAME (pad));
    record_pad (link->record, target);
    fail_unless_equals_int (gst_pad_link (src, target), GST_PAD_LINK_OK);
    gst_object_unref (target);
    gst_object_unref (src);
    return;
  }
  record_pad (link->record, pad);
  sink = gst_element_factory_make ("fakesink", NULL);
  g_object_set (sink, "async", FALSE, NULL);
  gst_bin_add (GST_BIN (link->pipeline), sink);
  gst_element_link (queue, sink);
  gst_element_sync_state_with_parent (sink);
}

/* @launch has asfdemux name=d, and asfmux name=m when it remuxes. */
static void
run_demuxer (const gchar * launch, Record * record)
{
  g_autoptr (GError) error = NULL;
  Link link = { gst_parse_launch (launch, &error), NULL, record };
  GstElement *demux;

  g_assert_no_error (error);
  demux = gst_bin_get_by_name (GST_BIN (link.pipeline), "d");
  link.mux = gst_bin_get_by_name (GST_BIN (link.pipeline), "m");
  g_signal_connect (demux, "pad-added", G_CALLBACK (link_pad), &link);
  run (link.pipeline);
  gst_object_unref (demux);
  gst_clear_object (&link.mux);
  gst_object_unref (link.pipeline);
}

static void
assert_file (const gchar * path, Record * record, gboolean is_live)
{
  AsfHeaderInfo info;
  g_autofree gchar *is = describe_file (path, &info);
  g_autofree gchar *wanted = record_describe (record, info.preroll_ms);

  fail_unless_equals_int (!!(info.flags & ASF_FILE_BROADCAST), is_live);
  assert_same_lines (path, is, wanted);
}

/* What FFmpeg says of this file's original as well: a codec variant that it
 * does not have, time stamps of the content. */
static const struct
{
  const gchar *name;
  gboolean is_clean_in_ffmpeg;
  /* asfdemux puts a first object of more than a second where the second one
   * is; the muxer puts it back (pipelines/remux compares with the original) */
  gboolean has_moved_first;
} media[] = {
  {"lavf-wmv2-wmav2.wmv", TRUE, FALSE},
  {"mellow-mp3.wma", FALSE, FALSE},
  {"multilang-5xwmav2.wma", TRUE, FALSE},
  {"seattle-wmv2-wmavoice.wmv", FALSE, TRUE},
  {"silence-wmalossless.wma", FALSE, TRUE},
  {"silence-wmapro.wma", FALSE, TRUE},
  {"silence-wmav2.wma", TRUE, FALSE},
  {"smooth-wmv2-wmav2.wmv", TRUE, FALSE},
  {"speech-wmav2.wma", TRUE, FALSE},
  {"tallship-wvc1-wmapro.wmv", FALSE, FALSE},
};

/* Every file that asfdemux can read comes out with the same media objects. */
static void
remux (guint i, gboolean is_live)
{
  g_autofree gchar *name = g_build_filename ("media", media[i].name, NULL);
  g_autofree gchar *source = test_shared_path (name);
  g_autofree gchar *launch = NULL;
  gchar *path;
  Record record;

  if (source == NULL)
    return;
  path = test_file_new ();
  record_init (&record);
  launch = g_strdup_printf ("filesrc location=%s ! asfdemux name=d "
      "asfmux name=m streamable=%d ! filesink location=%s", source, is_live,
      path);
  run_demuxer (launch, &record);
  if (!media[i].has_moved_first)
    assert_file (path, &record, is_live);
  test_assert_asfcheck (path, is_live);
  if (media[i].is_clean_in_ffmpeg)
    test_assert_ffmpeg (path, is_live);
  g_ptr_array_unref (record.pads);
  test_file_free (path);
}

GST_START_TEST (test_remux)
{
  remux (__i__, FALSE);
}

GST_END_TEST;

GST_START_TEST (test_remux_live)
{
  remux (__i__, TRUE);
}

GST_END_TEST;

/* Each encoder that there is, alone and together. */
#define VIDEO "videotestsrc num-buffers=75 pattern=ball ! " \
    "video/x-raw,width=320,height=240,framerate=25/1 ! "
#define AUDIO "audiotestsrc num-buffers=130 ! " \
    "audio/x-raw,channels=2,rate=44100 ! "
static const struct
{
  const gchar *launch;
  const gchar *caps[2];         /* of the demuxer's pads, in part */
} encoders[] = {
  {VIDEO "avenc_wmv1 ! asfmux name=m", {"video/x-wmv, wmvversion=1"}},
  {VIDEO "avenc_wmv2 ! asfmux name=m", {"video/x-wmv, wmvversion=2"}},
  {VIDEO "avenc_msmpeg4v2 ! asfmux name=m",
      {"video/x-msmpeg, msmpegversion=42"}},
  {VIDEO "avenc_msmpeg4 ! asfmux name=m", {"video/x-msmpeg, msmpegversion=43"}},
  {AUDIO "avenc_wmav1 ! asfmux name=m", {"audio/x-wma, wmaversion=1"}},
  {AUDIO "avenc_wmav2 ! asfmux name=m", {"audio/x-wma, wmaversion=2"}},
  {AUDIO "lamemp3enc ! asfmux name=m", {"audio/mpeg, mpegversion=1, layer=3"}},
  {VIDEO "avenc_wmv2 ! asfmux name=m " AUDIO "avenc_wmav2 ! m.",
      {"video/x-wmv", "audio/x-wma"}},
  {VIDEO "avenc_wmv2 bitrate=2000000 ! asfmux name=m packet-size=1400 "
        AUDIO "lamemp3enc ! m.", {"video/x-wmv", "audio/mpeg"}},
};

static gboolean
have_elements (const gchar * launch)
{
  static const gchar *const names[] = { "avenc_wmv2", "lamemp3enc" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    GstElementFactory *factory = gst_element_factory_find (names[i]);

    if (factory == NULL && strstr (launch, names[i]) != NULL) {
      g_print ("SKIP: no %s here\n", names[i]);
      return FALSE;
    }
    gst_clear_object (&factory);
  }
  return TRUE;
}

static void
record_sink_pads (GstElement * mux, Record * record)
{
  GList *l;

  for (l = mux->sinkpads; l != NULL; l = l->next)
    record_pad (record, l->data);
}

/* The file as asfdemux reads it: same objects, same times, caps that say the
 * same codec. */
static void
assert_demuxed (const gchar * path, Record * written, const gchar * const *caps)
{
  g_autofree gchar *launch =
      g_strdup_printf ("filesrc location=%s ! asfdemux name=d", path);
  g_autofree gchar *is = NULL;
  g_autofree gchar *wanted = record_describe (written, 0);
  Record record;
  guint i;

  record_init (&record);
  run_demuxer (launch, &record);
  is = record_describe (&record, 0);
  assert_same_lines ("asfdemux", is, wanted);
  for (i = 0; i < record.pads->len; i++) {
    Track *track = g_ptr_array_index (record.pads, i);
    GstCaps *have = gst_pad_query_caps (track->pad, NULL);
    GstCaps *want = gst_caps_from_string (caps[i]);

    fail_unless (gst_caps_can_intersect (have, want));
    gst_caps_unref (have);
    gst_caps_unref (want);
  }
  g_ptr_array_unref (record.pads);
}

static void
encode (guint i, gboolean is_live)
{
  g_autofree gchar *launch = NULL;
  g_autoptr (GError) error = NULL;
  GstElement *pipeline, *mux;
  gchar *path;
  Record record;

  if (!have_elements (encoders[i].launch))
    return;
  path = test_file_new ();
  launch = g_strdup_printf ("%s m. ! filesink location=%s",
      encoders[i].launch, path);
  pipeline = gst_parse_launch (launch, &error);
  g_assert_no_error (error);
  mux = gst_bin_get_by_name (GST_BIN (pipeline), "m");
  g_object_set (mux, "streamable", is_live, NULL);
  record_init (&record);
  record_sink_pads (mux, &record);
  run (pipeline);
  assert_file (path, &record, is_live);
  assert_demuxed (path, &record, encoders[i].caps);
  test_assert_asfcheck (path, is_live);
  test_assert_ffmpeg (path, is_live);
  gst_object_unref (mux);
  gst_object_unref (pipeline);
  g_ptr_array_unref (record.pads);
  test_file_free (path);
}

GST_START_TEST (test_encode)
{
  encode (__i__, FALSE);
}

GST_END_TEST;

GST_START_TEST (test_encode_live)
{
  encode (__i__, TRUE);
}

GST_END_TEST;

/* One of several files of a broadcast: the header, then whole packets.
 *
 * Returns: its first Send Time in ms. */
static guint32
check_part (const gchar * path)
{
  g_autofree gchar *contents = NULL;
  AsfPacketInfo packet;
  AsfHeaderInfo info;
  guint32 first_ms = 0;
  gsize size, pos, begin;

  fail_unless (g_file_get_contents (path, &contents, &size, NULL));
  fail_unless (asf_header_read ((guint8 *) contents, size, &info, NULL));
  begin = info.header_size + ASF_DATA_HEAD_SIZE;
  fail_unless_equals_int ((size - begin) % info.packet_size, 0);
  fail_unless (size > begin);
  for (pos = begin; pos < size; pos += info.packet_size) {
    fail_unless (asf_packet_read ((guint8 *) contents + pos, info.packet_size,
            &packet, NULL));
    if (pos == begin)
      first_ms = packet.send_time_ms;
  }
  return first_ms;
}

/* multifilesink measures a file from its first buffer on, the header. */
GST_START_TEST (test_files_by_duration)
{
  g_autofree gchar *dir = NULL;
  guint32 begin_ms, before_ms = 0;
  guint i;

  if (!have_elements ("avenc_wmv2"))
    return;
  dir = g_dir_make_tmp ("asfmux-XXXXXX", NULL);
  test_run_pipeline ("videotestsrc num-buffers=100 ! video/x-raw,width=320,"
      "height=240,framerate=25/1 ! avenc_wmv2 ! asfmux streamable=true ! "
      "multifilesink next-file=max-duration max-file-duration=1000000000 "
      "location=%s/%%u.asf", dir);
  for (i = 0; i < 4; i++) {
    g_autofree gchar *path = g_strdup_printf ("%s/%u.asf", dir, i);

    begin_ms = check_part (path);
    fail_unless (i == 0 || begin_ms > before_ms);
    before_ms = begin_ms;
    g_unlink (path);
  }
  fail_unless_equals_int (g_rmdir (dir), 0);
}

GST_END_TEST;

static Suite *
asfmuxfiles_suite (void)
{
  Suite *s = suite_create ("asfmuxfiles");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 90);
  tcase_add_loop_test (tc, test_remux, 0, G_N_ELEMENTS (media));
  tcase_add_loop_test (tc, test_remux_live, 0, G_N_ELEMENTS (media));
  tcase_add_loop_test (tc, test_encode, 0, G_N_ELEMENTS (encoders));
  tcase_add_loop_test (tc, test_encode_live, 0, G_N_ELEMENTS (encoders));
  tcase_add_test (tc, test_files_by_duration);
  return s;
}

GST_CHECK_MAIN (asfmuxfiles);
