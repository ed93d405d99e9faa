/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Source, encoders, muxer and sink.
 *
 *   uridecodebin, or TEST_PICTURE  =+= video branch =+= asfmux ! wmspushsink
 *   and TEST_TONE                  =+= audio branch =+
 *
 * A branch is made when the source shows the pad for it. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "demopipeline.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#define MAX_HEIGHT 720
#define MIN_BITRATE_BPS 300000
#define MAX_BITRATE_BPS 4000000
/* Bits for each pixel of each frame: good for WMV2 on ordinary material. */
#define BITS_PER_PIXEL 0.12
#define KEY_FRAME_SECONDS 2
#define DEFAULT_FPS 25

#define TEST_PICTURE \
    "videotestsrc is-live=true pattern=smpte " \
    "! video/x-raw,width=640,height=480,framerate=25/1 " \
    "! timeoverlay halignment=center valignment=center " \
    "font-desc=\"Sans, 36\" ! clockoverlay font-desc=\"Sans, 24\""

#define TEST_TONE \
    "audiotestsrc is-live=true freq=440 volume=0.1 " \
    "! capsfilter caps=audio/x-raw,rate=44100,channels=2"

/* No more than it takes to keep both cores busy. */
#define QUEUE "queue max-size-time=300000000 max-size-buffers=0"

#define VIDEO_BRANCH \
    QUEUE " ! videoconvert ! videoscale ! videorate " \
    "! video/x-raw,width=%d,height=%d,framerate=%d/%d,pixel-aspect-ratio=1/1 " \
    "! avenc_wmv2 name=encoder bitrate=%d gop-size=%d"

#define AUDIO_BRANCH \
    QUEUE " ! audioconvert ! audioresample " \
    "! audio/x-raw,rate=[8000,48000],channels=[1,2] " \
    "! avenc_wmav2 name=encoder bitrate=128000"

struct _DemoPipeline
{
  GstElement *pipeline;
  GstElement *mux;
  GstElement *sink;
  /* written by the encoders' streaming threads, atomically */
  gint video_frames;
  gint audio_frames;
  /* set by the main thread, read by the source's streaming threads */
  gint is_ending;
  /* written by the thread that shows the pads, atomically */
  gint has_video;
  gint has_audio;
};

/* Elements, and the Debian package that brings each. */
static const struct
{
  const gchar *element;
  const gchar *package;
} needed[] = {
  {"asfmux", NULL},
  {"wmspushsink", NULL},
  {"avenc_wmv2", "gstreamer1.0-libav"},
  {"avenc_wmav2", "gstreamer1.0-libav"},
  {"uridecodebin", "gstreamer1.0-plugins-base"},
  {"videotestsrc", "gstreamer1.0-plugins-base"},
  {"videorate", "gstreamer1.0-plugins-base"},
  {"clockoverlay", "gstreamer1.0-x"},
};

static gboolean
check_elements (GError ** error)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (needed); i++) {
    g_autoptr (GstElementFactory) factory = NULL;

    factory = gst_element_factory_find (needed[i].element);
    if (factory != NULL)
      continue;
    if (needed[i].package == NULL)
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
          _("The element %s of this project was not found: start the demo with "
              "tools/run-demo."), needed[i].element);
    else
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
          _("The element %s is missing: install the package %s."),
          needed[i].element, needed[i].package);
    return FALSE;
  }
  return TRUE;
}

static GstPadProbeReturn
count_cb (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  g_atomic_int_inc ((gint *) user_data);
  return GST_PAD_PROBE_OK;
}

/* When the programme is to end, the streams do so at their next buffer: what
 * the source has queued ahead would last for seconds. */
static GstPadProbeReturn
end_cb (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  DemoPipeline *self = user_data;
  g_autoptr (GstPad) peer = NULL;

  if (!g_atomic_int_get (&self->is_ending))
    return GST_PAD_PROBE_OK;
  /* not through @pad: decoders that find it at its end post errors */
  peer = gst_pad_get_peer (pad);
  if (peer != NULL && !GST_PAD_IS_EOS (peer))
    gst_pad_send_event (peer, gst_event_new_eos ());
  return GST_PAD_PROBE_DROP;
}

