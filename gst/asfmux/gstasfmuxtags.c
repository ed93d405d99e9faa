/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxtags.h"

#include <string.h>

#include "asf/asfwriter.h"
#include "asfmux/gstasfmuxpad.h"
#include "asfmux/gstasfmuxtagtable.h"
#include "asfmux/gstasfmuxtagvalue.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* A WORD counts values, and another one the bytes of a name (rules, 3.11). */
#define MAX_VALUES G_MAXUINT16
#define MAX_NAME_BYTES G_MAXUINT16

#define TOOL_NAME "gst-wms asfmux"

/* What is needed while tags are read: names that the file has, and all values
 * by name, so that none is written twice. */
typedef struct
{
  GstWmsAsfTags *tags;
  const GstTagList *list;
  guint8 stream_number;
  guint16 language_index;
  GHashTable *names;
  GHashTable *values;
  GHashTable *blobs;
} Reader;

/* The field of the Content Description Object with that name. */
static gchar **
find_field (AsfDescription * description, const gchar * name)
{
  static const struct
  {
    const gchar *name;
    gsize offset;
  } fields[] = {
    {"Title", G_STRUCT_OFFSET (AsfDescription, title)},
    {"Author", G_STRUCT_OFFSET (AsfDescription, author)},
    {"Copyright", G_STRUCT_OFFSET (AsfDescription, copyright)},
    {"Description", G_STRUCT_OFFSET (AsfDescription, description)},
    {"Rating", G_STRUCT_OFFSET (AsfDescription, rating)},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    if (g_str_equal (fields[i].name, name))
      return &G_STRUCT_MEMBER (gchar *, description, fields[i].offset);
  }
  return NULL;
}

static void
add_fixed (GArray * array, const gchar * name, const gchar * text,
    gboolean value, guint8 stream_number)
{
  AsfAttribute attribute = {
    .name = g_strdup (name),
    .type = text ? ASF_ATTRIBUTE_TEXT : ASF_ATTRIBUTE_BOOL,
    .text = g_strdup (text),
    .number = value,
    .stream_number = stream_number,
  };

  g_array_append_val (array, attribute);
}

static void
add_number (GArray * array, const gchar * name, guint32 number,
    guint8 stream_number)
{
  AsfAttribute attribute = {
    .name = g_strdup (name),
    .type = ASF_ATTRIBUTE_DWORD,
    .number = number,
    .stream_number = stream_number,
  };

  g_array_append_val (array, attribute);
}

/* The same for each stream, and without its number for the file. */
static gchar *
value_key (const AsfAttribute * attribute, guint stream_number)
{
  if (attribute->type == ASF_ATTRIBUTE_TEXT)
    return g_strdup_printf ("%u/%s=%s", stream_number, attribute->name,
        attribute->text);
  return g_strdup_printf ("%u/%s=%" G_GUINT64_FORMAT, stream_number,
      attribute->name, attribute->number);
}

/* Whether file or stream have the value already; it is remembered. */
static gboolean
is_repeated (Reader * reader, const AsfAttribute * attribute)
{
  g_autofree gchar *of_file = NULL;

  if (attribute->type == ASF_ATTRIBUTE_BINARY) {
    if (reader->stream_number > 0)
      return g_hash_table_contains (reader->blobs, attribute->bytes);
    return !g_hash_table_add (reader->blobs, g_bytes_ref (attribute->bytes));
  }
  of_file = value_key (attribute, 0);
  return g_hash_table_contains (reader->values, of_file)
      || !g_hash_table_add (reader->values, value_key (attribute,
          reader->stream_number));
}

static gboolean
name_fits (const gchar * name)
{
  return asf_utf16_size (name) <= MAX_NAME_BYTES;
}

/* The object that takes the value, NULL when none does: what is long, of a
 * stream or repeated belongs in the Metadata Library (rules, 3.11). */
static GArray *
choose_object (Reader * reader, const AsfAttribute * attribute, gsize size,
    gboolean repeats)
{
  GstWmsAsfTags *tags = reader->tags;
  gboolean is_first = reader->stream_number == 0
      && g_hash_table_add (reader->names, g_strdup (attribute->name));

  if (!name_fits (attribute->name))
    return NULL;
  /* a Reader has its tags from the beginning, which the analyser loses
   * NOLINTBEGIN(clang-analyzer-core.NullDereference) */
  if (reader->stream_number == 0 && size <= ASF_ATTRIBUTE_MAX_SIZE
      && (is_first || repeats)
      && find_field (&tags->description, attribute->name) == NULL
      && tags->attributes->len < MAX_VALUES)
    return tags->attributes;
  return tags->library->len < MAX_VALUES ? tags->library : NULL;
  /* NOLINTEND(clang-analyzer-core.NullDereference) */
}

