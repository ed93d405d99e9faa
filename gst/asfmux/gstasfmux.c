/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-asfmux
 * @title: asfmux
 * @short_description: writes ASF files and live streams
 *
 * Muxes Windows Media video and audio, MS-MPEG4 and MP3 into ASF (.asf, .wmv,
 * .wma).  When downstream can seek, a file is written: an index follows the
 * data and the header is completed at the end.  With
 * #GstWmsAsfMux:streamable, or when downstream cannot seek, a broadcast is
 * written, which needs no second pass, such as `wmspushsink` sends.
 *
 * Times are running times; the stream that starts first begins at 0.  The DTS
 * of a packet is when a sink may send it: with a live source the time of its
 * last media object, else its Send Time.  The PTS is the running time of the
 * earliest media object in it.
 *
 * A buffer without time stamps follows the one before it.  Empty buffers are
 * dropped with a warning, and so are objects that arrive when later packets
 * have left already, with a QoS message.  Times of one stream that step back
 * are held at the latest one.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=300 ! avenc_wmv2 ! asfmux name=m \
 *     ! filesink location=test.wmv \
 *     audiotestsrc num-buffers=430 ! avenc_wmav2 ! m.
 * ]|
 * This writes ten seconds of a test picture and a tone into a file.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmux.h"

#include <glib/gi18n-lib.h>

#include "asfmux/gstasfmuxintake.h"
#include "asfmux/gstasfmuxpad.h"
#include "asfmux/gstasfmuxsession.h"

GST_DEBUG_CATEGORY (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Locks: the object lock protects the settings and the list of pads.  All
 * other state belongs to the source pad's streaming thread; it is rebuilt by
 * reset(), which runs only while that thread does not. */

enum
{
  PROP_0,
  PROP_PACKET_SIZE,
  PROP_PREROLL,
  PROP_MERGE_STREAM_TAGS,
  PROP_PADDING,
  PROP_STREAMABLE,
  PROP_MAX_PACKET_DELAY,
};

/* Ranges of the old element, so that setting a value always succeeds. */
#define MIN_SETTABLE_PACKET_SIZE 18

#define DEFAULT_PACKET_SIZE 4800
#define DEFAULT_PREROLL 5000
#define DEFAULT_MERGE_STREAM_TAGS TRUE
#define DEFAULT_PADDING 0
#define DEFAULT_STREAMABLE FALSE
#define DEFAULT_MAX_PACKET_DELAY GST_SECOND

/* What can be written. */
#define MAX_PREROLL 600000
#define MAX_PADDING (8 * 1024 * 1024)

struct _GstWmsAsfMux
{
  GstAggregator parent;

  /* object lock */
  GstWmsAsfSettings settings;

  /* streaming thread */
  GstWmsAsfSession session;
};

#define gst_wms_asf_mux_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstWmsAsfMux, gst_wms_asf_mux, GST_TYPE_AGGREGATOR,
    G_IMPLEMENT_INTERFACE (GST_TYPE_TAG_SETTER, NULL));
GST_ELEMENT_REGISTER_DEFINE (asfmux, "asfmux", GST_RANK_PRIMARY,
    GST_TYPE_WMS_ASF_MUX);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-ms-asf, parsed = (boolean) true"));

static GstStaticPadTemplate video_template =
GST_STATIC_PAD_TEMPLATE ("video_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (GST_WMS_ASF_MUX_VIDEO_CAPS));

static GstStaticPadTemplate audio_template =
GST_STATIC_PAD_TEMPLATE ("audio_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (GST_WMS_ASF_MUX_AUDIO_CAPS));

static void
reset (GstWmsAsfMux * self)
{
  GList *l;

  gst_wms_asf_session_reset (&self->session);
  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next)
    gst_wms_asf_mux_pad_reset (l->data);
  GST_OBJECT_UNLOCK (self);
}

/* One setting against what can be written; the range is told to the user,
 * since the property's own range is wider (that of the old element). */
static gboolean
check_range (GstWmsAsfMux * self, const gchar * name, guint64 value,
    guint64 min, guint64 max)
{
  if (value >= min && value <= max)
    return TRUE;
  GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
      (_("The property %s is outside of its legal range."), name),
      ("%s is %" G_GUINT64_FORMAT ", legal range %" G_GUINT64_FORMAT " to %"
          G_GUINT64_FORMAT, name, value, min, max));
  return FALSE;
}

