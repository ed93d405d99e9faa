/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-rtpasfpay
 * @title: rtpasfpay
 * @short_description: puts ASF into RTP packets
 *
 * Sends ASF over RTP as Windows Media Services do ([MS-RTSP] 2.2.1): each data
 * packet without its padding in an RTP packet of its own, or in several where
 * it is larger than #GstRTPBasePayload:mtu.  The header is not among them: it
 * stands, base64-encoded, in the caps' field `config`, and the packet size in
 * `maxps`, as gst-plugins-ugly's `rtpasfdepay` wants them.
 *
 * The RTP timestamp is the buffer's DTS, which `asfmux` and `asfparse` make of
 * the Send Time, in milliseconds; #GstRTPBasePayload:timestamp-offset is 0
 * unless it is set, since [MS-RTSP] 2.2.1.2 wants the Send Time itself.
 *
 * ASF may come in pieces of any size.  Another header changes the caps;
 * `rtpasfdepay` refuses one with another packet size.
 *
 * ## Pads
 *
 * - `sink`, always: `video/x-ms-asf`;
 * - `src`, always: `application/x-rtp`, encoding name `X-ASF-PF`, clock rate
 *   1000.
 *
 * ## Messages
 *
 * - error %GST_STREAM_ERROR_DECODE: the stream is no ASF;
 * - warning %GST_STREAM_ERROR_DECODE: a packet cannot be read, or the stream
 *   ended in the middle of one; it was left out.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 filesrc location=test.wmv ! asfparse ! rtpasfpay \
 *     ! udpsink host=127.0.0.1 port=5004
 * ]|
 * Sends a file at the pace at which it plays.
 *
 * Since: 1.22
 */

#ifndef __GST_WMS_RTP_ASF_PAY_H__
#define __GST_WMS_RTP_ASF_PAY_H__

#include <gst/rtp/gstrtpbasepayload.h>

G_BEGIN_DECLS

/**
 * GstWmsRtpAsfPay:
 *
 * Puts ASF into RTP packets.
 */
#define GST_TYPE_WMS_RTP_ASF_PAY (gst_wms_rtp_asf_pay_get_type ())
G_DECLARE_FINAL_TYPE (GstWmsRtpAsfPay, gst_wms_rtp_asf_pay, GST,
    WMS_RTP_ASF_PAY, GstRTPBasePayload)

GST_ELEMENT_REGISTER_DECLARE (rtpasfpay);

G_END_DECLS
#endif /* __GST_WMS_RTP_ASF_PAY_H__ */
