/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Real players play what a raw pusher sends: every decoded picture and every
 * block of samples has to be that of the file, in order. */
#include <gst/check/gstcheck.h>

#include "asf/asfselect.h"
#include "players.h"
#include "pubthread.h"
#include "rawpush.h"
#include "testasf.h"

#define PATH "/live"
#define DECODER "avdec_wmv2"

static const gchar *const videos[] = {
  "smooth-wmv2-wmav2.wmv", "lavf-wmv2-wmav2.wmv", "seattle-wmv2-wmavoice.wmv",
  "tallship-wvc1-wmapro.wmv"
};

static PubThread *server;
static gchar *folder;

static void
setup_server (void)
{
  server = pub_thread_new (NULL, NULL);
  folder = g_dir_make_tmp ("players-XXXXXX", NULL);
  fail_unless (folder != NULL);
}

static void
teardown_server (void)
{
  player_remove_folder (folder);
  g_free (folder);
  pub_thread_stop (server);
}

/* A push that has sent its header to players which have been waiting, each of
 * them now waiting for packets. */
static RawPush *
begin_push (const TestMedia * media, guint n_players)
{
  RawPush *push = raw_push_connect (pub_thread_get_port (server));

  fail_unless (pub_thread_wait (server, PATH, pub_has_players, n_players));
  assert_equals_int (raw_push_setup (push, PATH, "0", ""), 204);
  raw_push_start (push, PATH, RAW_LENGTH);
  raw_push_frame (push, 'H', media->contents,
      media->info.header_size + ASF_DATA_HEAD_SIZE);
  fail_unless (pub_thread_wait (server, PATH, pub_has_playing, n_players));
  return push;
}

/* All packets but number @missing, without their padding, and the end. */
static void
push_packets (RawPush * push, const TestMedia * media, guint missing)
{
  guint32 packet_size = media->info.packet_size;
  guint8 *bytes = g_malloc (packet_size);
  guint i;

  for (i = 0; i < media->n_packets; i++) {
    const guint8 *data = media->packets + (gsize) i * packet_size;
    AsfPacketInfo info;
    AsfPacketCut cut;

    if (i == missing)
      continue;
    fail_unless (asf_packet_read (data, packet_size, &info, NULL));
    asf_packet_cut_padding (&info, data, &cut);
    memcpy (bytes, cut.head, cut.head_size);
    memcpy (bytes + cut.head_size, data + cut.body_offset, cut.body_size);
    raw_push_frame (push, 'D', bytes, cut.head_size + cut.body_size);
  }
  g_free (bytes);
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  raw_push_free (push);
}

/* Pushes a file without packet @missing and has FFmpeg play it.
 * Returns: whether what it decoded is what it decodes from the file. */
static gboolean
play_with_ffmpeg (const gchar * name, const gchar * scheme, guint missing)
{
  gchar *url = pub_thread_url (server, scheme, PATH);
  gchar *expected, *seen, *of_file, *complaints;
  GSubprocess *player;
  TestMedia media;
  gboolean is_same;

  if (!test_media_open (&media, name) || !player_have_program ("ffmpeg")) {
    g_free (url);
    return missing == G_MAXUINT;
  }
  expected = player_finish_ffmpeg (player_start_ffmpeg (media.path), &of_file);
  player = player_start_ffmpeg (url);
  push_packets (begin_push (&media, 1), &media, missing);
  seen = player_finish_ffmpeg (player, &complaints);
  fail_unless (strlen (expected) > 1000);
  is_same = g_str_equal (seen, expected);
  if (missing == G_MAXUINT)
    player_check_complaints (complaints, of_file, g_str_equal (scheme, "mmsh"));
  g_free (expected);
  g_free (of_file);
  g_free (seen);
  g_free (complaints);
  g_free (url);
  test_media_close (&media);
  return is_same;
}

GST_START_TEST (test_ffmpeg_http)
{
  fail_unless (play_with_ffmpeg (videos[__i__], "http", G_MAXUINT), "%s",
      videos[__i__]);
}

GST_END_TEST;

GST_START_TEST (test_ffmpeg_mmsh)
{
  fail_unless (play_with_ffmpeg (videos[__i__], "mmsh", G_MAXUINT), "%s",
      videos[__i__]);
}

GST_END_TEST;

/* The comparison notices one packet. */
GST_START_TEST (test_one_packet_missing)
{
  fail_if (play_with_ffmpeg (videos[0], "http", 40));
  fail_if (play_with_ffmpeg (videos[0], "mmsh", 40));
}

GST_END_TEST;

/* What ffprobe says of the streams of @input. */
static GSubprocess *
start_ffprobe (const gchar * input)
{
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE,
      NULL, "ffprobe", "-v", "quiet", "-of", "compact", "-show_entries",
      "stream=codec_name,width,height,sample_rate,channels", input, NULL);

  fail_unless (process != NULL);
  return process;
}

static gchar *
finish_ffprobe (GSubprocess * process)
{
  gchar *text = NULL;

  fail_unless (g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL,
          NULL));
  fail_unless (g_subprocess_get_successful (process));
  g_object_unref (process);
  return text;
}

