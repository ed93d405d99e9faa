/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a session tells of itself, to any thread, and what it can be told while
 * it runs.  wmsclient-private.h has the locks. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmsclient-private.h"

#include <gst/gstinfo.h>

GST_DEBUG_CATEGORY_EXTERN (wmsclient_debug);
#define GST_CAT_DEFAULT wmsclient_debug

/* A request that follows on a full one is no pause in the stream. */
static GstWmsPushState
get_state_locked (WmsClient * self)
{
  gboolean goes_on = self->has_begun && !self->needs_header;

  switch (self->phase) {
    case WMS_PHASE_ENDING:
      return GST_WMS_PUSH_STATE_ENDING;
    case WMS_PHASE_ENDED:
      return GST_WMS_PUSH_STATE_ENDED;
    case WMS_PHASE_FAILED:
      return GST_WMS_PUSH_STATE_FAILED;
    case WMS_PHASE_SETUP:
    case WMS_PHASE_LOST:
      return self->has_opened ? GST_WMS_PUSH_STATE_RECONNECTING :
          GST_WMS_PUSH_STATE_CONNECTING;
    default:
      if (self->loss != NULL)
        return GST_WMS_PUSH_STATE_RECONNECTING;
      return goes_on ? GST_WMS_PUSH_STATE_STREAMING : GST_WMS_PUSH_STATE_OPEN;
  }
}

void
wms_client_get_stats (WmsClient * self, WmsClientStats * stats)
{
  WmsWriterStats writer = { 0, };

  g_mutex_lock (&self->lock);
  if (self->writer != NULL)
    wms_writer_get_stats (self->writer, &writer);
  stats->state = get_state_locked (self);
  stats->bytes = self->former_bytes + writer.bytes;
  stats->left = writer.left;
  stats->queued = writer.queued;
  stats->unsent = writer.unsent;
  stats->rtt_ns = writer.rtt_ns;
  stats->pacing_bps = writer.pacing_bps;
  stats->lost = self->lost_bytes;
  stats->n_data = self->n_data + writer.n_data;
  stats->data_bytes = self->data_bytes + writer.data_bytes;
  stats->n_cut = self->n_cut;
  stats->n_pending = writer.n_cut;
  /* what is not whole when a session is over stays cut */
  if (wms_client_is_over_locked (self)) {
    stats->n_cut += stats->n_pending;
    stats->n_pending = stats->queued = 0;
  }
  stats->n_reconnects = self->n_reconnects;
  stats->http_status = self->http_status;
  g_strlcpy (stats->push_id, wms_push_get_id (self->push),
      sizeof stats->push_id);
  stats->scheme = wms_push_get_scheme (self->push);
  stats->failure = self->last_failure;
  g_mutex_unlock (&self->lock);
}

gboolean
wms_client_is_taking_locked (WmsClient * self)
{
  guint before = self->last_unsent;
  WmsWriterStats stats = { 0, };

  if (self->writer != NULL)
    wms_writer_get_stats (self->writer, &stats);
  self->last_unsent = stats.unsent;
  return stats.unsent > 0 && stats.unsent < before;
}

void
wms_client_pace_locked (WmsClient * self)
{
  if (self->writer == NULL || (self->pacing_bps == 0 && !self->is_paced))
    return;
  self->is_paced = TRUE;
  if (!wms_writer_set_pacing_rate (self->writer, self->pacing_bps))
    GST_WARNING ("the system cannot limit the rate of a connection");
}

void
wms_client_set_pacing_rate (WmsClient * self, guint64 rate_bps)
{
  g_mutex_lock (&self->lock);
  self->pacing_bps = rate_bps;
  wms_client_pace_locked (self);
  g_mutex_unlock (&self->lock);
}
