/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "pubserver.h"

#define DEFAULT_ADDRESS "127.0.0.1"

typedef struct
{
  gchar *address;
  gint port;
  gchar *record;
  gchar **points;
  gboolean shows_version;
} Options;

typedef struct
{
  PubServer *server;
  GMainLoop *loop;
  gboolean is_closing;
} Program;

static gboolean
parse_options (Options * options, gint * argc, gchar *** argv)
{
  const GOptionEntry entries[] = {
    {"address", 'a', 0, G_OPTION_ARG_STRING, &options->address,
        N_("Numeric address to listen on (default 127.0.0.1)"), N_("ADDRESS")},
    {"port", 'p', 0, G_OPTION_ARG_INT, &options->port,
        N_("Port to listen on (default 0: a free one)"), N_("PORT")},
    {"record", 'r', 0, G_OPTION_ARG_FILENAME, &options->record,
          N_("Record each session into ASF files in this folder"),
        N_("DIR")},
    {"point", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->points,
          N_("Accept pushes to this path only; may be given more than once"),
        N_("PATH")},
    {"version", 'V', 0, G_OPTION_ARG_NONE, &options->shows_version,
        N_("Print the version and exit"), NULL},
    {NULL}
  };
  GOptionContext *context = g_option_context_new (NULL);
  GError *error = NULL;
  gboolean is_valid;

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context,
      _("A publishing point: takes Windows Media streams that encoders push"
          " over HTTP and serves them to players."));
  is_valid = g_option_context_parse (context, argc, argv, &error);
  if (is_valid && (*argc > 1 || options->port < 0
          || options->port > G_MAXUINT16)) {
    g_printerr (_("Unknown argument, or a port that is none; try --help.\n"));
    is_valid = FALSE;
  } else if (!is_valid) {
    g_printerr ("%s\n", error->message);
    g_error_free (error);
  }
  g_option_context_free (context);
  return is_valid;
}

static void
clear_options (Options * options)
{
  g_free (options->address);
  g_free (options->record);
  g_strfreev (options->points);
}

static gboolean
open_server (Program * self, const Options * options)
{
  const PubRecordConfig record = {.directory = options->record };
  GError *error = NULL;
  gchar *url;
  guint i;

  if (options->record != NULL
      && !pub_server_set_record (self->server, &record, &error)) {
    g_printerr ("%s\n", error->message);
    g_error_free (error);
    return FALSE;
  }
  for (i = 0; options->points != NULL && options->points[i] != NULL; i++)
    pub_server_add_point (self->server, options->points[i]);
  if (!pub_server_listen (self->server,
          options->address ? options->address : DEFAULT_ADDRESS,
          options->port, &error)) {
    g_printerr (_("Cannot listen: %s\n"), error->message);
    g_error_free (error);
    return FALSE;
  }
  url = pub_server_get_url (self->server);
  /* programs read this line: it is not translated */
  g_print ("listening on %s\n", url);
  fflush (stdout);
  g_free (url);
  return TRUE;
}

static void
everything_closed (gpointer data)
{
  Program *self = data;

  g_main_loop_quit (self->loop);
}

static gboolean
signal_caught (gpointer data)
{
  Program *self = data;

  /* a terminal, or timeout(1), may say it twice; closing is bounded in time */
  if (!self->is_closing)
    pub_server_shut_down (self->server, everything_closed, self);
  self->is_closing = TRUE;
  return G_SOURCE_CONTINUE;
}

static int
run (const Options * options)
{
  Program self = { pub_server_new (), g_main_loop_new (NULL, FALSE) };
  gboolean is_open = open_server (&self, options);

  if (is_open) {
    g_unix_signal_add (SIGTERM, signal_caught, &self);
    g_unix_signal_add (SIGINT, signal_caught, &self);
    g_main_loop_run (self.loop);
  }
  pub_server_free (self.server);
  g_main_loop_unref (self.loop);
  return is_open ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  Options options = { NULL, };
  int status = EXIT_FAILURE;

  setlocale (LC_ALL, "");
#if ENABLE_NLS
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
#endif

  if (parse_options (&options, &argc, &argv)) {
    if (options.shows_version) {
      g_print ("wms-pubpoint %s\n", VERSION);
      status = EXIT_SUCCESS;
    } else {
      status = run (&options);
    }
  }
  clear_options (&options);
  return status;
}
