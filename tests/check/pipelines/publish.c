/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The whole way, with the elements: encoder, muxer, wmspushsink, publishing
 * point, players.  The reference is what each player decodes out of the
 * encoder's output in a file that none of our code has written. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "players.h"
#include "pubthread.h"
#include "recordfiles.h"
#include "testasf.h"
#include "testmux.h"

#define PATH "/live"
#define CLEAN "LOCATING CONNECTING OPENED STARTED END_OF_STREAMING STOPPED " \
    "CLOSED"
#define N_PICTURES 50
/* MPlayer never plays the last media object of an ASF stream, of files either:
 * one picture, or some blocks of samples. */
#define MPLAYER_LOST_PICTURES 1
#define MPLAYER_LOST_BLOCKS 8

#define PICTURES(live, encoder) "videotestsrc num-buffers=50 " \
    "pattern=zone-plate kx2=20 ky2=20 kt=1 is-live=" live " ! video/x-raw,width=176,height=144,framerate=25/1 ! " \
    encoder " ! tee name=v v. ! queue ! k. v. ! queue ! "
/* gst-libav's avenc_wmav2 crashes on a single channel */
#define SOUND(live, encoder) "audiotestsrc num-buffers=20 wave=pink-noise " \
    "samplesperbuffer=4410 is-live=" live " ! audio/x-raw,rate=44100," \
    "channels=2 ! " encoder " ! tee name=a a. ! queue ! k. a. ! queue ! "
#define REFERENCE "matroskamux name=k ! filesink name=reference "
#define WMV "queue ! avdec_wmv2"
#define MSMPEG4 "queue ! avdec_msmpeg4"
#define WMA "queue ! avdec_wmav2"
#define MP3 "queue ! mpegaudioparse ! mpg123audiodec " \
    "! audio/x-raw,format=F32LE"

typedef struct
{
  const gchar *launch;
  const gchar *video, *audio;   /* decoders of GStreamer */
  const gchar *mplayer_codec;   /* NULL: it plays the pictures */
} Programme;

static const Programme programmes[] = {
  {REFERENCE PICTURES ("true", "avenc_wmv2")
      "asfmux name=m ! wmspushsink name=sink "
        SOUND ("true", "avenc_wmav2") "m.", WMV, WMA, NULL},
  {REFERENCE PICTURES ("true", "avenc_wmv2")
      "asfmux packet-size=1400 ! wmspushsink name=sink", WMV, NULL, NULL},
  {REFERENCE SOUND ("true", "avenc_wmav2")
        "asfmux packet-size=1400 ! wmspushsink name=sink", NULL, WMA,
      "ffwmav2"},
  {REFERENCE SOUND ("true", "lamemp3enc")
      "asfmux ! wmspushsink name=sink", NULL, MP3, "ffmp3float"},
};

/* Other people's muxers, as fast as they can. */
static const Programme foreign[] = {
  {REFERENCE PICTURES ("false", "avenc_wmv2")
      "avmux_asf name=m ! wmspushsink name=sink sync=false "
        SOUND ("false", "avenc_wmav2") "m.", WMV, WMA, NULL},
  {REFERENCE PICTURES ("false", "avenc_msmpeg4")
      "avmux_asf_stream name=m ! wmspushsink name=sink sync=false "
        SOUND ("false", "avenc_wmav2") "m.", MSMPEG4, WMA, NULL},
};

static const Programme offline = {
  REFERENCE PICTURES ("false", "avenc_wmv2")
  "asfmux name=m packet-size=1400 ! wmspushsink name=sink sync=false "
      SOUND ("false", "avenc_wmav2") "m.", WMV, WMA, NULL
};

typedef enum
{
  FFMPEG_HTTP,
  FFMPEG_MMSH,
  GSTREAMER,
  MPLAYER,
  N_PLAYERS,
} PlayerKind;

typedef struct
{
  PlayerHashes *hashes;
  gchar *complaints;
  gchar *output;
  GSubprocess *process;
  GstElement *pipeline;
} Player;

/* One run of a programme's pipeline. */
typedef struct
{
  GstElement *pipeline;
  GString *statuses;
  TestObjects *objects;
  guint n_players;
  guint n_buffers;
  guint missing;                /* the packet that is thrown away; 0: none */
} Push;

static PubThread *server;
static gchar *folder, *reference, *recordings;

static void
record (PubServer * point, gpointer data)
{
  const PubRecordConfig config = {.directory = recordings };

