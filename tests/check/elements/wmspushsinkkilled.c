/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: a server that is killed in any state of the protocol, one after
 * the other: between any two steps of each way to push, with a FIN or a reset.
 * A round without a death counts the steps, so none is left out; with a proxy,
 * which takes half a second to end, each eighth is enough, unless
 * WMSPUSH_KILLED is set; "rounds" shows each of them.  Each time the loss is
 * told, in order, packets are accounted for, and the stream goes on when the
 * server is back. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "causes.h"
#include "faultrig.h"
#include "mortalserver.h"
#include "wmspush/wmsstatus.h"

/* A machine that has other work; with a sanitizer all takes ten times as long,
 * and not each step has its turn. */
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define NOTICE_US (20 * G_TIME_SPAN_SECOND)
#define STRIDE 4
#define PROXY_STRIDE 16
#else
#define NOTICE_US (2 * G_TIME_SPAN_SECOND)
#define STRIDE 1
#define PROXY_STRIDE 8
#endif
/* What TLS has read of a connection and not handed on: a record. */
#define TLS_SLACK 20000
/* The padding of RandomServer's packets is not sent. */
#define LEAST_PACKET (RANDOM_PACKET_SIZE - 300)
#define DIGEST "Digest realm=\"points\", nonce=\"n1\", qop=\"auth\""
#define NTLM_2 "NTLM TlRMTVNTUAACAAAAAAAAAAAAAAAFggIAASNFZ4mrze8AAAAAAAAAAAAA" \
    "AAAAAAAA"

static const gchar *const digest[] = { DIGEST, NULL };
static const gchar *const ntlm[] = { "NTLM", NTLM_2, NULL };

typedef struct
{
  const gchar *name;
  const gchar *const *challenges;
  const gchar *proxy;           /* "http" or "tunnel" */
  gboolean has_tls;
  /* of each part of the stream; the header changes before the second */
  guint n_packets;
  guint64 request_size;
  gboolean is_lost_before;      /* once, in the first part */
} Way;

static const Way ways[] = {
  {"plain", NULL, NULL, FALSE, 3},
  {"Digest", digest, NULL, FALSE, 3},
  {"NTLM", ntlm, NULL, FALSE, 3},
  {"TLS", NULL, NULL, TRUE, 3},
  {"TLS and Digest", digest, NULL, TRUE, 3},
  {"a proxy", NULL, "http", FALSE, 3},
  {"a proxy and Digest", digest, "http", FALSE, 3},
  {"a tunnel", NULL, "tunnel", TRUE, 3},
  {"many requests", NULL, NULL, FALSE, 20, 196617},
  {"a reconnect", NULL, NULL, FALSE, 3, 0, TRUE},
  {"a reconnect with Digest", digest, NULL, FALSE, 3, 0, TRUE},
  {"a reconnect with TLS", NULL, NULL, TRUE, 3, 0, TRUE},
};

#define N_WAYS G_N_ELEMENTS (ways)

/* What was found in all rounds of a way. */
typedef struct
{
  guint n_rounds;
  guint n_unnoticed;            /* after the end for the server */
  gint64 longest_us;
  guint n_in_flight;
  guint n_dropped;
  guint n_sent;
} Findings;

typedef struct
{
  const Way *way;
  gboolean remembers;
  MortalServer mortal;
  FaultRig *fault;
  gboolean has_ended;           /* the stream */
  gboolean was_lost_midway;     /* and not behind the end */
  gchar *name;
} Round;

static FaultRig *
new_rig (const Way * way, MortalServer * mortal)
{
  guint port = script_server_get_port (mortal->server);
  g_autofree gchar *url = way->proxy != NULL ?
      g_strdup_printf ("http%s://far.invalid/live", way->has_tls ? "s" : "") :
      g_strdup_printf ("http%s://127.0.0.1:%u/live", way->has_tls ? "s" : "",
      port);
  g_autofree gchar *proxy = way->proxy != NULL ?
      g_strdup_printf ("127.0.0.1:%u", port) : g_strdup ("");
  FaultRig *fault = fault_rig_new (url);

  g_object_set (fault->rig->sink, "proxy", proxy, "user-id", "alice",
      "user-pw", "secret", "request-size", way->request_size, NULL);
  return fault;
}

