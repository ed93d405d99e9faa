/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One file of 49 days and over 2^32 bytes, as fast as it goes: asfmux !
 * filesink.  Its header, each media object and its index have to be right, and
 * FFmpeg has to find, by that index, what is at its end:
 *
 *   soak-large-file [--days N] */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "bench.h"
#include "dayfeed.h"
#include "numberedfile.h"
#include "soakserver.h"

#define STEP_MS 4000
#define END_SECONDS 120
/* The index is 12 bytes for each sound and each key frame; the rest is the
 * allocator's. */
#define INDEX_BYTES(n) ((n) * 12 * (NUMBERED_KEY_DISTANCE + 1) \
    / NUMBERED_KEY_DISTANCE)
#define GROWTH_KB 2048
#define DAY_MS (24 * 3600 * G_GUINT64_CONSTANT (1000))
/* FFmpeg reads from here on before the end. */
#define TAIL_SECONDS 200

typedef struct
{
  guint64 sample_at;
  SoakHeld before;
} Sample;

static gdouble n_days = 49;

static gboolean
take_sample (gpointer data, guint64 number)
{
  Sample *self = data;

  if (number == self->sample_at)
    soak_held_read (&self->before, getpid ());
  return TRUE;
}

static void
wait_for_end (GstElement * pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus,
      END_SECONDS * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  soak_check (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "the file is finished");
}

/* Returns: objects of each stream. */
static guint64
write_file (const gchar * path, const NumberedPlan * plan)
{
  g_autofree gchar *text = g_strdup_printf ("asfmux name=mux packet-size=5000 "
      "! filesink async=false location=%s", path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, &error);
  g_autoptr (GstElement) mux = NULL;
  Sample sample = {.sample_at = plan->end_ms / plan->step_ms / 5 };
  DayFeed feed = {.plan = *plan,.wait = take_sample,.data = &sample };
  guint64 n_objects = 0;
  SoakHeld after;

  if (!soak_check (error == NULL, "asfmux ! filesink"))
    return 0;
  feed.mux = mux = gst_bin_get_by_name (GST_BIN (pipeline), "mux");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  soak_check (day_feed_run (&feed, &n_objects), "all is taken");
  soak_held_read (&after, getpid ());
  day_feed_end (&feed);
  wait_for_end (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  soak_held_compare ("the muxer", &sample.before, &after, GROWTH_KB
      + INDEX_BYTES (n_objects - sample.sample_at) / 1024);
  return n_objects;
}

/* Somebody else's reader. */
static void
check_with_ffmpeg (const gchar * path, const NumberedPlan * plan)
{
  guint64 tail_s = plan->end_ms / 1000 - TAIL_SECONDS;
  g_autofree gchar *interval = g_strdup_printf ("%" G_GUINT64_FORMAT "%%+#1",
      tail_s);
  const gchar *const argv[] = { "ffprobe", "-v", "error", "-select_streams",
    "v", "-read_intervals", interval, "-show_entries", "packet=pts_time,pos",
    "-of", "csv=print_section=0", path, NULL
  };
  g_autofree gchar *output = NULL;
  g_auto (GStrv) fields = NULL;

  if (!g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
          NULL, &output, NULL, NULL, NULL)) {
    g_print ("SKIP: no ffprobe\n");
    return;
  }
  g_strdelimit (output, "\r\n", ' ');
  fields = g_strsplit (output, ",", 2);
  soak_check (fields[0] != NULL && fields[1] != NULL
      && g_ascii_strtod (fields[0], NULL) >= tail_s - TAIL_SECONDS
      && g_ascii_strtod (fields[0], NULL) <= tail_s + TAIL_SECONDS,
      "FFmpeg, asked for second %" G_GUINT64_FORMAT ", reads a packet of "
      "second %s (and byte)", tail_s, output);
}

static void
parse_arguments (int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    {"days", 0, 0, G_OPTION_ARG_DOUBLE, &n_days, "that it lasts", "N"},
    {NULL}
  };

  soak_parse (argc, argv, entries);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *folder = g_dir_make_tmp ("soak-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "large.asf", NULL);
  NumberedCheck check = {.name = "file" };
  NumberedPlan plan = {.step_ms = STEP_MS };
  guint64 n_objects;

  soak_use_plugin ();
  parse_arguments (&argc, &argv);
  plan.end_ms = n_days * DAY_MS;
  n_objects = write_file (path, &plan);
  numbered_file_read (path, &check);
  soak_check (check.video.next == n_objects && check.sound.next == n_objects,
      "%" G_GUINT64_FORMAT " pictures and sounds", n_objects);
  check_with_ffmpeg (path, &plan);
  g_remove (path);
  g_rmdir (folder);
  gst_deinit ();
  return soak_count_faults () == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
