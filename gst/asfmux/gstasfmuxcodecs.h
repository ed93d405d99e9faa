/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_CODECS_H__
#define __GST_WMS_ASF_MUX_CODECS_H__

#include <gst/gst.h>

#include "asf/asfheader.h"

G_BEGIN_DECLS

/**
 * GstWmsAsfCodecData:
 * @GST_WMS_ASF_DATA_GIVEN: the field codec_data, as it is
 * @GST_WMS_ASF_DATA_ZEROS: the same, or zeros when old encoders give none
 * @GST_WMS_ASF_DATA_AAC: the same; raw frames need it
 * @GST_WMS_ASF_DATA_JOINED: the same, or the stream headers in a row
 * @GST_WMS_ASF_DATA_LACED: the same, or the stream headers with Xiph lacing
 * @GST_WMS_ASF_DATA_SIZED: the same, or the stream headers, each after its
 *     size in two bytes
 * @GST_WMS_ASF_DATA_SPEEX: the same, or the first stream header
 * @GST_WMS_ASF_DATA_FLAC: the STREAMINFO block
 * @GST_WMS_ASF_DATA_MP3: the rest of a MPEGLAYER3WAVEFORMAT
 * @GST_WMS_ASF_DATA_MP2: the rest of a MPEG1WAVEFORMAT
 * @GST_WMS_ASF_DATA_MS_ADPCM: the rest of an ADPCMWAVEFORMAT
 * @GST_WMS_ASF_DATA_IMA_ADPCM: the rest of an IMAADPCMWAVEFORMAT
 * @GST_WMS_ASF_DATA_GSM: the rest of a GSM610WAVEFORMAT
 * @GST_WMS_ASF_DATA_PCM: none, or the rest of a WAVEFORMATEXTENSIBLE
 * @GST_WMS_ASF_DATA_PALETTE: the field palette_data
 *
 * Where the bytes after the format structure come from.
 */
typedef enum
{
  GST_WMS_ASF_DATA_GIVEN,
  GST_WMS_ASF_DATA_ZEROS,
  GST_WMS_ASF_DATA_AAC,
  GST_WMS_ASF_DATA_JOINED,
  GST_WMS_ASF_DATA_LACED,
  GST_WMS_ASF_DATA_SIZED,
  GST_WMS_ASF_DATA_SPEEX,
  GST_WMS_ASF_DATA_FLAC,
  GST_WMS_ASF_DATA_MP3,
  GST_WMS_ASF_DATA_MP2,
  GST_WMS_ASF_DATA_MS_ADPCM,
  GST_WMS_ASF_DATA_IMA_ADPCM,
  GST_WMS_ASF_DATA_GSM,
  GST_WMS_ASF_DATA_PCM,
  GST_WMS_ASF_DATA_PALETTE,
} GstWmsAsfCodecData;

/**
 * GstWmsAsfCodecFlags:
 * @GST_WMS_ASF_CODEC_BLOCKS: audio in blocks of a constant size: Audio Spread
 * @GST_WMS_ASF_CODEC_LINEAR: a constant number of bits for each sample
 * @GST_WMS_ASF_CODEC_RAW: uncompressed video
 * @GST_WMS_ASF_CODEC_EVEN: with it, one row of colours for two of pixels
 * @GST_WMS_ASF_CODEC_DECODE_TIMES: of the VC-1 family (rules, 7.3)
 * @GST_WMS_ASF_CODEC_HEADERS: the first buffers repeat the stream headers
 * @GST_WMS_ASF_CODEC_INTRA: each frame is a key frame, flagged or not
 * @GST_WMS_ASF_CODEC_NAMED: caps that leave out a field are not meant
 * @GST_WMS_ASF_CODEC_TAG_IN_CAPS: the caps name the tag
 *
 * How a codec differs from the others.
 */
typedef enum
{
  GST_WMS_ASF_CODEC_BLOCKS = 1 << 0,
  GST_WMS_ASF_CODEC_LINEAR = 1 << 1,
  GST_WMS_ASF_CODEC_RAW = 1 << 2,
  GST_WMS_ASF_CODEC_DECODE_TIMES = 1 << 3,
  GST_WMS_ASF_CODEC_HEADERS = 1 << 4,
  GST_WMS_ASF_CODEC_INTRA = 1 << 5,
  GST_WMS_ASF_CODEC_NAMED = 1 << 6,
  GST_WMS_ASF_CODEC_TAG_IN_CAPS = 1 << 7,
  GST_WMS_ASF_CODEC_EVEN = 1 << 8,
} GstWmsAsfCodecFlags;

/**
 * GstWmsAsfCodec:
 * @caps: the form that is taken.  Caps belong to the first line that they
 *     intersect with, since demuxers leave fields out
 * @tag: WAVE format tag or FOURCC
 * @bits: per sample or pixel
 * @unit: block alignment, 0 when the caps or the first buffer say it; of
 *     uncompressed video, what the width has to be a multiple of
 * @data: where the codec data comes from
 * @min_data: bytes of codec data that readers need
 * @flags: how it differs
 * @parser: (nullable): element that makes this form out of others
 * @name: for the Codec List
 *
 * One codec.
 */
typedef struct
{
  const gchar *caps;
  guint32 tag;
  guint16 bits;
  guint16 unit;
  GstWmsAsfCodecData data;
  guint16 min_data;
  GstWmsAsfCodecFlags flags;
  const gchar *parser;
  const gchar *name;
} GstWmsAsfCodec;

/**
 * gst_wms_asf_codec_find:
 * @caps: fixed caps
 * @kind: (out): audio or video
 *
 * Returns: (nullable): the line that these caps belong to.
 */
const GstWmsAsfCodec *gst_wms_asf_codec_find (const GstCaps * caps,
    AsfStreamKind * kind);

/**
 * gst_wms_asf_codec_find_parser:
 * @caps: fixed caps that belong to no line
 *
 * Returns: (nullable): the element that makes a form of them that is taken.
 */
const gchar *gst_wms_asf_codec_find_parser (const GstCaps * caps);

/**
 * gst_wms_asf_codec_caps:
 * @kind: audio or video
 *
 * Returns: (transfer full): everything that a pad of that kind takes, the
 *     common codecs and their best forms first.
 */
GstCaps *gst_wms_asf_codec_caps (AsfStreamKind kind);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_CODECS_H__ */