static void
round_init (Round * self, const Way * way, gboolean is_reset, guint dies_at)
{
  memset (self, 0, sizeof *self);
  self->way = way;
  /* one after the other */
  self->remembers = dies_at % 2 == 0;
  mortal_server_init (&self->mortal);
  self->mortal.is_reset = is_reset;
  self->mortal.random.challenges = way->challenges;
  self->mortal.random.is_tunnel = g_strcmp0 (way->proxy, "tunnel") == 0;
  if (way->has_tls)
    self->mortal.random.certificate = TEST_CERTIFICATE;
  self->fault = new_rig (way, &self->mortal);
}

static void
round_clear (Round * self)
{
  fault_rig_free (self->fault);
  mortal_server_clear (&self->mortal);
  g_free (self->name);
}

static void
push_part (Round * self, guint part, guint variant)
{
  guint n = self->way->n_packets;

  memset (self->mortal.random.variants + part * 20, variant, n);
  fault_rig_push_packets (self->fault, part * 20, n);
}

static gboolean
has_got_or_lost (FaultRig * fault, guint n_packet)
{
  Round *self = g_object_get_data (G_OBJECT (fault->rig->sink), "round");

  return fault->n_lost > 0 || fault->is_over
      || mortal_server_is_dead (&self->mortal)
      || mortal_server_has_packet (&self->mortal, n_packet);
}

/* With the first loss behind it, which the findings do not count. */
static void
lose_once (Round * self, guint dies_at)
{
  self->mortal.dies_with_packets = 1;
  fault_rig_push_header (self->fault, 0);
  push_part (self, 0, 0);
  sink_rig_set_state (self->fault->rig, GST_STATE_PLAYING);
  fail_unless (fault_rig_wait (self->fault, fault_is_lost, 1));
  g_mutex_lock (&self->mortal.lock);
  self->mortal.n_steps = self->mortal.dies_with_packets = 0;
  self->mortal.dies_at = dies_at;
  g_mutex_unlock (&self->mortal.lock);
  g_mutex_lock (&self->fault->lock);
  self->fault->n_lost = 0;
  self->fault->noticed_us = 0;
  g_mutex_unlock (&self->fault->lock);
  mortal_server_restart (&self->mortal, TRUE);
}

static gboolean
is_over_or_dead (FaultRig * fault, guint unused)
{
  Round *self = g_object_get_data (G_OBJECT (fault->rig->sink), "round");

  return fault->is_over
      || (fault->n_lost > 0 && mortal_server_is_dead (&self->mortal));
}

static void
come_back (Round * self)
{
  if (!mortal_server_is_dead (&self->mortal))
    return;
  fail_unless (fault_rig_wait (self->fault, fault_is_lost, 1),
      "%s: not noticed: %s", self->name, self->fault->course.log->str);
  self->was_lost_midway = !self->has_ended;
  mortal_server_restart (&self->mortal, self->remembers);
}

static void
stream (Round * self)
{
  FaultRig *fault = self->fault;

  g_object_set_data (G_OBJECT (fault->rig->sink), "round", self);
  if (!self->way->is_lost_before) {
    fault_rig_push_header (fault, 0);
    push_part (self, 0, 0);
    sink_rig_set_state (fault->rig, GST_STATE_PLAYING);
  }
  fault_rig_push_header (fault, 1);
  push_part (self, 1, 1);
  fail_unless (fault_rig_wait (fault, has_got_or_lost,
          20 + self->way->n_packets - 1), "%s: %s",
      self->name, fault->course.log->str);
  come_back (self);
  push_part (self, 2, 1);
  sink_rig_push_eos (fault->rig);
  self->has_ended = TRUE;
  fault_rig_wait (fault, is_over_or_dead, 0);
  come_back (self);
  fail_unless (fault_rig_wait (fault, fault_is_over, 0), "%s: no end: %s",
      self->name, fault->course.log->str);
}

