/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: an application and a server that do anything at any time.  What
 * the server gets is legal, what the application is told makes sense, packets
 * are accounted for, and nothing waits for ever. */
#include <gst/check/gstcheck.h>
#include <stdio.h>
#include <string.h>

#include "randomserver.h"
#include "statuscourse.h"

/* Seeds in the suite; WMSPUSH_RANDOM=FIRST:NUMBER runs others, with TLS where
 * WMSPUSH_RANDOM_TLS is set. */
#define N_SEEDS 24
#define MAX_QUEUED 40

typedef struct
{
  guint seed;
  GRand *dice;
  RandomVerdict verdict;
  RandomServer random;
  ScriptServer *server;
  GstElement *sink;
  GstPad *pad;
  GAsyncQueue *commands;
  guint timeout_s;              /* 0 for no limit */

  GMutex lock;                  /* of who pushes to the pad */
  gboolean is_dead;             /* up to a flush or another start */
  gboolean needs_header;
  guint n;                      /* the next packet */
  guint variant;

  GMutex told_lock;
  GRand *told_dice;
  StatusCourse course;

  gint generation;              /* atomic; odd while the state changes */
  gint is_over;                 /* atomic */
  GMutex tick_lock;
  GCond tick;                   /* never signalled */
} App;

static void
wait_us (App * app, gint64 us)
{
  gint64 until = g_get_monotonic_time () + us;

  g_mutex_lock (&app->tick_lock);
  while (g_cond_wait_until (&app->tick, &app->tick_lock, until));
  g_mutex_unlock (&app->tick_lock);
}

static void act (App * app, const gchar * action);

static GstBusSyncReply
message_cb (GstBus * bus, GstMessage * message, gpointer user_data)
{
  App *app = user_data;
  guint dice;

  g_mutex_lock (&app->told_lock);
  dice = g_rand_int_range (app->told_dice, 0, 100);
  if (!status_course_take (&app->course, message))
    random_verdict_blame (&app->verdict, "out of order: %s",
        app->course.log->str);
  g_mutex_unlock (&app->told_lock);
  if (dice < 5 && app->timeout_s > 0)
    act (app, dice < 3 ? "disconnect" : "end-session");
  gst_message_unref (message);
  return GST_BUS_DROP;
}

typedef struct
{
  guint64 received;
  guint64 sent;
  guint64 dropped;
  guint64 refused;
  guint64 queued;
} Account;

static void
get_account (App * app, Account * account)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (app->sink, "stats", &stats, NULL);
  gst_structure_get (stats, "packets-received", G_TYPE_UINT64,
      &account->received, "packets-sent", G_TYPE_UINT64, &account->sent,
      "packets-dropped", G_TYPE_UINT64, &account->dropped, "packets-refused",
      G_TYPE_UINT64, &account->refused, "packets-queued", G_TYPE_UINT64,
      &account->queued, NULL);
}

static void
check_account (App * app, const Account * now, const Account * before,
    guint64 max_queued)
{
  gboolean ok = now->received == now->sent + now->dropped + now->refused
      + now->queued && now->queued <= max_queued
      && now->received >= before->received && now->sent >= before->sent
      && now->dropped >= before->dropped && now->refused >= before->refused;

  if (!ok)
    random_verdict_blame (&app->verdict, "account: %u received, %u sent, "
        "%u dropped, %u refused, %d queued; before %u, %u, %u, %u",
        (guint) now->received, (guint) now->sent, (guint) now->dropped,
        (guint) now->refused, (gint) now->queued, (guint) before->received,
        (guint) before->sent, (guint) before->dropped, (guint) before->refused);
}

static gpointer
poll_thread (gpointer user_data)
{
  App *app = user_data;
  Account before = { 0, };
  gint generation = 0;

  while (!g_atomic_int_get (&app->is_over)) {
    gint at_first = g_atomic_int_get (&app->generation);
    Account now = { 0, };

    get_account (app, &now);
    if (at_first != generation)
      memset (&before, 0, sizeof before);
    if (at_first % 2 == 0 && at_first == g_atomic_int_get (&app->generation)) {
      check_account (app, &now, &before, MAX_QUEUED);
      before = now;
      generation = at_first;
    }
    wait_us (app, 1000);
  }
  return NULL;
}

