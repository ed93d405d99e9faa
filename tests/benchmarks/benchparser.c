/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchparser.h"

#include <string.h>

#include <gst/gstutils.h>

/* Data packet header of a player's frames ([MS-WMSP] 2.2.3.1.1). */
#define MMS_HEAD_SIZE 8

/* What goes through all layers. */
typedef struct
{
  BenchParser *parser;
  BenchPacketFunc func;
  gpointer user_data;
} Taking;

void
bench_parser_init (BenchParser * self, gboolean is_mms)
{
  memset (self, 0, sizeof (*self));
  self->is_mms = is_mms;
}

void
bench_parser_clear (BenchParser * self)
{
  if (self->head != NULL)
    g_string_free (self->head, TRUE);
  self->head = NULL;
}

static void
begin_packet (BenchParser * self)
{
  self->is_in_step = TRUE;
  self->skip = BENCH_LABEL_OFFSET;
  self->label_fill = 0;
}

static void
lose_step (BenchParser * self)
{
  self->is_in_step = FALSE;
  self->mark_fill = 0;
  self->n_broken++;
}

/* The mark's first byte is at no other place in it, so a mismatch leaves one
 * byte at most. */
static gsize
search_mark (BenchParser * self, const guint8 * data, gsize size)
{
  const guint8 *mark = (const guint8 *) BENCH_MARK;
  gsize i;

  for (i = 0; i < size && self->mark_fill < BENCH_MARK_SIZE; i++) {
    if (data[i] == mark[self->mark_fill])
      self->mark_fill++;
    else
      self->mark_fill = data[i] == mark[0];
  }
  if (self->mark_fill == BENCH_MARK_SIZE) {
    memcpy (self->label, mark, BENCH_MARK_SIZE);
    self->label_fill = BENCH_MARK_SIZE;
    self->skip = 0;
    self->is_in_step = TRUE;
  }
  return i;
}

static gsize
take_label (BenchParser * self, const guint8 * data, gsize size)
{
  gsize n = MIN (size, BENCH_LABEL_SIZE - self->label_fill);

  memcpy (self->label + self->label_fill, data, n);
  self->label_fill += n;
  if (self->label_fill < BENCH_LABEL_SIZE)
    return n;
  if (memcmp (self->label, BENCH_MARK, BENCH_MARK_SIZE) == 0)
    self->skip = BENCH_PACKET_SIZE - BENCH_LABEL_OFFSET - BENCH_LABEL_SIZE;
  else
    lose_step (self);
  return n;
}

static gsize
skip_bytes (Taking * taking, gsize size)
{
  BenchParser *self = taking->parser;
  gsize n = MIN (size, self->skip);
  BenchLabel label;

  self->skip -= n;
  if (self->skip == 0 && self->label_fill == BENCH_LABEL_SIZE) {
    bench_label_read (self->label, &label);
    begin_packet (self);
    taking->func (taking->user_data, &label);
  }
  return n;
}

static void
take_asf (Taking * taking, const guint8 * data, gsize size)
{
  BenchParser *self = taking->parser;
  gsize n;

  for (; size > 0; data += n, size -= n) {
    if (!self->is_in_step)
      n = search_mark (self, data, size);
    else if (self->skip > 0)
      n = skip_bytes (taking, size);
    else
      n = take_label (self, data, size);
  }
}

static gsize
take_frame_head (BenchParser * self, const guint8 * data, gsize size)
{
  gsize n = MIN (size, sizeof (self->frame) - self->frame_fill);

  memcpy (self->frame + self->frame_fill, data, n);
  self->frame_fill += n;
  if (self->frame_fill < sizeof (self->frame))
    return n;
  /* the highest bit is the B flag ([MS-WMSP] 2.2.3.1) */
  if ((self->frame[0] & 0x7f) != '$')
    self->n_broken++;
  self->is_packet = self->frame[1] == 'D';
  self->frame_left = GST_READ_UINT16_LE (self->frame + 2);
  self->frame_skip = self->is_packet ? MIN (MMS_HEAD_SIZE, self->frame_left)
      : self->frame_left;
  self->frame_left -= self->frame_skip;
  if (self->frame_left > 0)
    begin_packet (self);
  return n;
}