/* What was sent and is not there was on its way: in the dead server's queue, or
 * in ours and told of as lost. */
static void
check_flight (Round * self, guint n_in_flight)
{
  guint64 room = self->mortal.n_unread
      + sink_rig_get_stat (self->fault->rig, "bytes-lost")
      + sink_rig_get_stat (self->fault->rig, "bytes-unacknowledged")
      + (self->way->has_tls ? TLS_SLACK : 0);

  /* it went on without a header, and got all behind that for nothing */
  if (self->mortal.random.n_forgotten > 0 || n_in_flight == 0)
    return;
  /* of one of them a part was read */
  fail_unless ((n_in_flight - 1) * (guint64) LEAST_PACKET <= room,
      "%s: %u packets in %u bytes: %s", self->name, n_in_flight,
      (guint) room, self->fault->course.log->str);
}

static void
check_round (Round * self, Findings * findings)
{
  FaultRig *fault = self->fault;
  guint64 sent = sink_rig_get_stat (fault->rig, "packets-sent");
  guint got = mortal_server_count_packets (&self->mortal);
  gint64 took = fault->noticed_us - self->mortal.died_us;

  fault_rig_check (fault, self->name);
  fail_if (random_verdict_is_bad (&self->mortal.verdict), "%s: %s",
      self->name, self->mortal.verdict.text);
  /* what is lost behind the end of the stream cannot be sent again */
  fail_unless (fault->is_good || (self->has_ended
          && g_strcmp0 (fault->error, "NS_E_CONNECTION_FAILURE") == 0),
      "%s: %s", self->name, fault->course.log->str);
  fail_unless_equals_int (sink_rig_get_stat (fault->rig, "packets-received"),
      fault->n_pushed);
  fail_unless (got <= sent, "%s: %u got, %u sent", self->name, got,
      (guint) sent);
  check_flight (self, sent - got);
  findings->n_rounds++;
  findings->n_in_flight += sent - got;
  findings->n_sent += sent;
  findings->n_dropped += fault->n_pushed - sent;
  if (fault->noticed_us == 0) {
    /* protocol.md, C25: after the last $E a close is an end */
    fail_if (self->was_lost_midway, "%s: not told", self->name);
    findings->n_unnoticed++;
    return;
  }
  fail_unless (took < NOTICE_US, "%s: noticed after %u us", self->name,
      (guint) took);
  findings->longest_us = MAX (findings->longest_us, took);
}


/* Returns: how many steps there are before this one. */
static guint
play_round (const Way * way, gboolean is_reset, guint dies_at,
    Findings * findings)
{
  Round round;
  guint n_steps;

  round_init (&round, way, is_reset, dies_at);
  if (way->is_lost_before)
    lose_once (&round, dies_at);
  else
    round.mortal.dies_at = dies_at;
  round.name = g_strdup_printf ("%s, %s behind step %u", way->name,
      is_reset ? "reset" : "closed", dies_at);
  stream (&round);
  if (g_strcmp0 (g_getenv ("WMSPUSH_KILLED"), "rounds") == 0)
    g_print ("%s: %s: %s\n", round.name, round.mortal.step,
        round.fault->course.log->str);
  n_steps = round.mortal.n_steps;
  if (dies_at == MORTAL_NEVER) {
    fail_unless_equals_int (mortal_server_count_packets (&round.mortal),
        way->is_lost_before ? 1 + 2 * way->n_packets : 3 * way->n_packets);
  } else if (round.mortal.died_us != 0) {
    check_round (&round, findings);
  }
  round_clear (&round);
  return n_steps;
}

