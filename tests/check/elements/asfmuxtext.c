/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testmux.h"

/* Text and script commands. */

#define TEXT_CAPS "text/x-raw, format=utf8"

static gchar *
read_utf16 (const guint8 * data, gsize n_chars)
{
  return g_utf16_to_utf8 ((const gunichar2 *) (gconstpointer) data, n_chars,
      NULL, NULL, NULL);
}

/* The objects of command streams with their times without the preroll:
 * "3@500 CAPTION=Hello" (rules, 5.3: two texts with their NULs). */
static void
append_command (const AsfHeaderInfo * info, guint number,
    const AsfPacketInfo * packet, const AsfPayload * payload, gpointer user)
{
  g_autofree gchar *type = NULL;
  g_autofree gchar *parameter = NULL;
  GString *text = user;
  gsize type_chars;

  if (asf_header_find_stream (info, payload->stream_number)->kind !=
      ASF_STREAM_COMMAND)
    return;
  fail_unless_equals_int (payload->object_size, payload->size);
  type = read_utf16 (payload->data, payload->size / 2);
  type_chars = g_utf8_strlen (type, -1) + 1;
  parameter = read_utf16 (payload->data + 2 * type_chars,
      payload->size / 2 - type_chars);
  fail_unless_equals_int (GST_READ_UINT16_LE (payload->data + payload->size -
          2), 0);
  g_string_append_printf (text, "%s%u@%u %s=%s", text->len > 0 ? ", " : "",
      payload->stream_number, payload->pres_time_ms - (guint) info->preroll_ms,
      type, parameter);
}

static gchar *
describe_stream (const GByteArray * bytes)
{
  GString *text = g_string_new (NULL);

  test_mux_foreach_payload (bytes->data, bytes->len, append_command, text);
  return g_string_free (text, FALSE);
}

/* The Script Command Object in the same way (rules, 3.6: counted, no NUL). */
static gchar *
describe_header (const GByteArray * bytes)
{
  static const guint8 guid[] = { 0x30, 0x1a, 0xfb, 0x1e, 0x62, 0x0b };
  GString *text = g_string_new (NULL);
  g_autoptr (GPtrArray) types = g_ptr_array_new_with_free_func (g_free);
  const guint8 *data = memmem (bytes->data, bytes->len, guid, sizeof guid);
  guint n_commands, n_types, i;
  AsfHeaderInfo info;

  if (data == NULL)
    return g_string_free (text, FALSE);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  n_commands = GST_READ_UINT16_LE (data + 40);
  n_types = GST_READ_UINT16_LE (data + 42);
  data += 44;
  for (i = 0; i < n_types; i++) {
    guint chars = GST_READ_UINT16_LE (data);

    g_ptr_array_add (types, read_utf16 (data + 2, chars));
    data += 2 + 2 * chars;
  }
  for (i = 0; i < n_commands; i++) {
    guint chars = GST_READ_UINT16_LE (data + 6);
    g_autofree gchar *parameter = read_utf16 (data + 8, chars);

    g_string_append_printf (text, "%s%u %s=%s", i > 0 ? ", " : "",
        GST_READ_UINT32_LE (data) - (guint) info.preroll_ms,
        (gchar *) g_ptr_array_index (types, GST_READ_UINT16_LE (data + 4)),
        parameter);
    data += 8 + 2 * chars;
  }
  return g_string_free (text, FALSE);
}

static GstBuffer *
text_buffer (gint64 pts_ms, const gchar * text)
{
  GstBuffer *buffer = gst_buffer_new_memdup (text, strlen (text));

  GST_BUFFER_PTS (buffer) = pts_ms * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = GST_SECOND;
  return buffer;
}

