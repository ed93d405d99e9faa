/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testtrack.h"

#include <string.h>

#include "testmux.h"

TestTrack *
test_track_new (void)
{
  TestTrack *track = g_new0 (TestTrack, 1);

  track->objects = g_string_new (NULL);
  track->first = GST_CLOCK_TIME_NONE;
  return track;
}

void
test_track_free (TestTrack * track)
{
  gst_clear_caps (&track->caps);
  g_string_free (track->objects, TRUE);
  g_free (track);
}

static gint64
ms_from_first (TestTrack * track, GstClockTime time)
{
  /* a first buffer without a time starts at 0 */
  if (!GST_CLOCK_TIME_IS_VALID (track->first))
    track->first = time = GST_CLOCK_TIME_IS_VALID (time) ? time : 0;
  return ((GstClockTimeDiff) (time - track->first)) / GST_MSECOND;
}

static void
take_buffer (TestTrack * track, GstBuffer * buffer)
{
  g_autofree gchar *digest = NULL;
  GstMapInfo map;

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER)
      && !GST_BUFFER_PTS_IS_VALID (buffer))
    return;
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, map.data, map.size);
  g_string_append_printf (track->objects, "%" G_GINT64_FORMAT " %"
      G_GSIZE_FORMAT " %s\n", ms_from_first (track, GST_BUFFER_PTS (buffer)),
      map.size, digest);
  gst_buffer_unmap (buffer, &map);
  track->n_objects++;
}

static GstPadProbeReturn
look (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  TestTrack *track = data;
  GstCaps *caps;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    take_buffer (track, GST_PAD_PROBE_INFO_BUFFER (info));
  } else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CAPS) {
    gst_event_parse_caps (GST_PAD_PROBE_INFO_EVENT (info), &caps);
    gst_caps_replace (&track->caps, caps);
  }
  return GST_PAD_PROBE_OK;
}

void
test_track_watch (TestTrack * track, GstPad * pad)
{
  GstCaps *caps = gst_pad_get_current_caps (pad);

  gst_caps_replace (&track->caps, caps);
  gst_clear_caps (&caps);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER |
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, look, track, NULL);
}

typedef struct
{
  GstElement *pipeline;
  TestTrack *track;
} Demux;

static void
demux_pad_added (GstElement * demux, GstPad * pad, gpointer data)
{
  Demux *self = data;
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstPad *sinkpad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "sync", FALSE, NULL);
  test_track_watch (self->track, pad);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  fail_unless (gst_pad_link (pad, sinkpad) == GST_PAD_LINK_OK);
  gst_element_sync_state_with_parent (sink);
  gst_object_unref (sinkpad);
}

TestTrack *
test_track_demux (const gchar * path)
{
  Demux self = { gst_pipeline_new (NULL), test_track_new () };
  GstElement *source = gst_element_factory_make ("filesrc", NULL);
  GstElement *demux = gst_element_factory_make ("asfdemux", NULL);
  GstBus *bus = gst_element_get_bus (self.pipeline);
  GstMessage *message;

  gst_bin_add_many (GST_BIN (self.pipeline), source, demux, NULL);
  gst_element_link (source, demux);
  g_object_set (source, "location", path, NULL);
  g_signal_connect (demux, "pad-added", G_CALLBACK (demux_pad_added), &self);
  gst_element_set_state (self.pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "asfdemux: %s", path);
  gst_message_unref (message);
  gst_element_set_state (self.pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (self.pipeline);
  return self.track;
}

/* The value after "NAME=" in a line of ffprobe's compact form. */
static gchar *
value_of (const gchar * line, const gchar * name)
{
  g_autofree gchar *key = g_strdup_printf ("|%s=", name);
  const gchar *at = strstr (line, key);

  if (at == NULL)
    return g_strdup ("");
  at += strlen (key);
  return g_strndup (at, strcspn (at, "|\n"));
}

/* The first of both fields that is a number. */
static gint64
time_of (const gchar * line)
{
  g_autofree gchar *dts = value_of (line, "dts");
  g_autofree gchar *pts = value_of (line, "pts");

  return g_ascii_strtoll (g_ascii_isdigit (dts[*dts == '-']) ? dts : pts, NULL,
      10);
}

static void
take_packet (GString * objects, const gchar * line, gint64 * first)
{
  g_autofree gchar *size = value_of (line, "size");
  g_autofree gchar *digest = value_of (line, "data_hash");
  gint64 time = time_of (line);

  if (objects->len == 0)
    *first = time;
  g_string_append_printf (objects, "%" G_GINT64_FORMAT " %s %s\n",
      time - *first, size, digest + strlen ("SHA256:"));
}

gchar *
test_track_ffprobe (const gchar * path, gchar ** codec_name,
    gchar ** codec_data)
{
  /* what the file says: nothing split, joined or completed */
  const gchar *argv[] = { "ffprobe", "-v", "error", "-fflags",
    "+noparse+nofillin", "-show_data_hash", "sha256", "-show_entries",
    "stream=codec_name,extradata_size,extradata_hash:"
        "packet=pts,dts,size,data_hash", "-of", "compact", path, NULL
  };
  g_autofree gchar *tool = g_find_program_in_path ("ffprobe");
  g_autofree gchar *text = NULL;
  GString *objects = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  gint64 first = 0;
  guint i;

  if (tool == NULL) {
    g_print ("SKIP: no ffprobe here\n");
    return g_string_free (objects, TRUE);
  }
  text = test_run_command (argv, NULL);
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "packet|"))
      take_packet (objects, lines[i], &first);
    if (g_str_has_prefix (lines[i], "stream|")) {
      g_autofree gchar *size = value_of (lines[i], "extradata_size");
      g_autofree gchar *digest = value_of (lines[i], "extradata_hash");

      *codec_name = value_of (lines[i], "codec_name");
      *codec_data = *size == '\0' ? g_strdup ("") :
          g_strdup_printf ("%s %s", size, digest + strlen ("SHA256:"));
    }
  }
  return g_string_free (objects, FALSE);
}

gchar *
test_describe_codec_data (const GstCaps * caps)
{
  const GValue *value =
      gst_structure_get_value (gst_caps_get_structure (caps, 0), "codec_data");
  g_autofree gchar *digest = NULL;
  gchar *text;
  GstMapInfo map;

  if (value == NULL)
    return g_strdup ("");
  gst_buffer_map (gst_value_get_buffer (value), &map, GST_MAP_READ);
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, map.data, map.size);
  text = g_strdup_printf ("%" G_GSIZE_FORMAT " %s", map.size, digest);
  gst_buffer_unmap (gst_value_get_buffer (value), &map);
  return text;
}

void
test_assert_same_objects (const gchar * where, const gchar * expected,
    const gchar * got)
{
  g_auto (GStrv) a = g_strsplit (expected, "\n", -1);
  g_auto (GStrv) b = g_strsplit (got, "\n", -1);
  guint i;

  for (i = 0; a[i] != NULL && b[i] != NULL; i++)
    fail_unless (strcmp (a[i], b[i]) == 0, "%s, object %u: \"%s\", not \"%s\"",
        where, i, b[i], a[i]);
  fail_unless (a[i] == NULL && b[i] == NULL, "%s: %u objects, not %u", where,
      g_strv_length (b) - 1, g_strv_length (a) - 1);
}
