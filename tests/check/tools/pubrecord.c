/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "pubthread.h"
#include "rawpush.h"
#include "recordfiles.h"
#include "testasf.h"

#define PATH "/live"

static gchar *folder;

static void
setup_folder (void)
{
  folder = record_folder_new ();
}

static void
teardown_folder (void)
{
  record_folder_free (folder);
}

static void
record (PubServer * server, gpointer data)
{
  const PubRecordConfig config = {.directory = folder };

  fail_unless (pub_server_set_record (server, &config, NULL));
}

static RawPush *
begin_push (PubThread * server, const guint8 * header, gsize size)
{
  return raw_push_begin (pub_thread_get_port (server), PATH, header, size);
}

/* What was pushed, as a file's packets. */
static gchar *
media_objects (const TestMedia * media)
{
  TestObjects *objects = test_objects_new ();
  guint i;

  for (i = 0; i < media->n_packets; i++)
    fail_unless (test_objects_add_packet (objects, media->packets + (gsize) i *
            media->info.packet_size, media->info.packet_size));
  return test_objects_finish (objects);
}

/* A real file comes out with the same packets, and as a finished, seekable
 * file whose header has no error that the original did not have. */
GST_START_TEST (test_real_files)
{
  AsfHeaderInfo info;
  PubThread *server;
  TestMedia media;
  RawPush *push;
  gchar *contents, *pushed, *recorded;
  gchar **files;
  guint i;

  if (!test_media_open (&media, test_media_names[__i__]))
    return;
  server = pub_thread_new (record, NULL);
  push = begin_push (server, (guint8 *) media.contents,
      media.info.header_size + ASF_DATA_HEAD_SIZE);
  for (i = 0; i < media.n_packets; i++)
    raw_push_frame (push, 'D', media.packets + (gsize) i *
        media.info.packet_size, media.info.packet_size);
  raw_push_conclude (push);
  pub_thread_stop (server);

  files = record_folder_list (folder);
  assert_equals_int (g_strv_length (files), 1);
  contents = record_file_read (files[0], &info);
  fail_unless (memcmp (contents + info.header_size + ASF_DATA_HEAD_SIZE,
          media.packets, (gsize) info.packet_count * info.packet_size) == 0);
  assert_equals_int (info.flags, ASF_FILE_SEEKABLE);
  pushed = media_objects (&media);
  recorded = record_file_objects (files[0]);
  assert_equals_string (recorded, pushed);
  /* how long the last object lasts is not in the packets */
  fail_unless (ABS ((gint64) (info.play_duration_100ns
              - media.info.play_duration_100ns)) < 5000000,
      "%s: %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT,
      test_media_names[__i__], info.play_duration_100ns,
      media.info.play_duration_100ns);
  fail_unless (!test_passes_asfcheck (media.path)
      || test_passes_asfcheck (files[0]), "%s", test_media_names[__i__]);
  g_free (recorded);
  g_free (pushed);
  g_free (contents);
  g_strfreev (files);
  test_media_close (&media);
}

GST_END_TEST;

static void
push_packets (RawPush * push, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    GByteArray *packet = test_asf_packet (200, 50, 'x', TRUE, 1000 + i * 40);

    raw_push_frame (push, 'D', packet->data, packet->len);
    g_byte_array_unref (packet);
  }
}

/* Each header and each session begins another file; nothing is overwritten.
 * The last file of a session may come after the first one of the next. */
GST_START_TEST (test_files_of_a_session)
{
  const TestHeader description = { ASF_FILE_BROADCAST, 200, 0,
    {&asf_guid_stream_audio}, FALSE
  };
  GByteArray *header = test_asf_header (&description);
  GByteArray *change = g_byte_array_new ();
  PubThread *server = pub_thread_new (record, NULL);
  RawPush *push;
  gchar **files;
  guint j, seen = 0;

  test_put (change, 0, 4);
  g_byte_array_append (change, header->data, header->len);
  push = begin_push (server, header->data, header->len);
  push_packets (push, 1);
  raw_push_end (push, 1);
  raw_push_frame (push, 'C', change->data, change->len);
  push_packets (push, 2);
  raw_push_conclude (push);
  push = begin_push (server, header->data, header->len);
  push_packets (push, 3);
  fail_unless (pub_thread_wait (server, PATH, pub_has_packets, 3));
  /* in the middle of a push: the recording is finished all the same */
  raw_push_free (push);
  pub_thread_stop (server);

  files = record_folder_list (folder);
  assert_equals_int (g_strv_length (files), 3);
  for (j = 0; j < 3; j++) {
    AsfHeaderInfo info;

    g_free (record_file_read (files[j], &info));
    fail_unless (info.packet_count >= 1 && info.packet_count <= 3);
    seen |= 1u << info.packet_count;
    assert_equals_int (info.flags, ASF_FILE_SEEKABLE);
    /* the programme's times begin at a second: those of the file at 0; an
     * object lasts 40 ms where there are two of them */
    assert_equals_uint64 (info.play_duration_100ns,
        30000000 + (info.packet_count > 1 ? info.packet_count : 0) * 400000);
  }
  assert_equals_int (seen, 1u << 1 | 1u << 2 | 1u << 3);
  g_strfreev (files);
  g_byte_array_unref (change);
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
  PubThread *server = pub_thread_new (record, NULL);
  RawPush *push = begin_push (server, header->data, header->len);
  gint64 deadline = g_get_monotonic_time ()
      + 20 * test_get_patience () * G_TIME_SPAN_SECOND;
  GStatBuf status = { 0, };

  push_packets (push, 1);
  while (status.st_size < (goffset) header->len + 200) {
    gchar **files = record_folder_list (folder);

    fail_unless (g_get_monotonic_time () < deadline);
    if (files[0] != NULL)
      g_stat (files[0], &status);
    g_strfreev (files);
    g_thread_yield ();
  }
  raw_push_free (push);
  pub_thread_stop (server);
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
  tcase_add_test (tc, test_files_of_a_session);
  tcase_add_test (tc, test_killed_program);
  return suite;
}

GST_CHECK_MAIN (pubrecord);
