/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmspushsink.h"

#include <glib/gi18n-lib.h>

#include "wmspush/gstwms-enumtypes.h"
#include "wmspush/gstwmscredentials.h"
#include "wmspush/gstwmsmarkers.h"
#include "wmspush/gstwmsmessages.h"
#include "wmspush/gstwmspushactions.h"
#include "wmspush/gstwmspushsession.h"
#include "wmspush/gstwmspushsink-private.h"
#include "wmspush/wmsuri.h"

GST_DEBUG_CATEGORY_STATIC (wmspushsink_debug);
#define GST_CAT_DEFAULT wmspushsink_debug

#define STOP_WAIT_MS 300        /* for an application that reads messages */

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-ms-asf; application/x-gst-av-asf_stream"));

static void uri_handler_init (GstURIHandlerInterface * iface);

G_DEFINE_TYPE_WITH_CODE (GstWmsPushSink, gst_wms_push_sink, GST_TYPE_BASE_SINK,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, uri_handler_init));
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (wmspushsink, "wmspushsink",
    GST_RANK_NONE, GST_TYPE_WMS_PUSH_SINK, GST_DEBUG_CATEGORY_INIT
    (wmspushsink_debug, "wmspushsink", 0, "push to a publishing point"));

/* Begins the use of the session, one that takes data. */
static GstFlowReturn
begin (GstWmsPushSink * self)
{
  GstFlowReturn ret;

  /* The base class forgets this flag when data carry a sink from PAUSED to
   * PLAYING, and would take the sink for prerolled ever after.  Who renders,
   * with the preroll lock held, does not wait for preroll. */
  g_atomic_int_set (&GST_BASE_SINK (self)->have_preroll, FALSE);
  ret = gst_wms_turn_begin (self->turn);
  /* data after the end of a session opens another one: protocol.md, C27 */
  if (ret == GST_FLOW_OK && gst_wms_sender_has_ended (self->sender)) {
    gst_wms_push_session_close (self);
    if (!gst_wms_push_session_open (self))
      ret = GST_FLOW_ERROR;
  }
  return ret;
}

static void
leave (GstWmsPushSink * self)
{
  wms_gate_leave (gst_wms_turn_get_gate (self->turn));
}

static GstFlowReturn
gst_wms_push_sink_render (GstBaseSink * sink, GstBuffer * buffer)
{
  GstWmsPushSink *self = GST_WMS_PUSH_SINK (sink);
  GstFlowReturn ret = begin (self);

  if (ret == GST_FLOW_OK)
    ret = gst_wms_feed_take_buffer (self->feed, buffer);
  if (ret == GST_FLOW_OK)
    ret = gst_wms_sender_flush (self->sender);
  leave (self);
  return ret;
}

static GstFlowReturn
gst_wms_push_sink_render_list (GstBaseSink * sink, GstBufferList * list)
{
  GstWmsPushSink *self = GST_WMS_PUSH_SINK (sink);
  GstFlowReturn ret = begin (self);
  guint n = gst_buffer_list_length (list);
  guint i;

  for (i = 0; i < n && ret == GST_FLOW_OK; i++)
    ret = gst_wms_feed_take_buffer (self->feed, gst_buffer_list_get (list, i));
  if (ret == GST_FLOW_OK)
    ret = gst_wms_sender_flush (self->sender);
  leave (self);
  return ret;
}

/* Here and not behind EOS: a pipeline that goes to NULL on EOS would cut the
 * session off. */
static GstFlowReturn
take_eos (GstWmsPushSink * self)
{
  GstFlowReturn ret = gst_wms_turn_begin (self->turn);

  if (ret == GST_FLOW_OK) {
    /* behind an error the stream breaks off anywhere */
    if (gst_wms_sender_has_session (self->sender))
      gst_wms_feed_end_stream (self->feed);
    ret = gst_wms_sender_end (self->sender);
  }
  leave (self);
  /* where an action has the session, its end is that of the stream; emitted
   * from within a message or a question, it leaves its statuses behind */
  if (ret == GST_FLOW_EOS)
    ret = gst_wms_turn_wait_action (self->turn);
  if (ret == GST_FLOW_OK)
    wms_mailbox_drain (self->mailbox, -1,
        wms_gate_get_streaming (gst_wms_turn_get_gate (self->turn)));
  return ret;
}

/* Where an action has ended the session, a marker is refused as data is, and so
 * is one too many before the first packet. */
