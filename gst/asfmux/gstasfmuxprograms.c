/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxprograms.h"

#include <string.h>
#include <glib/gi18n-lib.h>
#include <gst/tag/tag.h>

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* RFC 1766, 2: parts of at most eight characters. */
#define MAX_PART 8
/* A BYTE counts the bytes of the UTF-16 form (rules, 4.6). */
#define MAX_LANGUAGE 100
/* A language that nobody knows (ISO 639-2), for streams without one. */
#define NO_LANGUAGE "und"

static gboolean
part_is_valid (const gchar * part, gboolean is_first)
{
  const gchar *c;

  for (c = part; *c != '\0'; c++) {
    if (is_first ? !g_ascii_isalpha (*c) : !g_ascii_isalnum (*c))
      return FALSE;
  }
  return c > part && c - part <= MAX_PART;
}

/* A tag as Windows writes it: lower case, two letters for a language that has
 * such a code, "pt-br".  NULL when it is none. */
static gchar *
canonical_language (const gchar * text)
{
  g_autofree gchar *lower = g_ascii_strdown (text, -1);
  g_auto (GStrv) parts = NULL;
  const gchar *code;
  guint i;

  if (strlen (lower) > MAX_LANGUAGE)
    return NULL;
  parts = g_strsplit (g_strdelimit (lower, "_", '-'), "-", -1);
  for (i = 0; parts[i] != NULL; i++) {
    if (!part_is_valid (parts[i], i == 0))
      return NULL;
  }
  if (i == 0)
    return NULL;
  code = gst_tag_get_language_code_iso_639_1 (parts[0]);
  if (code != NULL) {
    g_free (parts[0]);
    parts[0] = g_strdup (code);
  }
  return g_strjoinv ("-", parts);
}

/* What the property says, else the tag; NULL for none. */
static gchar *
get_language (GstWmsAsfMuxPad * pad)
{
  g_autofree gchar *text = g_strdup (pad->settings.language);
  gchar *language;

  if (text == NULL && (pad->tags == NULL ||
          !gst_tag_list_get_string_index (pad->tags, GST_TAG_LANGUAGE_CODE, 0,
              &text)))
    return NULL;
  language = canonical_language (text);
  if (g_strcmp0 (language, NO_LANGUAGE) == 0)
    g_clear_pointer (&language, g_free);
  return language;
}

gboolean
gst_wms_asf_programs_language_changed (GstWmsAsfMuxPad * pad)
{
  g_autofree gchar *language = get_language (pad);

  return g_strcmp0 (language, pad->language) != 0;
}

static guint
find_language (GArray * languages, const gchar * language)
{
  gchar *copy = g_strdup (language);
  guint i;

  for (i = 0; i < languages->len; i++) {
    if (g_str_equal (g_array_index (languages, gchar *, i), language)) {
      g_free (copy);
      return i;
    }
  }
  g_array_append_val (languages, copy);
  return i;
}

/* Each language once, in the order of the streams; with any, streams without
 * one must not seem to have the first. */
static void
set_languages (AsfHeader * header, GPtrArray * pads, GstElement * mux)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    g_free (pad->language);
    pad->language = get_language (pad);
    any |= pad->language != NULL;
    if (pad->language == NULL && pad->settings.language != NULL)
      GST_ELEMENT_WARNING (mux, STREAM, MUX,
          (_("A language is left out: it is no tag such as en or pt-br.")),
          ("pad %s:%s, \"%s\"", GST_DEBUG_PAD_NAME (pad),
              pad->settings.language));
  }
  if (any) {
    header->languages = g_array_new (FALSE, FALSE, sizeof (gchar *));
    g_array_set_clear_func (header->languages,
        (GDestroyNotify) asf_language_clear);
  }
  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    pad->format.stream.language_index = any ? find_language (header->languages,
        pad->language ? pad->language : NO_LANGUAGE) : 0;
    pad->format.stream.name = pad->settings.stream_name;
    pad->format.stream.is_hidden = pad->settings.is_hidden;
  }
}

