/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What wmspushsink tells: the fields of its messages, changed descriptions. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"

#define OPENING "LOCATING CONNECTING OPENED STARTED "
#define ENDING "END_OF_STREAMING STOPPED CLOSED FINALIZE:S_OK EOS"

static void
play_to_end (SinkRig * rig)
{
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
}

static gpointer
get_context (const GstStructure * structure)
{
  gpointer context = NULL;

  gst_structure_get (structure, "context", G_TYPE_POINTER, &context, NULL);
  return context;
}

GST_START_TEST (test_defaults)
{
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  gboolean messages = FALSE;
  gpointer context = sink;

  g_object_get (sink, "status-messages", &messages, "status-context", &context,
      NULL);
  fail_unless (messages && context == NULL);
  g_object_set (sink, "status-messages", FALSE, "status-context", sink, NULL);
  g_object_get (sink, "status-messages", &messages, "status-context", &context,
      NULL);
  fail_unless (!messages && context == sink);
  gst_object_unref (sink);
}

GST_END_TEST;

GST_START_TEST (test_no_status_messages)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  g_object_set (rig->sink, "status-messages", FALSE, NULL);
  sink_rig_push_marker (rig, 1);
  play_to_end (rig);
  fail_unless_equals_string (rig->log->str, "MARKER:1 FINALIZE:S_OK EOS");
  fail_unless_equals_string (rig->progress->str,
      "start continue continue complete");
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_404 (ScriptConnection * connection, gpointer user_data)
{
  script_refuse (connection, "404 Not Found");
}

GST_START_TEST (test_no_status_messages_but_errors)
{
  SinkRig *rig = sink_rig_new_for (script_404);

  g_object_set (rig->sink, "status-messages", FALSE, NULL);
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "ERROR:"));
  fail_unless_equals_string (rig->log->str,
      "FINALIZE:NS_E_FILE_NOT_FOUND ERROR:NS_E_FILE_NOT_FOUND");
  fail_unless_equals_string (rig->progress->str,
      "start continue continue error");
  sink_rig_free (rig);
}

GST_END_TEST;

/* Both can be changed at any time. */
GST_START_TEST (test_messages_and_context_change)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  gint one, two;
  guint i;

  g_object_set (rig->sink, "status-context", &one, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  fail_unless_equals_int (rig->told->len, 4);
  for (i = 0; i < rig->told->len; i++)
    fail_unless (get_context (g_ptr_array_index (rig->told, i)) == &one);

  g_object_set (rig->sink, "status-messages", FALSE, NULL);
  sink_rig_push_marker (rig, 1);
  fail_unless (sink_rig_wait (rig, "MARKER:1"));
  g_object_set (rig->sink, "status-messages", TRUE, "status-context", &two,
      NULL);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, OPENING "MARKER:1 " ENDING);
  fail_unless_equals_int (rig->told->len, 9);
  for (i = 5; i < rig->told->len; i++)
    fail_unless (get_context (g_ptr_array_index (rig->told, i)) == &two);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_no_context)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  guint i;

  play_to_end (rig);
  fail_unless_equals_int (rig->told->len, 8);
  for (i = 0; i < rig->told->len; i++)
    fail_if (gst_structure_has_field (g_ptr_array_index (rig->told, i),
            "context"));
  sink_rig_free (rig);
}

GST_END_TEST;

static void
check_all_fields (SinkRig * rig)
{
  g_autofree gchar *url = script_server_get_url (rig->server);
  guint i;

  for (i = 0; i < rig->told->len; i++) {
    const GstStructure *structure = g_ptr_array_index (rig->told, i);

    if (gst_structure_has_name (structure, "wms-status"))
      sink_rig_check_status (structure, url);
  }
}

GST_START_TEST (test_fields)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  guint64 value = 0;

  /* the user part is never shown */
  g_autofree gchar *url = g_strdup_printf ("http://alice:secret@127.0.0.1:%u/"
      "live", script_server_get_port (rig->server));

  g_object_set (rig->sink, "location", url, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 25, 3);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  check_all_fields (rig);
  /* the presentation time of packet 25, in 100 ns */
  fail_unless (gst_structure_get_uint64 (rig->started, "value", &value));
  fail_unless_equals_uint64 (value, 10000000);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_fields_of_a_failure)
{
  SinkRig *rig = sink_rig_new_for (script_404);
  const GstStructure *error;
  guint number = 0;

  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "ERROR:"));
  check_all_fields (rig);
  error = g_ptr_array_index (rig->told, 2);
  fail_unless_equals_string (gst_structure_get_string (error, "status-name"),
      "WMT_ERROR");
  fail_unless_equals_string (gst_structure_get_string (error, "hresult-name"),
      "NS_E_FILE_NOT_FOUND");
  fail_unless (gst_structure_get_uint (error, "hresult", &number));
  fail_unless_equals_uint64_hex (number, 0xC00D001A);
  fail_unless (gst_structure_get_uint (error, "http-status", &number));
  fail_unless_equals_int (number, 404);
  /* what to do is part of the text, here and in the error message */
  fail_unless (strstr (rig->error->message, gst_structure_get_string (error,
              "text")) != NULL);
  sink_rig_free (rig);
}

GST_END_TEST;

static const GstStructure *
find_status (SinkRig * rig, const gchar * name)
{
  guint i;

  for (i = 0; i < rig->told->len; i++) {
    const GstStructure *structure = g_ptr_array_index (rig->told, i);

    if (g_strcmp0 (gst_structure_get_string (structure, "status-name"), name)
        == 0)
      return structure;
  }
  fail ("no %s", name);
  return NULL;
}