static gboolean
gst_wms_asf_mux_start (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GstWmsAsfSettings *s = &self->session.settings;

  GST_OBJECT_LOCK (self);
  *s = self->settings;
  GST_OBJECT_UNLOCK (self);

  if (!check_range (self, "packet-size", s->packet_size,
          ASF_PACKETIZER_MIN_SIZE, ASF_MAX_PACKET_SIZE) ||
      !check_range (self, "preroll", s->preroll_ms, 0, MAX_PREROLL) ||
      !check_range (self, "padding", s->padding, 0, MAX_PADDING))
    return FALSE;
  reset (self);
  self->session.mux = aggregator;
  gst_aggregator_set_latency (aggregator, s->streamable ?
      s->max_packet_delay : 0, s->streamable ? s->max_packet_delay : 0);
  return TRUE;
}

static gboolean
gst_wms_asf_mux_stop (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);

  reset (self);
  gst_tag_setter_reset_tags (GST_TAG_SETTER (self));
  return TRUE;
}

static GstFlowReturn
gst_wms_asf_mux_flush (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GList *l;

  gst_wms_asf_session_flush (&self->session);
  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next)
    GST_WMS_ASF_MUX_PAD (l->data)->have_next_running = FALSE;
  GST_OBJECT_UNLOCK (self);
  return GST_FLOW_OK;
}

/* Object lock held.  Returns the pad whose next buffer comes first, without a
 * reference. */
static GstWmsAsfMuxPad *
earliest_pad_locked (GstWmsAsfMux * self, GstClockTimeDiff * time)
{
  GstWmsAsfMuxPad *best = NULL;
  GList *l;

  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next) {
    GstWmsAsfMuxPad *pad = l->data;
    GstBuffer *buffer = gst_wms_asf_intake_peek (pad);
    GstClockTimeDiff order;

    if (buffer == NULL)
      continue;
    order = gst_wms_asf_mux_pad_order_time (pad, buffer);
    if (best == NULL || order < *time) {
      best = pad;
      *time = order;
    }
  }
  return best;
}

static GstWmsAsfMuxPad *
pick_earliest_pad (GstWmsAsfMux * self)
{
  GstClockTimeDiff time;
  GstWmsAsfMuxPad *pad;

  GST_OBJECT_LOCK (self);
  pad = earliest_pad_locked (self, &time);
  if (pad != NULL)
    gst_object_ref (pad);
  GST_OBJECT_UNLOCK (self);
  return pad;
}

static gboolean
all_pads_ended (GstWmsAsfMux * self)
{
  gboolean ended = TRUE;
  GList *l;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next)
    ended &= gst_aggregator_pad_is_eos (l->data);
  GST_OBJECT_UNLOCK (self);
  return ended;
}

/* The base class waits until this running time plus the latency, of which
 * max-packet-delay is a part.  An open packet has to go when its first object
 * is that old; a buffer waits for the other pads only as long as upstream's
 * latency, so that the packet's time is left for the packet. */
static GstClockTime
gst_wms_asf_mux_get_next_time (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GstClockTimeDiff next = G_MAXINT64;
  GstClockTimeDiff time;

  if (self->session.is_started && !self->session.output.upstream_is_live)
    return GST_CLOCK_TIME_NONE;
  GST_OBJECT_LOCK (self);
  if (earliest_pad_locked (self, &time) != NULL)
    next = time - (GstClockTimeDiff)
        gst_wms_asf_session_packet_delay (&self->session);
  GST_OBJECT_UNLOCK (self);
  if (gst_wms_asf_session_open_since (&self->session, &time))
    next = MIN (next, time);
  return next == G_MAXINT64 ? GST_CLOCK_TIME_NONE :
      (GstClockTime) MAX (next, 0);
}

