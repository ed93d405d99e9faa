/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "soakserver.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gst/gst.h>
#include <json-glib/json-glib.h>

#include "bench.h"
#include "benchprogram.h"
#include "benchreceiver.h"
#include "benchserver.h"

#define MAX_OPTIONS 16
#define ASK_MS 20
#define ANSWER_SECONDS 20

/* Sanitizers and valgrind keep what was freed, and tell of leaks themselves. */
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define KEEPS_FREED TRUE
#else
#define KEEPS_FREED FALSE
#endif

static guint n_faults;

gboolean
soak_check (gboolean is_good, const gchar * format, ...)
{
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_print ("%s: %s\n", is_good ? "ok" : "WRONG", text);
  n_faults += !is_good;
  return is_good;
}

guint
soak_count_faults (void)
{
  return n_faults;
}

gboolean
soak_server_start (SoakServer * self, const gchar * const *options)
{
  gint listener = bench_listen (&self->port);
  g_autofree gchar *port = g_strdup_printf ("--port=%u", self->port);
  const gchar *argv[MAX_OPTIONS + 3] = { PUBPOINT_PROGRAM, port, };
  const BenchProgram program = {
    .name = "wms-pubpoint",.argv = argv,.port = self->port,.cpu = -1
  };
  guint i;

  for (i = 0; i < MAX_OPTIONS && options != NULL && options[i] != NULL; i++)
    argv[i + 2] = options[i];
  close (listener);
  self->pid = bench_program_start (&program);
  return self->pid > 0;
}

gboolean
soak_server_shut_down (SoakServer * self, guint seconds)
{
  gint64 end_us = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  gint status;

  kill (self->pid, SIGTERM);
  while (g_get_monotonic_time () < end_us) {
    if (waitpid (self->pid, &status, WNOHANG) == self->pid)
      return WIFEXITED (status) && WEXITSTATUS (status) == EXIT_SUCCESS;
    poll (NULL, 0, ASK_MS);
  }
  bench_end_process (self->pid);
  return FALSE;
}

void
soak_use_plugin (void)
{
  g_setenv ("GST_PLUGIN_PATH", PLUGIN_FOLDER, TRUE);
}

void
soak_parse (int *argc, char ***argv, const GOptionEntry * entries)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, &error))
    bench_fail (error->message);
}

/* Returns: (nullable): the body of the answer. */
static gchar *
get (const SoakServer * self, const gchar * path)
{
  g_autofree gchar *request = g_strdup_printf ("GET %s HTTP/1.0\r\n"
      "Host: 127.0.0.1:%u\r\n\r\n", path, self->port);
  const struct timeval limit = {.tv_sec = ANSWER_SECONDS };
  g_autoptr (GString) text = g_string_new (NULL);
  gint fd = bench_connect (self->port);
  gchar buffer[4096];
  gssize n;
  const gchar *body;

  if (fd < 0)
    return NULL;
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof (limit));
  if (send (fd, request, strlen (request), MSG_NOSIGNAL) > 0) {
    while ((n = recv (fd, buffer, sizeof (buffer), 0)) > 0)
      g_string_append_len (text, buffer, n);
  }
  close (fd);
  body = strstr (text->str, "\r\n\r\n");
  return body != NULL ? g_strdup (body + 4) : NULL;
}

static JsonObject *
find_point (JsonObject * root, const gchar * path)
{
  JsonArray *points = json_object_get_array_member (root, "points");
  guint i;

  for (i = 0; i < json_array_get_length (points); i++) {
    JsonObject *point = json_array_get_object_element (points, i);

    if (g_str_equal (json_object_get_string_member (point, "path"), path))
      return point;
  }
  return NULL;
}

static gint64
read_figure (JsonObject * point, const gchar * group, const gchar * name)
{
  if (point == NULL || !json_object_has_member (point, group)
      || json_object_get_null_member (point, group))
    return -1;
  point = json_object_get_object_member (point, group);
  return json_object_get_int_member_with_default (point, name, -1);
}

gint64
soak_server_read (const SoakServer * self, const gchar * path,
    const gchar * group, const gchar * name)
{
  g_autofree gchar *text = get (self, "/status.json");
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (text == NULL || !json_parser_load_from_data (parser, text, -1, NULL))
    return -1;
  return read_figure (find_point (json_node_get_object (json_parser_get_root
              (parser)), path), group, name);
}

gboolean
soak_server_wait (const SoakServer * self, const gchar * path,
    const gchar * group, const gchar * name, gint64 low, gint64 high,
    guint seconds)
{
  gint64 end_us = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  gint64 figure;

  for (;;) {
    figure = soak_server_read (self, path, group, name);
    if (figure >= low && figure <= high)
      return TRUE;
    if (g_get_monotonic_time () > end_us)
      break;
    poll (NULL, 0, ASK_MS);
  }
  bench_complain ("%s %s is %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT " to %"
      G_GINT64_FORMAT, group, name, figure, low, high);
  return FALSE;
}

void
soak_held_read (SoakHeld * self, pid_t pid)
{
  g_autofree gchar *path = g_strdup_printf ("/proc/%d/fd", pid);
  GDir *dir = g_dir_open (path, 0, NULL);

  self->rss_kb = bench_process_rss_kb (pid);
  self->n_files = 0;
  while (dir != NULL && g_dir_read_name (dir) != NULL)
    self->n_files++;
  g_clear_pointer (&dir, g_dir_close);
}

void
soak_held_settle (SoakHeld * self, pid_t pid, const SoakHeld * before,
    guint seconds)
{
  gint64 end_us = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;

  soak_held_read (self, pid);
  while (self->n_files > before->n_files && g_get_monotonic_time () < end_us) {
    poll (NULL, 0, ASK_MS);
    soak_held_read (self, pid);
  }
}

static gboolean
is_memory_ours (void)
{
  const gchar *preload = g_getenv ("LD_PRELOAD");

  return !KEEPS_FREED && (preload == NULL
      || strstr (preload, "vgpreload") == NULL);
}

gboolean
soak_held_compare (const gchar * what, const SoakHeld * before,
    const SoakHeld * after, glong kb)
{
  return soak_check ((after->rss_kb - before->rss_kb <= kb
          || !is_memory_ours ()) && after->n_files <= before->n_files,
      "%s: memory %ld to %ld KB (at most %ld more), descriptors %u to %u",
      what, before->rss_kb, after->rss_kb, kb, before->n_files, after->n_files);
}