  fail_unless (pub_server_set_record (point, &config, NULL));
}

static void
setup_server (void)
{
  GstPluginFeature *asfmux = gst_registry_lookup_feature (gst_registry_get (),
      "asfmux");
  GstPlugin *plugin = gst_plugin_feature_get_plugin (asfmux);

  fail_unless_equals_string (gst_plugin_get_filename (plugin), TEST_PLUGIN);
  gst_object_unref (plugin);
  gst_object_unref (asfmux);
  folder = g_dir_make_tmp ("publish-XXXXXX", NULL);
  fail_unless (folder != NULL);
  reference = g_build_filename (folder, "reference.mkv", NULL);
  recordings = record_folder_new ();
  server = pub_thread_new (record, NULL);
}

static void
teardown_server (void)
{
  g_clear_pointer (&server, pub_thread_stop);
  player_remove_folder (folder);
  g_free (folder);
  g_free (reference);
  record_folder_free (recordings);
}

static gboolean
have_everything (void)
{
  static const gchar *const elements[] = { "souphttpsrc", "asfdemux",
    "matroskamux", "matroskademux", "avenc_wmv2", "avenc_wmav2", "lamemp3enc",
    "mpg123audiodec", "avmux_asf", NULL
  };
  guint i;

  for (i = 0; elements[i] != NULL; i++)
    if (!player_have_element (elements[i]))
      return FALSE;
  return player_have_program ("ffmpeg") && player_have_program ("mplayer");
}

static void
start_player (Player * player, PlayerKind kind, const Programme * programme,
    const gchar * file)
{
  gboolean is_mms = kind == FFMPEG_MMSH || kind == MPLAYER;
  gchar *input = file != NULL ? g_strdup (file)
      : pub_thread_url (server, is_mms ? "mmsh" : "http", PATH);

  memset (player, 0, sizeof (*player));
  player->hashes = player_hashes_new ();
  switch (kind) {
    case GSTREAMER:
      player->pipeline = player_start_gstreamer (input, programme->video,
          programme->audio, player->hashes);
      break;
    case MPLAYER:
      player->output = g_build_filename (folder, "mplayer", NULL);
      player->process = player_start_mplayer (input, player->output,
          programme->mplayer_codec);
      break;
    default:
      player->process = player_start_ffmpeg (input);
      break;
  }
  g_free (input);
}

static void
finish_player (Player * player, const Programme * programme)
{
  gchar *text;

  if (player->pipeline != NULL) {
    player_finish_gstreamer (player->pipeline);
  } else if (player->output != NULL) {
    player_finish_mplayer (player->process, player->output,
        programme->mplayer_codec != NULL, player->hashes);
  } else {
    text = player_finish_ffmpeg (player->process, &player->complaints);
    player_read_framemd5 (text, player->hashes);
    g_free (text);
  }
}

static void
clear_player (Player * player)
{
  player_hashes_free (player->hashes);
  g_free (player->complaints);
  g_free (player->output);
}

/* Players that wait for the header have it before the first packet comes, so
 * that none of them joins too late. */
static gboolean
let_packet_pass (Push * push, GstBuffer * buffer)
{
  guint number = push->n_buffers++;
  GstMapInfo map;

  if (number == 0)
    return TRUE;
  if (number == 1)
    fail_unless (pub_thread_wait (server, PATH, pub_has_playing,
            push->n_players));
  if (push->objects != NULL) {
    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    fail_unless (test_objects_add_packet (push->objects, map.data, map.size));
    gst_buffer_unmap (buffer, &map);
  }
  return number != push->missing;
}

static gboolean
filter_buffer (GstBuffer ** buffer, guint index, gpointer data)
{
  if (!let_packet_pass (data, *buffer))
    gst_clear_buffer (buffer);
  return TRUE;
}

static GstPadProbeReturn
data_came (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstBufferList *list;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    return let_packet_pass (data, GST_PAD_PROBE_INFO_BUFFER (info))
        ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  list = gst_buffer_list_make_writable (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  gst_buffer_list_foreach (list, filter_buffer, data);
  GST_PAD_PROBE_INFO_DATA (info) = list;
  return GST_PAD_PROBE_OK;
}

static void
prepare_push (Push * push, const gchar * launch)
{
  gchar *url = pub_thread_url (server, "http", PATH);
  GError *error = NULL;
  GstElement *sink, *file;
  GstPad *pad;

  push->pipeline = gst_parse_launch (launch, &error);
  fail_unless (error == NULL, "%s", error ? error->message : "");
  push->statuses = g_string_new (NULL);
  sink = gst_bin_get_by_name (GST_BIN (push->pipeline), "sink");
  g_object_set (sink, "location", url, NULL);
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER |
      GST_PAD_PROBE_TYPE_BUFFER_LIST, data_came, push, NULL);
  gst_object_unref (pad);
  gst_object_unref (sink);
  file = gst_bin_get_by_name (GST_BIN (push->pipeline), "reference");
  if (file != NULL) {
    g_object_set (file, "location", reference, NULL);
    gst_object_unref (file);
  }
  g_free (url);
}

