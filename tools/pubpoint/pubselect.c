/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubselect.h"

#include <string.h>

#include "asf/asfselect.h"

/* A selection that players share, and the last packets that were made for it:
 * players are never far apart. */
typedef struct
{
  AsfSelection selection;
  gboolean is_everything;
  guint refs;
  struct
  {
    gboolean is_made;
    guint64 number;
    GBytes *bytes;              /* NULL: nothing is left of it */
  } kept[PUB_SELECT_KEPT];
} Variant;

struct _PubSelect
{
  gint refs;
  GPtrArray *variants;
  Variant *everything;          /* without padding; made when it is wanted */
};

/* One stream of one player: before packet @at as @before says, in it as
 * @through says, behind it as @after says.  @at is not known yet while
 * @is_waiting for a key frame of stream @key. */
typedef struct
{
  guint8 number;
  AsfStreamKind kind;
  guint8 before, through, after;
  gboolean is_waiting;
  guint8 key;
  guint64 at;
} Part;

struct _PubChoice
{
  PubSelect *select;
  GArray *parts;
  Variant *variant;             /* of what comes after all changes, or NULL */
};

static void
variant_free (Variant * variant)
{
  guint i;

  for (i = 0; i < PUB_SELECT_KEPT; i++)
    g_clear_pointer (&variant->kept[i].bytes, g_bytes_unref);
  g_free (variant);
}

PubSelect *
pub_select_new (void)
{
  PubSelect *self = g_new0 (PubSelect, 1);

  self->refs = 1;
  self->variants = g_ptr_array_new_with_free_func ((GDestroyNotify)
      variant_free);
  return self;
}

static PubSelect *
ref_select (PubSelect * self)
{
  self->refs++;
  return self;
}

void
pub_select_unref (PubSelect * self)
{
  if (--self->refs > 0)
    return;
  g_clear_pointer (&self->everything, variant_free);
  g_ptr_array_unref (self->variants);
  g_free (self);
}

guint
pub_select_count (PubSelect * self)
{
  return self->variants->len;
}

/* Returns: (transfer full) (nullable): the variant for @selection; NULL when
 * there are too many. */
static Variant *
take_variant (PubSelect * self, const AsfSelection * selection)
{
  Variant *variant;
  guint i;

  for (i = 0; i < self->variants->len; i++) {
    variant = g_ptr_array_index (self->variants, i);
    if (memcmp (&variant->selection, selection, sizeof (*selection)) == 0) {
      variant->refs++;
      return variant;
    }
  }
  if (self->variants->len >= PUB_SELECT_MAX)
    return NULL;
  variant = g_new0 (Variant, 1);
  variant->selection = *selection;
  variant->refs = 1;
  g_ptr_array_add (self->variants, variant);
  return variant;
}

static void
drop_variant (PubChoice * self)
{
  Variant *variant = self->variant;

  self->variant = NULL;
  if (variant != NULL && --variant->refs == 0)
    g_ptr_array_remove_fast (self->select->variants, variant);
}

static void
read_streams (PubChoice * self, const AsfHeaderInfo * info)
{
  guint i;

  g_array_set_size (self->parts, 0);
  for (i = 0; i < info->n_streams; i++) {
    Part part = { info->streams[i].number, info->streams[i].kind,
      ASF_KEEP_ALL, ASF_KEEP_ALL, ASF_KEEP_ALL, FALSE, 0, 0
    };

    g_array_append_val (self->parts, part);
  }
}

PubChoice *
pub_choice_new (PubSelect * select, const AsfHeaderInfo * info)
{
  PubChoice *self = g_new0 (PubChoice, 1);

  self->select = ref_select (select);
  self->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  read_streams (self, info);
  return self;
}

void
pub_choice_free (PubChoice * self)
{
  drop_variant (self);
  pub_select_unref (self->select);
  g_array_unref (self->parts);
  g_free (self);
}

static Part *
get_part (PubChoice * self, guint i)
{
  return &g_array_index (self->parts, Part, i);
}

static Part *
find_part (PubChoice * self, guint number)
{
  guint i;

  for (i = 0; i < self->parts->len; i++) {
    if (get_part (self, i)->number == number)
      return get_part (self, i);
  }
  return NULL;
}

static AsfKeep
keep_at (const Part * part, guint64 number)
{
  if (part->is_waiting || number < part->at)
    return part->before;
  return number == part->at ? part->through : part->after;
}

gboolean
pub_choice_is_everything (PubChoice * self, guint64 number)
{
  guint i;

  for (i = 0; i < self->parts->len; i++) {
    const Part *part = get_part (self, i);

    if (part->after != ASF_KEEP_ALL || keep_at (part, number) != ASF_KEEP_ALL
        || part->is_waiting || number < part->at)
      return FALSE;
  }
  return TRUE;
}

