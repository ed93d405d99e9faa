/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "players.h"

#include <string.h>
#include <glib/gstdio.h>

/* For the players, which are other people's programs. */
#define PLAYER_SECONDS "60"
/* FFmpeg and the others cut the decoded samples at different places. */
#define BLOCK_SAMPLES 1024
#define HASH_FILTER "asetnsamples=n=1024:p=0"
#define SAMPLE_SIZE 4           /* F32LE */

PlayerHashes *
player_hashes_new (void)
{
  PlayerHashes *self = g_new0 (PlayerHashes, 1);

  self->pictures = g_string_new (NULL);
  self->samples = g_string_new (NULL);
  self->block = g_byte_array_new ();
  return self;
}

void
player_hashes_free (PlayerHashes * self)
{
  g_string_free (self->pictures, TRUE);
  g_string_free (self->samples, TRUE);
  g_byte_array_unref (self->block);
  g_free (self);
}

static void
add_hash (GString * lines, const guint8 * data, gsize size)
{
  gchar *hash = g_compute_checksum_for_data (G_CHECKSUM_MD5, data, size);

  g_string_append_printf (lines, "%s\n", hash);
  g_free (hash);
}

static void
add_samples (PlayerHashes * self, const guint8 * data, gsize size,
    guint n_channels)
{
  self->block_size = BLOCK_SAMPLES * SAMPLE_SIZE * n_channels;
  g_byte_array_append (self->block, data, size);
  while (self->block->len >= self->block_size) {
    add_hash (self->samples, self->block->data, self->block_size);
    g_byte_array_remove_range (self->block, 0, self->block_size);
  }
}

static void
end_samples (PlayerHashes * self)
{
  if (self->block->len > 0)
    add_hash (self->samples, self->block->data, self->block->len);
  g_byte_array_set_size (self->block, 0);
}

guint
player_count_lines (const GString * lines)
{
  guint n = 0;
  gsize i;

  for (i = 0; i < lines->len; i++)
    n += lines->str[i] == '\n';
  return n;
}

guint
player_count_common (const GString * one, const GString * other)
{
  guint n = 0;
  gsize i;

  for (i = 0; i < one->len && one->str[i] == other->str[i]; i++)
    n += one->str[i] == '\n';
  return n;
}

gboolean
player_lines_equal (const GString * expected, const GString * seen,
    guint n_lost)
{
  gsize size = expected->len;

  while (n_lost > 0 && size > 0) {
    size--;
    while (size > 0 && expected->str[size - 1] != '\n')
      size--;
    n_lost--;
  }
  return size > 0 && seen->len == size
      && memcmp (expected->str, seen->str, size) == 0;
}

gboolean
player_have_program (const gchar * name)
{
  gchar *path = g_find_program_in_path (name);

  if (path == NULL)
    g_print ("SKIP: no %s\n", name);
  g_free (path);
  return path != NULL;
}

gboolean
player_have_element (const gchar * name)
{
  gboolean is_there = gst_registry_check_feature_version (gst_registry_get (),
      name, 1, 0, 0);

  if (!is_there)
    g_print ("SKIP: no %s\n", name);
  return is_there;
}

GSubprocess *
player_start_ffmpeg (const gchar * input)
{
  GError *error = NULL;
  GSubprocess *process;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE
      | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, "timeout", PLAYER_SECONDS,
      "ffmpeg", "-nostdin", "-v", "warning", "-i", input,
      "-fps_mode", "passthrough", "-af", HASH_FILTER, "-c:a", "pcm_f32le",
      "-f", "framemd5", "-", NULL);
  fail_unless (process != NULL, "%s", error ? error->message : "");
  return process;
}

gchar *
player_finish_ffmpeg (GSubprocess * process, gchar ** complaints)
{
  gchar *output = NULL, *text = NULL;

  fail_unless (g_subprocess_communicate_utf8 (process, NULL, NULL, &output,
          &text, NULL));
  g_object_unref (process);
  if (complaints != NULL)
    *complaints = g_steal_pointer (&text);
  g_free (text);
  return output;
}

/* "#media_type 0: video", and "0, 0, 0, 1, 38016, HASH" for each frame. */
void
player_read_framemd5 (const gchar * text, PlayerHashes * hashes)
{
  gboolean is_video_first = strstr (text, "#media_type 0: video") != NULL;
  gchar **lines = g_strsplit (text, "\n", -1);
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    gboolean is_video = lines[i][0] == '0' && is_video_first;
    const gchar *hash = strrchr (lines[i], ' ');

    if (hash == NULL || lines[i][0] == '#')
      continue;
    g_string_append_printf (is_video ? hashes->pictures : hashes->samples,
        "%s\n", hash + 1);
  }
  g_strfreev (lines);
}

