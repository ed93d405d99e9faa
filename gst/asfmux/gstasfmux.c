/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmux.h"

#include <glib/gi18n-lib.h>

#include "asfmux/gstasfmuxbehind.h"
#include "asfmux/gstasfmuxevents.h"
#include "asfmux/gstasfmuxintake.h"
#include "asfmux/gstasfmuxorder.h"
#include "asfmux/gstasfmuxorigin.h"
#include "asfmux/gstasfmuxpads.h"
#include "asfmux/gstasfmuxrestart.h"
#include "asfmux/gstasfmuxscripts.h"
#include "asfmux/gstasfmuxsession.h"
#include "asfmux/gstasfmuxtext.h"

GST_DEBUG_CATEGORY (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Locks: the object lock protects the settings and the list of pads.  All
 * other state belongs to the source pad's streaming thread; it is rebuilt by
 * reset(), which runs only while that thread does not. */

/* Buffers for one call of aggregate(): between two of them the base class
 * looks after events and state changes. */
#define MAX_TAKEN 1024

struct _GstWmsAsfMux
{
  GstAggregator parent;

  /* object lock */
  GstWmsAsfSettings settings;

  /* streaming thread */
  GstWmsAsfSession session;
  GstWmsAsfBehind behind;
  gboolean is_running;          /* from start() to stop() */
};

#define gst_wms_asf_mux_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstWmsAsfMux, gst_wms_asf_mux, GST_TYPE_AGGREGATOR,
    G_IMPLEMENT_INTERFACE (GST_TYPE_TAG_SETTER, NULL)
    G_IMPLEMENT_INTERFACE (GST_TYPE_TOC_SETTER, NULL)
    G_IMPLEMENT_INTERFACE (GST_TYPE_PRESET, NULL)
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY,
        gst_wms_asf_pads_init_child_proxy));
GST_ELEMENT_REGISTER_DEFINE (asfmux, "asfmux", GST_RANK_PRIMARY,
    GST_TYPE_WMS_ASF_MUX);

/* The second one is for encodebin, which wants a profile's caps to be a
 * subset. */
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-ms-asf, parsed = (boolean) true; "
        "video/x-ms-asf"));

static void
reset (GstWmsAsfMux * self)
{
  GList *l;

  gst_wms_asf_session_reset (&self->session);
  memset (&self->behind, 0, sizeof (self->behind));
  gst_wms_asf_intake_reset_all (GST_ELEMENT (self));
  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next)
    gst_wms_asf_mux_pad_reset (l->data);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_wms_asf_mux_start (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GstWmsAsfSettings *s = &self->session.settings;

  GST_OBJECT_LOCK (self);
  *s = self->settings;
  GST_OBJECT_UNLOCK (self);

  if (!gst_wms_asf_settings_check (s, GST_ELEMENT (self)))
    return FALSE;
  reset (self);
  self->is_running = TRUE;
  gst_aggregator_set_latency (aggregator, s->streamable ?
      s->max_packet_delay : 0, s->streamable ? s->max_packet_delay : 0);
  return TRUE;
}

static gboolean
gst_wms_asf_mux_stop (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);

  self->is_running = FALSE;
  reset (self);
  gst_wms_asf_restart_take_sent (&self->session);
  gst_wms_asf_intake_set_collecting (GST_ELEMENT (self),
      GST_WMS_ASF_COLLECTING_NOT);
  gst_tag_setter_reset_tags (GST_TAG_SETTER (self));
  gst_toc_setter_reset (GST_TOC_SETTER (self));
  return TRUE;
}

static GstFlowReturn
gst_wms_asf_mux_flush (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GList *l;

  gst_wms_asf_session_flush (&self->session);
  memset (&self->behind, 0, sizeof (self->behind));
  gst_wms_asf_intake_drop_leaving (GST_ELEMENT (self));
  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next) {
    if (self->session.is_started)
      gst_wms_asf_mux_pad_forget_position (l->data);
    else
      gst_wms_asf_mux_pad_reset (l->data);
  }
  GST_OBJECT_UNLOCK (self);
  return GST_FLOW_OK;
}

/* The base class waits until this running time plus the latency that it was
 * told.  An open packet has to go when its first object is max-packet-delay
 * old; what a buffer waits for the other pads the session says. */
