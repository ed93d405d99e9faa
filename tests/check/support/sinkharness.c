/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinkharness.h"

#include <gst/check/gstcheck.h>

#include "sinkrig.h"

void
sink_harness_init (SinkHarness * self, ScriptFunc script)
{
  g_autofree gchar *url = NULL;

  self->server = script_server_new (script, NULL);
  url = script_server_get_url (self->server);
  self->sink = gst_element_factory_make ("wmspushsink", NULL);
  fail_unless (self->sink != NULL);
  g_object_set (self->sink, "location", url, "sync", FALSE, NULL);
}

void
sink_harness_play (SinkHarness * self)
{
  self->h = gst_harness_new_with_element (self->sink, "sink", NULL);
  gst_harness_set_src_caps_str (self->h,
      "video/x-ms-asf, parsed=(boolean)true");
}

void
sink_harness_clear (SinkHarness * self)
{
  if (self->h != NULL)
    gst_harness_teardown (self->h);
  gst_element_set_state (self->sink, GST_STATE_NULL);
  gst_object_unref (self->sink);
  script_server_free (self->server);
}

GstBuffer *
sink_harness_get_packet (guint n)
{
  g_autoptr (GBytes) bytes = sink_rig_get_packet (n);
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);

  GST_BUFFER_DTS (buffer) = n * HARNESS_STEP;
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) + GST_SECOND;
  return buffer;
}

GstFlowReturn
sink_harness_push_header (SinkHarness * self)
{
  g_autoptr (GBytes) header = sink_rig_get_header ();

  return gst_harness_push (self->h, gst_buffer_new_wrapped_bytes (header));
}

GstFlowReturn
sink_harness_push_packets (SinkHarness * self, guint first, guint n)
{
  GstFlowReturn ret = GST_FLOW_OK;
  guint i;

  for (i = first; i < first + n && ret == GST_FLOW_OK; i++)
    ret = gst_harness_push (self->h, sink_harness_get_packet (i));
  return ret;
}

GstFlowReturn
sink_harness_push_list (SinkHarness * self, guint first, guint n)
{
  GstBufferList *list = gst_buffer_list_new ();
  guint i;

  for (i = first; i < first + n; i++)
    gst_buffer_list_add (list, sink_harness_get_packet (i));
  return gst_pad_push_list (self->h->srcpad, list);
}

void
harness_flush (GstHarness * h)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_start ()));
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_stop (TRUE)));
  fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
}

void
sink_harness_flush (SinkHarness * self)
{
  harness_flush (self->h);
}

void
sink_harness_restart (SinkHarness * self)
{
  GstSegment segment;
  GstCaps *caps = gst_caps_from_string ("video/x-ms-asf, parsed=(boolean)true");

  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_element_set_state (self->sink, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
  gst_harness_push_event (self->h, gst_event_new_stream_start ("again"));
  gst_harness_push_event (self->h, gst_event_new_caps (caps));
  gst_harness_push_event (self->h, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
}

GstStructure *
sink_harness_get_stats (GstElement * sink)
{
  GstStructure *stats = NULL;

  g_object_get (sink, "stats", &stats, NULL);
  fail_unless (stats != NULL);
  return stats;
}

guint64
sink_harness_get_stat (GstElement * sink, const gchar * name)
{
  g_autoptr (GstStructure) stats = sink_harness_get_stats (sink);
  guint64 value = 0;
  guint small = 0;

  if (gst_structure_get_uint (stats, name, &small))
    return small;
  fail_unless (gst_structure_get_uint64 (stats, name, &value),
      "no field %s", name);
  return value;
}

gchar *
sink_harness_get_state (GstElement * sink)
{
  g_autoptr (GstStructure) stats = sink_harness_get_stats (sink);
  const GValue *value = gst_structure_get_value (stats, "state");
  GEnumClass *klass = G_ENUM_CLASS (g_type_class_ref (G_VALUE_TYPE (value)));
  gchar *nick = g_strdup (g_enum_get_value (klass,
          g_value_get_enum (value))->value_nick);

  g_type_class_unref (klass);
  return nick;
}