/* Pads whose caps are known, in the order of their stream numbers. */
static GPtrArray *
collect_pads (GstWmsAsfMux * self)
{
  GPtrArray *pads = g_ptr_array_new_with_free_func (gst_object_unref);
  GList *l;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next) {
    if (GST_WMS_ASF_MUX_PAD (l->data)->have_format)
      g_ptr_array_add (pads, gst_object_ref (l->data));
  }
  GST_OBJECT_UNLOCK (self);
  return pads;
}


static GstFlowReturn
begin (GstWmsAsfMux * self)
{
  GPtrArray *pads = collect_pads (self);

  if (pads->len > 0)
    return gst_wms_asf_session_begin (&self->session, pads);
  g_ptr_array_unref (pads);
  if (!all_pads_ended (self))
    return GST_AGGREGATOR_FLOW_NEED_DATA;
  GST_ELEMENT_ERROR (self, STREAM, FORMAT,
      (_("Nothing to mux: no stream said what it is.")),
      ("all pads ended before they had caps"));
  return GST_FLOW_ERROR;
}

static GstFlowReturn
gst_wms_asf_mux_aggregate (GstAggregator * aggregator, gboolean timeout)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GstFlowReturn ret = GST_FLOW_OK;
  GstFlowReturn pushed;
  GstWmsAsfMuxPad *pad;

  if (!self->session.is_started)
    ret = begin (self);
  if (ret != GST_FLOW_OK)
    return ret;

  pad = pick_earliest_pad (self);
  if (pad != NULL) {
    ret = gst_wms_asf_session_take_next (&self->session, pad);
    gst_object_unref (pad);
  } else if (all_pads_ended (self)) {
    return gst_wms_asf_session_finish (&self->session);
  } else if (timeout) {
    ret = gst_wms_asf_session_close_packet (&self->session);
  }
  pushed = gst_wms_asf_session_push (&self->session);
  return ret == GST_FLOW_OK ? pushed : ret;
}

static gboolean
take_caps (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad, GstCaps * caps)
{
  g_autoptr (GError) error = NULL;
  GstWmsAsfFormat format;

  if (!gst_wms_asf_format_from_caps (&format, caps, &error)) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        (_("A stream cannot be carried in ASF.")), ("%s, caps %"
            GST_PTR_FORMAT, error->message, caps));
    return FALSE;
  }
  if (pad->in_header) {
    gboolean same = gst_wms_asf_format_equal (&pad->format, &format);

    gst_wms_asf_format_clear (&format);
    if (!same)
      GST_ELEMENT_ERROR (self, STREAM, FORMAT,
          (_("A stream changed its format while it was being written.")),
          ("new caps %" GST_PTR_FORMAT, caps));
    return same;
  }
  gst_wms_asf_format_clear (&pad->format);
  pad->format = format;
  pad->have_format = TRUE;
  return TRUE;
}

static void
take_tags (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad, GstEvent * event)
{
  GstTagList *tags, *merged;

  gst_event_parse_tag (event, &tags);
  merged = gst_tag_list_merge (pad->tags, tags, GST_TAG_MERGE_REPLACE);
  gst_clear_tag_list (&pad->tags);
  pad->tags = merged;
  if (self->session.is_started)
    GST_INFO_OBJECT (pad, "tags after the header are not in it: %"
        GST_PTR_FORMAT, tags);
}

