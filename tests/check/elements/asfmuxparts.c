/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <gst/check/gstcheck.h>

#include "asfmux/gstasfmuxblocks.h"
#include "asfmux/gstasfmuxfile.h"

/* Parts of the element that no input reaches on purpose. */

/* design, 5: another File ID is taken when a live header would hold the bytes
 * that a receiver takes for its end; a file keeps its own. */
GST_START_TEST (test_file_id)
{
  gboolean is_live = __i__;
  AsfStream stream = { 1, ASF_STREAM_VIDEO };
  GstWmsAsfFile file;
  AsfGuid id = { "0123\0\0\1\1" };
  GstBuffer *buffer;
  GstMapInfo map;

  memset (&file, 0, sizeof file);
  stream.image.width = stream.image.height = 16;
  stream.data_bps = stream.total_bps = 1000;
  file.header.streams = &stream;
  file.header.n_streams = 1;
  file.header.packet_size = 1000;
  file.header.flags = is_live ? ASF_FILE_BROADCAST : 0;
  file.header.file_id = id;
  buffer = gst_wms_asf_file_write_header (&file, NULL);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  fail_unless_equals_int (!asf_header_has_early_mark (map.data, map.size),
      is_live);
  fail_unless_equals_int (!asf_guid_equal (&file.header.file_id, &id), is_live);
  /* both places say the same */
  fail_unless (memmem (map.data + map.size - 50, 50,
          file.header.file_id.bytes, ASF_GUID_SIZE) != NULL);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

GST_END_TEST;

/* A block is used again when its buffer is gone, not before. */
GST_START_TEST (test_blocks)
{
  GstWmsAsfBlocks *blocks = gst_wms_asf_blocks_new (1000);
  guint8 *one = gst_wms_asf_blocks_take (blocks);
  guint8 *other = gst_wms_asf_blocks_take (blocks);
  GstBuffer *buffer = gst_wms_asf_block_wrap (one, 30, 900);
  GstMemory *memory = gst_buffer_get_memory (buffer, 0);

  fail_unless (one != other);
  fail_unless_equals_int (gst_buffer_get_size (buffer), 900);
  gst_buffer_unref (buffer);
  gst_wms_asf_block_free (other);
  fail_unless (gst_wms_asf_blocks_take (blocks) == other);
  gst_memory_unref (memory);
  fail_unless (gst_wms_asf_blocks_take (blocks) == one);
  /* the last blocks come back when the pool was given up already */
  gst_wms_asf_blocks_unref (blocks);
  memset (one, 1, 1000);
  gst_wms_asf_block_free (other);
  gst_wms_asf_block_free (one);
}

GST_END_TEST;

static Suite *
asfmuxparts_suite (void)
{
  Suite *s = suite_create ("asfmuxparts");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_file_id, 0, 2);
  tcase_add_test (tc, test_blocks);
  return s;
}

GST_CHECK_MAIN (asfmuxparts);