static void
push_script (GstHarness * input, const gchar * type, const gchar * parameter,
    gint64 time_ms)
{
  GstStructure *s = gst_structure_new ("wms-script", "type", G_TYPE_STRING,
      type, "parameter", G_TYPE_STRING, parameter, NULL);

  if (time_ms >= 0)
    gst_structure_set (s, "running-time", GST_TYPE_CLOCK_TIME,
        time_ms * GST_MSECOND, NULL);
  fail_unless (gst_harness_push_event (input, gst_event_new_custom
          (GST_EVENT_CUSTOM_DOWNSTREAM, s)));
}

static void
assert_clean (const GByteArray * bytes, gboolean is_live)
{
  gchar *path = test_file_new ();

  test_file_write (path, bytes);
  test_assert_asfcheck (path, is_live);
  test_file_free (path);
}

/* Text becomes commands of the pad's type, events of any type; in a broadcast
 * as in a file that does not know them beforehand. */
GST_START_TEST (test_command_stream)
{
  gboolean is_file = __i__;
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *stream = NULL;
  g_autofree gchar *header = NULL;
  GstHarness *text;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | (is_file ? TEST_MUX_SEEKABLE : 0),
      NULL, NULL);
  text = test_mux_add_input (&mux, "text_0", TEXT_CAPS);
  test_mux_push (mux.audio, 0, 500, 400, TRUE);
  gst_harness_push (text, text_buffer (200,
          "Größe & 日本 \xf0\x9d\x84\x9e"));
  push_script (text, "URL", "http://example.org/", -1);
  push_script (mux.audio, "EVENT", "", 1800);
  test_mux_push (mux.audio, 500, 500, 400, TRUE);
  gst_harness_push (text, text_buffer (1500, "Next"));
  gst_harness_push_event (text, gst_event_new_eos ());
  test_mux_push (mux.audio, 1000, 500, 400, TRUE);
  test_mux_push (mux.audio, 1900, 500, 400, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  stream = describe_stream (bytes);
  header = describe_header (bytes);
  fail_unless_equals_string (stream, "2@200 CAPTION=Größe & 日本 "
      "\xf0\x9d\x84\x9e, 2@1200 CAPTION=, 2@1200 URL=http://example.org/, "
      "2@1500 CAPTION=Next, 2@1800 EVENT=, 2@2500 CAPTION=");
  fail_unless_equals_string (header, "");
  assert_clean (bytes, !is_file);
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* What is known before a file begins is in its header, in order of time; no
 * stream is needed for a text pad that has ended. */
GST_START_TEST (test_header_commands)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *stream = NULL;
  g_autofree gchar *header = NULL;
  AsfHeaderInfo info;
  GstHarness *text;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE, "latency",
      10 * GST_SECOND, NULL);
  text = test_mux_add_input (&mux, "text_0", TEXT_CAPS);
  g_object_set (GST_PAD_PEER (text->srcpad), "command-type", "TEXT", NULL);
  push_script (text, "URL", "http://example.org/", 700);
  push_script (mux.audio, "FILENAME", "next.wma", -1);
  gst_harness_push (text, text_buffer (300, "One"));
  gst_harness_push (text, text_buffer (900, "Two"));
  gst_harness_push_event (text, gst_event_new_eos ());
  test_mux_push (mux.audio, 0, 500, 400, TRUE);
  test_mux_push (mux.audio, 500, 500, 400, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  stream = describe_stream (bytes);
  header = describe_header (bytes);
  fail_unless_equals_string (header, "0 FILENAME=next.wma, 300 TEXT=One, "
      "700 URL=http://example.org/, 900 TEXT=Two, 1900 TEXT=");
  fail_unless_equals_string (stream, "");
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_int (info.n_streams, 1);
  assert_clean (bytes, FALSE);
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Events without a text pad: there is nothing that could take them. */
GST_START_TEST (test_script_without_pad)
{
  GstMessage *message;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_AUDIO, "streamable", TRUE, NULL);
  test_mux_push (mux.audio, 0, 500, 400, TRUE);
  push_script (mux.audio, "URL", "a", -1);
  push_script (mux.audio, "URL", "b", -1);
  test_mux_push (mux.audio, 500, 500, 400, TRUE);
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  /* said once */
  for (i = 0; (message = test_mux_message (&mux, GST_MESSAGE_WARNING)); i++)
    gst_message_unref (message);
  fail_unless_equals_int (i, 1);
  test_mux_clear (&mux);
}

