/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <gst/check/gstcheck.h>

#include "asfmux/gstasfmuxblocks.h"
#include "asfmux/gstasfmuxfile.h"
#include "asfmux/gstasfmuxtags.h"

/* Parts of the element that no input reaches on purpose. */

/* protocol.md, Other servers: another File ID is taken when a live header would hold the bytes
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

/* What the application's tags become; the streams have none. */
static void
read_tags (GstWmsAsfTags * tags, const GstTagList * list)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  GPtrArray *pads = g_ptr_array_new ();

  gst_tag_setter_merge_tags (GST_TAG_SETTER (mux), list, GST_TAG_MERGE_REPLACE);
  gst_wms_asf_tags_read (tags, GST_TAG_SETTER (mux), pads, TRUE);
  g_ptr_array_unref (pads);
  gst_object_unref (mux);
}

/* rules, 3.11, 4.7: a WORD counts the values of an object; what is too much
 * for both is counted. */
GST_START_TEST (test_value_limit)
{
  GstTagList *list = gst_tag_list_new_empty ();
  const guint n = 2 * G_MAXUINT16 + 100;
  GstWmsAsfTags tags;
  guint i;

  for (i = 0; i < n; i++) {
    g_autofree gchar *comment = g_strdup_printf ("k%u=v", i);

    gst_tag_list_add (list, GST_TAG_MERGE_APPEND, GST_TAG_EXTENDED_COMMENT,
        comment, NULL);
  }
  read_tags (&tags, list);
  fail_unless_equals_int (tags.attributes->len, G_MAXUINT16);
  fail_unless_equals_int (tags.library->len, G_MAXUINT16);
  fail_unless_equals_int (tags.n_left_out, 100 + tags.n_fixed);
  fail_unless_equals_int (tags.left_out->len, GST_WMS_ASF_TAGS_MAX_NAMES);
  gst_wms_asf_tags_clear (&tags);
  gst_tag_list_unref (list);
}

GST_END_TEST;

/* A broadcast has another header when the digest is another one: not for a
 * rate, and for each text, number and picture. */
GST_START_TEST (test_digest)
{
  static const gchar *const lists[] = {
    "taglist, title=(string)a", "taglist, title=(string)b",
    "taglist, title=(string)a, track-number=(uint)1",
    "taglist, title=(string)a, track-number=(uint)2",
    "taglist, artist=(string)a", "taglist, genre=(string)a",
    "taglist, genre=(string){a, b}", "taglist, genre=(string){b, a}",
    "taglist, title=(string)a, bitrate=(uint)1000, audio-codec=(string)c",
  };
  const guint n = G_N_ELEMENTS (lists);
  GstWmsAsfTags tags[G_N_ELEMENTS (lists)];
  guint i, k;

  for (i = 0; i < n; i++) {
    GstTagList *list = gst_tag_list_new_from_string (lists[i]);

    read_tags (&tags[i], list);
    gst_tag_list_unref (list);
  }
  for (i = 0; i < n; i++)
    for (k = 0; k < i; k++)
      fail_unless_equals_int (g_str_equal (tags[i].digest, tags[k].digest),
          k == 0 && i == n - 1);
  for (i = 0; i < n; i++)
    gst_wms_asf_tags_clear (&tags[i]);
}

GST_END_TEST;

static Suite *
asfmuxparts_suite (void)
{
  Suite *s = suite_create ("asfmuxparts");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 150);
  tcase_add_loop_test (tc, test_file_id, 0, 2);
  tcase_add_test (tc, test_blocks);
  tcase_add_test (tc, test_value_limit);
  tcase_add_test (tc, test_digest);
  return s;
}

GST_CHECK_MAIN (asfmuxparts);