static gsize
take_frame_content (Taking * taking, const guint8 * data, gsize size)
{
  BenchParser *self = taking->parser;
  gsize n = MIN (size, self->frame_left);

  take_asf (taking, data, n);
  self->frame_left -= n;
  /* a whole packet leaves the beginning of the next one */
  if (self->frame_left == 0
      && (self->label_fill > 0 || self->skip != BENCH_LABEL_OFFSET))
    self->n_broken++;
  return n;
}

static void
take_frames (Taking * taking, const guint8 * data, gsize size)
{
  BenchParser *self = taking->parser;
  gsize n;

  for (; size > 0; data += n, size -= n) {
    if (self->frame_fill < sizeof (self->frame)) {
      n = take_frame_head (self, data, size);
    } else if (self->frame_skip > 0) {
      n = MIN (size, self->frame_skip);
      self->frame_skip -= n;
    } else {
      n = take_frame_content (taking, data, size);
    }
    if (self->frame_fill == sizeof (self->frame) && self->frame_skip == 0
        && self->frame_left == 0)
      self->frame_fill = 0;
  }
}

static void
take_body (Taking * taking, const guint8 * data, gsize size)
{
  if (taking->parser->is_mms)
    take_frames (taking, data, size);
  else
    take_asf (taking, data, size);
}

static void
end_head (BenchParser * self)
{
  const gchar *text = self->head->str;
  const gchar *space = strchr (text, ' ');

  self->status = space == NULL ? 0 : g_ascii_strtoull (space, NULL, 10);
  self->is_chunked =
      strcasestr (text, "\r\nTransfer-Encoding: chunked") != NULL;
  self->place =
      self->status ==
      0 ? BENCH_AT_END : self->is_chunked ? BENCH_IN_CHUNK_SIZE : BENCH_IN_BODY;
  bench_parser_clear (self);
}

static gsize
take_head (BenchParser * self, const guint8 * data, gsize size)
{
  gsize former, n;
  const gchar *end;

  if (self->head == NULL)
    self->head = g_string_sized_new (512);
  former = self->head->len;
  n = MIN (size, BENCH_MAX_HEAD - former);
  g_string_append_len (self->head, (const gchar *) data, n);
  end = strstr (self->head->str, "\r\n\r\n");
  if (end != NULL) {
    n = end + 4 - self->head->str - former;
    end_head (self);
  } else if (self->head->len == BENCH_MAX_HEAD) {
    self->place = BENCH_AT_END;
  }
  return n;
}

static gsize
take_chunk_size (BenchParser * self, guint8 byte)
{
  if (g_ascii_isxdigit (byte))
    self->chunk_left = self->chunk_left << 4 | g_ascii_xdigit_value (byte);
  else if (byte == '\n')
    self->place = self->chunk_left > 0 ? BENCH_IN_CHUNK : BENCH_AT_END;
  return 1;
}

static gsize
take_chunk (Taking * taking, const guint8 * data, gsize size)
{
  BenchParser *self = taking->parser;
  gsize n = MIN (size, self->chunk_left);

  take_body (taking, data, n);
  self->chunk_left -= n;
  if (self->chunk_left == 0)
    self->place = BENCH_IN_CHUNK_TAIL;
  return n;
}

static gsize
take_some (Taking * taking, const guint8 * data, gsize size)
{
  BenchParser *self = taking->parser;

  switch (self->place) {
    case BENCH_IN_HEAD:
      return take_head (self, data, size);
    case BENCH_IN_CHUNK_SIZE:
      return take_chunk_size (self, data[0]);
    case BENCH_IN_CHUNK:
      return take_chunk (taking, data, size);
    case BENCH_IN_CHUNK_TAIL:
      if (data[0] == '\n')
        self->place = BENCH_IN_CHUNK_SIZE;
      return 1;
    case BENCH_IN_BODY:
      take_body (taking, data, size);
      return size;
    case BENCH_AT_END:
      break;
  }
  return size;
}

void
bench_parser_take (BenchParser * self, const guint8 * data, gsize size,
    BenchPacketFunc func, gpointer user_data)
{
  Taking taking = { self, func, user_data };
  gsize n;

  for (; size > 0; data += n, size -= n)
    n = take_some (&taking, data, size);
}