static void
check_leaks (guint n_descriptors, const gchar * name, guint n)
{
  gint64 deadline = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  /* a thread that was joined is in /proc for a moment yet */
  while (fault_count_threads () > 0 && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  fail_unless_equals_int (fault_count_threads (), 0);
  fail_unless (fault_count_descriptors () == n_descriptors,
      "%s, step %u: %u descriptors, %u before", name, n,
      fault_count_descriptors (), n_descriptors);
}

GST_START_TEST (test_killed)
{
  const Way *way = &ways[__i__ / 2];
  gboolean is_reset = __i__ % 2;
  guint n_steps = play_round (way, is_reset, MORTAL_NEVER, NULL);
  guint n_descriptors = fault_count_descriptors ();
  Findings findings = { 0, };
  guint stride = STRIDE;
  guint i;

  fail_unless (n_steps > 20);
  if (way->proxy != NULL && g_getenv ("WMSPUSH_KILLED") == NULL)
    stride = PROXY_STRIDE;
  for (i = is_reset * stride / 2; i < n_steps; i += stride) {
    play_round (way, is_reset, i, &findings);
    check_leaks (n_descriptors, way->name, i);
  }
  g_print ("%s, %s: killed in %u states, %u of them behind the end; noticed "
      "within %u ms; %u packets sent, %u of them on their way, %u dropped\n",
      way->name, is_reset ? "reset" : "closed", findings.n_rounds,
      findings.n_unnoticed, (guint) (findings.longest_us / 1000),
      findings.n_sent, findings.n_in_flight, findings.n_dropped);
  /* what is read in one go or in two is a matter of luck */
  fail_unless ((findings.n_rounds + 2) * stride >= n_steps);
}

GST_END_TEST;

static gint is_deaf;            /* atomic */

#define RESET 1
#define TLS 2

static void
script_deaf (ScriptConnection * connection, gpointer user_data)
{
  gint how = GPOINTER_TO_INT (user_data);

  if (((how & TLS) && !script_start_tls (connection, TEST_CERTIFICATE, FALSE))
      || !script_accept_push (connection)
      || !script_read_frames_until (connection, WMS_FRAME_DATA, 3))
    return;
  script_set_deaf (connection, TRUE);
  g_atomic_int_set (&is_deaf, TRUE);
  script_wait_gate (connection);
  script_die (connection, how & RESET);
}

/* protocol.md, C25: a close behind the final $E is an end, but not of packets
 * that did not even get to the server's system. */
GST_START_TEST (test_end_lost)
{
  ScriptServer *server = script_server_new (script_deaf,
      GINT_TO_POINTER (__i__));
  g_autofree gchar *url = g_strdup_printf ("http%s://127.0.0.1:%u/live",
      __i__ & TLS ? "s" : "", script_server_get_port (server));
  SinkRig *rig = sink_rig_new (url);

  rig->server = server;
  g_object_set (rig->sink, "tls-validation-flags", 0, NULL);
  g_atomic_int_set (&is_deaf, FALSE);
  sink_rig_play_packets (rig, 3);
  while (!g_atomic_int_get (&is_deaf))
    g_thread_yield ();
  sink_rig_push_packets (rig, 3, 3);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "END_OF_STREAMING"));
  script_server_open_gate (server);
  cause_check (rig, "a server that dies before the end has come", WMS_ERROR,
      WMS_ERROR_END_LOST);
  fail_unless (sink_rig_get_stat (rig, "bytes-unacknowledged") > 0);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_no_row_is_left_out)
{
  cause_begin_list ("wmspushsinkkilled");
  cause_list (WMS_ERROR, WMS_ERROR_END_LOST);
  cause_end_list ();
}

GST_END_TEST;

static Suite *
wmspushsinkkilled_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkkilled");
  TCase *tc = tcase_create ("killed");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 300);
  tcase_add_loop_test (tc, test_killed, 0, 2 * N_WAYS);
  tcase_add_loop_test (tc, test_end_lost, 0, 4);
  tcase_add_test (tc, test_no_row_is_left_out);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkkilled);
