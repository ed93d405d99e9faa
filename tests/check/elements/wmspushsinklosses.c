/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: a network that goes away without a word is noticed within
 * `timeout`, in every state, and nothing keeps the element from stopping. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "causes.h"
#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"
#include "testnet.h"
#include "wmspush/wmspush.h"
#include "wmspush/wmsstatus.h"

#define TIMEOUT_S test_get_patience ()
/* The kernel counts in steps of its own, and a test's machine is busy. */
#define LATE_S (2 * test_get_patience ())
#define N_PACKETS 5
/* more than the kernel's queues for a peer that reads nothing */
#define MANY_PACKETS 2000
/* bit/s, and packets that fill one request of the smallest size, and a bit of
 * the next one */
#define SLOW_RATE G_GUINT64_CONSTANT (400000)
#define SLOW_PACKETS 500
/* longer than this test */
#define LONG_TIMEOUT_S 300

/* How many scripts have come to where the test wants them. */
static GMutex lock;
static GCond cond;
static guint n_there;

static void
tell_there (void)
{
  g_mutex_lock (&lock);
  n_there++;
  g_cond_broadcast (&cond);
  g_mutex_unlock (&lock);
}

static void
wait_until_there (guint n)
{
  gint64 deadline = g_get_monotonic_time ()
      + 20 * test_get_patience () * G_TIME_SPAN_SECOND;
  gboolean ok = TRUE;

  g_mutex_lock (&lock);
  while (ok && n_there < n)
    ok = g_cond_wait_until (&cond, &lock, deadline);
  g_mutex_unlock (&lock);
  fail_unless (ok, "the script did not come there");
}

static void
mend_network (void)
{
  n_there = 0;
  test_net_go_far ();
  test_net_run ("nft flush ruleset");
  test_net_go_near ();
  test_net_run ("ip link set near up\n"
      "while ip route del unreachable " TEST_NET_FAR
      " 2>/dev/null; do :; done\n" "ip neigh replace " TEST_NET_BLACK_HOLE
      " lladdr 02:00:00:00:00:01 dev near");
}

/* What goes wrong with the network. */
static void
pull_the_plug (void)
{
  test_net_run ("ip link set near down");
}

static void
discard_all (void)
{
  test_net_go_far ();
  test_net_run ("nft add table ip t\n"
      "nft add chain ip t in '{ type filter hook input priority 0; }'\n"
      "nft add rule ip t in drop");
  test_net_go_near ();
}

static void
lose_the_way (void)
{
  test_net_run ("ip route add unreachable " TEST_NET_FAR);
}

/* What a router says that has lost its way. */
static void
say_unreachable (void)
{
  test_net_go_far ();
  test_net_run ("nft add table ip t\n"
      "nft add chain ip t in '{ type filter hook input priority 0; }'\n"
      "nft add rule ip t in reject with icmp type host-unreachable");
  test_net_go_near ();
}

/* All that has data: connections are made all the same. */
static void
discard_data (void)
{
  test_net_go_far ();
  test_net_run ("nft add table ip t\n"
      "nft add chain ip t in '{ type filter hook input priority 0; }'\n"
      "nft add rule ip t in ip length '>' 100 drop");
  test_net_go_near ();
}

static void
let_all_through (void)
{
  test_net_go_far ();
  test_net_run ("nft flush ruleset");
  test_net_go_near ();
}

/* A server in the far network. */
static SinkRig *
new_far_rig (ScriptFunc script)
{
  g_autofree gchar *url = NULL;
  ScriptServer *server;
  SinkRig *rig;

  test_net_go_far ();
  server = script_server_new_at (TEST_NET_FAR, script, NULL);
  test_net_go_near ();
  url = script_server_get_url (server);
  rig = sink_rig_new (url);
  rig->server = server;
  return rig;
}

static void
script_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, N_PACKETS)) {
    tell_there ();
    script_wait_gate (connection);
  }
}

static void
script_lost (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, N_PACKETS)) {
    tell_there ();
    script_reset (connection);
  }
}

static void
script_open (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)) {
    tell_there ();
    script_wait_gate (connection);
  }
}

