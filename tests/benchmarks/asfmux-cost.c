/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds a muxer with SECONDS of 8 Mbit/s WMV2 and WMA2, as fast as it takes
 * them, and prints what came out: "BYTES BUFFERS CPU-NANOSECONDS".  With the
 * muxer "none" the same buffers go through the same threads and pads into the
 * counting sink, which is what has to be taken off.  asfmux_cost.py runs this
 * under callgrind and prints the table.
 *
 * Usage: asfmux-cost MUXER SECONDS [PACKET-SIZE] */
#include <stdlib.h>
#include <time.h>
#include <gst/gst.h>

#define FPS 25
#define KEY_INTERVAL 50
#define KEY_SIZE 120000
#define DELTA_SIZE 37714        /* together 7.87 Mbit/s */
#define AUDIO_SIZE 743
#define AUDIO_STEP (2048 * GST_SECOND / 44100)

#define VIDEO_CAPS "video/x-wmv, wmvversion=2, format=WMV2, width=1280, " \
    "height=720, framerate=25/1, codec_data=(buffer)00c3b480"
#define AUDIO_CAPS "audio/x-wma, wmaversion=2, channels=2, rate=44100, " \
    "bitrate=128000, depth=16, block_align=743, " \
    "codec_data=(buffer)00000000010000000000"

typedef struct
{
  gboolean is_video;
  GstClockTime end;
  GstPad *pad;
  GThread *thread;
} Input;

/* Only the thread of the muxer's source pad counts, or in the graph without
 * one both inputs' threads: under the lock. */
static GMutex lock;
static GCond ended;
static guint64 n_bytes, n_buffers;
static gint n_open;

static void
count (gsize size, guint buffers)
{
  g_mutex_lock (&lock);
  n_bytes += size;
  n_buffers += buffers;
  g_mutex_unlock (&lock);
}

static GstFlowReturn
sink_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  count (gst_buffer_get_size (buffer), 1);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
sink_chain_list (GstPad * pad, GstObject * parent, GstBufferList * list)
{
  count (gst_buffer_list_calculate_size (list), gst_buffer_list_length (list));
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

static gboolean
sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    g_mutex_lock (&lock);
    n_open--;
    g_cond_signal (&ended);
    g_mutex_unlock (&lock);
  }
  gst_event_unref (event);
  return TRUE;
}

static GstPad *
new_sink (void)
{
  GstPad *pad = gst_pad_new ("sink", GST_PAD_SINK);

  gst_pad_set_chain_function (pad, sink_chain);
  gst_pad_set_chain_list_function (pad, sink_chain_list);
  gst_pad_set_event_function (pad, sink_event);
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
  GstCaps *caps = gst_caps_from_string (input->is_video ? VIDEO_CAPS :
      AUDIO_CAPS);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (input->pad, gst_event_new_stream_start (input->is_video ?
          "video" : "audio"));
  gst_pad_push_event (input->pad, gst_event_new_caps (caps));
  gst_pad_push_event (input->pad, gst_event_new_segment (&segment));
  gst_pad_push_event (input->pad,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_BITRATE,
              input->is_video ? 7872000 : 128000, NULL)));
  gst_caps_unref (caps);
}

static gpointer
feed (gpointer data)
{
  Input *input = data;
  GstClockTime step = input->is_video ? GST_SECOND / FPS : AUDIO_STEP;
  GstMemory *memory = gst_allocator_alloc (NULL, KEY_SIZE, NULL);
  GstClockTime time;
  guint i = 0;

  begin (input);
  for (time = 0; time < input->end; time += step, i++) {
    gboolean is_key = !input->is_video || i % KEY_INTERVAL == 0;
    gsize size = !input->is_video ? AUDIO_SIZE : is_key ? KEY_SIZE : DELTA_SIZE;

    if (gst_pad_push (input->pad, next_buffer (memory, size, time, step,
                is_key)) != GST_FLOW_OK)
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
  gst_pad_link_full (input->pad, sink, GST_PAD_LINK_CHECK_NOTHING);
}

int
main (int argc, char **argv)
{
  Input inputs[2] = { {TRUE}, {FALSE} };
  struct timespec cpu;
  GstElement *mux = NULL;
  guint i;

  gst_init (&argc, &argv);
  if (argc < 3)
    return EXIT_FAILURE;
  if (!g_str_equal (argv[1], "none")) {
    GstPad *src;

    mux = gst_element_factory_make (argv[1], NULL);
    if (mux == NULL)
      return EXIT_FAILURE;
    if (argc > 3)
      gst_util_set_object_arg (G_OBJECT (mux), "packet-size", argv[3]);
    src = gst_element_get_static_pad (mux, "src");
    gst_pad_link (src, new_sink ());
    gst_object_unref (src);
  }
  for (i = 0; i < 2; i++) {
    inputs[i].end = g_ascii_strtoull (argv[2], NULL, 10) * GST_SECOND;
    link_input (&inputs[i], mux);
  }
  if (mux != NULL)
    gst_element_set_state (mux, GST_STATE_PLAYING);
  for (i = 0; i < 2; i++)
    inputs[i].thread = g_thread_new ("input", feed, &inputs[i]);
  for (i = 0; i < 2; i++)
    g_thread_join (inputs[i].thread);

  g_mutex_lock (&lock);
  while (n_open > 0)
    g_cond_wait (&ended, &lock);
  g_mutex_unlock (&lock);
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &cpu);
  g_print ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
      "\n", n_bytes, n_buffers,
      (guint64) cpu.tv_sec * GST_SECOND + cpu.tv_nsec);
  if (mux != NULL)
    gst_element_set_state (mux, GST_STATE_NULL);
  return EXIT_SUCCESS;
}
