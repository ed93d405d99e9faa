/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A live encoder for the terminal: picture and sound are encoded and pushed to
 * a publishing point; each status is a line, statistics are the last one.  The
 * server's question for a password is put to whoever sits there; where nobody
 * does, two lines of the standard input answer it.  Ctrl-C ends the session.
 *
 *   cc -o encoder encoder.c $(pkg-config --cflags --libs gstreamer-1.0)
 *   ./encoder --video=v4l2src --audio=pulsesrc http://server/point
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <glib-unix.h>
#include <gst/gst.h>

/* the server has this long to take the end of the session */
#define END_SECONDS 10
/* Starting again does not mend it. */
#define WRONG_OPTIONS 2
/* kbit/s, seconds */
#define MAX_FIGURE 1000000
#define TEST_PICTURE "videotestsrc is-live=true ! timeoverlay"
#define TEST_TONE "audiotestsrc is-live=true volume=0.1"
/* GST_WMS_CREDENTIAL_FLAG_CLEAR_TEXT */
#define CLEAR_TEXT (1 << 2)

typedef struct
{
  gchar *video, *audio;
  gint bitrate, interval;
  gboolean waits;
  gchar **urls;
} Options;

typedef struct
{
  GMainLoop *loop;
  GstElement *pipeline, *sink;
  gboolean is_terminal;         /* the last line can be written again */
  gboolean is_ending;
  int exit_status;
  guint64 bytes;                /* sent when statistics were shown last */
  gint64 shown_us;

  guint input;                  /* watched while somebody is asked */
  gchar *user;                  /* the first half of the answer */
  gchar line[256];
  gsize length;
} Encoder;

/* A line that stays. */
static void
G_GNUC_PRINTF (2, 3)
say (Encoder * self, const gchar * format, ...)
{
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_print ("%s%s\n", self->is_terminal ? "\r\033[K" : "", text);
  fflush (stdout);
}

/* Text of a server's: nothing that the terminal would obey. */
static gchar *
printable (const gchar * text)
{
  GString *result = g_string_new (NULL);

  for (; *text != '\0'; text = g_utf8_next_char (text)) {
    gunichar c = g_utf8_get_char (text);

    g_string_append_unichar (result, g_unichar_isprint (c) ? c : '?');
  }
  return g_string_free (result, FALSE);
}

/* Whether what is typed can be seen; of a file nothing can. */
static void
set_echo (gboolean is_on)
{
  struct termios settings;

  if (tcgetattr (STDIN_FILENO, &settings) != 0)
    return;
  if (is_on)
    settings.c_lflag |= ECHO;
  else
    settings.c_lflag &= ~ECHO;
  tcsetattr (STDIN_FILENO, TCSADRAIN, &settings);
}

static void
prompt (const gchar * text)
{
  g_print ("%s", text);
  fflush (stdout);
}

static void
stop_asking (Encoder * self)
{
  if (self->input == 0)
    return;
  g_clear_handle_id (&self->input, g_source_remove);
  g_clear_pointer (&self->user, g_free);
  explicit_bzero (self->line, sizeof self->line);
  self->length = 0;
  set_echo (TRUE);
}

/* Sends what was typed, or nothing, which ends the attempt. */
static void
answer (Encoder * self, gboolean is_known)
{
  GstStructure *credentials = NULL;
  gboolean is_taken;

  if (is_known)
    credentials = gst_structure_new ("credentials", "user", G_TYPE_STRING,
        self->user, "password", G_TYPE_STRING, self->line, NULL);
  stop_asking (self);
  g_signal_emit_by_name (self->sink, "provide-credentials", credentials,
      &is_taken);
  if (credentials != NULL) {
    gchar *password = (gchar *) gst_structure_get_string (credentials,
        "password");

    explicit_bzero (password, strlen (password));
    gst_structure_free (credentials);
  }
}

static void
line_came (Encoder * self)
{
  self->line[self->length] = '\0';
  self->length = 0;
  if (self->user != NULL) {
    prompt ("\n");
    answer (self, TRUE);
  } else if (*self->line == '\0') {
    answer (self, FALSE);
  } else {
    self->user = g_strdup (self->line);
    set_echo (FALSE);
    prompt ("Password: ");
  }
}

/* A byte at a time: what follows the answer is not of this question. */
static gboolean
input_came (gint fd, GIOCondition condition, gpointer data)
{
  Encoder *self = data;
  gchar byte;

  if (read (fd, &byte, 1) != 1 || self->length == sizeof self->line - 1) {
    prompt ("\n");
    answer (self, FALSE);
  } else if (byte == '\n') {
    line_came (self);
  } else {
    self->line[self->length++] = byte;
  }
  return G_SOURCE_CONTINUE;
}

