/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testmux.h"

#include <string.h>
#include <gio/gio.h>
#include <glib/gstdio.h>

#include "testasf.h"

#define DEADLINE (60 * test_get_patience () * G_TIME_SPAN_SECOND)

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstPadProbeReturn
answer_seeking (GstPad * pad, GstPadProbeInfo * info, gpointer seekable)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return GST_PAD_PROBE_OK;
  gst_query_set_seeking (query, GST_FORMAT_BYTES,
      GPOINTER_TO_INT (seekable), 0, -1);
  return GST_PAD_PROBE_HANDLED;
}

static GstHarness *
add_input (TestMux * mux, GstElement * element, const gchar * name,
    const gchar * caps, TestMuxFlags flags)
{
  GstHarness *h = gst_harness_new_empty ();
  const gchar *src = mux->out == NULL ? "src" : NULL;

  gst_harness_set_live (h, flags & TEST_MUX_LIVE_SOURCE);
  gst_harness_add_element_full (h, element, &src_template, name,
      &sink_template, src);
  if (mux->out == NULL) {
    mux->out = h;
    gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
        answer_seeking, GINT_TO_POINTER (!!(flags & TEST_MUX_SEEKABLE)), NULL);
  }
  if (!(flags & TEST_MUX_NO_CAPS))
    gst_harness_set_src_caps_str (h, caps);
  return h;
}

GstHarness *
test_mux_add_input (TestMux * mux, const gchar * name, const gchar * caps)
{
  return add_input (mux, mux->out->element, name, caps, mux->flags);
}

void
test_mux_init (TestMux * mux, TestMuxFlags flags,
    const gchar * first_property, ...)
{
  GstElement *element = gst_element_factory_make ("asfmux", NULL);
  va_list args;

  memset (mux, 0, sizeof *mux);
  mux->flags = flags;
  fail_unless (element != NULL);
  gst_object_ref_sink (element);
  va_start (args, first_property);
  g_object_set_valist (G_OBJECT (element), first_property, args);
  va_end (args);
  mux->bus = gst_bus_new ();
  gst_element_set_bus (element, mux->bus);
  if (flags & TEST_MUX_VIDEO)
    mux->video = add_input (mux, element, "video_0", TEST_VIDEO_CAPS, flags);
  if (flags & TEST_MUX_AUDIO)
    mux->audio = add_input (mux, element, "audio_0", TEST_AUDIO_CAPS, flags);
  gst_object_unref (element);
}

void
test_mux_clear (TestMux * mux)
{
  GstHarness *other = mux->out == mux->video ? mux->audio : mux->video;

  gst_element_set_bus (mux->out->element, NULL);
  if (other != NULL)
    gst_harness_teardown (other);
  gst_harness_teardown (mux->out);
  gst_object_unref (mux->bus);
}

