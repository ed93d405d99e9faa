/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Real players play what a raw pusher sends: every decoded picture and every
 * block of samples has to be that of the file, in order. */
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "pubthread.h"
#include "rawpush.h"
#include "testasf.h"

#define PATH "/live"
/* For the players, which are other people's programs. */
#define PLAYER_SECONDS "60"

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
remove_tree (const gchar * path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    gchar *child = g_build_filename (path, name, NULL);

    remove_tree (child);
    g_free (child);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

static void
teardown_server (void)
{
  remove_tree (folder);
  g_free (folder);
  pub_thread_stop (server);
}

static gboolean
have_program (const gchar * name)
{
  gchar *path = g_find_program_in_path (name);

  if (path == NULL)
    g_print ("SKIP: no %s\n", name);
  g_free (path);
  return path != NULL;
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

static GSubprocess *
start_ffmpeg (const gchar * input)
{
  GError *error = NULL;
  GSubprocess *process;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE
      | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, "timeout", PLAYER_SECONDS,
      "ffmpeg", "-nostdin", "-v", "warning", "-i", input, "-f", "framemd5",
      "-", NULL);
  fail_unless (process != NULL, "%s", error ? error->message : "");
  return process;
}

/* What a player has printed, and what it has complained about; @expected are
 * complaints about every such file. */
static gchar *
finish_ffmpeg (GSubprocess * process, gchar ** complaints)
{
  gchar *output = NULL;

  fail_unless (g_subprocess_communicate_utf8 (process, NULL, NULL, &output,
          complaints, NULL));
  g_object_unref (process);
  return output;
}

static void
check_complaints (const gchar * complaints, const gchar * of_file,
    gboolean is_mms)
{
  gchar **lines = g_strsplit (complaints, "\n", -1);
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    /* "[codec @ 0x5555...] text" */
    const gchar *text = lines[i][0] == '[' ? strstr (lines[i], "] ") : lines[i];

    /* FFmpeg says so, as an error, of each $E ([MS-WMSP] 2.2.3.4), and then
     * some more because it asks for data all the same */
    if (is_mms && g_str_equal (lines[i], "Stream ended!"))
      break;
    fail_unless (text != NULL && strstr (of_file, text) != NULL,
        "ffmpeg: %s", lines[i]);
  }
  g_strfreev (lines);
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

  if (!test_media_open (&media, name) || !have_program ("ffmpeg")) {
    g_free (url);
    return missing == G_MAXUINT;
  }
  expected = finish_ffmpeg (start_ffmpeg (media.path), &of_file);
  player = start_ffmpeg (url);
  push_packets (begin_push (&media, 1), &media, missing);
  seen = finish_ffmpeg (player, &complaints);
  fail_unless (strlen (expected) > 1000);
  is_same = g_str_equal (seen, expected);
  if (missing == G_MAXUINT)
    check_complaints (complaints, of_file, g_str_equal (scheme, "mmsh"));
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

static GstFlowReturn
picture_decoded (GstElement * sink, GString * hashes)
{
  GstSample *sample = NULL;
  GstMapInfo map;
  gchar *hash;

  g_signal_emit_by_name (sink, "pull-sample", &sample);
  fail_unless (gst_buffer_map (gst_sample_get_buffer (sample), &map,
          GST_MAP_READ));
  hash = g_compute_checksum_for_data (G_CHECKSUM_MD5, map.data, map.size);
  g_string_append_printf (hashes, "%s\n", hash);
  g_free (hash);
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

static GstElement *
start_gstreamer (const gchar * source, const gchar * location, GString * hashes)
{
  gchar *text = g_strdup_printf ("%s location=%s ! asfdemux ! video/x-wmv !"
      " avdec_wmv2 ! appsink name=sink sync=false emit-signals=true", source,
      location);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error), *sink;

  fail_unless (error == NULL, "%s", error ? error->message : "");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_signal_connect (sink, "new-sample", G_CALLBACK (picture_decoded), hashes);
  gst_object_unref (sink);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_free (text);
  return pipeline;
}

static void
finish_gstreamer (GstElement * pipeline)
{
  GstMessage *message = gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (pipeline),
      60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  fail_unless (message != NULL && GST_MESSAGE_TYPE (message)
      == GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static gboolean
have_elements (void)
{
  static const gchar *const names[] = { "souphttpsrc", "asfdemux",
    "avdec_wmv2", NULL
  };
  guint i;

  for (i = 0; names[i] != NULL; i++) {
    if (gst_registry_check_feature_version (gst_registry_get (), names[i], 1,
            0, 0))
      continue;
    g_print ("SKIP: no %s\n", names[i]);
    return FALSE;
  }
  return TRUE;
}

GST_START_TEST (test_gstreamer)
{
  GString *expected = g_string_new (NULL), *seen = g_string_new (NULL);
  gchar *url = pub_thread_url (server, "http", PATH);
  GstElement *pipeline;
  TestMedia media;

  if (have_elements () && test_media_open (&media, videos[__i__])) {
    finish_gstreamer (start_gstreamer ("filesrc", media.path, expected));
    pipeline = start_gstreamer ("souphttpsrc", url, seen);
    push_packets (begin_push (&media, 1), &media, G_MAXUINT);
    finish_gstreamer (pipeline);
    fail_unless (expected->len > 1000);
    fail_unless (g_string_equal (expected, seen), "%u and %u bytes of hashes",
        (guint) expected->len, (guint) seen->len);
    test_media_close (&media);
  }
  g_string_free (expected, TRUE);
  g_string_free (seen, TRUE);
  g_free (url);
}

GST_END_TEST;

static GSubprocess *
start_mplayer (const gchar * input, const gchar * output)
{
  gchar *video = g_strdup_printf ("md5sum:outfile=%s", output);
  GSubprocessLauncher *launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE
      | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  GSubprocess *process;

  /* it writes into its user's home */
  g_subprocess_launcher_setenv (launcher, "HOME", folder, TRUE);
  process = g_subprocess_launcher_spawn (launcher, NULL, "timeout",
      PLAYER_SECONDS, "mplayer", "-noconfig", "all", "-nolirc", "-nojoystick",
      "-noconsolecontrols", "-quiet", "-benchmark", "-nosound", "-vo", video,
      input, NULL);
  fail_unless (process != NULL);
  g_object_unref (launcher);
  g_free (video);
  return process;
}

static gchar *
finish_mplayer (GSubprocess * process, const gchar * output)
{
  gchar *hashes = NULL;

  fail_unless (g_subprocess_wait (process, NULL, NULL));
  g_object_unref (process);
  g_file_get_contents (output, &hashes, NULL, NULL);
  return hashes;
}

GST_START_TEST (test_mplayer_mmsh)
{
  gchar *url = pub_thread_url (server, "mmsh", PATH);
  gchar *output = g_build_filename (folder, "hashes", NULL);
  gchar *expected, *seen;
  GSubprocess *player;
  TestMedia media;

  if (have_program ("mplayer") && test_media_open (&media, videos[__i__])) {
    expected = finish_mplayer (start_mplayer (media.path, output), output);
    g_unlink (output);
    player = start_mplayer (url, output);
    push_packets (begin_push (&media, 1), &media, G_MAXUINT);
    seen = finish_mplayer (player, output);
    fail_unless (expected != NULL && strlen (expected) > 1000);
    assert_equals_string (seen, expected);
    g_free (expected);
    g_free (seen);
    test_media_close (&media);
  }
  g_free (output);
  g_free (url);
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

  if (test_media_open (&media, videos[0]) && have_program ("ffmpeg")) {
    expected = finish_ffmpeg (start_ffmpeg (media.path), &complaints);
    g_free (complaints);
    for (i = 0; i < G_N_ELEMENTS (players); i++)
      players[i] = start_ffmpeg (i % 2 ? http : mmsh);
    push_packets (begin_push (&media, i), &media, G_MAXUINT);
    for (i = 0; i < G_N_ELEMENTS (players); i++) {
      seen = finish_ffmpeg (players[i], &complaints);
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
  /* those with Windows Media Video 8 */
  tcase_add_loop_test (tc, test_gstreamer, 0, 3);
  tcase_add_loop_test (tc, test_mplayer_mmsh, 0, 3);
  tcase_add_test (tc, test_four_players_at_once);
  return suite;
}

GST_CHECK_MAIN (players);
