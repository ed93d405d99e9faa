/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_CHAPTERS_H__
#define __GST_WMS_ASF_MUX_CHAPTERS_H__

#include <gst/gst.h>

#include "asf/asfheader.h"
#include "asf/asfpacketizer.h"

G_BEGIN_DECLS

/**
 * GstWmsAsfPlace:
 * @pres_ms: time of a cleanpoint as stored, preroll included
 * @packet: number of the packet in which it begins
 * @send_ms: that packet's Send Time
 */
typedef struct
{
  guint32 pres_ms;
  guint32 packet;
  guint32 send_ms;
} GstWmsAsfPlace;

/**
 * GstWmsAsfChapters:
 * @toc: (nullable): what the header's markers were made of
 * @stream_number: whose cleanpoints the markers lead to
 * @places: (element-type GstWmsAsfPlace): those, one a second at most, so
 *     43,200 bytes an hour at most
 * @n_sent: how many of them have their Send Time
 * @recent: (element-type guint32): Send Times of packets that were finished
 *     since the last object
 * @n_packets: how many were finished
 *
 * Where in a file a marker leads.  Belongs to the streaming thread.
 */
typedef struct
{
  GstToc *toc;
  guint8 stream_number;
  GArray *places;
  guint n_sent;
  GArray *recent;
  guint64 n_packets;
} GstWmsAsfChapters;

/**
 * gst_wms_asf_toc_clear:
 * @toc: points to a table of contents or %NULL; to %NULL afterwards
 *
 * Gives up the reference.
 */
void gst_wms_asf_toc_clear (GstToc ** toc);

/**
 * gst_wms_asf_chapters_start:
 * @self: zeroed or cleared
 * @pads: (element-type GstWmsAsfMuxPad): streams of the header
 *
 * Begins a file: markers lead to cleanpoints of the first video stream, or of
 * the first stream when there is none.
 */
void gst_wms_asf_chapters_start (GstWmsAsfChapters * self, GPtrArray * pads);

/**
 * gst_wms_asf_chapters_clear:
 *
 * Frees what the fields hold.
 */
void gst_wms_asf_chapters_clear (GstWmsAsfChapters * self);

/**
 * gst_wms_asf_chapters_add_packet:
 *
 * To be told of each packet in their order.
 */
void gst_wms_asf_chapters_add_packet (GstWmsAsfChapters * self,
    guint32 send_ms);

/**
 * gst_wms_asf_chapters_add_object:
 * @self: markers of a file
 * @object: was written
 * @packet: number of the packet in which it begins
 *
 * To be told of each object, after the packets that it has filled.
 */
void gst_wms_asf_chapters_add_object (GstWmsAsfChapters * self,
    const AsfObject * object, guint64 packet);

/**
 * gst_wms_asf_chapters_find_toc:
 * @mux: the element
 * @pads: (element-type GstWmsAsfMuxPad): streams of the header
 *
 * Returns: (transfer full) (nullable): the application's table of contents, or
 *     that of the first stream that has one.
 */
GstToc *gst_wms_asf_chapters_find_toc (GstElement * mux, GPtrArray * pads);

/**
 * gst_wms_asf_chapters_read:
 * @self: gets @toc
 * @toc: (transfer full) (nullable): from gst_wms_asf_chapters_find_toc()
 * @pads: (element-type GstWmsAsfMuxPad): streams of the header
 * @origin: running time at which the file's time begins
 * @preroll_ms: what is added to each time
 *
 * Makes a marker of each chapter or track that has a start, in the order of
 * time, named by its title or else numbered.  Of several editions the first
 * one counts.  Times of the application's table count from the beginning of
 * the file, those of a stream's are stream times.
 *
 * Returns: (transfer full) (element-type AsfMarker) (nullable): for the header;
 *     they have no places yet.
 */
GArray *gst_wms_asf_chapters_read (GstWmsAsfChapters * self, GstToc * toc,
    GPtrArray * pads, GstClockTimeDiff origin, guint64 preroll_ms);

/**
 * gst_wms_asf_chapters_resolve:
 * @self: has seen the whole file
 * @markers: (element-type AsfMarker): gets places; markers after the end are
 *     removed
 * @header: completed
 *
 * Returns: how many markers were removed.
 */
guint gst_wms_asf_chapters_resolve (const GstWmsAsfChapters * self,
    GArray * markers, const AsfHeader * header);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_CHAPTERS_H__ */