GstBuffer *
test_mux_buffer (gint64 pts_ms, gint64 duration_ms, gsize size, gboolean is_key)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  /* unsigned: the last times wrap instead of overflowing */
  const guint64 ms = GST_MSECOND;

  gst_buffer_memset (buffer, 0, pts_ms & 0xff, size);
  if (pts_ms >= 0)
    GST_BUFFER_PTS (buffer) = pts_ms * ms;
  if (duration_ms >= 0)
    GST_BUFFER_DURATION (buffer) = duration_ms * ms;
  if (!is_key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

void
test_mux_push (GstHarness * input, gint64 pts_ms, gint64 duration_ms,
    gsize size, gboolean is_key)
{
  fail_unless_equals_int (gst_harness_push (input, test_mux_buffer (pts_ms,
              duration_ms, size, is_key)), GST_FLOW_OK);
}

void
test_mux_end (TestMux * mux)
{
  if (mux->video != NULL)
    fail_unless (gst_harness_push_event (mux->video, gst_event_new_eos ()));
  if (mux->audio != NULL)
    fail_unless (gst_harness_push_event (mux->audio, gst_event_new_eos ()));
}

void
test_mux_flush (TestMux * mux, guint64 start_ms)
{
  GstHarness *inputs[] = { mux->video, mux->audio };
  guint32 seqnum = gst_util_seqnum_next ();
  GstSegment segment;
  guint i;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = start_ms * GST_MSECOND;
  for (i = 0; i < 6; i++) {
    GstEvent *event = i < 2 ? gst_event_new_flush_start () : i < 4 ?
        gst_event_new_flush_stop (TRUE) : gst_event_new_segment (&segment);

    gst_event_set_seqnum (event, seqnum);
    if (inputs[i % 2] != NULL)
      fail_unless (gst_harness_push_event (inputs[i % 2], event));
    else
      gst_event_unref (event);
  }
}

static gpointer
push_stream (gpointer data)
{
  TestStream *stream = data;
  guint i;

  for (i = 0; i < stream->n_buffers; i++)
    test_mux_push (stream->input, stream->first_ms + i * stream->step_ms,
        stream->step_ms, stream->size, i % stream->key_interval == 0);
  fail_unless (gst_harness_push_event (stream->input, gst_event_new_eos ()));
  return NULL;
}

void
test_stream_start (TestStream * stream)
{
  stream->thread = g_thread_new ("stream", push_stream, stream);
}

void
test_stream_join (TestStream * stream)
{
  g_thread_join (stream->thread);
}

GstBuffer *
test_mux_pull (TestMux * mux)
{
  GstBuffer *buffer = gst_harness_pull (mux->out);

  fail_unless (buffer != NULL, "no buffer came");
  return buffer;
}

static void
store (GByteArray * bytes, gsize * pos, GstBuffer * buffer)
{
  gsize size = gst_buffer_get_size (buffer);

  if (*pos + size > bytes->len)
    g_byte_array_set_size (bytes, *pos + size);
  gst_buffer_extract (buffer, 0, bytes->data + *pos, size);
  *pos += size;
}

static gboolean
is_header (GstBuffer * buffer)
{
  return GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER);
}

static void
wait_for_end (TestMux * mux)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  gboolean ended = FALSE;
  GstEvent *event;

  while (!ended) {
    fail_unless (g_get_monotonic_time () < deadline, "no EOS came");
    event = gst_harness_pull_event (mux->out);
    if (event == NULL)
      continue;
    ended = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
}

GByteArray *
test_mux_pull_all (TestMux * mux)
{
  GByteArray *bytes = g_byte_array_new ();
  gsize pos = 0;
  GstBuffer *buffer;

  wait_for_end (mux);
  /* the header comes first and, in a file, once more at the end */
  while ((buffer = gst_harness_try_pull (mux->out)) != NULL) {
    if (is_header (buffer))
      pos = 0;
    store (bytes, &pos, buffer);
    gst_buffer_unref (buffer);
  }
  return bytes;
}

GPtrArray *
test_mux_pull_parts (TestMux * mux, GstBuffer * header)
{
  GPtrArray *parts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  GByteArray *bytes = NULL;
  gsize pos = 0;
  GstBuffer *buffer;

  wait_for_end (mux);
  buffer = header ? header : gst_harness_try_pull (mux->out);
  for (; buffer != NULL; buffer = gst_harness_try_pull (mux->out)) {
    if (is_header (buffer)) {
      bytes = g_byte_array_new ();
      g_ptr_array_add (parts, bytes);
      pos = 0;
    }
    fail_unless (bytes != NULL, "no header came first");
    store (bytes, &pos, buffer);
    gst_buffer_unref (buffer);
  }
  return parts;
}

static gboolean
note_buffer (GstBuffer ** buffer, guint index, gpointer trace)
{
  gboolean is_discont =
      GST_BUFFER_FLAG_IS_SET (*buffer, GST_BUFFER_FLAG_DISCONT);

  g_string_append_c (trace, is_header (*buffer) ? 'h' : is_discont ? 'd' : 'p');
  return TRUE;
}