typedef enum
{
  COMMAND_QUIT = 1,
  COMMAND_PACKETS,
  COMMAND_LIST,
  COMMAND_CHANGE,
  COMMAND_MARKER,
  COMMAND_EOS,
} Command;

static GstBuffer *
new_packet (App * app)
{
  GBytes *bytes = random_server_make_packet (app->n);
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);

  app->random.variants[app->n] = app->variant;
  app->n++;
  g_bytes_unref (bytes);
  return buffer;
}

static GstFlowReturn
push_header (App * app)
{
  return gst_pad_push (app->pad,
      gst_buffer_new_wrapped_bytes (app->random.headers[app->variant]));
}

static void
take_flow (App * app, GstFlowReturn ret)
{
  if (ret == GST_FLOW_OK || ret == GST_FLOW_FLUSHING)
    return;
  app->is_dead = TRUE;
  gst_pad_push_event (app->pad, gst_event_new_eos ());
}

static GstFlowReturn
push_list (App * app, guint n)
{
  GstBufferList *list = gst_buffer_list_new ();

  for (; n > 0 && app->n < RANDOM_MAX_PACKETS; n--) {
    if (n == 7 && g_random_boolean ()) {
      app->variant = !app->variant;
      gst_buffer_list_add (list,
          gst_buffer_new_wrapped_bytes (app->random.headers[app->variant]));
    }
    gst_buffer_list_add (list, new_packet (app));
  }
  return gst_pad_push_list (app->pad, list);
}

static void
obey (App * app, Command command)
{
  GstFlowReturn ret = GST_FLOW_OK;

  if (app->is_dead || app->n + 10 >= RANDOM_MAX_PACKETS)
    return;
  if (app->needs_header) {
    app->n = (app->n / 10 + 1) * 10;
    ret = push_header (app);
    app->needs_header = ret == GST_FLOW_FLUSHING;
  }
  if (ret == GST_FLOW_OK) {
    switch (command) {
      case COMMAND_PACKETS:
        ret = gst_pad_push (app->pad, new_packet (app));
        break;
      case COMMAND_LIST:
        ret = push_list (app, 17);
        break;
      case COMMAND_CHANGE:
        app->variant = !app->variant;
        ret = push_header (app);
        break;
      case COMMAND_MARKER:
        gst_pad_push_event (app->pad, gst_event_new_custom
            (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty
                ("wms-marker")));
        break;
      default:
        app->is_dead = TRUE;
        gst_pad_push_event (app->pad, gst_event_new_eos ());
        break;
    }
  }
  take_flow (app, ret);
}

static gpointer
data_thread (gpointer user_data)
{
  App *app = user_data;
  Command command;

  while ((command = GPOINTER_TO_UINT (g_async_queue_pop (app->commands)))
      != COMMAND_QUIT) {
    g_mutex_lock (&app->lock);
    obey (app, command);
    g_mutex_unlock (&app->lock);
    g_thread_yield ();
  }
  return NULL;
}

static void
order (App * app, Command command, guint n)
{
  for (; n > 0; n--)
    g_async_queue_push (app->commands, GUINT_TO_POINTER (command));
}

/* With the lock. */
static void
begin_stream (App * app)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (app->pad, gst_event_new_stream_start ("random"));
  gst_pad_push_event (app->pad, gst_event_new_segment (&segment));
  app->is_dead = FALSE;
  app->needs_header = TRUE;
}

static void
flush (App * app)
{
  gst_pad_push_event (app->pad, gst_event_new_flush_start ());
  g_mutex_lock (&app->lock);
  gst_pad_push_event (app->pad, gst_event_new_flush_stop (TRUE));
  begin_stream (app);
  g_mutex_unlock (&app->lock);
}