GST_START_TEST (test_ffprobe)
{
  gchar *url = pub_thread_url (server, __i__ == 0 ? "http" : "mmsh", PATH);
  gchar *expected, *seen;
  GSubprocess *process;
  TestMedia media;

  if (player_have_program ("ffprobe") && test_media_open (&media, videos[0])) {
    expected = finish_ffprobe (start_ffprobe (media.path));
    fail_unless (strstr (expected, "wmv2") != NULL, "%s", expected);
    process = start_ffprobe (url);
    push_packets (begin_push (&media, 1), &media, G_MAXUINT);
    seen = finish_ffprobe (process);
    fail_unless_equals_string (seen, expected);
    g_free (expected);
    g_free (seen);
    test_media_close (&media);
  }
  g_free (url);
}

GST_END_TEST;

static gboolean
have_elements (void)
{
  return player_have_element ("souphttpsrc")
      && player_have_element ("asfdemux")
      && player_have_element ("avdec_wmv2");
}

GST_START_TEST (test_gstreamer)
{
  PlayerHashes *expected = player_hashes_new (), *seen = player_hashes_new ();
  gchar *url = pub_thread_url (server, "http", PATH);
  GstElement *pipeline;
  TestMedia media;

  if (have_elements () && test_media_open (&media, videos[__i__])) {
    player_finish_gstreamer (player_start_gstreamer (media.path, DECODER, NULL,
            expected));
    pipeline = player_start_gstreamer (url, DECODER, NULL, seen);
    push_packets (begin_push (&media, 1), &media, G_MAXUINT);
    player_finish_gstreamer (pipeline);
    fail_unless (player_lines_equal (expected->pictures, seen->pictures, 0),
        "%u and %u pictures", player_count_lines (expected->pictures),
        player_count_lines (seen->pictures));
    test_media_close (&media);
  }
  player_hashes_free (expected);
  player_hashes_free (seen);
  g_free (url);
}

GST_END_TEST;

GST_START_TEST (test_mplayer_mmsh)
{
  gchar *url = pub_thread_url (server, "mmsh", PATH);
  gchar *output = g_build_filename (folder, "hashes", NULL);
  PlayerHashes *expected = player_hashes_new (), *seen = player_hashes_new ();
  GSubprocess *player;
  TestMedia media;

  if (player_have_program ("mplayer")
      && test_media_open (&media, videos[__i__])) {
    player_finish_mplayer (player_start_mplayer (media.path, output, NULL),
        output, FALSE, expected);
    player = player_start_mplayer (url, output, NULL);
    push_packets (begin_push (&media, 1), &media, G_MAXUINT);
    player_finish_mplayer (player, output, FALSE, seen);
    fail_unless (player_lines_equal (expected->pictures, seen->pictures, 0),
        "%u and %u pictures", player_count_lines (expected->pictures),
        player_count_lines (seen->pictures));
    test_media_close (&media);
  }
  player_hashes_free (expected);
  player_hashes_free (seen);
  g_free (output);
  g_free (url);
}

GST_END_TEST;

/* Writes a file with the packets' payloads of one stream. */
static gchar *
write_stream (const TestMedia * media, guint stream)
{
  guint32 packet_size = media->info.packet_size;
  GByteArray *bytes = g_byte_array_new ();
  gchar *path = g_build_filename (folder, "stream.asf", NULL);
  guint8 *out = g_malloc (packet_size), *whole = g_malloc (packet_size);
  AsfSelection selection;
  guint i;

  memset (&selection, ASF_KEEP_NONE, sizeof (selection));
  selection.keep[stream] = ASF_KEEP_ALL;
  g_byte_array_append (bytes, (guint8 *) media->contents,
      media->info.header_size + ASF_DATA_HEAD_SIZE);
  for (i = 0; i < media->n_packets; i++) {
    const guint8 *data = media->packets + (gsize) i * packet_size;
    AsfPacketInfo info;
    gsize n;

    fail_unless (asf_packet_read (data, packet_size, &info, NULL));
    n = asf_packet_select (&info, data, &selection, out);
    if (n > 0 && asf_packet_restore_padding (out, n, packet_size, whole, NULL))
      g_byte_array_append (bytes, whole, packet_size);
  }
  fail_unless (g_file_set_contents (path, (gchar *) bytes->data, bytes->len,
          NULL));
  g_byte_array_unref (bytes);
  g_free (out);
  g_free (whole);
  return path;
}

/* MPlayer selects one of five languages, that of stream 2, and gets that one
 * and nothing else; it makes a little less of such a file than of all of them
 * together. */