static void
note_status (Push * push, GstMessage * message)
{
  const GstStructure *structure = gst_message_get_structure (message);

  if (!gst_structure_has_name (structure, "wms-status"))
    return;
  if (push->statuses->len > 0)
    g_string_append_c (push->statuses, ' ');
  g_string_append (push->statuses, gst_structure_get_string (structure,
          "status-name") + strlen ("WMT_"));
}

/* From NULL to the end of the stream and back. */
static void
run_push (Push * push)
{
  GstBus *bus = gst_element_get_bus (push->pipeline);
  gboolean ended = FALSE;

  gst_element_set_state (push->pipeline, GST_STATE_PLAYING);
  while (!ended) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
        GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR |
        GST_MESSAGE_WARNING);

    fail_unless (message != NULL);
    ended = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    fail_unless (ended || GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT,
        "%s", GST_MESSAGE_TYPE_NAME (message));
    if (!ended)
      note_status (push, message);
    gst_message_unref (message);
  }
  gst_element_set_state (push->pipeline, GST_STATE_NULL);
  gst_object_unref (push->pipeline);
  gst_object_unref (bus);
  fail_unless_equals_string (push->statuses->str, CLEAN);
  g_string_free (push->statuses, TRUE);
}

/* Pushes with all players watching; @players gets what they saw. */
static void
publish (const Programme * programme, Push * push, Player * players)
{
  guint i;

  push->n_players = N_PLAYERS;
  for (i = 0; i < N_PLAYERS; i++)
    start_player (&players[i], i, programme, NULL);
  fail_unless (pub_thread_wait (server, PATH, pub_has_players, N_PLAYERS));
  prepare_push (push, programme->launch);
  run_push (push);
  for (i = 0; i < N_PLAYERS; i++)
    finish_player (&players[i], programme);
}

/* MPlayer's own loss, when the reference has been no ASF. */
static gboolean
is_same (PlayerKind kind, const Programme * programme,
    const PlayerHashes * expected, const PlayerHashes * seen, gboolean is_asf)
{
  guint n_lost = kind == MPLAYER && !is_asf ? MPLAYER_LOST_PICTURES : 0;
  gboolean with_audio = programme->audio != NULL && kind != MPLAYER;

  if (kind == MPLAYER && programme->mplayer_codec != NULL)
    return player_count_common (expected->samples, seen->samples)
        + MPLAYER_LOST_BLOCKS >= player_count_lines (expected->samples);
  if (with_audio && !player_lines_equal (expected->samples, seen->samples, 0))
    return FALSE;
  return programme->video == NULL
      || player_lines_equal (expected->pictures, seen->pictures, n_lost);
}

/* How many players saw something else than in @file.  Complaints are
 * compared, too, when the stream was whole. */
static guint
count_differing (const Programme * programme, const Player * players,
    const gchar * file, gboolean is_whole)
{
  gboolean is_asf = !g_str_has_suffix (file, ".mkv");
  guint n_differing = 0, i;

  for (i = 0; i < N_PLAYERS; i++) {
    const PlayerHashes *seen = players[i].hashes;
    Player expected;

    start_player (&expected, i, programme, file);
    finish_player (&expected, programme);
    if (programme->video != NULL && !is_asf)
      fail_unless_equals_int (player_count_lines (expected.hashes->pictures),
          N_PICTURES);
    if (!is_same (i, programme, expected.hashes, seen, is_asf)) {
      g_print ("player %u: %u of %u pictures, %u of %u blocks of samples\n", i,
          player_count_lines (seen->pictures),
          player_count_lines (expected.hashes->pictures),
          player_count_lines (seen->samples),
          player_count_lines (expected.hashes->samples));
      n_differing++;
    }
    if (is_whole && expected.complaints != NULL)
      player_check_complaints (players[i].complaints, expected.complaints,
          i == FFMPEG_MMSH);
    clear_player (&expected);
  }
  return n_differing;
}

