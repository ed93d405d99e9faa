/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxchapters.h"

#include <string.h>

#include "asfmux/gstasfmuxpad.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Times beyond are taken for this one: differences then hold. */
#define MAX_CHAPTER_TIME (G_MAXINT64 / 8)

#define PLACE_INTERVAL_MS 1000

/* A WORD has the bytes of an entry (rules, 3.7); a character takes four of
 * them at most. */
#define MAX_TITLE_CHARS 16000
/* Tables are nested by hand; deeper ones, and longer ones, are made to hurt. */
#define MAX_DEPTH 16
#define MAX_MARKERS 65535

/* A table of contents that is read. */
typedef struct
{
  GArray *markers;
  GstWmsAsfMuxPad *pad;         /* whose it is, NULL for the application's */
  GstClockTimeDiff origin;
  guint64 preroll_ms;
} Reader;

void
gst_wms_asf_toc_clear (GstToc ** toc)
{
  if (*toc != NULL)
    gst_toc_unref (*toc);
  *toc = NULL;
}

void
gst_wms_asf_chapters_start (GstWmsAsfChapters * self, GPtrArray * pads)
{
  guint i;

  gst_wms_asf_chapters_clear (self);
  self->places = g_array_new (FALSE, FALSE, sizeof (GstWmsAsfPlace));
  self->recent = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);
    gboolean is_video = pad->format.stream.kind == ASF_STREAM_VIDEO;

    if (is_video || self->stream_number == 0)
      self->stream_number = pad->number;
    if (is_video)
      break;
  }
}

void
gst_wms_asf_chapters_clear (GstWmsAsfChapters * self)
{
  g_clear_pointer (&self->places, g_array_unref);
  g_clear_pointer (&self->recent, g_array_unref);
  gst_wms_asf_toc_clear (&self->toc);
  memset (self, 0, sizeof *self);
}

static GstWmsAsfPlace *
place_at (const GstWmsAsfChapters * self, guint i)
{
  return &g_array_index (self->places, GstWmsAsfPlace, i);
}

void
gst_wms_asf_chapters_add_packet (GstWmsAsfChapters * self, guint32 send_ms)
{
  if (self->places == NULL)
    return;
  g_array_append_val (self->recent, send_ms);
  while (self->n_sent < self->places->len
      && place_at (self, self->n_sent)->packet <= self->n_packets)
    place_at (self, self->n_sent++)->send_ms = send_ms;
  self->n_packets++;
}

/* The Send Time of a packet that was finished while its object was written. */
static void
add_place (GstWmsAsfChapters * self, guint32 pres_ms, guint64 packet)
{
  GstWmsAsfPlace place = {.pres_ms = pres_ms,.packet = packet };
  guint64 first_recent = self->n_packets - self->recent->len;

  if (packet > G_MAXUINT32 || (self->places->len > 0 && pres_ms <
          place_at (self, self->places->len - 1)->pres_ms + PLACE_INTERVAL_MS))
    return;
  if (packet >= first_recent && packet < self->n_packets) {
    place.send_ms = g_array_index (self->recent, guint32,
        packet - first_recent);
    self->n_sent = self->places->len + 1;
  }
  g_array_append_val (self->places, place);
}

void
gst_wms_asf_chapters_add_object (GstWmsAsfChapters * self,
    const AsfObject * object, guint64 packet)
{
  if (object->is_key && object->stream_number == self->stream_number)
    add_place (self, object->pres_ms, packet);
  g_array_set_size (self->recent, 0);
}

GstToc *
gst_wms_asf_chapters_find_toc (GstElement * mux, GPtrArray * pads)
{
  GstToc *toc = gst_toc_setter_get_toc (GST_TOC_SETTER (mux));
  guint i;

  for (i = 0; toc == NULL && i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    if (pad->toc != NULL)
      toc = gst_toc_ref (pad->toc);
  }
  return toc;
}

/* From a stream's time to the file's; before its beginning is less than 0. */
static GstClockTimeDiff
to_content (const Reader * reader, gint64 time)
{
  const GstSegment *segment;
  guint64 position, running;
  gint sign;

  if (reader->pad == NULL)
    return time;
  time = CLAMP (time, -MAX_CHAPTER_TIME, MAX_CHAPTER_TIME);
  segment = &reader->pad->toc_segment;
  if (time < 0 || segment->format != GST_FORMAT_TIME)
    return time - reader->origin;
  sign = gst_segment_position_from_stream_time_full (segment, GST_FORMAT_TIME,
      time, &position);
  if (sign <= 0)
    return -1;
  sign = gst_segment_to_running_time_full (segment, GST_FORMAT_TIME, position,
      &running);
  running = MIN (running, (guint64) MAX_CHAPTER_TIME);
  return (sign < 0 ? -(GstClockTimeDiff) running : (GstClockTimeDiff) running)
      - reader->origin;
}

