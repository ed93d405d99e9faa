/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "demoplayer.h"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "demoprocess.h"

#define RETRY_MS 100
#define MAX_TRIES 200
/* Microseconds without a byte after which the player gives up. */
#define READ_TIMEOUT "20000000"
/* A few pictures over the whole programme, however long it is: each about
 * 1.6 times later than the one before. */
#define PICTURE_FILTER \
    "select='isnan(prev_selected_t)+gte(t,prev_selected_t*1.6+0.5)'"
#define PICTURE_NAME "picture-%u.png"
/* The same, as ffmpeg wants it. */
#define PICTURE_PATTERN "picture-%d.png"
/* It says this of each WMA stream, since ASF has no channel layout. */
#define USUAL_REMARK "Guessed Channel Layout"

typedef struct
{
  gboolean is_video;
  gdouble time_base;
} PlayerStream;

struct _DemoPlayer
{
  gchar *url;
  gchar *folder;
  void (*ended) (gpointer user_data);
  gpointer user_data;
  DemoProcess *process;
  guint retry_id;
  guint tries;
  gboolean programme_ended;
  PlayerStream streams[2];
  DemoPlayed played;
  gchar *first_complaint;
  gchar *picture;
};

static gboolean player_launch (DemoPlayer * self, GError ** error);

/* What ffmpeg writes has numbers that fit; they are counted and shown.
 * NOLINTBEGIN(cert-err34-c) */

/* The comment lines before the frames: "#tb 0: 1/1000",
 * "#media_type 0: video". */
static void
parse_stream_line (DemoPlayer * self, const gchar * line)
{
  guint number;
  gint num, den;

  if (sscanf (line, "#tb %u: %d/%d", &number, &num, &den) == 3) {
    if (number < G_N_ELEMENTS (self->streams) && den > 0)
      self->streams[number].time_base = (gdouble) num / den;
  } else if (sscanf (line, "#media_type %u", &number) == 1) {
    if (number < G_N_ELEMENTS (self->streams))
      self->streams[number].is_video = g_str_has_suffix (line, ": video");
  }
}

/* One decoded frame: stream, DTS, PTS, duration, size, checksum. */
static void
parse_frame_line (DemoPlayer * self, const gchar * line)
{
  gint64 dts, pts, duration;
  DemoPlayedStream *stream;
  guint number;

  if (sscanf (line, "%u, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", %"
          G_GINT64_FORMAT, &number, &dts, &pts, &duration) != 4
      || number >= G_N_ELEMENTS (self->streams))
    return;
  self->played.has_started = TRUE;
  stream = self->streams[number].is_video ? &self->played.video
      : &self->played.audio;
  stream->decoded++;
  stream->seconds = (pts + duration) * self->streams[number].time_base;
}

static void
output_cb (const gchar * line, gpointer user_data)
{
  if (line[0] == '#')
    parse_stream_line (user_data, line);
  else
    parse_frame_line (user_data, line);
}

static void
complain (DemoPlayer * self, const gchar * line)
{
  self->played.complaints++;
  if (self->first_complaint == NULL)
    self->first_complaint = g_strdup (line);
}

/* Its log, each line with its level; at the end:
 * "[verbose]   Input stream #0:0 (audio): 127 packets read (94361 bytes); ..." */
static void
log_cb (const gchar * line, gpointer user_data)
{
  DemoPlayer *self = user_data;
  unsigned long packets;
  gchar kind[6];

  if (sscanf (line, "[verbose] Input stream #0:%*u (%5[a-z]): %lu packets read",
          kind, &packets) == 2) {
    if (g_str_equal (kind, "video"))
      self->played.video.received += packets;
    else
      self->played.audio.received += packets;
  } else if ((strstr (line, "[warning]") != NULL
          || strstr (line, "[error]") != NULL
          || strstr (line, "[fatal]") != NULL)
      && strstr (line, USUAL_REMARK) == NULL) {
    complain (self, line);
  }
}

/* NOLINTEND(cert-err34-c) */