static void
check_programme (const Programme * programme, const gchar * file)
{
  Player players[N_PLAYERS];
  Push push = { NULL };
  guint i;

  if (!have_everything ())
    return;
  publish (programme, &push, players);
  fail_unless_equals_int (count_differing (programme, players, file, TRUE), 0);
  for (i = 0; i < N_PLAYERS; i++)
    clear_player (&players[i]);
}

GST_START_TEST (test_live)
{
  check_programme (&programmes[__i__], reference);
}

GST_END_TEST;

GST_START_TEST (test_foreign_muxer)
{
  check_programme (&foreign[__i__], reference);
}

GST_END_TEST;

/* The comparison notices one packet, in each player. */
GST_START_TEST (test_one_packet_missing)
{
  Player players[N_PLAYERS];
  Push push = {.missing = 10 };
  guint i;

  if (!have_everything ())
    return;
  publish (&offline, &push, players);
  fail_unless_equals_int (count_differing (&offline, players, reference,
          FALSE), N_PLAYERS);
  for (i = 0; i < N_PLAYERS; i++)
    clear_player (&players[i]);
}

GST_END_TEST;

/* A file's bytes, in real time or not; the first buffer is its header. */
static void
check_file (const gchar * name, Programme programme, gboolean sync)
{
  TestMedia media;
  gchar *launch;

  if (!test_media_open (&media, name))
    return;
  launch = g_strdup_printf ("filesrc location=%s blocksize=%u ! wmspushsink "
      "name=sink sync=%d", media.path, (guint) (media.info.header_size
          + ASF_DATA_HEAD_SIZE), sync);
  programme.launch = launch;
  check_programme (&programme, media.path);
  g_free (launch);
  test_media_close (&media);
}

GST_START_TEST (test_file_in_real_time)
{
  const Programme speech = { NULL, NULL, WMA, "ffwmav2" };
  gint64 start = g_get_monotonic_time ();

  check_file ("speech-wmav2.wma", speech, TRUE);
  fail_unless (g_get_monotonic_time () - start > 2 * G_TIME_SPAN_SECOND);
}

GST_END_TEST;

GST_START_TEST (test_file)
{
  const Programme smooth = { NULL, WMV, WMA, NULL };

  check_file ("smooth-wmv2-wmav2.wmv", smooth, FALSE);
}

GST_END_TEST;

/* What the server wrote has the muxer's media objects, and is a good file. */
GST_START_TEST (test_recording)
{
  Push push = {.objects = test_objects_new () };
  PlayerHashes *expected = player_hashes_new (), *seen = player_hashes_new ();
  gchar *objects, *recorded, *recording;
  gchar **files;

  prepare_push (&push, offline.launch);
  run_push (&push);
  /* this ends the recording */
  g_clear_pointer (&server, pub_thread_stop);
  files = record_folder_list (recordings);
  assert_equals_int (g_strv_length (files), 1);
  recording = files[0];
  test_assert_ffmpeg (recording, FALSE);
  fail_unless (test_passes_asfcheck (recording));
  objects = test_objects_finish (push.objects);
  recorded = test_asfcheck_frames (recording);
  if (recorded != NULL)
    fail_unless_equals_string (recorded, objects);
  player_finish_gstreamer (player_start_gstreamer (reference, WMV, WMA,
          expected));
  player_finish_gstreamer (player_start_gstreamer (recording, WMV, WMA, seen));
  fail_unless (player_lines_equal (expected->pictures, seen->pictures, 0));
  fail_unless (player_lines_equal (expected->samples, seen->samples, 0));
  player_hashes_free (expected);
  player_hashes_free (seen);
  g_free (recorded);
  g_free (objects);
  g_strfreev (files);
}

GST_END_TEST;

static Suite *
publish_suite (void)
{
  Suite *suite = suite_create ("publish");
  TCase *tc = tcase_create ("publish");

  tcase_set_timeout (tc, 120);
  tcase_add_checked_fixture (tc, setup_server, teardown_server);
  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_live, 0, G_N_ELEMENTS (programmes));
  tcase_add_loop_test (tc, test_foreign_muxer, 0, G_N_ELEMENTS (foreign));
  tcase_add_test (tc, test_one_packet_missing);
  tcase_add_test (tc, test_file_in_real_time);
  tcase_add_test (tc, test_file);
  tcase_add_test (tc, test_recording);
  return suite;
}

GST_CHECK_MAIN (publish);
