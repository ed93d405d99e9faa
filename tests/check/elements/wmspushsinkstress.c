/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: everything at once, for a bounded number of rounds. */
#include <gst/check/gstcheck.h>

#include "sinkharness.h"
#include "sinkrig.h"

#define N_ROUNDS 60

/* Actions, state changes, flushes and data.  What is left to show is that it
 * comes to an end. */
typedef struct
{
  GstElement *sink;
  GstPad *pad;
  GMutex lock;                  /* of who pushes to the pad */
  gint is_over;
} Stress;

static void
push_sticky_events (Stress * stress)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (stress->pad, gst_event_new_stream_start ("stress"));
  gst_pad_push_event (stress->pad, gst_event_new_segment (&segment));
}

static gpointer
stress_data (gpointer user_data)
{
  Stress *stress = user_data;
  g_autoptr (GBytes) header = sink_rig_get_header ();
  GstFlowReturn ret = GST_FLOW_EOS;
  guint i;

  for (i = 0; !g_atomic_int_get (&stress->is_over); i++) {
    GstBuffer *buffer = ret != GST_FLOW_OK || i % 100 == 0 ?
        gst_buffer_new_wrapped_bytes (header) : sink_harness_get_packet (i);

    g_mutex_lock (&stress->lock);
    ret = gst_pad_push (stress->pad, buffer);
    if (ret == GST_FLOW_EOS)
      gst_pad_push_event (stress->pad, gst_event_new_eos ());
    g_mutex_unlock (&stress->lock);
    g_thread_yield ();
  }
  return NULL;
}

/* Lets a session come further than to its first step. */
static void
wait_for_stream (Stress * stress)
{
  guint i;

  for (i = 0; i < 500 && !g_atomic_int_get (&stress->is_over); i++) {
    g_autofree gchar *state = sink_harness_get_state (stress->sink);

    if (g_str_equal (state, "streaming"))
      return;
    g_thread_yield ();
  }
}

static gpointer
stress_actions (gpointer user_data)
{
  Stress *stress = user_data;
  guint i;

  for (i = 0; !g_atomic_int_get (&stress->is_over); i++) {
    guint hresult = 0;

    if (i % 3 > 0)
      wait_for_stream (stress);
    g_signal_emit_by_name (stress->sink,
        i % 4 == 3 ? "disconnect" : "end-session", &hresult);
    g_thread_yield ();
  }
  return NULL;
}

static gpointer
stress_flushes (gpointer user_data)
{
  Stress *stress = user_data;

  while (!g_atomic_int_get (&stress->is_over)) {
    gst_pad_push_event (stress->pad, gst_event_new_flush_start ());
    g_mutex_lock (&stress->lock);
    gst_pad_push_event (stress->pad, gst_event_new_flush_stop (TRUE));
    push_sticky_events (stress);
    g_mutex_unlock (&stress->lock);
    g_thread_yield ();
  }
  return NULL;
}

static void
stress_states (Stress * stress, GRand * rand)
{
  guint i;

  for (i = 0; i < N_ROUNDS; i++) {
    guint n = g_rand_int_range (rand, 0, 6);

    g_mutex_lock (&stress->lock);
    gst_element_set_state (stress->sink, GST_STATE_PAUSED);
    push_sticky_events (stress);
    g_mutex_unlock (&stress->lock);
    for (; n > 0; n--) {
      gst_element_set_state (stress->sink, n % 2 ? GST_STATE_PLAYING :
          GST_STATE_PAUSED);
      /* it may well be pending for as long as there is no data */
      gst_element_get_state (stress->sink, NULL, NULL, 10 * GST_MSECOND);
    }
    gst_element_set_state (stress->sink, i % 2 ? GST_STATE_READY :
        GST_STATE_NULL);
  }
}

/* Sessions one after the other, some of them with a server that takes its
 * time. */
static void
script_stress (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) % 3 == 2
      && script_accept_push (connection))
    script_read_end (connection);
  else
    script_take_all (connection, user_data);
}

GST_START_TEST (test_stress)
{
  static const GThreadFunc funcs[] = { stress_data, stress_actions,
    stress_actions, stress_flushes
  };
  SinkHarness s = { NULL, };
  GThread *threads[G_N_ELEMENTS (funcs)];
  GRand *rand = g_rand_new_with_seed (1);
  GstPad *peer;
  Stress stress = { NULL, };
  guint i;

  sink_harness_init (&s, script_stress);
  g_object_set (s.sink, "timeout", 1, "retries", 0, NULL);
  stress.sink = s.sink;
  stress.pad = gst_pad_new ("src", GST_PAD_SRC);
  peer = gst_element_get_static_pad (s.sink, "sink");
  g_mutex_init (&stress.lock);
  fail_unless (gst_pad_link (stress.pad, peer) == GST_PAD_LINK_OK);
  gst_pad_set_active (stress.pad, TRUE);
  push_sticky_events (&stress);
  for (i = 0; i < G_N_ELEMENTS (funcs); i++)
    threads[i] = g_thread_new ("stress", funcs[i], &stress);
  stress_states (&stress, rand);
  g_atomic_int_set (&stress.is_over, 1);
  for (i = 0; i < G_N_ELEMENTS (funcs); i++)
    g_thread_join (threads[i]);
  fail_unless (script_server_get_n_connections (s.server) > 0);
  gst_pad_set_active (stress.pad, FALSE);
  gst_object_unref (peer);
  gst_object_unref (stress.pad);
  g_mutex_clear (&stress.lock);
  g_rand_free (rand);
  sink_harness_clear (&s);
}

GST_END_TEST;

static Suite *
wmspushsinkstress_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkstress");
  TCase *tc = tcase_create ("stress");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_stress);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkstress);