static void
ask (Encoder * self, const GstStructure * question)
{
  g_autofree gchar *realm =
      printable (gst_structure_get_string (question, "realm"));
  const gchar *refused = gst_structure_get_string (question, "user");
  guint flags = 0;

  stop_asking (self);
  gst_structure_get_uint (question, "flags", &flags);
  if (refused != NULL)
    say (self, "The password of %s was refused.", refused);
  say (self, "%s (%s) asks who you are.",
      gst_structure_get_string (question, "site"), realm);
  if (flags & CLEAR_TEXT)
    say (self, "Everybody on the way can read the password.");
  prompt ("User: ");
  self->input = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR,
      input_came, self);
}

/* On a thread of the sink's, which has to go on: the bus brings the question
 * to the main loop. */
static GstStructure *
acquire_credentials (GstElement * sink, const gchar * realm,
    const gchar * site, const gchar * user, guint hresult, guint flags,
    gpointer data)
{
  gst_element_post_message (sink, gst_message_new_application
      (GST_OBJECT (sink), gst_structure_new ("question",
              "realm", G_TYPE_STRING, realm, "site", G_TYPE_STRING, site,
              "user", G_TYPE_STRING, user, "flags", G_TYPE_UINT, flags, NULL)));
  return gst_structure_new_empty ("pending");
}

static void
show_status (Encoder * self, const GstStructure * said)
{
  guint http_status = 0;

  if (!gst_structure_has_name (said, "wms-status"))
    return;
  gst_structure_get_uint (said, "http-status", &http_status);
  if (http_status != 0)
    say (self, "%-20s %s: %s (HTTP %u)",
        gst_structure_get_string (said, "status-name"),
        gst_structure_get_string (said, "hresult-name"),
        gst_structure_get_string (said, "text"), http_status);
  else
    say (self, "%-20s %s: %s", gst_structure_get_string (said, "status-name"),
        gst_structure_get_string (said, "hresult-name"),
        gst_structure_get_string (said, "text"));
}

static gboolean
show_statistics (gpointer data)
{
  Encoder *self = data;
  guint64 bytes = 0, sent = 0, dropped = 0;
  guint reconnects = 0;
  GstStructure *stats;
  gint64 now_us = g_get_monotonic_time ();
  g_autofree gchar *state = NULL;

  if (self->input != 0)
    return G_SOURCE_CONTINUE;
  g_object_get (self->sink, "stats", &stats, NULL);
  state = gst_value_serialize (gst_structure_get_value (stats, "state"));
  gst_structure_get (stats, "bytes-sent", G_TYPE_UINT64, &bytes,
      "packets-sent", G_TYPE_UINT64, &sent, "packets-dropped", G_TYPE_UINT64,
      &dropped, "reconnects", G_TYPE_UINT, &reconnects, NULL);
  gst_structure_free (stats);
  /* on a terminal in place of the line before, and never wrapped */
  g_print ("%s%-12s %6.0f kbit/s %8" G_GUINT64_FORMAT " sent %6"
      G_GUINT64_FORMAT " dropped %3u reconnects%s",
      self->is_terminal ? "\r\033[K\033[?7l" : "", state,
      (bytes - self->bytes) * 8e3 / (now_us - self->shown_us + 1), sent,
      dropped, reconnects, self->is_terminal ? "\033[?7h" : "\n");
  fflush (stdout);
  self->bytes = bytes;
  self->shown_us = now_us;
  return G_SOURCE_CONTINUE;
}

static void
show_error (Encoder * self, GstMessage * message)
{
  g_autoptr (GError) error = NULL;

  stop_asking (self);
  gst_message_parse_error (message, &error, NULL);
  say (self, "Failed: %s", error->message);
  /* a camera's may be another one the next time */
  self->exit_status = GST_MESSAGE_SRC (message) == GST_OBJECT (self->sink)
      && g_error_matches (error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS) ? WRONG_OPTIONS : EXIT_FAILURE;
  g_main_loop_quit (self->loop);
}

static void
show_warning (Encoder * self, GstMessage * message)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_warning (message, &error, NULL);
  say (self, "Warning: %s", error->message);
}

