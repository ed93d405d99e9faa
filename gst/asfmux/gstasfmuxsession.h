/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_SESSION_H__
#define __GST_WMS_ASF_MUX_SESSION_H__

#include <gst/base/gstaggregator.h>

#include "asf/asfpacketizer.h"
#include "asfmux/gstasfmuxfile.h"
#include "asfmux/gstasfmuxmarkers.h"
#include "asfmux/gstasfmuxoutput.h"
#include "asfmux/gstasfmuxpad.h"
#include "asfmux/gstasfmuxsettings.h"

G_BEGIN_DECLS

/**
 * GstWmsAsfSession:
 * @mux: (transfer none): the element
 * @settings: as they were when the element went to PAUSED
 * @is_started: whether the header was sent
 * @is_stored: downstream can seek
 * @is_file: a file, which is completed at the end; else a broadcast
 * @rebase: the next buffer follows what was written, whatever its time
 * @content_end_ns: end of what was written, on the content clock
 * @last_jump_ns: how far the stream that jumped back last was moved
 * @now: latest running time of the buffers that were looked at
 * @header_time: running time of the first buffer after the header, which a
 *     broadcast's header has as well
 * @sent_tags: (nullable): the application sent them and they were not taken
 *     yet; atomic, changed under the object lock of @mux
 * @tags_changed: whether tags came that the header does not have
 * @tags_due: running time at which they make a new header
 * @refused_toc: whether it was said that a broadcast has no markers
 * @pad_was_released: an input of the header is gone; atomic
 * @markers: events that wait for their packet
 * @scripts: (nullable): script commands that wait for the header
 * @script_was_lost: whether that was said
 * @n_out: packets of the header that have left the packetizer
 *
 * One file or broadcast: header, packets in order, end; in a broadcast other
 * headers may follow.  Belongs to the element's streaming thread.
 */
typedef struct
{
  GstAggregator *mux;
  GstWmsAsfSettings settings;
  gboolean is_started;
  gboolean is_stored;
  gboolean is_file;
  gboolean rebase;
  guint64 content_end_ns;
  GstClockTimeDiff last_jump_ns;
  GstClockTimeDiff now;
  GstClockTimeDiff header_time;
  GstTagList *sent_tags;
  gboolean tags_changed;
  GstClockTimeDiff tags_due;
  gboolean refused_toc;
  gint pad_was_released;
  GstWmsAsfMarkers markers;
  guint64 n_out;
  GArray *scripts;
  gboolean script_was_lost;
  GstWmsAsfFile file;
  AsfPacketizer packetizer;
  GstWmsAsfOutput output;
} GstWmsAsfSession;

/**
 * gst_wms_asf_session_reset:
 *
 * Frees everything; the next begin starts a new file.
 */
void gst_wms_asf_session_reset (GstWmsAsfSession * self);

/**
 * gst_wms_asf_session_flush:
 *
 * Throws away what was not pushed.  A sink that stores has thrown away all: the
 * next begin starts a new file or broadcast.  Others go on: the next buffers
 * follow in time what was muxed.
 */
void gst_wms_asf_session_flush (GstWmsAsfSession * self);

/**
 * gst_wms_asf_session_begin:
 * @self: a session that is not started
 * @pads: (transfer full) (element-type GstWmsAsfMuxPad): those whose caps are
 *     known, at least one
 *
 * Sends the header with the streams of @pads.
 */
GstFlowReturn gst_wms_asf_session_begin (GstWmsAsfSession * self,
    GPtrArray * pads);

/**
 * gst_wms_asf_session_begin_again:
 * @self: a session that is started, a broadcast
 * @pads: (transfer full) (element-type GstWmsAsfMuxPad): as for
 *     gst_wms_asf_session_begin()
 * @new_clock: whether times begin at the preroll again
 *
 * Pushes the packets that belong to the header, then a header with the
 * streams of @pads.  Send and presentation times go on, unless @new_clock.
 */
GstFlowReturn gst_wms_asf_session_begin_again (GstWmsAsfSession * self,
    GPtrArray * pads, gboolean new_clock);

/**
 * gst_wms_asf_session_take_next:
 *
 * Takes the next buffer of @pad.  What becomes ready waits for
 * gst_wms_asf_session_push().
 */
GstFlowReturn gst_wms_asf_session_take_next (GstWmsAsfSession * self,
    GstWmsAsfMuxPad * pad);

/**
 * gst_wms_asf_session_run:
 *
 * Makes buffers of what the packetizer has.
 */
GstFlowReturn gst_wms_asf_session_run (GstWmsAsfSession * self);

/**
 * gst_wms_asf_session_close_packet:
 *
 * Ends the packet that is being filled.
 */
GstFlowReturn gst_wms_asf_session_close_packet (GstWmsAsfSession * self);

/**
 * gst_wms_asf_session_push:
 *
 * Pushes the packets that are ready.
 */
GstFlowReturn gst_wms_asf_session_push (GstWmsAsfSession * self);

/**
 * gst_wms_asf_session_add_marker:
 * @self: a session, started or not
 * @event: (transfer full): an event of an input
 *
 * Pushes @event as soon as all that was taken before it is pushed, for which
 * the packet that is being filled is ended; never before the header.
 */
GstFlowReturn gst_wms_asf_session_add_marker (GstWmsAsfSession * self,
    GstEvent * event);

/**
 * gst_wms_asf_session_finish:
 *
 * Pushes the last packets, and for a file the indexes and the completed
 * header.
 *
 * Returns: %GST_FLOW_EOS when that went well.
 */
GstFlowReturn gst_wms_asf_session_finish (GstWmsAsfSession * self);

/**
 * gst_wms_asf_session_get_patience:
 *
 * Returns: how long a buffer waits for the other pads, on top of the latency
 *     that the base class was told: for the header max-packet-delay longer than
 *     upstream's latency, then, in a broadcast, not longer, so that the
 *     packet's time is left for the packet.
 */
GstClockTimeDiff gst_wms_asf_session_get_patience (const GstWmsAsfSession *
    self);

/**
 * gst_wms_asf_session_open_since:
 * @self: a session
 * @running: (out): running time of the first object in the packet that is
 *     being filled
 *
 * Returns: whether a packet waits for more data and may not do so for ever.
 */
gboolean gst_wms_asf_session_open_since (const GstWmsAsfSession * self,
    GstClockTimeDiff * running);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_SESSION_H__ */
