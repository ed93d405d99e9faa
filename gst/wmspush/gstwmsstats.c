/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* MF_SINK_WRITER_STATISTICS (mfreadwrite.h), as far as it applies, and the
 * session's own figures, as fields of a structure.  Nothing here takes a
 * lock. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmsstats.h"

#include <glib/gi18n-lib.h>

#include "wmspush/gstwms-enumtypes.h"

void
gst_wms_flow_init (GstWmsFlow * self)
{
  memset (self, 0, sizeof *self);
  self->last_received = GST_CLOCK_TIME_NONE;
  self->last_sent = GST_CLOCK_TIME_NONE;
  self->last_tick = GST_CLOCK_TIME_NONE;
}

void
gst_wms_flow_receive (GstWmsFlow * self, GstClockTime time)
{
  self->last_received = time;
  self->received_us = g_get_monotonic_time ();
  if (self->first_us == 0)
    self->first_us = self->received_us;
}

void
gst_wms_flow_send (GstWmsFlow * self, GstClockTime time)
{
  self->last_sent = time;
  self->sent_us = g_get_monotonic_time ();
}

void
gst_wms_stats_init (GstWmsStats * self)
{
  memset (self, 0, sizeof *self);
  self->client.push_id[0] = '0';
  gst_wms_flow_init (&self->flow);
}

void
gst_wms_stats_add_session (WmsClientStats * sum, const WmsClientStats * former)
{
  sum->bytes += former->bytes;
  sum->lost += former->lost;
  sum->n_data += former->n_data;
  sum->data_bytes += former->data_bytes;
  sum->n_cut += former->n_cut;
  sum->n_reconnects += former->n_reconnects;
  if (sum->failure == NULL)
    sum->failure = former->failure;
}

void
gst_wms_stats_close_session (WmsClientStats * client)
{
  client->state = GST_WMS_PUSH_STATE_CLOSED;
  client->n_cut += client->n_pending;
  client->n_pending = client->queued = client->unsent = 0;
  client->left = client->rtt_ns = client->pacing_bps = 0;
}

typedef enum
{
  FIELD_BYTES_SENT,
  FIELD_BYTES_LOST,
  FIELD_BYTES_SWALLOWED,
  FIELD_PACKETS_RECEIVED,
  FIELD_PACKETS_SENT,
  FIELD_PACKETS_DROPPED,
  FIELD_PACKETS_REFUSED,
  FIELD_PACKETS_QUEUED,
  FIELD_DISCONTINUITIES,
  FIELD_REQUEST_BYTES_LEFT,
  FIELD_ROUND_TRIP_TIME,
  FIELD_PACING_RATE,
  FIELD_LAST_TIMESTAMP_RECEIVED,
  FIELD_LAST_TIMESTAMP_PROCESSED,
  FIELD_LAST_STREAM_TICK_RECEIVED,
  FIELD_SAMPLES_RECEIVED,
  FIELD_SAMPLES_PROCESSED,
  FIELD_STREAM_TICKS_RECEIVED,
  FIELD_BYTES_QUEUED,
  FIELD_BYTES_PROCESSED,
  N_UINT64,
  FIELD_BYTES_UNACKNOWLEDGED = N_UINT64,
  FIELD_RECONNECTS,
  FIELD_HTTP_STATUS,
  FIELD_LAST_HRESULT,
  FIELD_STATE,
  FIELD_PUSH_ID,
  FIELD_AUTH_SCHEME,
  FIELD_LAST_ERROR,
  FIELD_AVERAGE_RECEIVED,
  FIELD_AVERAGE_PROCESSED,
  N_FIELDS
} Field;

static const gchar *const names[N_FIELDS] = {
  [FIELD_BYTES_SENT] = "bytes-sent",
  [FIELD_BYTES_LOST] = "bytes-lost",
  [FIELD_BYTES_SWALLOWED] = "bytes-swallowed",
  [FIELD_PACKETS_RECEIVED] = "packets-received",
  [FIELD_PACKETS_SENT] = "packets-sent",
  [FIELD_PACKETS_DROPPED] = "packets-dropped",
  [FIELD_PACKETS_REFUSED] = "packets-refused",
  [FIELD_PACKETS_QUEUED] = "packets-queued",
  [FIELD_DISCONTINUITIES] = "discontinuities",
  [FIELD_REQUEST_BYTES_LEFT] = "request-bytes-left",
  [FIELD_ROUND_TRIP_TIME] = "round-trip-time",
  [FIELD_PACING_RATE] = "pacing-rate",
  [FIELD_LAST_TIMESTAMP_RECEIVED] = "last-timestamp-received",
  [FIELD_LAST_TIMESTAMP_PROCESSED] = "last-timestamp-processed",
  [FIELD_LAST_STREAM_TICK_RECEIVED] = "last-stream-tick-received",
  [FIELD_SAMPLES_RECEIVED] = "samples-received",
  [FIELD_SAMPLES_PROCESSED] = "samples-processed",
  [FIELD_STREAM_TICKS_RECEIVED] = "stream-ticks-received",
  [FIELD_BYTES_QUEUED] = "bytes-queued",
  [FIELD_BYTES_PROCESSED] = "bytes-processed",
  [FIELD_BYTES_UNACKNOWLEDGED] = "bytes-unacknowledged",
  [FIELD_RECONNECTS] = "reconnects",
  [FIELD_HTTP_STATUS] = "http-status",
  [FIELD_LAST_HRESULT] = "last-hresult",
  [FIELD_STATE] = "state",
  [FIELD_PUSH_ID] = "push-id",
  [FIELD_AUTH_SCHEME] = "auth-scheme",
  [FIELD_LAST_ERROR] = "last-error",
  [FIELD_AVERAGE_RECEIVED] = "average-sample-rate-received",
  [FIELD_AVERAGE_PROCESSED] = "average-sample-rate-processed",
};

