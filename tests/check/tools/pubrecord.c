/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "pubthread.h"
#include "rawpush.h"
#include "testasf.h"

#define PATH "/live"

static gchar *folder, *filename;

static void
setup_folder (void)
{
  folder = g_dir_make_tmp ("pubrecord-XXXXXX", NULL);
  filename = g_build_filename (folder, "show.asf", NULL);
}

static void
teardown_folder (void)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    gchar *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
    g_free (path);
  }
  g_dir_close (dir);
  g_rmdir (folder);
  g_free (folder);
  g_free (filename);
}

static void
record (PubServer * server, gpointer data)
{
  pub_server_set_record (server, filename);
}

/* The contents of a recording, whose size has to be what its header says. */
static gchar *
read_recording (const gchar * path, AsfHeaderInfo * info)
{
  gchar *contents;
  gsize size;

  fail_unless (g_file_get_contents (path, &contents, &size, NULL), "%s", path);
  fail_unless (asf_header_read ((guint8 *) contents, size, info, NULL));
  assert_equals_uint64 (info->header_size + info->data_size, size);
  assert_equals_uint64 (info->data_size,
      ASF_DATA_HEAD_SIZE + info->packet_count * info->packet_size);
  return contents;
}

static RawPush *
begin_push (PubThread * server, const guint8 * header, gsize size)
{
  RawPush *push = raw_push_connect (pub_thread_get_port (server));

  assert_equals_int (raw_push_setup (push, PATH, "0", ""), 204);
  raw_push_start (push, PATH, RAW_LENGTH);
  raw_push_frame (push, 'H', header, size);
  return push;
}

static void
end_push (RawPush * push)
{
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  raw_push_free (push);
}

/* A real file comes out with the same packets, and as a finished file whose
 * header has no error that the original did not have. */
GST_START_TEST (test_real_files)
{
  AsfHeaderInfo info;
  PubThread *server;
  TestMedia media;
  RawPush *push;
  gchar *contents;
  gsize packets_size;
  guint i;

  if (!test_media_open (&media, test_media_names[__i__]))
    return;
  server = pub_thread_new (record, NULL);
  push = begin_push (server, (guint8 *) media.contents,
      media.info.header_size + ASF_DATA_HEAD_SIZE);
  for (i = 0; i < media.n_packets; i++)
    raw_push_frame (push, 'D', media.packets + (gsize) i *
        media.info.packet_size, media.info.packet_size);
  end_push (push);
  pub_thread_stop (server);

  contents = read_recording (filename, &info);
  packets_size = (gsize) media.n_packets * info.packet_size;
  assert_equals_uint64 (info.packet_count, media.n_packets);
  fail_unless (memcmp (contents + info.header_size + ASF_DATA_HEAD_SIZE,
          media.packets, packets_size) == 0);
  assert_equals_int (info.flags, info.has_video ? 0 : ASF_FILE_SEEKABLE);
  /* how long the last object lasts is not in the packets */
  fail_unless (ABS ((gint64) (info.play_duration_100ns
              - media.info.play_duration_100ns)) < 5000000,
      "%s: %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT,
      test_media_names[__i__], info.play_duration_100ns,
      media.info.play_duration_100ns);
  fail_unless (!test_passes_asfcheck (media.path)
      || test_passes_asfcheck (filename), "%s", test_media_names[__i__]);
  g_free (contents);
  test_media_close (&media);
}

GST_END_TEST;

/* Each header and each session begins another file; nothing is overwritten. */
GST_START_TEST (test_numbered_files)
{
  const TestHeader description = { ASF_FILE_BROADCAST, 200, 0,
    {&asf_guid_stream_audio}, FALSE
  };
  GByteArray *header = test_asf_header (&description);
  GByteArray *packet = test_asf_packet (200, 50, 'x', TRUE, 1000);
  GByteArray *change = g_byte_array_new ();
  PubThread *server = pub_thread_new (record, NULL);
  static const gchar *const names[] = { "show.asf", "show-2.asf",
    "show-3.asf"
  };
  RawPush *push;
  guint i, j;

  test_put (change, 0, 4);
  g_byte_array_append (change, header->data, header->len);
  push = begin_push (server, header->data, header->len);
  raw_push_frame (push, 'D', packet->data, packet->len);
  raw_push_end (push, 1);
  raw_push_frame (push, 'C', change->data, change->len);
  for (i = 0; i < 2; i++)
    raw_push_frame (push, 'D', packet->data, packet->len);
  end_push (push);
  push = begin_push (server, header->data, header->len);
  for (i = 0; i < 3; i++)
    raw_push_frame (push, 'D', packet->data, packet->len);
  fail_unless (pub_thread_wait (server, PATH, pub_has_packets, 3));
  /* in the middle of a push: the recording is finished all the same */
  raw_push_free (push);
  pub_thread_stop (server);

  for (j = 0; j < G_N_ELEMENTS (names); j++) {
    gchar *path = g_build_filename (folder, names[j], NULL);
    AsfHeaderInfo info;

    g_free (read_recording (path, &info));
    assert_equals_uint64 (info.packet_count, j + 1);
    assert_equals_int (info.flags, ASF_FILE_SEEKABLE);
    assert_equals_uint64 (info.play_duration_100ns, 40000000);
    g_free (path);
  }
  g_byte_array_unref (change);
  g_byte_array_unref (packet);
  g_byte_array_unref (header);
}

GST_END_TEST;

/* What has come is in the file while the push goes on, for a program that is
 * killed. */
GST_START_TEST (test_killed_program)
{
  const TestHeader description = { ASF_FILE_BROADCAST, 200, 0,
    {&asf_guid_stream_audio}, FALSE
  };
  GByteArray *header = test_asf_header (&description);
  GByteArray *packet = test_asf_packet (200, 50, 'x', TRUE, 1000);
  PubThread *server = pub_thread_new (record, NULL);
  RawPush *push = begin_push (server, header->data, header->len);
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;
  GStatBuf status = { 0, };

  raw_push_frame (push, 'D', packet->data, packet->len);
  while (g_stat (filename, &status) != 0
      || status.st_size < (goffset) header->len + 200) {
    fail_unless (g_get_monotonic_time () < deadline);
    g_thread_yield ();
  }
  raw_push_free (push);
  pub_thread_stop (server);
  g_byte_array_unref (packet);
  g_byte_array_unref (header);
}

GST_END_TEST;

static Suite *
pubrecord_suite (void)
{
  Suite *suite = suite_create ("pubrecord");
  TCase *tc = tcase_create ("record");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, setup_folder, teardown_folder);
  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_real_files, 0, TEST_N_MEDIA);
  tcase_add_test (tc, test_numbered_files);
  tcase_add_test (tc, test_killed_program);
  return suite;
}

GST_CHECK_MAIN (pubrecord);
