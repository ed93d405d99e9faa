/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rtpasfpay/gstrtpasfpay.h"

#include <glib/gi18n-lib.h>
#include <gst/rtp/gstrtpbuffer.h>
#include <string.h>

#include "asf/asfelapsed.h"
#include "asf/asfmap.h"
#include "asf/asfpacket.h"
#include "asf/asfsplitter.h"

GST_DEBUG_CATEGORY_STATIC (gst_wms_rtp_asf_pay_debug);
#define GST_CAT_DEFAULT gst_wms_rtp_asf_pay_debug

/* The RTP Payload Format Header without its optional fields (2.2.1.3), all
 * fields big-endian:
 *
 *   | S | L | R | D | I | RES (3) | Length/Offset (24) |
 */
#define FORMAT_HEADER_SIZE 4
#define FLAG_KEY_FRAME 0x80
#define FLAG_LENGTH 0x40
/* RFC 3550, section 5.1: the second byte. */
#define RTP_MARKER 0x80
/* Section 2.2.5: ms. */
#define CLOCK_RATE 1000

struct _GstWmsRtpAsfPay
{
  GstRTPBasePayload parent;

  AsfSplitter *splitter;
  AsfElapsed elapsed;
  gint64 reported_us;           /* when a packet was left out, or 0 */
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-ms-asf"));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtp, "
        "media = (string) { application, video, audio }, "
        "payload = (int) [ 96, 127 ], clock-rate = (int) 1000, "
        "encoding-name = (string) X-ASF-PF"));

G_DEFINE_TYPE (GstWmsRtpAsfPay, gst_wms_rtp_asf_pay, GST_TYPE_RTP_BASE_PAYLOAD);
GST_ELEMENT_REGISTER_DEFINE (rtpasfpay, "rtpasfpay", GST_RANK_NONE,
    GST_TYPE_WMS_RTP_ASF_PAY);

/* Section 2.2.5: which MIME type it has. */
static const gchar *
media_of (const AsfHeaderInfo * info)
{
  guint i;

  if (info->has_video)
    return "video";
  for (i = 0; i < info->n_streams; i++) {
    if (info->streams[i].kind == ASF_STREAM_AUDIO)
      return "audio";
  }
  return "application";
}

static GstFlowReturn
take_header (GstWmsRtpAsfPay * self, GstBuffer * header)
{
  GstRTPBasePayload *pay = GST_RTP_BASE_PAYLOAD (self);
  const AsfHeaderInfo *info = asf_splitter_get_header (self->splitter);
  gchar *config, *packet_size;
  gboolean is_taken;
  GstMapInfo map;

  if (!asf_buffer_map (header, &map))
    return GST_FLOW_ERROR;
  config = g_base64_encode (map.data, map.size);
  gst_buffer_unmap (header, &map);
  packet_size = g_strdup_printf ("%u", info->packet_size);
  gst_rtp_base_payload_set_options (pay, media_of (info), TRUE, "X-ASF-PF",
      CLOCK_RATE);
  is_taken = gst_rtp_base_payload_set_outcaps (pay,
      "maxps", G_TYPE_STRING, packet_size, "config", G_TYPE_STRING, config,
      NULL);
  memset (&self->elapsed, 0, sizeof (self->elapsed));
  g_free (packet_size);
  g_free (config);
  return is_taken ? GST_FLOW_OK : GST_FLOW_NOT_NEGOTIATED;
}

/* Returns: (transfer full): an RTP packet with @size bytes of @packet.  Its
 * head is not from an allocator, without whose memory the library crashes
 * (GStreamer 1.22); the base class fills in the rest of it. */
