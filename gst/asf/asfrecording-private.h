/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_RECORDING_PRIVATE_H__
#define __ASF_RECORDING_PRIVATE_H__

#include "asf/asfindex.h"
#include "asf/asfrecording.h"

G_BEGIN_DECLS

/* What is known of a stream; the last group is of its last object. */
typedef struct
{
  guint8 number;
  AsfStreamKind kind;
  gboolean is_indexed;
  guint16 shown_time_at;
  gboolean waits_for_key;
  gboolean has_waited;          /* something came meanwhile */
  guint64 waits_since_ms;       /* Send Time of the first of it */

  guint64 n_objects;
  guint64 n_bytes;
  guint8 out_number;            /* of the last object, in the file */
  guint32 first_pres_ms;
  guint32 last_pres_ms;
  guint32 gap_ms;

  gboolean is_open;             /* fragments of it are still to come */
  gboolean is_key;
  guint8 source_number;
  guint32 size, got;
  guint32 pres_ms;
  guint64 first_packet, last_packet;
  guint n_packets;
} AsfRecordStream;

typedef struct
{
  guint64 n_packets;
  guint64 last_send_ms, send_end_ms;
  guint64 first_pres_ms, play_end_ms;
  gboolean is_whole;            /* the programme's packets, as they are */
} AsfRecordState;

struct _AsfRecording
{
  AsfRecordHeader header;
  guint32 packet_size;
  guint32 preroll_ms;
  guint64 declared_packets;
  /* what is taken off the times of the programme */
  gint64 pres_shift_ms;
  gint64 send_shift_ms;

  AsfRecordState totals;
  guint n_streams;
  AsfRecordStream streams[ASF_MAX_STREAMS];
  AsfIndex indexes[ASF_MAX_STREAMS];
  guint8 *scratch;
};

/**
 * asf_recording_find_stream:
 *
 * Returns: (nullable): the stream with that number.
 */
AsfRecordStream *asf_recording_find_stream (AsfRecording * self,
    guint number);

/**
 * asf_record_stream_goes_on:
 *
 * Returns: whether the payload is the next fragment of the stream's open
 *     object.
 */
gboolean asf_record_stream_goes_on (const AsfRecordStream * stream,
    const AsfPayload * payload);

G_END_DECLS
#endif /* __ASF_RECORDING_PRIVATE_H__ */
