/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The order of messages: plays each scenario of docs/messages line by line and
 * compares what the sink posts. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scenario.h"
#include "sinkrig.h"
#include "stepserver.h"
#include "testasf.h"

#define DEADLINE (20 * test_get_patience () * GST_SECOND)
#define FEEDER_END "feeder-end"

static const gchar *const scenarios[] = {
  "answer-in-mid-stream",
  "begun-again",
  "clean-session",
  "connection-lost",
  "connection-refused",
  "credentials-asked",
  "credentials-in-mid-stream",
  "data-after-eos",
  "disconnected",
  "eos-while-lost",
  "eos-without-data",
  "first-try-refused",
  "header-while-lost",
  "markers",
  "no-answer-to-the-end",
  "not-a-publishing-point",
  "redirect",
  "refused-for-a-while",
  "request-used-up",
  "resumed",
  "retries-used-up",
  "session-ended",
  "setup-refused",
  "setup-timeout",
  "start-refused",
  "stopped-and-ended",
  "stopped-and-resumed",
  "stopped-while-lost",
  "stopped-without-eos",
  "two-headers",
  "unknown-host",
  "wrong-password",
};

typedef struct
{
  StepServer *server;
  GstElement *pipeline;
  GstElement *sink;
  GstBus *bus;
  GstPad *pad;
  GAsyncQueue *feed;            /* buffers and events for the pad */
  GThread *feeder;
  GThread *helper;              /* for what may take a while */
  GstState wanted;
  const gchar *action;
  guint n_packets;
} Play;

static gpointer
feed (gpointer user_data)
{
  Play *self = user_data;
  gboolean goes_on = TRUE;

  while (goes_on) {
    GstMiniObject *object = g_async_queue_pop (self->feed);

    if (GST_IS_BUFFER (object)) {
      gst_pad_push (self->pad, GST_BUFFER (object));
    } else if (gst_event_has_name (GST_EVENT (object), FEEDER_END)) {
      gst_mini_object_unref (object);
      goes_on = FALSE;
    } else {
      gst_pad_push_event (self->pad, GST_EVENT (object));
    }
  }
  return NULL;
}

static void
feed_event (Play * self, GstEvent * event)
{
  g_async_queue_push (self->feed, event);
}

static void
feed_segment (Play * self)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  feed_event (self, gst_event_new_segment (&segment));
}

static void
feed_bytes (Play * self, GBytes * bytes)
{
  g_async_queue_push (self->feed, gst_buffer_new_wrapped_bytes (bytes));
}

/* The question is a message as well, so that it has its place among them. */
static GstStructure *
ask (GstElement * sink, const gchar * realm, const gchar * site,
    const gchar * user, guint hresult, guint flags, Play * self)
{
  gst_bus_post (self->bus, gst_message_new_application (GST_OBJECT (sink),
          gst_structure_new ("ask", "realm", G_TYPE_STRING, realm,
              "user", G_TYPE_STRING, user, NULL)));
  return gst_structure_new_empty ("pending");
}

static void
play_init (Play * self)
{
  g_autofree gchar *url = NULL;
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("video/x-ms-asf", "parsed",
      G_TYPE_BOOLEAN, TRUE, NULL);
  g_autoptr (GstPad) peer = NULL;

  memset (self, 0, sizeof (*self));
  self->server = step_server_new ();
  url = step_server_get_url (self->server);
  self->pipeline = gst_pipeline_new (NULL);
  /* what a change to NULL adds is compared as well */
  gst_pipeline_set_auto_flush_bus (GST_PIPELINE (self->pipeline), FALSE);
  self->sink = gst_element_factory_make ("wmspushsink", NULL);
  g_object_set (self->sink, "location", url, "sync", FALSE, NULL);
  g_signal_connect (self->sink, "acquire-credentials", G_CALLBACK (ask), self);
  gst_bin_add (GST_BIN (self->pipeline), self->sink);
  self->bus = gst_element_get_bus (self->pipeline);

  self->pad = gst_pad_new ("src", GST_PAD_SRC);
  peer = gst_element_get_static_pad (self->sink, "sink");
  fail_unless_equals_int (gst_pad_link (self->pad, peer), GST_PAD_LINK_OK);
  gst_pad_set_active (self->pad, TRUE);
  self->feed = g_async_queue_new ();
  feed_event (self, gst_event_new_stream_start ("scenario"));
  feed_event (self, gst_event_new_caps (caps));
  feed_segment (self);
}