static void
script_setup (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_setup (connection)) {
    script_send (connection, SCRIPT_SETUP_OK);
    tell_there ();
    script_wait_gate (connection);
  }
}

static void
script_no_answer (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_head (connection, NULL)) {
    tell_there ();
    script_wait_gate (connection);
  }
}

static void
script_no_answer_to_end (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)) {
    tell_there ();
    script_wait_gate (connection);
  }
}

static void
script_wants_user (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_setup (connection)) {
    script_send (connection, "HTTP/1.1 401 Unauthorized\r\n"
        "WWW-Authenticate: Digest realm=\"points\", nonce=\"n1\"\r\n"
        "Content-Length: 0\r\n\r\n");
    script_wait_gate (connection);
  }
}

/* Longer than a ClientHello's head, shorter than all of it. */
static void
script_mute_tls (ScriptConnection * connection, gpointer user_data)
{
  if (script_skip (connection, 64)) {
    tell_there ();
    script_wait_gate (connection);
  }
}

/* Long enough for what follows from a message to be under way. */
static void
let_it_go_on (SinkRig * rig, GstClockTime time)
{
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (rig->bus,
      time, GST_MESSAGE_ERROR);

  fail_unless (message == NULL);
}

/* What a push does when the fault comes.  Who ends later waits for the end when
 * the kernel's time for the packet before it is up. */
static const struct
{
  const gchar *name;
  ScriptFunc script;
  guint n_before;               /* packets */
  guint n_after;
  gboolean ends;
  gboolean ends_later;
} pushes[] = {
  {"streams", script_stream, N_PACKETS, 1, FALSE, FALSE},
  {"streams nothing", script_stream, N_PACKETS, 0, FALSE, FALSE},
  {"waits for PLAYING", script_setup, N_PACKETS, 0, FALSE, FALSE},
  {"waits for PushSetup's answer", script_no_answer, 0, 0, FALSE, FALSE},
  {"ends", script_stream, N_PACKETS, 0, TRUE, FALSE},
  {"ends later", script_stream, N_PACKETS, 1, FALSE, TRUE},
};

#define N_PUSHES G_N_ELEMENTS (pushes)

static const struct
{
  const gchar *name;
  void (*fault) (void);
} faults[] = {
  {"no link", pull_the_plug},
  {"all discarded", discard_all},
  {"no way", lose_the_way},
  {"a router's word", say_unreachable},
};

static SinkRig *
start_push (guint n)
{
  SinkRig *rig = new_far_rig (pushes[n].script);

  g_object_set (rig->sink, "timeout", TIMEOUT_S, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, pushes[n].n_before);
  sink_rig_set_state (rig, pushes[n].script == script_setup ?
      GST_STATE_PAUSED : GST_STATE_PLAYING);
  if (pushes[n].script == script_setup)
    fail_unless (sink_rig_wait (rig, "OPENED"));
  return rig;
}

static void
go_on_pushing (SinkRig * rig, guint n)
{
  if (pushes[n].script == script_setup)
    sink_rig_set_state (rig, GST_STATE_PLAYING);
  sink_rig_push_packets (rig, pushes[n].n_before, pushes[n].n_after);
  if (pushes[n].ends)
    sink_rig_push_eos (rig);
}

