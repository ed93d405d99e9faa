/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_PAD_H__
#define __GST_WMS_ASF_MUX_PAD_H__

#include <gst/base/gstaggregator.h>

#include "asf/asfindex.h"
#include "asf/asfpacketizer.h"
#include "asf/asfschedule.h"
#include "asfmux/gstasfmuxcaps.h"
#include "asfmux/gstasfmuxextensions.h"
#include "asfmux/gstasfmuxpadsettings.h"

G_BEGIN_DECLS

#define GST_TYPE_WMS_ASF_MUX_PAD (gst_wms_asf_mux_pad_get_type ())
G_DECLARE_FINAL_TYPE (GstWmsAsfMuxPad, gst_wms_asf_mux_pad, GST,
    WMS_ASF_MUX_PAD, GstAggregatorPad)

/**
 * GstWmsAsfIntake:
 *
 * Where the pad's buffers come from: gstasfmuxintake.h.
 */
typedef struct _GstWmsAsfIntake GstWmsAsfIntake;

/**
 * SECTION:asfmux-pads
 * @title: GstWmsAsfMuxPad
 * @short_description: an input of asfmux
 *
 * The sink pads of `asfmux`.  Their properties can be set on the muxer before
 * there is a pad, such as `audio_0::language=fr`, or on the pad; they count
 * from the next header on.
 */

/**
 * GstWmsAsfMuxPad:
 *
 * A stream of sound, picture or text.
 */
/* Its fields:
 * @number: stream number, from the request on
 * @properties: what the application set; object lock
 * @settings: @properties as they were for the current header
 * @intake: (transfer full): the buffers that wait to be muxed
 * @format: what the caps say; valid with @have_format
 * @has_markup: whether the text of a text pad has
 * @tags: (nullable): of the stream
 * @language: (nullable): RFC 1766 tag, as the current header has it
 * @group_id: of the stream, or GST_GROUP_ID_INVALID
 * @toc: (nullable): table of contents of the stream
 * @toc_segment: whose times @toc has; of no format until the header is made,
 *     when it came before the data or a flush
 * @in_header: whether the header has this stream
 * @lead_ns: how much earlier the next buffer begins than it says; see
 *     gst_wms_asf_origin_lead()
 * @bucket: schedule of the stream; valid with @in_header
 * @index: key frames, for a video stream of a file
 * All fields from @settings on belong to the streaming thread and are set back
 * by gst_wms_asf_mux_pad_reset().
 */
struct _GstWmsAsfMuxPad
{
  /*< private > */
  GstAggregatorPad parent;

  guint8 number;
  GstWmsAsfIntake *intake;

  /* object lock */
  GstWmsAsfPadSettings properties;

  GstWmsAsfPadSettings settings;
  GstWmsAsfFormat format;
  gboolean have_format;
  gboolean has_markup;
  GstTagList *tags;
  gchar *language;
  GstToc *toc;
  GstSegment toc_segment;
  guint group_id;
  gboolean in_header;
  gboolean rate_is_known;
  AsfBucket bucket;
  AsfIndex index;
  GstWmsAsfExtensions extensions;

  /* times are signed running times in ns until the origin is taken off */
  /* what is added to times of a stream that jumped back, and what was before it
   * did; the last jump of any stream belongs to the session */
  GstClockTimeDiff jump_ns;
  GstClockTimeDiff jump_before_ns;
  GstClockTimeDiff *last_jump_ns;
  gboolean delay_is_known;
  guint64 delay_ns;
  /* where the last buffer began and ended */
  GstClockTimeDiff last_running;
  GstClockTimeDiff next_running;
  gboolean have_next_running;   /* and last_running */
  gboolean is_behind;           /* the others, when last looked at */
  /* of linear sound without durations: bytes since a time, and their end */
  GstClockTimeDiff counted_from;
  GstClockTimeDiff counted_end;
  guint64 counted_bytes;
  GstClockTime lead_ns;
  guint64 last_duration_ns;
  guint64 first_ns;
  guint64 last_ns;
  guint64 end_ns;
  guint32 last_pres_ms;