static gchar
event_letter (GstEvent * event)
{
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      return 't';
    case GST_EVENT_CAPS:
      return 'c';
    case GST_EVENT_SEGMENT:
      return 's';
    case GST_EVENT_EOS:
      return 'e';
    default:
      return GST_EVENT_IS_SERIALIZED (event) ? 'm' : 0;
  }
}

static GstPadProbeReturn
note_item (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GString *trace = data;
  GstBuffer *buffer;
  gchar letter;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    buffer = GST_PAD_PROBE_INFO_BUFFER (info);
    note_buffer (&buffer, 0, trace);
  } else if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info),
        note_buffer, trace);
  } else {
    letter = event_letter (GST_PAD_PROBE_INFO_EVENT (info));
    if (letter != 0)
      g_string_append_c (trace, letter);
  }
  return GST_PAD_PROBE_OK;
}

void
test_mux_trace (TestMux * mux, GString * trace)
{
  gst_pad_add_probe (mux->out->sinkpad, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM,
      note_item, trace, NULL);
}

void
test_mux_foreach_payload (const guint8 * data, gsize size,
    TestPayloadFunc func, gpointer user)
{
  AsfHeaderInfo info;
  guint number = 0;
  gsize pos;

  fail_unless (asf_header_read (data, size, &info, NULL));
  for (pos = info.header_size + 50; pos + info.packet_size <= size;
      pos += info.packet_size) {
    AsfPacketInfo packet;
    AsfPayloadIter iter;
    AsfPayload payload;

    if (!asf_packet_read (data + pos, info.packet_size, &packet, NULL)
        || data[pos] != 0x82)
      break;
    asf_payload_iter_init (&iter, &packet, data + pos);
    while (asf_payload_next (&iter, &payload, NULL))
      func (&info, number, &packet, &payload, user);
    number++;
  }
}

static void
append_object (const AsfHeaderInfo * info, guint number,
    const AsfPacketInfo * packet, const AsfPayload * payload, gpointer user)
{
  const AsfStreamInfo *stream = asf_header_find_stream (info,
      payload->stream_number);
  GString *text = user;

  if (payload->offset == 0)
    g_string_append_printf (text, "%s%u:%u%s", text->len ? " " : "",
        payload->stream_number,
        payload->pres_time_ms - (guint) info->preroll_ms,
        stream->kind == ASF_STREAM_VIDEO && payload->is_key ? "*" : "");
}

gchar *
test_mux_describe (const guint8 * data, gsize size)
{
  GString *text = g_string_new (NULL);

  test_mux_foreach_payload (data, size, append_object, text);
  return g_string_free (text, FALSE);
}

GstMessage *
test_mux_message (TestMux * mux, GstMessageType type)
{
  return gst_bus_pop_filtered (mux->bus, type);
}

gchar *
test_run_command (const gchar * const *argv, GBytes * input)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDOUT_PIPE |
      G_SUBPROCESS_FLAGS_STDERR_MERGE;
  gsize size;
  const gchar *text;

  if (input != NULL)
    flags |= G_SUBPROCESS_FLAGS_STDIN_PIPE;
  process = g_subprocess_newv (argv, flags, &error);
  g_assert_no_error (error);
  fail_unless (g_subprocess_communicate (process, input, NULL, &output, NULL,
          &error));
  text = g_bytes_get_data (output, &size);
  return g_strndup (text ? text : "", size);
}

static void
assert_asfcheck (const gchar * path, gboolean is_live, const gchar * findings)
{
  g_autofree gchar *tool = test_shared_path ("tools/asfcheck.py");
  const gchar *argv[] = { TEST_PYTHON, tool, path, is_live ? "--live" : NULL,
    NULL
  };
  g_autofree gchar *text = NULL;

  if (tool == NULL)
    return;
  text = test_run_command (argv, NULL);
  fail_unless (strstr (text, findings) != NULL, "%s", text);
}