static gchar *
picture_path (DemoPlayer * self, guint number)
{
  g_autofree gchar *name = g_strdup_printf (PICTURE_NAME, number);

  if (self->folder == NULL)
    return NULL;
  return g_build_filename (self->folder, name, NULL);
}

/* The picture with the most bytes shows the most: a black one is small. */
static void
choose_picture (DemoPlayer * self)
{
  goffset best_size = 0;
  GStatBuf info;
  guint i;

  for (i = 1;; i++) {
    g_autofree gchar *path = picture_path (self, i);

    if (path == NULL || g_stat (path, &info) != 0)
      break;
    if (info.st_size > best_size) {
      best_size = info.st_size;
      g_free (self->picture);
      self->picture = g_steal_pointer (&path);
    }
  }
}

static void
remove_pictures (DemoPlayer * self)
{
  GDir *dir = g_dir_open (self->folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (self->folder, name, NULL);

    g_unlink (path);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_rmdir (self->folder);
}

static gboolean
retry_cb (gpointer user_data)
{
  DemoPlayer *self = user_data;

  self->retry_id = 0;
  if (self->programme_ended || !player_launch (self, NULL))
    self->ended (self->user_data);
  return G_SOURCE_REMOVE;
}

static void
exited_cb (gboolean success, gpointer user_data)
{
  DemoPlayer *self = user_data;

  g_clear_pointer (&self->process, demo_process_free);
  if (!self->played.has_started && !self->programme_ended
      && ++self->tries < MAX_TRIES) {
    self->retry_id = g_timeout_add (RETRY_MS, retry_cb, self);
    return;
  }
  if (!success)
    complain (self, _("The player ended with an error."));
  choose_picture (self);
  self->ended (self->user_data);
}

static gboolean
player_launch (DemoPlayer * self, GError ** error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree gchar *pictures = NULL;
  const gchar *common[] = { "ffmpeg", "-nostdin", "-hide_banner", "-nostats",
    "-v", "level+verbose", "-rw_timeout", READ_TIMEOUT, "-i", self->url, "-map",
    "0",
    "-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "framecrc",
    "pipe:1"
  };
  const gchar *more[] = { "-map", "0:V:0", "-fps_mode", "passthrough", "-vf",
    PICTURE_FILTER, "-f", "image2", "-y"
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (common); i++)
    g_ptr_array_add (argv, (gpointer) common[i]);
  if (self->folder != NULL) {
    pictures = g_build_filename (self->folder, PICTURE_PATTERN, NULL);
    for (i = 0; i < G_N_ELEMENTS (more); i++)
      g_ptr_array_add (argv, (gpointer) more[i]);
    g_ptr_array_add (argv, pictures);
  }
  g_ptr_array_add (argv, NULL);

  self->played.complaints = 0;
  g_clear_pointer (&self->first_complaint, g_free);
  self->process = demo_process_start ((const gchar * const *) argv->pdata,
      output_cb, log_cb, exited_cb, self, error);
  return self->process != NULL;
}

DemoPlayer *
demo_player_start (const gchar * url, gboolean has_video,
    void (*ended) (gpointer user_data), gpointer user_data, GError ** error)
{
  g_autoptr (DemoPlayer) self = g_new0 (DemoPlayer, 1);

  self->url = g_strdup (url);
  self->ended = ended;
  self->user_data = user_data;
  if (has_video) {
    self->folder = g_dir_make_tmp ("wms-demo-XXXXXX", error);
    if (self->folder == NULL)
      /* g_autoptr frees it: NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
      return NULL;
  }
  if (!player_launch (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
demo_player_programme_ended (DemoPlayer * self)
{
  self->programme_ended = TRUE;
}

void
demo_player_get_played (DemoPlayer * self, DemoPlayed * played)
{
  *played = self->played;
  played->first_complaint = self->first_complaint;
  played->picture = self->picture;
}

void
demo_player_free (DemoPlayer * self)
{
  g_clear_pointer (&self->process, demo_process_free);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  if (self->folder != NULL)
    remove_pictures (self);
  g_free (self->url);
  g_free (self->folder);
  g_free (self->first_complaint);
  g_free (self->picture);
  g_free (self);
}