/* Takes the attribute. */
static void
place (Reader * reader, AsfAttribute * attribute, gboolean repeats)
{
  gsize size = gst_wms_asf_attribute_size (attribute);
  gchar **field = find_field (&reader->tags->description, attribute->name);
  GArray *object;

  if (size == 0 || is_repeated (reader, attribute)) {
    asf_attribute_clear (attribute);
    return;
  }
  if (field != NULL && *field == NULL && reader->stream_number == 0
      && size <= ASF_ATTRIBUTE_MAX_SIZE) {
    *field = g_steal_pointer (&attribute->text);
    asf_attribute_clear (attribute);
    return;
  }
  object = choose_object (reader, attribute, size, repeats);
  if (object == NULL) {
    gst_wms_asf_tags_leave_out (reader->tags, attribute->name);
    asf_attribute_clear (attribute);
    return;
  }
  attribute->stream_number = reader->stream_number;
  if (object == reader->tags->library)
    attribute->language_index = reader->language_index;
  g_array_append_val (object, *attribute);
}

/* A disc's number with their count, as Windows' writers have it; the count
 * alone has a name of its own. */
static gboolean
read_disc (Reader * reader, const GstWmsAsfTagLine * line, const GValue * value,
    AsfAttribute * attribute)
{
  gboolean is_count = g_str_equal (line->tag, GST_TAG_ALBUM_VOLUME_COUNT);
  guint number, count;

  memset (attribute, 0, sizeof *attribute);
  if (is_count && gst_tag_list_get_uint (reader->list,
          GST_TAG_ALBUM_VOLUME_NUMBER, &number))
    return FALSE;
  attribute->type = ASF_ATTRIBUTE_TEXT;
  number = g_value_get_uint (value);
  if (!is_count && gst_tag_list_get_uint (reader->list,
          GST_TAG_ALBUM_VOLUME_COUNT, &count))
    attribute->text = g_strdup_printf ("%u/%u", number, count);
  else
    attribute->text = g_strdup_printf ("%u", number);
  return TRUE;
}

static void
read_value (Reader * reader, const gchar * tag, const GstWmsAsfTagLine * line,
    const GValue * value)
{
  AsfAttribute attribute;

  if (line != NULL && line->form == GST_WMS_ASF_TAG_DISC) {
    if (!read_disc (reader, line, value, &attribute))
      return;
  } else if (!gst_wms_asf_tag_value (&attribute, line, value)) {
    gst_wms_asf_tags_leave_out (reader->tags, tag);
    asf_attribute_clear (&attribute);
    return;
  }
  if (attribute.name == NULL)
    attribute.name = g_strdup (line ? line->name : tag);
  place (reader, &attribute, line != NULL && line->repeats);
}

static void
read_line (Reader * reader, const gchar * tag, const GstWmsAsfTagLine * line)
{
  guint n = gst_tag_list_get_tag_size (reader->list, tag);
  guint i;

  if (line != NULL && line->form == GST_WMS_ASF_TAG_ELSEWHERE)
    return;
  /* both are WM/Year; the other one knows more */
  if (g_str_equal (tag, GST_TAG_DATE)
      && gst_tag_list_get_tag_size (reader->list, GST_TAG_DATE_TIME) > 0)
    return;
  for (i = 0; i < n; i++)
    read_value (reader, tag, line, gst_tag_list_get_value_index (reader->list,
            tag, i));
}

static void
read_tag (Reader * reader, const gchar * tag)
{
  const GstWmsAsfTagLine *line = gst_wms_asf_tag_find (tag, NULL);

  do {
    read_line (reader, tag, line);
    if (line != NULL)
      line = gst_wms_asf_tag_find (tag, line);
  } while (line != NULL);
}

static void
read_list (Reader * reader, const GstTagList * list)
{
  gint i;

  reader->list = list;
  for (i = 0; i < gst_tag_list_n_tags (list); i++)
    read_tag (reader, gst_tag_list_nth_tag_name (list, i));
}

/* The language of a stream is in the Language List. */
static GstTagList *
stream_tags (GstWmsAsfMuxPad * pad)
{
  GstTagList *tags = gst_tag_list_copy (pad->tags);

  gst_tag_list_remove_tag (tags, GST_TAG_LANGUAGE_CODE);
  return tags;
}

