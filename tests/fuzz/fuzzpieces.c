/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stream of ASF, bare or framed, comes out of the splitter as the same units
 * wherever it is cut. */
#include <gst/gst.h>
#include <string.h>

#include "asf/asfsplitter.h"
#include "fuzz.h"

#define MAX_CUTS 16

typedef struct
{
  GByteArray *units;            /* kind, reason, size and bytes of each */
  gboolean is_broken;
  guint64 pending, swallowed;
} Result;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  gst_init (argc, argv);
  fuzz_be_quiet ();
  gst_debug_set_active (FALSE);
  return 0;
}

static void
put (GByteArray * bytes, gconstpointer data, gsize size)
{
  g_byte_array_append (bytes, data, size);
}

static void
note_unit (Result * self, AsfSplitter * splitter, const AsfUnit * unit)
{
  guint32 kind = unit->kind;
  guint32 reason = unit->kind == ASF_UNIT_END ? unit->reason : 0;
  const AsfHeaderInfo *info = asf_splitter_get_header (splitter);
  GstMapInfo map;

  put (self->units, &kind, sizeof (kind));
  put (self->units, &reason, sizeof (reason));
  if ((unit->kind == ASF_UNIT_END) != (unit->buffer == NULL))
    g_error ("an end with bytes, or another unit without");
  if (unit->buffer == NULL)
    return;
  if (!gst_buffer_map (unit->buffer, &map, GST_MAP_READ))
    g_error ("a unit that cannot be read");
  if (info == NULL || (unit->kind == ASF_UNIT_PACKET
          && map.size != info->packet_size)
      || (unit->kind == ASF_UNIT_HEADER
          && map.size != info->header_size + ASF_DATA_HEAD_SIZE))
    g_error ("a unit that has another size than the header says");
  put (self->units, &map.size, sizeof (map.size));
  put (self->units, map.data, map.size);
  gst_buffer_unmap (unit->buffer, &map);
}

static void
push (Result * self, AsfSplitter * splitter, const guint8 * data, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GError *error = NULL;
  AsfUnit unit;

  gst_buffer_fill (buffer, 0, data, size);
  asf_splitter_push (splitter, buffer);
  while (asf_splitter_pop (splitter, &unit, &error)) {
    if (self->is_broken)
      g_error ("a unit after an error");
    note_unit (self, splitter, &unit);
    asf_unit_clear (&unit);
  }
  if (self->is_broken && error == NULL)
    g_error ("an error that has gone by itself");
  self->is_broken = error != NULL;
  g_clear_error (&error);
}

/* Pieces of the sizes that @cuts has, again and again. */
static void
split (Result * self, FuzzInput input, const guint16 * cuts, guint n_cuts)
{
  AsfSplitter *splitter = asf_splitter_new ();
  const guint8 *data;
  guint i;

  memset (self, 0, sizeof (*self));
  self->units = g_byte_array_new ();
  for (i = 0; input.size > 0; i++) {
    gsize size = n_cuts > 0 ? MAX (cuts[i % n_cuts], i % 2) : input.size;

    size = fuzz_take_bytes (&input, size, &data);
    push (self, splitter, data, size);
  }
  self->pending = asf_splitter_get_pending (splitter);
  self->swallowed = asf_splitter_get_swallowed (splitter);
  asf_splitter_free (splitter);
}

static void
compare (const Result * whole, const Result * cut)
{
  if (whole->is_broken != cut->is_broken)
    g_error ("whether it is ASF depends on where it is cut");
  if (whole->units->len != cut->units->len || (cut->units->len > 0
          && memcmp (whole->units->data, cut->units->data,
              cut->units->len) != 0))
    g_error ("what it is depends on where it is cut");
  if (!whole->is_broken && (whole->pending != cut->pending
          || whole->swallowed != cut->swallowed))
    g_error ("how much it is depends on where it is cut");
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  guint n_cuts = 1 + fuzz_take_byte (&input) % MAX_CUTS, i;
  guint16 cuts[MAX_CUTS];
  Result whole, cut;

  for (i = 0; i < n_cuts; i++)
    cuts[i] = fuzz_take_uint16 (&input) % 2048;
  split (&whole, input, NULL, 0);
  split (&cut, input, cuts, n_cuts);
  compare (&whole, &cut);
  g_byte_array_unref (whole.units);
  g_byte_array_unref (cut.units);
  return 0;
}
