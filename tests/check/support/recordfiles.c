/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recordfiles.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "testasf.h"

gchar *
record_folder_new (void)
{
  return g_dir_make_tmp ("pubrecord-XXXXXX", NULL);
}

void
record_folder_free (gchar * folder)
{
  gchar **files = record_folder_list (folder);
  guint i;

  for (i = 0; files[i] != NULL; i++)
    g_unlink (files[i]);
  g_strfreev (files);
  g_rmdir (folder);
  g_free (folder);
}

/* "NAME-TIMEZ.asf" is the first one of its second, then comes "-2". */
static guint64
number_of (const gchar * name)
{
  const gchar *end = strrchr (name, 'Z');

  return end != NULL && end[1] == '-'
      ? g_ascii_strtoull (end + 2, NULL, 10) : 1;
}

static gint
compare_files (gconstpointer a, gconstpointer b)
{
  const gchar *left = *(const gchar * const *) a;
  const gchar *right = *(const gchar * const *) b;
  const gchar *end = strrchr (left, 'Z');
  gint order = strncmp (left, right, end != NULL ? end - left : 0);

  if (order == 0)
    order = number_of (left) < number_of (right) ? -1 : 1;
  return order;
}

gchar **
record_folder_list (const gchar * folder)
{
  GPtrArray *files = g_ptr_array_new ();
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (files, g_build_filename (folder, name, NULL));
  if (dir != NULL)
    g_dir_close (dir);
  g_ptr_array_sort (files, compare_files);
  g_ptr_array_add (files, NULL);
  return (gchar **) g_ptr_array_free (files, FALSE);
}

void
record_bytes_read (const guint8 * data, gsize size, const gchar * name,
    AsfHeaderInfo * info)
{
  guint64 data_end;

  fail_unless (asf_header_read (data, size, info, NULL), "%s", name);
  fail_if (info->flags & ASF_FILE_BROADCAST, "%s", name);
  assert_equals_uint64 (info->data_size,
      ASF_DATA_HEAD_SIZE + info->packet_count * info->packet_size);
  data_end = info->header_size + info->data_size;
  /* an index is all that follows */
  fail_unless (size == data_end || (size > data_end + ASF_OBJECT_HEAD_SIZE
          && memcmp (data + data_end, asf_guid_simple_index.bytes,
              ASF_GUID_SIZE) == 0), "%s: %" G_GSIZE_FORMAT " bytes, data to %"
      G_GUINT64_FORMAT, name, size, data_end);
}

gchar *
record_file_read (const gchar * path, AsfHeaderInfo * info)
{
  gchar *contents;
  gsize size;

  fail_unless (g_file_get_contents (path, &contents, &size, NULL), "%s", path);
  record_bytes_read ((guint8 *) contents, size, path, info);
  return contents;
}

gchar *
record_file_objects (const gchar * path)
{
  TestObjects *objects = test_objects_new ();
  AsfHeaderInfo info;
  gchar *contents = record_file_read (path, &info);
  const guint8 *packets = (guint8 *) contents + info.header_size
      + ASF_DATA_HEAD_SIZE;
  guint64 i;

  for (i = 0; i < info.packet_count; i++)
    fail_unless (test_objects_add_packet (objects,
            packets + i * info.packet_size, info.packet_size));
  g_free (contents);
  return test_objects_finish (objects);
}
