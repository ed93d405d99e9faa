/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <gst/check/gstcheck.h>

#include "asf/asfheader.h"
#include "asf/asfindex.h"
#include "asf/asfpacketizer.h"
#include "testmux.h"

/* A whole file out of the format layer alone, with all objects that it can
 * write, for asfcheck.py: video, audio in two languages, commands, pictures and
 * bytes, one object of each a second. */
#define N_STREAMS 6
#define N_SECONDS 20
#define PACKET_SIZE 1000
#define PREROLL_MS 3000
#define OBJECT_SIZE 700
#define RATE_BPS 8000

static AsfStream streams[N_STREAMS];
static AsfIndex indexes[N_STREAMS];
static AsfHeader header;
static guint8 block[2][PACKET_SIZE + ASF_PACKETIZER_FRONT];
static guint8 content[OBJECT_SIZE];

static GArray *
new_array (gsize size, gpointer clear, gconstpointer values, guint n)
{
  GArray *array = g_array_new (FALSE, TRUE, size);

  if (clear != NULL)
    g_array_set_clear_func (array, (GDestroyNotify) clear);
  return g_array_append_vals (array, values, n);
}

static void
fill_streams (void)
{
  static const AsfStreamKind kinds[] = { ASF_STREAM_VIDEO, ASF_STREAM_AUDIO,
    ASF_STREAM_AUDIO, ASF_STREAM_COMMAND, ASF_STREAM_JFIF, ASF_STREAM_BINARY
  };
  static const AsfImageFormat image = { 320, 240, 0x47504a4d, 24 };
  static const AsfWaveFormat wave = { 0x2000, 1, 44100, 1000, 1, 0 };
  guint i;

  memset (streams, 0, sizeof streams);
  for (i = 0; i < N_STREAMS; i++) {
    streams[i].number = i + 1;
    streams[i].kind = kinds[i];
    streams[i].data_bps = RATE_BPS;
    streams[i].buffer_ms = PREROLL_MS;
    streams[i].total_bps = 9000;
    streams[i].max_object_size = OBJECT_SIZE;
    streams[i].frame_time_100ns = 10000000;
    streams[i].flags = ASF_STREAM_SEEKABLE;
    streams[i].codec_name = "codec";
    asf_index_init (&indexes[i]);
  }
  streams[0].image = streams[4].image = image;
  for (i = 1; i < 3; i++) {
    streams[i].wave = wave;
    streams[i].language_index = i - 1;
    streams[i].name = "name";
  }
}

static AsfExclusion
new_exclusion (AsfExclusionType type)
{
  static const guint8 numbers[] = { 2, 3 };
  AsfExclusion exclusion = { type, new_array (1, NULL, numbers, 2), NULL };

  return exclusion;
}

static AsfAttribute
new_attribute (const gchar * name, AsfAttributeType type, guint8 stream)
{
  AsfAttribute attribute = {.name = g_strdup (name),.type = type,
    .number = 1,.stream_number = stream
  };

  if (type == ASF_ATTRIBUTE_TEXT)
    attribute.text = g_strnfill (2000, 'x');
  if (type == ASF_ATTRIBUTE_BINARY)
    attribute.bytes = g_bytes_new (content, sizeof content);
  if (type == ASF_ATTRIBUTE_GUID)
    attribute.bytes = g_bytes_new (&asf_guid_data, ASF_GUID_SIZE);
  return attribute;
}

/* One of each type up to @last. */
static GArray *
new_attributes (AsfAttributeType last, guint8 stream)
{
  GArray *array = new_array (sizeof (AsfAttribute), asf_attribute_clear, NULL,
      0);
  guint type;

  for (type = ASF_ATTRIBUTE_TEXT; type <= last; type++) {
    g_autofree gchar *name = g_strdup_printf ("Attribute%u", type);
    AsfAttribute attribute = new_attribute (name, type, stream);

    g_array_append_val (array, attribute);
  }
  return array;
}

