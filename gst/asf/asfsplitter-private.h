/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_SPLITTER_PRIVATE_H__
#define __ASF_SPLITTER_PRIVATE_H__

#include <gst/base/gstadapter.h>

#include "asf/asfsplitter.h"

G_BEGIN_DECLS

/* of a framing header's first byte, which is '$' without it */
#define ASF_FRAME_B_FLAG 0x80

typedef enum
{
  ASF_SPLITTER_START,
  ASF_SPLITTER_BARE_HEADER,
  ASF_SPLITTER_BARE_PACKETS,
  ASF_SPLITTER_BARE_TRAILER,
  ASF_SPLITTER_SWALLOW,
  ASF_SPLITTER_CHUNKS,
  ASF_SPLITTER_FAILED,
} AsfSplitterState;

typedef enum
{
  ASF_FRAMING_UNKNOWN,
  ASF_FRAMING_MMS,
  ASF_FRAMING_PUSH,
} AsfFraming;

typedef enum
{
  ASF_STEP_AGAIN,
  ASF_STEP_UNIT,
  ASF_STEP_NEED_MORE,
  ASF_STEP_FAILED,
} AsfSplitterStep;

struct _AsfSplitter
{
  /* a packet that was pushed as one buffer, which keeps off the adapter; and
   * whether there is nothing to pop before another push */
  GstBuffer *whole;
  gboolean is_drained;
  /* of the last buffer that had them, up to the last unit's */
  GstClockTime pts, dts;
  GstAdapter *adapter;
  AsfSplitterState state;
  GError *error;
  guint64 to_swallow, swallowed;

  /* the last header; NULL and meaningless before the first */
  GstBuffer *header;
  AsfHeaderInfo info;
  gboolean is_ended;

  guint64 packets_left;         /* bare */
  AsfFraming framing;           /* chunks */
  GstAdapter *pieces;           /* a header in several $H; NULL before */
};

/**
 * asf_splitter_fail:
 *
 * Keeps what is wrong, unless something else is already, until the next reset.
 */
AsfSplitterStep asf_splitter_fail (AsfSplitter * self, const gchar * what);

/**
 * asf_splitter_has_bytes:
 *
 * Returns: whether the next @size bytes are there.
 */
gboolean asf_splitter_has_bytes (AsfSplitter * self, gsize size);

/**
 * asf_splitter_note_times:
 *
 * Gives the unit that is next in the adapter its times.
 */
void asf_splitter_note_times (AsfSplitter * self, AsfUnit * unit);

/**
 * asf_splitter_swallow:
 *
 * Has the next @size bytes left out, also those that are still to come.
 */
AsfSplitterStep asf_splitter_swallow (AsfSplitter * self, guint64 size);

/**
 * asf_splitter_end_stream:
 *
 * Makes @unit the end.
 */
AsfSplitterStep asf_splitter_end_stream (AsfSplitter * self, AsfUnit * unit,
    guint32 reason);

/**
 * asf_splitter_measure_header:
 *
 * Returns: size of the header that begins in @adapter, or 0 when its first
 *     bytes are not there yet or, with the splitter's error set, are none.
 */
gsize asf_splitter_measure_header (AsfSplitter * self, GstAdapter * adapter);

/**
 * asf_splitter_accept_header:
 * @buffer: (transfer full): a complete header
 *
 * Makes a unit of it, unless it repeats the one before.
 */
AsfSplitterStep asf_splitter_accept_header (AsfSplitter * self,
    GstBuffer * buffer, AsfUnit * unit);

/**
 * asf_splitter_step_chunk:
 *
 * Takes the next chunk of a framed stream.
 */
AsfSplitterStep asf_splitter_step_chunk (AsfSplitter * self, AsfUnit * unit);

G_END_DECLS
#endif /* __ASF_SPLITTER_PRIVATE_H__ */
