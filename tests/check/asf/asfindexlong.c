/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "asf/asfindex.h"

/* A file of 300 hours and a terabyte, of which only the packet numbers exist:
 * 8 Mbit/s in packets of 4,800 bytes, a key frame every 4.2 s, audio in steps
 * of 0.2 s.  Everything is in the third packet of its time. */
#define HOURS 300
#define PACKET_SIZE 4800
#define PREROLL_MS 3000
#define LAST_MS (PREROLL_MS + HOURS * 3600 * 1000u)
#define KEY_STEP_MS 4200
#define AUDIO_STEP_MS 200

static guint64
packet_at (guint64 content_ms)
{
  return content_ms * 1000 / PACKET_SIZE + 2;
}

/* Where the entry of a stored time must point at. */
static guint64
wanted_packet (guint row, guint step_ms)
{
  guint64 content_ms = row * G_GUINT64_CONSTANT (1000);

  content_ms = content_ms < PREROLL_MS ? 0 : content_ms - PREROLL_MS;
  return packet_at (content_ms / step_ms * step_ms);
}

static void
fill (AsfIndex * self, guint step_ms)
{
  guint64 pres_ms;

  asf_index_init (self);
  for (pres_ms = PREROLL_MS; pres_ms <= LAST_MS; pres_ms += step_ms)
    asf_index_add_key (self, pres_ms, packet_at (pres_ms - PREROLL_MS), 7);
}

/* Reads the object by itself: section 6.2. */
static guint
check_block (const guint8 * data, guint n_rows, guint row, guint64 * size)
{
  static const guint steps_ms[] = { KEY_STEP_MS, AUDIO_STEP_MS };
  guint n = GST_READ_UINT32_LE (data);
  guint i, k;

  fail_unless (n > 0 && n <= n_rows - row);
  *size = 4 + 2 * 8 + n * 2 * 4;
  for (i = 0; i < n; i++) {
    for (k = 0; k < 2; k++) {
      guint64 position = GST_READ_UINT64_LE (data + 4 + 8 * k) +
          GST_READ_UINT32_LE (data + 4 + 2 * 8 + (i * 2 + k) * 4);

      if (position != wanted_packet (row + i, steps_ms[k]) * PACKET_SIZE)
        fail ("row %u, stream %u: %" G_GUINT64_FORMAT, row + i, k + 1,
            position);
    }
  }
  return n;
}

GST_START_TEST (test_object)
{
  AsfIndex video, audio;
  AsfIndexStream streams[] = { {1, &video}, {2, &audio}
  };
  g_autoptr (GBytes) bytes = NULL;
  guint n_rows = LAST_MS / 1000 + 1;
  const guint8 *data;
  guint64 size, block_size;
  gsize total;
  guint row = 0;
  guint n_blocks, i;

  fill (&video, KEY_STEP_MS);
  fill (&audio, AUDIO_STEP_MS);
  bytes = asf_index_write_object (streams, 2, PACKET_SIZE, LAST_MS, NULL);
  data = g_bytes_get_data (bytes, &total);
  fail_unless_equals_uint64 (GST_READ_UINT64_LE (data + 16), total);
  n_blocks = GST_READ_UINT32_LE (data + 30);
  /* a block for each 4 GiB */
  fail_unless_equals_int (n_blocks, packet_at (LAST_MS) * PACKET_SIZE /
      G_MAXUINT32 + 1);
  size = 34 + 2 * 4;
  for (i = 0; i < n_blocks; i++) {
    row += check_block (data + size, n_rows, row, &block_size);
    size += block_size;
  }
  fail_unless_equals_int (row, n_rows);
  fail_unless_equals_uint64 (size, total);
  asf_index_clear (&video);
  asf_index_clear (&audio);
}

GST_END_TEST;

GST_START_TEST (test_simple)
{
  AsfGuid file_id = { {0}
  };
  g_autoptr (GBytes) bytes = NULL;
  guint n_rows = LAST_MS / 1000 + 1;
  AsfIndex video;
  const guint8 *data;
  gsize size;
  guint i;

  fill (&video, KEY_STEP_MS);
  bytes = asf_index_write_simple (&video, &file_id, LAST_MS, NULL);
  data = g_bytes_get_data (bytes, &size);
  fail_unless_equals_uint64 (size, 56 + 6 * n_rows);
  fail_unless_equals_int (GST_READ_UINT32_LE (data + 52), n_rows);
  for (i = 0; i < n_rows; i++) {
    if (GST_READ_UINT32_LE (data + 56 + 6 * i) != wanted_packet (i,
            KEY_STEP_MS) || GST_READ_UINT16_LE (data + 60 + 6 * i) != 7)
      fail ("row %u", i);
  }
  asf_index_clear (&video);
}

GST_END_TEST;

static gsize
size_of (const AsfIndex * self)
{
  return self->entries->len * g_array_get_element_size (self->entries);
}

/* 43,200 bytes for an hour of a stream at most, and nothing for a gap. */
GST_START_TEST (test_memory)
{
  AsfIndex self;

  fill (&self, AUDIO_STEP_MS);
  fail_unless (size_of (&self) <= 43200 * HOURS + 12);
  asf_index_clear (&self);
  fill (&self, KEY_STEP_MS);
  fail_unless (size_of (&self) <= 43200 * HOURS * 10 / 42 + 12);
  asf_index_clear (&self);
  asf_index_init (&self);
  asf_index_add_key (&self, 0, 0, 1);
  asf_index_add_key (&self, G_MAXUINT32, 1, 1);
  fail_unless_equals_int (size_of (&self), 24);
  asf_index_clear (&self);
}

GST_END_TEST;

static Suite *
asfindexlong_suite (void)
{
  Suite *s = suite_create ("asfindexlong");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_object);
  tcase_add_test (tc, test_simple);
  tcase_add_test (tc, test_memory);
  return s;
}

GST_CHECK_MAIN (asfindexlong);
