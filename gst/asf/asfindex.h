/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_INDEX_H__
#define __ASF_INDEX_H__

#include <glib.h>

#include "asf/asfguid.h"

G_BEGIN_DECLS

/* Distance of the entries of a Simple Index (rules, 8.1). */
#define ASF_INDEX_INTERVAL_MS 1000
/* Index Type: the nearest cleanpoint at or before a time (rules, 4.8). */
#define ASF_INDEX_PAST_CLEANPOINT 3

/**
 * AsfIndexEntry:
 * @packet: number of the packet in which a key frame begins
 * @n_packets: how many packets have pieces of it
 */
typedef struct
{
  guint32 packet;
  guint16 n_packets;
} AsfIndexEntry;

/**
 * AsfIndex:
 *
 * The Simple Index of one video stream under construction, 8 bytes a second.
 * Its fields are private.
 */
typedef struct
{
  GArray *entries;
  AsfIndexEntry key;
  gboolean have_key;
} AsfIndex;

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
 * Adds the stream's next key frame.
 */
void asf_index_add_key (AsfIndex * self, guint32 pres_ms, guint32 packet,
    guint n_packets);

/**
 * asf_index_write:
 * @self: an #AsfIndex
 * @file_id: of the file
 * @last_pres_ms: presentation time of the stream's last frame
 *
 * Returns: (transfer full) (nullable): the Simple Index Object (section 6.1),
 *     %NULL when no key frame was added.
 */
GBytes *asf_index_write (AsfIndex * self, const AsfGuid * file_id,
    guint32 last_pres_ms);

G_END_DECLS
#endif /* __ASF_INDEX_H__ */
