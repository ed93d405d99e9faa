/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinkrig.h"

#include <gst/check/gstcheck.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sinkharness.h"
#include "testasf.h"
#include "testmux.h"
#include "wmspush/wmsstatus.h"

#define DEADLINE_S (20 * test_get_patience ())

SinkRig *
sink_rig_new (const gchar * url)
{
  SinkRig *self = g_new0 (SinkRig, 1);
  g_autoptr (GstCaps) caps = gst_caps_from_string
      ("video/x-ms-asf, parsed=(boolean)true");

  self->pipeline = gst_pipeline_new (NULL);
  self->source = gst_element_factory_make ("appsrc", NULL);
  self->sink = gst_element_factory_make ("wmspushsink", NULL);
  fail_unless (self->source != NULL && self->sink != NULL);
  g_object_set (self->source, "format", GST_FORMAT_TIME, "caps", caps,
      "max-bytes", (guint64) 0, NULL);
  g_object_set (self->sink, "location", url, "sync", FALSE, "retries", 0, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), self->source, self->sink, NULL);
  fail_unless (gst_element_link (self->source, self->sink));
  self->bus = gst_element_get_bus (self->pipeline);
  self->log = g_string_new (NULL);
  self->told = g_ptr_array_new_with_free_func ((GDestroyNotify)
      gst_structure_free);
  self->progress = g_string_new (NULL);
  return self;
}

SinkRig *
sink_rig_new_for (ScriptFunc script)
{
  ScriptServer *server = script_server_new (script, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  SinkRig *self = sink_rig_new (url);

  self->server = server;
  return self;
}

void
sink_rig_stop (SinkRig * self)
{
  gint64 start = g_get_monotonic_time ();

  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start
      < test_get_patience () * G_TIME_SPAN_SECOND,
      "to NULL took %" G_GINT64_FORMAT " us", g_get_monotonic_time () - start);
}

void
sink_rig_free (SinkRig * self)
{
  sink_rig_stop (self);
  g_clear_pointer (&self->server, script_server_free);
  gst_object_unref (self->bus);
  gst_object_unref (self->pipeline);
  g_string_free (self->log, TRUE);
  g_ptr_array_unref (self->told);
  g_string_free (self->progress, TRUE);
  g_clear_error (&self->error);
  g_free (self->debug);
  g_clear_pointer (&self->details, gst_structure_free);
  g_clear_pointer (&self->started, gst_structure_free);
  g_clear_pointer (&self->failed, gst_structure_free);
  g_clear_pointer (&self->finalized, gst_structure_free);
  g_free (self);
}

void
sink_rig_set_state (SinkRig * self, GstState state)
{
  fail_unless (gst_element_set_state (self->pipeline, state)
      != GST_STATE_CHANGE_FAILURE);
}

GBytes *
sink_rig_get_header (void)
{
  const TestHeader header = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = RIG_PACKET_SIZE,
    .streams = {&asf_guid_stream_video},
  };

  return g_byte_array_free_to_bytes (test_asf_header (&header));
}

GBytes *
sink_rig_get_packet (guint n)
{
  return g_byte_array_free_to_bytes (test_asf_packet (RIG_PACKET_SIZE,
          RIG_PACKET_SIZE / 2, n & 0xff, n % 10 == 0, n * 40));
}

void
sink_rig_push (SinkRig * self, GBytes * bytes)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);
  GstFlowReturn ret;

  g_signal_emit_by_name (self->source, "push-buffer", buffer, &ret);
  gst_buffer_unref (buffer);
}

void
sink_rig_push_header (SinkRig * self)
{
  g_autoptr (GBytes) header = sink_rig_get_header ();

  sink_rig_push (self, header);
}

void
sink_rig_push_packets (SinkRig * self, guint first, guint n)
{
  guint i;

  for (i = first; i < first + n; i++) {
    g_autoptr (GBytes) packet = sink_rig_get_packet (i);

    sink_rig_push (self, packet);
  }
}