void
test_assert_asfcheck (const gchar * path, gboolean is_live)
{
  assert_asfcheck (path, is_live, "\"errors\": 0, \"warnings\": 0}");
}

void
test_assert_asfcheck_too_long (const gchar * path)
{
  assert_asfcheck (path, FALSE, "\"kinds\": {\"WARN "
      "header-too-long-to-stream\": 1}, \"errors\": 0, \"warnings\": 1}");
}

/* FFmpeg says that it takes one channel for mono and two for stereo, since
 * WAVEFORMATEX names no speakers, of Microsoft's files as well. */
static gboolean
is_harmless (const gchar * line)
{
  return *line == '\0' || g_str_has_prefix (line, "Guessed Channel Layout");
}

void
test_assert_ffmpeg (const gchar * path, gboolean is_live)
{
  const gchar *argv[] = { "ffmpeg", "-nostdin", "-v", "warning", "-i", path,
    "-f", "null", "-", NULL
  };
  g_autofree gchar *tool = g_find_program_in_path ("ffmpeg");
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GBytes) input = NULL;
  gchar *contents;
  gsize size;
  guint i;

  if (tool == NULL) {
    g_print ("SKIP: no ffmpeg here\n");
    return;
  }
  if (is_live) {
    /* as a player gets it: it cannot look at the end */
    fail_unless (g_file_get_contents (path, &contents, &size, NULL));
    input = g_bytes_new_take (contents, size);
    argv[1] = "-hide_banner";
    argv[5] = "pipe:0";
  }
  text = test_run_command (argv, input);
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i] != NULL; i++)
    fail_unless (is_harmless (lines[i]), "%s: %s", path, lines[i]);
}

gchar *
test_file_new (void)
{
  gchar *path;
  gint fd = g_file_open_tmp ("asfmux-XXXXXX.asf", &path, NULL);

  fail_unless (fd >= 0);
  g_close (fd, NULL);
  return path;
}

void
test_file_free (gchar * path)
{
  g_unlink (path);
  g_free (path);
}

void
test_file_write (const gchar * path, const GByteArray * bytes)
{
  /* without waiting for the disk, which others may keep busy for seconds */
  fail_unless (g_file_set_contents_full (path, (const gchar *) bytes->data,
          bytes->len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

void
test_run_pipeline (const gchar * launch, ...)
{
  g_autofree gchar *line = NULL;
  g_autoptr (GError) error = NULL;
  GstElement *pipeline;
  GstMessage *message;
  GstBus *bus;
  va_list args;

  va_start (args, launch);
  line = g_strdup_vprintf (launch, args);
  va_end (args);
  pipeline = gst_parse_launch (line, &error);
  g_assert_no_error (error);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "no end: %s", line);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    fail ("%s: %s", line, error->message);
  }
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

void
test_mux_wait_for_header (TestMux * mux)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (gst_harness_buffers_received (mux->out) == 0) {
    fail_unless (g_get_monotonic_time () < deadline, "no header came");
    g_thread_yield ();
  }
}

void
test_mux_push_many (GstHarness * input, guint first, guint n, gsize size)
{
  guint i;

  for (i = first; i < first + n; i++)
    test_mux_push (input, i * 40, 40, size, TRUE);
}

guint
test_mux_count_objects (TestMux * mux)
{
  g_autoptr (GByteArray) bytes = test_mux_pull_all (mux);
  g_autofree gchar *objects = test_mux_describe (bytes->data, bytes->len);
  g_auto (GStrv) list = g_strsplit (objects, " ", -1);

  return g_strv_length (list);
}

void
test_mux_check_objects (TestMux * mux, const gchar * wanted)
{
  g_autoptr (GByteArray) bytes = test_mux_pull_all (mux);
  g_autofree gchar *objects = test_mux_describe (bytes->data, bytes->len);

  fail_unless_equals_string (objects, wanted);
}