/* Takes @group and @records over; one stream, or one record, excludes none. */
static void
add_exclusion (AsfHeader * header, AsfExclusionType type, GArray * group,
    GArray * records)
{
  AsfExclusion exclusion = { type, group, records };

  if (asf_exclusion_count (&exclusion) < 2) {
    asf_exclusion_clear (&exclusion);
    return;
  }
  if (header->exclusions == NULL) {
    header->exclusions = g_array_new (FALSE, FALSE, sizeof (AsfExclusion));
    g_array_set_clear_func (header->exclusions,
        (GDestroyNotify) asf_exclusion_clear);
  }
  g_array_append_val (header->exclusions, exclusion);
}

/* Numbers of the pads of a group; with @like only those of its language. */
static GArray *
group_numbers (GPtrArray * group, GstWmsAsfMuxPad * like)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint8));
  guint i;

  for (i = 0; i < group->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (group, i);

    if (like == NULL || g_strcmp0 (pad->language, like->language) == 0)
      g_array_append_val (numbers, pad->number);
  }
  return numbers;
}

/* How many pads of the group have the language of its element @i, and whether
 * that is the first one of them. */
static guint
count_language (GPtrArray * group, guint i, gboolean * is_first)
{
  GstWmsAsfMuxPad *like = g_ptr_array_index (group, i);
  guint count = 0;
  guint k;

  *is_first = TRUE;
  for (k = 0; k < group->len; k++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (group, k);

    if (g_strcmp0 (pad->language, like->language) != 0)
      continue;
    *is_first &= k >= i;
    count++;
  }
  return count;
}

/* Streams that differ in language exclude each other by it; those of one
 * language by their rates. */
static void
add_automatic (AsfHeader * header, GPtrArray * group)
{
  gboolean is_first;
  guint i;

  if (group->len == 0)
    return;
  if (count_language (group, 0, &is_first) < group->len)
    add_exclusion (header, ASF_EXCLUSION_LANGUAGE, group_numbers (group, NULL),
        NULL);
  for (i = 0; i < group->len; i++) {
    count_language (group, i, &is_first);
    if (is_first)
      add_exclusion (header, ASF_EXCLUSION_BITRATE, group_numbers (group,
              g_ptr_array_index (group, i)), NULL);
  }
}

/* Whether two streams of one kind differ in language: a picture mostly has
 * none. */
static gboolean
differ_in_language (GPtrArray * group)
{
  guint i, k;

  for (i = 0; i < group->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (group, i);

    for (k = 0; k < i; k++) {
      GstWmsAsfMuxPad *other = g_ptr_array_index (group, k);

      if (other->format.stream.kind == pad->format.stream.kind
          && g_strcmp0 (other->language, pad->language) != 0)
        return TRUE;
    }
  }
  return FALSE;
}

static AsfExclusionType
group_type (GPtrArray * group)
{
  GstWmsAsfMuxPad *first = g_ptr_array_index (group, 0);

  switch (first->settings.exclusion_type) {
    case GST_WMS_ASF_EXCLUSION_LANGUAGE:
      return ASF_EXCLUSION_LANGUAGE;
    case GST_WMS_ASF_EXCLUSION_BITRATE:
      return ASF_EXCLUSION_BITRATE;
    case GST_WMS_ASF_EXCLUSION_UNKNOWN:
      return ASF_EXCLUSION_UNKNOWN;
    default:
      return differ_in_language (group) ? ASF_EXCLUSION_LANGUAGE :
          ASF_EXCLUSION_BITRATE;
  }
}

/* The sets of a group, as numbers of records; those by themselves behind the
 * others.  NULL when no stream is in a set. */