static gchar *
copy_title (const GstTocEntry * entry)
{
  const GstTagList *tags = gst_toc_entry_get_tags (entry);
  const gchar *text;
  g_autofree gchar *valid = NULL;

  if (tags == NULL || !gst_tag_list_peek_string_index (tags, GST_TAG_TITLE, 0,
          &text))
    return NULL;
  valid = g_utf8_make_valid (text, -1);
  return g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1),
          MAX_TITLE_CHARS));
}

/* What ends before the file begins is left out; what goes on there begins
 * with it. */
static void
add_marker (Reader * reader, const GstTocEntry * entry)
{
  AsfMarker marker = { 0 };
  GstClockTimeDiff content;
  gint64 start, stop;

  if (!gst_toc_entry_get_start_stop_times (entry, &start, &stop)
      || start < 0 || reader->markers->len >= MAX_MARKERS)
    return;
  content = to_content (reader, start);
  if (content < 0 && stop >= 0 && to_content (reader, stop) <= 0) {
    GST_INFO ("a chapter before the beginning of the file is left out");
    return;
  }
  marker.pres_100ns = reader->preroll_ms * ASF_UNITS_PER_MS +
      (guint64) MAX (content, 0) / ASF_NS_PER_UNIT;
  marker.text = copy_title (entry);
  g_array_append_val (reader->markers, marker);
}

static void
read_entries (Reader * reader, GList * entries, guint depth)
{
  gboolean have_alternative = FALSE;
  GList *l;

  for (l = entries; l != NULL && depth < MAX_DEPTH; l = l->next) {
    if (gst_toc_entry_is_sequence (l->data))
      add_marker (reader, l->data);
    else if (have_alternative)
      continue;
    else
      have_alternative = TRUE;
    read_entries (reader, gst_toc_entry_get_sub_entries (l->data), depth + 1);
  }
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  const AsfMarker *x = a;
  const AsfMarker *y = b;

  return x->pres_100ns < y->pres_100ns ? -1 : x->pres_100ns > y->pres_100ns;
}

static GstWmsAsfMuxPad *
find_pad (GPtrArray * pads, const GstToc * toc)
{
  guint i;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    if (pad->toc == toc)
      return pad;
  }
  return NULL;
}

GArray *
gst_wms_asf_chapters_read (GstWmsAsfChapters * self, GstToc * toc,
    GPtrArray * pads, GstClockTimeDiff origin, guint64 preroll_ms)
{
  Reader reader = {.origin = origin,.preroll_ms = preroll_ms };
  guint i;

  gst_wms_asf_toc_clear (&self->toc);
  self->toc = toc;
  if (toc == NULL)
    return NULL;
  reader.pad = find_pad (pads, toc);
  reader.markers = g_array_new (FALSE, FALSE, sizeof (AsfMarker));
  g_array_set_clear_func (reader.markers, (GDestroyNotify) asf_marker_clear);
  read_entries (&reader, gst_toc_get_entries (toc), 0);
  g_array_sort (reader.markers, compare_times);
  for (i = 0; i < reader.markers->len; i++) {
    AsfMarker *marker = &g_array_index (reader.markers, AsfMarker, i);

    if (marker->text == NULL)
      marker->text = g_strdup_printf ("%02u", i + 1);
  }
  return reader.markers;
}

/* The last place that is not after the time, or the first one. */
static const GstWmsAsfPlace *
find_place (const GstWmsAsfChapters * self, guint64 pres_ms)
{
  guint low = 0;
  guint high = self->places->len;

  while (high - low > 1) {
    guint middle = low + (high - low) / 2;

    if (place_at (self, middle)->pres_ms <= pres_ms)
      low = middle;
    else
      high = middle;
  }
  return place_at (self, low);
}

guint
gst_wms_asf_chapters_resolve (const GstWmsAsfChapters * self, GArray * markers,
    const AsfHeader * header)
{
  guint n_before = markers->len;
  guint i;

  for (i = 0; i < markers->len; i++) {
    AsfMarker *marker = &g_array_index (markers, AsfMarker, i);
    const GstWmsAsfPlace *place;

    if (self->places->len == 0
        || marker->pres_100ns >= header->play_duration_100ns) {
      g_array_set_size (markers, i);
      break;
    }
    place = find_place (self, marker->pres_100ns / ASF_UNITS_PER_MS);
    marker->offset = (guint64) place->packet * header->packet_size;
    marker->send_ms = place->send_ms;
  }
  return n_before - markers->len;
}
