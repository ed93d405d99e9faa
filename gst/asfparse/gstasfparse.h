/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-asfparse
 * @title: asfparse
 * @short_description: cuts ASF into header, packets and index
 *
 * Makes of the bytes of an ASF file or broadcast what `asfmux` puts out: a
 * buffer with the header, one for each data packet, and one for each index
 * object, all bytes as they were.  `wmspushsink` can push it then, at the pace
 * of its time stamps with #GstBaseSink:sync, and a broadcast can be recorded
 * from any point on.
 *
 * The header is also in the caps, as `streamheader`.  DTS is a packet's Send
 * Time, in a broadcast counted from its first packet, where one that is over
 * ten minutes ahead or a second back is another clock's and takes no time.  In
 * a file one that is so far ahead of the next packet's is damaged: the packet
 * has the DTS of the one before.  PTS is the time of the
 * earliest media object that begins in it, without the preroll, the duration
 * is that of the packet.  %GST_BUFFER_FLAG_DELTA_UNIT is missing where a player
 * can start.  Time stamps of a source with segments in time stay, and packets
 * without one follow from there.
 *
 * Another header begins another programme, whose times follow those of the one
 * before: in a broadcast, behind the index of a file, or where a recording
 * broke off in the middle of a packet.  Bytes that are neither object nor
 * packet are left out, and an element warning says how many they were: after
 * such bytes the next place is looked for where two packets follow each other.
 * So are headers that cannot be read.
 *
 * A file can be seeked in when upstream can, by bytes.
 *
 * ## Pads
 *
 * - `sink`, always: `video/x-ms-asf`, bytes in pieces of any size;
 * - `src`, always: `video/x-ms-asf, parsed=true`, with `streamheader`.
 *
 * ## Messages
 *
 * - error %GST_STREAM_ERROR_DECODE: the stream ended, and its header could not
 *   be read;
 * - error %GST_STREAM_ERROR_WRONG_TYPE, from #GstBaseParse: the stream ended
 *   and nothing in it was ASF;
 * - error %GST_RESOURCE_ERROR_READ: a buffer cannot be read;
 * - warning %GST_STREAM_ERROR_DECODE: a header cannot be read; bytes were left
 *   out, and how many. At most one in a second, and one at the end.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 filesrc location=test.wmv ! asfparse \
 *     ! wmspushsink location=http://127.0.0.1:8080/live
 * ]|
 * Pushes a file as it is, at the pace at which it plays.
 * |[
 * gst-launch-1.0 filesrc location=test.wmv ! asfparse \
 *     ! filesink location=copy.wmv
 * ]|
 * Copies it; what is no ASF is left out.
 *
 * Since: 1.22
 */

#ifndef __GST_WMS_ASF_PARSE_H__
#define __GST_WMS_ASF_PARSE_H__

#include <gst/base/gstbaseparse.h>

G_BEGIN_DECLS

/**
 * GstWmsAsfParse:
 *
 * Cuts ASF into header, packets and index.
 */
#define GST_TYPE_WMS_ASF_PARSE (gst_wms_asf_parse_get_type ())
G_DECLARE_FINAL_TYPE (GstWmsAsfParse, gst_wms_asf_parse, GST, WMS_ASF_PARSE,
    GstBaseParse)

GST_ELEMENT_REGISTER_DECLARE (asfparse);

G_END_DECLS
#endif /* __GST_WMS_ASF_PARSE_H__ */