GST_END_TEST;

static const struct
{
  const gchar *format;
  const gchar *input;
  const gchar *text;
} texts[] = {
  {"utf8", "a < b & c", "a < b & c"},
  {"pango-markup", "<b>a</b> &lt; <span color=\"red\">b</span> &amp; c",
      "a < b & c"},
  {"pango-markup", "a < b & c", "a < b & c"},
  {"utf8", "bro\xffken", "bro\xef\xbf\xbdken"},
};

GST_START_TEST (test_texts)
{
  g_autofree gchar *caps = g_strdup_printf ("text/x-raw, format=%s",
      texts[__i__].format);
  g_autofree gchar *wanted = g_strdup_printf ("2@0 CAPTION=%s, 2@1000 CAPTION=",
      texts[__i__].text);
  g_autofree gchar *stream = NULL;
  g_autoptr (GByteArray) bytes = NULL;
  GstHarness *text;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO, "streamable", TRUE, NULL);
  text = test_mux_add_input (&mux, "text_0", caps);
  gst_harness_push (text, text_buffer (0, texts[__i__].input));
  test_mux_push (mux.audio, 0, 500, 400, TRUE);
  gst_harness_push_event (text, gst_event_new_eos ());
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  stream = describe_stream (bytes);
  fail_unless_equals_string (stream, wanted);
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* "200+300 One 500+0 Two": texts with their times and durations; what is on
 * the screen when. */
static const struct
{
  const gchar *type;
  const gchar *input;
  const gchar *wanted;
} shown[] = {
  {"CAPTION", "200+300 One 1000+300 Two",
      "2@200 CAPTION=One, 2@500 CAPTION=, 2@1000 CAPTION=Two, 2@1300 CAPTION="},
  {"caption", "200+300 One 500+300 Two",
      "2@200 caption=One, 2@500 caption=Two, 2@800 caption="},
  {"TEXT", "200+1000 One 500+100 Two",
      "2@200 TEXT=One, 2@500 TEXT=Two, 2@600 TEXT="},
  {"TEXT", "200+0 One 500+-1 Two", "2@200 TEXT=One, 2@500 TEXT=Two"},
  /* one that would be shown for long moves none of the next ones */
  {"TEXT", "200+5000 One 500+100 Two 1800+100 Three",
      "2@200 TEXT=One, 2@500 TEXT=Two, 2@600 TEXT=, 2@1800 TEXT=Three, "
        "2@1900 TEXT="},
  {"URL", "200+300 One 1000+300 Two", "2@200 URL=One, 2@1000 URL=Two"},
};