static void
check_noticed (SinkRig * rig, guint fault, guint push, gint64 start)
{
  g_autofree gchar *name = g_strdup_printf ("%s while it %s",
      faults[fault].name, pushes[push].name);
  gint64 took;

  if (pushes[push].script == script_no_answer)
    cause_check (rig, name, WMS_ERROR, WMS_ERROR_CONNECT_TIMEOUT);
  else if (pushes[push].ends || pushes[push].ends_later)
    cause_check (rig, name, WMS_ERROR, WMS_ERROR_STALLED);
  else
    cause_check (rig, name, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  took = g_get_monotonic_time () - start;
  fail_unless (took < (TIMEOUT_S + LATE_S) * G_TIME_SPAN_SECOND,
      "%s: noticed after %" G_GINT64_FORMAT " us", name, took);
}

GST_START_TEST (test_faults)
{
  SinkRig *rigs[N_PUSHES];
  gint64 start;
  guint i;

  for (i = 0; i < N_PUSHES; i++)
    rigs[i] = start_push (i);
  wait_until_there (N_PUSHES);
  start = g_get_monotonic_time ();
  faults[__i__].fault ();
  for (i = 0; i < N_PUSHES; i++)
    go_on_pushing (rigs[i], i);
  let_it_go_on (rigs[0], TIMEOUT_S * GST_SECOND / 2);
  for (i = 0; i < N_PUSHES; i++) {
    if (pushes[i].ends_later)
      sink_rig_push_eos (rigs[i]);
  }
  for (i = 0; i < N_PUSHES; i++)
    check_noticed (rigs[i], __i__, i, start);
  for (i = 0; i < N_PUSHES; i++)
    sink_rig_free (rigs[i]);
}

GST_END_TEST;

static gint n_late;

static void
script_late (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_head (connection, NULL))
    g_atomic_int_inc (&n_late);
  tell_there ();
}

/* What was given up is not sent later, when the network is there again: a
 * server would take an old PushSetup for one of now. */
GST_START_TEST (test_nothing_comes_late)
{
  SinkRig *rig = new_far_rig (script_late);

  discard_data ();
  g_object_set (rig->sink, "timeout", TIMEOUT_S, NULL);
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  cause_check (rig, "lost PushSetup", WMS_ERROR, WMS_ERROR_CONNECT_TIMEOUT);
  let_all_through ();
  wait_until_there (1);
  fail_unless_equals_int (g_atomic_int_get (&n_late), 0);
  sink_rig_free (rig);
}

GST_END_TEST;

static GstStructure *
answer_later (GstElement * sink, const gchar * realm, const gchar * site,
    const gchar * user, guint hresult, guint flags, gpointer user_data)
{
  tell_there ();
  return gst_structure_new_empty ("pending");
}

/* The states that a push can wait in. */
static const struct
{
  const gchar *name;
  ScriptFunc script;
  const gchar *url;             /* of nobody, where there is no script */
  const gchar *word;            /* to wait for in the log */
  guint n_packets;
  gboolean eos;
} states[] = {
  {"a server that takes nothing", script_open, NULL, "STARTED", MANY_PACKETS},
  {"a black hole", NULL, "http://" TEST_NET_BLACK_HOLE "/live", "CONNECTING"},
  {"a black hole with a proxy", NULL,
      "http://far.example/live " TEST_NET_BLACK_HOLE ":1", "CONNECTING"},
  {"a mute TLS server", script_mute_tls, "https", "CONNECTING"},
  {"no answer to PushSetup", script_no_answer, NULL, "CONNECTING"},
  {"a question", script_wants_user, NULL, "CONNECTING"},
  {"opened", script_open, NULL, "OPENED"},
  {"no answer to the end", script_no_answer_to_end, NULL,
      "END_OF_STREAMING", N_PACKETS, TRUE},
  {"a stream", script_stream, NULL, "STARTED", N_PACKETS},
  {"a lost session", script_lost, NULL, "RECONNECT_START", N_PACKETS},
  /* last, since the resolver waits for 10 s only */
  {"a mute name service", NULL, "http://mute.example/live", "LOCATING"},
  {"a mute name service that knows the proxy", NULL,
      "http://far.example/live mute.example:1", "LOCATING"},
};

#define N_STATES G_N_ELEMENTS (states)
#define BLOCKED_STATE 0
#define N_SCRIPTS 8

static SinkRig *
new_state_rig (guint n)
{
  g_auto (GStrv) words = NULL;
  g_autofree gchar *url = NULL;
  SinkRig *rig;

  if (states[n].script == NULL) {
    words = g_strsplit (states[n].url, " ", 2);
    rig = sink_rig_new (words[0]);
    g_object_set (rig->sink, "proxy", words[1] != NULL ? words[1] : "", NULL);
    return rig;
  }
  rig = new_far_rig (states[n].script);
  g_signal_connect (rig->sink, "acquire-credentials",
      G_CALLBACK (answer_later), NULL);
  if (states[n].url != NULL) {
    url = g_strdup_printf ("https://" TEST_NET_FAR ":%u/live",
        script_server_get_port (rig->server));
    g_object_set (rig->sink, "location", url, NULL);
  }
  return rig;
}

