/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <glib/gstdio.h>

#include "testmux.h"
#include "testtrack.h"

/* What encoders make goes through asfmux, and comes out of asfdemux and of
 * FFmpeg byte by byte, at the same times, with the same codec data. */

#define PICTURES "videotestsrc num-buffers=12 ! " \
    "video/x-raw, width=192, height=144, framerate=25/1 ! videoconvert ! "
#define TONE "audiotestsrc num-buffers=20 ! audioconvert ! audioresample ! "

typedef enum
{
  NO_GST = 1 << 0,              /* asfdemux does not know the tag */
  NO_FFMPEG = 1 << 1,           /* FFmpeg 5.1 does not know it in ASF */
  NOISY = 1 << 2,               /* FFmpeg says something of its own files too */
} Flags;

static const struct
{
  const gchar *encoder;         /* with what stands before it */
  const gchar *codec;           /* FFmpeg's name */
  const gchar *media_type;      /* asfdemux's */
  Flags flags;
} rows[] = {
  {PICTURES "avenc_wmv1", "wmv1", "video/x-wmv", 0},
  {PICTURES "avenc_wmv2", "wmv2", "video/x-wmv", 0},
  {PICTURES "avenc_msmpeg4v2", "msmpeg4v2", "video/x-msmpeg", 0},
  {PICTURES "avenc_msmpeg4", "msmpeg4v3", "video/x-msmpeg", 0},
  {PICTURES "mpeg2enc format=3 ! mpegvideoparse", "mpeg2video", "video/mpeg",
      0},
  {PICTURES "mpeg2enc format=0 ! mpegvideoparse", "mpeg1video", "video/mpeg",
      0},
  {PICTURES "x264enc bframes=0", "h264", "video/x-h264", 0},
  {PICTURES "x264enc bframes=0 ! h264parse", "h264", "video/x-h264", 0},
  {PICTURES "x264enc bframes=0 aud=false ! video/x-h264, stream-format=avc",
      "h264", "video/x-h264", 0},
  {PICTURES "openh264enc", "h264", "video/x-h264", 0},
  {PICTURES "x265enc option-string=bframes=0", "unknown", "video/x-h265",
      NO_FFMPEG},
  {PICTURES "x265enc option-string=bframes=0 ! h265parse ! "
        "video/x-h265, stream-format=hvc1", "unknown", "video/x-h265",
      NO_FFMPEG},
  {PICTURES "jpegenc", "mjpeg", "image/jpeg", 0},
  {PICTURES "avenc_mjpeg", "mjpeg", "image/jpeg", 0},
  {PICTURES "pngenc", "png", "image/png", 0},
  {PICTURES "vp8enc", "vp8", "video/x-vp8", 0},
  {PICTURES "vp9enc", "vp9", NULL, NO_GST},
  {PICTURES "av1enc cpu-used=8", "av1", NULL, NO_GST},
  {PICTURES "theoraenc", "theora", "video/x-theora", 0},
  {PICTURES "videoscale ! video/x-raw, width=176 ! avenc_h263", "h263",
      "video/x-h263", 0},
  {PICTURES "avenc_h263p", "h263", "video/x-h263", 0},
  {PICTURES "avenc_flv", "flv1", "video/x-flash-video", 0},
  {PICTURES "avenc_huffyuv", "huffyuv", "video/x-huffyuv", 0},
  {PICTURES "avenc_ffv1", "ffv1", "video/x-ffv", 0},
  {PICTURES "avenc_cinepak", "cinepak", "video/x-cinepak", 0},
  {PICTURES "avenc_msvideo1", "msvideo1", "video/x-msvideocodec", 0},
  {PICTURES "avenc_asv1", "asv1", "video/x-asus", 0},
  {PICTURES "avenc_asv2", "asv2", "video/x-asus", 0},
  {PICTURES "avenc_cfhd", "cfhd", "video/x-cineform", 0},
  {PICTURES "avenc_cljr", "cljr", "video/x-cirrus-logic-accupak", 0},
  {PICTURES "avenc_zmbv", "zmbv", "video/x-zmbv", 0},
  {PICTURES "videoscale ! video/x-raw, width=720, height=576, "
        "pixel-aspect-ratio=16/15 ! avenc_dvvideo", "dvvideo", "video/x-dv", 0},
  {PICTURES "video/x-raw, format=I420", "rawvideo", "video/x-raw", 0},
  {PICTURES "video/x-raw, format=YV12", "rawvideo", "video/x-raw", 0},
  {PICTURES "video/x-raw, format=YUY2", "rawvideo", "video/x-raw", 0},
  {PICTURES "video/x-raw, format=UYVY", "rawvideo", "video/x-raw", 0},
  {PICTURES "video/x-raw, format=YVU9", "rawvideo", "video/x-raw", 0},
  {PICTURES "video/x-raw, format=GRAY8", "rawvideo", "video/x-raw", 0},
  {PICTURES "video/x-raw, format=v210", "v210", "video/x-raw", 0},
  {PICTURES "video/x-raw, format=r210", "r210", "video/x-raw", 0},
  {PICTURES "video/x-raw, format=BGR", "rawvideo", "video/x-raw", 0},
  {PICTURES "video/x-raw, format=BGRx", "rawvideo", "video/x-raw", 0},
  {TONE "avenc_wmav1", "wmav1", "audio/x-wma", 0},
  {TONE "avenc_wmav2", "wmav2", "audio/x-wma", 0},
  {TONE "lamemp3enc", "mp3", "audio/mpeg", 0},
  {TONE "twolamemp2enc", "mp2", "audio/mpeg", 0},
  {TONE "avenc_aac", "aac", "audio/mpeg", 0},
  {TONE "voaacenc", "aac", "audio/mpeg", 0},
  {TONE "voaacenc ! audio/mpeg, stream-format=adts ! aacparse", "aac",
      "audio/mpeg", 0},
  {TONE "avenc_ac3", "ac3", "audio/x-ac3", 0},
  {TONE "avenc_eac3", "ac3", "audio/x-ac3", 0},
  {TONE "avenc_adpcm_ms", "adpcm_ms", "audio/x-adpcm", 0},
  {TONE "avenc_adpcm_ima_wav", "adpcm_ima_wav", "audio/x-adpcm", 0},
  {TONE "adpcmenc", "adpcm_ima_wav", "audio/x-adpcm", 0},
  {TONE "avenc_adpcm_yamaha", "adpcm_yamaha", NULL, NO_GST},
  {TONE "avenc_g722", "adpcm_g722", "audio/G722", 0},
  {TONE "avenc_g726", "adpcm_g726", "audio/x-adpcm", 0},
  {TONE "amrnbenc", "amr_nb", "audio/AMR", 0},
  {TONE "voamrwbenc", "amr_wb", "audio/AMR-WB", 0},
  {TONE "flacenc", "flac", NULL, NO_GST | NOISY},
  {TONE "vorbisenc", "vorbis", NULL, NO_GST},
  {TONE "speexenc", "speex", NULL, NO_GST},
  {TONE "sirenenc", "msnsiren", "audio/x-siren", NOISY},
  {TONE "alawenc", "pcm_alaw", "audio/x-alaw", 0},
  {TONE "mulawenc", "pcm_mulaw", "audio/x-mulaw", 0},
  {TONE "audio/x-raw, format=U8", "pcm_u8", "audio/x-raw", 0},
  {TONE "audio/x-raw, format=S16LE", "pcm_s16le", "audio/x-raw", 0},
  {TONE "audio/x-raw, format=S24LE", "pcm_s24le", "audio/x-raw", 0},
  {TONE "audio/x-raw, format=S32LE", "pcm_s32le", "audio/x-raw", 0},
  {TONE "audio/x-raw, format=F32LE", "pcm_f32le", "audio/x-raw", 0},
  {TONE "audio/x-raw, format=F64LE", "pcm_f64le", "audio/x-raw", 0},
  {TONE "audio/x-raw, channels=6, channel-mask=(bitmask)0x3f", "pcm_s16le",
      "audio/x-raw", 0},
};

