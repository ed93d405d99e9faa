/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <stdio.h>
#include <string.h>

#include "hostilerun.h"
#include "testasf.h"
#include "testmux.h"

/* Seeds in the suite; ASFMUX_HOSTILE=FIRST:NUMBER runs others. */
#define N_SEEDS 60

/* What random input may bring about: nothing, no key frame in front and, in a
 * broadcast, more bytes than were declared. */
static gboolean
is_tolerated (const gchar * line, gboolean is_live)
{
  static const gchar *const always[] = { " first-not-key:", " no-key:",
    " no-packets:", " stream-empty:"
  };
  static const gchar *const live[] = { " bitrate-under:", " bucket-overflow:",
    " send-burst:", " arrival-late:", " object-too-large:"
  };
  gboolean found = !g_str_has_prefix (line, "ERROR");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (always); i++)
    found |= strstr (line, always[i]) != NULL;
  for (i = 0; is_live && i < G_N_ELEMENTS (live); i++)
    found |= strstr (line, live[i]) != NULL;
  return found;
}

static void
judge_file (HostileRun * run, guint32 seed, GByteArray * bytes)
{
  g_autofree gchar *tool = test_shared_path ("tools/asfcheck.py");
  gboolean is_live = !run->has_bytes_segment;
  gchar *path = test_file_new ();
  const gchar *argv[] = { TEST_PYTHON, tool, "--no-warn", path,
    is_live ? "--live" : NULL, NULL
  };
  g_autofree gchar *output = NULL;
  g_auto (GStrv) lines = NULL;
  guint i;

  test_file_write (path, bytes);
  fail_unless (tool == NULL || g_spawn_sync (NULL, (gchar **) argv, NULL,
          G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, NULL, NULL));
  lines = g_strsplit (output ? output : "", "\n", -1);
  for (i = 0; lines[i] != NULL; i++)
    fail_unless (is_tolerated (lines[i], is_live), "seed %u, %s: %s",
        seed, path, lines[i]);
  test_file_free (path);
}

static void
judge (HostileRun * run, guint32 seed)
{
  guint i;

  for (i = 0; run->n_stored <= HOSTILE_MAX_OUTPUT && i < run->files->len; i++)
    judge_file (run, seed, g_ptr_array_index (run->files, i));
}

static void
run_seed (guint32 seed)
{
  HostileRun run = { 0 };
  gboolean has_error;

  hostile_run_init (&run, seed);
  g_test_message ("seed %u, %u inputs", seed, run.n_inputs);
  has_error = hostile_run_play (&run);
  if (!has_error && run.ended && !g_atomic_int_get (&run.was_disturbed))
    judge (&run, seed);
  hostile_run_clear (&run);
  fail_unless (run.fault == NULL, "seed %u: %s", seed, run.fault);
}

/* Races of GStreamer 1.22 itself: an error or a GAP while a flush begins, events
 * pushed while a pad is deactivated. */
static gboolean
is_of_base_class (const gchar * domain, GLogLevelFlags level,
    const gchar * message, gpointer data)
{
  return TRUE;
}

GST_START_TEST (test_hostile)
{
  const gchar *range = g_getenv ("ASFMUX_HOSTILE");
  guint first = __i__, n = 1;

  gst_check_add_log_filter ("GStreamer",
      G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING,
      g_regex_new ("gst_(event_set_seqnum|segment_clip): assertion|"
          "Sticky event misordering|Got data flow before", 0, 0, NULL),
      is_of_base_class, NULL, NULL);
  if (range != NULL && sscanf (range, "%u:%u", &first, &n) != 2)
    fail ("ASFMUX_HOSTILE=FIRST:NUMBER");
  while (n-- > 0)
    run_seed (first++);
}

GST_END_TEST;

static Suite *
asfmuxhostile_suite (void)
{
  Suite *s = suite_create ("asfmuxhostile");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 3600);
  tcase_add_loop_test (tc, test_hostile, 0,
      g_getenv ("ASFMUX_HOSTILE") ? 1 : N_SEEDS);
  return s;
}

GST_CHECK_MAIN (asfmuxhostile);