static GstFlowReturn
take_marker (GstWmsPushSink * self, GstEvent * event)
{
  GstFlowReturn ret = gst_wms_turn_begin (self->turn);

  if (ret == GST_FLOW_OK && !gst_wms_sender_take_marker (self->sender,
          gst_event_get_structure (event)))
    ret = GST_FLOW_CUSTOM_ERROR;
  leave (self);
  return ret;
}

static gboolean
gst_wms_push_sink_event (GstBaseSink * sink, GstEvent * event)
{
  GstWmsPushSink *self = GST_WMS_PUSH_SINK (sink);
  WmsGate *gate = gst_wms_turn_get_gate (self->turn);
  GstFlowReturn ret = GST_FLOW_OK;
  const GstSegment *segment;
  GstClockTime timestamp;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      gst_wms_feed_take_caps (self->feed, caps);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_parse_segment (event, &segment);
      gst_wms_feed_take_segment (self->feed, segment);
      break;
    case GST_EVENT_GAP:
      gst_event_parse_gap (event, &timestamp, NULL);
      gst_wms_feed_take_gap (self->feed, timestamp);
      break;
    case GST_EVENT_FLUSH_STOP:
      if (wms_gate_open (gate) || gst_wms_sender_has_ended (self->sender))
        gst_wms_feed_restart_stream (self->feed);
      else
        gst_wms_feed_jump (self->feed);
      break;
    case GST_EVENT_CUSTOM_DOWNSTREAM:
      if (gst_wms_markers_is_marker (event))
        ret = take_marker (self, event);
      break;
    case GST_EVENT_EOS:
      ret = take_eos (self);
      break;
    default:
      break;
  }
  if (ret != GST_FLOW_OK) {
    gst_event_unref (event);
    return FALSE;
  }
  return GST_BASE_SINK_CLASS (gst_wms_push_sink_parent_class)->event (sink,
      event);
}

static gboolean
gst_wms_push_sink_query (GstBaseSink * sink, GstQuery * query)
{
  GstFormat format;

  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return GST_BASE_SINK_CLASS (gst_wms_push_sink_parent_class)->query (sink,
        query);
  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  /* a muxer must not come back to its header */
  gst_query_set_seeking (query, format, FALSE, 0, -1);
  return TRUE;
}

/* A header waits for nothing: the server is asked before the first packet is
 * due. */
static void
gst_wms_push_sink_get_times (GstBaseSink * sink, GstBuffer * buffer,
    GstClockTime * start, GstClockTime * end)
{
  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER))
    GST_BASE_SINK_CLASS (gst_wms_push_sink_parent_class)->get_times (sink,
        buffer, start, end);
}

static gboolean
gst_wms_push_sink_unlock (GstBaseSink * sink)
{
  wms_gate_unlock (gst_wms_turn_get_gate (GST_WMS_PUSH_SINK (sink)->turn));
  return TRUE;
}

static gboolean
gst_wms_push_sink_unlock_stop (GstBaseSink * sink)
{
  wms_gate_unlock_stop (gst_wms_turn_get_gate (GST_WMS_PUSH_SINK (sink)->turn));
  return TRUE;
}

static void
stop (GstWmsPushSink * self)
{
  WmsGate *gate = gst_wms_turn_get_gate (self->turn);
  GstWmsSender *sender;
  GstWmsFeed *feed;

  wms_gate_stop (gate);
  wms_gate_wait_idle (gate);
  gst_wms_push_session_leave (self);
  gst_wms_push_session_close (self);
  GST_OBJECT_LOCK (self);
  gst_wms_feed_get_stats (self->feed, &self->stats);
  feed = g_steal_pointer (&self->feed);
  sender = g_steal_pointer (&self->sender);
  GST_OBJECT_UNLOCK (self);
  gst_wms_feed_free (feed);
  gst_wms_sender_free (sender);
  wms_mailbox_drain (self->mailbox, STOP_WAIT_MS, NULL);
  wms_mailbox_close (self->mailbox);
  g_clear_pointer (&self->mailbox, wms_mailbox_unref);
  GST_OBJECT_LOCK (self);
  self->is_open = FALSE;
  GST_OBJECT_UNLOCK (self);
}