/* One thing at a time. */
static void
join_helper (Play * self)
{
  if (self->helper != NULL)
    g_thread_join (g_steal_pointer (&self->helper));
}

static void
start_helper (Play * self, GThreadFunc func)
{
  join_helper (self);
  self->helper = g_thread_new ("helper", func, self);
}

static gpointer
change_state (gpointer user_data)
{
  Play *self = user_data;

  gst_element_set_state (self->pipeline, self->wanted);
  return NULL;
}

/* The feeder begins when the pad can take something. */
static gchar *
set_state (Play * self, GstState state)
{
  self->wanted = state;
  if (state < GST_STATE_PAUSED) {
    start_helper (self, change_state);
    return NULL;
  }
  join_helper (self);
  if (gst_element_set_state (self->pipeline, state) == GST_STATE_CHANGE_FAILURE)
    return g_strdup ("the state cannot be changed");
  if (self->feeder == NULL)
    self->feeder = g_thread_new ("feeder", feed, self);
  return NULL;
}

static gpointer
emit_action (gpointer user_data)
{
  Play *self = user_data;
  guint hresult;

  g_signal_emit_by_name (self->sink, self->action, &hresult);
  return NULL;
}

static void
act (Play * self, const gchar * action)
{
  self->action = action;
  start_helper (self, emit_action);
}

static void
play_clear (Play * self)
{
  join_helper (self);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  feed_event (self, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_OOB,
          gst_structure_new_empty (FEEDER_END)));
  if (self->feeder != NULL)
    g_thread_join (self->feeder);
  gst_pad_set_active (self->pad, FALSE);
  gst_object_unref (self->pad);
  g_async_queue_unref (self->feed);
  gst_object_unref (self->bus);
  gst_object_unref (self->pipeline);
  step_server_free (self->server);
}

static void
push_header (Play * self, const gchar * title)
{
  const TestHeader header = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = RIG_PACKET_SIZE,
    .streams = {&asf_guid_stream_video},
    .description = &asf_guid_extended_content_description,
    .description_bytes = title,
    .description_size = strlen (title),
  };
  g_autoptr (GBytes) bytes =
      g_byte_array_free_to_bytes (test_asf_header (&header));

  feed_bytes (self, bytes);
}

static void
push_packets (Play * self, guint n)
{
  guint end = self->n_packets + n;

  for (; self->n_packets < end; self->n_packets++) {
    g_autoptr (GBytes) packet = sink_rig_get_packet (self->n_packets);

    feed_bytes (self, packet);
  }
}

static gchar *
provide_credentials (Play * self, const gchar * text)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  g_autoptr (GstStructure) answer = NULL;
  gboolean is_taken = FALSE;

  if (parts[0] != NULL && parts[1] != NULL)
    answer = gst_structure_new ("credentials", "user", G_TYPE_STRING, parts[0],
        "password", G_TYPE_STRING, parts[1], NULL);
  g_signal_emit_by_name (self->sink, "provide-credentials", answer, &is_taken);
  return is_taken ? NULL : g_strdup ("nobody has asked for that");
}

static const gchar *
skip_word (const gchar * text, const gchar * word)
{
  return g_str_has_prefix (text, word) ? text + strlen (word) : NULL;
}