static GstClockTime
gst_wms_asf_mux_get_next_time (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GstClockTimeDiff next = G_MAXINT64;
  GstWmsAsfMuxPad *pad;
  GstClockTimeDiff time;

  if (self->session.is_started && !self->session.output.upstream_is_live)
    return GST_CLOCK_TIME_NONE;
  pad = gst_wms_asf_pads_pick_earliest (GST_ELEMENT (self), &time);
  if (pad != NULL)
    next = time + gst_wms_asf_session_get_patience (&self->session);
  gst_clear_object (&pad);
  if (gst_wms_asf_session_open_since (&self->session, &time))
    next = MIN (next, time);
  next = MAX (next, self->behind.wait_until);
  return next == G_MAXINT64 ? GST_CLOCK_TIME_NONE :
      (GstClockTime) MAX (next, 0);
}

/* Data that nobody describes is an error. */
static GstFlowReturn
check_described (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad)
{
  GstBuffer *buffer;

  if (pad == NULL || pad->have_format)
    return GST_FLOW_OK;
  buffer = gst_wms_asf_intake_peek (pad);
  if (buffer == NULL || gst_wms_asf_mux_pad_is_gap (buffer))
    return GST_FLOW_OK;
  GST_ELEMENT_ERROR (self, CORE, NEGOTIATION,
      (_("A stream does not say what it is: put an encoder or a parser in "
              "front of the muxer.")),
      ("data without caps on pad %s:%s", GST_DEBUG_PAD_NAME (pad)));
  return GST_FLOW_NOT_NEGOTIATED;
}

static GstFlowReturn
begin (GstWmsAsfMux * self, gboolean timeout)
{
  g_autoptr (GPtrArray) pads = NULL;
  GstFlowReturn ret;
  GstClockTimeDiff time;
  GstWmsAsfMuxPad *pad;

  if (!timeout && gst_wms_asf_pads_skip_gaps (GST_ELEMENT (self)))
    return GST_AGGREGATOR_FLOW_NEED_DATA;
  pads = gst_wms_asf_pads_collect (GST_ELEMENT (self));
  if (gst_wms_asf_origin_must_wait (pads))
    return GST_AGGREGATOR_FLOW_NEED_DATA;
  if (gst_wms_asf_pads_are_enough (GST_ELEMENT (self), pads))
    return gst_wms_asf_session_begin (&self->session, g_steal_pointer (&pads));
  if (!gst_wms_asf_pads_all_ended (GST_ELEMENT (self))) {
    pad = gst_wms_asf_pads_pick_earliest (GST_ELEMENT (self), &time);
    ret = check_described (self, pad);
    gst_clear_object (&pad);
    return ret == GST_FLOW_OK ? GST_AGGREGATOR_FLOW_NEED_DATA : ret;
  }
  GST_ELEMENT_ERROR (self, STREAM, FORMAT,
      (_("Nothing to mux: no stream said what it is.")),
      ("all pads ended before they had caps"));
  return GST_FLOW_ERROR;
}

static GstFlowReturn
take_first (GstWmsAsfMux * self, GstWmsAsfOrder * order)
{
  GstClockTimeDiff time;
  GstWmsAsfMuxPad *pad = gst_wms_asf_order_first (order, &time);
  GstFlowReturn ret = GST_FLOW_OK;

  if (!pad->have_format)
    ret = check_described (self, pad);
  if (order->has_lost_pad)
    gst_wms_asf_restart_note_release (&self->session);
  order->has_lost_pad = FALSE;
  if (ret == GST_FLOW_OK)
    ret = gst_wms_asf_restart_when_due (&self->session, pad, time);
  if (ret == GST_FLOW_OK && self->session.scripts != NULL)
    ret = gst_wms_asf_scripts_send (&self->session, time);
  if (ret == GST_FLOW_OK)
    ret = gst_wms_asf_session_take_next (&self->session, pad);
  gst_wms_asf_behind_note (&self->behind, pad, time);
  return ret;
}

/* Takes what is there, the earliest first, as long as it is known what that
 * is; when a pad was waited for long enough, one buffer without it. */
static GstFlowReturn
take_buffers (GstWmsAsfMux * self, GstWmsAsfOrder * order, gboolean timeout)
{
  GstFlowReturn ret;
  guint n = 0;

  if (!order->is_complete && (!timeout
          || gst_wms_asf_behind_must_wait (&self->behind,
              GST_AGGREGATOR (self))))
    return GST_AGGREGATOR_FLOW_NEED_DATA;
  do
    ret = take_first (self, order);
  while (ret == GST_FLOW_OK && !timeout && ++n < MAX_TAKEN
      && gst_wms_asf_order_update (order));
  return ret;
}

