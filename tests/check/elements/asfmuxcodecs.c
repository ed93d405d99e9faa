/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <glib/gstdio.h>

#include "asf/asfguid.h"
#include "asfmux/gstasfmuxcaps.h"
#include "testmux.h"
#include "testtrack.h"

#define PICTURE ", width=64, height=48"
#define SOUND ", rate=44100, channels=2"
#define VOICE ", rate=8000, channels=1"

/* Caps; what the Stream Properties Object says of them: FOURCC, bits, image
 * size, codec data, or format tag, bytes per second (0: depends on the data),
 * block alignment, bits, S for Audio Spread, codec data; whether asfdemux knows
 * the codec. */
static const struct
{
  const gchar *caps;
  const gchar *text;
  gboolean is_known;
} rows[] = {
#include "asfmuxcodecrows.h"
};

static void
append_hex (GString * text, const guint8 * data, gsize size)
{
  gsize i;

  g_string_append_c (text, ' ');
  for (i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
}

/* section 9.2: after the sizes of the image, 11 bytes, a BITMAPINFOHEADER */
static void
describe_image (GString * text, const guint8 * data, gsize size)
{
  const guint8 *info = data + 11;
  guint i;

  fail_unless_equals_int (GST_READ_UINT16_LE (data + 9), size - 11);
  fail_unless_equals_int (GST_READ_UINT32_LE (info), size - 11);
  fail_unless_equals_int (GST_READ_UINT32_LE (data),
      GST_READ_UINT32_LE (info + 4));
  fail_unless_equals_int (GST_READ_UINT32_LE (data + 4),
      GST_READ_UINT32_LE (info + 8));
  for (i = 16; i < 20; i++)
    g_string_append_printf (text, g_ascii_isprint (info[i]) ? "%c" : "<%u>",
        info[i]);
  g_string_append_printf (text, " %u %u", GST_READ_UINT16_LE (info + 14),
      GST_READ_UINT32_LE (info + 20));
  append_hex (text, info + 40, size - 51);
}

/* section 9.1 */
static void
describe_wave (GString * text, const guint8 * data, gsize size, gboolean spread)
{
  fail_unless_equals_int (GST_READ_UINT16_LE (data + 16), size - 18);
  g_string_append_printf (text, "%04x %u %u %u%s", GST_READ_UINT16_LE (data),
      GST_READ_UINT32_LE (data + 8), GST_READ_UINT16_LE (data + 12),
      GST_READ_UINT16_LE (data + 14), spread ? " S" : "");
  append_hex (text, data + 18, size - 18);
}

/* The only Stream Properties Object (section 3.3) of a header. */
static gchar *
describe_properties (const guint8 * data, gsize size)
{
  const guint8 *object = memmem (data, size,
      asf_guid_stream_properties.bytes, ASF_GUID_SIZE);
  GString *text = g_string_new (NULL);
  gsize type_size;

  fail_unless (object != NULL);
  type_size = GST_READ_UINT32_LE (object + 64);
  if (memcmp (object + 24, asf_guid_stream_video.bytes, ASF_GUID_SIZE) == 0)
    describe_image (text, object + 78, type_size);
  else
    describe_wave (text, object + 78, type_size, memcmp (object + 40,
            asf_guid_audio_spread.bytes, ASF_GUID_SIZE) == 0);
  return g_string_free (text, FALSE);
}

static GstBuffer *
object (guint i)
{
  /* a multiple of all block alignments in the rows, and slow enough for all
   * their rates */
  gsize size = 65 * 32 * 3;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_memset (buffer, 0, i + 1, size);
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = i * 900 * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = 900 * GST_MSECOND;
  return buffer;
}

static GstPadProbeReturn
answer_seeking (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return GST_PAD_PROBE_OK;
  gst_query_set_seeking (query, GST_FORMAT_BYTES, TRUE, 0, -1);
  return GST_PAD_PROBE_HANDLED;
}

/* A file of three objects of a stream with these caps. */
static GByteArray *
mux (const gchar * caps, TestTrack * track)
{
  const gchar *name = g_str_has_prefix (caps, "audio/") ? "audio_0" : "video_0";
  GstHarness *h = gst_harness_new_with_padnames ("asfmux", name, "src");
  TestMux out = {.out = h };
  GstPad *pad = gst_element_get_static_pad (h->element, name);
  GByteArray *bytes;
  guint i;

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      answer_seeking, NULL, NULL);
  test_track_watch (track, pad);
  gst_object_unref (pad);
  gst_harness_set_src_caps_str (h, caps);
  for (i = 0; i < 3; i++)
    fail_unless_equals_int (gst_harness_push (h, object (i)), GST_FLOW_OK);
  gst_harness_push_event (h, gst_event_new_eos ());
  bytes = test_mux_pull_all (&out);
  gst_harness_teardown (h);
  return bytes;
}

