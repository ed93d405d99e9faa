/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asf/asfparametersets.h"

#include <gst/base/gstbytereader.h>

/* They go into headers that servers want to be small (protocol.md, C32). */
#define MAX_SIZE 2048

#define START_CODE_SIZE 3

/* AVCDecoderConfigurationRecord: profile, level and the size of length fields
 * follow its version; the numbers of sets of both kinds are in one byte. */
#define RECORD_VERSION 1
#define RECORD_SKIPPED 4
#define RECORD_SEQUENCE_SETS 0x1F

typedef enum
{
  NAL_OTHER,
  NAL_PARAMETER_SET,
  NAL_PICTURE,
} NalClass;

/* ITU-T H.264, table 7-1: slices are 1 to 5; sequence and picture parameter
 * sets, extensions and subsets of the first ones. */
static NalClass
classify (guint8 head)
{
  guint type = head & 0x1F;

  if (type >= 1 && type <= 5)
    return NAL_PICTURE;
  return type == 7 || type == 8 || type == 13 || type == 15 ?
      NAL_PARAMETER_SET : NAL_OTHER;
}

/* Returns: where the next start code begins, or @size. */
static gsize
next_start (const guint8 * data, gsize size, gsize at)
{
  for (; at + START_CODE_SIZE <= size; at++) {
    if (data[at] == 0 && data[at + 1] == 0 && data[at + 2] == 1)
      return at;
  }
  return size;
}

static void
append_set (GByteArray * sets, const guint8 * data, gsize size)
{
  static const guint8 start_code[] = { 0, 0, 0, 1 };

  /* the first byte of a longer start code, and padding */
  while (size > 0 && data[size - 1] == 0)
    size--;
  g_byte_array_append (sets, start_code, sizeof start_code);
  g_byte_array_append (sets, data, size);
}

static GBytes *
finish (GByteArray * sets)
{
  if (sets->len > 0 && sets->len <= MAX_SIZE)
    return g_byte_array_free_to_bytes (sets);
  g_byte_array_unref (sets);
  return NULL;
}

GBytes *
asf_parameter_sets_find (const guint8 * data, gsize size,
    gboolean * has_picture)
{
  GByteArray *sets = g_byte_array_new ();
  gsize at = next_start (data, size, 0) + START_CODE_SIZE;
  NalClass kind = NAL_OTHER;

  while (at < size && sets->len <= MAX_SIZE) {
    gsize end;

    kind = classify (data[at]);
    if (kind == NAL_PICTURE)
      break;
    end = next_start (data, size, at);
    if (kind == NAL_PARAMETER_SET && end - at <= MAX_SIZE)
      append_set (sets, data + at, end - at);
    at = end + START_CODE_SIZE;
  }
  if (has_picture != NULL)
    *has_picture = kind == NAL_PICTURE;
  return finish (sets);
}

static gboolean
read_sets (GstByteReader * r, guint n, GByteArray * sets)
{
  const guint8 *data;
  guint16 size;

  for (; n > 0; n--) {
    if (!gst_byte_reader_get_uint16_be (r, &size) || size == 0
        || !gst_byte_reader_get_data (r, size, &data)
        || classify (data[0]) != NAL_PARAMETER_SET)
      return FALSE;
    append_set (sets, data, size);
  }
  return TRUE;
}

GBytes *
asf_parameter_sets_from_record (const guint8 * data, gsize size)
{
  GByteArray *sets = g_byte_array_new ();
  guint8 version, n_sequence, n_picture;
  GstByteReader r;

  gst_byte_reader_init (&r, data, MIN (size, G_MAXUINT));
  if (gst_byte_reader_get_uint8 (&r, &version) && version == RECORD_VERSION
      && gst_byte_reader_skip (&r, RECORD_SKIPPED)
      && gst_byte_reader_get_uint8 (&r, &n_sequence)
      && read_sets (&r, n_sequence & RECORD_SEQUENCE_SETS, sets)
      && gst_byte_reader_get_uint8 (&r, &n_picture)
      && read_sets (&r, n_picture, sets))
    return finish (sets);
  g_byte_array_unref (sets);
  return NULL;
}