static GstFlowReturn
gst_wms_asf_mux_aggregate (GstAggregator * aggregator, gboolean timeout)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GstFlowReturn ret = GST_FLOW_OK;
  GstFlowReturn pushed;
  GstWmsAsfOrder order;

  /* a flush starts the base class's task in any state */
  if (!self->is_running)
    return GST_FLOW_FLUSHING;
  gst_wms_asf_restart_take_sent (&self->session);
  gst_wms_asf_intake_run_leaving (aggregator);
  gst_wms_asf_intake_run_sparse (aggregator);
  if (!self->session.is_started)
    ret = begin (self, timeout);
  if (ret != GST_FLOW_OK)
    return ret;

  gst_wms_asf_order_init (&order, GST_ELEMENT (self));
  if (order.n > 0)
    ret = take_buffers (self, &order, timeout);
  else if (order.is_complete)
    ret = gst_wms_asf_session_finish (&self->session);
  else if (timeout)
    ret = gst_wms_asf_session_close_packet (&self->session);
  gst_wms_asf_order_clear (&order);
  pushed = gst_wms_asf_session_push (&self->session);
  return ret == GST_FLOW_OK ? pushed : ret;
}

static gboolean
gst_wms_asf_mux_sink_event (GstAggregator * aggregator,
    GstAggregatorPad * aggpad, GstEvent * event)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  gboolean result;

  gst_wms_asf_intake_note_event (GST_WMS_ASF_MUX_PAD (aggpad), event);
  if (gst_wms_asf_events_take (&self->session, GST_WMS_ASF_MUX_PAD (aggpad),
          event, &result))
    return result;
  return GST_AGGREGATOR_CLASS (parent_class)->sink_event (aggregator, aggpad,
      event);
}

static gboolean
can_seek (GstElement * self, GstPad * pad, gpointer format)
{
  GstQuery *query = gst_query_new_seeking (GPOINTER_TO_INT (format));
  gboolean seekable = TRUE;

  if (gst_pad_peer_query (pad, query))
    gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  gst_query_unref (query);
  return seekable;
}

/* The base class flushes downstream before upstream is asked, and stops for
 * good where not all of it does.  It seeks in the segment of its source pad,
 * which has to be of the event's format then and is of bytes in a file: behind
 * a flush comes another one.  Without a flush there is nothing to be done. */
static gboolean
gst_wms_asf_mux_src_event (GstAggregator * aggregator, GstEvent * event)
{
  GstPad *src = GST_AGGREGATOR_SRC_PAD (aggregator);
  GstSeekFlags flags;
  GstFormat format;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK) {
    gst_event_parse_seek (event, NULL, &format, &flags, NULL, NULL, NULL, NULL);
    if (!(flags & GST_SEEK_FLAG_FLUSH))
      return gst_pad_event_default (src, GST_OBJECT (aggregator), event);
    if (!gst_element_foreach_sink_pad (GST_ELEMENT (aggregator), can_seek,
            GINT_TO_POINTER (format))) {
      gst_event_unref (event);
      return FALSE;
    }
    GST_OBJECT_LOCK (aggregator);
    gst_segment_init (&GST_AGGREGATOR_PAD (src)->segment, format);
    GST_OBJECT_UNLOCK (aggregator);
  }
  return GST_AGGREGATOR_CLASS (parent_class)->src_event (aggregator, event);
}

/* Encoders of formats with a header of their own would go back and write over
 * it when a file sink says that it can. */
static gboolean
gst_wms_asf_mux_sink_query (GstAggregator * aggregator,
    GstAggregatorPad * pad, GstQuery * query)
{
  GstFormat format;

  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return GST_AGGREGATOR_CLASS (parent_class)->sink_query (aggregator, pad,
        query);
  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  gst_query_set_seeking (query, format, FALSE, 0, -1);
  return TRUE;
}

