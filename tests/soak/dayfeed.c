/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A thread for each stream, since the muxer holds the one that is ahead. */
#include "dayfeed.h"

#define VIDEO_CAPS "video/x-wmv, wmvversion=2, format=WMV2, width=320, " \
    "height=240, codec_data=(buffer)f2eeb480"
#define AUDIO_CAPS "audio/x-wma, wmaversion=2, channels=2, rate=44100, " \
    "bitrate=64000, depth=16, block_align=400, " \
    "codec_data=(buffer)00880000000000000000"

static gboolean
push_stream (DayFeed * self, DayFeedStream * stream)
{
  guint64 time_ms = 0;

  do {
    if (self->wait != NULL && !self->wait (self->data, stream->n))
      return FALSE;
    if (gst_pad_push (stream->pad, numbered_buffer_new (&self->plan,
                stream == &self->video, stream->n, time_ms)) != GST_FLOW_OK)
      return FALSE;
    stream->n++;
  } while (numbered_plan_next (&self->plan, stream->n, &time_ms));
  return TRUE;
}

static gpointer
run_video (gpointer data)
{
  DayFeed *self = data;

  return GINT_TO_POINTER (push_stream (self, &self->video));
}

static gpointer
run_sound (gpointer data)
{
  DayFeed *self = data;

  return GINT_TO_POINTER (push_stream (self, &self->sound));
}

static void
begin_stream (DayFeed * self, DayFeedStream * stream, const gchar * template,
    const gchar * description)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (description);
  g_autoptr (GstPad) sink = gst_element_request_pad_simple (self->mux,
      template);
  GstSegment segment;

  stream->n = 0;
  stream->pad = gst_pad_new ("src", GST_PAD_SRC);
  gst_pad_set_active (stream->pad, TRUE);
  gst_pad_link_full (stream->pad, sink, GST_PAD_LINK_CHECK_NOTHING);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (stream->pad, gst_event_new_stream_start (template));
  gst_pad_push_event (stream->pad, gst_event_new_caps (caps));
  gst_pad_push_event (stream->pad, gst_event_new_segment (&segment));
}

gboolean
day_feed_run (DayFeed * self, guint64 * n_objects)
{
  gboolean is_good;

  /* both pads are there before either has data */
  begin_stream (self, &self->video, "video_%u", VIDEO_CAPS);
  begin_stream (self, &self->sound, "audio_%u", AUDIO_CAPS);
  self->video.thread = g_thread_new ("video", run_video, self);
  self->sound.thread = g_thread_new ("sound", run_sound, self);
  is_good = GPOINTER_TO_INT (g_thread_join (self->video.thread));
  is_good &= GPOINTER_TO_INT (g_thread_join (self->sound.thread));
  *n_objects = MIN (self->video.n, self->sound.n);
  return is_good && self->video.n == self->sound.n;
}

void
day_feed_end (DayFeed * self)
{
  gst_pad_push_event (self->video.pad, gst_event_new_eos ());
  gst_pad_push_event (self->sound.pad, gst_event_new_eos ());
  gst_clear_object (&self->video.pad);
  gst_clear_object (&self->sound.pad);
}