static SinkRig *
start_state (guint n)
{
  SinkRig *rig = new_state_rig (n);

  g_object_set (rig->sink, "timeout", LONG_TIMEOUT_S, "retries",
      states[n].script == script_lost ? -1 : 0, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, states[n].n_packets);
  if (states[n].eos)
    sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, states[n].word), "%s: %s", states[n].name,
      rig->log->str);
  return rig;
}

static void
check_stop (SinkRig * rig, const gchar * name, const gchar * fault)
{
  gint64 start = g_get_monotonic_time ();
  gint64 took;

  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  took = g_get_monotonic_time () - start;
  fail_unless (took < test_get_patience () * G_TIME_SPAN_SECOND,
      "%s, %s: to NULL took %" G_GINT64_FORMAT " us", name, fault, took);
  sink_rig_free (rig);
}

static const struct
{
  const gchar *name;
  void (*fault) (void);
} stops[] = {
  {"no fault", NULL},
  {"no link", pull_the_plug},
  {"no network", discard_all},
};

GST_START_TEST (test_to_null)
{
  SinkRig *rigs[N_STATES];
  guint i;

  for (i = 0; i < N_STATES; i++)
    rigs[i] = start_state (i);
  wait_until_there (N_SCRIPTS);
  if (stops[__i__].fault != NULL)
    stops[__i__].fault ();
  let_it_go_on (rigs[N_STATES - 1], 200 * GST_MSECOND);
  /* it waits for room */
  fail_unless (sink_rig_get_stat (rigs[BLOCKED_STATE], "packets-sent")
      < MANY_PACKETS);
  for (i = 0; i < N_STATES; i++)
    check_stop (rigs[i], states[i].name, stops[__i__].name);
}

GST_END_TEST;

/* Requests to their last byte, each answered; the last one ends with $E. */
static void
script_take_requests (ScriptConnection * connection, gpointer user_data)
{
  guint64 length = 0;

  if (!script_read_setup (connection))
    return;
  script_send (connection, SCRIPT_SETUP_OK);
  while (script_read_head (connection, &length)) {
    script_read_request (connection, length);
    script_send (connection, SCRIPT_START_OK);
  }
}

/* What waits in the system needs longer than `timeout` while room is waited
 * for, when a request is full, and at the end.  A server that goes on
 * acknowledging is none that is gone. */
GST_START_TEST (test_slow_line)
{
  SinkRig *rig = new_far_rig (script_take_requests);

  g_object_set (rig->sink, "timeout", TIMEOUT_S, "pacing-rate",
      SLOW_RATE / TIMEOUT_S, "request-size", WMS_PUSH_MIN_REQUEST, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, SLOW_PACKETS);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, "LOCATING CONNECTING OPENED "
      "STARTED END_OF_STREAMING STOPPED CLOSED FINALIZE:S_OK EOS");
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_DATA), SLOW_PACKETS);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_no_row_is_left_out)
{
  cause_begin_list ("wmspushsinklosses");
  cause_list (G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  cause_list (WMS_ERROR, WMS_ERROR_STALLED);
  cause_end_list ();
}

GST_END_TEST;

static Suite *
wmspushsinklosses_suite (void)
{
  Suite *suite = suite_create ("wmspushsinklosses");
  TCase *tc = tcase_create ("losses");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 180);
  tcase_add_checked_fixture (tc, mend_network, NULL);
  tcase_add_loop_test (tc, test_faults, 0, G_N_ELEMENTS (faults));
  tcase_add_loop_test (tc, test_to_null, 0, G_N_ELEMENTS (stops));
  tcase_add_test (tc, test_nothing_comes_late);
  tcase_add_test (tc, test_slow_line);
  tcase_add_test (tc, test_no_row_is_left_out);
  return suite;
}

int
main (int argc, char **argv)
{
  test_net_enter ();
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (wmspushsinklosses_suite (), "wmspushsinklosses",
      __FILE__);
}