/* The element that wrote the file says the same of the caps that come back. */
static void
assert_same_stream (const GstCaps * caps, const GstCaps * back)
{
  GstWmsAsfFormat a, b;

  fail_unless (gst_wms_asf_format_from_caps (&a, caps, NULL));
  fail_unless (gst_wms_asf_format_from_caps (&b, back, NULL), "%s",
      gst_caps_to_string (back));
  fail_unless (gst_wms_asf_format_equal (&a, &b) ||
      gst_wms_asf_format_equal (&b, &a), "%s", gst_caps_to_string (back));
  gst_wms_asf_format_clear (&a);
  gst_wms_asf_format_clear (&b);
}

static void
assert_unknown (const GstCaps * back, const guint8 * tag)
{
  const GstStructure *s = gst_caps_get_structure (back, 0);
  guint number = 0;

  if (gst_structure_has_name (s, "video/x-asf-unknown"))
    fail_unless (gst_structure_get_uint (s, "fourcc", &number)
        && number == GST_READ_UINT32_LE (tag));
  else
    fail_unless (gst_structure_has_name (s, "audio/x-asf-unknown"));
}

GST_START_TEST (test_codec)
{
  g_autofree gchar *path = test_file_new ();
  TestTrack *input = test_track_new ();
  GByteArray *bytes = mux (rows[__i__].caps, input);
  g_autofree gchar *text = describe_properties (bytes->data, bytes->len);
  TestTrack *output;

  fail_unless_equals_string (text, rows[__i__].text);
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  output = test_track_demux (path);
  test_assert_same_objects (rows[__i__].caps, input->objects->str,
      output->objects->str);
  if (rows[__i__].is_known)
    assert_same_stream (input->caps, output->caps);
  else
    assert_unknown (output->caps, (const guint8 *) rows[__i__].text);
  test_track_free (input);
  test_track_free (output);
  g_byte_array_unref (bytes);
  g_unlink (path);
}

GST_END_TEST;