/* What a stream says, and the application does not. */
static void
read_stream (Reader * reader, GstWmsAsfMuxPad * pad, const GstTagList * own)
{
  GstTagList *tags = stream_tags (pad);
  gint i;

  for (i = 0; own != NULL && i < gst_tag_list_n_tags (own); i++)
    gst_tag_list_remove_tag (tags, gst_tag_list_nth_tag_name (own, i));
  reader->stream_number = pad->number;
  reader->language_index = pad->format.stream.language_index;
  read_list (reader, tags);
  gst_tag_list_unref (tags);
}

static void
merge_stream (GstTagList * tags, GstWmsAsfMuxPad * pad, GstTagMergeMode mode)
{
  GstTagList *more = stream_tags (pad);

  gst_tag_list_insert (tags, more, mode);
  gst_tag_list_unref (more);
}

GstTagList *
gst_wms_asf_tags_merged (GstTagSetter * setter, GPtrArray * pads,
    gboolean merge)
{
  const GstTagList *own = gst_tag_setter_get_tag_list (setter);
  GstTagMergeMode mode = gst_tag_setter_get_tag_merge_mode (setter);
  GstTagList *tags = own ? gst_tag_list_copy (own) : gst_tag_list_new_empty ();
  guint i;

  for (i = 0; merge && i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    if (pad->tags != NULL)
      merge_stream (tags, pad, mode);
  }
  gst_tag_list_set_scope (tags, GST_TAG_SCOPE_GLOBAL);
  return tags;
}

static void
read_lists (Reader * reader, GstTagSetter * setter, GPtrArray * pads,
    gboolean merge)
{
  const GstTagList *own = gst_tag_setter_get_tag_list (setter);
  GstTagMergeMode mode = gst_tag_setter_get_tag_merge_mode (setter);
  GstTagList *tags = gst_wms_asf_tags_merged (setter, pads, merge);
  guint i;

  read_list (reader, tags);
  for (i = 0; merge && mode != GST_TAG_MERGE_KEEP_ALL && i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    if (pad->tags != NULL)
      read_stream (reader, pad, own);
  }
  gst_tag_list_unref (tags);
}

static gboolean
is_vbr (GstWmsAsfMuxPad * pad)
{
  guint min, max;

  return pad->tags != NULL
      && gst_tag_list_get_uint (pad->tags, GST_TAG_MINIMUM_BITRATE, &min)
      && gst_tag_list_get_uint (pad->tags, GST_TAG_MAXIMUM_BITRATE, &max)
      && min < max;
}

/* What readers look for in the Metadata Object (rules, 4.7). */
static void
read_shape (GArray * metadata, GstWmsAsfMuxPad * pad)
{
  GstCaps *caps = gst_pad_get_current_caps (GST_PAD (pad));
  gint x, y;

  if (caps != NULL && gst_structure_get_fraction (gst_caps_get_structure (caps,
              0), "pixel-aspect-ratio", &x, &y) && x > 0 && y > 0 && x != y) {
    add_number (metadata, "AspectRatioX", x, pad->number);
    add_number (metadata, "AspectRatioY", y, pad->number);
  }
  gst_clear_caps (&caps);
}

static void
read_metadata (GstWmsAsfTags * self, GPtrArray * pads)
{
  gboolean any_vbr = FALSE;
  guint i;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    any_vbr |= is_vbr (pad);
    add_fixed (self->metadata, "IsVBR", NULL, is_vbr (pad), pad->number);
    read_shape (self->metadata, pad);
  }
  /* in every file of Windows' writers (rules, 3.11); their WMFSDKVersion
   * would say that one of them wrote this file */
  add_fixed (self->attributes, "WMFSDKNeeded", "0.0.0.0000", FALSE, 0);
  add_fixed (self->attributes, "IsVBR", NULL, any_vbr, 0);
}

/* Who wrote it, when the application does not say. */
static void
add_tool (GstWmsAsfTags * self, GstTagSetter * setter)
{
  const GstTagList *own = gst_tag_setter_get_tag_list (setter);

  if (own != NULL && gst_tag_list_get_tag_size (own,
          GST_TAG_APPLICATION_NAME) > 0)
    return;
  add_fixed (self->attributes, "WM/ToolName", TOOL_NAME, FALSE, 0);
  add_fixed (self->attributes, "WM/ToolVersion", VERSION, FALSE, 0);
}