GST_START_TEST (test_shown)
{
  g_auto (GStrv) words = g_strsplit (shown[__i__].input, " ", -1);
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *stream = NULL;
  GstHarness *text;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_AUDIO, "streamable", TRUE, NULL);
  text = test_mux_add_input (&mux, "text_0", TEXT_CAPS);
  g_object_set (GST_PAD_PEER (text->srcpad), "command-type", shown[__i__].type,
      NULL);
  for (i = 0; words[i] != NULL; i += 2) {
    g_auto (GStrv) times = g_strsplit (words[i], "+", 2);
    GstClockTimeDiff duration_ms = g_ascii_strtoll (times[1], NULL, 10);
    GstBuffer *buffer = text_buffer (g_ascii_strtoll (times[0], NULL, 10),
        words[i + 1]);

    GST_BUFFER_DURATION (buffer) = duration_ms * (GstClockTimeDiff) GST_MSECOND;
    if (duration_ms < 0)
      GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
    gst_harness_push (text, buffer);
  }
  gst_harness_push_event (text, gst_event_new_eos ());
  for (i = 0; i < 20; i++)
    test_mux_push (mux.audio, i * 100, 100, 400, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  stream = describe_stream (bytes);
  fail_unless_equals_string (stream, shown[__i__].wanted);
  assert_clean (bytes, TRUE);
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

static GstPadProbeReturn
release_at_header (GstPad * pad, GstPadProbeInfo * info, gpointer text)
{
  GstElement *mux = gst_pad_get_parent_element (pad);

  if (GST_BUFFER_FLAG_IS_SET (info->data, GST_BUFFER_FLAG_HEADER)) {
    gst_element_release_request_pad (mux, text);
    gst_object_unref (mux);
    return GST_PAD_PROBE_REMOVE;
  }
  gst_object_unref (mux);
  return GST_PAD_PROBE_OK;
}

/* A text pad that is released while its texts were about to be taken: they are
 * in the header that has the stream, and no packet is without its stream. */
GST_START_TEST (test_released_between)
{
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree gchar *stream = NULL;
  GstQuery *drain = gst_query_new_drain ();
  GstBuffer *header;
  GstHarness *text;
  GstPad *sink, *src;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_AUDIO, "streamable", TRUE, NULL);
  src = gst_element_get_static_pad (mux.out->element, "src");
  test_mux_push (mux.audio, 0, 100, 400, TRUE);
  header = test_mux_pull (&mux);
  /* which comes back when the sound was taken */
  gst_pad_peer_query (mux.audio->srcpad, drain);
  gst_query_unref (drain);
  text = test_mux_add_input (&mux, "text_0", TEXT_CAPS);
  sink = gst_pad_get_peer (text->srcpad);
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, release_at_header, sink,
      NULL);
  for (i = 0; i < 3; i++)
    gst_harness_push (text, text_buffer (110 + i, "Text"));
  test_mux_push (mux.audio, 200, 100, 400, TRUE);
  test_mux_end (&mux);
  parts = test_mux_pull_parts (&mux, header);
  for (i = 0; i < parts->len; i++)
    assert_clean (g_ptr_array_index (parts, i), TRUE);
  fail_unless_equals_int (parts->len, 3);
  stream = describe_stream (g_ptr_array_index (parts, 1));
  fail_unless_equals_string (stream, "2@110 CAPTION=Text, 2@111 CAPTION=Text, "
      "2@112 CAPTION=Text");
  gst_object_unref (sink);
  gst_object_unref (src);
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A text pad that comes late is a new stream of a broadcast. */
GST_START_TEST (test_late_text_pad)
{
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree gchar *stream = NULL;
  GstBuffer *header;
  GstHarness *text;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO, "streamable", TRUE, NULL);
  test_mux_push (mux.audio, 0, 500, 400, TRUE);
  header = test_mux_pull (&mux);
  text = test_mux_add_input (&mux, "text_0", TEXT_CAPS);
  push_script (text, "URL", "http://example.org/", 600);
  gst_harness_push_event (text, gst_event_new_eos ());
  test_mux_push (mux.audio, 500, 500, 400, TRUE);
  test_mux_end (&mux);
  parts = test_mux_pull_parts (&mux, header);
  fail_unless_equals_int (parts->len, 2);
  stream = describe_stream (g_ptr_array_index (parts, 1));
  fail_unless_equals_string (stream, "2@600 URL=http://example.org/");
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Nobody waits for a text pad, which says nothing for a long time, or ever;
 * what it says then is muxed. */
