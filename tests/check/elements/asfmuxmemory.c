/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* asfmux where memory is missing: each call that can fail does so once, and
 * from there on for good.  What is lost is told, and what is not told makes no
 * difference to the file. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "failalloc.h"
#include "testasf.h"
#include "testmux.h"

#define N_FRAMES 6
#define VIDEO_CAPS "video/x-wmv, wmvversion=2, format=WMV2, width=320, " \
    "height=240, framerate=25/1"
#define FILE_ID_OFFSET 24
#define CREATION_OFFSET (FILE_ID_OFFSET + 16 + 8)
#define DEADLINE (60 * G_TIME_SPAN_SECOND)

typedef struct
{
  TestMux mux;
  GstHarness *text;
  GstAllocator *allocator;
  GAsyncQueue *told;            /* 'E', 'W', 'h' and, at the end, 'e' */
  guint n_errors;
  guint n_warnings;
} Run;

static void
tell (Run * run, gchar what)
{
  g_async_queue_push (run->told, GINT_TO_POINTER ((gint) what));
}

static GstBusSyncReply
message_cb (GstBus * bus, GstMessage * message, gpointer user_data)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    tell (user_data, 'E');
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    tell (user_data, 'W');
  return GST_BUS_PASS;
}

/* The first buffer is the header. */
static GstPadProbeReturn
buffer_cb (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  tell (user_data, 'h');
  return GST_PAD_PROBE_REMOVE;
}

static GstPadProbeReturn
event_cb (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    tell (user_data, 'e');
  return GST_PAD_PROBE_OK;
}

static GstBuffer *
missing (Run * run, GstBuffer * buffer, guint n_parts)
{
  return fail_buffer_new (run->allocator, buffer, n_parts);
}

static GstBuffer *
text_at (gint64 pts_ms)
{
  static const gchar text[] = "a text";
  GstBuffer *buffer = gst_buffer_new_memdup (text, sizeof text - 1);

  GST_BUFFER_PTS (buffer) = pts_ms * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = 400 * GST_MSECOND;
  return buffer;
}

static GstEvent *
caps_event (Run * run, const gchar * text, const gchar * codec_data)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstBuffer *data = missing (run, gst_buffer_new_memdup (codec_data,
          strlen (codec_data)), 2);
  GstEvent *event;

  gst_caps_set_simple (caps, "codec_data", GST_TYPE_BUFFER, data, NULL);
  gst_buffer_unref (data);
  event = gst_event_new_caps (caps);
  gst_caps_unref (caps);
  return event;
}

static GstEvent *
tag_event (Run * run)
{
  GstBuffer *picture = missing (run, test_mux_buffer (-1, -1, 300, TRUE), 2);
  GstCaps *caps = gst_caps_new_empty_simple ("image/png");
  GstSample *sample = gst_sample_new (picture, caps, NULL, NULL);
  GstTagList *tags = gst_tag_list_new (GST_TAG_TITLE, "A title",
      GST_TAG_IMAGE, sample, NULL);

  gst_tag_list_set_scope (tags, GST_TAG_SCOPE_GLOBAL);
  gst_sample_unref (sample);
  gst_caps_unref (caps);
  gst_buffer_unref (picture);
  return gst_event_new_tag (tags);
}

static guint
count_headers (GByteArray * bytes)
{
  guint8 *end = bytes->data + bytes->len;
  guint8 *at = bytes->data;
  guint n = 0;

  while ((at = memmem (at, end - at, &asf_guid_file_properties,
              ASF_GUID_SIZE)) != NULL) {
    at += ASF_GUID_SIZE;
    n++;
  }
  return n;
}

/* What an input is given; made before memory is missing. */
typedef struct
{
  GstEvent *events[4];
  GstBuffer *buffers[N_FRAMES];
  GstEvent *change;             /* NULL, or caps in the middle */
} Input;

static void
begin_input (GstHarness * h, Input * input)
{
  GstSegment segment;
  guint i;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (h, gst_event_new_stream_start ("a stream"));
  gst_harness_push_event (h, input->events[0]);
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  for (i = 1; i < G_N_ELEMENTS (input->events) && input->events[i]; i++)
    gst_harness_push_event (h, input->events[i]);
}

static void
push_nth (GstHarness * h, Input * input, guint n)
{
  if (n == N_FRAMES / 2 && input->change != NULL)
    gst_harness_push_event (h, input->change);
  if (input->buffers[n] != NULL)
    gst_pad_push (h->srcpad, input->buffers[n]);
}

static void
run_init (Run * run, TestMuxFlags flags)
{
  memset (run, 0, sizeof *run);
  run->told = g_async_queue_new ();
  run->allocator = fail_allocator_new ();
  test_mux_init (&run->mux, flags | TEST_MUX_VIDEO | TEST_MUX_AUDIO |
      TEST_MUX_NO_CAPS, "packet-size", 1000, "padding", 0, NULL);
  gst_bus_set_sync_handler (run->mux.bus, message_cb, run, NULL);
  gst_pad_add_probe (run->mux.out->sinkpad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      event_cb, run, NULL);
  gst_pad_add_probe (run->mux.out->sinkpad, GST_PAD_PROBE_TYPE_BUFFER |
      GST_PAD_PROBE_TYPE_BUFFER_LIST, buffer_cb, run, NULL);
}

