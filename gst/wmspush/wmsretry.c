/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmsretry.h"

#include <gio/gio.h>

#include "asf/asferror.h"
#include "wmspush/wmsstatus.h"

typedef enum
{
  KIND_LOST,                    /* may be better the next time */
  KIND_REFUSED,                 /* until the server has noticed the loss */
  KIND_FINAL,
} FailureKind;

static FailureKind
http_kind (gint status)
{
  switch (status) {
    case 401:
    case 407:
      return KIND_FINAL;
    case 408:
    case 429:
      return KIND_LOST;
    default:
      return status < 500 ? KIND_REFUSED : KIND_LOST;
  }
}

static FailureKind
protocol_kind (gint code)
{
  switch (code) {
    case WMS_ERROR_HEADER_TOO_LARGE:
    case WMS_ERROR_PACKET_TOO_LARGE:
    case WMS_ERROR_CLEAR_TEXT:
    case WMS_ERROR_PROXY_CLEAR_TEXT:
    case WMS_ERROR_NTLM_THROUGH_PROXY:
    case WMS_ERROR_CHALLENGE:
    case WMS_ERROR_PROXY_CHALLENGE:
    case WMS_ERROR_NO_SESSION:
      return KIND_FINAL;
    case WMS_ERROR_NOT_A_PUBLISHING_POINT:
    case WMS_ERROR_ANSWER:
    case WMS_ERROR_REDIRECT:
    case WMS_ERROR_HOPS:
    case WMS_ERROR_PUSH_ID:
      return KIND_REFUSED;
    default:
      return KIND_LOST;
  }
}

static FailureKind
failure_kind (const GError * error)
{
  if (error->domain == WMS_HTTP_ERROR)
    return http_kind (error->code);
  if (error->domain == WMS_ERROR)
    return protocol_kind (error->code);
  if (error->domain == ASF_ERROR)
    return KIND_FINAL;
  /* somebody between may answer in the server's place for a while */
  if (error->domain == WMS_CERTIFICATE_ERROR)
    return KIND_REFUSED;
  return KIND_LOST;
}

/* protocol.md, C26: these end the first connection attempt. */
static gboolean
ends_first_attempt (const GError * error)
{
  return g_error_matches (error, WMS_HTTP_ERROR, 403)
      || g_error_matches (error, WMS_HTTP_ERROR, 404);
}

static guint64
longest_delay (const WmsRetry * self)
{
  return MAX (self->config.delay_us, WMS_RETRY_MIN_DELAY_US)
      * WMS_RETRY_MAX_GROWTH;
}

static guint64
next_delay (WmsRetry * self, gdouble dice)
{
  guint64 delay = MAX (self->config.delay_us, WMS_RETRY_MIN_DELAY_US)
      * self->growth;

  self->growth = MIN (self->growth * 2, WMS_RETRY_MAX_GROWTH);
  return delay + (guint64) (delay * dice / 4);
}

/* A server may accept a session, and refuse its stream: then it was never open.
 * Whoever has streamed for longer than the longest delay was let in. */
static gboolean
was_never_let_in (const WmsRetry * self, FailureKind kind, gint64 now_us)
{
  return kind == KIND_REFUSED && self->growth == 0 && self->is_restored
      && (guint64) (now_us - self->restored_us) <= longest_delay (self);
}

/* A session that was lost again sooner than it was waited for never went on:
 * a server may take a request and refuse or drop it at once. */
static void
note_interval (WmsRetry * self, gint64 now_us)
{
  guint64 lasted_us = now_us - self->restored_us;

  if (!self->is_restored)
    return;
  self->is_restored = FALSE;
  if (lasted_us > self->delay_us)
    self->is_lost = FALSE;
  if (lasted_us > longest_delay (self))
    self->growth = 1;
}

gboolean
wms_retry_take_failure (WmsRetry * self, const GError * error,
    gboolean was_open, gint64 now_us, gdouble dice, guint64 * delay_us)
{
  FailureKind kind = failure_kind (error);

  if (kind == KIND_FINAL)
    return FALSE;
  if (was_never_let_in (self, kind, now_us))
    was_open = FALSE;
  if (!was_open && (!self->config.retry_first || ends_first_attempt (error)))
    return FALSE;
  note_interval (self, now_us);
  if (!self->is_lost) {
    self->is_lost = TRUE;
    self->n_tries = 0;
    self->lost_us = now_us;
    self->growth = MAX (self->growth, 1);
  }
  if (self->config.retries >= 0 && self->n_tries >= self->config.retries)
    return FALSE;
  if (kind == KIND_REFUSED && self->n_tries > 0
      && (guint64) (now_us - self->lost_us) >= self->config.resume_timeout_us)
    return FALSE;
  self->n_tries++;
  *delay_us = self->delay_us = next_delay (self, dice);
  return TRUE;
}

void
wms_retry_take_success (WmsRetry * self, gint64 now_us)
{
  self->is_restored = TRUE;
  self->restored_us = now_us;
}