void
sink_rig_push_eos (SinkRig * self)
{
  GstFlowReturn ret;

  g_signal_emit_by_name (self->source, "end-of-stream", &ret);
}

void
sink_rig_push_marker (SinkRig * self, guint context)
{
  gst_element_send_event (self->source,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
          gst_structure_new ("wms-marker", "context", G_TYPE_UINT, context,
              NULL)));
}

void
sink_rig_add_muxer (SinkRig * self)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string (TEST_VIDEO_CAPS);

  g_object_set (mux, "streamable", TRUE, NULL);
  gst_element_unlink (self->source, self->sink);
  gst_bin_add (GST_BIN (self->pipeline), mux);
  g_object_set (self->source, "caps", caps, NULL);
  fail_unless (gst_element_link_many (self->source, mux, self->sink, NULL));
}

void
sink_rig_push_frames (SinkRig * self, guint from, guint n)
{
  GstFlowReturn ret;
  guint i;

  for (i = from; i < from + n; i++) {
    g_autoptr (GstBuffer) buffer = test_mux_buffer (i * 40, 40, 500,
        i % 25 == 0);

    g_signal_emit_by_name (self->source, "push-buffer", buffer, &ret);
    fail_unless_equals_int (ret, GST_FLOW_OK);
  }
}

static void
check_field (const GstStructure * structure, const gchar * name, GType type)
{
  fail_unless (gst_structure_has_field_typed (structure, name, type),
      "%s of %s", name, gst_structure_get_string (structure, "status-name"));
}

static void
check_types (const GstStructure * structure)
{
  check_field (structure, "status", g_type_from_name ("GstWmsStatus"));
  check_field (structure, "status-name", G_TYPE_STRING);
  check_field (structure, "hresult", G_TYPE_UINT);
  check_field (structure, "hresult-name", G_TYPE_STRING);
  check_field (structure, "type", g_type_from_name ("GstWmsDataType"));
  check_field (structure, "location", G_TYPE_STRING);
  check_field (structure, "text", G_TYPE_STRING);
  if (gst_structure_has_field (structure, "value"))
    check_field (structure, "value", G_TYPE_UINT64);
  if (gst_structure_has_field (structure, "http-status"))
    check_field (structure, "http-status", G_TYPE_UINT);
  if (gst_structure_has_field (structure, "context"))
    check_field (structure, "context", G_TYPE_POINTER);
}

/* A failure's text says what is wrong and, in another sentence, what to do. */
static void
check_text (const GstStructure * structure, gboolean is_failure)
{
  const gchar *text = gst_structure_get_string (structure, "text");

  fail_unless (*text != '\0');
  fail_unless (!is_failure || (g_str_has_suffix (text, ".")
          && strstr (text, ". ") != NULL), "%s", text);
}

void
sink_rig_check_status (const GstStructure * structure, const gchar * location)
{
  const gchar *name, *hresult_name;
  gint status = -1;
  gint type = -1;
  guint hresult = 1;

  check_types (structure);
  name = gst_structure_get_string (structure, "status-name");
  hresult_name = gst_structure_get_string (structure, "hresult-name");
  gst_structure_get_enum (structure, "status",
      g_type_from_name ("GstWmsStatus"), &status);
  gst_structure_get_enum (structure, "type",
      g_type_from_name ("GstWmsDataType"), &type);
  gst_structure_get_uint (structure, "hresult", &hresult);
  fail_unless_equals_string (name, wms_status_name (status));
  fail_unless_equals_string (hresult_name, wms_hresult_name (hresult));
  fail_unless (g_str_equal (hresult_name, "S_OK") == (hresult == 0));
  fail_unless (hresult != 0 || status != GST_WMS_STATUS_ERROR);
  fail_unless_equals_string (gst_structure_get_string (structure, "location"),
      location);
  fail_unless (gst_structure_has_field (structure, "value")
      == (status == GST_WMS_STATUS_STARTED));
  fail_unless_equals_int (type, status == GST_WMS_STATUS_STARTED ?
      GST_WMS_DATA_TYPE_QWORD : GST_WMS_DATA_TYPE_DWORD);
  check_text (structure, hresult != 0);
}