/* Until one of @ends has been told. */
static void
wait_for (Run * run, const gchar * ends)
{
  gint what;

  do {
    what = GPOINTER_TO_INT (g_async_queue_timeout_pop (run->told, DEADLINE));
    fail_unless (what != 0, "none of %s came", ends);
    run->n_errors += what == 'E';
    run->n_warnings += what == 'W';
  } while (strchr (ends, what) == NULL);
}

/* What differs from file to file: when it was made, and its identifier. */
static void
forget_identity (GByteArray * bytes)
{
  static const guint8 none[ASF_GUID_SIZE];
  guint8 *end = bytes->data + bytes->len;
  guint8 *properties = bytes->data;
  guint8 id[ASF_GUID_SIZE];
  guint8 *at;

  while (properties != NULL && (properties = memmem (properties,
              end - properties, &asf_guid_file_properties,
              ASF_GUID_SIZE)) != NULL) {
    memset (properties + CREATION_OFFSET, 0, sizeof (guint64));
    memcpy (id, properties + FILE_ID_OFFSET, sizeof id);
    properties += ASF_GUID_SIZE;
    while (memcmp (id, none, sizeof id) != 0
        && (at = memmem (bytes->data, bytes->len, id, sizeof id)) != NULL)
      memset (at, 0, sizeof id);
  }
}

static GByteArray *
take_file (Run * run)
{
  GByteArray *bytes = g_byte_array_new ();
  GstBuffer *buffer;
  gsize pos = 0;

  if (run->n_errors == 0)
    wait_for (run, "eE");
  while ((buffer = gst_harness_try_pull (run->mux.out)) != NULL) {
    gsize size = gst_buffer_get_size (buffer);

    if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER)
        && run->mux.flags & TEST_MUX_SEEKABLE)
      pos = 0;
    g_byte_array_set_size (bytes, MAX (bytes->len, pos + size));
    gst_buffer_extract (buffer, 0, bytes->data + pos, size);
    pos += size;
    gst_buffer_unref (buffer);
  }
  forget_identity (bytes);
  return bytes;
}

static void
run_clear (Run * run)
{
  gint what;

  if (run->text != NULL)
    gst_harness_teardown (run->text);
  test_mux_clear (&run->mux);
  /* what was told while it ended */
  while ((what = GPOINTER_TO_INT (g_async_queue_try_pop (run->told))) != 0) {
    run->n_errors += what == 'E';
    run->n_warnings += what == 'W';
  }
  g_async_queue_unref (run->told);
  gst_object_unref (run->allocator);
}

static void
make_input (Run * run, Input * video, Input * audio, Input * text,
    gboolean is_live)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("text/x-raw", "format",
      G_TYPE_STRING, "utf8", NULL);
  gint64 i;

  memset (text, 0, sizeof *text);
  memset (video, 0, sizeof *video);
  memset (audio, 0, sizeof *audio);
  if (is_live)
    video->change = caps_event (run, VIDEO_CAPS, "other");
  video->events[0] = caps_event (run, VIDEO_CAPS, "wmv2");
  video->events[1] = tag_event (run);
  audio->events[0] = caps_event (run, "audio/x-wma, wmaversion=2, channels=2, "
      "rate=44100, bitrate=64000, depth=16, block_align=400", "0123456789");
  text->events[0] = gst_event_new_caps (caps);
  for (i = 0; i < N_FRAMES; i++) {
    video->buffers[i] = missing (run, test_mux_buffer (i * 400, 400, 1500 + i,
            i % 3 == 0), 1 + i % 3);
    audio->buffers[i] = missing (run, test_mux_buffer (i * 400, 400, 400,
            TRUE), 1 + i % 2);
    if (i % 3 == 1)
      text->buffers[i] = missing (run, text_at (i * 400), 2);
  }
}

static void
push_input (Run * run, Input * video, Input * audio, Input * text,
    gboolean text_ends_first)
{
  guint i;

  begin_input (run->text, text);
  for (i = 0; i < N_FRAMES; i++)
    push_nth (run->text, text, i);
  if (text_ends_first)
    gst_harness_push_event (run->text, gst_event_new_eos ());
  begin_input (run->mux.video, video);
  begin_input (run->mux.audio, audio);
  for (i = 0; i < N_FRAMES; i++) {
    push_nth (run->mux.video, video, i);
    push_nth (run->mux.audio, audio, i);
  }
  gst_harness_push_event (run->mux.video, gst_event_new_eos ());
  if (!text_ends_first) {
    /* what has ended before it would be in the header */
    wait_for (run, "hE");
    gst_harness_push_event (run->text, gst_event_new_eos ());
  }
  gst_harness_push_event (run->mux.audio, gst_event_new_eos ());
}