static GArray *
group_records (GPtrArray * group)
{
  GArray *records = g_array_new (FALSE, FALSE, sizeof (guint8));
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < group->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (group, i);
    guint8 record = pad->settings.exclusion_set;

    any |= record > 0;
    if (record == 0)
      record = ASF_MAX_STREAMS + pad->number;
    g_array_append_val (records, record);
  }
  if (!any)
    g_clear_pointer (&records, g_array_unref);
  return records;
}

static void
add_group (AsfHeader * header, GPtrArray * group)
{
  GstWmsAsfMuxPad *first = g_ptr_array_index (group, 0);
  GArray *records = group_records (group);

  if (records != NULL)
    add_exclusion (header, group_type (group), group_numbers (group, NULL),
        records);
  else if (first->settings.exclusion_type == GST_WMS_ASF_EXCLUSION_AUTO)
    add_automatic (header, group);
  else
    add_exclusion (header, group_type (group), group_numbers (group, NULL),
        NULL);
}

/* Audio streams of no group that all have a language, each another one. */
static void
add_spoken (AsfHeader * header, GPtrArray * pads)
{
  g_autoptr (GPtrArray) group = g_ptr_array_new ();
  gboolean is_first;
  guint i;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    if (pad->format.stream.kind == ASF_STREAM_AUDIO
        && pad->settings.exclusion_group == 0)
      g_ptr_array_add (group, pad);
  }
  for (i = 0; i < group->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (group, i);

    if (pad->language == NULL || count_language (group, i, &is_first) > 1)
      return;
  }
  add_exclusion (header, ASF_EXCLUSION_LANGUAGE, group_numbers (group, NULL),
      NULL);
}

static void
set_exclusions (AsfHeader * header, GPtrArray * pads)
{
  gboolean seen[ASF_MAX_STREAMS + 1] = { FALSE };
  guint i, k;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);
    guint number = pad->settings.exclusion_group;
    g_autoptr (GPtrArray) group = NULL;

    if (number == 0 || seen[number])
      continue;
    seen[number] = TRUE;
    group = g_ptr_array_new ();
    for (k = i; k < pads->len; k++) {
      GstWmsAsfMuxPad *other = g_ptr_array_index (pads, k);

      if (other->settings.exclusion_group == number)
        g_ptr_array_add (group, other);
    }
    add_group (header, group);
  }
  add_spoken (header, pads);
}

/* rules, 4.4: no optional stream before a mandatory one */
static gint
compare_priorities (gconstpointer a, gconstpointer b)
{
  const GstWmsAsfMuxPad *one = *(GstWmsAsfMuxPad * const *) a;
  const GstWmsAsfMuxPad *other = *(GstWmsAsfMuxPad * const *) b;

  if (one->settings.is_mandatory != other->settings.is_mandatory)
    return one->settings.is_mandatory ? -1 : 1;
  if (one->settings.priority != other->settings.priority)
    return (gint) one->settings.priority - (gint) other->settings.priority;
  return one->number - other->number;
}

static void
set_priorities (AsfHeader * header, GPtrArray * pads)
{
  g_autoptr (GPtrArray) ranked = g_ptr_array_new ();
  guint i;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    if (pad->settings.priority > 0)
      g_ptr_array_add (ranked, pad);
  }
  if (ranked->len == 0)
    return;
  g_ptr_array_sort (ranked, compare_priorities);
  header->priorities = g_array_new (FALSE, FALSE, sizeof (AsfPriority));
  for (i = 0; i < ranked->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (ranked, i);
    AsfPriority priority = { pad->number, pad->settings.is_mandatory };

    g_array_append_val (header->priorities, priority);
  }
}

void
gst_wms_asf_programs_start (AsfHeader * header, GPtrArray * pads,
    GstElement * mux)
{
  set_languages (header, pads, mux);
  set_exclusions (header, pads);
  set_priorities (header, pads);
}

void
gst_wms_asf_programs_clear (AsfHeader * header)
{
  g_clear_pointer (&header->languages, g_array_unref);
  g_clear_pointer (&header->exclusions, g_array_unref);
  g_clear_pointer (&header->priorities, g_array_unref);
}
