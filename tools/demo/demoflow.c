/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The main job, shown: encoder, asfmux, wmspushsink, publishing point, player.
 *
 * Everything here happens on the main thread, one step called from the event
 * that the one before it waits for:
 *
 *   point_line_cb   the publishing point listens      -> start_pipeline
 *   bus_cb          WMT_OPENED: the push is accepted   -> start_player, PLAYING
 *   bus_cb          EOS: everything was sent           -> wait for the player
 *   player_ended_cb the player has come to the end     -> finish */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "demoflow.h"

#include <signal.h>
#include <string.h>

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include "demopipeline.h"
#include "demoplayer.h"
#include "demoprocess.h"
#include "demoreport.h"
#include "demostatus.h"

#define TEST_PICTURE_SECONDS 10
#define POINT_READY "listening on "
#define POINT_NAME "live"
/* Seconds for each of: the publishing point to listen, the server to take the
 * push and the player to end after the programme. */
#define PATIENCE_SECONDS 30
#define PLAYER_AHEAD_SECONDS 5

typedef struct
{
  const DemoOptions *options;
  /* seconds after which the programme ends, 0 for the end of the file */
  guint seconds;
  gchar *play_url;
  GMainLoop *loop;
  DemoProcess *point;
  DemoPipeline *pipeline;
  DemoPlayer *player;
  DemoProgress progress;
  guint progress_id;
  guint patience_id;
  guint end_id;
  gboolean is_accepted;
  gboolean is_prerolled;
  gboolean is_playing;
  gboolean is_stopping;
  gboolean is_sent;
  gboolean player_has_ended;
  gboolean has_failed;
} Demo;

static void
finish (Demo * self)
{
  g_clear_handle_id (&self->patience_id, g_source_remove);
  g_clear_handle_id (&self->progress_id, g_source_remove);
  g_clear_handle_id (&self->end_id, g_source_remove);
  g_main_loop_quit (self->loop);
}

static void
fail (Demo * self, const gchar * text)
{
  if (!self->has_failed)
    g_printerr (_("Failed: %s\n"), text);
  self->has_failed = TRUE;
  finish (self);
}

static gboolean
patience_cb (gpointer user_data)
{
  Demo *self = user_data;

  self->patience_id = 0;
  if (self->pipeline == NULL)
    fail (self, _("the publishing point did not start."));
  else if (!self->is_playing)
    fail (self, _("the server did not take the push."));
  else if (self->player_has_ended && !self->is_sent)
    fail (self, _("the player stopped before the end of the programme."));
  else if (!self->is_sent)
    fail (self, _("the programme did not come to its end."));
  else
    fail (self, _("the player did not come to the end of the programme."));
  return G_SOURCE_REMOVE;
}

static void
set_patience (Demo * self, guint seconds)
{
  g_clear_handle_id (&self->patience_id, g_source_remove);
  self->patience_id = g_timeout_add_seconds (seconds, patience_cb, self);
}

static void
print_progress (Demo * self)
{
  GstElement *pipeline = demo_pipeline_get_element (self->pipeline);
  GstElement *sink = demo_pipeline_get_sink (self->pipeline);
  GstClockTime time = gst_element_get_current_running_time (pipeline);
  GstStructure *stats = NULL;

  g_object_get (sink, "stats", &stats, NULL);

  if (GST_CLOCK_TIME_IS_VALID (time))
    demo_progress_print (&self->progress, time, stats);
  g_clear_pointer (&stats, gst_structure_free);
}

static gboolean
progress_cb (gpointer user_data)
{
  print_progress (user_data);
  return G_SOURCE_CONTINUE;
}

static void
end_programme (Demo * self)
{
  set_patience (self, PATIENCE_SECONDS);
  demo_pipeline_end (self->pipeline);
}

static gboolean
end_cb (gpointer user_data)
{
  Demo *self = user_data;

  self->end_id = 0;
  end_programme (self);
  return G_SOURCE_REMOVE;
}

/* The first Ctrl-C ends the programme as its end does, the second at once. */
static gboolean
interrupt_cb (gpointer user_data)
{
  Demo *self = user_data;

  if (self->is_playing && !self->is_stopping) {
    self->is_stopping = TRUE;
    g_printerr (_("Ending the programme; once more to stop at once.\n"));
    end_programme (self);
  } else {
    fail (self, _("interrupted."));
  }
  return G_SOURCE_CONTINUE;
}

static void
player_ended_cb (gpointer user_data)
{
  Demo *self = user_data;

  self->player_has_ended = TRUE;
  if (self->is_sent)
    finish (self);
  else if (self->options->url == NULL)
    /* at the end it may be quicker than the pipeline's own message */
    set_patience (self, PLAYER_AHEAD_SECONDS);
}

static void
start_player (Demo * self)
{
  g_autoptr (GError) error = NULL;
  DemoEncoded encoded;

  demo_pipeline_get_encoded (self->pipeline, &encoded);
  self->player =
      demo_player_start (self->play_url, encoded.has_video, player_ended_cb,
      self, &error);
  if (self->player == NULL)
    fail (self, error->message);
}

/* When the server has taken the push, and the file has shown what it holds:
 * from here on the programme runs. */
