/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_CAPS_H__
#define __GST_WMS_ASF_MUX_CAPS_H__

#include <gst/gst.h>

#include "asfmux/gstasfmuxcodecs.h"

G_BEGIN_DECLS

/**
 * GstWmsAsfFormat:
 * @stream: kind, format and codec data of the stream; @stream.codec_data and
 *     the texts belong to this structure
 * @times_are_decode: media objects carry decode times, since the codec
 *     reorders frames and readers expect times that do not step back
 * @keep_whole: a media object should not be split over packets
 * @is_linear: sound with a constant number of bytes for each sample
 * @may_reorder: whether presentation times may step back, for frames that
 *     come after the ones that they are predicted from
 * @is_intra: each media object is a key frame, flagged or not
 * @headers: (nullable) (element-type GBytes): of a codec whose stream headers
 *     are its codec data: buffers flagged HEADER, or with these bytes, repeat
 *     it and are no media objects
 * @is_h264_bytes: whether it is H.264 as a byte stream, by its caps
 * @data_is_found: whether the codec data was found in the byte stream, or made
 *     of that of its other form
 * @declared_bps: what the caps say, or 0
 * @fps_n: frame rate, 0 when unknown
 * @fps_d: the same
 * @par_n: pixel aspect ratio of a video stream, 1 when unknown
 * @par_d: the same
 * @interlaced: whether frames hold two fields
 * @top_field_first: with @interlaced, as far as the caps say it
 *
 * What was learned from the caps of one pad.
 */
typedef struct
{
  AsfStream stream;
  gchar *description;
  gboolean times_are_decode;
  gboolean keep_whole;
  gboolean is_linear;
  gboolean may_reorder;
  gboolean is_intra;
  GPtrArray *headers;
  gboolean is_h264_bytes;
  gboolean data_is_found;
  guint32 declared_bps;
  gint fps_n;
  gint fps_d;
  gint par_n;
  gint par_d;
  gboolean interlaced;
  gboolean top_field_first;
} GstWmsAsfFormat;

/**
 * gst_wms_asf_format_from_caps:
 * @format: (out): to be cleared with gst_wms_asf_format_clear()
 * @caps: fixed caps
 * @error: return location
 *
 * Returns: %FALSE with a GST_STREAM_ERROR when the stream cannot be carried;
 *     its message is for the user, and says what to do.
 */
gboolean gst_wms_asf_format_from_caps (GstWmsAsfFormat * format,
    const GstCaps * caps, GError ** error);

/**
 * gst_wms_asf_format_equal:
 *
 * Returns: whether both give the same Stream Properties Object.  Pixel aspect
 *     ratio and fields are no part of it: frames bring them along.
 */
gboolean gst_wms_asf_format_equal (const GstWmsAsfFormat * a,
    const GstWmsAsfFormat * b);

/**
 * gst_wms_asf_format_learn:
 * @format: of a stream that is in no header yet
 * @buffer: its first buffer
 *
 * Parameter sets at the beginning of an H.264 byte stream become the codec
 * data that its caps do not have: parsers send them once, and players of a
 * broadcast that come later have the header only.
 */
void gst_wms_asf_format_learn (GstWmsAsfFormat * format, GstBuffer * buffer);

/**
 * gst_wms_asf_format_repeats:
 *
 * Returns: whether a buffer holds stream headers that stand in the codec data,
 *     and is no media object: encoders and demuxers send them ahead.
 */
gboolean gst_wms_asf_format_repeats (const GstWmsAsfFormat * format,
    GstBuffer * buffer);

/**
 * gst_wms_asf_format_clear:
 *
 * Frees what the fields hold and makes them empty.
 */
void gst_wms_asf_format_clear (GstWmsAsfFormat * format);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_CAPS_H__ */
