/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_RETRY_H__
#define __WMS_RETRY_H__

#include <glib.h>

G_BEGIN_DECLS

/* How many times the first delay the longest one is. */
#define WMS_RETRY_MAX_GROWTH 32
/* Shortest delay: what fails at once is not tried without a pause. */
#define WMS_RETRY_MIN_DELAY_US 10000

/**
 * WmsRetryConfig:
 * @retries: how often in a row a lost session is tried again, -1 for no limit
 * @retry_first: whether this goes for the first connection as well
 * @delay_us: before the first try; at least %WMS_RETRY_MIN_DELAY_US are used
 * @resume_timeout_us: how long after the loss a refusal may be one of a server
 *     that has not noticed the loss
 *
 * When a session is tried again (protocol.md, C24 and C26).
 */
typedef struct
{
  gint retries;
  gboolean retry_first;
  guint64 delay_us;
  guint64 resume_timeout_us;
} WmsRetryConfig;

/**
 * WmsRetry:
 * @config: set by the caller
 *
 * Decides whether and when a session is tried again.  It has no clock and no
 * dice: times are microseconds of any clock that does not go back.  The other
 * fields are private; zeros are a session that was never lost.
 */
typedef struct
{
  WmsRetryConfig config;
  gboolean is_lost;
  gint n_tries;
  guint growth;
  guint64 delay_us;
  gint64 lost_us;
  gboolean is_restored;
  gint64 restored_us;
} WmsRetry;

/**
 * wms_retry_take_failure:
 * @self: a #WmsRetry
 * @error: why the session is lost, or a try has failed
 * @was_open: whether the server had ever accepted it
 * @now_us: when
 * @dice: a random number, 0 to 1
 * @delay_us: (out): how long to wait before the next try
 *
 * A wrong password and what is wrong on our side is never tried again, a
 * refusal for @resume_timeout_us, everything else as often as there are
 * retries.  Delays double up to %WMS_RETRY_MAX_GROWTH times the first, and up
 * to a quarter of chance is added, so that encoders which lost the same server
 * do not come back at the same moment.  They are short again after a session
 * that lasted longer than the longest; tries are counted from the first again
 * after one that lasted longer than the delay before it.
 *
 * Returns: %FALSE when this was the end.
 */
gboolean wms_retry_take_failure (WmsRetry * self, const GError * error,
    gboolean was_open, gint64 now_us, gdouble dice, guint64 * delay_us);

/**
 * wms_retry_take_success:
 * @self: a #WmsRetry
 * @now_us: when
 *
 * Tells that a request takes packets, the first one or after a loss; whether
 * the session really went on the next failure shows.
 */
void wms_retry_take_success (WmsRetry * self, gint64 now_us);

G_END_DECLS
#endif /* __WMS_RETRY_H__ */