/* Every element of the line; "a ! b x=1 ! c/d, e=f" has a and b. */
static gboolean
have_elements (const gchar * line)
{
  g_auto (GStrv) parts = g_strsplit (line, "!", -1);
  guint i;

  for (i = 0; parts[i] != NULL; i++) {
    g_autofree gchar *name = NULL;
    GstElementFactory *factory;

    g_strstrip (parts[i]);
    name = g_strndup (parts[i], strcspn (parts[i], " ,"));
    if (*name == '\0' || strchr (name, '/') != NULL)
      continue;
    factory = gst_element_factory_find (name);
    if (factory == NULL) {
      g_print ("SKIP: no %s here\n", name);
      return FALSE;
    }
    gst_object_unref (factory);
  }
  return TRUE;
}

static TestTrack *
encode (const gchar * line, const gchar * path)
{
  g_autofree gchar *launch =
      g_strdup_printf ("%s ! asfmux name=m ! filesink location=%s", line, path);
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (launch, &error);
  GstElement *mux;
  TestTrack *track = test_track_new ();
  GstMessage *message;
  GstBus *bus;

  g_assert_no_error (error);
  mux = gst_bin_get_by_name (GST_BIN (pipeline), "m");
  fail_unless (mux->sinkpads != NULL, "%s: not linked", line);
  test_track_watch (track, mux->sinkpads->data);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "%s: no end", line);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    fail ("%s: %s", line, error->message);
  }
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (mux);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  return track;
}

