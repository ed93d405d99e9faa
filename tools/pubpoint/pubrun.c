/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubrun.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include "publisten.h"
#include "publogwriter.h"
#include "pubnotify.h"
#include "pubserver-private.h"
#include "pubsettings.h"

/* How long encoders and players may take to hear the end. */
#define MAX_CLOSING_SECONDS 10
/* A terminal and timeout(1) both hand the same signal on. */
#define SAME_SIGNAL_US (300 * G_TIME_SPAN_MILLISECOND)
#define STATUS_US (5 * G_TIME_SPAN_SECOND)
/* Descriptors that are no connection. */
#define SPARE_FILES 64
/* Of a session that is recorded, while one follows the other. */
#define RECORDED_FILES 2

/* Whether options are being read again, and have been signalled since. */
typedef enum
{
  LOADING_NOT,
  LOADING_NEW,
  LOADING_OLD,
} Loading;

typedef struct
{
  PubOptions *options;
  PubFiles *files;
} Loaded;

typedef struct
{
  const gchar *const *arguments;
  PubOptions *options;          /* that it began with */
  PubServer *server;
  GMainLoop *loop;
  gchar *status;                /* that the service manager has been told */
  Loading loading;
  gint64 closing_us;            /* when the first signal came, or 0 */
} Program;

static guint
count_encoders (PubServer * server)
{
  GHashTableIter iter;
  gpointer point;
  PubPointInfo info;
  guint n = 0;

  g_hash_table_iter_init (&iter, server->points);
  while (g_hash_table_iter_next (&iter, NULL, &point)) {
    pub_point_get_info (point, &info);
    n += info.has_session ? 1 : 0;
  }
  return n;
}

/* Returns: whether it is another one than before. */
static gboolean
update_status (Program * self)
{
  gchar *url = pub_server_get_url (self->server);
  gchar *status = g_strdup_printf ("Listening on %s: encoders: %u, players: %u",
      url, count_encoders (self->server),
      pub_server_count_players (self->server));
  gboolean is_new = g_strcmp0 (status, self->status) != 0;

  g_free (self->status);
  self->status = status;
  g_free (url);
  return is_new;
}

/* The main loop turns. */
static gboolean
tell_manager (gpointer data)
{
  Program *self = data;

  pub_notify_alive ();
  if (self->closing_us == 0 && update_status (self))
    pub_notify_status (self->status);
  return G_SOURCE_CONTINUE;
}

static void
everything_closed (gpointer data)
{
  Program *self = data;

  g_main_loop_quit (self->loop);
}