/* Which calls fail, and how many there are to fail. */
typedef struct
{
  guint kinds;
  gboolean text_ends_first;
  guint least;
  gboolean is_live;             /* a broadcast, with two headers */
} Row;

/* A file of everything that has bytes: sound, pictures, text, tags and codec
 * data.  Returns: (transfer full): the file; and how many calls there were. */
static GByteArray *
make_file (const Row * row, gint nth, gboolean for_good, Run * run,
    guint * n_calls)
{
  Input video, audio, text;
  GstBufferPool *pool;
  GByteArray *bytes;

  run_init (run, row->is_live ? 0 : TEST_MUX_SEEKABLE);
  pool = fail_pool_new (run->allocator, 1000);
  fail_offer (run->mux.out->sinkpad, run->allocator, pool);
  run->mux.flags |= TEST_MUX_NO_CAPS;
  run->text = test_mux_add_input (&run->mux, "text_0", NULL);
  make_input (run, &video, &audio, &text, row->is_live);
  fail_arm (row->kinds, nth, for_good);
  push_input (run, &video, &audio, &text, row->text_ends_first);
  bytes = take_file (run);
  *n_calls = fail_disarm ();
  run_clear (run);
  gst_object_unref (pool);
  return bytes;
}

static void
check_run (const Run * run, GByteArray * bytes, GByteArray * wanted,
    const gchar * where)
{
  gboolean is_told = run->n_errors + run->n_warnings > 0;
  guint i;

  for (i = 0; !is_told && i < MIN (bytes->len, wanted->len)
      && bytes->data[i] == wanted->data[i];)
    i++;

  /* each input whose caps were refused tells so, and what comes of it */
  fail_unless (run->n_errors <= 3, "%s: %u errors", where, run->n_errors);
  fail_unless (is_told || (bytes->len == wanted->len
          && memcmp (bytes->data, wanted->data, bytes->len) == 0),
      "%s: another file from byte %u on, and nobody was told", where, i);
  fail_unless_equals_int (fail_count_memories (), 0);
}

#define FAIL_ANY (FAIL_ALLOC | FAIL_MAP | FAIL_COPY | FAIL_TRY | FAIL_POOL)

/* FAIL_COPY alone is a second way, taken where memory cannot be mapped, and of
 * the pool that it is offered the muxer makes no use. */
static const Row rows[] = {
  {FAIL_ALLOC, TRUE, 1}, {FAIL_ALLOC, FALSE, 1},
  {FAIL_MAP, TRUE, 2 * N_FRAMES}, {FAIL_MAP, FALSE, 2 * N_FRAMES},
  {FAIL_MAP | FAIL_COPY, TRUE, 2 * N_FRAMES}, {FAIL_TRY, TRUE, 3},
  {FAIL_COPY, TRUE, 0}, {FAIL_POOL, TRUE, 0},
  {FAIL_ANY, TRUE, 3 * N_FRAMES}, {FAIL_ANY, FALSE, 3 * N_FRAMES},
  {FAIL_MAP, FALSE, 2 * N_FRAMES, TRUE}, {FAIL_TRY, FALSE, 6, TRUE},
  {FAIL_ANY, FALSE, 3 * N_FRAMES, TRUE},
};

GST_START_TEST (test_each_call)
{
  const Row *row = &rows[__i__ / 2];
  gboolean for_good = __i__ % 2;
  GByteArray *wanted, *bytes;
  guint n_calls, n_told = 0;
  gint nth;
  Run run;

  gst_allocator_set_default (fail_allocator_new ());
  wanted = make_file (row, -1, FALSE, &run, &n_calls);
  check_run (&run, wanted, wanted, "none");
  fail_unless_equals_int (run.n_errors + run.n_warnings, 0);
  fail_unless (n_calls >= row->least, "%u calls", n_calls);
  fail_unless_equals_int (count_headers (wanted), row->is_live ? 2 : 1);
  for (nth = 0; nth < (gint) n_calls; nth++) {
    g_autofree gchar *where = g_strdup_printf ("kinds %x, call %d%s",
        row->kinds, nth, for_good ? " and all after it" : "");
    guint n;

    bytes = make_file (row, nth, for_good, &run, &n);
    check_run (&run, bytes, wanted, where);
    n_told += run.n_errors + run.n_warnings > 0;
    g_byte_array_unref (bytes);
  }
  fail_unless (row->least == 0 || n_told > 0, "none of %u was told", n_calls);
  g_byte_array_unref (wanted);
}

GST_END_TEST;

static Suite *
asfmuxmemory_suite (void)
{
  Suite *suite = suite_create ("asfmuxmemory");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, test_each_call, 0, 2 * G_N_ELEMENTS (rows));
  return suite;
}

GST_CHECK_MAIN (asfmuxmemory);
