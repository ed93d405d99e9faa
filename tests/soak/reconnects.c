/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sessions that are lost and go on, again and again: wmspushsink pushes through
 * a relay that cuts each connection after some bytes.  Each loss has its
 * messages, each packet its place in the account, and sink and server hold
 * afterwards what they held after a fifth of the losses:
 *
 *   soak-reconnects [--sinks N] [--reconnects N]
 *
 * A session waits up to 320 ms before it is tried again when it was lost soon
 * (wmsretry.c), so one sink needs an hour for 10,000 of them. */
#include <stdlib.h>
#include <unistd.h>

#include <gst/gst.h>

#include "benchprogramme.h"
#include "cutrelay.h"
#include "soakserver.h"

#define CALM_PACKETS (4 * BENCH_KEY_DISTANCE)
#define SETTLE_SECONDS 20
#define END_SECONDS 60
#define PATH_FORMAT "/live%u"
#define GROWTH_KB 1024

typedef struct
{
  guint number;
  GstElement *sink;
  GstPad *pad;
  GstBus *bus;
  guint32 next;
  guint target;                 /* reconnects; 0: CALM_PACKETS more packets */
  gint n_starts, n_ends;        /* of reconnects, as they were told; atomic */
  gint n_errors;                /* atomic */
} Encoder;

static gint n_sinks = 40;
static gint n_reconnects = 10000;

static guint64
read_stat (Encoder * self, const gchar * name)
{
  GstStructure *stats;
  guint64 value = 0;
  guint small = 0;

  g_object_get (self->sink, "stats", &stats, NULL);
  if (!gst_structure_get_uint64 (stats, name, &value)
      && gst_structure_get_uint (stats, name, &small))
    value = small;
  gst_structure_free (stats);
  return value;
}

/* On the thread that posts. */
static GstBusSyncReply
message_posted (GstBus * bus, GstMessage * message, gpointer data)
{
  Encoder *self = data;
  const GstStructure *structure = gst_message_get_structure (message);
  const gchar *name = structure == NULL ? NULL
      : gst_structure_get_string (structure, "status-name");

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    g_atomic_int_inc (&self->n_errors);
  if (g_strcmp0 (name, "WMT_RECONNECT_START") == 0)
    g_atomic_int_inc (&self->n_starts);
  if (g_strcmp0 (name, "WMT_RECONNECT_END") == 0)
    g_atomic_int_inc (&self->n_ends);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS
      || GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    return GST_BUS_PASS;
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static gboolean
push_bytes (Encoder * self, gpointer data, gsize size, gboolean is_header)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, size);

  if (is_header)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_HEADER);
  return gst_pad_push (self->pad, buffer) == GST_FLOW_OK;
}

static gboolean
push_packet (Encoder * self)
{
  guint8 packet[BENCH_PACKET_SIZE];

  bench_programme_packet (packet, self->number, self->next++);
  return push_bytes (self, packet, sizeof (packet), FALSE);
}

static gpointer
run_encoder (gpointer data)
{
  Encoder *self = data;
  gint goes_on = TRUE;
  guint i;

  if (self->target == 0) {
    for (i = 0; i < CALM_PACKETS && goes_on; i++)
      goes_on = push_packet (self);
  }
  while (goes_on && read_stat (self, "reconnects") < self->target)
    goes_on = push_packet (self);
  return GINT_TO_POINTER (goes_on);
}

/* All of them at the same time.  Returns: whether all are still there. */
static gboolean
run_encoders (Encoder * encoders, guint target)
{
  GThread **threads = g_new (GThread *, n_sinks);
  gboolean is_good = TRUE;
  gint i;

  for (i = 0; i < n_sinks; i++) {
    encoders[i].target = target;
    threads[i] = g_thread_new ("encoder", run_encoder, &encoders[i]);
  }
  for (i = 0; i < n_sinks; i++)
    is_good &= GPOINTER_TO_INT (g_thread_join (threads[i]));
  g_free (threads);
  return is_good;
}

static void
begin_encoder (Encoder * self, guint number, guint port)
{
  g_autofree gchar *location = g_strdup_printf ("http://127.0.0.1:%u"
      PATH_FORMAT, port, number);
  g_autoptr (GstPad) sink_pad = NULL;
  g_autoptr (GByteArray) header = bench_programme_header ();
  GstSegment segment;

  self->number = number;
  self->sink = gst_element_factory_make ("wmspushsink", NULL);
  self->bus = gst_bus_new ();
  gst_element_set_bus (self->sink, self->bus);
  gst_bus_set_sync_handler (self->bus, message_posted, self, NULL);
  g_object_set (self->sink, "location", location, "sync", FALSE,
      "retries", -1, "retry-first", TRUE, "retry-delay", (guint64) 0,
      "async", FALSE, NULL);
  self->pad = gst_pad_new ("src", GST_PAD_SRC);
  sink_pad = gst_element_get_static_pad (self->sink, "sink");
  gst_pad_set_active (self->pad, TRUE);
  gst_element_set_state (self->sink, GST_STATE_PLAYING);
  gst_pad_link (self->pad, sink_pad);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_pad_push_event (self->pad, gst_event_new_stream_start ("soak"));
  gst_pad_push_event (self->pad, gst_event_new_segment (&segment));
  push_bytes (self, header->data, header->len, TRUE);
}