/* Takes the variant of what comes in the end. */
static gboolean
settle (PubChoice * self)
{
  AsfSelection selection;
  Variant *variant;
  guint i;

  memset (&selection, ASF_KEEP_NONE, sizeof (selection));
  for (i = 0; i < self->parts->len; i++)
    selection.keep[get_part (self, i)->number] = get_part (self, i)->after;
  variant = take_variant (self->select, &selection);
  if (variant == NULL)
    return FALSE;
  drop_variant (self);
  self->variant = variant;
  return TRUE;
}

/* What is no video can begin with each media object, and writers often do not
 * mark them as key frames: Windows Media Encoder's sounds have no such mark. */
static gboolean
has_keys (const Part * part)
{
  return part->kind == ASF_STREAM_VIDEO;
}

static AsfKeep
keep_of (const Part * part, PubMmsThinning thinning)
{
  switch (thinning) {
    case PUB_MMS_WHOLE:
      return ASF_KEEP_ALL;
    case PUB_MMS_KEY_FRAMES:
      return has_keys (part) ? ASF_KEEP_KEYS : ASF_KEEP_ALL;
    default:
      return ASF_KEEP_NONE;
  }
}

static void
set_part (Part * part, AsfKeep keep)
{
  part->before = part->through = part->after = keep;
  part->is_waiting = FALSE;
  part->at = 0;
}

gboolean
pub_choice_knows (PubChoice * self, const PubMmsSwitch * switches,
    guint n_switches)
{
  guint i;

  for (i = 0; i < n_switches; i++) {
    if (find_part (self, switches[i].stream) != NULL)
      return TRUE;
  }
  return FALSE;
}

gboolean
pub_choice_play (PubChoice * self, const PubMmsSwitch * switches,
    guint n_switches)
{
  AsfKeep others = ASF_KEEP_ALL;
  Part *part;
  guint i;

  for (i = 0; i < n_switches; i++) {
    if (switches[i].thinning != PUB_MMS_OFF
        && find_part (self, switches[i].stream) != NULL)
      others = ASF_KEEP_NONE;
  }
  for (i = 0; i < self->parts->len; i++)
    set_part (get_part (self, i), others);
  for (i = 0; i < n_switches; i++) {
    part = find_part (self, switches[i].stream);
    if (part != NULL)
      set_part (part, keep_of (part, switches[i].thinning));
  }
  return settle (self);
}

/* From packet @next on. */
static void
change_part (Part * part, AsfKeep keep, guint64 next)
{
  part->before = keep_at (part, next);
  part->through = part->after = keep;
  part->is_waiting = FALSE;
  part->key = part->number;
  part->at = next;
}

/* 3.2.5.7: what comes in begins with a key frame; less of what is there needs
 * none. */
static void
switch_to (Part * part, AsfKeep keep, guint64 next)
{
  AsfKeep now = keep_at (part, next);

  change_part (part, keep, next);
  if (now == ASF_KEEP_ALL || keep == ASF_KEEP_NONE || now == keep)
    return;
  part->is_waiting = TRUE;
  if (!has_keys (part))
    part->through = ASF_KEEP_FROM_START;
  else if (keep == ASF_KEEP_ALL)
    part->through = now == ASF_KEEP_KEYS ? ASF_KEEP_KEYS_THEN_ALL
        : ASF_KEEP_FROM_KEY;
}

/* The stream that is replaced goes on until the other one is there. */
static void
apply_switch (PubChoice * self, const PubMmsSwitch * entry, guint64 next)
{
  Part *part = find_part (self, entry->stream);
  Part *source = entry->source != entry->stream
      ? find_part (self, entry->source) : NULL;

  if (part == NULL)
    return;
  switch_to (part, keep_of (part, entry->thinning), next);
  if (source == NULL)
    return;
  change_part (source, ASF_KEEP_NONE, next);
  if (!part->is_waiting)
    return;
  source->is_waiting = TRUE;
  source->key = part->number;
  source->through = source->before;
}

gboolean
pub_choice_select (PubChoice * self, const PubMmsSwitch * switches,
    guint n_switches, guint64 next)
{
  GArray *parts = g_array_copy (self->parts);
  guint i;

  for (i = 0; i < n_switches; i++)
    apply_switch (self, &switches[i], next);
  if (settle (self)) {
    g_array_unref (parts);
    return TRUE;
  }
  g_array_unref (self->parts);
  self->parts = parts;
  return FALSE;
}

static AsfKeep
keep_like (GArray * old, const AsfStreamInfo * stream)
{
  gboolean has_kind = FALSE, is_on = FALSE;
  guint i;

  for (i = 0; i < old->len; i++) {
    const Part *part = &g_array_index (old, Part, i);

    if (part->kind != stream->kind)
      continue;
    if (part->number == stream->number)
      return part->after;
    has_kind = TRUE;
    is_on |= part->after != ASF_KEEP_NONE;
  }
  return is_on || !has_kind ? ASF_KEEP_ALL : ASF_KEEP_NONE;
}

