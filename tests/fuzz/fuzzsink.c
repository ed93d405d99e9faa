/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: any bytes as header, packets and unparsed stream, pushed to a
 * publishing point of this process. */
#include <gst/gst.h>

#include "fuzz.h"
#include "pubthread.h"
#include "wmspush/gstwmspushsink.h"

#define MAX_STEPS 64
#define MAX_PIECE 20000

static PubThread *server;

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

static GstBuffer *
take_buffer (FuzzInput * input)
{
  guint flags = fuzz_take_byte (input);
  guint time = fuzz_take_uint16 (input);
  const guint8 *data;
  gsize size = fuzz_take_bytes (input,
      MIN (fuzz_take_uint16 (input), MAX_PIECE), &data);
  GstBuffer *buffer = gst_buffer_new_memdup (data, size);

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
take_caps (FuzzInput * input)
{
  static const gchar *const names[] = { "video/x-ms-asf",
    "application/x-gst-av-asf_stream", "video/x-ms-asf, parsed=(boolean)true"
  };
  guint kind = fuzz_take_byte (input);
  GstCaps *caps = gst_caps_from_string (names[kind % G_N_ELEMENTS (names)]);

  if (kind & 0x80) {
    GstBuffer *header = take_buffer (input);
    GValue list = G_VALUE_INIT, value = G_VALUE_INIT;

    g_value_init (&list, GST_TYPE_ARRAY);
    g_value_init (&value, GST_TYPE_BUFFER);
    gst_value_take_buffer (&value, header);
    gst_value_array_append_and_take_value (&list, &value);
    gst_caps_set_value (caps, "streamheader", &list);
    g_value_unset (&list);
  }
  return caps;
}

static void
push_caps (GstPad * pad, FuzzInput * input)
{
  GstCaps *caps = take_caps (input);

  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
}

static void
push_list (GstPad * pad, FuzzInput * input)
{
  GstBufferList *list = gst_buffer_list_new ();
  guint n = fuzz_take_byte (input) % 8;

  while (n-- > 0)
    gst_buffer_list_add (list, take_buffer (input));
  gst_pad_push_list (pad, list);
}

static void
push_segment (GstPad * pad, FuzzInput * input)
{
  GstSegment segment;

  gst_segment_init (&segment, (fuzz_take_byte (input) & 1) ? GST_FORMAT_BYTES
      : GST_FORMAT_TIME);
  segment.start = segment.position = segment.time = fuzz_take_uint16 (input);
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
}

static void
push_something (GstPad * pad, FuzzInput * input)
{
  switch (fuzz_take_byte (input) % 10) {
    case 0:
      push_caps (pad, input);
      break;
    case 1:
      push_segment (pad, input);
      break;
    case 2:
      push_list (pad, input);
      break;
    case 3:
      gst_pad_push_event (pad, gst_event_new_flush_start ());
      gst_pad_push_event (pad, gst_event_new_flush_stop (TRUE));
      push_segment (pad, input);
      break;
    case 4:
      gst_pad_push_event (pad, gst_event_new_gap (fuzz_take_uint16 (input)
              * GST_MSECOND, GST_SECOND));
      break;
    case 5:
      gst_pad_push_event (pad,
          gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
              gst_structure_new ("wms-marker", "context", G_TYPE_UINT,
                  fuzz_take_byte (input), NULL)));
      break;
    default:
      gst_pad_push (pad, take_buffer (input));
      break;
  }
}

static void
push_all (GstPad * pad, FuzzInput * input)
{
  GstSegment segment;
  guint i;

  gst_pad_push_event (pad, gst_event_new_stream_start ("fuzz"));
  if (fuzz_take_byte (input) & 1)
    push_caps (pad, input);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
  for (i = 0; i < MAX_STEPS && input->size > 0; i++)
    push_something (pad, input);
  gst_pad_push_event (pad, gst_event_new_eos ());
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  GstElement *sink = gst_object_ref_sink (gst_element_factory_make
      ("wmspushsink", NULL));
  GstPad *src = gst_pad_new ("src", GST_PAD_SRC);
  GstPad *pad = gst_element_get_static_pad (sink, "sink");
  gchar *url = pub_thread_url (server, "http", "/fuzz");

  g_object_set (sink, "location", url, "sync", FALSE, "async", FALSE,
      "retries", 0, "timeout", 5, NULL);
  g_free (url);
  gst_pad_set_active (src, TRUE);
  gst_pad_link (src, pad);
  gst_element_set_state (sink, GST_STATE_PLAYING);
  push_all (src, &input);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_pad_set_active (src, FALSE);
  gst_object_unref (pad);
  gst_object_unref (src);
  gst_object_unref (sink);
  return 0;
}