static void
check_account (Encoder * self, const SoakServer * server)
{
  guint64 received = read_stat (self, "packets-received");
  guint64 sent = read_stat (self, "packets-sent");
  guint64 dropped = read_stat (self, "packets-dropped");
  guint64 refused = read_stat (self, "packets-refused");
  guint64 queued = read_stat (self, "packets-queued");
  g_autofree gchar *path = g_strdup_printf (PATH_FORMAT, self->number);
  gint64 arrived = soak_server_read (server, path, "totals",
      "received_packets");

  soak_check (received == self->next && received == sent + dropped + refused
      + queued && refused == 0 && queued == 0 && arrived > 0
      && arrived <= (gint64) sent,
      "sink %u: %u packets pushed; received %" G_GUINT64_FORMAT " = sent %"
      G_GUINT64_FORMAT " + dropped %" G_GUINT64_FORMAT " + refused %"
      G_GUINT64_FORMAT " + queued %" G_GUINT64_FORMAT "; the server has %"
      G_GINT64_FORMAT, self->number, self->next, received, sent, dropped,
      refused, queued, arrived);
  soak_check (self->n_starts == self->n_ends && self->n_errors == 0
      && (guint) self->n_ends >= read_stat (self, "reconnects"),
      "sink %u: %u reconnects; RECONNECT_START %d times, RECONNECT_END %d, "
      "errors %d", self->number, (guint) read_stat (self, "reconnects"),
      self->n_starts, self->n_ends, self->n_errors);
}

static void
end_encoder (Encoder * self, const SoakServer * server)
{
  GstMessage *message;

  gst_pad_push_event (self->pad, gst_event_new_eos ());
  message = gst_bus_timed_pop_filtered (self->bus, END_SECONDS * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  soak_check (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS,
      "sink %u: its stream has ended well", self->number);
  g_clear_pointer (&message, gst_message_unref);
  check_account (self, server);
  gst_element_set_state (self->sink, GST_STATE_NULL);
  gst_bus_set_sync_handler (self->bus, NULL, NULL, NULL);
  gst_object_unref (self->pad);
  gst_object_unref (self->sink);
  gst_object_unref (self->bus);
}

/* Cut until each sink has come back so often, then let alone. */
static void
lose (CutRelay * relay, Encoder * encoders, guint target,
    const SoakServer * server, const SoakHeld * idle, SoakHeld * held)
{
  cut_relay_set_cutting (relay, TRUE);
  soak_check (run_encoders (encoders, target), "%d sinks, %u reconnects each",
      n_sinks, target);
  cut_relay_set_cutting (relay, FALSE);
  /* what is cut now was begun before; two rounds, for those that are late */
  soak_check (run_encoders (encoders, 0) && run_encoders (encoders, 0),
      "then all of them push undisturbed; %u connections were cut so far",
      cut_relay_count (relay));
  soak_held_settle (&held[0], getpid (), &idle[0], SETTLE_SECONDS);
  soak_held_settle (&held[1], server->pid, &idle[1], SETTLE_SECONDS);
}

static void
run (const SoakServer * server)
{
  CutRelay *relay = cut_relay_new (server->port);
  Encoder *encoders = g_new0 (Encoder, n_sinks);
  guint each = MAX ((n_reconnects + n_sinks - 1) / n_sinks, 5);
  SoakHeld idle[2], before[2], after[2];
  gint i;

  for (i = 0; i < n_sinks; i++)
    begin_encoder (&encoders[i], i, cut_relay_get_port (relay));
  soak_check (run_encoders (encoders, 0), "%d sinks push", n_sinks);
  soak_held_read (&idle[0], getpid ());
  soak_held_read (&idle[1], server->pid);
  lose (relay, encoders, each / 5, server, idle, before);
  lose (relay, encoders, each, server, idle, after);
  soak_held_compare ("sinks", &before[0], &after[0], GROWTH_KB);
  soak_held_compare ("the server", &before[1], &after[1], GROWTH_KB);
  for (i = 0; i < n_sinks; i++)
    end_encoder (&encoders[i], server);
  cut_relay_free (relay);
  g_free (encoders);
}

static void
parse_arguments (int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    {"sinks", 0, 0, G_OPTION_ARG_INT, &n_sinks, "at the same time", "N"},
    {"reconnects", 0, 0, G_OPTION_ARG_INT, &n_reconnects, "of all", "N"},
    {NULL}
  };

  soak_parse (argc, argv, entries);
  n_sinks = CLAMP (n_sinks, 1, 200);
}

int
main (int argc, char **argv)
{
  static const gchar *const options[] = { "--idle-timeout=7200", NULL };
  SoakServer server;

  soak_use_plugin ();
  parse_arguments (&argc, &argv);
  bench_get_max_descriptors ();
  if (!soak_server_start (&server, options))
    return EXIT_FAILURE;
  run (&server);
  soak_check (soak_server_shut_down (&server, END_SECONDS),
      "the server ends by itself");
  gst_deinit ();
  return soak_count_faults () == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