  guint64 n_objects;
  guint64 n_bytes;
  guint64 n_payloads;
  guint32 max_object_size;
  guint64 n_dropped;
  guint64 n_empty;
  guint64 n_large;
  guint64 n_timeless;
  gboolean run_is_reported;
  gint64 last_report_us;
  guint n_reports;
};

/**
 * gst_wms_asf_mux_pad_reset:
 *
 * Forgets the stream; format and tags stay, since their events are not sent
 * again after a flush.
 */
void gst_wms_asf_mux_pad_reset (GstWmsAsfMuxPad * self);

/**
 * gst_wms_asf_mux_pad_forget_position:
 *
 * The next buffer follows none, and its times count as they are.
 */
void gst_wms_asf_mux_pad_forget_position (GstWmsAsfMuxPad * self);

/**
 * gst_wms_asf_sane_duration:
 *
 * Returns: the duration, or GST_CLOCK_TIME_NONE when it is absurd: demuxers
 *     compute durations from what a file says.
 */
GstClockTime gst_wms_asf_sane_duration (GstClockTime duration);

/**
 * gst_wms_asf_mux_pad_get_segment:
 * @self: a pad.
 * @segment: (out caller-allocates): what its time stamps are counted in.
 *
 * A flush of the pad, in another thread, takes it away at any time: only what
 * was copied stays in the format that it was found in.
 */
void gst_wms_asf_mux_pad_get_segment (GstWmsAsfMuxPad * self,
    GstSegment * segment);

/**
 * gst_wms_asf_mux_pad_reset_stream:
 *
 * Forgets what belongs to one header, and takes the properties over for the
 * next one; where the last buffer ended and what was dropped stays.
 */
void gst_wms_asf_mux_pad_reset_stream (GstWmsAsfMuxPad * self);

/**
 * gst_wms_asf_mux_pad_order_time:
 * @self: a pad
 * @buffer: the next buffer of it
 *
 * Returns: running time by which buffers of all pads are put in order: the
 *     decode time when there is one, else the presentation time, else where
 *     the buffer before ended.  A gap stands where it ends: until then the
 *     other pads need not wait for this one.  A stream that jumps back, to
 *     more than a second before the last buffer's beginning, goes on where it
 *     was; frames out of order without decode times may step back by five.
 *     If the buffers after it go on as before the jump, so does the stream.
 */
GstClockTimeDiff gst_wms_asf_mux_pad_order_time (GstWmsAsfMuxPad * self,
    GstBuffer * buffer);

/**
 * gst_wms_asf_mux_pad_is_gap:
 *
 * Returns: whether the buffer is what the base class makes of a GAP event.
 */
gboolean gst_wms_asf_mux_pad_is_gap (GstBuffer * buffer);

/**
 * gst_wms_asf_mux_pad_object_time:
 * @self: a pad with a format
 * @buffer: the next buffer of it
 *
 * Returns: running time that becomes the media object's presentation time:
 *     the buffer's, or for the VC-1 family that of its decode slot (rules,
 *     7.3), where it has a decode time: the slot of the first frame is when
 *     that is shown.
 */
GstClockTimeDiff gst_wms_asf_mux_pad_object_time (GstWmsAsfMuxPad * self,
    GstBuffer * buffer);

/**
 * gst_wms_asf_mux_pad_find_delay:
 * @self: a pad
 * @first: (nullable): its first buffer
 *
 * Learns how much later than it is decoded the first frame of a stream with
 * reordered frames is shown, once for a stream.
 */
void gst_wms_asf_mux_pad_find_delay (GstWmsAsfMuxPad * self,
    GstBuffer * first);

/**
 * gst_wms_asf_mux_pad_content_time:
 * @self: a pad
 * @buffer: the next buffer of it
 * @origin: running time of the file's time 0
 * @earliest_ns: content time that packets on their way need not be late for
 *
 * Returns: the media object's time on the content clock.  It is not before
 *     the stream's last one, but for frames out of order.
 */