static gboolean
closing_took_long (gpointer data)
{
  Program *self = data;

  g_warning ("connections that do not end are cut");
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
end_signalled (gpointer data)
{
  Program *self = data;
  gint64 now_us = g_get_monotonic_time ();

  if (self->closing_us == 0) {
    self->closing_us = now_us;
    g_message ("ending: encoders and players are told");
    pub_notify_stopping ();
    g_timeout_add_seconds (MAX_CLOSING_SECONDS, closing_took_long, self);
    pub_server_shut_down (self->server, everything_closed, self);
  } else if (now_us - self->closing_us > SAME_SIGNAL_US) {
    g_message ("ending at once");
    g_main_loop_quit (self->loop);
  }
  return G_SOURCE_CONTINUE;
}

/* After the main loop, where no source is dispatched.  Not for the same signal
 * that has been sent twice. */
static gint64 first_signal_us;

static void
end_now (int signal_number)
{
  /* clock_gettime(), which a handler may call, behind it: clang-tidy knows C */
  /* NOLINTNEXTLINE(bugprone-signal-handler) */
  if (g_get_monotonic_time () - first_signal_us > SAME_SIGNAL_US)
    _exit (128 + signal_number);
}

static void
loaded_free (gpointer data)
{
  Loaded *self = data;

  pub_options_free (self->options);
  pub_files_free (self->files);
  g_free (self);
}

/* On a thread of its own: files may take their time, and so does GStreamer's
 * first start, for which the plugins are looked through.  Nobody waits for it
 * when the program ends, so it has the arguments only. */
static void
load_options (GTask * task, gpointer source, gpointer data,
    GCancellable * cancellable)
{
  GError *error = NULL;
  PubOptions *options = pub_options_new (data, &error);
  Loaded *loaded;

  if (options != NULL && options->push_to != NULL)
    /* what is wrong is said when it is asked for again */
    pub_relay_pipe_prepare (NULL);
  if (options == NULL) {
    g_task_return_error (task, error);
    return;
  }
  loaded = g_new (Loaded, 1);
  loaded->options = options;
  loaded->files = pub_files_read (options);
  g_task_return_pointer (task, loaded, loaded_free);
}

static void
apply_options (Program * self, Loaded * loaded)
{
  pub_log_writer_set_level (loaded->options->log_level);
  if (pub_settings_change (self->server, self->options, loaded->options,
          loaded->files))
    g_message ("options were read again");
}

static gboolean reload_signalled (gpointer data);

static void
options_loaded (GObject * source, GAsyncResult * result, gpointer data)
{
  Program *self = data;
  GError *error = NULL;
  Loaded *loaded = g_task_propagate_pointer (G_TASK (result), &error);
  gboolean is_old = self->loading == LOADING_OLD;

  self->loading = LOADING_NOT;
  if (self->closing_us != 0) {
    /* too late */
  } else if (is_old) {
    reload_signalled (self);
  } else {
    if (loaded != NULL)
      apply_options (self, loaded);
    else
      g_warning ("options are as they were: %s", error->message);
    update_status (self);
    pub_notify_ready (self->status);
  }
  g_clear_pointer (&loaded, loaded_free);
  g_clear_error (&error);
}

static gboolean
reload_signalled (gpointer data)
{
  Program *self = data;
  GTask *task;

  if (self->closing_us != 0)
    return G_SOURCE_CONTINUE;
  if (self->loading != LOADING_NOT) {
    self->loading = LOADING_OLD;
    return G_SOURCE_CONTINUE;
  }
  self->loading = LOADING_NEW;
  pub_notify_reloading ();
  task = g_task_new (NULL, NULL, options_loaded, self);
  g_task_set_task_data (task, (gpointer) self->arguments, NULL);
  g_task_run_in_thread (task, load_options);
  g_object_unref (task);
  return G_SOURCE_CONTINUE;
}

/* Each connection is a descriptor. */
static void
raise_limits (const PubOptions * options)
{
  struct rlimit limit;
  guint64 wanted = (guint64) options->max_players + options->max_points
      + SPARE_FILES;

  if (options->record != NULL)
    wanted += (guint64) options->max_points * RECORDED_FILES;
  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0
      && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < wanted)
    g_warning ("%" G_GUINT64_FORMAT " open files are allowed, %"
        G_GUINT64_FORMAT " are wanted for max-players and max-points: raise"
        " the limit (ulimit -n, LimitNOFILE=)", (guint64) limit.rlim_cur,
        wanted);
}

static gboolean
open_server (Program * self)
{
  GError *error = NULL;
  gchar *url;
  guint i;

  if (!pub_settings_open (self->server, self->options, &error)) {
    g_printerr (_("Cannot begin: %s\n"), error->message);
    g_error_free (error);
    return FALSE;
  }
  /* programs read these lines: they are not translated */
  for (i = 0; (url = pub_server_get_nth_url (self->server, i)) != NULL; i++) {
    g_print ("listening on %s\n", url);
    g_free (url);
  }
  fflush (stdout);
  if (pub_address_is_loopback (self->options->address))
    g_message ("this machine only is listened to: --address=0.0.0.0, or ::,"
        " lets others in");
  return TRUE;
}

/* The sources live as long as the program. */
static void
catch_signals (Program * self)
{
  signal (SIGPIPE, SIG_IGN);
  g_unix_signal_add (SIGTERM, end_signalled, self);
  g_unix_signal_add (SIGINT, end_signalled, self);
  g_unix_signal_add (SIGHUP, reload_signalled, self);
}

static void
begin_telling (Program * self)
{
  guint64 interval_us = pub_notify_watchdog_us () / 2;

  if (interval_us == 0 || interval_us > STATUS_US)
    interval_us = STATUS_US;
  g_timeout_add (interval_us / 1000, tell_manager, self);
  update_status (self);
  pub_notify_ready (self->status);
}

PubExit
pub_run (const gchar * const *arguments, PubOptions * options)
{
  Program self = { arguments, options, NULL, NULL, NULL, LOADING_NOT, 0 };
  gboolean is_open;

  pub_log_writer_install ();
  pub_log_writer_set_level (options->log_level);
  raise_limits (options);
  self.server = pub_server_new ();
  self.loop = g_main_loop_new (NULL, FALSE);
  /* who knows that it listens may signal */
  catch_signals (&self);
  is_open = open_server (&self);
  if (is_open) {
    begin_telling (&self);
    g_main_loop_run (self.loop);
  }
  /* what is left waits for the disk at most: who does not, says it again */
  first_signal_us = self.closing_us;
  signal (SIGTERM, end_now);
  signal (SIGINT, end_now);
  pub_server_free (self.server);
  g_main_loop_unref (self.loop);
  pub_options_free (self.options);
  g_free (self.status);
  return is_open ? PUB_EXIT_DONE : PUB_EXIT_FAILED;
}