/* What cannot be carried, and what the message says about it. */
static const struct
{
  const gchar *caps;
  const gchar *text;
} refused[] = {
  {"video/x-wmv, wmvversion=2", "width"},
  {"video/x-wmv, wmvversion=2, width=64", "height"},
  {"video/x-wmv, wmvversion=2, width=0, height=48", "width"},
  {"video/x-wmv, wmvversion=2, width=-64, height=48", "width"},
  {"video/x-wmv, wmvversion=2, codec_data=(buffer)00" PICTURE, "codec data"},
  {"video/x-wmv, wmvversion=3, format=WVC1" PICTURE, "codec data"},
  {"video/x-wmv, wmvversion=3, format=WVC1, stream-format=bdu" PICTURE,
      "vc1parse"},
  {"video/x-wmv, wmvversion=3, format=(string)XXXX" PICTURE, "cannot"},
  {"video/x-h264, stream-format=byte-stream, alignment=nal" PICTURE,
      "h264parse"},
  {"video/x-h264, stream-format=avc, alignment=au" PICTURE, "codec data"},
  {"video/x-h264, stream-format=byte-stream, alignment=au", "h264parse"},
  {"video/x-h265, stream-format=hev1, alignment=nal" PICTURE, "h265parse"},
  {"video/mpeg, mpegversion=4, systemstream=false", "mpeg4videoparse"},
  {"video/mpeg, mpegversion=2, systemstream=false", "mpegvideoparse"},
  {"video/mpeg, mpegversion=1, systemstream=false", "mpegvideoparse"},
  {"image/jpeg, framerate=0/1", "jpegparse"},
  {"image/png", "pngparse"},
  {"video/x-h263, variant=itu", "h263parse"},
  {"video/x-theora", "theoraparse"},
  {"video/x-dirac", "diracparse"},
  {"video/x-raw, format=I420, width=62, height=48", "multiple of 8"},
  {"video/x-raw, format=I420, width=64, height=47", "even"},
  {"video/x-raw, format=YV12, width=64, height=47", "even"},
  {"video/x-raw, format=NV12" PICTURE, "videoconvert"},
  {"video/x-raw, format=BGRx, width=40000, height=40000", "too large"},
  {"video/x-asf-unknown, fourcc=(uint)1", "capssetter"},
  {"video/x-none" PICTURE, "cannot"},
  {"audio/x-wma, wmaversion=2, rate=44100", "channels"},
  {"audio/x-wma, wmaversion=2, rate=44100, channels=0", "channels"},
  {"audio/x-wma, wmaversion=2, rate=44100, channels=65536", "channels"},
  {"audio/x-wma, wmaversion=2, rate=0, channels=2", "rate"},
  {"audio/x-wma, wmaversion=2, codec_data=(buffer)0011" SOUND, "codec data"},
  {"audio/x-wma, wmaversion=3, codec_data=(buffer)00" SOUND, "codec data"},
  {"audio/mpeg, mpegversion=4, stream-format=adts" SOUND, "aacparse"},
  {"audio/mpeg, mpegversion=4, stream-format=loas" SOUND, "another encoder"},
  {"audio/mpeg, mpegversion=4, stream-format=raw" SOUND, "codec data"},
  {"audio/x-raw, format=S16BE, layout=interleaved" SOUND, "audioconvert"},
  {"audio/x-raw, format=S16LE, layout=non-interleaved" SOUND, "audioconvert"},
  {"audio/x-raw, format=S16LE, layout=interleaved, rate=44100, channels=2, "
        "channel-mask=(bitmask)0x3000", "audioconvert"},
  {"audio/x-raw, format=F64LE, layout=interleaved, rate=1, channels=8192",
      "channels"},
  {"audio/x-dts", "dcaparse"},
  {"audio/x-opus" SOUND, "cannot"},
  {"audio/x-asf-unknown, codec_id=1", "capssetter"},
};

GST_START_TEST (test_refused)
{
  GstCaps *caps = gst_caps_from_string (refused[__i__].caps);
  g_autoptr (GError) error = NULL;
  GstWmsAsfFormat format;

  fail_unless (caps != NULL);
  fail_if (gst_wms_asf_format_from_caps (&format, caps, &error));
  fail_unless (strstr (error->message, refused[__i__].text) != NULL, "%s: %s",
      refused[__i__].caps, error->message);
  gst_caps_unref (caps);
}

GST_END_TEST;

/* A change of each of these is another stream; that of the last two is not. */
static const struct
{
  const gchar *a;
  const gchar *b;
  gboolean equal;
} pairs[] = {
  {"video/x-vp8" PICTURE, "video/x-vp8, width=65, height=48", FALSE},
  {"video/x-vp8" PICTURE, "video/x-vp8, width=64, height=49", FALSE},
  {"video/x-vp8" PICTURE, "image/jpeg" PICTURE, FALSE},
  {"video/x-vmnc, bpp=16" PICTURE, "video/x-vmnc, bpp=32" PICTURE, FALSE},
  {"video/x-raw, format=BGR" PICTURE, "video/x-raw, format=BGRx" PICTURE,
      FALSE},
  {"video/mpeg, mpegversion=4, codec_data=(buffer)01" PICTURE,
      "video/mpeg, mpegversion=4, codec_data=(buffer)02" PICTURE, FALSE},
  {"video/mpeg, mpegversion=4, codec_data=(buffer)01" PICTURE,
      "video/mpeg, mpegversion=4" PICTURE, FALSE},
  {"audio/x-alaw" SOUND, "audio/x-mulaw" SOUND, FALSE},
  {"audio/x-alaw" SOUND, "audio/x-alaw, rate=44101, channels=2", FALSE},
  {"audio/x-alaw" SOUND, "audio/x-alaw, rate=44100, channels=1", FALSE},
  {"audio/x-wms, block_align=300" SOUND, "audio/x-wms, block_align=301" SOUND,
      FALSE},
  {"audio/x-wms, depth=16" SOUND, "audio/x-wms, depth=24" SOUND, FALSE},
  {"audio/x-raw, format=S16LE, layout=interleaved, rate=1, channels=6, "
        "channel-mask=(bitmask)0x3f", "audio/x-raw, format=S16LE, "
        "layout=interleaved, rate=1, channels=6, channel-mask=(bitmask)0xc0f",
      FALSE},
  {"audio/x-alaw" SOUND, "video/x-vp8" PICTURE, FALSE},
  {"audio/x-wms, block_align=300" SOUND, "audio/x-wms" SOUND, TRUE},
  {"video/x-vp8" PICTURE, "video/x-vp8, framerate=25/1, "
        "pixel-aspect-ratio=2/1" PICTURE, TRUE},
};