static void
fill_arrays (void)
{
  gchar *languages[] = { g_strdup ("en-us"), g_strdup ("fr") };
  AsfExclusion exclusions[] = { new_exclusion (ASF_EXCLUSION_LANGUAGE),
    new_exclusion (ASF_EXCLUSION_BITRATE)
  };
  AsfPriority priorities[] = { {2, TRUE}, {1, FALSE} };
  AsfMarker markers[] = { {0, PREROLL_MS * 10000, 0, g_strdup ("start")},
  {PACKET_SIZE * 10, 80000000, 0, g_strdup ("later")}
  };
  AsfCommand commands[] = {
    {PREROLL_MS, g_strdup ("URL"), g_strdup ("http://localhost/")},
    {PREROLL_MS + 1000, g_strdup ("TEXT"), g_strdup ("words")},
  };
  static const guint8 indexed[] = { 1, 2, 3 };

  header.attributes = new_attributes (ASF_ATTRIBUTE_WORD, 0);
  header.metadata = new_attributes (ASF_ATTRIBUTE_WORD, 1);
  header.library = new_attributes (ASF_ATTRIBUTE_GUID, 2);
  header.languages =
      new_array (sizeof (gchar *), asf_language_clear, languages, 2);
  header.exclusions =
      new_array (sizeof (AsfExclusion), asf_exclusion_clear, exclusions, 2);
  header.priorities = new_array (sizeof (AsfPriority), NULL, priorities, 2);
  header.markers = new_array (sizeof (AsfMarker), asf_marker_clear, markers, 2);
  header.commands =
      new_array (sizeof (AsfCommand), asf_command_clear, commands, 2);
  header.index_streams = new_array (1, NULL, indexed, 3);
}

static void
setup (void)
{
  memset (&header, 0, sizeof header);
  memset (content, 0x55, sizeof content);
  fill_streams ();
  header.file_id.bytes[0] = 1;
  header.creation_date_100ns = G_GUINT64_CONSTANT (133000000000000000);
  header.packet_size = PACKET_SIZE;
  header.preroll_ms = PREROLL_MS;
  header.streams = streams;
  header.n_streams = N_STREAMS;
  header.description.title = g_strdup ("Title");
  header.padding = 100;
  fill_arrays ();
}

static void
teardown (void)
{
  guint i;

  for (i = 0; i < N_STREAMS; i++)
    asf_index_clear (&indexes[i]);
  asf_description_clear (&header.description);
  g_array_unref (header.attributes);
  g_array_unref (header.metadata);
  g_array_unref (header.library);
  g_array_unref (header.languages);
  g_array_unref (header.exclusions);
  g_array_unref (header.priorities);
  g_array_unref (header.markers);
  g_array_unref (header.commands);
  g_array_unref (header.index_streams);
}

static void
take_packets (AsfPacketizer * packetizer, GByteArray * bytes, guint * n_blocks)
{
  AsfPacketizerStep step;
  AsfPacket packet;

  for (;;) {
    step = asf_packetizer_step (packetizer, &packet);
    if (step == ASF_PACKETIZER_NEED_OBJECT)
      return;
    if (step == ASF_PACKETIZER_NEED_BLOCK)
      asf_packetizer_set_block (packetizer, block[(*n_blocks)++ % 2]);
    else
      g_byte_array_append (bytes, packet.block + packet.offset, PACKET_SIZE);
  }
}

static void
add_object (AsfPacketizer * packetizer, GByteArray * bytes, guint * n_blocks,
    guint stream, guint second)
{
  guint64 time_ns = second * GST_SECOND;
  AsfObject object = {.stream_number = stream + 1,
    .is_key = stream != 0 || second % 4 == 0,.is_video = stream == 0,
    .pres_ms = second * 1000 + PREROLL_MS,.time_ns = time_ns,
    .data = content,.size = OBJECT_SIZE
  };
  AsfBucket bucket;

  asf_bucket_init (&bucket, RATE_BPS, PREROLL_MS, 2 * PREROLL_MS);
  asf_bucket_add (&bucket, time_ns, object.size, &object.span);
  fail_unless (asf_packetizer_add (packetizer, &object));
  take_packets (packetizer, bytes, n_blocks);
  if (object.is_key)
    asf_index_add_key (&indexes[stream], object.pres_ms,
        packetizer->object_packet, packetizer->object_packets);
}

static void
append (GByteArray * file, GBytes * bytes)
{
  gsize size;
  gconstpointer data;

  fail_unless (bytes != NULL);
  data = g_bytes_get_data (bytes, &size);
  g_byte_array_append (file, data, size);
  g_bytes_unref (bytes);
}

