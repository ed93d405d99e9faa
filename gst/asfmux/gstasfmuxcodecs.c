/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxcodecs.h"

#define CC(a,b,c,d) \
    ((guint32) (a) | (guint32) (b) << 8 | (guint32) (c) << 16 | \
    (guint32) (d) << 24)
#define BI_RGB 0

#define DATA(name) GST_WMS_ASF_DATA_##name
#define BLOCKS GST_WMS_ASF_CODEC_BLOCKS
#define LINEAR GST_WMS_ASF_CODEC_LINEAR
#define RAW GST_WMS_ASF_CODEC_RAW
#define EVEN GST_WMS_ASF_CODEC_EVEN
#define DECODE_TIMES GST_WMS_ASF_CODEC_DECODE_TIMES
#define HEADERS GST_WMS_ASF_CODEC_HEADERS
#define INTRA GST_WMS_ASF_CODEC_INTRA
#define NAMED GST_WMS_ASF_CODEC_NAMED
#define TAG_IN_CAPS GST_WMS_ASF_CODEC_TAG_IN_CAPS

/* One entry for each codec: caps; tag, bits, unit, codec data, its least size,
 * flags, parser; name.  Where several tags mean one codec it is Windows' own,
 * else FFmpeg's. */
/* *INDENT-OFF* */
static const GstWmsAsfCodec video_codecs[] = {
  {"video/x-wmv, wmvversion=(int)1, format=(string)WMV1",
      CC ('W', 'M', 'V', '1'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Windows Media Video 7"},
  {"video/x-wmv, wmvversion=(int)2, format=(string)WMV2",
      CC ('W', 'M', 'V', '2'), 24, 0, DATA (ZEROS), 4, 0, NULL,
      "Windows Media Video 8"},
  {"video/x-wmv, wmvversion=(int)3, format=(string)WMV3, "
        "stream-format=(string)asf, header-format=(string)asf",
      CC ('W', 'M', 'V', '3'), 24, 0, DATA (ZEROS), 4, DECODE_TIMES, "vc1parse",
      "Windows Media Video 9"},
  {"video/x-wmv, wmvversion=(int)3, format=(string)WVC1, "
        "stream-format=(string)asf, header-format=(string)asf",
      CC ('W', 'V', 'C', '1'), 24, 0, DATA (GIVEN), 5, DECODE_TIMES, "vc1parse",
      "Windows Media Video 9 Advanced Profile"},
  {"video/x-wmv, wmvversion=(int)3, format=(string)WMVA, "
        "stream-format=(string)asf, header-format=(string)asf",
      CC ('W', 'M', 'V', 'A'), 24, 0, DATA (GIVEN), 1, DECODE_TIMES, "vc1parse",
      "Windows Media Video 9 Advanced Profile"},
  {"video/x-wmv, wmvversion=(int)3, format=(string)WMVP",
      CC ('W', 'M', 'V', 'P'), 24, 0, DATA (GIVEN), 4, NAMED, NULL,
      "Windows Media Video 9 Image"},
  {"video/x-wmv, wmvversion=(int)3, format=(string)WVP2",
      CC ('W', 'V', 'P', '2'), 24, 0, DATA (GIVEN), 4, NAMED, NULL,
      "Windows Media Video 9.1 Image V2"},
  {"video/x-wmv, wmvversion=(int)1, format=(string)MSS1",
      CC ('M', 'S', 'S', '1'), 24, 0, DATA (GIVEN), 0, NAMED, NULL,
      "Windows Media Screen 7"},
  {"video/x-wmv, wmvversion=(int)3, format=(string)MSS2",
      CC ('M', 'S', 'S', '2'), 24, 0, DATA (GIVEN), 0, NAMED, NULL,
      "Windows Media Video 9 Screen"},
  {"video/x-msmpeg, msmpegversion=(int)43",
      CC ('M', 'P', '4', '3'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Microsoft MPEG-4 Video V3"},
  {"video/x-msmpeg, msmpegversion=(int)42",
      CC ('M', 'P', '4', '2'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Microsoft MPEG-4 Video V2"},
  {"video/x-msmpeg, msmpegversion=(int)41",
      CC ('M', 'P', 'G', '4'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Microsoft MPEG-4 Video V1"},
  {"video/x-h264, stream-format=(string)byte-stream, "
        "alignment=(string)au, variant=(string)itu",
      CC ('H', '2', '6', '4'), 24, 0, DATA (JOINED), 0, 0, "h264parse",
      "H.264"},
  {"video/x-h264, stream-format=(string)avc, alignment=(string)au, "
        "variant=(string)itu",
      CC ('a', 'v', 'c', '1'), 24, 0, DATA (GIVEN), 7, 0, "h264parse",
      "H.264"},
  {"video/x-h264, variant=(string)videosoft",
      CC ('V', 'S', 'S', 'H'), 24, 0, DATA (JOINED), 0, NAMED, NULL,
      "VideoSoft H.264"},
  {"video/x-h264, variant=(string)lead",
      CC ('L', '2', '6', '4'), 24, 0, DATA (JOINED), 0, NAMED, NULL,
      "Lead H.264"},
  {"video/x-h265, stream-format=(string)byte-stream, "
        "alignment=(string)au",
      CC ('H', '2', '6', '5'), 24, 0, DATA (JOINED), 0, 0, "h265parse",
      "H.265"},
  {"video/x-h265, stream-format=(string){ hvc1, hev1 }, "
        "alignment=(string)au",
      CC ('H', '2', '6', '5'), 24, 0, DATA (GIVEN), 23, 0, "h265parse",
      "H.265"},
  {"video/mpeg, mpegversion=(int)4, systemstream=(boolean)false",
      CC ('M', '4', 'S', '2'), 24, 0, DATA (GIVEN), 0, 0, "mpeg4videoparse",
      "MPEG-4 Video"},
  {"video/mpeg, mpegversion=(int)2, systemstream=(boolean)false",
      CC ('m', 'p', 'g', '2'), 24, 0, DATA (GIVEN), 0, 0, "mpegvideoparse",
      "MPEG-2 Video"},
  {"video/mpeg, mpegversion=(int)1, systemstream=(boolean)false",
      CC ('m', 'p', 'g', '1'), 24, 0, DATA (GIVEN), 0, 0, "mpegvideoparse",
      "MPEG-1 Video"},
  {"image/jpeg",
      CC ('M', 'J', 'P', 'G'), 24, 0, DATA (GIVEN), 0, INTRA, "jpegparse",
      "Motion JPEG"},
  {"video/x-divx, divxversion=(int)3",
      CC ('D', 'I', 'V', '3'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "DivX MPEG-4 Version 3"},
  {"video/x-divx, divxversion=(int)4",
      CC ('D', 'I', 'V', 'X'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "DivX MPEG-4 Version 4"},
  {"video/x-divx, divxversion=(int)5",
      CC ('D', 'X', '5', '0'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "DivX MPEG-4 Version 5"},
  {"video/x-vp8",
      CC ('V', 'P', '8', '0'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "VP8"},
  {"video/x-vp9, alignment=(string)super-frame",
      CC ('V', 'P', '9', '0'), 24, 0, DATA (GIVEN), 0, 0, "vp9parse",
      "VP9"},
  {"video/x-av1, stream-format=(string)obu-stream, "
        "alignment=(string)tu",
      CC ('A', 'V', '0', '1'), 24, 0, DATA (GIVEN), 0, 0, "av1parse",
      "AV1"},
  {"video/x-h263, variant=(string)itu",
      CC ('H', '2', '6', '3'), 24, 0, DATA (GIVEN), 0, 0, "h263parse",
      "H.263"},
  {"video/x-h263, variant=(string)microsoft",
      CC ('M', '2', '6', '3'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Microsoft H.263"},
  {"video/x-h263, variant=(string)lead",
      CC ('L', '2', '6', '3'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Lead H.263"},
  {"video/x-h263, variant=(string)xirlink",
      CC ('x', '2', '6', '3'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Xirlink H.263"},
  {"video/x-h263, variant=(string)vdolive",
      CC ('V', 'D', 'O', 'W'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "VDOLive"},
  {"video/x-h263, variant=(string)vivo",
      CC ('V', 'I', 'V', 'O'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Vivo H.263"},
  {"video/x-h263, variant=(string)lucent",
      CC ('V', 'X', '1', 'K'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Lucent VX1000S H.263"},
  {"video/x-intel-h263",
      CC ('I', '2', '6', '3'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Intel H.263"},
  {"video/x-h261",
      CC ('H', '2', '6', '1'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "H.261"},
  {"video/x-flash-video, flvversion=(int)1",
      CC ('F', 'L', 'V', '1'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Sorenson H.263"},
  {"video/x-theora",
      CC ('t', 'h', 'e', 'o'), 24, 0, DATA (SIZED), 0, HEADERS, "theoraparse",
      "Theora"},
  {"video/x-dirac",
      CC ('d', 'r', 'a', 'c'), 24, 0, DATA (GIVEN), 0, 0, "diracparse",
      "Dirac"},
  {"video/x-dv, systemstream=(boolean)false, dvversion=(int)25",
      CC ('d', 'v', 's', 'd'), 24, 0, DATA (GIVEN), 0, INTRA, "dvdemux",
      "DV"},
  {"video/x-dv, systemstream=(boolean)false, dvversion=(int)50",
      CC ('d', 'v', '5', '0'), 24, 0, DATA (GIVEN), 0, INTRA, NULL,
      "DVCPRO 50"},
  {"image/png",
      CC ('M', 'P', 'N', 'G'), 24, 0, DATA (GIVEN), 0, INTRA, "pngparse",
      "PNG"},
  {"video/x-huffyuv",
      CC ('H', 'F', 'Y', 'U'), 24, 0, DATA (GIVEN), 0, INTRA, NULL,
      "Huffyuv"},
  {"video/x-ffv, ffvversion=(int)1",
      CC ('F', 'F', 'V', '1'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "FFV1"},
  {"video/x-cinepak",
      CC ('c', 'v', 'i', 'd'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Cinepak"},
  {"video/x-indeo, indeoversion=(int)2",
      CC ('R', 'T', '2', '1'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Intel Indeo 2"},
  {"video/x-indeo, indeoversion=(int)3",
      CC ('I', 'V', '3', '2'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Intel Indeo 3"},
  {"video/x-indeo, indeoversion=(int)4",
      CC ('I', 'V', '4', '1'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Intel Indeo 4"},
  {"video/x-indeo, indeoversion=(int)5",
      CC ('I', 'V', '5', '0'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Intel Indeo 5"},
  {"video/x-msvideocodec, msvideoversion=(int)1",
      CC ('M', 'S', 'V', 'C'), 16, 0, DATA (PALETTE), 0, 0, NULL,
      "Microsoft Video 1"},
  {"video/x-rle, layout=(string)microsoft, depth=(int)8",
      1, 8, 0, DATA (PALETTE), 0, 0, NULL,
      "Microsoft RLE"},
  {"video/x-rle, layout=(string)microsoft, depth=(int)4",
      2, 4, 0, DATA (PALETTE), 0, 0, NULL,
      "Microsoft RLE"},
  {"video/x-rle, layout=(string)microsoft",
      CC ('m', 'r', 'l', 'e'), 24, 0, DATA (PALETTE), 0, 0, NULL,
      "Microsoft RLE"},
  {"video/x-cineform",
      CC ('C', 'F', 'H', 'D'), 24, 0, DATA (GIVEN), 0, INTRA, NULL,
      "CineForm"},
  {"video/x-apple-video",
      CC ('R', 'P', 'Z', 'A'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Apple Video"},
  {"video/x-asus, asusversion=(int)1",
      CC ('A', 'S', 'V', '1'), 24, 0, DATA (GIVEN), 8, 0, NULL,
      "Asus Video 1"},
  {"video/x-asus, asusversion=(int)2",
      CC ('A', 'S', 'V', '2'), 24, 0, DATA (GIVEN), 8, 0, NULL,
      "Asus Video 2"},
  {"video/x-cirrus-logic-accupak",
      CC ('C', 'L', 'J', 'R'), 24, 0, DATA (GIVEN), 0, INTRA, NULL,
      "Cirrus Logic AccuPak"},
  {"video/x-zmbv",
      CC ('Z', 'M', 'B', 'V'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Zip Motion Block Video"},
  {"video/x-zlib",
      CC ('Z', 'L', 'I', 'B'), 24, 0, DATA (GIVEN), 8, 0, NULL,
      "LCL ZLIB"},
  {"video/x-mszh",
      CC ('M', 'S', 'Z', 'H'), 24, 0, DATA (GIVEN), 8, 0, NULL,
      "LCL MSZH"},
  {"video/x-loco",
      CC ('L', 'O', 'C', 'O'), 24, 0, DATA (GIVEN), 12, 0, NULL,
      "LOCO Lossless"},
  {"video/sp5x",
      CC ('S', 'P', '5', '4'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Sunplus JPEG"},
  {"video/x-camtasia",
      CC ('t', 's', 'c', 'c'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "TechSmith Screen Capture"},
  {"video/x-tscc, tsccversion=(int)2",
      CC ('t', 's', 'c', '2'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "TechSmith Screen Capture 2"},
  {"video/x-camstudio",
      CC ('C', 'S', 'C', 'D'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "CamStudio"},
  {"video/x-vmnc",
      CC ('V', 'M', 'n', 'c'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "VMware Screen"},
  {"video/x-aasc",
      CC ('A', 'A', 'S', 'C'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Autodesk RLE"},
  {"video/x-xan, wcversion=(int)4",
      CC ('X', 'x', 'a', 'n'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Wing Commander IV"},
  {"video/x-compressed-yuv",
      CC ('C', 'Y', 'U', 'V'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Creative YUV"},
  {"video/x-truemotion, trueversion=(int)1",
      CC ('D', 'U', 'C', 'K'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "TrueMotion 1"},
  {"video/x-truemotion, trueversion=(int)2",
      CC ('T', 'M', '2', '0'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "TrueMotion 2"},
  {"video/x-vp3",
      CC ('V', 'P', '3', '1'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "VP3"},
  {"video/x-vp5",
      CC ('V', 'P', '5', '0'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "VP5"},
  {"video/x-vp6",
      CC ('V', 'P', '6', '2'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "VP6"},
  {"video/x-vp6-flash",
      CC ('V', 'P', '6', 'F'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "VP6 Flash"},
  {"video/x-vp7",
      CC ('V', 'P', '7', '0'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "VP7"},
  {"video/x-ultimotion",
      CC ('U', 'L', 'T', 'I'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "IBM UltiMotion"},
  {"video/x-ati-vcr, vcrversion=(int)1",
      CC ('V', 'C', 'R', '1'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "ATI VCR1"},
  {"video/x-ati-vcr, vcrversion=(int)2",
      CC ('V', 'C', 'R', '2'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "ATI VCR2"},
  {"video/x-kmvc",
      CC ('K', 'M', 'V', 'C'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Karl Morton's Video"},
  {"video/x-mimic",
      CC ('L', 'M', '2', '0'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Mimic"},
  {"video/x-fraps",
      CC ('F', 'P', 'S', '1'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "Fraps"},
  {"subpicture/x-xsub",
      CC ('D', 'X', 'S', 'B'), 24, 0, DATA (GIVEN), 0, 0, NULL,
      "DivX Subtitles"},
  {"video/x-raw, format=(string)I420",
      CC ('I', '4', '2', '0'), 12, 8, DATA (GIVEN), 0, RAW | INTRA | EVEN,
      "videoconvert",
      "YUV 4:2:0"},
  {"video/x-raw, format=(string)YV12",
      CC ('Y', 'V', '1', '2'), 12, 8, DATA (GIVEN), 0, RAW | INTRA | EVEN,
      "videoconvert",
      "YVU 4:2:0"},
  {"video/x-raw, format=(string)YUY2",
      CC ('Y', 'U', 'Y', '2'), 16, 2, DATA (GIVEN), 0, RAW | INTRA, "videoconvert",
      "YUV 4:2:2"},
  {"video/x-raw, format=(string)UYVY",
      CC ('U', 'Y', 'V', 'Y'), 16, 2, DATA (GIVEN), 0, RAW | INTRA, "videoconvert",
      "YUV 4:2:2"},
  {"video/x-raw, format=(string)YVU9",
      CC ('Y', 'V', 'U', '9'), 0, 16, DATA (GIVEN), 0, RAW | INTRA, "videoconvert",
      "YVU 4:1:0"},
  {"video/x-raw, format=(string)GRAY8",
      CC ('Y', '8', '0', '0'), 8, 4, DATA (GIVEN), 0, RAW | INTRA, "videoconvert",
      "8-bit monochrome"},
  {"video/x-raw, format=(string)v210",
      CC ('v', '2', '1', '0'), 0, 1, DATA (GIVEN), 0, RAW | INTRA, "videoconvert",
      "10-bit YUV 4:2:2"},
  {"video/x-raw, format=(string)r210",
      CC ('r', '2', '1', '0'), 32, 64, DATA (GIVEN), 0, RAW | INTRA, "videoconvert",
      "10-bit RGB"},
  {"video/x-raw, format=(string)BGR",
      BI_RGB, 24, 1, DATA (GIVEN), 0, RAW | INTRA, "videoconvert",
      "24-bit RGB"},
  {"video/x-raw, format=(string)BGRx",
      BI_RGB, 32, 1, DATA (GIVEN), 0, RAW | INTRA, "videoconvert",
      "32-bit RGB"},
  {"video/x-raw, format=(string)RGB8P",
      BI_RGB, 8, 1, DATA (PALETTE), 0, RAW | INTRA, "videoconvert",
      "8-bit RGB with palette"},
  {"video/x-asf-unknown",
      0, 24, 0, DATA (GIVEN), 0, TAG_IN_CAPS, "capssetter",
      "Unknown video"},
};

static const GstWmsAsfCodec audio_codecs[] = {
  {"audio/x-wma, wmaversion=(int)2",
      0x0161, 16, 0, DATA (ZEROS), 10, BLOCKS, NULL,
      "Windows Media Audio 2"},
  {"audio/x-wma, wmaversion=(int)1",
      0x0160, 16, 0, DATA (ZEROS), 4, BLOCKS, NULL,
      "Windows Media Audio 1"},
  {"audio/x-wma, wmaversion=(int)3",
      0x0162, 16, 0, DATA (ZEROS), 18, BLOCKS, NULL,
      "Windows Media Audio 10 Professional"},
  {"audio/x-wma, wmaversion=(int)4",
      0x0163, 16, 0, DATA (ZEROS), 18, BLOCKS, NULL,
      "Windows Media Audio 9.2 Lossless"},
  {"audio/x-wms",
      0x000A, 16, 0, DATA (GIVEN), 0, BLOCKS, NULL,
      "Windows Media Audio Voice 9"},
  {"audio/mpeg, mpegversion=(int)1, layer=(int)3, channels=(int)[ 1, "
        "2 ]",
      0x0055, 0, 1, DATA (MP3), 12, 0, "mpegaudioparse",
      "MPEG Layer-3"},
  {"audio/mpeg, mpegversion=(int)1, layer=(int)[ 1, 2 ], "
        "channels=(int)[ 1, 2 ]",
      0x0050, 0, 1, DATA (MP2), 22, 0, "mpegaudioparse",
      "MPEG Layer-2"},
  {"audio/mpeg, mpegversion=(int){ 2, 4 }, stream-format=(string)raw",
      0x00FF, 16, 1, DATA (AAC), 2, 0, "aacparse",
      "AAC"},
  {"audio/x-ac3",
      0x2000, 0, 1, DATA (GIVEN), 0, 0, "ac3parse",
      "Dolby AC-3"},
  {"audio/x-eac3",
      0x2000, 0, 1, DATA (GIVEN), 0, 0, "ac3parse",
      "Dolby E-AC-3"},
  {"audio/x-dts",
      0x2001, 0, 1, DATA (GIVEN), 0, 0, "dcaparse",
      "DTS"},
  {"audio/x-raw, format=(string)S16LE, layout=(string)interleaved",
      0x0001, 16, 0, DATA (PCM), 0, BLOCKS | LINEAR, "audioconvert",
      "PCM"},
  {"audio/x-raw, format=(string)U8, layout=(string)interleaved",
      0x0001, 8, 0, DATA (PCM), 0, BLOCKS | LINEAR, "audioconvert",
      "PCM"},
  {"audio/x-raw, format=(string)S24LE, layout=(string)interleaved",
      0x0001, 24, 0, DATA (PCM), 0, BLOCKS | LINEAR, "audioconvert",
      "PCM"},
  {"audio/x-raw, format=(string)S32LE, layout=(string)interleaved",
      0x0001, 32, 0, DATA (PCM), 0, BLOCKS | LINEAR, "audioconvert",
      "PCM"},
  {"audio/x-raw, format=(string)F32LE, layout=(string)interleaved",
      0x0003, 32, 0, DATA (PCM), 0, BLOCKS | LINEAR, "audioconvert",
      "PCM, floating point"},
  {"audio/x-raw, format=(string)F64LE, layout=(string)interleaved",
      0x0003, 64, 0, DATA (PCM), 0, BLOCKS | LINEAR, "audioconvert",
      "PCM, floating point"},
  {"audio/x-alaw",
      0x0006, 8, 0, DATA (GIVEN), 0, BLOCKS | LINEAR, NULL,
      "G.711 A-law"},
  {"audio/x-mulaw",
      0x0007, 8, 0, DATA (GIVEN), 0, BLOCKS | LINEAR, NULL,
      "G.711 mu-law"},
  {"audio/x-adpcm, layout=(string)microsoft",
      0x0002, 4, 0, DATA (MS_ADPCM), 32, BLOCKS, NULL,
      "Microsoft ADPCM"},
  {"audio/x-adpcm, layout=(string)dvi",
      0x0011, 4, 0, DATA (IMA_ADPCM), 2, BLOCKS, NULL,
      "IMA ADPCM"},
  {"audio/x-adpcm, layout=(string)g726",
      0x0045, 4, 1, DATA (GIVEN), 0, BLOCKS, NULL,
      "G.726 ADPCM"},
  {"audio/x-adpcm, layout=(string)dk4",
      0x0061, 4, 0, DATA (GIVEN), 0, BLOCKS, NULL,
      "Duck DK4 ADPCM"},
  {"audio/x-adpcm, layout=(string)dk3",
      0x0062, 4, 0, DATA (GIVEN), 0, BLOCKS, NULL,
      "Duck DK3 ADPCM"},
  {"audio/x-adpcm, layout=(string)yamaha",
      0x0020, 4, 0, DATA (GIVEN), 0, BLOCKS, NULL,
      "Yamaha ADPCM"},
  {"audio/G722",
      0x028F, 4, 1, DATA (GIVEN), 0, 0, NULL,
      "G.722"},
  {"audio/x-truespeech",
      0x0022, 1, 32, DATA (GIVEN), 0, BLOCKS, NULL,
      "DSP Group TrueSpeech"},
  {"audio/ms-gsm",
      0x0031, 0, 65, DATA (GSM), 2, BLOCKS, NULL,
      "GSM 6.10"},
  {"audio/AMR",
      0x0057, 16, 1, DATA (GIVEN), 0, 0, "amrparse",
      "AMR narrow band"},
  {"audio/AMR-WB",
      0x0058, 16, 1, DATA (GIVEN), 0, 0, "amrparse",
      "AMR wide band"},
  {"audio/x-vorbis",
      0x566F, 16, 1, DATA (LACED), 0, HEADERS, "vorbisparse",
      "Vorbis"},
  {"audio/x-flac",
      0xF1AC, 16, 1, DATA (FLAC), 34, HEADERS, "flacparse",
      "FLAC"},
  {"audio/x-speex",
      0xA109, 16, 1, DATA (SPEEX), 80, HEADERS, NULL,
      "Speex"},
  {"audio/x-vnd.sony.atrac3",
      0x0270, 0, 0, DATA (GIVEN), 0, BLOCKS, NULL,
      "ATRAC3"},
  {"audio/x-siren",
      0x028E, 16, 40, DATA (GIVEN), 0, BLOCKS, NULL,
      "Siren 7"},
  {"audio/x-voxware, voxwaretype=(int)[ 112, 129 ]",
      0, 0, 0, DATA (GIVEN), 0, BLOCKS | TAG_IN_CAPS, NULL,
      "Voxware"},
  {"audio/x-asf-unknown",
      0, 0, 0, DATA (GIVEN), 0, BLOCKS | TAG_IN_CAPS, "capssetter",
      "Unknown audio"},
};
/* *INDENT-ON* */

static const GstWmsAsfCodec *
find_in (const GstWmsAsfCodec * codecs, guint n, const GstStructure * s)
{
  guint i;

  for (i = 0; i < n; i++) {
    GstStructure *form = gst_structure_from_string (codecs[i].caps, NULL);
    gboolean fits = codecs[i].flags & NAMED ?
        gst_structure_is_subset (s, form) :
        gst_structure_can_intersect (form, s);

    gst_structure_free (form);
    if (fits)
      return &codecs[i];
  }
  return NULL;
}

const GstWmsAsfCodec *
gst_wms_asf_codec_find (const GstCaps * caps, AsfStreamKind * kind)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const GstWmsAsfCodec *codec;

  *kind = ASF_STREAM_VIDEO;
  codec = find_in (video_codecs, G_N_ELEMENTS (video_codecs), s);
  if (codec != NULL)
    return codec;
  *kind = ASF_STREAM_AUDIO;
  return find_in (audio_codecs, G_N_ELEMENTS (audio_codecs), s);
}

const gchar *
gst_wms_asf_codec_find_parser (const GstCaps * caps)
{
  GstCaps *any = gst_caps_copy (caps);
  GstStructure *s = gst_caps_get_structure (any, 0);
  gboolean is_loas =
      g_strcmp0 (gst_structure_get_string (s, "stream-format"), "loas") == 0;
  const GstWmsAsfCodec *codec;
  AsfStreamKind kind;

  gst_structure_remove_fields (s, "format", "layout", "stream-format",
      "header-format", "alignment", "channels", NULL);
  codec = gst_wms_asf_codec_find (any, &kind);
  gst_caps_unref (any);
  /* aacparse makes ADTS and raw of each other only */
  return codec && !is_loas ? codec->parser : NULL;
}

GstCaps *
gst_wms_asf_codec_caps (AsfStreamKind kind)
{
  gboolean is_video = kind == ASF_STREAM_VIDEO;
  const GstWmsAsfCodec *codecs = is_video ? video_codecs : audio_codecs;
  guint n = is_video ? G_N_ELEMENTS (video_codecs) :
      G_N_ELEMENTS (audio_codecs);
  GstCaps *caps = gst_caps_new_empty ();
  guint i;

  for (i = 0; i < n; i++)
    gst_caps_append (caps, gst_caps_from_string (codecs[i].caps));
  /* gst-plugins-bad's asfmux has these, and an application may compare */
  gst_caps_append (caps, gst_caps_from_string (is_video ?
          "video/x-wmv, wmvversion=(int)[ 1, 3 ]" :
          "audio/x-wma, wmaversion=(int)[ 1, 4 ]"));
  return caps;
}