void
pub_choice_set_header (PubChoice * self, PubSelect * select,
    const AsfHeaderInfo * info)
{
  GArray *old = g_array_copy (self->parts);
  guint i;

  drop_variant (self);
  pub_select_unref (self->select);
  self->select = ref_select (select);
  read_streams (self, info);
  for (i = 0; i < info->n_streams; i++)
    set_part (get_part (self, i), keep_like (old, &info->streams[i]));
  g_array_unref (old);
  if (settle (self))
    return;
  /* too many different ones: what was selected is given up for everything */
  read_streams (self, info);
  settle (self);
}

/* Finds out whether what streams wait for is in this packet.  Returns: whether
 * the packet comes after all changes. */
static gboolean
look_for_keys (PubChoice * self, guint64 number, const AsfPacketInfo * info,
    const guint8 * data)
{
  gboolean is_settled = TRUE;
  guint i;

  for (i = 0; i < self->parts->len; i++) {
    Part *part = get_part (self, i);
    const Part *key = part->is_waiting ? find_part (self, part->key) : NULL;

    if (key != NULL && asf_packet_starts (info, data, key->number,
            has_keys (key))) {
      part->is_waiting = FALSE;
      part->at = number;
    }
    is_settled &= keep_at (part, number) == part->after;
  }
  return is_settled;
}

static GBytes *
make_bytes (const AsfPacketInfo * info, const guint8 * data,
    const AsfSelection * selection)
{
  guint8 *out = g_malloc (info->size);
  gsize n = asf_packet_select (info, data, selection, out);

  if (n > 0)
    return g_bytes_new_take (g_realloc (out, n), n);
  g_free (out);
  return NULL;
}

static GBytes *
ref_bytes (GBytes * bytes)
{
  return bytes != NULL ? g_bytes_ref (bytes) : NULL;
}

/* @info: NULL when the packet has not been read yet */
static GBytes *
get_shared (Variant * variant, guint64 number, const AsfPacketInfo * info,
    GBytes * packet)
{
  guint i = number % PUB_SELECT_KEPT;
  const guint8 *data;
  AsfPacketInfo own_info;
  gsize size;

  if (variant->kept[i].is_made && variant->kept[i].number == number)
    return ref_bytes (variant->kept[i].bytes);
  data = g_bytes_get_data (packet, &size);
  if (info == NULL && !asf_packet_read (data, size, &own_info, NULL))
    return NULL;
  g_clear_pointer (&variant->kept[i].bytes, g_bytes_unref);
  info = info != NULL ? info : &own_info;
  /* nothing is left out of it, and there is nothing to be cut off */
  variant->kept[i].bytes = variant->is_everything && info->padding == 0
      ? g_bytes_ref (packet) : make_bytes (info, data, &variant->selection);
  variant->kept[i].number = number;
  variant->kept[i].is_made = TRUE;
  return ref_bytes (variant->kept[i].bytes);
}

static Variant *
everything_new (void)
{
  Variant *variant = g_new0 (Variant, 1);

  memset (&variant->selection, ASF_KEEP_ALL, sizeof (variant->selection));
  variant->is_everything = TRUE;
  return variant;
}

static GBytes *
cut_own (const AsfSelection * selection, GBytes * packet)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  AsfPacketInfo info;

  return asf_packet_read (data, size, &info, NULL)
      ? make_bytes (&info, data, selection) : NULL;
}

GBytes *
pub_select_cut (PubSelect * self, guint64 number, GBytes * packet,
    gboolean is_own)
{
  if (self->everything == NULL)
    self->everything = everything_new ();
  if (is_own)
    return cut_own (&self->everything->selection, packet);
  return get_shared (self->everything, number, NULL, packet);
}

static GBytes *
get_own (PubChoice * self, guint64 number, const AsfPacketInfo * info,
    const guint8 * data)
{
  AsfSelection selection;
  guint i;

  memset (&selection, ASF_KEEP_NONE, sizeof (selection));
  for (i = 0; i < self->parts->len; i++)
    selection.keep[get_part (self, i)->number]
        = keep_at (get_part (self, i), number);
  return make_bytes (info, data, &selection);
}

GBytes *
pub_choice_filter (PubChoice * self, guint64 number, GBytes * packet,
    gboolean is_own)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  AsfPacketInfo info;

  if (!asf_packet_read (data, size, &info, NULL))
    return NULL;
  if (look_for_keys (self, number, &info, data) && self->variant != NULL
      && !is_own)
    return get_shared (self->variant, number, &info, packet);
  return get_own (self, number, &info, data);
}
