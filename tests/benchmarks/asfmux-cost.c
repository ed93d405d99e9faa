/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds a muxer as fast as it takes it and prints what came of it:
 * "BYTES BUFFERS OBJECTS CPU-NANOSECONDS PEAK-KILOBYTES".  With the muxer
 * "none" the same buffers go through the same threads and pads into the
 * counting sink, which is what has to be taken off.  asfmux_cost.py runs this
 * under callgrind and prints the tables.
 *
 * Usage: asfmux-cost MUXER SECONDS INPUT [OPTION...]
 * INPUT is "av", 8 Mbit/s WMV2 and WMA2; "audio", 128 kbit/s WMA2; "blocks",
 * the same in blocks as large as Windows' encoder makes them; or a number of
 * streams, half of them of either kind with small objects.  Options:
 * packet-size=BYTES, seekable (a file is written), out=PATH (what comes out
 * goes there). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/resource.h>
#include <gst/gst.h>

#define FPS 25
#define KEY_INTERVAL 50
#define KEY_SIZE 120000
#define DELTA_SIZE 37714        /* together 7.87 Mbit/s */
#define SMALL_SIZE 2000
#define AUDIO_SIZE 743
#define AUDIO_STEP (2048 * GST_SECOND / 44100)
#define BLOCK_SIZE 5945
#define BLOCK_STEP (8 * AUDIO_STEP)
#define MAX_INPUTS 127

#define VIDEO_CAPS "video/x-wmv, wmvversion=2, format=WMV2, width=1280, " \
    "height=720, framerate=25/1, codec_data=(buffer)00c3b480"
#define AUDIO_CAPS "audio/x-wma, wmaversion=2, channels=2, rate=44100, " \
    "bitrate=128000, depth=16, block_align=%u, " \
    "codec_data=(buffer)00000000010000000000"

typedef struct
{
  gboolean is_video;
  gsize size;
  gsize key_size;
  GstClockTime step;
  GstClockTime end;
  guint64 n_objects;
  GstPad *pad;
  GThread *thread;
} Input;

static gboolean is_seekable;
static FILE *out;

/* Only the thread of the muxer's source pad counts, or in the graph without
 * one all inputs' threads: under the lock. */
static GMutex lock;
static GCond ended;
static guint64 n_bytes, n_buffers;
static guint64 position, length;
static gint n_open;

static void
count (gsize size, guint buffers)
{
  g_mutex_lock (&lock);
  n_bytes += size;
  n_buffers += buffers;
  position += size;
  length = MAX (length, position);
  g_mutex_unlock (&lock);
}

static void G_GNUC_NORETURN
fail (const gchar * problem, const gchar * what)
{
  g_printerr ("%s %s\n", problem, what ? what : "");
  exit (EXIT_FAILURE);
}

static void
store (GstBuffer * buffer)
{
  GstMapInfo map;

  if (out == NULL || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  if (fseeko (out, position, SEEK_SET) != 0 ||
      fwrite (map.data, 1, map.size, out) != map.size)
    fail ("the output cannot be written", NULL);
  gst_buffer_unmap (buffer, &map);
}

static GstFlowReturn
sink_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  store (buffer);
  count (gst_buffer_get_size (buffer), 1);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
sink_chain_list (GstPad * pad, GstObject * parent, GstBufferList * list)
{
  guint i;

  if (out != NULL) {
    for (i = 0; i < gst_buffer_list_length (list); i++)
      sink_chain (pad, parent, gst_buffer_ref (gst_buffer_list_get (list, i)));
  } else {
    count (gst_buffer_list_calculate_size (list),
        gst_buffer_list_length (list));
  }
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

static gboolean
sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  const GstSegment *segment;

  g_mutex_lock (&lock);
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    n_open--;
    g_cond_signal (&ended);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    gst_event_parse_segment (event, &segment);
    if (segment->format == GST_FORMAT_BYTES)
      position = segment->start;
  }
  g_mutex_unlock (&lock);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
sink_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_seeking (query, GST_FORMAT_BYTES, is_seekable, 0, -1);
  return TRUE;
}

static GstPad *
new_sink (void)
{
  GstPad *pad = gst_pad_new ("sink", GST_PAD_SINK);

  gst_pad_set_chain_function (pad, sink_chain);
  gst_pad_set_chain_list_function (pad, sink_chain_list);
  gst_pad_set_event_function (pad, sink_event);
  gst_pad_set_query_function (pad, sink_query);
  gst_pad_set_active (pad, TRUE);
  n_open++;
  return pad;
}

static GstBuffer *
next_buffer (GstMemory * memory, gsize size, GstClockTime time,
    GstClockTime duration, gboolean is_key)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, gst_memory_share (memory, 0, size));
  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DURATION (buffer) = duration;
  if (!is_key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

/* As every source answers; without an answer aggregators ask again for each
 * buffer. */
static gboolean
source_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return FALSE;
  gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static void
begin (Input * input)
{
  g_autofree gchar *audio = g_strdup_printf (AUDIO_CAPS, (guint) input->size);
  GstCaps *caps = gst_caps_from_string (input->is_video ? VIDEO_CAPS : audio);
  guint bps = input->is_video ? (input->key_size +
      (KEY_INTERVAL - 1) * input->size) * 8 * FPS / KEY_INTERVAL : 128000;
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (input->pad, gst_event_new_stream_start (input->is_video ?
          "video" : "audio"));
  gst_pad_push_event (input->pad, gst_event_new_caps (caps));
  gst_pad_push_event (input->pad, gst_event_new_segment (&segment));
  gst_pad_push_event (input->pad,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_BITRATE, bps, NULL)));
  gst_caps_unref (caps);
}