static void
check_asfdemux (const gchar * path, const TestTrack * input,
    const gchar * media_type)
{
  TestTrack *track = test_track_demux (path);
  const GstStructure *s = gst_caps_get_structure (track->caps, 0);
  g_autofree gchar *before = test_describe_codec_data (input->caps);
  g_autofree gchar *after = test_describe_codec_data (track->caps);

  test_assert_same_objects ("asfdemux", input->objects->str,
      track->objects->str);
  if (media_type != NULL) {
    fail_unless_equals_string (gst_structure_get_name (s), media_type);
    if (*before != '\0' && !gst_structure_has_field (s, "streamheader"))
      fail_unless_equals_string (before, after);
  } else {
    fail_unless (g_str_has_suffix (gst_structure_get_name (s), "-unknown"));
  }
  test_track_free (track);
}

static void
check_ffmpeg (const gchar * path, const TestTrack * input, const gchar * codec,
    Flags flags)
{
  g_autofree gchar *name = NULL;
  g_autofree gchar *after = NULL;
  g_autofree gchar *before = test_describe_codec_data (input->caps);
  g_autofree gchar *objects = test_track_ffprobe (path, &name, &after);

  if (objects == NULL)
    return;
  test_assert_same_objects ("FFmpeg", input->objects->str, objects);
  fail_unless_equals_string (name, codec);
  if (*before != '\0')
    fail_unless_equals_string (before, after);
  if (!(flags & (NO_FFMPEG | NOISY)))
    test_assert_ffmpeg (path, FALSE);
}

GST_START_TEST (test_encoder)
{
  g_autofree gchar *path = test_file_new ();
  TestTrack *input;

  if (!have_elements (rows[__i__].encoder))
    return;
  GST_INFO ("%s", rows[__i__].encoder);
  input = encode (rows[__i__].encoder, path);
  fail_unless (input->n_objects >= 2);
  test_assert_asfcheck (path, FALSE);
  check_asfdemux (path, input, rows[__i__].media_type);
  check_ffmpeg (path, input, rows[__i__].codec, rows[__i__].flags);
  test_track_free (input);
  g_unlink (path);
}

GST_END_TEST;

static Suite *
asfmuxmedia_suite (void)
{
  Suite *s = suite_create ("asfmuxmedia");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, test_encoder, 0, G_N_ELEMENTS (rows));
  return s;
}

GST_CHECK_MAIN (asfmuxmedia);