static void
stop (App * app, GstState state)
{
  gint64 begun = g_get_monotonic_time ();
  const Account nothing = { 0, };
  Account account = { 0, };
  gint64 lasted;

  g_atomic_int_inc (&app->generation);
  gst_element_set_state (app->sink, state);
  lasted = g_get_monotonic_time () - begun;
  if (lasted > G_TIME_SPAN_SECOND)
    random_verdict_blame (&app->verdict, "%u ms to state %s",
        (guint) (lasted / 1000), gst_element_state_get_name (state));
  get_account (app, &account);
  check_account (app, &account, &nothing, 0);
  g_mutex_lock (&app->told_lock);
  if (app->course.state != COURSE_IDLE)
    random_verdict_blame (&app->verdict, "no end: %s", app->course.log->str);
  g_string_append (app->course.log, "| ");
  g_mutex_unlock (&app->told_lock);
}

static void
start (App * app)
{
  g_mutex_lock (&app->lock);
  gst_element_set_state (app->sink, GST_STATE_PAUSED);
  begin_stream (app);
  g_mutex_unlock (&app->lock);
  gst_element_set_state (app->sink, GST_STATE_PLAYING);
  g_atomic_int_inc (&app->generation);
}

static void
act (App * app, const gchar * action)
{
  gint64 begun = g_get_monotonic_time ();
  guint hresult = 0;

  g_signal_emit_by_name (app->sink, action, &hresult);
  if (g_get_monotonic_time () - begun > 4 * G_TIME_SPAN_SECOND)
    random_verdict_blame (&app->verdict, "%s took %u ms", action,
        (guint) ((g_get_monotonic_time () - begun) / 1000));
}

static void
do_anything (App * app)
{
  guint dice = g_rand_int_range (app->dice, 0, 100);

  if (dice < 40)
    order (app, COMMAND_PACKETS, g_rand_int_range (app->dice, 1, 40));
  else if (dice < 50)
    order (app, COMMAND_LIST, 1);
  else if (dice < 55)
    order (app, COMMAND_CHANGE, 1);
  else if (dice < 60)
    order (app, COMMAND_MARKER, 1);
  else if (dice < 65)
    gst_element_set_state (app->sink, GST_STATE_PAUSED);
  else if (dice < 73)
    gst_element_set_state (app->sink, GST_STATE_PLAYING);
  else if (dice < 79)
    flush (app);
  else if (dice < 82)
    order (app, COMMAND_EOS, 1);
  else if (dice < 84 && app->timeout_s > 0)
    act (app, "end-session");
  else if (dice < 86)
    act (app, "disconnect");
  else if (dice < 89) {
    stop (app, dice == 86 ? GST_STATE_NULL : GST_STATE_READY);
    start (app);
  } else if (dice < 90)
    g_object_set (app->sink, "pacing-rate", (guint64) 400000000, NULL);
  else
    wait_us (app, g_rand_int_range (app->dice, 1000, 40000));
}

static void
choose_settings (App * app)
{
  static const gint retries[] = { -1, -1, 0, 3 };
  static const GstClockTime delays[] = { 0, GST_MSECOND, 20 * GST_MSECOND };
  static const GstClockTime backlogs[] = { 0, 5 * GST_MSECOND, GST_SECOND };
  g_autofree gchar *url = g_strdup_printf ("http%s://127.0.0.1:%u/live",
      app->random.certificate != NULL ? "s" : "",
      script_server_get_port (app->server));

  app->timeout_s = g_rand_int_range (app->dice, 0, 8) > 0 ? 1 : 0;
  g_object_set (app->sink, "location", url, "sync", FALSE,
      "timeout", app->timeout_s,
      "retries", retries[g_rand_int_range (app->dice, 0, 4)],
      "retry-delay", delays[g_rand_int_range (app->dice, 0, 3)],
      "retry-first", g_rand_boolean (app->dice),
      "resume-timeout", g_rand_int_range (app->dice, 0, 3),
      "leaky", g_rand_int_range (app->dice, 0, 2),
      "max-backlog", backlogs[g_rand_int_range (app->dice, 0, 3)],
      "request-size", g_rand_boolean (app->dice) ? (guint64) 196617 :
      (guint64) 0, "tls-validation-flags", 0,
      "stop-mode", g_rand_int_range (app->dice, 0, 2),
      "user-id", "me", "user-pw", "secret",
      "allow-clear-text-credentials", TRUE, NULL);
}