void
player_check_complaints (const gchar * complaints, const gchar * of_file,
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

static guint
get_n_channels (GstSample * sample)
{
  GstStructure *structure = gst_caps_get_structure (gst_sample_get_caps
      (sample), 0);
  gint n_channels = 1;

  fail_unless (g_strcmp0 (gst_structure_get_string (structure, "format"),
          "F32LE") == 0);
  gst_structure_get_int (structure, "channels", &n_channels);
  return n_channels;
}

static GstFlowReturn
frame_decoded (GstElement * sink, PlayerHashes * hashes)
{
  gboolean is_video = g_str_equal (GST_OBJECT_NAME (sink), "video");
  GstSample *sample = NULL;
  GstMapInfo map;

  g_signal_emit_by_name (sink, "pull-sample", &sample);
  fail_unless (gst_buffer_map (gst_sample_get_buffer (sample), &map,
          GST_MAP_READ));
  if (is_video)
    add_hash (hashes->pictures, map.data, map.size);
  else
    add_samples (hashes, map.data, map.size, get_n_channels (sample));
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

static void
samples_ended (GstElement * sink, PlayerHashes * hashes)
{
  end_samples (hashes);
}

static void
take_frames (GstElement * pipeline, const gchar * name, PlayerHashes * hashes)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), name);

  if (sink == NULL)
    return;
  g_object_set (sink, "sync", FALSE, "async", FALSE, "emit-signals", TRUE,
      NULL);
  g_signal_connect (sink, "new-sample", G_CALLBACK (frame_decoded), hashes);
  if (g_str_equal (name, "audio"))
    g_signal_connect (sink, "eos", G_CALLBACK (samples_ended), hashes);
  gst_object_unref (sink);
}

GstElement *
player_start_gstreamer (const gchar * input, const gchar * video,
    const gchar * audio, PlayerHashes * hashes)
{
  const gchar *source = strstr (input, "://") ? "souphttpsrc" : "filesrc";
  const gchar *demuxer = g_str_has_suffix (input, ".mkv") ? "matroskademux"
      : "asfdemux";
  GString *text = g_string_new (NULL);
  GError *error = NULL;
  GstElement *pipeline;

  g_string_append_printf (text, "%s location=%s ! %s name=d", source, input,
      demuxer);
  /* by the pads' names: to try one by its caps is not safe while the state of
   * the pipeline changes */
  if (video != NULL)
    g_string_append_printf (text, " d.video_0 ! %s ! appsink name=video",
        video);
  if (audio != NULL)
    g_string_append_printf (text, " d.audio_0 ! %s ! appsink name=audio",
        audio);
  pipeline = gst_parse_launch (text->str, &error);
  fail_unless (error == NULL, "%s", error ? error->message : "");
  take_frames (pipeline, "video", hashes);
  take_frames (pipeline, "audio", hashes);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_string_free (text, TRUE);
  return pipeline;
}

void
player_finish_gstreamer (GstElement * pipeline)
{
  GstMessage *message = gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (pipeline),
      60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  fail_unless (message != NULL && GST_MESSAGE_TYPE (message)
      == GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static GPtrArray *
mplayer_command (const gchar * input, const gchar * output,
    const gchar * audio_codec)
{
  static const gchar *const common[] = { "timeout", PLAYER_SECONDS, "mplayer",
    "-noconfig", "all", "-nolirc", "-nojoystick", "-noconsolecontrols",
    "-quiet", "-benchmark"
  };
  GPtrArray *command = g_ptr_array_new_with_free_func (g_free);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (common); i++)
    g_ptr_array_add (command, g_strdup (common[i]));
  if (audio_codec == NULL) {
    g_ptr_array_add (command, g_strdup ("-nosound"));
    g_ptr_array_add (command, g_strdup ("-vo"));
    g_ptr_array_add (command, g_strconcat ("md5sum:outfile=", output, NULL));
  } else {
    g_ptr_array_add (command, g_strdup ("-novideo"));
    g_ptr_array_add (command, g_strdup ("-ac"));
    g_ptr_array_add (command, g_strdup (audio_codec));
    g_ptr_array_add (command, g_strdup ("-af"));
    g_ptr_array_add (command, g_strdup ("format=floatle"));
    g_ptr_array_add (command, g_strdup ("-ao"));
    g_ptr_array_add (command, g_strconcat ("pcm:fast:nowaveheader:file=",
            output, NULL));
  }
  g_ptr_array_add (command, g_strdup (input));
  g_ptr_array_add (command, NULL);
  return command;
}

GSubprocess *
player_start_mplayer (const gchar * input, const gchar * output,
    const gchar * audio_codec)
{
  GPtrArray *command = mplayer_command (input, output, audio_codec);
  gchar *folder = g_path_get_dirname (output);
  GSubprocessLauncher *launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE
      | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  GSubprocess *process;

  g_unlink (output);
  /* it writes into its user's home */
  g_subprocess_launcher_setenv (launcher, "HOME", folder, TRUE);
  process = g_subprocess_launcher_spawnv (launcher,
      (const gchar * const *) command->pdata, NULL);
  fail_unless (process != NULL);
  g_object_unref (launcher);
  g_free (folder);
  g_ptr_array_unref (command);
  return process;
}

/* "HASH frame00000000" */
static void
read_md5sums (const gchar * text, PlayerHashes * hashes)
{
  gchar **lines = g_strsplit (text, "\n", -1);
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    const gchar *end = strchr (lines[i], ' ');

    if (end != NULL)
      g_string_append_printf (hashes->pictures, "%.*s\n",
          (gint) (end - lines[i]), lines[i]);
  }
  g_strfreev (lines);
}

void
player_finish_mplayer (GSubprocess * process, const gchar * output,
    gboolean is_audio, PlayerHashes * hashes)
{
  gchar *contents = NULL;
  gsize size;

  fail_unless (g_subprocess_wait (process, NULL, NULL));
  g_object_unref (process);
  fail_unless (g_file_get_contents (output, &contents, &size, NULL));
  if (is_audio) {
    /* compared with MPlayer's only: how many channels does not matter */
    add_samples (hashes, (guint8 *) contents, size, 1);
    end_samples (hashes);
  } else {
    read_md5sums (contents, hashes);
  }
  g_free (contents);
}

void
player_remove_folder (const gchar * path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    gchar *child = g_build_filename (path, name, NULL);

    player_remove_folder (child);
    g_free (child);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}
