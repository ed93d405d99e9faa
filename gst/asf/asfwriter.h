/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_WRITER_H__
#define __ASF_WRITER_H__

#include <glib.h>
#include <gst/base/gstbytewriter.h>

#include "asf/asferror.h"
#include "asf/asfguid.h"

G_BEGIN_DECLS

/**
 * AsfWriter:
 *
 * Little-endian bytes under construction; lives on the stack, its fields are
 * private.  The first failure is kept and later calls do nothing, so that
 * asf_writer_finish() is the one place to ask.
 */
typedef struct
{
  GstByteWriter bytes;
  gboolean is_dry;
  gsize dry_size;
  guint depth;
  guint n_children;
  GError *error;
} AsfWriter;

/**
 * asf_writer_init:
 *
 * Begins with no bytes; ends with asf_writer_finish().
 */
void asf_writer_init (AsfWriter * self);

/**
 * asf_writer_init_dry:
 *
 * As asf_writer_init(), but bytes are counted and not kept.
 */
void asf_writer_init_dry (AsfWriter * self);

/**
 * asf_writer_finish:
 * @self: an #AsfWriter; it is empty afterwards
 * @error: return location
 *
 * Returns: (transfer full): the bytes, none of a dry writer, or %NULL with
 *     %ASF_ERROR_LIMIT when something did not fit its length field.
 */
GBytes *asf_writer_finish (AsfWriter * self, GError ** error);

/**
 * asf_writer_pos:
 *
 * Returns: how many bytes were written.
 */
gsize asf_writer_pos (const AsfWriter * self);

/**
 * asf_writer_begin_object:
 *
 * Writes the identifier and a size of 0 (section 2.1).
 *
 * Returns: a token for asf_writer_end_object().
 */
gsize asf_writer_begin_object (AsfWriter * self, const AsfGuid * guid);

/**
 * asf_writer_end_object:
 * @self: an #AsfWriter
 * @start: from asf_writer_begin_object()
 *
 * Fills in the size of all that was written since @start.
 */
void asf_writer_end_object (AsfWriter * self, gsize start);

/**
 * asf_writer_n_children:
 *
 * Returns: how many objects were begun directly in the outermost one.
 */
guint asf_writer_n_children (const AsfWriter * self);

/**
 * asf_writer_fail:
 * @self: an #AsfWriter
 * @what: for the log: what cannot be written
 *
 * Ends it with %ASF_ERROR_LIMIT.
 */
void asf_writer_fail (AsfWriter * self, const gchar * what);

/**
 * asf_writer_patch_u32:
 *
 * Writes @value over the four bytes at @pos.
 */
void asf_writer_patch_u32 (AsfWriter * self, gsize pos, guint32 value);

/**
 * asf_writer_patch_u16:
 *
 * Writes @value over the two bytes at @pos.
 */
void asf_writer_patch_u16 (AsfWriter * self, gsize pos, guint16 value);

/**
 * asf_writer_u8:
 * @value: fails with %ASF_ERROR_LIMIT over 255
 *
 * Appends a BYTE.
 */
void asf_writer_u8 (AsfWriter * self, gsize value);

/**
 * asf_writer_u16:
 * @value: fails with %ASF_ERROR_LIMIT over 65,535
 *
 * Appends a WORD.
 */
void asf_writer_u16 (AsfWriter * self, gsize value);

/**
 * asf_writer_stream_number:
 * @number: fails with %ASF_ERROR_LIMIT unless it is 1 to 127
 *
 * Appends a WORD.
 */
void asf_writer_stream_number (AsfWriter * self, guint number);

/**
 * asf_writer_u32:
 *
 * Appends a DWORD.
 */
void asf_writer_u32 (AsfWriter * self, guint32 value);

/**
 * asf_writer_u64:
 *
 * Appends a QWORD.
 */
void asf_writer_u64 (AsfWriter * self, guint64 value);

/**
 * asf_writer_guid:
 *
 * Appends an identifier in its stored byte order.
 */
void asf_writer_guid (AsfWriter * self, const AsfGuid * guid);

/**
 * asf_writer_data:
 *
 * Appends @size bytes.
 */
void asf_writer_data (AsfWriter * self, gconstpointer data, gsize size);

/**
 * asf_writer_bytes:
 * @bytes: (nullable): appends nothing when %NULL
 *
 * Appends all of @bytes.
 */
void asf_writer_bytes (AsfWriter * self, GBytes * bytes);

/**
 * asf_writer_zeros:
 *
 * Appends @size zero bytes.
 */
void asf_writer_zeros (AsfWriter * self, gsize size);

/**
 * asf_writer_text:
 * @text: (nullable): UTF-8
 *
 * Appends a WORD with a length in bytes and the text with its NUL; 0 alone
 * when @text is %NULL or empty.
 */
void asf_writer_text (AsfWriter * self, const gchar * text);

/**
 * asf_utf16_put:
 * @out: room for four bytes
 * @c: a character of valid UTF-8
 *
 * Writes @c as UTF-16LE, as a pair of surrogates where it needs one.
 *
 * Returns: the end of what was written.
 */
guint8 *asf_utf16_put (guint8 * out, gunichar c);

/**
 * asf_utf16_new:
 * @text: (nullable): UTF-8; what is not valid in it is replaced by U+FFFD
 *
 * Returns: (transfer full): UTF-16LE with its NUL (section 2.1), or no bytes
 *     when @text is %NULL or empty.
 */
GBytes *asf_utf16_new (const gchar * text);

/**
 * asf_utf16_size:
 * @text: (nullable): UTF-8
 *
 * Returns: how many bytes asf_utf16_new() makes of it, without making them.
 */
gsize asf_utf16_size (const gchar * text);

G_END_DECLS
#endif /* __ASF_WRITER_H__ */