/* Looked up once: an application may read this for each frame. */
static const GQuark *
get_quarks (void)
{
  static GQuark quarks[N_FIELDS];
  static gsize once;
  gsize i;

  if (g_once_init_enter (&once)) {
    for (i = 0; i < N_FIELDS; i++)
      quarks[i] = g_quark_from_static_string (names[i]);
    g_once_init_leave (&once, 1);
  }
  return quarks;
}

static void
write_uint64 (const GstWmsStats * self, GstStructure * structure,
    const GQuark * quarks)
{
  const WmsClientStats *client = &self->client;
  const GstWmsFlow *flow = &self->flow;
  const guint64 figures[N_UINT64] = {
    [FIELD_BYTES_SENT] = client->bytes,
    [FIELD_BYTES_LOST] = client->lost,
    [FIELD_BYTES_SWALLOWED] = self->bytes_swallowed,
    [FIELD_PACKETS_RECEIVED] = self->packets_received,
    [FIELD_PACKETS_SENT] = self->packets_sent,
    [FIELD_PACKETS_DROPPED] = self->packets_dropped,
    [FIELD_PACKETS_REFUSED] = self->packets_refused,
    [FIELD_PACKETS_QUEUED] = self->packets_queued,
    [FIELD_DISCONTINUITIES] = self->discontinuities,
    [FIELD_REQUEST_BYTES_LEFT] = client->left,
    [FIELD_ROUND_TRIP_TIME] = client->rtt_ns,
    [FIELD_PACING_RATE] = client->pacing_bps,
    [FIELD_LAST_TIMESTAMP_RECEIVED] = flow->last_received,
    [FIELD_LAST_TIMESTAMP_PROCESSED] = flow->last_sent,
    [FIELD_LAST_STREAM_TICK_RECEIVED] = flow->last_tick,
    [FIELD_SAMPLES_RECEIVED] = self->packets_received,
    [FIELD_SAMPLES_PROCESSED] = self->packets_sent,
    [FIELD_STREAM_TICKS_RECEIVED] = flow->ticks_received,
    [FIELD_BYTES_QUEUED] = flow->bytes_offered - client->data_bytes
        + client->queued,
    [FIELD_BYTES_PROCESSED] = client->data_bytes
        - WMS_FRAME_HEAD_SIZE * client->n_data,
  };
  GValue value = G_VALUE_INIT;
  gsize i;

  g_value_init (&value, G_TYPE_UINT64);
  for (i = 0; i < N_UINT64; i++) {
    g_value_set_uint64 (&value, figures[i]);
    gst_structure_id_set_value (structure, quarks[i], &value);
  }
}

/* Packets in a second, over the time in which there were some. */
static gdouble
get_average (guint64 n_packets, gint64 first_us, gint64 last_us)
{
  if (n_packets < 2 || last_us <= first_us)
    return 0;
  return (n_packets - 1) * (gdouble) G_USEC_PER_SEC / (last_us - first_us);
}

void
gst_wms_stats_write (const GstWmsStats * self, GstStructure * structure)
{
  const WmsClientStats *client = &self->client;
  const GstWmsFlow *flow = &self->flow;
  const WmsFailure *failure = client->failure;
  const GQuark *quarks = get_quarks ();

  write_uint64 (self, structure, quarks);
  gst_structure_id_set (structure,
      quarks[FIELD_BYTES_UNACKNOWLEDGED], G_TYPE_UINT, client->unsent,
      quarks[FIELD_RECONNECTS], G_TYPE_UINT, client->n_reconnects,
      quarks[FIELD_HTTP_STATUS], G_TYPE_UINT, client->http_status,
      quarks[FIELD_LAST_HRESULT], G_TYPE_UINT,
      failure != NULL ? failure->hresult : WMS_S_OK,
      quarks[FIELD_STATE], GST_TYPE_WMS_PUSH_STATE, client->state,
      quarks[FIELD_PUSH_ID], G_TYPE_STRING, client->push_id,
      quarks[FIELD_AVERAGE_RECEIVED], G_TYPE_DOUBLE,
      get_average (self->packets_received, flow->first_us, flow->received_us),
      quarks[FIELD_AVERAGE_PROCESSED], G_TYPE_DOUBLE,
      get_average (self->packets_sent, flow->first_us, flow->sent_us), NULL);
  if (client->scheme != NULL)
    gst_structure_id_set (structure, quarks[FIELD_AUTH_SCHEME], G_TYPE_STRING,
        client->scheme, NULL);
  if (failure != NULL)
    gst_structure_id_set (structure, quarks[FIELD_LAST_ERROR], G_TYPE_STRING,
        _(failure->text), NULL);
}