static void
report (DemoPipeline * self, const gchar * text)
{
  g_autoptr (GError) error = NULL;

  error = g_error_new_literal (GST_CORE_ERROR, GST_CORE_ERROR_PAD, text);
  gst_element_post_message (self->pipeline,
      gst_message_new_error (GST_OBJECT (self->pipeline), error, NULL));
}

/* Puts a branch between a pad of the source and the muxer. */
static void
add_branch (DemoPipeline * self, GstPad * source, const gchar * description,
    const gchar * mux_pad, gint * frames)
{
  GstElement *branch, *encoder;
  g_autoptr (GstPad) encoded = NULL;
  g_autoptr (GstPad) sink = NULL;

  branch = gst_parse_bin_from_description (description, TRUE, NULL);
  if (branch == NULL) {
    report (self, _("The encoder could not be set up."));
    return;
  }
  encoder = gst_bin_get_by_name (GST_BIN (branch), "encoder");
  encoded = gst_element_get_static_pad (encoder, "src");
  gst_pad_add_probe (encoded, GST_PAD_PROBE_TYPE_BUFFER, count_cb, frames,
      NULL);
  gst_object_unref (encoder);

  gst_pad_add_probe (source, GST_PAD_PROBE_TYPE_BUFFER, end_cb, self, NULL);

  gst_bin_add (GST_BIN (self->pipeline), branch);
  sink = gst_element_get_static_pad (branch, "sink");
  if (!gst_element_link_pads (branch, "src", self->mux, mux_pad)
      || GST_PAD_LINK_FAILED (gst_pad_link (source, sink)))
    report (self, _("The encoder could not be connected."));
  gst_element_sync_state_with_parent (branch);
}

/* Square pixels, even sizes, at most MAX_HEIGHT lines, a fixed frame rate. */
static gchar *
describe_video (const GstStructure * s)
{
  gint width = 0, height = 0, fps_n = 0, fps_d = 1, par_n = 1, par_d = 1;
  gdouble bitrate;

  gst_structure_get_int (s, "width", &width);
  gst_structure_get_int (s, "height", &height);
  gst_structure_get_fraction (s, "pixel-aspect-ratio", &par_n, &par_d);
  if (!gst_structure_get_fraction (s, "framerate", &fps_n, &fps_d)
      || fps_n <= 0 || fps_n / fps_d > 60) {
    fps_n = DEFAULT_FPS;
    fps_d = 1;
  }
  if (par_n > 0 && par_d > 0)
    width = gst_util_uint64_scale_int (width, par_n, par_d);
  if (height > MAX_HEIGHT) {
    width = gst_util_uint64_scale_int (width, MAX_HEIGHT, height);
    height = MAX_HEIGHT;
  }
  width = MAX (width & ~1, 16);
  height = MAX (height & ~1, 16);
  bitrate = BITS_PER_PIXEL * width * height * fps_n / fps_d;
  return g_strdup_printf (VIDEO_BRANCH, width, height, fps_n, fps_d,
      (gint) CLAMP (bitrate, MIN_BITRATE_BPS, MAX_BITRATE_BPS),
      MAX (KEY_FRAME_SECONDS * fps_n / fps_d, 1));
}

/* The first video and the first audio stream are taken. */
static void
take_pad (DemoPipeline * self, GstPad * pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const GstStructure *s;

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  if (caps == NULL || gst_caps_is_empty (caps) || gst_caps_is_any (caps))
    return;
  s = gst_caps_get_structure (caps, 0);
  if (gst_structure_has_name (s, "video/x-raw")
      && g_atomic_int_compare_and_exchange (&self->has_video, FALSE, TRUE)) {
    g_autofree gchar *branch = describe_video (s);

    add_branch (self, pad, branch, "video_%u", &self->video_frames);
  } else if (gst_structure_has_name (s, "audio/x-raw")
      && g_atomic_int_compare_and_exchange (&self->has_audio, FALSE, TRUE)) {
    add_branch (self, pad, AUDIO_BRANCH, "audio_%u", &self->audio_frames);
  }
}

