/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_HEAD_H__
#define __PUB_HEAD_H__

#include <glib.h>

G_BEGIN_DECLS

/* Bytes and lines of a request's head. */
#define PUB_HEAD_MAX (16u << 10)
#define PUB_HEAD_MAX_LINES 100
/* Bytes of a line that are looked at. */
#define PUB_HEAD_LINE_SIZE 256

/**
 * PubHead:
 * @is_done: the head has ended
 * @first: the request line, as far as it has come, cut to a piece; ends with
 *     NUL
 *
 * A look at the head of a request while it comes, before libsoup gets it: that
 * one takes 64 KiB, closes without an answer when there is more, spends time
 * that grows with the square of a header's lines, and loses memory where a
 * Content-Length or Transfer-Encoding is none.  The other fields are private.
 */
typedef struct
{
  gboolean is_done;
  gchar first[PUB_HEAD_LINE_SIZE];

  gsize size;
  guint n_lines;
  gchar line[PUB_HEAD_LINE_SIZE];
  gsize line_size;
  gboolean had_return;
} PubHead;

/**
 * pub_head_scan:
 * @self: zeros, for the first bytes
 * @data: bytes as they come
 * @size: how many
 * @why: (out): when the head is refused: in words
 *
 * Returns: 0, or the HTTP status that refuses the head.
 */
guint pub_head_scan (PubHead * self, const gchar * data, gsize size,
    const gchar ** why);

G_END_DECLS
#endif /* __PUB_HEAD_H__ */
