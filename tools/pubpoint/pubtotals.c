/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubtotals.h"

struct _PubTotalsTable
{
  GHashTable *paths;            /* gchar *: PubTotals */
  guint max_paths;
};

PubTotals *
pub_totals_ref (PubTotals * self)
{
  return g_rc_box_acquire (self);
}

void
pub_totals_unref (PubTotals * self)
{
  g_rc_box_release (self);
}

void
pub_totals_add_push (PubPushCounters * sum, const PubPushCounters * counters)
{
  sum->starts += counters->starts;
  sum->headers += counters->headers;
  sum->packets += counters->packets;
  sum->bytes += counters->bytes;
  sum->fillers += counters->fillers;
}

PubTotalsTable *
pub_totals_table_new (guint max_paths)
{
  PubTotalsTable *self = g_new0 (PubTotalsTable, 1);

  self->max_paths = max_paths;
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      (GDestroyNotify) pub_totals_unref);
  return self;
}

void
pub_totals_table_free (PubTotalsTable * self)
{
  g_hash_table_unref (self->paths);
  g_free (self);
}

/* Points hold a reference of their own, so that a path with a point at worst
 * begins anew after the point has gone. */
static void
make_room (PubTotalsTable * self)
{
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->paths);
  while (g_hash_table_size (self->paths) >= self->max_paths
      && g_hash_table_iter_next (&iter, NULL, NULL))
    g_hash_table_iter_remove (&iter);
}

PubTotals *
pub_totals_table_get (PubTotalsTable * self, const gchar * path)
{
  PubTotals *totals = g_hash_table_lookup (self->paths, path);

  if (totals == NULL) {
    make_room (self);
    totals = g_rc_box_new0 (PubTotals);
    g_hash_table_insert (self->paths, g_strdup (path), totals);
  }
  return pub_totals_ref (totals);
}