static void
pad_added_cb (GstElement * source, GstPad * pad, gpointer user_data)
{
  take_pad (user_data, pad);
}

static void
no_more_pads_cb (GstElement * source, gpointer user_data)
{
  DemoPipeline *self = user_data;

  if (!g_atomic_int_get (&self->has_video)
      && !g_atomic_int_get (&self->has_audio))
    report (self, _("The file has neither picture nor sound."));
}

static gboolean
add_file (DemoPipeline * self, const gchar * file, GError ** error)
{
  g_autoptr (GFile) location = g_file_new_for_commandline_arg (file);
  g_autofree gchar *uri = g_file_get_uri (location);
  GstElement *source;

  if (g_file_is_native (location) && !g_file_query_exists (location, NULL)) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
        _("There is no file %s."), file);
    return FALSE;
  }
  source = gst_element_factory_make ("uridecodebin", NULL);
  g_object_set (source, "uri", uri, NULL);
  g_signal_connect (source, "pad-added", G_CALLBACK (pad_added_cb), self);
  g_signal_connect (source, "no-more-pads", G_CALLBACK (no_more_pads_cb), self);
  gst_bin_add (GST_BIN (self->pipeline), source);
  return TRUE;
}

static gboolean
add_test_source (DemoPipeline * self, const gchar * description,
    GError ** error)
{
  g_autoptr (GstPad) pad = NULL;
  GstElement *source;

  source = gst_parse_bin_from_description (description, TRUE, error);
  if (source == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (self->pipeline), source);
  pad = gst_element_get_static_pad (source, "src");
  take_pad (self, pad);
  return TRUE;
}

static gboolean
add_source (DemoPipeline * self, const gchar * file, GError ** error)
{
  if (file != NULL)
    return add_file (self, file, error);
  return add_test_source (self, TEST_PICTURE, error)
      && add_test_source (self, TEST_TONE, error);
}

DemoPipeline *
demo_pipeline_new (const gchar * file, const gchar * location, GError ** error)
{
  g_autoptr (DemoPipeline) self = NULL;

  if (!check_elements (error))
    return NULL;
  self = g_new0 (DemoPipeline, 1);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new ("demo"));
  self->mux = gst_element_factory_make ("asfmux", NULL);
  self->sink = gst_element_factory_make ("wmspushsink", NULL);
  g_object_set (self->mux, "streamable", TRUE, NULL);
  g_object_set (self->sink, "location", location, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), self->mux, self->sink, NULL);
  if (!gst_element_link (self->mux, self->sink)) {
    /* g_autoptr frees it: NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
        _("asfmux could not be connected to wmspushsink."));
    return NULL;
  }
  if (!add_source (self, file, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
demo_pipeline_free (DemoPipeline * self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  g_free (self);
}

GstElement *
demo_pipeline_get_element (DemoPipeline * self)
{
  return self->pipeline;
}

GstElement *
demo_pipeline_get_sink (DemoPipeline * self)
{
  return self->sink;
}

void
demo_pipeline_end (DemoPipeline * self)
{
  g_atomic_int_set (&self->is_ending, TRUE);
}

void
demo_pipeline_get_encoded (DemoPipeline * self, DemoEncoded * encoded)
{
  encoded->has_video = g_atomic_int_get (&self->has_video);
  encoded->video_frames = g_atomic_int_get (&self->video_frames);
  encoded->has_audio = g_atomic_int_get (&self->has_audio);
  encoded->audio_frames = g_atomic_int_get (&self->audio_frames);
}