static void
read_caps (GstWmsAsfFormat * format, const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);
  g_autoptr (GError) error = NULL;

  fail_unless (gst_wms_asf_format_from_caps (format, caps, &error));
  g_assert_no_error (error);
  gst_caps_unref (caps);
}

GST_START_TEST (test_change)
{
  GstWmsAsfFormat a, b;

  read_caps (&a, pairs[__i__].a);
  read_caps (&b, pairs[__i__].b);
  fail_unless_equals_int (gst_wms_asf_format_equal (&a, &b),
      pairs[__i__].equal);
  fail_unless (gst_wms_asf_format_equal (&a, &a));
  gst_wms_asf_format_clear (&a);
  gst_wms_asf_format_clear (&b);
}

GST_END_TEST;

/* What the other parts of the muxer are told. */
GST_START_TEST (test_hints)
{
  GstWmsAsfFormat format;

  read_caps (&format, "video/x-wmv, wmvversion=3, format=WMV3, "
      "codec_data=(buffer)00112233, interlace-mode=interleaved, "
      "field-order=bottom-field-first, framerate=30000/1001, "
      "pixel-aspect-ratio=16/11" PICTURE);
  fail_unless (format.times_are_decode);
  fail_unless (format.interlaced && !format.top_field_first);
  fail_unless (format.par_n == 16 && format.par_d == 11);
  fail_unless_equals_int (format.stream.frame_time_100ns, 333666);
  fail_if (format.is_intra);
  gst_wms_asf_format_clear (&format);

  read_caps (&format, "image/png, interlace-mode=mixed" PICTURE);
  fail_unless (format.is_intra && format.interlaced && format.top_field_first);
  fail_if (format.times_are_decode || format.headers != NULL);
  fail_unless (format.par_n == 1 && format.par_d == 1);
  gst_wms_asf_format_clear (&format);

  read_caps (&format, "video/x-h265, stream-format=byte-stream, alignment=au, "
      "codec_data=(buffer)0101" PICTURE);
  fail_unless (format.stream.codec_data == NULL);
  gst_wms_asf_format_clear (&format);

  read_caps (&format, "audio/x-raw, format=S16LE, layout=interleaved" SOUND);
  fail_unless_equals_int (format.declared_bps, 44100 * 32);
  fail_if (format.keep_whole);
  gst_wms_asf_format_clear (&format);
}

GST_END_TEST;

static gboolean
repeats (const GstWmsAsfFormat * format, const gchar * text,
    GstBufferFlags flags, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_memdup (text, strlen (text));
  gboolean ret;

  GST_BUFFER_FLAG_SET (buffer, flags);
  GST_BUFFER_PTS (buffer) = pts;
  ret = gst_wms_asf_format_repeats (format, buffer);
  gst_buffer_unref (buffer);
  return ret;
}

/* Stream headers, flagged or, as oggdemux sends those of Speex and FLAC, not. */
GST_START_TEST (test_repeats)
{
  GstWmsAsfFormat format;

  read_caps (&format, "audio/x-vorbis, streamheader=(buffer)< 6161, 626262 >"
      SOUND);
  fail_unless (repeats (&format, "cc", GST_BUFFER_FLAG_HEADER, 0));
  fail_unless (repeats (&format, "aa", 0, GST_CLOCK_TIME_NONE));
  fail_unless (repeats (&format, "bbb", 0, GST_CLOCK_TIME_NONE));
  fail_if (repeats (&format, "bb", 0, GST_CLOCK_TIME_NONE));
  fail_if (repeats (&format, "aa", 0, 0));
  gst_wms_asf_format_clear (&format);

  read_caps (&format, "video/mpeg, mpegversion=4, codec_data=(buffer)6161"
      PICTURE);
  fail_unless (repeats (&format, "aa", GST_BUFFER_FLAG_HEADER, 0));
  fail_if (repeats (&format, "ab", GST_BUFFER_FLAG_HEADER, 0));
  fail_if (repeats (&format, "aa", 0, GST_CLOCK_TIME_NONE));
  gst_wms_asf_format_clear (&format);
}

