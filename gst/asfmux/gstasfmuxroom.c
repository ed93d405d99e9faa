/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxroom.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "asf/asfreader.h"
#include "asf/asfwriter.h"
#include "asfmux/gstasfmuxtagvalue.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* What a value takes beside its name and itself (rules, 3.11, 4.7). */
#define DESCRIPTOR_HEAD 6
#define RECORD_HEAD 12

#define N_FIELDS 5

/* Largest header that a push can carry (protocol.md, A session). */
#define MAX_LIVE_HEADER 65531
/* Far from where sizes of 32 bits end. */
#define MAX_FILE_HEADER (1024 * 1024 * 1024)

/* Something that can be left out. */
typedef struct
{
  gchar **field;                /* of the Content Description, or */
  GArray *array;                /* a value in this array */
  guint index;
  gboolean is_picture;
  gsize size;
} Candidate;

static void
add_values (GArray * candidates, GArray * array, guint first, gsize head)
{
  guint i;

  for (i = first; i < array->len; i++) {
    const AsfAttribute *attribute = &g_array_index (array, AsfAttribute, i);
    Candidate candidate = {
      .array = array,
      .index = i,
      .is_picture = attribute->type == ASF_ATTRIBUTE_BINARY,
      .size = head + asf_utf16_size (attribute->name) +
          gst_wms_asf_attribute_size (attribute),
    };

    g_array_append_val (candidates, candidate);
  }
}

static const gchar *
candidate_name (GstWmsAsfTags * self, const Candidate * candidate)
{
  AsfDescription *d = &self->description;

  if (candidate->field == NULL)
    return g_array_index (candidate->array, AsfAttribute,
        candidate->index).name;
  return candidate->field == &d->title ? "Title" :
      candidate->field == &d->author ? "Author" :
      candidate->field == &d->copyright ? "Copyright" :
      candidate->field == &d->description ? "Description" : "Rating";
}

static void
add_fields (GArray * candidates, AsfDescription * d)
{
  gchar **fields[N_FIELDS] = { &d->title, &d->author, &d->copyright,
    &d->description, &d->rating
  };
  guint i;

  for (i = 0; i < N_FIELDS; i++) {
    Candidate candidate = {.field = fields[i],.size =
          asf_utf16_size (*fields[i])
    };

    if (candidate.size > 0)
      g_array_append_val (candidates, candidate);
  }
}

/* Pictures first, then the longest. */
static gint
compare_candidates (gconstpointer a, gconstpointer b)
{
  const Candidate *x = a;
  const Candidate *y = b;

  if (x->is_picture != y->is_picture)
    return x->is_picture ? -1 : 1;
  return x->size < y->size ? 1 : x->size > y->size ? -1 : 0;
}

static GArray *
collect_candidates (GstWmsAsfTags * self)
{
  GArray *candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));

  add_fields (candidates, &self->description);
  add_values (candidates, self->attributes, self->n_fixed, DESCRIPTOR_HEAD);
  add_values (candidates, self->library, 0, RECORD_HEAD);
  g_array_sort (candidates, compare_candidates);
  return candidates;
}

/* Values without a name were given up. */
static void
sweep (GArray * array)
{
  guint kept = 0;
  guint i;

  for (i = 0; i < array->len; i++) {
    AsfAttribute *attribute = &g_array_index (array, AsfAttribute, i);

    if (attribute->name == NULL)
      continue;
    if (kept < i) {
      g_array_index (array, AsfAttribute, kept) = *attribute;
      memset (attribute, 0, sizeof *attribute);
    }
    kept++;
  }
  g_array_set_size (array, kept);
}

/* Gives up values until they make up @excess bytes; FALSE when there was
 * nothing to give up. */
static gboolean
give_up (GstWmsAsfTags * self, gsize excess)
{
  g_autoptr (GArray) candidates = collect_candidates (self);
  gsize gained = 0;
  guint i;

  for (i = 0; i < candidates->len && gained < excess; i++) {
    Candidate *candidate = &g_array_index (candidates, Candidate, i);

    gst_wms_asf_tags_leave_out (self, candidate_name (self, candidate));
    gained += candidate->size;
    if (candidate->field != NULL)
      g_clear_pointer (candidate->field, g_free);
    else
      asf_attribute_clear (&g_array_index (candidate->array, AsfAttribute,
              candidate->index));
  }
  sweep (self->attributes);
  sweep (self->library);
  return gained > 0;
}

/* Nobody reads padding; what is left of it has to hold its own head. */
static void
give_up_padding (GstWmsAsfTags * self, AsfHeader * header, gsize excess)
{
  gsize padding = header->padding > excess ? header->padding - excess : 0;

  if (header->padding == 0)
    return;
  header->padding = padding >= ASF_OBJECT_HEAD_SIZE ? padding : 0;
  gst_wms_asf_tags_leave_out (self, "padding");
}

/* Leaves values out until the header is not larger than @max_size, or nothing
 * is left to leave out. */
static gboolean
fit (GstWmsAsfTags * self, AsfHeader * header, gsize max_size, gsize * size,
    GError ** error)
{
  if (!asf_header_get_size (header, size, error))
    return FALSE;
  if (*size > max_size)
    give_up_padding (self, header, *size - max_size);
  for (;;) {
    if (!asf_header_get_size (header, size, error))
      return FALSE;
    if (*size <= max_size || !give_up (self, *size - max_size))
      return TRUE;
    gst_wms_asf_tags_apply (self, header);
  }
}

static void
report_left_out (const GstWmsAsfTags * self, GstElement * mux)
{
  GString *text;
  guint i;

  if (self->n_left_out == 0)
    return;
  text = g_string_new (NULL);
  for (i = 0; i < self->left_out->len; i++)
    g_string_append_printf (text, "%s%.100s", i > 0 ? ", " : "",
        (const gchar *) g_ptr_array_index (self->left_out, i));
  if (self->left_out->len == GST_WMS_ASF_TAGS_MAX_NAMES)
    g_string_append (text, ", ...");
  GST_ELEMENT_WARNING (mux, STREAM, MUX,
      (_("The header cannot hold everything. Left out: %s"), text->str),
      ("%u values", self->n_left_out));
  g_string_free (text, TRUE);
}

gboolean
gst_wms_asf_room_make (GstWmsAsfTags * self, AsfHeader * header,
    guint max_live_size, GstElement * mux)
{
  gboolean is_live = header->flags & ASF_FILE_BROADCAST;
  gsize max_size = !is_live ? MAX_FILE_HEADER :
      max_live_size > 0 ? max_live_size : MAX_LIVE_HEADER;
  g_autoptr (GError) error = NULL;
  gsize size;

  if (!fit (self, header, max_size, &size, &error)) {
    GST_ELEMENT_ERROR (mux, STREAM, MUX,
        (_("The ASF header could not be written: the tags or codec data are "
                "too large.")), ("%s, domain %s, code %d", error->message,
            g_quark_to_string (error->domain), error->code));
    return FALSE;
  }
  if (size > max_size) {
    GST_ELEMENT_ERROR (mux, STREAM, MUX,
        (_("The header is too large for a live stream: use fewer streams, or "
                "a larger max-header-size.")), ("%" G_GSIZE_FORMAT
            " bytes without tags, at most %" G_GSIZE_FORMAT, size, max_size));
    return FALSE;
  }
  report_left_out (self, mux);
  return TRUE;
}
