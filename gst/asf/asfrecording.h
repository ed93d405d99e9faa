/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_RECORDING_H__
#define __ASF_RECORDING_H__

#include "asf/asfrecordheader.h"
#include "asf/asfview.h"

G_BEGIN_DECLS

/**
 * AsfRecording:
 *
 * A file made of packets that somebody else has made: which payloads go into
 * it, with which times, and what its header and index say in the end.  It does
 * no input and output.
 *
 * Of each stream only whole media objects go in, video from a key frame on, or
 * without one after %ASF_NO_KEY_MS of Send Time, and Media Object Numbers are
 * continuous; a packet that needs no change is taken as it is.  Until all of
 * its fragments have come an object is open: when they do not come, the file is
 * damaged, and the caller takes the fragments that are there out of it.
 */
typedef struct _AsfRecording AsfRecording;

/**
 * AsfRecordingTake:
 * @ASF_TAKE_NOTHING: no payload of the packet goes into the file
 * @ASF_TAKE_WHOLE: the packet does as it is
 * @ASF_TAKE_EDITED: another packet does in its place
 */
typedef enum
{
  ASF_TAKE_NOTHING,
  ASF_TAKE_WHOLE,
  ASF_TAKE_EDITED,
} AsfRecordingTake;

/**
 * AsfDamage:
 * @stream_number: of the stream
 * @object_number: Media Object Number, in the file, of the one that is not
 *     whole
 * @first_packet: number of the packet in which it begins
 */
typedef struct
{
  guint8 stream_number;
  guint8 object_number;
  guint64 first_packet;
} AsfDamage;

/**
 * asf_recording_new:
 * @header: of the programme, read by asf_header_read()
 * @info: what that read
 * @file_id: for the file
 * @created_100ns: Creation Date
 *
 * Returns: (transfer full): a recording without packets and with the times of
 *     the programme.
 */
AsfRecording *asf_recording_new (GBytes * header, const AsfHeaderInfo * info,
    const AsfGuid * file_id, guint64 created_100ns);

/**
 * asf_recording_free:
 * @self: (transfer full): a recording
 */
void asf_recording_free (AsfRecording * self);

/**
 * asf_recording_get_header:
 *
 * Returns: (transfer none): what stands in front of the packets, now; see
 *     #AsfRecordHeader.
 */
const AsfRecordHeader *asf_recording_get_header (AsfRecording * self);

/**
 * asf_recording_set_origin:
 * @self: a recording without packets
 * @first_pres_ms: presentation time of its earliest object, without wrap
 * @first_send_ms: Send Time of its first packet, without wrap
 *
 * Lets the file begin at 0: that object's presentation time becomes the
 * preroll, the packet's Send Time 0, or more where it would otherwise come too
 * late for an object (rules, 7.2).
 */
void asf_recording_set_origin (AsfRecording * self, gint64 first_pres_ms,
    guint64 first_send_ms);

/**
 * asf_recording_begin_anywhere:
 *
 * Video need not begin with a key frame: none comes in this programme.
 */
void asf_recording_begin_anywhere (AsfRecording * self);

/**
 * asf_recording_set_gap:
 *
 * Packets of the programme are missing here: video goes on with a key frame.
 */
void asf_recording_set_gap (AsfRecording * self);

/**
 * asf_recording_find_damage:
 * @self: a recording
 * @view: the next packet
 * @rows: bits of the rows that are meant for this file
 * @damage: (out): what is damaged
 *
 * To be called until it returns %FALSE, before asf_recording_take().
 *
 * Returns: whether an open object does not go on in this packet though its
 *     stream does.
 */
gboolean asf_recording_find_damage (AsfRecording * self,
    const AsfView * view, guint64 rows, AsfDamage * damage);

/**
 * asf_recording_find_open:
 *
 * As asf_recording_find_damage(), when no packet follows.
 */
gboolean asf_recording_find_open (AsfRecording * self, AsfDamage * damage);

/**
 * asf_recording_has_open:
 *
 * Returns: whether fragments of an object are still to come.
 */
gboolean asf_recording_has_open (AsfRecording * self);

/**
 * asf_recording_mend:
 * @self: a recording
 * @damage: from asf_recording_find_damage() or asf_recording_find_open()
 * @is_removed: whether the fragments were taken out of the file
 *
 * Ends the object.
 */
void asf_recording_mend (AsfRecording * self, const AsfDamage * damage,
    gboolean is_removed);

/**
 * asf_recording_remove_packet:
 * @self: a recording
 * @packet: number of a packet that was nothing but damage
 *
 * The packet is no longer in the file; those behind it move up.
 */
void asf_recording_remove_packet (AsfRecording * self, guint64 packet);

/**
 * asf_damage_rows:
 * @damage: an object
 * @view: a packet of the file
 *
 * Returns: bits of the rows that are no fragments of it.
 */
guint64 asf_damage_rows (const AsfDamage * damage, const AsfView * view);

/**
 * asf_recording_take:
 * @self: a recording
 * @view: the next packet
 * @rows: bits of the rows that are meant for this file
 * @out: (out caller-allocates): room for a packet
 *
 * Returns: what goes into the file as the next packet; @out is filled for
 *     %ASF_TAKE_EDITED.
 */
AsfRecordingTake asf_recording_take (AsfRecording * self,
    const AsfView * view, guint64 rows, guint8 * out);

/**
 * asf_recording_get_packets:
 *
 * Returns: how many packets the file has.
 */
guint64 asf_recording_get_packets (AsfRecording * self);

/**
 * asf_recording_get_duration_ms:
 *
 * Returns: how long it plays.
 */
guint64 asf_recording_get_duration_ms (AsfRecording * self);

/**
 * asf_recording_get_index_size:
 *
 * Returns: bytes that asf_recording_make_index() would make at most.
 */
gsize asf_recording_get_index_size (AsfRecording * self);

/**
 * asf_recording_make_index:
 * @self: a recording
 * @error: return location; set when there is no memory for it
 *
 * Returns: (transfer full) (nullable): a Simple Index Object for each visible
 *     video stream (rules, 2); one without key frames has the places of
 *     another one.  No bytes when there is no such stream, %NULL when no index
 *     can be made, or it would be out of proportion to the data.
 */
GBytes *asf_recording_make_index (AsfRecording * self, GError ** error);

/**
 * asf_recording_complete:
 * @self: a recording
 * @index: (nullable): what was written behind the packets
 *
 * Fills in the header but for its flags.
 *
 * Returns: the flags that make a finished file of it.
 */
guint32 asf_recording_complete (AsfRecording * self, GBytes * index);

/**
 * AsfRecordingMark:
 *
 * A place to which a recording can go back.
 */
typedef struct _AsfRecordingMark AsfRecordingMark;

/**
 * asf_recording_mark:
 * @self: a recording
 * @mark: (nullable) (transfer full): one that is used again
 *
 * Returns: (transfer full): the place after the last packet.
 */
AsfRecordingMark *asf_recording_mark (AsfRecording * self,
    AsfRecordingMark * mark);

/**
 * asf_recording_go_back:
 *
 * Forgets what came after @mark: it could not be written.
 */
void asf_recording_go_back (AsfRecording * self,
    const AsfRecordingMark * mark);

/**
 * asf_recording_mark_free:
 * @mark: (transfer full) (nullable): a mark
 */
void asf_recording_mark_free (AsfRecordingMark * mark);

G_END_DECLS
#endif /* __ASF_RECORDING_H__ */
