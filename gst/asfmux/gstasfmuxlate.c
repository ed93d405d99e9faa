/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxlate.h"

#include <string.h>

/* Whether @size bytes and a Padding Object, or none, fill the room. */
static gboolean
fills (gsize size, gsize room)
{
  return size == room || (size < room && room - size >= ASF_OBJECT_HEAD_SIZE);
}

/* Where the rest is too small for a Padding Object, or a few bytes are
 * missing, the Compatibility Object, which says nothing, gives its own. */
gboolean
gst_wms_asf_late_fit_room (AsfHeader * header, gsize room)
{
  gsize size;

  header->padding = 0;
  header->omits_compatibility = FALSE;
  if (!asf_header_get_size (header, &size, NULL))
    return FALSE;
  if (!fills (size, room)) {
    header->omits_compatibility = TRUE;
    size -= ASF_COMPATIBILITY_SIZE;
  }
  if (!fills (size, room))
    return FALSE;
  header->padding = room - size;
  return TRUE;
}

static gsize
value_size (const AsfAttribute * attribute)
{
  if (attribute->bytes != NULL)
    return g_bytes_get_size (attribute->bytes);
  return attribute->text ? 2 * strlen (attribute->text) : sizeof (guint64);
}

static gboolean
same_bytes (GBytes * a, GBytes * b)
{
  return a == b || (a != NULL && b != NULL && g_bytes_equal (a, b));
}

static gboolean
is_written (const AsfAttribute * attribute, GArray * written)
{
  guint i;

  for (i = 0; i < written->len; i++) {
    const AsfAttribute *other = &g_array_index (written, AsfAttribute, i);

    if (attribute->type == other->type && attribute->number == other->number
        && attribute->stream_number == other->stream_number
        && attribute->language_index == other->language_index
        && g_strcmp0 (attribute->name, other->name) == 0
        && g_strcmp0 (attribute->text, other->text) == 0
        && same_bytes (attribute->bytes, other->bytes))
      return TRUE;
  }
  return FALSE;
}

/* The largest new value so far: in an array, or one of the five texts. */
typedef struct
{
  gsize size;
  GArray *array;
  guint position;
  gchar **text;
  const gchar *old_text;
  const gchar *name;
} Candidate;

static gboolean
is_larger (const Candidate * best, gsize size)
{
  return best->name == NULL || size > best->size;
}

static void
look_at_array (Candidate * best, GArray * array, GArray * written)
{
  guint i;

  for (i = 0; i < array->len; i++) {
    const AsfAttribute *attribute = &g_array_index (array, AsfAttribute, i);
    gsize size = value_size (attribute);

    if (!is_larger (best, size) || is_written (attribute, written))
      continue;
    best->size = size;
    best->array = array;
    best->position = i;
    best->name = attribute->name;
  }
}

static void
look_at_text (Candidate * best, gchar ** text, const gchar * written,
    const gchar * name)
{
  gsize size = *text ? 2 * strlen (*text) : 0;

  if (!is_larger (best, size) || g_strcmp0 (*text, written) == 0)
    return;
  best->size = size;
  best->array = NULL;
  best->text = text;
  best->old_text = written;
  best->name = name;
}

/* Takes the largest new value back; FALSE when nothing is new. */
static gboolean
take_back (GstWmsAsfTags * tags, const GstWmsAsfTags * written)
{
  AsfDescription *now = &tags->description;
  const AsfDescription *then = &written->description;
  Candidate best = { 0, };

  look_at_array (&best, tags->attributes, written->attributes);
  look_at_array (&best, tags->metadata, written->metadata);
  look_at_array (&best, tags->library, written->library);
  look_at_text (&best, &now->title, then->title, "Title");
  look_at_text (&best, &now->author, then->author, "Author");
  look_at_text (&best, &now->copyright, then->copyright, "Copyright");
  look_at_text (&best, &now->description, then->description, "Description");
  look_at_text (&best, &now->rating, then->rating, "Rating");
  if (best.name == NULL)
    return FALSE;
  gst_wms_asf_tags_leave_out (tags, best.name);
  if (best.array != NULL) {
    g_array_remove_index (best.array, best.position);
  } else {
    g_free (*best.text);
    *best.text = g_strdup (best.old_text);
  }
  return TRUE;
}

gboolean
gst_wms_asf_late_fit (GstWmsAsfTags * tags, const GstWmsAsfTags * written,
    AsfHeader * header, gsize room)
{
  while (!gst_wms_asf_late_fit_room (header, room)) {
    if (!take_back (tags, written))
      return FALSE;
    gst_wms_asf_tags_apply (tags, header);
  }
  return TRUE;
}

gchar *
gst_wms_asf_late_names (const GstWmsAsfTags * tags)
{
  GString *names;
  guint i;

  if (tags->n_left_out == 0)
    return NULL;
  names = g_string_new (NULL);
  for (i = 0; i < tags->left_out->len; i++)
    g_string_append_printf (names, "%s%.100s", i > 0 ? ", " : "",
        (const gchar *) g_ptr_array_index (tags->left_out, i));
  return g_string_free (names, FALSE);
}