static gboolean
gst_wms_asf_mux_sink_event (GstAggregator * aggregator,
    GstAggregatorPad * aggpad, GstEvent * event)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GstWmsAsfMuxPad *pad = GST_WMS_ASF_MUX_PAD (aggpad);
  GstCaps *caps;
  gboolean ok;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      ok = take_caps (self, pad, caps);
      gst_event_unref (event);
      return ok;
    case GST_EVENT_TAG:
      take_tags (self, pad, event);
      break;
    default:
      break;
  }
  return GST_AGGREGATOR_CLASS (parent_class)->sink_event (aggregator, aggpad,
      event);
}

static gboolean
gst_wms_asf_mux_negotiate (GstAggregator * aggregator)
{
  /* the caps hold the header and are set with it */
  return TRUE;
}

static GstAggregatorPad *
gst_wms_asf_mux_create_new_pad (GstAggregator * aggregator,
    GstPadTemplate * templ, const gchar * requested, const GstCaps * caps)
{
  return gst_wms_asf_mux_pad_new (GST_ELEMENT (aggregator), templ, requested);
}

static void
gst_wms_asf_mux_set_property (GObject * object, guint prop_id,
    const GValue * value, GParamSpec * pspec)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (object);

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_PACKET_SIZE:
      self->settings.packet_size = g_value_get_uint (value);
      break;
    case PROP_PREROLL:
      self->settings.preroll_ms = g_value_get_uint64 (value);
      break;
    case PROP_MERGE_STREAM_TAGS:
      self->settings.merge_stream_tags = g_value_get_boolean (value);
      break;
    case PROP_PADDING:
      self->settings.padding = g_value_get_uint64 (value);
      break;
    case PROP_STREAMABLE:
      self->settings.streamable = g_value_get_boolean (value);
      break;
    case PROP_MAX_PACKET_DELAY:
      self->settings.max_packet_delay = g_value_get_uint64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_wms_asf_mux_get_property (GObject * object, guint prop_id, GValue * value,
    GParamSpec * pspec)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (object);

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_PACKET_SIZE:
      g_value_set_uint (value, self->settings.packet_size);
      break;
    case PROP_PREROLL:
      g_value_set_uint64 (value, self->settings.preroll_ms);
      break;
    case PROP_MERGE_STREAM_TAGS:
      g_value_set_boolean (value, self->settings.merge_stream_tags);
      break;
    case PROP_PADDING:
      g_value_set_uint64 (value, self->settings.padding);
      break;
    case PROP_STREAMABLE:
      g_value_set_boolean (value, self->settings.streamable);
      break;
    case PROP_MAX_PACKET_DELAY:
      g_value_set_uint64 (value, self->settings.max_packet_delay);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_wms_asf_mux_finalize (GObject * object)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (object);

  gst_wms_asf_session_reset (&self->session);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_wms_asf_mux_class_init (GstWmsAsfMuxClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstAggregatorClass *aggregator_class = GST_AGGREGATOR_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_READY;

  gobject_class->set_property = gst_wms_asf_mux_set_property;
  gobject_class->get_property = gst_wms_asf_mux_get_property;
  gobject_class->finalize = gst_wms_asf_mux_finalize;
  aggregator_class->start = gst_wms_asf_mux_start;
  aggregator_class->stop = gst_wms_asf_mux_stop;
  aggregator_class->flush = gst_wms_asf_mux_flush;
  aggregator_class->aggregate = gst_wms_asf_mux_aggregate;
  aggregator_class->get_next_time = gst_wms_asf_mux_get_next_time;
  aggregator_class->negotiate = gst_wms_asf_mux_negotiate;
  aggregator_class->sink_event = gst_wms_asf_mux_sink_event;
  aggregator_class->create_new_pad = gst_wms_asf_mux_create_new_pad;

  /**
   * GstWmsAsfMux:packet-size:
   *
   * Bytes of each data packet.  Legal are 100 to 65535; another value is an
   * element error when the element goes to PAUSED.  The default is 4800.  A
   * live stream at a low rate is better off with a smaller packet, since each
   * one waits until it is full, see #GstWmsAsfMux:max-packet-delay.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_PACKET_SIZE,
      g_param_spec_uint ("packet-size", "Packet size",
          "Bytes of each ASF packet, 100 to 65535",
          MIN_SETTABLE_PACKET_SIZE, G_MAXUINT32, DEFAULT_PACKET_SIZE, flags));

  /**
   * GstWmsAsfMux:preroll:
   *
   * Milliseconds of content that a player buffers before it starts, 0 to
   * 600000, by default 5000.  Each packet is sent within this time.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_PREROLL,
      g_param_spec_uint64 ("preroll", "Preroll",
          "Milliseconds that a player buffers, 0 to 600000", 0, G_MAXUINT64,
          DEFAULT_PREROLL, flags));

  /**
   * GstWmsAsfMux:merge-stream-tags:
   *
   * Whether tags of the streams are written as tags of the file, next to
   * those that the application sets through #GstTagSetter.  By default TRUE.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_MERGE_STREAM_TAGS,
      g_param_spec_boolean ("merge-stream-tags", "Merge stream tags",
          "Write tags of the streams as tags of the file",
          DEFAULT_MERGE_STREAM_TAGS, flags));

  /**
   * GstWmsAsfMux:padding:
   *
   * Bytes of a Padding Object at the end of the header, room for later
   * editing, 0 to 8388608, by default 0.  Under 24 bytes, the size of the
   * smallest object, none is written.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_PADDING,
      g_param_spec_uint64 ("padding", "Padding",
          "Bytes of a Padding Object in the header, none under 24", 0,
          G_MAXUINT64, DEFAULT_PADDING, flags));

  /**
   * GstWmsAsfMux:streamable:
   *
   * Write a broadcast even when downstream can seek: no index, no durations,
   * nothing that is written later.  By default FALSE.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_STREAMABLE,
      g_param_spec_boolean ("streamable", "Streamable",
          "Write a broadcast, without index and durations",
          DEFAULT_STREAMABLE, flags));

  /**
   * GstWmsAsfMux:max-packet-delay:
   *
   * Nanoseconds that data of a broadcast waits at most for its packet to
   * fill, measured on the running time, and with a live source on the clock
   * too; 0 for no limit but a full packet.  It is a part of the latency.  By
   * default a second: little next to the preroll that a player waits anyway,
   * and enough to fill packets of the default size from 39 kbit/s on.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_MAX_PACKET_DELAY,
      g_param_spec_uint64 ("max-packet-delay", "Maximum packet delay",
          "Nanoseconds that live data waits for its packet to fill", 0,
          G_MAXINT64, DEFAULT_MAX_PACKET_DELAY, flags));

  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &src_template, GST_TYPE_AGGREGATOR_PAD);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &video_template, GST_TYPE_WMS_ASF_MUX_PAD);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &audio_template, GST_TYPE_WMS_ASF_MUX_PAD);
  gst_element_class_set_static_metadata (element_class, "ASF muxer",
      "Codec/Muxer", "Muxes audio and video into an ASF file or live stream",
      "The gst-wms authors");
  gst_type_mark_as_plugin_api (GST_TYPE_WMS_ASF_MUX_PAD, 0);

  GST_DEBUG_CATEGORY_INIT (gst_wms_asf_mux_debug, "asfmux", 0, "ASF muxer");
}

static void
gst_wms_asf_mux_init (GstWmsAsfMux * self)
{
  GstWmsAsfSettings *s = &self->settings;

  s->packet_size = DEFAULT_PACKET_SIZE;
  s->preroll_ms = DEFAULT_PREROLL;
  s->merge_stream_tags = DEFAULT_MERGE_STREAM_TAGS;
  s->padding = DEFAULT_PADDING;
  s->streamable = DEFAULT_STREAMABLE;
  s->max_packet_delay = DEFAULT_MAX_PACKET_DELAY;
}
