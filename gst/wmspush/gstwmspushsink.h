/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-wmspushsink
 * @title: wmspushsink
 * @short_description: pushes ASF to a publishing point
 *
 * Pushes ASF over HTTP to a publishing point of Windows Media Services,
 * PeerCast, Flumotion or `wms-pubpoint` ([MS-WMHTTP], Windows Media HTTP Push
 * Distribution Protocol).  It takes packets from #GstWmsAsfMux or libav's ASF
 * muxers and the bytes of an ASF file, and sends them in real time.
 *
 * ## Pads
 *
 * - `sink`, always: `video/x-ms-asf`, or `application/x-gst-av-asf_stream` as
 *   libav's `avmux_asf_stream` calls it, in buffers of any size.
 *
 * ## Messages
 *
 * What the status callback of the Windows Media Format SDK's push sink would
 * have told comes as an element message named `wms-status`, unless
 * #GstWmsPushSink:status-messages is off, with the fields
 *
 * - `status` (#GstWmsStatus) and `status-name` (string, `WMT_OPENED`);
 * - `hresult` (uint) and `hresult-name` (string, `S_OK`);
 * - `type` (#GstWmsDataType): of the value, DWORD where there is none;
 * - `value` (uint64): with WMT_STARTED the first packet's time, in 100 ns;
 * - `context` (pointer), where #GstWmsPushSink:status-context is set;
 * - `location` (string): the URL, without a password;
 * - `http-status` (uint), where an answer caused it;
 * - `text` (string, translated): what has happened, or what is wrong and what
 *   to do, for people.
 *
 * A clean session posts WMT_LOCATING, WMT_CONNECTING, WMT_OPENED, WMT_STARTED,
 * WMT_END_OF_STREAMING, WMT_STOPPED and WMT_CLOSED, in this order; a failed one
 * WMT_ERROR and WMT_CLOSED, then one error message.
 *
 * When the session has ended or failed, an element message `wms-finalize` has
 * its `hresult`, `hresult-name`, `location` and `context`.
 *
 * Progress messages with the code `connect` tell of the first connection.
 *
 * An error ends the stream.  It is one of %GST_RESOURCE_ERROR_SETTINGS,
 * %GST_RESOURCE_ERROR_NOT_FOUND, %GST_RESOURCE_ERROR_OPEN_WRITE,
 * %GST_RESOURCE_ERROR_NOT_AUTHORIZED, %GST_RESOURCE_ERROR_BUSY,
 * %GST_RESOURCE_ERROR_NO_SPACE_LEFT, %GST_RESOURCE_ERROR_READ,
 * %GST_RESOURCE_ERROR_WRITE, %GST_RESOURCE_ERROR_FAILED and
 * %GST_STREAM_ERROR_FORMAT; its details have `hresult` and `hresult-name`,
 * which say more exactly what it is, and `http-status` where an answer of the
 * server has caused it.
 *
 * Warnings: %GST_RESOURCE_ERROR_WRITE with #GstWmsPushSink:leaky, when packets
 * are dropped, once for each run of drops and at most once a second, together
 * with a QoS message whose statistics (%GST_FORMAT_BUFFERS) are the packets
 * that came and were dropped; %GST_STREAM_ERROR_DECODE when the stream ends in
 * the middle of a packet; %GST_CORE_ERROR_CLOCK when there is no clock to send
 * by.
 *
 * ## End
 *
 * EOS ends the session, behind all data.  While a session is lost, data waits
 * for the server and EOS waits behind it, as long as there are
 * #GstWmsPushSink:retries; so it does while credentials are waited for.  The
 * first Ctrl-C of `gst-launch-1.0 -e` does nothing then (a second one ends it
 * without EOS), and a gst_element_send_event() does not return.  With
 * #GstWmsPushSink:leaky nothing waits in front of EOS, and
 * #GstWmsPushSink::end-session breaks the wait; both fail after
 * #GstWmsPushSink:timeout when the server is not back.
 *
 * ## Seeks
 *
 * Where `asfparse` stands between a file and the sink, an application can seek
 * in it: packets of the other place follow in the same session.  After EOS a
 * seek that flushes begins another session, with the header of the caps, so
 * that a file can be sent again and again.
 *
 * ## Markers
 *
 * A custom serialized downstream event named `wms-marker`, which asfmux passes
 * on, comes back as an element message of that name with the same fields, once
 * all data before it has been written to the server, or dropped.  Before the
 * first packet it waits for WMT_STARTED, as 1000 of them can.  One that a flush
 * meets on its way is refused with the data before it, and so is one behind the
 * end of the session by #GstWmsPushSink::end-session; a session that fails or
 * is stopped takes what waits with it.
 *
 * ## Credentials
 *
 * Where the server wants to know who pushes, Negotiate (with the user's
 * Kerberos ticket), Digest, NTLM and Basic are used, with the user part of
 * #GstWmsPushSink:location, then #GstWmsPushSink:user-id and
 * #GstWmsPushSink:user-pw, then what the application answers to
 * #GstWmsPushSink::acquire-credentials; the same goes for an HTTP proxy
 * (#GstWmsPushSink:proxy).  A password that can be read on the way is sent only
 * with #GstWmsPushSink:allow-clear-text-credentials.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 -e videotestsrc is-live=true ! avenc_wmv2 ! asfmux name=m \
 *     ! wmspushsink location=http://127.0.0.1:8080/live \
 *     audiotestsrc is-live=true ! avenc_wmav2 ! m.
 * ]|
 * Pushes a test picture and a tone to the publishing point `live` of a
 * `wms-pubpoint` on this machine, until Ctrl-C.
 *
 * Since: 1.22
 */

#ifndef __GST_WMS_PUSH_SINK_H__
#define __GST_WMS_PUSH_SINK_H__

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

/**
 * GstWmsPushSink:
 *
 * Pushes ASF to a publishing point.
 */
#define GST_TYPE_WMS_PUSH_SINK (gst_wms_push_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstWmsPushSink, gst_wms_push_sink, GST, WMS_PUSH_SINK,
    GstBaseSink)

GST_ELEMENT_REGISTER_DECLARE (wmspushsink);

G_END_DECLS
#endif /* __GST_WMS_PUSH_SINK_H__ */