static GstBuffer *
make_rtp (GstBuffer * packet, gsize offset, gsize size, guint8 flags)
{
  gsize head_size = gst_rtp_buffer_calc_header_len (0);
  guint8 *head = g_malloc0 (head_size + FORMAT_HEADER_SIZE);
  GstBuffer *buffer = gst_buffer_new_wrapped (head,
      head_size + FORMAT_HEADER_SIZE);

  head[0] = GST_RTP_VERSION << 6;
  if (offset + size == gst_buffer_get_size (packet))
    head[1] = RTP_MARKER;
  head[head_size] = flags;
  /* readers count the length from the format header's first byte on */
  GST_WRITE_UINT24_BE (head + head_size + 1,
      flags & FLAG_LENGTH ? size + FORMAT_HEADER_SIZE : offset);
  gst_buffer_copy_into (buffer, packet, GST_BUFFER_COPY_MEMORY, offset, size);
  GST_BUFFER_PTS (buffer) = GST_BUFFER_PTS (packet);
  if (!(flags & FLAG_KEY_FRAME))
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

static GstFlowReturn
push_packet (GstWmsRtpAsfPay * self, GstBuffer * packet, gboolean is_key)
{
  GstRTPBasePayload *pay = GST_RTP_BASE_PAYLOAD (self);
  gsize room = gst_rtp_buffer_calc_payload_len (GST_RTP_BASE_PAYLOAD_MTU (pay),
      0, 0) - FORMAT_HEADER_SIZE;
  guint8 flags = is_key ? FLAG_KEY_FRAME : 0;
  gsize at, size = gst_buffer_get_size (packet);
  GstBufferList *list;

  if (size <= room)
    return gst_rtp_base_payload_push (pay, make_rtp (packet, 0, size,
            flags | FLAG_LENGTH));
  list = gst_buffer_list_new_sized (size / room + 1);
  for (at = 0; at < size; at += room)
    gst_buffer_list_add (list, make_rtp (packet, at, MIN (room, size - at),
            flags));
  return gst_rtp_base_payload_push_list (pay, list);
}

/* Section 2.2.1.3: whether a payload is a key frame. */
static gboolean
has_key_frame (const AsfPacketInfo * packet, const guint8 * data)
{
  AsfPayloadIter iter;
  AsfPayload payload;

  asf_payload_iter_init (&iter, packet, data);
  while (asf_payload_next (&iter, &payload, NULL)) {
    if (payload.is_key)
      return TRUE;
  }
  return FALSE;
}

/* Returns: (transfer full): the packet without its padding. */
static GstBuffer *
cut_packet (GstBuffer * buffer, const AsfPacketInfo * packet,
    const guint8 * data)
{
  AsfPacketCut cut;
  GstBuffer *result = gst_buffer_new ();

  asf_packet_cut_padding (packet, data, &cut);
  if (cut.head_size > 0)
    gst_buffer_append (result, gst_buffer_new_memdup (cut.head, cut.head_size));
  return gst_buffer_append_region (result, gst_buffer_ref (buffer),
      cut.body_offset, cut.body_size);
}

static GstClockTime
time_of (GstWmsRtpAsfPay * self, const AsfUnit * unit,
    const AsfPacketInfo * packet)
{
  GstClockTime said = GST_CLOCK_TIME_IS_VALID (unit->dts) ? unit->dts
      : unit->pts;

  if (GST_CLOCK_TIME_IS_VALID (said))
    return said;
  return GST_MSECOND * asf_elapsed_take (&self->elapsed,
      asf_splitter_get_header (self->splitter), packet);
}

/* At most one warning a second: a bus that nobody reads must not grow for
 * weeks. */
static void
report_unreadable (GstWmsRtpAsfPay * self, const GError * error)
{
  gint64 now = g_get_monotonic_time ();

  GST_WARNING_OBJECT (self, "a packet is left out: %s", error->message);
  if (self->reported_us != 0 && now - self->reported_us < G_TIME_SPAN_SECOND)
    return;
  self->reported_us = now;
  GST_ELEMENT_WARNING (self, STREAM, DECODE,
      (_("A packet cannot be read and is left out.")), ("%s", error->message));
}

static GstFlowReturn
take_packet (GstWmsRtpAsfPay * self, const AsfUnit * unit)
{
  GstFlowReturn ret = GST_FLOW_OK;
  AsfPacketInfo packet;
  GError *error = NULL;
  GstBuffer *cut;
  GstMapInfo map;

  if (!asf_buffer_map (unit->buffer, &map))
    return GST_FLOW_ERROR;
  if (asf_packet_read (map.data, map.size, &packet, &error)) {
    cut = cut_packet (unit->buffer, &packet, map.data);
    GST_BUFFER_PTS (cut) = time_of (self, unit, &packet);
    ret = push_packet (self, cut, has_key_frame (&packet, map.data));
    gst_buffer_unref (cut);
  } else {
    report_unreadable (self, error);
    g_error_free (error);
  }
  gst_buffer_unmap (unit->buffer, &map);
  return ret;
}

static GstFlowReturn
gst_wms_rtp_asf_pay_handle_buffer (GstRTPBasePayload * pay, GstBuffer * buffer)
{
  GstWmsRtpAsfPay *self = GST_WMS_RTP_ASF_PAY (pay);
  GstFlowReturn ret = GST_FLOW_OK;
  GError *error = NULL;
  AsfUnit unit;

  asf_splitter_push (self->splitter, buffer);
  while (ret == GST_FLOW_OK && asf_splitter_pop (self->splitter, &unit, &error)) {
    if (unit.kind == ASF_UNIT_HEADER)
      ret = take_header (self, unit.buffer);
    else if (unit.kind == ASF_UNIT_PACKET)
      ret = take_packet (self, &unit);
    asf_unit_clear (&unit);
  }
  if (error == NULL)
    return ret;
  GST_ELEMENT_ERROR (self, STREAM, DECODE,
      (_("This is no ASF. Put asfmux or asfparse before this element.")),
      ("%s", error->message));
  g_error_free (error);
  return GST_FLOW_ERROR;
}

/* The header decides: it comes with the first bytes. */
static gboolean
gst_wms_rtp_asf_pay_set_caps (GstRTPBasePayload * pay, GstCaps * caps)
{
  return TRUE;
}

static gboolean
gst_wms_rtp_asf_pay_sink_event (GstRTPBasePayload * pay, GstEvent * event)
{
  GstWmsRtpAsfPay *self = GST_WMS_RTP_ASF_PAY (pay);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS
      && asf_splitter_get_pending (self->splitter) > 0)
    GST_ELEMENT_WARNING (self, STREAM, DECODE,
        (_("The stream ends in the middle of a packet; its last part was not "
                "sent.")), (NULL));
  /* the receiver keeps the header, and packets from elsewhere follow */
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP
      || (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT
          && asf_splitter_get_pending (self->splitter) == 0))
    asf_splitter_jump (self->splitter);
  return
      GST_RTP_BASE_PAYLOAD_CLASS
      (gst_wms_rtp_asf_pay_parent_class)->sink_event (pay, event);
}

