/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_SCHEDULE_H__
#define __ASF_SCHEDULE_H__

#include <glib.h>

G_BEGIN_DECLS

/* Rates that are tried at once to find those that a stream needs: the declared
 * one is number ASF_BUCKET_DECLARED at first, each step is a quarter of an
 * octave. */
#define ASF_BUCKET_RATES 32
#define ASF_BUCKET_DECLARED 16

/**
 * AsfSpan:
 * @start_ns: when the first byte of a media object is sent
 * @end_ns: when its last byte has been sent
 * @latest_ns: when its last byte has to be sent at the latest
 *
 * Place of a media object on the line, on the content clock.
 */
typedef struct
{
  guint64 start_ns;
  guint64 end_ns;
  guint64 latest_ns;
} AsfSpan;

/**
 * AsfBucket:
 *
 * The leaky bucket of one stream (section 8.2.1; rules, 7.4): tells when each
 * media object leaves, and keeps what is needed to say at the end which rates
 * the stream really needed.  Its size does not depend on the stream's length.
 * Its fields are private.
 */
typedef struct
{
  guint32 bps;
  guint64 window_ns;
  guint64 delay_ns;
  guint64 preroll_ns;
  gdouble held_s;
  guint64 drained_ns;
  gboolean was_over;

  guint64 bytes;
  guint64 first_ns;
  guint64 last_ns;
  gboolean started;
  gint declared;
  gfloat bps_tried[ASF_BUCKET_RATES];
  gfloat fill_bits[ASF_BUCKET_RATES];
  gfloat top_bits[ASF_BUCKET_RATES];
} AsfBucket;

/**
 * AsfBucketRates:
 * @bps: leak rate of the stream's bucket
 * @window_ms: its window
 * @peak_bps: leak rate of the second bucket of a stream whose rate varies,
 *     else 0
 * @peak_window_ms: its window
 */
typedef struct
{
  guint32 bps;
  guint32 window_ms;
  guint32 peak_bps;
  guint32 peak_window_ms;
} AsfBucketRates;

/**
 * asf_bucket_init:
 * @self: an #AsfBucket
 * @bps: leak rate in bit/s, at least 1
 * @window_ms: buffer size in ms
 * @preroll_ms: how long after its time an object has to be there; not less
 *     than @window_ms
 */
void asf_bucket_init (AsfBucket * self, guint32 bps, guint32 window_ms,
    guint32 preroll_ms);

/**
 * asf_bucket_add:
 * @self: an #AsfBucket
 * @time_ns: the object's time on the content clock
 * @size: its bytes
 * @span: (out): when it leaves: not before @time_ns, and its last byte not
 *     later than the window after it, nor than half of the preroll, even when
 *     the stream is over its rate
 *
 * Adds the next media object of the stream.
 */
void asf_bucket_add (AsfBucket * self, guint64 time_ns, guint32 size,
    AsfSpan * span);

/**
 * asf_bucket_measure:
 * @self: an #AsfBucket
 * @end_ns: end of the last object on the content clock
 * @is_declared: whether the rate of asf_bucket_init() was more than a guess
 * @rates: (out): what the header says
 *
 * Tells a declared rate when the stream kept to it.  Else a rate that is
 * neither below the stream's average nor lets the bucket overflow, as low as
 * can be told from those that were tried; or, when that is clearly more than
 * the average, the average with the window that it needs, and that rate as
 * the peak.
 */
void asf_bucket_measure (const AsfBucket * self, guint64 end_ns,
    gboolean is_declared, AsfBucketRates * rates);

G_END_DECLS
#endif /* __ASF_SCHEDULE_H__ */