static gchar *
do_app (Play * self, const gchar * what)
{
  const gchar *rest;

  if (g_str_equal (what, "PAUSED"))
    return set_state (self, GST_STATE_PAUSED);
  if (g_str_equal (what, "PLAYING"))
    return set_state (self, GST_STATE_PLAYING);
  if (g_str_equal (what, "READY"))
    return set_state (self, GST_STATE_READY);
  if ((rest = skip_word (what, "header")) != NULL) {
    push_header (self, rest);
  } else if ((rest = skip_word (what, "packets ")) != NULL) {
    push_packets (self, g_ascii_strtoull (rest, NULL, 10));
  } else if ((rest = skip_word (what, "marker ")) != NULL) {
    feed_event (self, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
            gst_structure_new ("wms-marker", "context", G_TYPE_STRING, rest,
                NULL)));
  } else if (g_str_equal (what, "flush")) {
    feed_event (self, gst_event_new_flush_start ());
    feed_event (self, gst_event_new_flush_stop (TRUE));
    feed_segment (self);
  } else if (g_str_equal (what, "end-session")
      || g_str_equal (what, "disconnect")) {
    act (self, what);
  } else if (g_str_equal (what, "EOS")) {
    feed_event (self, gst_event_new_eos ());
  } else if ((rest = skip_word (what, "credentials ")) != NULL) {
    return provide_credentials (self, rest);
  } else {
    return g_strdup ("the application knows no such step");
  }
  return NULL;
}

static gchar *
do_with (Play * self, const gchar * what)
{
  g_auto (GStrv) parts = g_strsplit (what, "=", 2);
  guint timeout;

  if (parts[0] == NULL || parts[1] == NULL
      || g_object_class_find_property (G_OBJECT_GET_CLASS (self->sink),
          parts[0]) == NULL)
    return g_strdup ("no such property");
  gst_util_set_object_arg (G_OBJECT (self->sink), parts[0], parts[1]);
  g_object_get (self->sink, "timeout", &timeout, NULL);
  if (g_str_equal (parts[0], "timeout"))
    g_object_set (self->sink, "timeout", timeout * test_get_patience (), NULL);
  return NULL;
}

/* HRESULT, HTTP status and value, where there is one. */
static gchar *
describe_result (const gchar * name, const GstStructure * structure)
{
  GString *text = g_string_new (name);
  const gchar *hresult = gst_structure_get_string (structure, "hresult-name");
  guint64 value;
  guint status;

  if (!g_str_has_prefix (name, "WMT_") || !g_str_equal (hresult, "S_OK"))
    g_string_append_printf (text, " %s", hresult);
  if (gst_structure_get_uint (structure, "http-status", &status))
    g_string_append_printf (text, ", HTTP %u", status);
  if (gst_structure_get_uint64 (structure, "value", &value))
    g_string_append_printf (text, ", value %" G_GUINT64_FORMAT, value);
  return g_string_free (text, FALSE);
}

static gchar *
describe_structure (Play * self, const GstStructure * structure)
{
  g_autofree gchar *location = NULL;

  g_object_get (self->sink, "location", &location, NULL);
  if (gst_structure_has_name (structure, "wms-status"))
    sink_rig_check_status (structure, location);
  if (gst_structure_has_name (structure, "wms-status"))
    return describe_result (gst_structure_get_string (structure,
            "status-name"), structure);
  if (gst_structure_has_name (structure, "wms-finalize"))
    return describe_result ("wms-finalize", structure);
  if (gst_structure_has_name (structure, "wms-marker"))
    return g_strdup_printf ("wms-marker %s",
        gst_structure_get_string (structure, "context"));
  if (gst_structure_has_name (structure, "ask"))
    return g_strdup_printf ("acquire-credentials for %s%s%s",
        gst_structure_get_string (structure, "realm"),
        gst_structure_get_string (structure, "user") != NULL ? ", not " : "",
        gst_structure_get_string (structure, "user") != NULL ?
        gst_structure_get_string (structure, "user") : "");
  return g_strdup (gst_structure_get_name (structure));
}

static gchar *
describe_error (GstMessage * message)
{
  const GstStructure *details = NULL;

  gst_message_parse_error_details (message, &details);
  return details != NULL ? describe_result ("ERROR", details) :
      g_strdup ("ERROR");
}