static GstStateChangeReturn
gst_wms_rtp_asf_pay_change_state (GstElement * element,
    GstStateChange transition)
{
  GstWmsRtpAsfPay *self = GST_WMS_RTP_ASF_PAY (element);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    asf_splitter_reset (self->splitter);
    memset (&self->elapsed, 0, sizeof (self->elapsed));
  }
  return
      GST_ELEMENT_CLASS (gst_wms_rtp_asf_pay_parent_class)->change_state
      (element, transition);
}

static void
gst_wms_rtp_asf_pay_finalize (GObject * object)
{
  asf_splitter_free (GST_WMS_RTP_ASF_PAY (object)->splitter);
  G_OBJECT_CLASS (gst_wms_rtp_asf_pay_parent_class)->finalize (object);
}

static void
gst_wms_rtp_asf_pay_class_init (GstWmsRtpAsfPayClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstRTPBasePayloadClass *pay_class = GST_RTP_BASE_PAYLOAD_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_wms_rtp_asf_pay_finalize;
  element_class->change_state = gst_wms_rtp_asf_pay_change_state;
  pay_class->set_caps = gst_wms_rtp_asf_pay_set_caps;
  pay_class->sink_event = gst_wms_rtp_asf_pay_sink_event;
  pay_class->handle_buffer = gst_wms_rtp_asf_pay_handle_buffer;

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "RTP ASF payloader",
      "Codec/Payloader/Network/RTP", "Puts ASF into RTP packets ([MS-RTSP])",
      "The gst-wms authors");

  GST_DEBUG_CATEGORY_INIT (gst_wms_rtp_asf_pay_debug, "rtpasfpay", 0,
      "RTP ASF payloader");
}

static void
gst_wms_rtp_asf_pay_init (GstWmsRtpAsfPay * self)
{
  self->splitter = asf_splitter_new ();
  g_object_set (self, "timestamp-offset", 0, NULL);
}
