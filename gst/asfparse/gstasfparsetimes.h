/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_PARSE_TIMES_H__
#define __GST_WMS_ASF_PARSE_TIMES_H__

#include <gst/gstclock.h>

#include "asf/asfelapsed.h"

G_BEGIN_DECLS

/**
 * GstWmsAsfTimes:
 * @begin: where the programme begins: behind those before it
 * @end: end of the last packet, without the shift
 * @dts: of the last packet
 * @pts: of the last packet
 *
 * Times of packets in the stream, and where in the input a time is, as long as
 * all packets of a programme are taken to be of equal duration.  All 0 is a
 * stream that has not begun.
 */
typedef struct
{
  GstClockTime begin, end;
  GstClockTime dts, pts;

  /*< private >*/
  AsfElapsed elapsed;
  gboolean is_source_timed;
  GstClockTimeDiff shift;       /* what a source's time stamps are later */
  /* 0 when not known */
  guint64 data_begin, data_size, packet_size;
  GstClockTime duration;
} GstWmsAsfTimes;

/**
 * gst_wms_asf_times_take_source:
 * @is_timed: whether the source's segments are in time
 *
 * Tells that the source goes on elsewhere.
 */
void gst_wms_asf_times_take_source (GstWmsAsfTimes * self, gboolean is_timed);

/**
 * gst_wms_asf_times_take_header:
 * @header: the header of what follows
 * @begin: in ns, where it begins
 */
void gst_wms_asf_times_take_header (GstWmsAsfTimes * self,
    const AsfHeaderInfo * header, GstClockTime begin);

/**
 * gst_wms_asf_times_take_places:
 * @data_begin: where its first packet is
 * @data_size: size of all its packets
 *
 * Returns: when the programme ends.
 */
GstClockTime gst_wms_asf_times_take_places (GstWmsAsfTimes * self,
    guint64 data_begin, guint64 data_size);

/**
 * gst_wms_asf_times_jump:
 * @is_before: whether the next packet is in a programme before
 *
 * Tells that the next packet is from elsewhere in the input.
 */
void gst_wms_asf_times_jump (GstWmsAsfTimes * self, gboolean is_before);

/**
 * gst_wms_asf_times_doubts:
 * @header: the header that was taken last
 * @packet: the next packet
 *
 * Returns: whether gst_wms_asf_times_mend() has to look at what follows.
 */
gboolean gst_wms_asf_times_doubts (const GstWmsAsfTimes * self,
    const AsfHeaderInfo * header, const AsfPacketInfo * packet);

/**
 * gst_wms_asf_times_mend:
 * @header: the header that was taken last
 * @packet: (inout): the next packet
 * @next: (nullable): the bytes of the one behind it; %NULL at the end
 *
 * Returns: whether its Send Time was damaged.
 */
gboolean gst_wms_asf_times_mend (const GstWmsAsfTimes * self,
    const AsfHeaderInfo * header, AsfPacketInfo * packet, const guint8 * next);

/**
 * gst_wms_asf_times_take_packet:
 * @header: the header that was taken last
 * @packet: the next packet
 * @data: its bytes
 * @said: what a source says of its time, or %GST_CLOCK_TIME_NONE
 *
 * Section 5.2.2: Send Time.  Where a source with segments in time said when
 * something was, the packets up to its next time follow from there.
 */
void gst_wms_asf_times_take_packet (GstWmsAsfTimes * self,
    const AsfHeaderInfo * header, const AsfPacketInfo * packet,
    const guint8 * data, GstClockTime said);

/**
 * gst_wms_asf_times_to_bytes:
 * @time: in ns
 * @bytes: (out): where the packet of that time begins
 *
 * Returns: whether that is known.
 */
gboolean gst_wms_asf_times_to_bytes (const GstWmsAsfTimes * self, gint64 time,
    gint64 * bytes);

/**
 * gst_wms_asf_times_to_time:
 * @bytes: a place in the input
 * @time: (out): its time in ns
 *
 * Returns: whether that is known.
 */
gboolean gst_wms_asf_times_to_time (const GstWmsAsfTimes * self, gint64 bytes,
    gint64 * time);

G_END_DECLS
#endif /* __GST_WMS_ASF_PARSE_TIMES_H__ */