static void
digest_text (GChecksum * checksum, const gchar * text)
{
  const gchar *bytes = text ? text : "";

  g_checksum_update (checksum, (const guchar *) bytes, strlen (bytes) + 1);
}

static void
digest_attributes (GChecksum * checksum, GArray * array, guint first)
{
  guint i;

  for (i = first; i < array->len; i++) {
    const AsfAttribute *attribute = &g_array_index (array, AsfAttribute, i);
    g_autofree gchar *numbers = g_strdup_printf ("%u %d %" G_GUINT64_FORMAT,
        attribute->stream_number, attribute->type, attribute->number);

    digest_text (checksum, numbers);
    digest_text (checksum, attribute->name);
    digest_text (checksum, attribute->text);
    if (attribute->bytes != NULL)
      g_checksum_update (checksum, g_bytes_get_data (attribute->bytes, NULL),
          g_bytes_get_size (attribute->bytes));
  }
}

/* What the file says of the streams' rates is no part of it. */
static gchar *
new_digest (const GstWmsAsfTags * self)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  digest_text (checksum, self->description.title);
  digest_text (checksum, self->description.author);
  digest_text (checksum, self->description.copyright);
  digest_text (checksum, self->description.description);
  digest_text (checksum, self->description.rating);
  digest_attributes (checksum, self->attributes, self->n_fixed);
  digest_attributes (checksum, self->library, 0);
  return g_strdup (g_checksum_get_string (checksum));
}

static GArray *
new_attributes (void)
{
  GArray *array = g_array_new (FALSE, FALSE, sizeof (AsfAttribute));

  g_array_set_clear_func (array, (GDestroyNotify) asf_attribute_clear);
  return array;
}

void
gst_wms_asf_tags_read (GstWmsAsfTags * self, GstTagSetter * setter,
    GPtrArray * pads, gboolean merge)
{
  Reader reader = {.tags = self };
  guint i;

  memset (self, 0, sizeof *self);
  self->attributes = new_attributes ();
  self->metadata = new_attributes ();
  self->library = new_attributes ();
  self->left_out = g_ptr_array_new_with_free_func (g_free);
  read_metadata (self, pads);
  add_tool (self, setter);
  self->n_fixed = self->attributes->len;

  reader.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (i = 0; i < self->n_fixed; i++)
    g_hash_table_add (reader.names, g_strdup (g_array_index (self->attributes,
                AsfAttribute, i).name));
  reader.values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  reader.blobs = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
      (GDestroyNotify) g_bytes_unref, NULL);
  read_lists (&reader, setter, pads, merge);
  g_hash_table_unref (reader.names);
  g_hash_table_unref (reader.values);
  g_hash_table_unref (reader.blobs);
  self->digest = new_digest (self);
}

void
gst_wms_asf_tags_clear (GstWmsAsfTags * self)
{
  asf_description_clear (&self->description);
  g_clear_pointer (&self->attributes, g_array_unref);
  g_clear_pointer (&self->metadata, g_array_unref);
  g_clear_pointer (&self->library, g_array_unref);
  g_clear_pointer (&self->left_out, g_ptr_array_unref);
  g_clear_pointer (&self->digest, g_free);
  memset (self, 0, sizeof *self);
}

void
gst_wms_asf_tags_leave_out (GstWmsAsfTags * self, const gchar * name)
{
  guint i;

  /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): as above */
  self->n_left_out++;
  GST_LOG ("left out: %.200s", name);
  if (self->left_out->len == GST_WMS_ASF_TAGS_MAX_NAMES)
    return;
  for (i = 0; i < self->left_out->len; i++) {
    if (g_str_equal (g_ptr_array_index (self->left_out, i), name))
      return;
  }
  g_ptr_array_add (self->left_out, g_strdup (name));
}

void
gst_wms_asf_tags_log_long (const GstWmsAsfTags * self)
{
  guint i;

  for (i = 0; i < self->library->len; i++) {
    const AsfAttribute *attribute = &g_array_index (self->library,
        AsfAttribute, i);
    gsize size = gst_wms_asf_attribute_size (attribute);

    if (size > ASF_ATTRIBUTE_MAX_SIZE)
      GST_WARNING ("%.200s is %" G_GSIZE_FORMAT " bytes long: it is in the "
          "Metadata Library, which asfdemux and FFmpeg do not show",
          attribute->name, size);
  }
}

void
gst_wms_asf_tags_apply (const GstWmsAsfTags * self, AsfHeader * header)
{
  header->description = self->description;
  header->attributes = self->attributes;
  header->metadata = self->metadata;
  header->library = self->library;
}
