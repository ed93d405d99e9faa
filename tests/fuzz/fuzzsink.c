/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: ASF as asfparse, muxers and files bring it, right, spoilt or
 * nonsense, cut and joined anywhere, with and without caps, streamheader and
 * flags, pushed to a publishing point of this process. */
#include <gst/gst.h>

#include "fuzz.h"
#include "fuzzstream.h"
#include "pubthread.h"
#include "statuscourse.h"
#include "wmspush/gstwmspushsink.h"

#define MAX_STEPS 64

static PubThread *server;

typedef struct
{
  GstElement *sink;
  gchar *point;                 /* another one each time */
  GstPad *src;
  FuzzInput *input;
  FuzzStream *stream;           /* what is still to be pushed */
  gboolean was_flushed;
  GMutex lock;
  StatusCourse course;          /* under the lock */
  gboolean is_disordered;
  gboolean has_error;
} Fuzz;

gulong __wrap_g_usleep (gulong us);

/* What the sink waits for before an error message, for gst-launch's sake. */
gulong
__wrap_g_usleep (gulong us)
{
  return 0;
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  gst_init (argc, argv);
  fuzz_be_quiet ();
  gst_debug_set_active (FALSE);
  GST_ELEMENT_REGISTER (wmspushsink, NULL);
  server = pub_thread_new (NULL, NULL);
  return 0;
}

static GstBusSyncReply
take_message (GstBus * bus, GstMessage * message, gpointer data)
{
  Fuzz *self = data;

  g_mutex_lock (&self->lock);
  if (!status_course_take (&self->course, message))
    self->is_disordered = TRUE;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    self->has_error = TRUE;
  g_mutex_unlock (&self->lock);
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* The next bytes of the stream, as many as the input says. */
static GstBuffer *
take_buffer (Fuzz * self)
{
  FuzzInput *input = self->input;
  guint flags = fuzz_take_byte (input), time, n;
  GstBuffer *buffer;

  if (fuzz_stream_is_empty (self->stream))
    fuzz_stream_add (self->stream, input);
  n = fuzz_take_byte (input);
  if (n % 2 == 0)
    buffer = fuzz_stream_take_item (self->stream);
  else
    buffer = fuzz_stream_take (self->stream, n < 128 ? n * 4
        : fuzz_take_uint16 (input));
  time = (flags & (8 | 16 | 32)) ? fuzz_take_uint16 (input) : 0;
  if (flags & 1)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_HEADER);
  if (flags & 2)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (flags & 4)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (flags & 8)
    GST_BUFFER_DTS (buffer) = time * GST_MSECOND;
  if (flags & 16)
    GST_BUFFER_PTS (buffer) = time * GST_MSECOND;
  if (flags & 32)
    GST_BUFFER_OFFSET (buffer) = time;
  return buffer;
}

static GstCaps *
take_caps (Fuzz * self)
{
  static const gchar *const names[] = { "video/x-ms-asf",
    "application/x-gst-av-asf_stream", "video/x-ms-asf, parsed=(boolean)true"
  };
  guint kind = fuzz_take_byte (self->input), n;
  GstCaps *caps = gst_caps_from_string (names[kind % G_N_ELEMENTS (names)]);
  GValue list = G_VALUE_INIT, value = G_VALUE_INIT;

  if (!(kind & 0x80))
    return caps;
  g_value_init (&list, GST_TYPE_ARRAY);
  for (n = 1 + kind / 8 % 3; n > 0; n--) {
    g_value_init (&value, GST_TYPE_BUFFER);
    gst_value_take_buffer (&value, take_buffer (self));
    gst_value_array_append_and_take_value (&list, &value);
  }
  gst_caps_set_value (caps, "streamheader", &list);
  g_value_unset (&list);
  return caps;
}

static void
push_caps (Fuzz * self)
{
  GstCaps *caps = take_caps (self);

  gst_pad_push_event (self->src, gst_event_new_caps (caps));
  gst_caps_unref (caps);
}

static void
push_list (Fuzz * self)
{
  GstBufferList *list = gst_buffer_list_new ();
  guint n = fuzz_take_byte (self->input) % 8;

  while (n-- > 0)
    gst_buffer_list_add (list, take_buffer (self));
  gst_pad_push_list (self->src, list);
}

static void
push_segment (Fuzz * self)
{
  GstSegment segment;

  gst_segment_init (&segment, (fuzz_take_byte (self->input) & 1)
      ? GST_FORMAT_BYTES : GST_FORMAT_TIME);
  segment.start = segment.position = segment.time =
      fuzz_take_uint16 (self->input);
  gst_pad_push_event (self->src, gst_event_new_segment (&segment));
}