GST_END_TEST;

#define H264_BYTES "video/x-h264, stream-format=byte-stream, alignment=au"
#define SETS "\0\0\0\1\x67\1\2\0\0\0\1\x68\3"
#define SLICE "\0\0\0\1\x65\4"
/* The same sets as the form with length fields has them. */
#define RECORD "codec_data=(buffer)014d400bffe10003670102010002" "6803"

static GstBuffer *
access_unit (const gchar * bytes, gsize size, GstBufferFlags flags,
    GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_memdup (bytes, size);

  GST_BUFFER_FLAG_SET (buffer, flags);
  GST_BUFFER_PTS (buffer) = pts;
  return buffer;
}

/* h264parse sends the parameter sets once, and by themselves when asfdemux
 * did; who tunes in to a broadcast later needs them.  Its first caps have the
 * record of its input, which is all that a header has to go by when the stream
 * begins with a gap. */
GST_START_TEST (test_parameter_sets)
{
  static const gchar alone[] = "\0\0\0\1\x09\xf0" SETS;
  static const gchar picture[] = SETS SLICE;
  gboolean is_alone = __i__ == 1, begins_late = __i__ == 2;
  GstHarness *h = gst_harness_new_with_padnames ("asfmux", "video_0", "src");
  TestMux out = {.video = h,.out = h };
  g_autoptr (GPtrArray) parts = NULL;
  const GByteArray *bytes;
  const guint8 *data;

  if (begins_late) {
    gst_harness_set_src_caps_str (h, H264_BYTES ", " RECORD PICTURE);
    gst_harness_push_event (h, gst_event_new_gap (0, GST_SECOND));
    test_mux_wait_for_header (&out);
  }
  gst_harness_set_src_caps_str (h, H264_BYTES PICTURE);
  if (is_alone)
    gst_harness_push (h, access_unit (alone, sizeof alone - 1,
            GST_BUFFER_FLAG_HEADER | GST_BUFFER_FLAG_DELTA_UNIT,
            GST_CLOCK_TIME_NONE));
  gst_harness_push (h, is_alone ? access_unit (SLICE, sizeof SLICE - 1, 0, 0) :
      access_unit (picture, sizeof picture - 1, 0, 0));
  /* the same stream, of which a broadcast would make another header */
  gst_harness_set_src_caps_str (h, H264_BYTES ", framerate=25/1" PICTURE);
  gst_harness_push (h, access_unit (SLICE, sizeof SLICE - 1,
          GST_BUFFER_FLAG_DELTA_UNIT, 40 * GST_MSECOND));
  gst_harness_push_event (h, gst_event_new_eos ());
  parts = test_mux_pull_parts (&out, NULL);

  fail_unless_equals_int (parts->len, 1);
  bytes = g_ptr_array_index (parts, 0);
  data = memmem (bytes->data, bytes->len, asf_guid_data.bytes, ASF_GUID_SIZE);
  fail_unless (memmem (bytes->data, data - bytes->data, SETS,
          sizeof SETS - 1) != NULL);
  fail_unless_equals_int (memmem (data, bytes->data + bytes->len - data, SETS,
          sizeof SETS - 1) == NULL, is_alone);
  gst_harness_teardown (h);
}

GST_END_TEST;

static Suite *
asfmuxcodecs_suite (void)
{
  Suite *s = suite_create ("asfmuxcodecs");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_codec, 0, G_N_ELEMENTS (rows));
  tcase_add_loop_test (tc, test_refused, 0, G_N_ELEMENTS (refused));
  tcase_add_loop_test (tc, test_change, 0, G_N_ELEMENTS (pairs));
  tcase_add_test (tc, test_hints);
  tcase_add_test (tc, test_repeats);
  tcase_add_loop_test (tc, test_parameter_sets, 0, 3);
  return s;
}

GST_CHECK_MAIN (asfmuxcodecs);
