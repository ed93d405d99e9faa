/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A programme of sixty days, as fast as it goes: asfmux ! wmspushsink to a
 * publishing point that records it and has three players.  Its times pass 32
 * bits of ms, its bytes 2^31 and 2^32, its packets all small counters.  Every
 * object has to come to each of them once, whole and at its time:
 *
 *   soak-days [--days N] [--jump]
 *
 * With --jump almost all of the time before 32 bits are full is left out. */
#include <stdlib.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "bench.h"
#include "dayfeed.h"
#include "dayplayers.h"
#include "numberedfile.h"
#include "recordfiles.h"
#include "soakserver.h"

#define POINT "/days"
#define STEP_MS 5000
#define END_SECONDS 120
#define DISK_SECONDS 120
#define DISK_INTERVAL 4000
#define MAX_UNWRITTEN 2000      /* packets */
#define NEARLY_WRITTEN 64
/* What the allocator keeps of packets that have waited for the disk, and the
 * index: 20 bytes for each packet. */
#define GROWTH_KB 16384
#define DAY_MS (24 * 3600 * G_GUINT64_CONSTANT (1000))

typedef struct
{
  SoakServer server;
  GstElement *pipeline, *sink;
  DayPlayers *players;
  NumberedPlan plan;
  guint64 sample_at;            /* number of an object */
  SoakHeld before[2], after[2];
} Days;

static gdouble n_days = 60;
static gboolean jumps;

static guint64
read_stat (Days * self, const gchar * name)
{
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (self->sink, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, name, &value);
  gst_structure_free (stats);
  return value;
}

/* A disk is slower than this programme: the recorder may be behind by less than
 * what it has room for.  What the server says is not of this moment. */
static gboolean
wait_for_disk (Days * self, gint64 n_unwritten)
{
  gint64 sent = read_stat (self, "packets-sent");

  return soak_server_wait (&self->server, POINT, "recording", "packets",
      sent - n_unwritten, G_MAXINT64, DISK_SECONDS);
}

static void
take_sample (Days * self, SoakHeld * held)
{
  wait_for_disk (self, NEARLY_WRITTEN);
  soak_held_read (&held[0], getpid ());
  soak_held_read (&held[1], self->server.pid);
}

static gboolean
wait_for_room (gpointer data, guint64 number)
{
  Days *self = data;

  if (number == self->sample_at)
    take_sample (self, self->before);
  if (number > 0 && number % DISK_INTERVAL == 0
      && !wait_for_disk (self, MAX_UNWRITTEN))
    return FALSE;
  return day_players_wait (self->players, number);
}

static gboolean
begin (Days * self)
{
  g_autofree gchar *text = g_strdup_printf ("asfmux name=mux streamable=true "
      "packet-size=5000 ! wmspushsink name=sink sync=false async=false "
      "location=http://127.0.0.1:%u" POINT, self->server.port);
  g_autoptr (GError) error = NULL;

  self->pipeline = gst_parse_launch (text, &error);
  if (error != NULL)
    return soak_check (FALSE, "%s", error->message);
  self->sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");
  self->players = day_players_new (self->server.port, POINT);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  return TRUE;
}

static void
wait_for_end (Days * self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus,
      END_SECONDS * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  soak_check (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "the sink ends well");
}

static void
check_account (Days * self)
{
  const guint64 received = read_stat (self, "packets-received");
  const guint64 bytes = read_stat (self, "bytes-sent");
  gint64 there, there_bytes, requests;

  there = soak_server_read (&self->server, POINT, "totals", "received_packets");
  there_bytes = soak_server_read (&self->server, POINT, "totals",
      "received_bytes");
  requests = soak_server_read (&self->server, POINT, "totals", "push_requests");
  soak_check (received == read_stat (self, "packets-sent")
      && (gint64) received == there && (gint64) bytes == there_bytes,
      "packets: %" G_GUINT64_FORMAT " to the sink, %" G_GUINT64_FORMAT
      " sent, %" G_GINT64_FORMAT " at the server; bytes: %" G_GUINT64_FORMAT
      " sent, %" G_GINT64_FORMAT " at the server (2^31 is 2147483648)",
      received, read_stat (self, "packets-sent"), there, bytes, there_bytes);
  soak_check (requests == (gint64) (bytes / G_MAXINT32) + 1
      && read_stat (self, "bytes-lost") == 0,
      "%" G_GINT64_FORMAT " requests of 2147483647 bytes", requests);
}

static void
check_record (Days * self)
{
  soak_check (soak_server_read (&self->server, POINT, "recording",
          "lost_packets") == 0, "the recorder has lost nothing");
}

static void
feed (Days * self)
{
  g_autoptr (GstElement) mux = gst_bin_get_by_name (GST_BIN (self->pipeline),
      "mux");
  DayFeed feed = {.mux = mux,.plan = self->plan,.wait = wait_for_room,
    .data = self
  };
  guint64 n_objects;
  gboolean is_good;
  guint n_headers = self->plan.end_ms > NUMBERED_FULL_MS ? 2 : 1;

  is_good = day_feed_run (&feed, &n_objects);
  soak_check (is_good, "%" G_GUINT64_FORMAT
      " pictures and sounds of %.1f days", n_objects, n_days);
  day_players_wait (self->players, n_objects);
  take_sample (self, self->after);
  check_record (self);
  day_players_set_ending (self->players);
  day_feed_end (&feed);
  wait_for_end (self);
  check_account (self);
  day_players_finish (self->players, n_headers, n_objects);
}

/* Nothing is lost between files. */
static void
check_recording (Days * self, const gchar * folder)
{
  g_auto (GStrv) files = NULL;
  NumberedCheck check = {.name = "recording" };
  guint i;

  soak_check (soak_server_shut_down (&self->server, END_SECONDS),
      "the server ends by itself");
  files = record_folder_list (folder);
  for (i = 0; files[i] != NULL; i++) {
    numbered_file_read (files[i], &check);
    g_remove (files[i]);
  }
  soak_check (i > 0, "%u files", i);
  g_rmdir (folder);
}

static void
parse_arguments (int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    {"days", 0, 0, G_OPTION_ARG_DOUBLE, &n_days, "that it lasts", "N"},
    {"jump", 0, 0, G_OPTION_ARG_NONE, &jumps, "to day 49", NULL},
    {NULL}
  };

  soak_parse (argc, argv, entries);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *folder = g_dir_make_tmp ("soak-XXXXXX", NULL);
  g_autofree gchar *record = g_strdup_printf ("--record=%s", folder);
  const gchar *options[] = { record, "--point=" POINT, NULL };
  Days self = { {0,}, };

  soak_use_plugin ();
  parse_arguments (&argc, &argv);
  self.plan = (NumberedPlan) {
  STEP_MS, n_days * DAY_MS, jumps};
  self.sample_at = n_days * DAY_MS / STEP_MS / 5;
  if (!soak_server_start (&self.server, options))
    return EXIT_FAILURE;
  if (begin (&self))
    feed (&self);
  check_recording (&self, folder);
  if (!jumps) {
    soak_held_compare ("muxer and sink", &self.before[0], &self.after[0],
        GROWTH_KB);
    soak_held_compare ("the server", &self.before[1], &self.after[1],
        GROWTH_KB);
  }
  gst_element_set_state (self.pipeline, GST_STATE_NULL);
  gst_clear_object (&self.sink);
  gst_clear_object (&self.pipeline);
  gst_deinit ();
  return soak_count_faults () == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