static void
push_flush (Fuzz * self)
{
  self->was_flushed = TRUE;
  gst_pad_push_event (self->src, gst_event_new_flush_start ());
  gst_pad_push_event (self->src, gst_event_new_flush_stop (TRUE));
  push_segment (self);
}

static void
push_something (Fuzz * self)
{
  FuzzInput *input = self->input;

  switch (fuzz_take_byte (input) % 16) {
    case 0:
      push_caps (self);
      break;
    case 1:
      push_segment (self);
      break;
    case 2:
      push_flush (self);
      break;
    case 3:
      gst_pad_push_event (self->src, gst_event_new_gap (fuzz_take_uint16
              (input) * GST_MSECOND, GST_SECOND));
      break;
    case 4:
      gst_pad_push_event (self->src,
          gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
              gst_structure_new ("wms-marker", "context", G_TYPE_UINT,
                  fuzz_take_byte (input), NULL)));
      break;
    case 5:
    case 6:
      push_list (self);
      break;
    case 7:
    case 8:
    case 9:
      fuzz_stream_add (self->stream, input);
      break;
    default:
      gst_pad_push (self->src, take_buffer (self));
      break;
  }
}

static void
push_all (Fuzz * self)
{
  GstSegment segment;
  guint i, how = fuzz_take_byte (self->input);

  gst_pad_push_event (self->src, gst_event_new_stream_start ("fuzz"));
  if (how & 1)
    push_caps (self);
  gst_segment_init (&segment, (how & 2) ? GST_FORMAT_BYTES : GST_FORMAT_TIME);
  gst_pad_push_event (self->src, gst_event_new_segment (&segment));
  for (i = 0; i < MAX_STEPS && self->input->size > 0; i++)
    push_something (self);
  gst_pad_push_event (self->src, gst_event_new_eos ());
}

/* What came in went out, was dropped or was refused.  The server may have
 * refused packets that went out, and then its session; the sink has ended its
 * own by then. */
static void
check_account (Fuzz * self)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 received, sent, dropped, refused;
  PubPointInfo info;

  g_object_get (self->sink, "stats", &stats, NULL);
  if (!gst_structure_get (stats, "packets-received", G_TYPE_UINT64, &received,
          "packets-sent", G_TYPE_UINT64, &sent, "packets-dropped",
          G_TYPE_UINT64, &dropped, "packets-refused", G_TYPE_UINT64, &refused,
          NULL) || received != sent + dropped + refused)
    g_error ("packets are lost: %s", gst_structure_to_string (stats));
  pub_thread_get_point (server, self->point, &info);
  if (!self->was_flushed && info.counters.packets > sent)
    g_error ("%u packets came, %u were sent", (guint) info.counters.packets,
        (guint) sent);
}

static void
run (Fuzz * self)
{
  GstPad *pad = gst_element_get_static_pad (self->sink, "sink");
  GstBus *bus = gst_bus_new ();
  g_autofree gchar *url = pub_thread_url (server, "http", self->point);

  gst_bus_set_sync_handler (bus, take_message, self, NULL);
  gst_element_set_bus (self->sink, bus);
  g_object_set (self->sink, "location", url, "sync", FALSE, "async", FALSE,
      "retries", 0, "timeout", 5, NULL);
  gst_pad_set_active (self->src, TRUE);
  gst_pad_link (self->src, pad);
  gst_element_set_state (self->sink, GST_STATE_PLAYING);
  push_all (self);
  gst_element_set_state (self->sink, GST_STATE_NULL);
  gst_pad_set_active (self->src, FALSE);
  if (self->is_disordered || self->course.state != COURSE_IDLE)
    g_error ("statuses in a wrong order: %s", self->course.log->str);
  check_account (self);
  pub_thread_disconnect (server, self->point, 503);
  gst_element_set_bus (self->sink, NULL);
  gst_object_unref (bus);
  gst_object_unref (pad);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  static guint n;
  FuzzInput input = { data, size };
  Fuzz self = { gst_object_ref_sink (gst_element_factory_make ("wmspushsink",
            NULL)), g_strdup_printf ("/fuzz%u", n++),
    gst_pad_new ("src", GST_PAD_SRC), &input
  };

  g_mutex_init (&self.lock);
  self.course.log = g_string_new (NULL);
  self.stream = fuzz_stream_new ();
  run (&self);
  fuzz_stream_free (self.stream);
  g_free (self.point);
  g_string_free (self.course.log, TRUE);
  g_mutex_clear (&self.lock);
  gst_object_unref (self.src);
  gst_object_unref (self.sink);
  return 0;
}