static gpointer
feed (gpointer data)
{
  Input *input = data;
  GstMemory *memory = gst_allocator_alloc (NULL, input->key_size, NULL);
  GstMapInfo map;
  GstClockTime time;

  gst_memory_map (memory, &map, GST_MAP_WRITE);
  memset (map.data, 0, map.size);
  gst_memory_unmap (memory, &map);
  begin (input);
  for (time = 0; time < input->end; time += input->step, input->n_objects++) {
    gboolean is_key = !input->is_video || input->n_objects % KEY_INTERVAL == 0;

    if (gst_pad_push (input->pad, next_buffer (memory, is_key ?
                input->key_size : input->size, time, input->step, is_key)) !=
        GST_FLOW_OK)
      break;
  }
  gst_pad_push_event (input->pad, gst_event_new_eos ());
  gst_memory_unref (memory);
  return NULL;
}

static void
link_input (Input * input, GstElement * mux)
{
  GstPad *sink;

  input->pad = gst_pad_new ("src", GST_PAD_SRC);
  gst_pad_set_query_function (input->pad, source_query);
  gst_pad_set_active (input->pad, TRUE);
  sink = mux ? gst_element_request_pad_simple (mux,
      input->is_video ? "video_%u" : "audio_%u") : new_sink ();
  if (sink == NULL || gst_pad_link_full (input->pad, sink,
          GST_PAD_LINK_CHECK_NOTHING) != GST_PAD_LINK_OK)
    fail ("an input cannot be linked", NULL);
}

static guint
describe_inputs (Input * inputs, const gchar * kind)
{
  gboolean is_av = g_str_equal (kind, "av");
  gboolean is_blocks = g_str_equal (kind, "blocks");
  guint n = is_av ? 2 : is_blocks || g_str_equal (kind, "audio") ? 1 :
      CLAMP (g_ascii_strtoll (kind, NULL, 10), 1, MAX_INPUTS);
  guint i;

  for (i = 0; i < n; i++) {
    inputs[i].is_video = n > 1 && i % 2 == 0;
    inputs[i].size = is_blocks ? BLOCK_SIZE : !inputs[i].is_video ?
        AUDIO_SIZE : is_av ? DELTA_SIZE : SMALL_SIZE;
    inputs[i].step = is_blocks ? BLOCK_STEP : !inputs[i].is_video ?
        AUDIO_STEP : GST_SECOND / FPS;
    inputs[i].key_size = inputs[i].is_video && is_av ? KEY_SIZE :
        inputs[i].size;
  }
  return n;
}

static GstElement *
make_muxer (const gchar * name, char **options)
{
  GstElement *mux;
  GstPad *src;

  for (; *options != NULL; options++) {
    if (g_str_equal (*options, "seekable"))
      is_seekable = TRUE;
    else if (g_str_has_prefix (*options, "out="))
      out = fopen (*options + 4, "wb");
  }
  if (g_str_equal (name, "none"))
    return NULL;
  mux = gst_element_factory_make (name, NULL);
  if (mux == NULL)
    fail ("no element", name);
  src = gst_element_get_static_pad (mux, "src");
  gst_pad_link (src, new_sink ());
  gst_object_unref (src);
  return mux;
}

static void
report (const Input * inputs, guint n)
{
  struct timespec cpu;
  struct rusage usage;
  guint64 n_objects = 0;
  guint i;

  for (i = 0; i < n; i++)
    n_objects += inputs[i].n_objects;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &cpu);
  getrusage (RUSAGE_SELF, &usage);
  g_print ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
      " %" G_GUINT64_FORMAT " %ld\n", length ? length : n_bytes, n_buffers,
      n_objects, (guint64) cpu.tv_sec * GST_SECOND + cpu.tv_nsec,
      usage.ru_maxrss);
}

int
main (int argc, char **argv)
{
  static Input inputs[MAX_INPUTS];
  GstElement *mux;
  guint i, n;

  gst_init (&argc, &argv);
  if (argc < 4)
    return EXIT_FAILURE;
  mux = make_muxer (argv[1], argv + 4);
  for (i = 4; mux != NULL && i < (guint) argc; i++) {
    if (g_str_has_prefix (argv[i], "packet-size="))
      gst_util_set_object_arg (G_OBJECT (mux), "packet-size", argv[i] + 12);
  }
  n = describe_inputs (inputs, argv[3]);
  for (i = 0; i < n; i++) {
    inputs[i].end = g_ascii_strtoull (argv[2], NULL, 10) * GST_SECOND;
    link_input (&inputs[i], mux);
  }
  if (mux != NULL)
    gst_element_set_state (mux, GST_STATE_PLAYING);
  for (i = 0; i < n; i++)
    inputs[i].thread = g_thread_new ("input", feed, &inputs[i]);
  for (i = 0; i < n; i++)
    g_thread_join (inputs[i].thread);

  g_mutex_lock (&lock);
  while (n_open > 0)
    g_cond_wait (&ended, &lock);
  g_mutex_unlock (&lock);
  report (inputs, n);
  if (mux != NULL)
    gst_element_set_state (mux, GST_STATE_NULL);
  if (out != NULL)
    fclose (out);
  return EXIT_SUCCESS;
}