static gboolean
message_came (GstBus * bus, GstMessage * message, gpointer data)
{
  Encoder *self = data;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      show_status (self, gst_message_get_structure (message));
      break;
    case GST_MESSAGE_APPLICATION:
      ask (self, gst_message_get_structure (message));
      break;
    case GST_MESSAGE_WARNING:
      show_warning (self, message);
      break;
    case GST_MESSAGE_ERROR:
      show_error (self, message);
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit (self->loop);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
end_at_once (gpointer data)
{
  Encoder *self = data;

  say (self, "The server has not taken the end of the session.");
  self->exit_status = EXIT_FAILURE;
  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

/* There is somebody to be told of the end. */
static gboolean
has_session (Encoder * self)
{
  g_autofree gchar *state = NULL;
  GstStructure *stats;

  g_object_get (self->sink, "stats", &stats, NULL);
  state = gst_value_serialize (gst_structure_get_value (stats, "state"));
  gst_structure_free (stats);
  return g_str_equal (state, "open") || g_str_equal (state, "streaming")
      || g_str_equal (state, "reconnecting");
}

/* Ctrl-C, or the service ends: what is encoded is still sent, and the server
 * is told that the programme is over. */
static gboolean
end (gpointer data)
{
  Encoder *self = data;

  if (!has_session (self))
    g_main_loop_quit (self->loop);
  else if (self->is_ending)
    return end_at_once (self);
  else if (gst_element_send_event (self->pipeline, gst_event_new_eos ()))
    g_timeout_add_seconds (END_SECONDS, end_at_once, self);
  self->is_ending = TRUE;
  return G_SOURCE_CONTINUE;
}

/* Live: packets that the server does not take in time are dropped, since a
 * camera does not wait. */
static gboolean
build_pipeline (Encoder * self, const Options * options)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *description = g_strdup_printf ("asfmux name=mux"
      " ! wmspushsink name=sink leaky=keyframe"
      "  %s ! queue ! videoconvert ! avenc_wmv2 bitrate=%d ! mux."
      "  %s ! queue ! audioconvert ! audioresample ! avenc_wmav2 ! mux.",
      options->video != NULL ? options->video : TEST_PICTURE,
      options->bitrate * 1000,
      options->audio != NULL ? options->audio : TEST_TONE);

  self->pipeline = gst_parse_launch (description, &error);
  if (error != NULL) {
    g_printerr ("%s\n", error->message);
    if (g_error_matches (error, GST_PARSE_ERROR,
            GST_PARSE_ERROR_NO_SUCH_ELEMENT))
      g_printerr ("Is its package installed, and GST_PLUGIN_PATH set?\n");
    return FALSE;
  }
  self->sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");
  g_object_set (self->sink, "location", options->urls[0],
      "retry-first", options->waits, NULL);
  g_signal_connect (self->sink, "acquire-credentials",
      G_CALLBACK (acquire_credentials), NULL);
  return TRUE;
}

static void
run (Encoder * self, gint interval)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  self->loop = g_main_loop_new (NULL, FALSE);
  self->is_terminal = isatty (STDOUT_FILENO);
  self->shown_us = g_get_monotonic_time ();
  gst_bus_add_watch (bus, message_came, self);
  g_unix_signal_add (SIGINT, end, self);
  g_unix_signal_add (SIGTERM, end, self);
  g_timeout_add_seconds (interval, show_statistics, self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_main_loop_run (self->loop);
  stop_asking (self);
  show_statistics (self);
  prompt (self->is_terminal ? "\n" : "");
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  g_main_loop_unref (self->loop);
}

static gboolean
is_figure (gint number)
{
  return number >= 1 && number <= MAX_FIGURE;
}

static gboolean
parse_options (Options * options, gint * argc, gchar *** argv)
{
  const GOptionEntry entries[] = {
    {"video", 0, 0, G_OPTION_ARG_STRING, &options->video,
        "Where the picture comes from (default: a test picture)", "ELEMENTS"},
    {"audio", 0, 0, G_OPTION_ARG_STRING, &options->audio,
        "Where the sound comes from (default: a tone)", "ELEMENTS"},
    {"bitrate", 0, 0, G_OPTION_ARG_INT, &options->bitrate,
        "Of the picture, in kbit/s (default: 500)", "RATE"},
    {"wait", 0, 0, G_OPTION_ARG_NONE, &options->waits,
        "Wait for a server that is not there yet", NULL},
    {"interval", 0, 0, G_OPTION_ARG_INT, &options->interval,
        "Show statistics so often (default: each second)", "SECONDS"},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->urls,
        NULL, "URL"},
    {NULL}
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, &error))
    g_printerr ("%s\n", error->message);
  else if (options->urls == NULL || g_strv_length (options->urls) != 1
      || !is_figure (options->bitrate) || !is_figure (options->interval))
    g_printerr ("One URL, please, and figures from 1 to %d; see --help.\n",
        MAX_FIGURE);
  else
    return TRUE;
  return FALSE;
}

static void
clear_options (Options * options)
{
  g_free (options->video);
  g_free (options->audio);
  g_strfreev (options->urls);
}

int
main (int argc, char **argv)
{
  Options options = {
    .bitrate = 500,
    .interval = 1
  };
  Encoder self = { NULL, };

  setlocale (LC_ALL, "");
  if (!parse_options (&options, &argc, &argv)) {
    clear_options (&options);
    return WRONG_OPTIONS;
  }
  if (build_pipeline (&self, &options))
    run (&self, options.interval);
  else
    self.exit_status = WRONG_OPTIONS;
  gst_clear_object (&self.sink);
  gst_clear_object (&self.pipeline);
  clear_options (&options);
  return self.exit_status;
}