GST_START_TEST (test_silent_text_pad)
{
  gboolean is_file = __i__;
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *stream = NULL;
  GstBuffer *late;
  GstHarness *text;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_AUDIO | (is_file ? TEST_MUX_SEEKABLE : 0),
      NULL, NULL);
  text = test_mux_add_input (&mux, "text_0", TEXT_CAPS);
  /* each is taken when the next one goes in */
  for (i = 0; i < 10; i++)
    test_mux_push (mux.audio, i * 500, 500, 400, TRUE);
  late = text_buffer (4600, "Late");
  GST_BUFFER_DURATION (late) = GST_CLOCK_TIME_NONE;
  gst_harness_push (text, late);
  for (i = 10; i < 20; i++)
    test_mux_push (mux.audio, i * 500, 500, 400, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  stream = describe_stream (bytes);
  fail_unless_equals_string (stream, "2@4600 CAPTION=Late");
  assert_clean (bytes, !is_file);
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Text alone is muxed as well, up to its own end. */
GST_START_TEST (test_text_alone)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *stream = NULL;
  GstHarness *text;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO, "streamable", TRUE, NULL);
  text = test_mux_add_input (&mux, "text_0", TEXT_CAPS);
  gst_element_release_request_pad (mux.audio->element,
      GST_PAD_PEER (mux.audio->srcpad));
  gst_harness_push (text, text_buffer (0, "One"));
  gst_harness_push (text, text_buffer (1000, "Two"));
  gst_harness_push (text, text_buffer (2000, "Three"));
  gst_harness_push_event (text, gst_event_new_eos ());
  bytes = test_mux_pull_all (&mux);
  stream = describe_stream (bytes);
  fail_unless_equals_string (stream,
      "2@0 CAPTION=One, 2@1000 CAPTION=Two, 2@2000 CAPTION=Three, 2@3000 CAPTION=");
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

static GstPadProbeReturn
push_event_at_header (GstPad * pad, GstPadProbeInfo * info, gpointer text)
{
  if (!GST_BUFFER_FLAG_IS_SET (info->data, GST_BUFFER_FLAG_HEADER))
    return GST_PAD_PROBE_OK;
  gst_harness_push_event (text, gst_event_new_custom
      (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty ("other")));
  return GST_PAD_PROBE_REMOVE;
}

/* An event that comes while the muxer looks for the first text is no end. */
GST_START_TEST (test_text_alone_behind_event)
{
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree gchar *stream = NULL;
  GstBuffer *header;
  GstHarness *text;
  GstPad *src;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO, "streamable", TRUE, NULL);
  text = test_mux_add_input (&mux, "text_0", TEXT_CAPS);
  src = gst_element_get_static_pad (mux.out->element, "src");
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, push_event_at_header,
      text, NULL);
  gst_element_release_request_pad (mux.audio->element,
      GST_PAD_PEER (mux.audio->srcpad));
  header = test_mux_pull (&mux);
  gst_harness_push (text, text_buffer (0, "One"));
  gst_harness_push_event (text, gst_event_new_eos ());
  parts = test_mux_pull_parts (&mux, header);
  fail_unless_equals_int (parts->len, 1);
  stream = describe_stream (g_ptr_array_index (parts, 0));
  fail_unless_equals_string (stream, "2@0 CAPTION=One, 2@1000 CAPTION=");
  gst_object_unref (src);
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxtext_suite (void)
{
  Suite *s = suite_create ("asfmuxtext");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_command_stream, 0, 2);
  tcase_add_test (tc, test_header_commands);
  tcase_add_test (tc, test_script_without_pad);
  tcase_add_loop_test (tc, test_texts, 0, G_N_ELEMENTS (texts));
  tcase_add_loop_test (tc, test_shown, 0, G_N_ELEMENTS (shown));
  tcase_add_test (tc, test_released_between);
  tcase_add_test (tc, test_late_text_pad);
  tcase_add_loop_test (tc, test_silent_text_pad, 0, 2);
  tcase_add_test (tc, test_text_alone);
  tcase_add_test (tc, test_text_alone_behind_event);
  return s;
}

GST_CHECK_MAIN (asfmuxtext);