static gboolean
start (GstWmsPushSink * self)
{
  GstBaseSink *sink = GST_BASE_SINK (self);
  GstWmsSenderConfig config;
  GstWmsSender *sender;

  self->mailbox = gst_wms_messages_new (GST_ELEMENT (self), &self->settings);
  GST_OBJECT_LOCK (self);
  config = self->settings.sender;
  GST_OBJECT_UNLOCK (self);
  sender = gst_wms_sender_new (sink, &config, self->turn, self->mailbox);
  GST_OBJECT_LOCK (self);
  self->sender = sender;
  self->feed = gst_wms_feed_new (sink, self->turn, sender);
  GST_OBJECT_UNLOCK (self);
  /* the first status may be answered by an action */
  wms_gate_start (gst_wms_turn_get_gate (self->turn));
  if (!gst_wms_push_session_open (self)) {
    stop (self);
    return FALSE;
  }
  return TRUE;
}

/* From here on to stop() the location does not change. */
static gboolean
check_settings (GstWmsPushSink * self)
{
  gboolean is_bad_location, is_bad_proxy, has_location;

  GST_OBJECT_LOCK (self);
  is_bad_location = self->settings.is_bad_location;
  is_bad_proxy = self->settings.is_bad_proxy;
  has_location = self->settings.location != NULL;
  self->is_open = has_location && !is_bad_proxy;
  GST_OBJECT_UNLOCK (self);
  if (is_bad_location)
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        (_("The location is no URL of a publishing point. It has the form "
                "http://server/point or https://server/point.")), (NULL));
  else if (!has_location)
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND,
        (_("No publishing point is set. Set location to its URL, for example "
                "http://server/point.")), (NULL));
  else if (is_bad_proxy)
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        (_("The proxy is no URL of an HTTP proxy. It has the form "
                "http://host:port; leave it empty to connect directly.")),
        (NULL));
  return has_location && !is_bad_proxy;
}

/* Without a clock the base class does not wait for a buffer's time. */
static void
check_clock (GstWmsPushSink * self)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));

  if (clock == NULL && gst_base_sink_get_sync (GST_BASE_SINK (self)))
    GST_ELEMENT_WARNING (self, CORE, CLOCK,
        (_("There is no clock, so the stream is sent as fast as it comes. Let "
                "the pipeline choose a clock, or set sync to false if this is "
                "what you want.")), (NULL));
}

/* The base class starts in READY, where nothing may be sent yet. */
static GstStateChangeReturn
gst_wms_push_sink_change_state (GstElement * element, GstStateChange transition)
{
  GstWmsPushSink *self = GST_WMS_PUSH_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      && (!check_settings (self) || !start (self)))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    check_clock (self);
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    gst_wms_turn_settle (self->turn);
  /* an action that waits for the server does not hold it up */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    wms_gate_stop (gst_wms_turn_get_gate (self->turn));
  ret = GST_ELEMENT_CLASS (gst_wms_push_sink_parent_class)->change_state
      (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && ret == GST_STATE_CHANGE_FAILURE))
    stop (self);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    gst_wms_push_session_forget (self);
  return ret;
}

static GstStructure *
create_stats (GstWmsPushSink * self)
{
  GstStructure *structure = gst_base_sink_get_stats (GST_BASE_SINK (self));
  GstWmsStats stats;

  GST_OBJECT_LOCK (self);
  if (self->feed != NULL)
    gst_wms_feed_get_stats (self->feed, &self->stats);
  stats = self->stats;
  GST_OBJECT_UNLOCK (self);
  gst_wms_stats_write (&stats, structure);
  return structure;
}

static gboolean
set_location (GstWmsPushSink * self, const gchar * text, GError ** error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree gchar *former = NULL;
  gboolean is_open, is_other;

  GST_OBJECT_LOCK (self);
  is_open = self->is_open;
  former = g_strdup (self->settings.location);
  if (!is_open)
    gst_wms_push_settings_set_location (&self->settings, text, &reason);
  is_other = g_strcmp0 (former, self->settings.location) != 0;
  GST_OBJECT_UNLOCK (self);
  if (is_other)
    gst_wms_push_session_forget (self);
  if (is_open)
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
        _("The location can only be changed in state NULL or READY."));
  else if (reason != NULL)
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        reason->message);
  return !is_open && reason == NULL;
}