void
sink_rig_play_packets (SinkRig * self, guint n)
{
  sink_rig_push_header (self);
  sink_rig_push_packets (self, 0, n);
  sink_rig_set_state (self, GST_STATE_PLAYING);
  fail_unless (script_server_wait_frames (self->server, WMS_FRAME_DATA, n));
}

static void
add_word (GString * text, const gchar * word)
{
  if (text->len > 0)
    g_string_append_c (text, ' ');
  g_string_append (text, word);
}

static void
keep (GstStructure ** place, const GstStructure * structure)
{
  g_clear_pointer (place, gst_structure_free);
  *place = gst_structure_copy (structure);
}

static void
log_status (SinkRig * self, const GstStructure * structure)
{
  const gchar *name = gst_structure_get_string (structure, "status-name");

  fail_unless (g_str_has_prefix (name, "WMT_"));
  fail_unless (*gst_structure_get_string (structure, "text") != '\0');
  add_word (self->log, name + strlen ("WMT_"));
  if (g_str_equal (name, "WMT_STARTED"))
    keep (&self->started, structure);
  if (g_str_equal (name, "WMT_ERROR"))
    keep (&self->failed, structure);
}

static void
log_error (SinkRig * self, GstMessage * message)
{
  const GstStructure *details = NULL;
  g_autofree gchar *word = NULL;

  if (GST_MESSAGE_SRC (message) != GST_OBJECT (self->sink))
    return;
  self->n_errors++;
  g_clear_error (&self->error);
  g_clear_pointer (&self->debug, g_free);
  gst_message_parse_error (message, &self->error, &self->debug);
  gst_message_parse_error_details (message, &details);
  if (details != NULL) {
    keep (&self->details, details);
    gst_structure_get_uint (details, "http-status", &self->http_status);
    word = g_strconcat ("ERROR:", gst_structure_get_string (details,
            "hresult-name"), NULL);
  }
  add_word (self->log, word != NULL ? word : "ERROR");
}

static void
log_element_message (SinkRig * self, const GstStructure * structure)
{
  g_autofree gchar *word = NULL;
  guint context = 0;

  g_ptr_array_add (self->told, gst_structure_copy (structure));
  if (gst_structure_has_name (structure, "wms-status")) {
    log_status (self, structure);
  } else if (gst_structure_has_name (structure, "wms-finalize")) {
    keep (&self->finalized, structure);
    word = g_strconcat ("FINALIZE:", gst_structure_get_string (structure,
            "hresult-name"), NULL);
    add_word (self->log, word);
  } else if (gst_structure_has_name (structure, "wms-marker")) {
    gst_structure_get_uint (structure, "context", &context);
    word = g_strdup_printf ("MARKER:%u", context);
    add_word (self->log, word);
  }
}

static void
log_message (SinkRig * self, GstMessage * message)
{
  static const gchar *const progress[] =
      { "start", "continue", "complete", "canceled", "error" };
  GstProgressType type;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_PROGRESS:
      gst_message_parse_progress (message, &type, NULL, NULL);
      add_word (self->progress, progress[type]);
      break;
    case GST_MESSAGE_EOS:
      add_word (self->log, "EOS");
      break;
    case GST_MESSAGE_ERROR:
      log_error (self, message);
      break;
    case GST_MESSAGE_WARNING:
      add_word (self->log, "WARNING");
      break;
    case GST_MESSAGE_QOS:
      add_word (self->log, "QOS");
      break;
    case GST_MESSAGE_ELEMENT:
      log_element_message (self, gst_message_get_structure (message));
      break;
    default:
      break;
  }
}