/* Tags of the application, at any time; other events go on their way. */
static gboolean
gst_wms_asf_mux_send_event (GstElement * element, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) != GST_EVENT_TAG)
    return GST_ELEMENT_CLASS (parent_class)->send_event (element, event);
  gst_wms_asf_restart_send_tags (&GST_WMS_ASF_MUX (element)->session, event);
  gst_event_unref (event);
  return TRUE;
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
  return gst_wms_asf_pads_new (GST_ELEMENT (aggregator), templ, requested);
}

static GstPad *
gst_wms_asf_mux_request_new_pad (GstElement * element, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  GstPad *pad = GST_ELEMENT_CLASS (parent_class)->request_new_pad (element,
      templ, name, caps);

  if (pad == NULL)
    return NULL;
  gst_wms_asf_events_watch (pad);
  gst_child_proxy_child_added (GST_CHILD_PROXY (element), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));
  return pad;
}

static void
gst_wms_asf_mux_release_pad (GstElement * element, GstPad * pad)
{
  gboolean stays;

  gst_child_proxy_child_removed (GST_CHILD_PROXY (element), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));
  stays = gst_wms_asf_intake_leave (GST_WMS_ASF_MUX_PAD (pad), element);
  GST_ELEMENT_CLASS (parent_class)->release_pad (element, pad);
  if (!stays)
    gst_wms_asf_restart_note_release (&GST_WMS_ASF_MUX (element)->session);
}

static void
gst_wms_asf_mux_set_property (GObject * object, guint prop_id,
    const GValue * value, GParamSpec * pspec)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (object);
  gboolean is_known;

  GST_OBJECT_LOCK (self);
  is_known = gst_wms_asf_settings_set_property (&self->settings, prop_id,
      value);
  GST_OBJECT_UNLOCK (self);
  if (!is_known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gst_wms_asf_mux_get_property (GObject * object, guint prop_id, GValue * value,
    GParamSpec * pspec)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (object);
  gboolean is_known;

  GST_OBJECT_LOCK (self);
  is_known = gst_wms_asf_settings_get_property (&self->settings, prop_id,
      value);
  GST_OBJECT_UNLOCK (self);
  if (!is_known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gst_wms_asf_mux_finalize (GObject * object)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (object);

  gst_wms_asf_session_reset (&self->session);
  gst_clear_tag_list (&self->session.sent_tags);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_wms_asf_mux_class_init (GstWmsAsfMuxClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstAggregatorClass *aggregator_class = GST_AGGREGATOR_CLASS (klass);

  gobject_class->set_property = gst_wms_asf_mux_set_property;
  gobject_class->get_property = gst_wms_asf_mux_get_property;
  gobject_class->finalize = gst_wms_asf_mux_finalize;
  element_class->request_new_pad = gst_wms_asf_mux_request_new_pad;
  element_class->release_pad = gst_wms_asf_mux_release_pad;
  element_class->send_event = gst_wms_asf_mux_send_event;
  aggregator_class->start = gst_wms_asf_mux_start;
  aggregator_class->stop = gst_wms_asf_mux_stop;
  aggregator_class->flush = gst_wms_asf_mux_flush;
  aggregator_class->aggregate = gst_wms_asf_mux_aggregate;
  aggregator_class->get_next_time = gst_wms_asf_mux_get_next_time;
  aggregator_class->negotiate = gst_wms_asf_mux_negotiate;
  aggregator_class->sink_event = gst_wms_asf_mux_sink_event;
  aggregator_class->src_event = gst_wms_asf_mux_src_event;
  aggregator_class->create_new_pad = gst_wms_asf_mux_create_new_pad;
  aggregator_class->sink_query = gst_wms_asf_mux_sink_query;

  gst_wms_asf_intake_class_init (aggregator_class);

  gst_wms_asf_settings_install_properties (gobject_class);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &src_template, GST_TYPE_AGGREGATOR_PAD);
  gst_wms_asf_pads_add_templates (element_class);
  gst_element_class_set_static_metadata (element_class, "ASF muxer",
      "Codec/Muxer", "Muxes audio and video into an ASF file or live stream",
      "The gst-wms authors");
  gst_type_mark_as_plugin_api (GST_TYPE_WMS_ASF_MUX_PAD, 0);

  GST_DEBUG_CATEGORY_INIT (gst_wms_asf_mux_debug, "asfmux", 0, "ASF muxer");
}

static void
gst_wms_asf_mux_init (GstWmsAsfMux * self)
{
  gst_wms_asf_settings_init (&self->settings);
  self->session.mux = GST_AGGREGATOR (self);
}