/* The Send Time of the packet at a marker is known late. */
static void
set_marker (const GByteArray * packets)
{
  AsfMarker *marker = &g_array_index (header.markers, AsfMarker, 1);
  AsfPacketInfo packet;

  fail_unless (asf_packet_read (packets->data + marker->offset, PACKET_SIZE,
          &packet, NULL));
  marker->send_ms = packet.send_time_ms;
}

static GByteArray *
new_packets (void)
{
  AsfPacketizerConfig config = {.packet_size = PACKET_SIZE,
    .line_bps = asf_header_max_bps (&header)
  };
  GByteArray *packets = g_byte_array_new ();
  AsfPacketizer packetizer;
  guint n_blocks = 0;
  guint second, stream;

  asf_packetizer_init (&packetizer, &config);
  for (second = 0; second < N_SECONDS; second++) {
    for (stream = 0; stream < N_STREAMS; stream++)
      add_object (&packetizer, packets, &n_blocks, stream, second);
  }
  asf_packetizer_drain (&packetizer);
  take_packets (&packetizer, packets, &n_blocks);
  set_marker (packets);
  header.packet_count = packetizer.n_packets;
  header.play_duration_100ns = (N_SECONDS * 1000 + PREROLL_MS) * 10000;
  header.send_duration_100ns = (packetizer.last_send_ms +
      packetizer.last_duration_ms) * 10000;
  return packets;
}

static GByteArray *
new_file (void)
{
  const guint32 last_ms = (N_SECONDS - 1) * 1000 + PREROLL_MS;
  AsfIndexStream columns[] = { {1, &indexes[0]}, {2, &indexes[1]},
  {3, &indexes[2]}
  };
  g_autoptr (GByteArray) packets = new_packets ();
  GByteArray *file = g_byte_array_new ();
  GBytes *object =
      asf_index_write_object (columns, 3, PACKET_SIZE, last_ms, NULL);
  GBytes *simple =
      asf_index_write_simple (&indexes[0], &header.file_id, last_ms, NULL);
  gsize size;

  fail_unless (asf_header_get_size (&header, &size, NULL));
  header.flags = ASF_FILE_SEEKABLE;
  header.has_index = TRUE;
  header.file_size = size + packets->len + g_bytes_get_size (object) +
      g_bytes_get_size (simple);
  append (file, asf_header_write (&header, NULL));
  fail_unless_equals_uint64 (file->len, size);
  g_byte_array_append (file, packets->data, packets->len);
  append (file, object);
  append (file, simple);
  return file;
}

GST_START_TEST (test_judged)
{
  g_autoptr (GByteArray) file = new_file ();
  gchar *path = test_file_new ();

  fail_unless_equals_uint64 (file->len, header.file_size);
  test_file_write (path, file);
  test_assert_asfcheck (path, FALSE);
  test_file_free (path);
}

GST_END_TEST;

/* Another reader finds chapters and languages where they are. */
GST_START_TEST (test_ffprobe)
{
  g_autoptr (GByteArray) file = new_file ();
  gchar *path = test_file_new ();
  const gchar *argv[] = { "ffprobe", "-v", "quiet", "-of", "compact",
    "-show_chapters", "-show_entries",
    "stream=index,codec_type:stream_tags=language", path, NULL
  };
  static const gchar *const wanted[] = { "start_time=0.000000",
    "tag:title=start", "start_time=5.000000", "tag:title=later",
    "index=0|codec_type=video|tag:language=eng",
    "index=1|codec_type=audio|tag:language=eng",
    "index=2|codec_type=audio|tag:language=fre",
    "index=3|codec_type=data", "index=4|codec_type=video"
  };
  g_autofree gchar *tool = g_find_program_in_path (argv[0]);
  g_autofree gchar *text = NULL;
  guint i;

  test_file_write (path, file);
  if (tool != NULL)
    text = test_run_command (argv, NULL);
  else
    g_print ("SKIP: no ffprobe here\n");
  for (i = 0; text != NULL && i < G_N_ELEMENTS (wanted); i++)
    fail_unless (strstr (text, wanted[i]) != NULL, "no %s: %s", wanted[i],
        text);
  test_file_free (path);
}

GST_END_TEST;

static Suite *
asfjudged_suite (void)
{
  Suite *s = suite_create ("asfjudged");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_judged);
  tcase_add_test (tc, test_ffprobe);
  return s;
}

GST_CHECK_MAIN (asfjudged);
