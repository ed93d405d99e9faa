/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfwriter.h"

#include <string.h>
#include <gst/gstutils.h>

#include "asf/asfreader.h"

/* Where the size stands in an object's head (section 2.1). */
#define OBJECT_SIZE_OFFSET 16

void
asf_writer_fail (AsfWriter * self, const gchar * what)
{
  if (self->error == NULL)
    g_set_error (&self->error, ASF_ERROR, ASF_ERROR_LIMIT, "%s", what);
}

static void
check (AsfWriter * self, gboolean written)
{
  if (!written)
    asf_writer_fail (self, "out of memory while writing a header");
}

/* Whether @size bytes are to be put. */
static gboolean
takes (AsfWriter * self, gsize size)
{
  if (self->error == NULL && self->is_dry)
    self->dry_size += size;
  return self->error == NULL && !self->is_dry && size > 0;
}

void
asf_writer_init (AsfWriter * self)
{
  memset (self, 0, sizeof (*self));
  gst_byte_writer_init (&self->bytes);
}

void
asf_writer_init_dry (AsfWriter * self)
{
  asf_writer_init (self);
  self->is_dry = TRUE;
}

GBytes *
asf_writer_finish (AsfWriter * self, GError ** error)
{
  gsize size = gst_byte_writer_get_pos (&self->bytes);

  if (self->error != NULL) {
    gst_byte_writer_reset (&self->bytes);
    g_propagate_error (error, g_steal_pointer (&self->error));
    return NULL;
  }
  return g_bytes_new_take (gst_byte_writer_reset_and_get_data (&self->bytes),
      size);
}

gsize
asf_writer_pos (const AsfWriter * self)
{
  return self->is_dry ? self->dry_size : gst_byte_writer_get_pos (&self->bytes);
}

gsize
asf_writer_begin_object (AsfWriter * self, const AsfGuid * guid)
{
  gsize start = asf_writer_pos (self);

  if (self->depth++ == 1)
    self->n_children++;
  asf_writer_guid (self, guid);
  asf_writer_u64 (self, 0);
  return start;
}

guint
asf_writer_n_children (const AsfWriter * self)
{
  return self->n_children;
}

/* Whether something can be written over; until patch_end(). */
static gboolean
patch_begin (AsfWriter * self, gsize pos)
{
  if (self->error != NULL || self->is_dry)
    return FALSE;
  gst_byte_writer_set_pos (&self->bytes, pos);
  return TRUE;
}

static void
patch_end (AsfWriter * self, gsize end)
{
  gst_byte_writer_set_pos (&self->bytes, end);
}

void
asf_writer_end_object (AsfWriter * self, gsize start)
{
  gsize end = asf_writer_pos (self);

  self->depth--;
  if (!patch_begin (self, start + OBJECT_SIZE_OFFSET))
    return;
  asf_writer_u64 (self, end - start);
  patch_end (self, end);
}

void
asf_writer_patch_u32 (AsfWriter * self, gsize pos, guint32 value)
{
  gsize end = asf_writer_pos (self);

  if (!patch_begin (self, pos))
    return;
  asf_writer_u32 (self, value);
  patch_end (self, end);
}

void
asf_writer_patch_u16 (AsfWriter * self, gsize pos, guint16 value)
{
  gsize end = asf_writer_pos (self);

  if (!patch_begin (self, pos))
    return;
  asf_writer_u16 (self, value);
  patch_end (self, end);
}

void
asf_writer_u8 (AsfWriter * self, gsize value)
{
  if (value > G_MAXUINT8)
    asf_writer_fail (self, "a value is too long for its length field");
  if (takes (self, 1))
    check (self, gst_byte_writer_put_uint8 (&self->bytes, value));
}

void
asf_writer_u16 (AsfWriter * self, gsize value)
{
  if (value > G_MAXUINT16)
    asf_writer_fail (self, "a value is too long for its length field");
  if (takes (self, 2))
    check (self, gst_byte_writer_put_uint16_le (&self->bytes, value));
}

void
asf_writer_stream_number (AsfWriter * self, guint number)
{
  if (number < 1 || number > ASF_MAX_STREAMS)
    asf_writer_fail (self, "a stream number is not 1 to 127");
  asf_writer_u16 (self, number);
}

void
asf_writer_u32 (AsfWriter * self, guint32 value)
{
  if (takes (self, 4))
    check (self, gst_byte_writer_put_uint32_le (&self->bytes, value));
}

void
asf_writer_u64 (AsfWriter * self, guint64 value)
{
  if (takes (self, 8))
    check (self, gst_byte_writer_put_uint64_le (&self->bytes, value));
}

void
asf_writer_guid (AsfWriter * self, const AsfGuid * guid)
{
  asf_writer_data (self, guid->bytes, ASF_GUID_SIZE);
}

void
asf_writer_data (AsfWriter * self, gconstpointer data, gsize size)
{
  if (size > G_MAXINT32)
    asf_writer_fail (self, "a value is too large for a header");
  if (takes (self, size))
    check (self, gst_byte_writer_put_data (&self->bytes, data, size));
}

void
asf_writer_bytes (AsfWriter * self, GBytes * bytes)
{
  gsize size;
  gconstpointer data;

  if (bytes == NULL)
    return;
  data = g_bytes_get_data (bytes, &size);
  asf_writer_data (self, data, size);
}

void
asf_writer_zeros (AsfWriter * self, gsize size)
{
  if (size > G_MAXINT32)
    asf_writer_fail (self, "a value is too large for a header");
  if (takes (self, size))
    check (self, gst_byte_writer_fill (&self->bytes, 0, size));
}

void
asf_writer_text (AsfWriter * self, const gchar * text)
{
  g_autoptr (GBytes) utf16 = asf_utf16_new (text);

  asf_writer_u16 (self, g_bytes_get_size (utf16));
  asf_writer_bytes (self, utf16);
}

static gsize
size_of_valid (const gchar * text)
{
  gsize n = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    n += g_utf8_get_char (text) > 0xFFFF ? 2 : 1;
  return (n + 1) * sizeof (gunichar2);
}

gsize
asf_utf16_size (const gchar * text)
{
  g_autofree gchar *valid = NULL;

  if (text == NULL || *text == '\0')
    return 0;
  if (!g_utf8_validate (text, -1, NULL)) {
    valid = g_utf8_make_valid (text, -1);
    text = valid;
  }
  return size_of_valid (text);
}

/* g_utf8_to_utf16() and its like may find no memory and return nothing, which
 * would be taken for an empty text. */
guint8 *
asf_utf16_put (guint8 * out, gunichar c)
{
  if (c > 0xFFFF) {
    GST_WRITE_UINT16_LE (out, 0xD800 + ((c - 0x10000) >> 10));
    out += sizeof (gunichar2);
    c = 0xDC00 + ((c - 0x10000) & 0x3FF);
  }
  GST_WRITE_UINT16_LE (out, c);
  return out + sizeof (gunichar2);
}

GBytes *
asf_utf16_new (const gchar * text)
{
  g_autofree gchar *valid = NULL;
  guint8 *bytes, *end;

  if (text == NULL || *text == '\0')
    return g_bytes_new (NULL, 0);

  if (!g_utf8_validate (text, -1, NULL)) {
    valid = g_utf8_make_valid (text, -1);
    text = valid;
  }
  bytes = end = g_malloc (size_of_valid (text));
  for (; *text != '\0'; text = g_utf8_next_char (text))
    end = asf_utf16_put (end, g_utf8_get_char (text));
  end = asf_utf16_put (end, 0);
  return g_bytes_new_take (bytes, end - bytes);
}