guint64 gst_wms_asf_mux_pad_content_time (GstWmsAsfMuxPad * self,
    GstBuffer * buffer, GstClockTimeDiff origin, guint64 earliest_ns);

/**
 * gst_wms_asf_mux_pad_advance:
 * @self: a pad
 * @buffer: the buffer that was taken from it
 *
 * Remembers where the buffer begins, and where it ends, for a next one without
 * a time stamp.
 */
void gst_wms_asf_mux_pad_advance (GstWmsAsfMuxPad * self, GstBuffer * buffer);

/**
 * gst_wms_asf_mux_pad_duration:
 * @self: a pad with a format
 * @buffer: a buffer of it
 *
 * Returns: how long the buffer lasts, by itself or by the bytes of linear
 *     sound, or GST_CLOCK_TIME_NONE.
 */
GstClockTime gst_wms_asf_mux_pad_duration (GstWmsAsfMuxPad * self,
    GstBuffer * buffer);

/**
 * gst_wms_asf_mux_pad_is_timeless:
 * @self: a pad with a format
 * @buffer: the next buffer of it
 *
 * Returns: whether it is sound that nobody says the time of: it has no time
 *     stamp, and the buffer before has neither a duration nor one that can be
 *     told.
 */
gboolean gst_wms_asf_mux_pad_is_timeless (GstWmsAsfMuxPad * self,
    GstBuffer * buffer);

/**
 * gst_wms_asf_mux_pad_whole_size:
 * @self: a pad with a format
 * @first: (nullable): its first buffer
 * @is_regular: (out): whether the buffer lasts whole milliseconds
 *
 * Returns: bytes of each media object, when they should not be split and have
 *     one size as far as can be seen; else 0.
 */
guint32 gst_wms_asf_mux_pad_whole_size (GstWmsAsfMuxPad * self,
    GstBuffer * first, gboolean * is_regular);

/**
 * gst_wms_asf_mux_pad_comes_from_asf:
 *
 * Returns: whether the tags say that the stream was in ASF before.
 */
gboolean gst_wms_asf_mux_pad_comes_from_asf (const GstWmsAsfMuxPad * self);

/**
 * gst_wms_asf_mux_pad_start:
 * @self: a pad with a format
 * @first: (nullable): its first buffer, for what the caps leave open
 * @preroll_ms: what its bucket window may be at most
 * @packet_size: for the share of packet heads in the rate
 * @is_live: whether the header cannot be corrected later
 *
 * Completes the stream's description, with rates from caps, tags or the first
 * buffer.
 */
void gst_wms_asf_mux_pad_start (GstWmsAsfMuxPad * self, GstBuffer * first,
    guint32 preroll_ms, guint32 packet_size, gboolean is_live);

/**
 * gst_wms_asf_mux_pad_describe:
 * @self: a pad that was started
 * @buffer: the buffer that becomes a media object
 * @object: (inout): with times, size and bytes
 *
 * Adds extension data, and the step of the stream's times when they are
 * regular.
 */
void gst_wms_asf_mux_pad_describe (GstWmsAsfMuxPad * self,
    GstBuffer * buffer, AsfObject * object);

/**
 * gst_wms_asf_mux_pad_account:
 * @self: a pad
 * @object: a media object that was written
 * @n_payloads: pieces that it was split into
 * @duration_ns: of the buffer, or GST_CLOCK_TIME_NONE
 *
 * Keeps what the final header says about the stream.
 */
void gst_wms_asf_mux_pad_account (GstWmsAsfMuxPad * self,
    const AsfObject * object, guint n_payloads, GstClockTime duration);

/**
 * gst_wms_asf_mux_pad_finish:
 * @self: a pad whose last buffer was taken
 * @packet_share: bytes of packet heads for each byte of payload
 *
 * Puts the measured rates, sizes and times into the stream's description.
 */
void gst_wms_asf_mux_pad_finish (GstWmsAsfMuxPad * self,
    gdouble packet_share);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_PAD_H__ */
