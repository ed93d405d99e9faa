/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfindex.h"

#include "asf/asfwriter.h"

#define UNITS_PER_MS G_GUINT64_CONSTANT (10000)

void
asf_index_init (AsfIndex * self)
{
  self->entries = g_array_new (FALSE, FALSE, sizeof (AsfIndexEntry));
  self->have_key = FALSE;
}

void
asf_index_clear (AsfIndex * self)
{
  g_clear_pointer (&self->entries, g_array_unref);
  self->have_key = FALSE;
}

/* Entry i is for the stored time i x interval (rules, 8): the last key frame
 * at or before it. */
static void
fill_until (AsfIndex * self, guint64 end_ms)
{
  while ((guint64) self->entries->len * ASF_INDEX_INTERVAL_MS < end_ms)
    g_array_append_val (self->entries, self->key);
}

void
asf_index_add_key (AsfIndex * self, guint32 pres_ms, guint32 packet,
    guint n_packets)
{
  AsfIndexEntry key = { packet, MIN (n_packets, G_MAXUINT16) };

  /* before the first key frame there is nothing better to point at */
  if (!self->have_key)
    self->key = key;
  fill_until (self, pres_ms);
  self->key = key;
  self->have_key = TRUE;
}

static guint32
largest_count (const AsfIndex * self)
{
  guint32 largest = 0;
  guint i;

  for (i = 0; i < self->entries->len; i++)
    largest = MAX (largest,
        g_array_index (self->entries, AsfIndexEntry, i).n_packets);
  return largest;
}

GBytes *
asf_index_write (AsfIndex * self, const AsfGuid * file_id, guint32 last_pres_ms)
{
  AsfWriter w;
  gsize start;
  guint i;

  if (!self->have_key)
    return NULL;
  fill_until (self, (guint64) last_pres_ms + 1);

  asf_writer_init (&w);
  start = asf_writer_begin_object (&w, &asf_guid_simple_index);
  asf_writer_guid (&w, file_id);
  asf_writer_u64 (&w, ASF_INDEX_INTERVAL_MS * UNITS_PER_MS);
  asf_writer_u32 (&w, largest_count (self));
  asf_writer_u32 (&w, self->entries->len);
  for (i = 0; i < self->entries->len; i++) {
    const AsfIndexEntry *entry =
        &g_array_index (self->entries, AsfIndexEntry, i);

    asf_writer_u32 (&w, entry->packet);
    asf_writer_u16 (&w, entry->n_packets);
  }
  asf_writer_end_object (&w, start);
  return asf_writer_finish (&w, NULL);
}