GST_START_TEST (test_mplayer_selects)
{
  gchar *url = pub_thread_url (server, "mmsh", PATH), *path;
  gchar *output = g_build_filename (folder, "samples", NULL);
  PlayerHashes *expected = player_hashes_new (), *seen = player_hashes_new ();
  GSubprocess *player;
  TestMedia media;

  if (player_have_program ("mplayer")
      && test_media_open (&media, "multilang-5xwmav2.wma")) {
    path = write_stream (&media, 2);
    player_finish_mplayer (player_start_mplayer (path, output, "ffwmav2"),
        output, TRUE, expected);
    player = player_start_mplayer (url, output, "ffwmav2");
    push_packets (begin_push (&media, 1), &media, G_MAXUINT);
    player_finish_mplayer (player, output, TRUE, seen);
    fail_unless (player_count_lines (expected->samples) > 1000);
    fail_unless (player_lines_equal (expected->samples, seen->samples, 0),
        "%u and %u blocks, %u the same", player_count_lines (expected->samples),
        player_count_lines (seen->samples),
        player_count_common (expected->samples, seen->samples));
    g_free (path);
    test_media_close (&media);
  }
  player_hashes_free (expected);
  player_hashes_free (seen);
  g_free (output);
  g_free (url);
}

GST_END_TEST;

/* What VLC has in hand when the programme ends it does not write any more; the
 * order of pictures makes that a few more. */
#define VLC_TAIL 24

static void
play_with_vlc (const gchar * name, const gchar * scheme)
{
  gchar *url = pub_thread_url (server, scheme, PATH);
  gchar *output = g_build_filename (folder, "vlc.asf", NULL);
  PlayerHashes *expected = player_hashes_new (), *seen = player_hashes_new ();
  GSubprocess *player;
  TestMedia media;
  gchar *text;
  guint n_common;

  if (player_have_program ("cvlc") && test_media_open (&media, name)) {
    text = player_finish_ffmpeg (player_start_ffmpeg (media.path), NULL);
    player_read_framemd5 (text, expected);
    g_free (text);
    player = player_start_vlc (url, output);
    push_packets (begin_push (&media, 1), &media, G_MAXUINT);
    player_finish_vlc (player, output, seen);
    n_common = player_count_common (expected->pictures, seen->pictures);
    fail_unless (n_common > 50 && n_common + VLC_TAIL
        >= player_count_lines (expected->pictures)
        && n_common + 2 >= player_count_lines (seen->pictures),
        "%u of %u pictures in %u", n_common,
        player_count_lines (expected->pictures),
        player_count_lines (seen->pictures));
    test_media_close (&media);
  }
  player_hashes_free (expected);
  player_hashes_free (seen);
  g_free (output);
  g_free (url);
}

GST_START_TEST (test_vlc_http)
{
  play_with_vlc (videos[__i__], "http");
}

GST_END_TEST;

GST_START_TEST (test_vlc_mmsh)
{
  play_with_vlc (videos[__i__], "mmsh");
}

GST_END_TEST;

GST_START_TEST (test_four_players_at_once)
{
  gchar *http = pub_thread_url (server, "http", PATH);
  gchar *mmsh = pub_thread_url (server, "mmsh", PATH);
  gchar *expected, *seen, *complaints;
  GSubprocess *players[4];
  TestMedia media;
  guint i;

  if (test_media_open (&media, videos[0]) && player_have_program ("ffmpeg")) {
    expected =
        player_finish_ffmpeg (player_start_ffmpeg (media.path), &complaints);
    g_free (complaints);
    for (i = 0; i < G_N_ELEMENTS (players); i++)
      players[i] = player_start_ffmpeg (i % 2 ? http : mmsh);
    push_packets (begin_push (&media, i), &media, G_MAXUINT);
    for (i = 0; i < G_N_ELEMENTS (players); i++) {
      seen = player_finish_ffmpeg (players[i], &complaints);
      fail_unless (g_str_equal (seen, expected), "player %u", i);
      g_free (seen);
      g_free (complaints);
    }
    g_free (expected);
    test_media_close (&media);
  }
  g_free (http);
  g_free (mmsh);
}

GST_END_TEST;

static Suite *
players_suite (void)
{
  Suite *suite = suite_create ("players");
  TCase *tc = tcase_create ("players");

  tcase_set_timeout (tc, 150);
  tcase_add_checked_fixture (tc, setup_server, teardown_server);
  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_ffmpeg_http, 0, G_N_ELEMENTS (videos));
  tcase_add_loop_test (tc, test_ffmpeg_mmsh, 0, G_N_ELEMENTS (videos));
  tcase_add_test (tc, test_one_packet_missing);
  tcase_add_loop_test (tc, test_ffprobe, 0, 2);
  /* those with Windows Media Video 8 */
  tcase_add_loop_test (tc, test_gstreamer, 0, 3);
  tcase_add_loop_test (tc, test_mplayer_mmsh, 0, 3);
  tcase_add_test (tc, test_mplayer_selects);
  tcase_add_loop_test (tc, test_vlc_http, 0, G_N_ELEMENTS (videos));
  tcase_add_loop_test (tc, test_vlc_mmsh, 0, G_N_ELEMENTS (videos));
  tcase_add_test (tc, test_four_players_at_once);
  return suite;
}

GST_CHECK_MAIN (players);
