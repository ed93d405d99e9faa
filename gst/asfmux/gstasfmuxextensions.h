/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_EXTENSIONS_H__
#define __GST_WMS_ASF_MUX_EXTENSIONS_H__

#include <gst/gst.h>

#include "asfmux/gstasfmuxcaps.h"

G_BEGIN_DECLS

/* Sample Duration, Pixel Aspect Ratio, Content Type, Timecode. */
#define GST_WMS_ASF_EXTENSIONS_SIZE (2 + 2 + 1 + 14 + 24)

/**
 * GstWmsAsfExtensions:
 * @data: (array length=size): what each payload of the next object has
 * @size: its bytes, 0 when the stream has no payload extension
 *
 * Payload extension systems of one stream (rules, 4.2): which there are is
 * decided with its first buffer, since the header declares them.
 */
typedef struct
{
  guint8 data[GST_WMS_ASF_EXTENSIONS_SIZE];
  guint8 size;

  gboolean has_duration;
  gboolean has_aspect;
  gboolean has_content;
  gboolean has_timecode;
  gboolean has_shown_time;
  gboolean is_interlaced;
  gboolean is_top_first;
} GstWmsAsfExtensions;

/**
 * gst_wms_asf_to_ms:
 * @ns: a time, far from the largest one
 *
 * Returns: the nearest millisecond.
 */
static inline guint64
gst_wms_asf_to_ms (guint64 ns)
{
  return (ns + GST_MSECOND / 2) / GST_MSECOND;
}

/**
 * gst_wms_asf_extensions_start:
 * @self: of the stream
 * @format: what the caps say; its list of extensions is filled in
 * @first: (nullable): the stream's first buffer
 * @is_from_asf: whether asfdemux gave the times, which may be of either kind
 *
 * Sample Duration goes with video of 100 kbit/s or more whose durations are
 * known, as in Windows' files; Pixel Aspect Ratio with pixels that are not
 * square, Content Type with fields, Timecode with a #GstVideoTimeCodeMeta.
 *
 * Where the first buffer has a decode time of its own, frames are reordered,
 * and where nothing says when they are decoded, or a gap comes first, they may
 * be.  FFmpeg takes their times for decode times, but for those of a system
 * whose identifier begins with 2A, as that of recorded TV does.  So each
 * payload says again when the picture is shown, in a system of this project: 8
 * zero bytes, begin and end in 100 ns with the preroll.  The system of recorded
 * TV itself would not do: asfdemux reads it without the preroll.
 */
void gst_wms_asf_extensions_start (GstWmsAsfExtensions * self,
    GstWmsAsfFormat * format, GstBuffer * first, gboolean is_from_asf);

/**
 * gst_wms_asf_extensions_change:
 * @self: of a stream that was started
 * @format: what its caps say from the next buffer on
 *
 * Returns: whether the header declares what it takes to say so: pixels that
 *     were square may not be any more.
 */
gboolean gst_wms_asf_extensions_change (GstWmsAsfExtensions * self,
    const GstWmsAsfFormat * format);

/**
 * gst_wms_asf_extensions_update:
 * @self: of the stream
 * @buffer: the next one
 * @pres_ms: presentation time of its media object
 * @duration_ns: how long it lasts, as far as that is known
 *
 * Makes the data of the buffer's media object.
 */
void gst_wms_asf_extensions_update (GstWmsAsfExtensions * self,
    GstBuffer * buffer, guint32 pres_ms, guint64 duration_ns);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_EXTENSIONS_H__ */
