/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* asfparse in push mode: bytes in pieces come out as buffers of which each byte
 * came in, and what is left out is told; the same buffers wherever the bytes
 * are cut.  Or with segments, times, flags, flushes and caps in between. */
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

#include "asfparse/gstasfparse.h"
#include "fuzz.h"
#include "fuzzstream.h"

#define MAX_STEPS 64
/* Below that, runs take too long. */
#define MIN_PIECE 24

static GstStaticPadTemplate out_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

typedef struct
{
  GstElement *parse;
  GstPad *src, *out;
  GArray *sizes;                /* of gsize: of buffers that came out */
  GByteArray *bytes;            /* of all of them */
  guint64 left_out;             /* as warnings say */
  gboolean has_error;
} Fuzz;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  gst_init (argc, argv);
  fuzz_be_quiet ();
  gst_debug_set_active (FALSE);
  GST_ELEMENT_REGISTER (asfparse, NULL);
  return 0;
}

static GstFlowReturn
take_buffer (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  Fuzz *self = GST_PAD_ELEMENT_PRIVATE (pad);
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    g_error ("a buffer that cannot be read");
  g_byte_array_append (self->bytes, map.data, map.size);
  g_array_append_val (self->sizes, map.size);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static void
take_warning (Fuzz * self, GstMessage * message)
{
  GError *error = NULL;

  gst_message_parse_warning (message, &error, NULL);
  self->left_out += g_ascii_strtoull (strrchr (error->message, ' ') + 1, NULL,
      10);
  g_error_free (error);
}

static GstBusSyncReply
take_message (GstBus * bus, GstMessage * message, gpointer data)
{
  Fuzz *self = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    take_warning (self, message);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    self->has_error = TRUE;
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
push_segment (Fuzz * self, GstFormat format, guint64 start)
{
  GstSegment segment;

  gst_segment_init (&segment, format);
  segment.start = segment.position = segment.time = start;
  gst_pad_push_event (self->src, gst_event_new_segment (&segment));
}

static void
push_caps (Fuzz * self, const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);

  gst_pad_push_event (self->src, gst_event_new_caps (caps));
  gst_caps_unref (caps);
}

static void
begin (Fuzz * self)
{
  GstBus *bus = gst_bus_new ();
  GstPad *sink, *src;

  memset (self, 0, sizeof (*self));
  self->parse = gst_object_ref_sink (gst_element_factory_make ("asfparse",
          NULL));
  self->sizes = g_array_new (FALSE, FALSE, sizeof (gsize));
  self->bytes = g_byte_array_new ();
  gst_bus_set_sync_handler (bus, take_message, self, NULL);
  gst_element_set_bus (self->parse, bus);
  gst_object_unref (bus);
  self->src = gst_pad_new ("src", GST_PAD_SRC);
  self->out = gst_pad_new_from_static_template (&out_template, NULL);
  GST_PAD_ELEMENT_PRIVATE (self->out) = self;
  gst_pad_set_chain_function (self->out, take_buffer);
  gst_pad_set_active (self->out, TRUE);
  gst_pad_set_active (self->src, TRUE);
  sink = gst_element_get_static_pad (self->parse, "sink");
  src = gst_element_get_static_pad (self->parse, "src");
  gst_pad_link (self->src, sink);
  gst_pad_link (src, self->out);
  gst_object_unref (sink);
  gst_object_unref (src);
  gst_element_set_state (self->parse, GST_STATE_PLAYING);
  gst_pad_push_event (self->src, gst_event_new_stream_start ("fuzz"));
}

static void
end (Fuzz * self)
{
  GstBus *bus = gst_element_get_bus (self->parse);

  gst_element_set_state (self->parse, GST_STATE_NULL);
  gst_element_set_bus (self->parse, NULL);
  gst_object_unref (bus);
  gst_pad_set_active (self->src, FALSE);
  gst_pad_set_active (self->out, FALSE);
  gst_object_unref (self->src);
  gst_object_unref (self->out);
  gst_object_unref (self->parse);
}

static void
clear (Fuzz * self)
{
  g_array_unref (self->sizes);
  g_byte_array_unref (self->bytes);
}

/* All of it, in pieces of @piece bytes. */
static void
parse_bytes (Fuzz * self, FuzzInput input, gsize piece)
{
  gsize size = input.size, n;
  GstFlowReturn ret = GST_FLOW_OK;
  const guint8 *data;

  begin (self);
  push_caps (self, "video/x-ms-asf");
  push_segment (self, GST_FORMAT_BYTES, 0);
  while (input.size > 0 && ret == GST_FLOW_OK) {
    GstBuffer *buffer;

    n = fuzz_take_bytes (&input, piece, &data);
    buffer = gst_buffer_new_allocate (NULL, n, NULL);
    gst_buffer_fill (buffer, 0, data, n);
    ret = gst_pad_push (self->src, buffer);
  }
  gst_pad_push_event (self->src, gst_event_new_eos ());
  end (self);
  if (!self->has_error && self->bytes->len + self->left_out != size)
    g_error ("%u bytes of %u came out, %u were left out", self->bytes->len,
        (guint) size, (guint) self->left_out);
}

static void
compare (const Fuzz * whole, const Fuzz * cut)
{
  if (whole->has_error != cut->has_error)
    g_error ("whether it is ASF depends on where it is cut");
  if (!whole->has_error && (whole->sizes->len != cut->sizes->len
          || whole->bytes->len != cut->bytes->len
          || (cut->bytes->len > 0 && memcmp (whole->bytes->data,
                  cut->bytes->data, cut->bytes->len) != 0)))
    g_error ("what it is depends on where it is cut");
}

static GstBuffer *
make_buffer (FuzzInput * input, FuzzStream * stream)
{
  static const guint64 ends[] = { 0, G_MAXINT64, G_MAXINT64 - 1, 1,
    G_MAXUINT64 - 1, GST_SECOND
  };
  guint flags = fuzz_take_byte (input), n;
  GstBuffer *buffer;

  if (fuzz_stream_is_empty (stream))
    fuzz_stream_add (stream, input);
  n = fuzz_take_byte (input);
  buffer = n % 2 == 0 ? fuzz_stream_take_item (stream)
      : fuzz_stream_take (stream, n * 4);
  if (flags & 1)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (flags & 2)
    GST_BUFFER_PTS (buffer) = fuzz_take_uint16 (input) * GST_MSECOND;
  if (flags & 4)
    GST_BUFFER_DTS (buffer) = fuzz_take_uint16 (input) * GST_MSECOND;
  if (flags & 8)
    GST_BUFFER_PTS (buffer) = ends[flags / 16 % G_N_ELEMENTS (ends)];
  if (flags & 128)
    GST_BUFFER_OFFSET (buffer) = fuzz_take_uint16 (input);
  return buffer;
}

static void
push_something (Fuzz * self, FuzzInput * input, FuzzStream * stream)
{
  guint what = fuzz_take_byte (input);

  switch (what % 16) {
    case 0:
      push_segment (self, (what & 16) ? GST_FORMAT_BYTES : GST_FORMAT_TIME,
          fuzz_take_uint16 (input));
      break;
    case 1:
      gst_pad_push_event (self->src, gst_event_new_flush_start ());
      gst_pad_push_event (self->src, gst_event_new_flush_stop (TRUE));
      push_segment (self, GST_FORMAT_TIME, 0);
      break;
    case 2:
      push_caps (self, (what & 16) ? "video/x-ms-asf, parsed=(boolean)true"
          : "video/x-ms-asf");
      break;
    case 3:
      gst_pad_push_event (self->src, gst_event_new_gap (fuzz_take_uint16
              (input) * GST_MSECOND, GST_SECOND));
      break;
    case 7:
    case 8:
    case 9:
      fuzz_stream_add (stream, input);
      break;
    default:
      gst_pad_push (self->src, make_buffer (input, stream));
      break;
  }
}

static void
do_anything (FuzzInput * input)
{
  FuzzStream *stream = fuzz_stream_new ();
  Fuzz self;
  guint i;

  begin (&self);
  push_caps (&self, "video/x-ms-asf");
  push_segment (&self, GST_FORMAT_TIME, 0);
  for (i = 0; i < MAX_STEPS && input->size > 0; i++)
    push_something (&self, input, stream);
  gst_pad_push_event (self.src, gst_event_new_eos ());
  end (&self);
  clear (&self);
  fuzz_stream_free (stream);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  guint how = fuzz_take_byte (&input);
  Fuzz whole, cut;

  if (how == 0) {
    do_anything (&input);
    return 0;
  }
  parse_bytes (&whole, input, MAX (input.size, 1));
  parse_bytes (&cut, input, MIN_PIECE + (how < 128 ? how : how * 16));
  compare (&whole, &cut);
  clear (&whole);
  clear (&cut);
  return 0;
}
