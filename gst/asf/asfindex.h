/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_INDEX_H__
#define __ASF_INDEX_H__

#include <glib.h>

#include "asf/asferror.h"
#include "asf/asfguid.h"

G_BEGIN_DECLS

/* Distance of the entries of both kinds of index (rules, 8.1, 8.2). */
#define ASF_INDEX_INTERVAL_MS 1000
/* Index Type: the nearest cleanpoint at or before a time (rules, 4.8). */
#define ASF_INDEX_PAST_CLEANPOINT 3
/* Entries of an Index Object that is still written: 256 MiB, two streams for
 * all of the 49 days that a file can last have 33 MB. */
#define ASF_MAX_INDEX_ENTRIES (64u << 20)

/**
 * AsfIndexEntry:
 * @row: the first second, on the stored clock, of which @packet is the place
 * @packet: number of the packet in which a key frame begins
 * @n_packets: how many packets have pieces of it
 */
typedef struct
{
  guint32 row;
  guint32 packet;
  guint16 n_packets;
} AsfIndexEntry;

/**
 * AsfIndex:
 *
 * Where the cleanpoints of one stream are; both kinds of index are made of
 * it.  12 bytes for each second in which there is one, 43,200 an hour at most,
 * and none for a gap, however long.  Its fields are private.
 */
typedef struct
{
  GArray *entries;
  gboolean is_full;
} AsfIndex;

/**
 * AsfIndexMark:
 *
 * A state of an #AsfIndex to go back to.  Its fields are private.
 */
typedef struct
{
  guint n_entries;
  AsfIndexEntry last;
  gboolean is_full;
} AsfIndexMark;

/**
 * AsfIndexStream:
 * @number: of the stream
 * @index: (transfer none): its cleanpoints
 *
 * A column of the Index Object.
 */
typedef struct
{
  guint8 number;
  const AsfIndex *index;
} AsfIndexStream;

/**
 * asf_index_init:
 *
 * Begins without a key frame.
 */
void asf_index_init (AsfIndex * self);

/**
 * asf_index_clear:
 *
 * Frees the entries.
 */
void asf_index_clear (AsfIndex * self);

/**
 * asf_index_add_key:
 * @self: an #AsfIndex
 * @pres_ms: the key frame's presentation time as stored, preroll included
 * @packet: number of the packet in which it begins, from 0
 * @n_packets: how many packets have pieces of it
 *
 * Adds the stream's next key frame.  A packet number that is no DWORD ends
 * the index: it is not usable then.
 */
void asf_index_add_key (AsfIndex * self, guint32 pres_ms, guint64 packet,
    guint n_packets);

/**
 * asf_index_remove_packet:
 * @self: an #AsfIndex
 * @packet: number of a packet in which no key frame begins
 *
 * Follows when that packet is taken out of the file.
 */
void asf_index_remove_packet (AsfIndex * self, guint64 packet);

/**
 * asf_index_mark:
 * @self: an #AsfIndex
 * @mark: (out): what it is now
 */
void asf_index_mark (const AsfIndex * self, AsfIndexMark * mark);

/**
 * asf_index_go_back:
 * @self: an #AsfIndex
 * @mark: from asf_index_mark(); no packet was removed since
 *
 * Forgets the key frames that were added after @mark.
 */
void asf_index_go_back (AsfIndex * self, const AsfIndexMark * mark);

/**
 * asf_index_is_usable:
 *
 * Returns: whether there is a key frame, and all of them could be kept.
 */
gboolean asf_index_is_usable (const AsfIndex * self);

/**
 * asf_index_write_simple:
 * @self: an #AsfIndex
 * @file_id: of the file
 * @last_pres_ms: presentation time of the stream's last frame
 * @error: return location
 *
 * Returns: (transfer full): the Simple Index Object (section 6.1), or %NULL
 *     when the index is not usable or there is no memory for it.
 */
GBytes *asf_index_write_simple (const AsfIndex * self,
    const AsfGuid * file_id, guint32 last_pres_ms, GError ** error);

/**
 * asf_index_write_object:
 * @streams: (array length=n_streams): in the order of the Index Parameters
 * @n_streams: at least 1
 * @packet_size: bytes of each packet
 * @last_pres_ms: presentation time of the file's last object
 * @error: return location
 *
 * Streams without a usable index have no entries.
 *
 * Returns: (transfer full): the Index Object (section 6.2), or %NULL with
 *     %ASF_ERROR_LIMIT when it would be too large.
 */
GBytes *asf_index_write_object (const AsfIndexStream * streams,
    guint n_streams, guint32 packet_size, guint32 last_pres_ms,
    GError ** error);

G_END_DECLS
#endif /* __ASF_INDEX_H__ */