static void
gst_wms_push_sink_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWmsPushSink *self = GST_WMS_PUSH_SINK (object);
  g_autoptr (GError) error = NULL;
  gboolean is_known;

  if (id == PROP_LOCATION) {
    if (!set_location (self, g_value_get_string (value), &error))
      GST_WARNING_OBJECT (self, "location: %s", error->message);
    return;
  }
  GST_OBJECT_LOCK (self);
  is_known = gst_wms_push_settings_set_property (&self->settings, id, value);
  if (id == PROP_PACING_RATE && self->sender != NULL)
    gst_wms_sender_set_pacing_rate (self->sender, self->settings.pacing_rate);
  GST_OBJECT_UNLOCK (self);
  if (!is_known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_wms_push_sink_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstWmsPushSink *self = GST_WMS_PUSH_SINK (object);
  gboolean is_known;

  if (id == PROP_STATS) {
    g_value_take_boxed (value, create_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  is_known = gst_wms_push_settings_get_property (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!is_known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_wms_push_sink_finalize (GObject * object)
{
  GstWmsPushSink *self = GST_WMS_PUSH_SINK (object);

  gst_wms_memory_free (self->memory);
  gst_wms_push_settings_clear (&self->settings);
  gst_wms_turn_free (self->turn);
  G_OBJECT_CLASS (gst_wms_push_sink_parent_class)->finalize (object);
}

static void
gst_wms_push_sink_class_init (GstWmsPushSinkClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  object_class->set_property = gst_wms_push_sink_set_property;
  object_class->get_property = gst_wms_push_sink_get_property;
  object_class->finalize = gst_wms_push_sink_finalize;
  element_class->change_state = gst_wms_push_sink_change_state;
  sink_class->get_times = gst_wms_push_sink_get_times;
  sink_class->unlock = gst_wms_push_sink_unlock;
  sink_class->unlock_stop = gst_wms_push_sink_unlock_stop;
  sink_class->event = gst_wms_push_sink_event;
  sink_class->query = gst_wms_push_sink_query;
  sink_class->render = gst_wms_push_sink_render;
  sink_class->render_list = gst_wms_push_sink_render_list;

  gst_wms_push_settings_install_properties (object_class);
  gst_wms_credentials_install_signals (element_class);
  gst_wms_push_actions_install_signals (element_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class,
      "Windows Media push sink", "Sink/Network",
      "Pushes ASF over HTTP to a Windows Media publishing point",
      "The gst-wms authors");
  gst_type_mark_as_plugin_api (GST_TYPE_WMS_LEAKY, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WMS_STATUS, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WMS_DATA_TYPE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WMS_AUTH_METHODS, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WMS_CREDENTIAL_FLAGS, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WMS_PUSH_STATE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WMS_STOP_MODE, 0);
}

static void
gst_wms_push_sink_init (GstWmsPushSink * self)
{
  GstBaseSink *sink = GST_BASE_SINK (self);

  gst_wms_push_settings_init (&self->settings);
  gst_wms_stats_init (&self->stats);
  self->turn = gst_wms_turn_new (sink);
  /* every packet has to arrive, whatever its times; keeping one costs */
  gst_base_sink_set_last_sample_enabled (sink, FALSE);
  gst_base_sink_set_processing_deadline (sink, 0);
  gst_base_sink_set_drop_out_of_segment (sink, FALSE);
}

static GstURIType
uri_get_type (GType type)
{
  return GST_URI_SINK;
}

static const gchar *const *
uri_get_protocols (GType type)
{
  static const gchar *const protocols[] = { "wmspush", "wmspushs", NULL };
  return protocols;
}

static gchar *
uri_get_uri (GstURIHandler * handler)
{
  GstWmsPushSink *self = GST_WMS_PUSH_SINK (handler);
  g_autoptr (GUri) uri = NULL;

  GST_OBJECT_LOCK (self);
  if (self->settings.location != NULL)
    uri = wms_uri_parse (self->settings.location, NULL, NULL);
  GST_OBJECT_UNLOCK (self);
  return uri != NULL ? wms_uri_to_push (uri) : NULL;
}

static gboolean
uri_set_uri (GstURIHandler * handler, const gchar * uri, GError ** error)
{
  return set_location (GST_WMS_PUSH_SINK (handler), uri, error);
}

static void
uri_handler_init (GstURIHandlerInterface * iface)
{
  iface->get_type = uri_get_type;
  iface->get_protocols = uri_get_protocols;
  iface->get_uri = uri_get_uri;
  iface->set_uri = uri_set_uri;
}