static void
app_init (App * app, guint seed)
{
  memset (app, 0, sizeof *app);
  app->seed = seed;
  app->dice = g_rand_new_with_seed (seed);
  app->told_dice = g_rand_new_with_seed (seed + 1);
  g_mutex_init (&app->verdict.lock);
  random_server_init (&app->random, seed, &app->verdict);
  app->random.hostility = g_rand_int_range (app->dice, 0, 4) * 6;
  if (g_getenv ("WMSPUSH_RANDOM_TLS") != NULL)
    app->random.certificate = TEST_CERTIFICATE;
  app->server = script_server_new (random_server_script, &app->random);
  app->sink = gst_element_factory_make ("wmspushsink", NULL);
  fail_unless (app->sink != NULL);
  app->commands = g_async_queue_new ();
  g_mutex_init (&app->lock);
  g_mutex_init (&app->told_lock);
  g_mutex_init (&app->tick_lock);
  g_cond_init (&app->tick);
  app->course.log = g_string_new (NULL);
}

static void
app_clear (App * app)
{
  gst_object_unref (app->pad);
  gst_object_unref (app->sink);
  script_server_free (app->server);
  random_server_clear (&app->random);
  g_async_queue_unref (app->commands);
  g_mutex_clear (&app->lock);
  g_mutex_clear (&app->told_lock);
  g_mutex_clear (&app->tick_lock);
  g_cond_clear (&app->tick);
  g_string_free (app->course.log, TRUE);
  g_mutex_clear (&app->verdict.lock);
  g_free (app->verdict.text);
  g_rand_free (app->dice);
  g_rand_free (app->told_dice);
}

static void
run_steps (App * app)
{
  static const gint tempos_us[] = { 1, 3000, 20000 };
  guint n = g_rand_int_range (app->dice, 10, 60);
  gint tempo_us = tempos_us[g_rand_int_range (app->dice, 0, 3)];

  for (; n > 0 && !random_verdict_is_bad (&app->verdict); n--) {
    do_anything (app);
    wait_us (app, g_rand_int_range (app->dice, 0, tempo_us));
  }
}

static void
run_seed (guint seed)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstPad) peer = NULL;
  GThread *data, *poll;
  App app;

  app_init (&app, seed);
  choose_settings (&app);
  gst_bus_set_sync_handler (bus, message_cb, &app, NULL);
  gst_element_set_bus (app.sink, bus);
  app.pad = gst_pad_new ("src", GST_PAD_SRC);
  peer = gst_element_get_static_pad (app.sink, "sink");
  fail_unless (gst_pad_link (app.pad, peer) == GST_PAD_LINK_OK);
  gst_pad_set_active (app.pad, TRUE);
  app.generation = 1;
  start (&app);
  data = g_thread_new ("data", data_thread, &app);
  poll = g_thread_new ("poll", poll_thread, &app);
  run_steps (&app);
  stop (&app, GST_STATE_NULL);
  order (&app, COMMAND_QUIT, 1);
  g_thread_join (data);
  g_atomic_int_set (&app.is_over, TRUE);
  g_thread_join (poll);
  gst_pad_set_active (app.pad, FALSE);
  gst_element_set_bus (app.sink, NULL);
  fail_if (random_verdict_is_bad (&app.verdict), "seed %u: %s", seed,
      app.verdict.text);
  if (g_getenv ("WMSPUSH_RANDOM") != NULL)
    g_print ("seed %u: %u connections, %u packets of %u, %u forgotten: %s\n",
        seed, script_server_get_n_connections (app.server), app.random.n_got,
        app.n, app.random.n_forgotten, app.course.log->str);
  app_clear (&app);
}

GST_START_TEST (test_random)
{
  const gchar *range = g_getenv ("WMSPUSH_RANDOM");
  guint first = __i__, n = 1;

  if (range != NULL && sscanf (range, "%u:%u", &first, &n) != 2)
    fail ("WMSPUSH_RANDOM=FIRST:NUMBER");
  while (n-- > 0)
    run_seed (first++);
}

GST_END_TEST;

static Suite *
wmspushsinkrandom_suite (void)
{
  Suite *s = suite_create ("wmspushsinkrandom");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 3600);
  tcase_add_loop_test (tc, test_random, 0,
      g_getenv ("WMSPUSH_RANDOM") ? 1 : N_SEEDS);
  return s;
}

GST_CHECK_MAIN (wmspushsinkrandom);