static void
check_http_status (SinkRig * rig, const gchar * name, guint wanted)
{
  guint number = 0;

  gst_structure_get_uint (find_status (rig, name), "http-status", &number);
  fail_unless_equals_int (number, wanted);
}

/* What an answer has caused says which, and nothing else does. */
GST_START_TEST (test_http_status)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  play_to_end (rig);
  check_http_status (rig, "WMT_CONNECTING", 0);
  check_http_status (rig, "WMT_OPENED", 204);
  check_http_status (rig, "WMT_STARTED", 0);
  check_http_status (rig, "WMT_END_OF_STREAMING", 0);
  check_http_status (rig, "WMT_CLOSED", 204);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_408_at_first (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) > 0) {
    script_take_all (connection, user_data);
  } else if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 3)) {
    script_send (connection, "HTTP/1.1 408 Request Timeout\r\n"
        "Server: Cougar/9.5\r\nContent-Length: 0\r\n\r\n");
    script_read_end (connection);
  }
}

/* A try tells why, and what can be done about it. */
GST_START_TEST (test_fields_of_a_reconnect)
{
  SinkRig *rig = sink_rig_new_for (script_408_at_first);
  const GstStructure *start;
  const GstStructure *end;

  g_object_set (rig->sink, "retries", 1, "retry-delay", (guint64) 1, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "RECONNECT_START"));
  sink_rig_push_packets (rig, 3, 10);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  check_all_fields (rig);
  start = find_status (rig, "WMT_RECONNECT_START");
  fail_unless_equals_string (gst_structure_get_string (start, "hresult-name"),
      "NS_E_TIMEOUT");
  check_http_status (rig, "WMT_RECONNECT_START", 408);
  fail_unless (g_str_has_prefix (gst_structure_get_string (start, "text"),
          "Trying again. The server ended the session. Look into its log"));
  end = find_status (rig, "WMT_RECONNECT_END");
  fail_unless_equals_string (gst_structure_get_string (end, "hresult-name"),
      "S_OK");
  fail_unless_equals_string (gst_structure_get_string (end, "text"),
      "The connection is back, and the push goes on");
  sink_rig_free (rig);
}

GST_END_TEST;

static void
push_described_header (SinkRig * rig, const AsfGuid * kind,
    const gchar * description, const AsfGuid * second_stream)
{
  const TestHeader changed = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = RIG_PACKET_SIZE,
    .streams = {&asf_guid_stream_video, second_stream},
    .description = kind,
    .description_bytes = description,
    .description_size = kind != NULL ? strlen (description) : 0,
  };
  g_autoptr (GBytes) header =
      g_byte_array_free_to_bytes (test_asf_header (&changed));

  sink_rig_push (rig, header);
}

static const struct
{
  const AsfGuid *kind;
  const gchar *before;
  const gchar *after;
  gboolean is_new;
} descriptions[] = {
  {&asf_guid_content_description, "A", "B", TRUE},
  {&asf_guid_extended_content_description, "A", "B", TRUE},
  {&asf_guid_metadata, "A", "B", TRUE},
  {&asf_guid_metadata_library, "A", "B", TRUE},
  {&asf_guid_content_description, "A", "A", FALSE},
  {&asf_guid_metadata_library, "A", "A", FALSE},
  /* no description at all, and not one */
  {&asf_guid_padding, "A", "B", FALSE},
};

/* Streams differ in each of these headers. */
GST_START_TEST (test_new_metadata)
{
  SinkRig *rig = sink_rig_new_for (script_take_two_parts);
  g_autofree gchar *log = g_strconcat (OPENING "END_OF_SEGMENT SOURCE_SWITCH ",
      descriptions[__i__].is_new ? "NEW_METADATA " : "", ENDING, NULL);

  push_described_header (rig, descriptions[__i__].kind,
      descriptions[__i__].before, NULL);
  sink_rig_push_packets (rig, 0, 1);
  push_described_header (rig, descriptions[__i__].kind,
      descriptions[__i__].after, &asf_guid_stream_audio);
  sink_rig_push_packets (rig, 1, 1);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, log);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
push_title (SinkRig * rig, const gchar * title)
{
  gst_element_send_event (rig->source,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, title, NULL)));
}

/* Another title in mid-stream makes another header. */
GST_START_TEST (test_new_title_through_muxer)
{
  SinkRig *rig = sink_rig_new_for (script_take_two_parts);

  sink_rig_add_muxer (rig);
  push_title (rig, "Morning");
  sink_rig_push_frames (rig, 0, 300);
  sink_rig_push_marker (rig, 1);
  push_title (rig, "Evening");
  sink_rig_push_frames (rig, 300, 50);
  sink_rig_push_marker (rig, 2);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, OPENING
      "MARKER:1 END_OF_SEGMENT SOURCE_SWITCH NEW_METADATA MARKER:2 " ENDING);
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinktells_suite (void)
{
  Suite *suite = suite_create ("wmspushsinktells");
  TCase *tc = tcase_create ("statuses");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_defaults);
  tcase_add_test (tc, test_no_status_messages);
  tcase_add_test (tc, test_no_status_messages_but_errors);
  tcase_add_test (tc, test_messages_and_context_change);
  tcase_add_test (tc, test_no_context);
  tcase_add_test (tc, test_fields);
  tcase_add_test (tc, test_fields_of_a_failure);
  tcase_add_test (tc, test_http_status);
  tcase_add_test (tc, test_fields_of_a_reconnect);

  tc = tcase_create ("descriptions");
  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_new_metadata, 0, G_N_ELEMENTS (descriptions));
  tcase_add_test (tc, test_new_title_through_muxer);
  return suite;
}

GST_CHECK_MAIN (wmspushsinktells);