static void
play (Demo * self)
{
  GstElement *pipeline = demo_pipeline_get_element (self->pipeline);

  if (self->is_playing || !self->is_accepted || !self->is_prerolled)
    return;
  self->is_playing = TRUE;
  g_clear_handle_id (&self->patience_id, g_source_remove);
  start_player (self);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  self->progress_id = g_timeout_add_seconds (1, progress_cb, self);
  if (self->seconds > 0)
    self->end_id = g_timeout_add_seconds (self->seconds, end_cb, self);
}

static void
programme_ended (Demo * self)
{
  g_clear_handle_id (&self->end_id, g_source_remove);
  g_clear_handle_id (&self->progress_id, g_source_remove);
  print_progress (self);
  gst_element_set_state (demo_pipeline_get_element (self->pipeline),
      GST_STATE_NULL);
  set_patience (self, PATIENCE_SECONDS);
  self->is_sent = TRUE;
  if (self->player_has_ended)
    finish (self);
  else
    demo_player_programme_ended (self->player);
}

static void
pipeline_failed (Demo * self, GstMessage * message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  gst_message_parse_error (message, &error, &debug);
  if (debug != NULL)
    g_printerr ("%s\n", debug);
  fail (self, error->message);
}

static gboolean
bus_cb (GstBus * bus, GstMessage * message, gpointer user_data)
{
  Demo *self = user_data;
  g_autoptr (GError) error = NULL;
  const GstStructure *s;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      s = gst_message_get_structure (message);
      demo_status_print (message);
      if (g_strcmp0 (gst_structure_get_string (s, "status-name"),
              "WMT_OPENED") == 0)
        self->is_accepted = TRUE;
      play (self);
      break;
    case GST_MESSAGE_ASYNC_DONE:
      self->is_prerolled = TRUE;
      play (self);
      break;
    case GST_MESSAGE_EOS:
      programme_ended (self);
      break;
    case GST_MESSAGE_ERROR:
      pipeline_failed (self, message);
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &error, NULL);
      g_printerr (_("Warning: %s\n"), error->message);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

/* wmspush://host/point is played from http://host/point. */
static gchar *
player_url (const gchar * location)
{
  if (g_str_has_prefix (location, "wmspush"))
    return g_strconcat ("http", location + strlen ("wmspush"), NULL);
  return g_strdup (location);
}

static void
start_pipeline (Demo * self, const gchar * location)
{
  const gchar *file = self->options->file;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;

  self->pipeline = demo_pipeline_new (file, location, &error);
  if (self->pipeline == NULL) {
    fail (self, error->message);
    return;
  }
  self->seconds = self->options->seconds;
  if (file == NULL && self->seconds == 0)
    self->seconds = TEST_PICTURE_SECONDS;
  bus = gst_element_get_bus (demo_pipeline_get_element (self->pipeline));
  gst_bus_add_watch (bus, bus_cb, self);
  set_patience (self, PATIENCE_SECONDS);
  self->play_url = player_url (location);
  /* a live source has nothing to show before it plays */
  self->is_prerolled = file == NULL;
  gst_element_set_state (demo_pipeline_get_element (self->pipeline),
      GST_STATE_PAUSED);
}

static void
point_line_cb (const gchar * line, gpointer user_data)
{
  Demo *self = user_data;
  g_autofree gchar *location = NULL;

  demo_print ("wms-pubpoint: %s", line);
  if (self->pipeline != NULL || !g_str_has_prefix (line, POINT_READY))
    return;
  location = g_strconcat (line + strlen (POINT_READY), POINT_NAME, NULL);
  start_pipeline (self, location);
}

static void
point_exited_cb (gboolean success, gpointer user_data)
{
  fail (user_data, _("the publishing point ended."));
}

static gboolean
start_cb (gpointer user_data)
{
  Demo *self = user_data;
  const gchar *argv[] = { self->options->point_program, "--port", "0", NULL };
  g_autoptr (GError) error = NULL;

  if (self->options->url != NULL) {
    start_pipeline (self, self->options->url);
    return G_SOURCE_REMOVE;
  }
  set_patience (self, PATIENCE_SECONDS);
  self->point = demo_process_start (argv, point_line_cb, NULL, point_exited_cb,
      self, &error);
  if (self->point == NULL)
    fail (self, error->message);
  return G_SOURCE_REMOVE;
}

/* What arrived, once the chain itself has not failed. */
static gboolean
report (Demo * self)
{
  DemoEncoded encoded;
  DemoPlayed played;

  if (self->has_failed)
    return FALSE;
  demo_pipeline_get_encoded (self->pipeline, &encoded);
  demo_player_get_played (self->player, &played);
  return demo_report (&encoded, &played, self->options->picture,
      self->options->url != NULL);
}

gboolean
demo_run (const DemoOptions * options)
{
  Demo self = {.options = options };
  guint interrupt_id, terminate_id;
  gboolean success;

  self.loop = g_main_loop_new (NULL, FALSE);
  interrupt_id = g_unix_signal_add (SIGINT, interrupt_cb, &self);
  terminate_id = g_unix_signal_add (SIGTERM, interrupt_cb, &self);
  g_idle_add (start_cb, &self);
  g_main_loop_run (self.loop);

  success = report (&self);
  g_source_remove (interrupt_id);
  g_source_remove (terminate_id);
  g_clear_pointer (&self.player, demo_player_free);
  g_clear_pointer (&self.pipeline, demo_pipeline_free);
  g_clear_pointer (&self.point, demo_process_free);
  g_main_loop_unref (self.loop);
  g_free (self.play_url);
  return success;
}
