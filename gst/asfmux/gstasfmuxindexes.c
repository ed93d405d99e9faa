/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxindexes.h"

#include "asfmux/gstasfmuxpad.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

static GstWmsAsfMuxPad *
pad_at (GPtrArray * pads, guint i)
{
  return g_ptr_array_index (pads, i);
}

/* The Index Object covers what is heard and seen. */
static gboolean
is_indexed (const GstWmsAsfMuxPad * pad)
{
  AsfStreamKind kind = pad->format.stream.kind;

  return kind == ASF_STREAM_AUDIO || kind == ASF_STREAM_VIDEO;
}

GArray *
gst_wms_asf_indexes_streams (GPtrArray * pads)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint8));
  guint i;

  for (i = 0; i < pads->len; i++) {
    if (is_indexed (pad_at (pads, i)))
      g_array_append_val (numbers, pad_at (pads, i)->number);
  }
  return numbers;
}

/* Index Object: where to go on with each stream at a time (rules, 8.2). */
static GBytes *
write_object (GPtrArray * pads, guint32 packet_size, GError ** error)
{
  AsfIndexStream columns[ASF_MAX_STREAMS];
  gboolean is_useful = FALSE;
  guint32 last_pres_ms = 0;
  guint n_columns = 0;
  guint i;

  for (i = 0; i < pads->len; i++) {
    const GstWmsAsfMuxPad *pad = pad_at (pads, i);

    last_pres_ms = MAX (last_pres_ms, pad->last_pres_ms);
    if (!is_indexed (pad))
      continue;
    columns[n_columns].number = pad->number;
    columns[n_columns++].index = &pad->index;
    is_useful |= asf_index_is_usable (&pad->index);
  }
  if (!is_useful)
    return NULL;
  return asf_index_write_object (columns, n_columns, packet_size, last_pres_ms,
      error);
}

/* The stream whose cleanpoints are taken for a video stream: its own, or when
 * it has none those of a stream that has some. */
static const GstWmsAsfMuxPad *
find_indexed (GPtrArray * pads, const GstWmsAsfMuxPad * video)
{
  guint i;

  if (asf_index_is_usable (&video->index))
    return video;
  for (i = 0; i < pads->len; i++) {
    const GstWmsAsfMuxPad *pad = pad_at (pads, i);

    if (is_indexed (pad) && asf_index_is_usable (&pad->index))
      return pad;
  }
  return NULL;
}

static GBytes *
write_simple (GPtrArray * pads, const GstWmsAsfMuxPad * video,
    const AsfGuid * file_id, GError ** error)
{
  const GstWmsAsfMuxPad *pad = find_indexed (pads, video);

  if (pad == NULL) {
    GST_WARNING_OBJECT (video, "no Simple Index");
    return NULL;
  }
  return asf_index_write_simple (&pad->index, file_id, pad->last_pres_ms,
      error);
}

static const GstWmsAsfMuxPad *
find_video (GPtrArray * pads, guint number)
{
  guint i;

  for (i = 0; i < pads->len; i++) {
    const GstWmsAsfMuxPad *pad = pad_at (pads, i);

    if (pad->number == number && pad->format.stream.kind == ASF_STREAM_VIDEO)
      return pad;
  }
  return NULL;
}

static GstBuffer *
append (GstBuffer * buffer, GBytes * bytes)
{
  GstBuffer *other = gst_buffer_new_wrapped_bytes (bytes);

  g_bytes_unref (bytes);
  return buffer ? gst_buffer_append (buffer, other) : other;
}

/* The Index Object comes first, then a Simple Index Object for each visible
 * video stream in the order of their numbers (rules, 2); with all of them the file
 * can be seeked in (rules, 3.2). */
GstBuffer *
gst_wms_asf_indexes_write (GPtrArray * pads, AsfHeader * header,
    GError ** error)
{
  GBytes *bytes = write_object (pads, header->packet_size, error);
  GstBuffer *buffer = NULL;
  gboolean is_complete = TRUE;
  guint number;

  header->has_index = bytes != NULL;
  if (bytes != NULL)
    buffer = append (buffer, bytes);
  for (number = 1; number <= ASF_MAX_STREAMS; number++) {
    const GstWmsAsfMuxPad *video = find_video (pads, number);

    if (video == NULL || asf_header_hides (header, number))
      continue;
    bytes = write_simple (pads, video, &header->file_id,
        error != NULL && *error == NULL ? error : NULL);
    is_complete &= bytes != NULL;
    if (bytes != NULL)
      buffer = append (buffer, bytes);
  }
  if (is_complete)
    header->flags |= ASF_FILE_SEEKABLE;
  return buffer;
}