/* NULL for what is no part of the contract. */
static gchar *
describe (Play * self, GstMessage * message)
{
  static const gchar *const progress[] =
      { "start", "continue", "complete", "canceled", "error" };
  GstProgressType type;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_PROGRESS:
      gst_message_parse_progress (message, &type, NULL, NULL);
      return g_strconcat ("progress ", progress[type], NULL);
    case GST_MESSAGE_EOS:
    case GST_MESSAGE_WARNING:
    case GST_MESSAGE_INFO:
    case GST_MESSAGE_QOS:
      return g_ascii_strup (GST_MESSAGE_TYPE_NAME (message), -1);
    case GST_MESSAGE_ERROR:
      return describe_error (message);
    case GST_MESSAGE_ELEMENT:
    case GST_MESSAGE_APPLICATION:
      return describe_structure (self, gst_message_get_structure (message));
    default:
      return NULL;
  }
}

/* The next message that is part of the contract, NULL when none comes. */
static gchar *
next_message (Play * self, GstClockTime timeout)
{
  gchar *text = NULL;
  GstMessage *message;

  while (text == NULL && (message = gst_bus_timed_pop (self->bus, timeout))) {
    text = describe (self, message);
    gst_message_unref (message);
  }
  return text;
}

static gchar *
expect_message (Play * self, const gchar * what)
{
  g_autofree gchar *text = next_message (self, DEADLINE);

  if (text == NULL)
    return g_strdup ("nothing is posted");
  return g_str_equal (text, what) ? NULL :
      g_strdup_printf ("\"%s\" is posted instead", text);
}

static gchar *
play_line (Play * self, const ScenarioLine * line)
{
  if (g_str_equal (line->who, "title") || g_str_equal (line->who, "text")
      || g_str_equal (line->who, "note"))
    return NULL;
  if (g_str_equal (line->who, "with"))
    return do_with (self, line->what);
  if (g_str_equal (line->who, "app"))
    return do_app (self, line->what);
  if (g_str_equal (line->who, "sink"))
    return step_server_expect (self->server, line->what);
  if (g_str_equal (line->who, "server"))
    return step_server_do (self->server, line->what);
  if (g_str_equal (line->who, "post"))
    return expect_message (self, line->what);
  return g_strdup ("nobody of that name");
}

/* What comes behind the last line would be cut off, not compared. */
static gboolean
is_complete (const Play * self, const ScenarioLine * last)
{
  return self->wanted < GST_STATE_PAUSED || (g_str_equal (last->who, "post")
      && (g_str_equal (last->what, "EOS")
          || g_str_has_prefix (last->what, "ERROR")));
}

GST_START_TEST (test_scenario)
{
  const gchar *name = scenarios[__i__];
  g_autoptr (GPtrArray) lines = scenario_read (TEST_SCENARIOS, name);
  g_autofree gchar *more = NULL;
  Play play;
  guint i;

  fail_unless (lines != NULL);
  play_init (&play);
  for (i = 0; i < lines->len; i++) {
    const ScenarioLine *line = g_ptr_array_index (lines, i);
    g_autofree gchar *problem = play_line (&play, line);

    fail_unless (problem == NULL, "%s.txt:%u: \"%s: %s\": %s", name,
        line->number, line->who, line->what, problem);
  }
  fail_unless (is_complete (&play, g_ptr_array_index (lines, lines->len - 1)),
      "%s.txt ends neither with EOS or ERROR nor after READY", name);
  join_helper (&play);
  gst_element_set_state (play.pipeline, GST_STATE_NULL);
  more = next_message (&play, 0);
  fail_unless (more == NULL, "%s.txt: \"%s\" is posted at the end", name, more);
  play_clear (&play);
}

GST_END_TEST;

/* Each scenario is played, and there is no test without one. */
GST_START_TEST (test_all_are_played)
{
  g_autofree gchar *there = scenario_list (TEST_SCENARIOS);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree gchar *played = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (scenarios); i++)
    g_ptr_array_add (names, (gpointer) scenarios[i]);
  g_ptr_array_add (names, NULL);
  played = g_strjoinv ("\n", (gchar **) names->pdata);
  fail_unless_equals_string (there, played);
}

GST_END_TEST;

static Suite *
wmspushsinkorder_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkorder");
  TCase *tc = tcase_create ("scenarios");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_all_are_played);
  tcase_add_loop_test (tc, test_scenario, 0, G_N_ELEMENTS (scenarios));
  return suite;
}

GST_CHECK_MAIN (wmspushsinkorder);