gboolean
sink_rig_wait (SinkRig * self, const gchar * word)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_S * G_TIME_SPAN_SECOND;

  while (strstr (self->log->str, word) == NULL) {
    gint64 left = deadline - g_get_monotonic_time ();
    GstMessage *message = gst_bus_timed_pop (self->bus,
        MAX (left, 0) * GST_USECOND);

    if (message == NULL)
      return FALSE;
    log_message (self, message);
    gst_message_unref (message);
  }
  return TRUE;
}

guint64
sink_rig_get_stat (SinkRig * self, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;
  guint small = 0;

  g_object_get (self->sink, "stats", &stats, NULL);
  if (gst_structure_get_uint (stats, name, &small))
    return small;
  fail_unless (gst_structure_get_uint64 (stats, name, &value));
  return value;
}

void
sink_rig_check_account (SinkRig * self, guint64 received, guint64 sent)
{
  fail_unless_equals_uint64 (sink_rig_get_stat (self, "packets-received"),
      received);
  fail_unless_equals_uint64 (sink_rig_get_stat (self, "packets-sent"), sent);
  fail_unless_equals_uint64 (sink_rig_get_stat (self, "packets-dropped"),
      received - sent);
  fail_unless_equals_uint64 (sink_rig_get_stat (self, "packets-refused"), 0);
  fail_unless_equals_uint64 (sink_rig_get_stat (self, "packets-queued"), 0);
}

void
sink_rig_check_packet (SinkRig * self, guint n, guint n_packet)
{
  g_autoptr (GBytes) packet = sink_rig_get_packet (n_packet);
  g_autoptr (GBytes) content = NULL;
  guint8 restored[RIG_PACKET_SIZE];
  WmsFrameType type;

  content = script_server_get_frame (self->server, n, &type);
  fail_unless (content != NULL && type == WMS_FRAME_DATA, "frame %u is %c", n,
      type);
  fail_unless (asf_packet_restore_padding (g_bytes_get_data (content, NULL),
          g_bytes_get_size (content), RIG_PACKET_SIZE, restored, NULL));
  fail_unless (memcmp (restored, g_bytes_get_data (packet, NULL),
          RIG_PACKET_SIZE) == 0, "frame %u is not packet %u", n, n_packet);
}

void
sink_rig_wait_until_blocked (SinkRig * self)
{
  guint64 last = 0;
  guint64 sent = 1;

  while (sent != last) {
    g_autoptr (GstMessage) message = NULL;

    last = sent;
    message = gst_bus_timed_pop_filtered (self->bus, 200 * GST_MSECOND,
        GST_MESSAGE_ERROR);
    fail_unless (message == NULL);
    sent = sink_rig_get_stat (self, "bytes-sent");
  }
}

void
sink_rig_push_lists (SinkRig * self, guint n_packets, guint list_size)
{
  guint i, k;

  for (i = 0; i < n_packets / list_size; i++) {
    GstBufferList *list = gst_buffer_list_new ();
    GstFlowReturn ret;

    for (k = 0; k < list_size; k++)
      gst_buffer_list_add (list, sink_harness_get_packet (k));
    g_signal_emit_by_name (self->source, "push-buffer-list", list, &ret);
    gst_buffer_list_unref (list);
  }
}

void
sink_rig_use_up_descriptors (void)
{
  struct rlimit limit;
  gint fd = dup (STDIN_FILENO);

  fail_unless (fd >= 0 && getrlimit (RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = fd + 64;
  fail_unless (setrlimit (RLIMIT_NOFILE, &limit) == 0);
  while (dup (STDIN_FILENO) >= 0);
}

void
sink_rig_play (SinkRig * self, const gchar * word)
{
  sink_rig_push_header (self);
  sink_rig_push_packets (self, 0, 3);
  sink_rig_push_eos (self);
  sink_rig_set_state (self, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (self, word), "%s", self->log->str);
}
