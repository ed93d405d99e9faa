/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "asf/asfsplitter.h"
#include "testasf.h"

#define PACKET_SIZE 200
#define N_PACKETS 5

/* A stream, and what has come out of the splitter so far. */
typedef struct
{
  AsfSplitter *splitter;
  GString *kinds;               /* H, P and E in order */
  GByteArray *packets;
  GByteArray *headers;
  guint32 last_reason;
  GError *error;
} Splitting;

static void
splitting_init (Splitting * self)
{
  memset (self, 0, sizeof (*self));
  self->splitter = asf_splitter_new ();
  self->kinds = g_string_new (NULL);
  self->packets = g_byte_array_new ();
  self->headers = g_byte_array_new ();
}

static void
splitting_clear (Splitting * self)
{
  asf_splitter_free (self->splitter);
  g_string_free (self->kinds, TRUE);
  g_byte_array_unref (self->packets);
  g_byte_array_unref (self->headers);
  g_clear_error (&self->error);
}

static void
append_buffer (GByteArray * bytes, GstBuffer * buffer)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_byte_array_append (bytes, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

static void
pop_all (Splitting * self)
{
  AsfUnit unit;

  while (asf_splitter_pop (self->splitter, &unit,
          self->error ? NULL : &self->error)) {
    g_string_append_c (self->kinds, "HPE"[unit.kind]);
    if (unit.kind == ASF_UNIT_PACKET)
      append_buffer (self->packets, unit.buffer);
    else if (unit.kind == ASF_UNIT_HEADER)
      append_buffer (self->headers, unit.buffer);
    else
      self->last_reason = unit.reason;
    asf_unit_clear (&unit);
  }
}

static void
feed (Splitting * self, gconstpointer data, gsize size, gsize step)
{
  gsize at;

  for (at = 0; at < size; at += step) {
    gsize n = MIN (step, size - at);

    asf_splitter_push (self->splitter,
        gst_buffer_new_memdup ((const guint8 *) data + at, n));
    pop_all (self);
  }
}

static GByteArray *
new_header (guint64 n_packets, guint32 flags)
{
  TestHeader header = { flags, PACKET_SIZE, n_packets,
    {&asf_guid_stream_video}, FALSE
  };

  return test_asf_header (&header);
}

static GByteArray *
new_packets (guint n)
{
  GByteArray *packets = g_byte_array_new ();
  guint i;

  for (i = 0; i < n; i++)
    test_asf_append_packet (packets, PACKET_SIZE, 20 + i, 'a' + i, TRUE,
        i * 40);
  return packets;
}

static void
put_bytes (GByteArray * stream, const GByteArray * bytes)
{
  g_byte_array_append (stream, bytes->data, bytes->len);
}

static void
put_index (GByteArray * stream)
{
  guint start = test_begin_object (stream, &asf_guid_simple_index);
  guint i;

  for (i = 0; i < 32; i++)
    test_put (stream, 0, 1);
  test_end_object (stream, start);
}

static void
check_units (const Splitting * self, const gchar * kinds,
    const GByteArray * packets)
{
  assert_equals_string (self->kinds->str, kinds);
  fail_unless (self->error == NULL);
  assert_equals_int (self->packets->len, packets->len);
  fail_unless (memcmp (self->packets->data, packets->data, packets->len) == 0);
}

GST_START_TEST (test_bare_any_alignment)
{
  GByteArray *header = new_header (N_PACKETS, ASF_FILE_SEEKABLE);
  GByteArray *packets = new_packets (N_PACKETS);
  GByteArray *stream = g_byte_array_new ();
  gsize step;

  put_bytes (stream, header);
  put_bytes (stream, packets);
  put_index (stream);
  for (step = 1; step <= stream->len; step += step < 260 ? 1 : 100) {
    Splitting self;

    splitting_init (&self);
    feed (&self, stream->data, stream->len, step);
    check_units (&self, "HPPPPPE", packets);
    assert_equals_int (self.headers->len, header->len);
    assert_equals_int (asf_splitter_get_header (self.splitter)->packet_size,
        PACKET_SIZE);
    assert_equals_uint64 (asf_splitter_get_swallowed (self.splitter), 56);
    splitting_clear (&self);
  }
  g_byte_array_unref (stream);
  g_byte_array_unref (packets);
  g_byte_array_unref (header);
}

GST_END_TEST;

/* Neither a broadcast nor a file whose header is still to be rewritten says
 * how many packets there are. */
GST_START_TEST (test_bare_unknown_count)
{
  static const guint32 flags[] = { ASF_FILE_BROADCAST, 0 };
  GByteArray *packets = new_packets (N_PACKETS);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (flags); i++) {
    GByteArray *stream = new_header (flags[i] ? 2 : 0, flags[i]);
    Splitting self;

    put_bytes (stream, packets);
    splitting_init (&self);
    feed (&self, stream->data, stream->len, 64);
    check_units (&self, "HPPPPP", packets);
    g_byte_array_set_size (stream, 0);
    put_index (stream);
    feed (&self, stream->data, stream->len, 7);
    check_units (&self, "HPPPPPE", packets);
    splitting_clear (&self);
    g_byte_array_unref (stream);
  }
  g_byte_array_unref (packets);
}

GST_END_TEST;

GST_START_TEST (test_bare_header_change)
{
  GByteArray *before = new_header (0, ASF_FILE_BROADCAST);
  GByteArray *after = new_header (3, ASF_FILE_BROADCAST);
  GByteArray *packets = new_packets (1);
  GByteArray *stream = g_byte_array_new ();
  Splitting self;

  put_bytes (stream, before);
  put_bytes (stream, before);
  put_bytes (stream, packets);
  put_bytes (stream, before);
  put_bytes (stream, after);
  put_bytes (stream, packets);
  splitting_init (&self);
  feed (&self, stream->data, stream->len, 11);
  assert_equals_string (self.kinds->str, "HPHP");
  /* the two repeated ones */
  assert_equals_uint64 (asf_splitter_get_swallowed (self.splitter),
      2 * before->len);
  splitting_clear (&self);
  g_byte_array_unref (stream);
  g_byte_array_unref (packets);
  g_byte_array_unref (after);
  g_byte_array_unref (before);
}

GST_END_TEST;

/* Two files one after the other, the second the same as the first. */
GST_START_TEST (test_bare_concatenated)
{
  GByteArray *stream = new_header (2, ASF_FILE_SEEKABLE);
  GByteArray *packets = new_packets (2);
  Splitting self;

  put_bytes (stream, packets);
  put_index (stream);
  splitting_init (&self);
  feed (&self, stream->data, stream->len, stream->len);
  feed (&self, stream->data, stream->len, stream->len);
  assert_equals_string (self.kinds->str, "HPPEHPPE");
  splitting_clear (&self);
  g_byte_array_unref (stream);
  g_byte_array_unref (packets);
}

GST_END_TEST;

static void
put_chunk (GByteArray * stream, gchar type, const guint8 * data, guint size,
    gboolean mms, guint af_flags)
{
  test_put (stream, '$', 1);
  test_put (stream, type, 1);
  test_put (stream, size + (mms ? 8 : 0), 2);
  if (mms) {
    test_put (stream, 0, 4);
    test_put (stream, 0, 1);
    test_put (stream, af_flags, 1);
    test_put (stream, size + 8, 2);
  }
  g_byte_array_append (stream, data, size);
}

/* Header in @n_pieces, packets with their padding cut to Packet Length. */
static GByteArray *
framed_stream (gboolean mms, guint n_pieces, const GByteArray * header,
    const GByteArray * packets)
{
  GByteArray *stream = g_byte_array_new ();
  guint i, piece = header->len / n_pieces + 1;

  for (i = 0; i < n_pieces; i++)
    put_chunk (stream, 'H', header->data + i * piece,
        MIN (piece, header->len - i * piece), mms,
        (i == 0 ? 4 : 0) | (i == n_pieces - 1 ? 8 : 0));
  for (i = 0; i < packets->len / PACKET_SIZE; i++) {
    const guint8 *data = packets->data + i * PACKET_SIZE;
    AsfPacketInfo info;

    fail_unless (asf_packet_read (data, PACKET_SIZE, &info, NULL));
    /* every second one as it is */
    if (i % 2 == 0) {
      guint8 cut[PACKET_SIZE];
      gsize size = PACKET_SIZE - info.padding;

      memcpy (cut, data, size);
      GST_WRITE_UINT16_LE (cut + 5, size);
      GST_WRITE_UINT16_LE (cut + 7, 0);
      put_chunk (stream, 'D', cut, size, mms, i);
    } else {
      put_chunk (stream, 'D', data, PACKET_SIZE, mms, i);
    }
    if (mms)
      put_chunk (stream, 'M', (const guint8 *) "metadata", 8, mms, 0);
    else
      put_chunk (stream, 'F', (const guint8 *) "\0\0\0", 3, mms, 0);
  }
  return stream;
}

GST_START_TEST (test_framed_any_alignment)
{
  gboolean mms = __i__;
  GByteArray *header = new_header (0, ASF_FILE_BROADCAST);
  GByteArray *packets = new_packets (N_PACKETS);
  GByteArray *stream = framed_stream (mms, mms ? 3 : 1, header, packets);
  const guint8 reason[4] = { 1, 0, 0, 0 };
  gsize step;

  put_chunk (stream, 'E', reason, sizeof (reason), FALSE, 0);
  for (step = 1; step <= stream->len; step += step < 30 ? 1 : 37) {
    Splitting self;

    splitting_init (&self);
    feed (&self, stream->data, stream->len, step);
    check_units (&self, "HPPPPPE", packets);
    assert_equals_int (self.headers->len, header->len);
    assert_equals_int (self.last_reason, 1);
    fail_unless (asf_splitter_get_swallowed (self.splitter) > 0);
    splitting_clear (&self);
  }
  g_byte_array_unref (stream);
  g_byte_array_unref (packets);
  g_byte_array_unref (header);
}

GST_END_TEST;

GST_START_TEST (test_push_framed_change)
{
  GByteArray *before = new_header (0, ASF_FILE_BROADCAST);
  GByteArray *after = new_header (1, ASF_FILE_BROADCAST);
  GByteArray *packets = new_packets (2);
  GByteArray *stream = framed_stream (FALSE, 1, before, packets);
  Splitting self;

  test_put (stream, 0x00014524 | 4 << 16, 4);
  GST_WRITE_UINT16_LE (stream->data + stream->len - 2, 4);
  test_put (stream, 1, 4);
  test_put (stream, 0x4324, 2);
  test_put (stream, after->len + 4, 2);
  test_put (stream, 0, 4);
  put_bytes (stream, after);
  put_chunk (stream, 'D', packets->data, PACKET_SIZE, FALSE, 0);
  splitting_init (&self);
  feed (&self, stream->data, stream->len, 50);
  assert_equals_string (self.kinds->str, "HPPEHP");
  splitting_clear (&self);
  g_byte_array_unref (stream);
  g_byte_array_unref (packets);
  g_byte_array_unref (after);
  g_byte_array_unref (before);
}

GST_END_TEST;

static void
check_refused (const guint8 * data, gsize size)
{
  Splitting self;
  AsfUnit unit;

  splitting_init (&self);
  feed (&self, data, size, 16);
  fail_unless (self.error != NULL);
  assert_equals_int (self.error->domain, ASF_ERROR);
  /* and it stays so until the reset */
  asf_splitter_push (self.splitter, gst_buffer_new_memdup ("$H", 2));
  g_clear_error (&self.error);
  fail_if (asf_splitter_pop (self.splitter, &unit, &self.error));
  fail_unless (self.error != NULL);
  g_clear_error (&self.error);
  asf_splitter_reset (self.splitter);
  fail_if (asf_splitter_pop (self.splitter, &unit, &self.error));
  fail_unless (self.error == NULL);
  splitting_clear (&self);
}

GST_START_TEST (test_garbage)
{
  static const gchar garbage[][64] = {
    "RIFF not this one", "$D\x04\0\0\0\0\0\0\0\0\0before a header",
    "$H\x04\0too short for one",
    "$H\x28\0\0\0\0\0\0\x0c\x28\0no header here at all, really not",
    "0&not quite the identifier of a header, forty bytes",
  };
  GByteArray *header = new_header (0, ASF_FILE_BROADCAST);
  GByteArray *stream = g_byte_array_new ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (garbage); i++)
    check_refused ((const guint8 *) garbage[i], sizeof (garbage[i]));

  /* a chunk that is none; a packet over the packet size; a broken one */
  put_chunk (stream, 'H', header->data, header->len, FALSE, 0);
  i = stream->len;
  test_put (stream, 0x44440000, 8);
  check_refused (stream->data, stream->len);
  g_byte_array_set_size (stream, i);
  put_chunk (stream, 'D', header->data, PACKET_SIZE + 1, FALSE, 0);
  check_refused (stream->data, stream->len);
  g_byte_array_set_size (stream, i);
  put_chunk (stream, 'D', (const guint8 *) "\x82\0\0", 3, FALSE, 0);
  check_refused (stream->data, stream->len);
  g_byte_array_unref (stream);
  g_byte_array_unref (header);
}

GST_END_TEST;

GST_START_TEST (test_header_limit)
{
  GByteArray *header = new_header (0, ASF_FILE_BROADCAST);

  GST_WRITE_UINT64_LE (header->data + 16, ASF_MAX_HEADER_SIZE + 1);
  check_refused (header->data, header->len);
  g_byte_array_unref (header);
}

GST_END_TEST;

GST_START_TEST (test_no_copy)
{
  GByteArray *header = new_header (0, ASF_FILE_BROADCAST);
  GByteArray *packets = new_packets (3);
  AsfSplitter *splitter = asf_splitter_new ();
  GstBuffer *one, *two;
  GstMemory *memory;
  AsfUnit unit;

  asf_splitter_push (splitter, gst_buffer_new_memdup (header->data,
          header->len));
  fail_unless (asf_splitter_pop (splitter, &unit, NULL));
  asf_unit_clear (&unit);

  one = gst_buffer_new_memdup (packets->data, PACKET_SIZE);
  GST_BUFFER_DTS (one) = 5 * GST_MSECOND;
  GST_BUFFER_PTS (one) = 7 * GST_MSECOND;
  asf_splitter_push (splitter, one);
  fail_unless (asf_splitter_pop (splitter, &unit, NULL));
  fail_unless (unit.buffer == one);
  assert_equals_uint64 (unit.dts, 5 * GST_MSECOND);
  assert_equals_uint64 (unit.pts, 7 * GST_MSECOND);
  asf_unit_clear (&unit);

  two = gst_buffer_new_memdup (packets->data + PACKET_SIZE, 2 * PACKET_SIZE);
  GST_BUFFER_DTS (two) = 9 * GST_MSECOND;
  memory = gst_buffer_peek_memory (two, 0);
  asf_splitter_push (splitter, two);
  fail_unless (asf_splitter_pop (splitter, &unit, NULL));
  fail_unless (gst_buffer_peek_memory (unit.buffer, 0)->parent == memory);
  asf_unit_clear (&unit);
  fail_unless (asf_splitter_pop (splitter, &unit, NULL));
  fail_unless (gst_buffer_peek_memory (unit.buffer, 0)->parent == memory);
  assert_equals_uint64 (unit.dts, 9 * GST_MSECOND);
  asf_unit_clear (&unit);
  fail_if (asf_splitter_pop (splitter, &unit, NULL));

  asf_splitter_free (splitter);
  g_byte_array_unref (packets);
  g_byte_array_unref (header);
}

GST_END_TEST;

GST_START_TEST (test_real_files)
{
  const gchar *name = test_media_names[__i__];
  static const gsize steps[] = { 1, 977, 4096, 65536, G_MAXSSIZE };
  TestMedia media;
  guint i;

  if (!test_media_open (&media, name))
    return;
  /* byte by byte takes long with the large ones */
  for (i = media.size > 60000 ? 1 : 0; i < G_N_ELEMENTS (steps); i++) {
    gsize packets_size = (gsize) media.n_packets * media.info.packet_size;
    Splitting self;

    splitting_init (&self);
    feed (&self, media.contents, media.size, MIN (steps[i], media.size));
    fail_unless (self.error == NULL);
    assert_equals_int (self.kinds->len, media.n_packets + 2);
    assert_equals_int (self.packets->len, packets_size);
    fail_unless (memcmp (self.packets->data, media.packets, packets_size) == 0);
    assert_equals_uint64 (asf_splitter_get_swallowed (self.splitter),
        media.size - self.headers->len - packets_size);
    splitting_clear (&self);
  }
  test_media_close (&media);
}

GST_END_TEST;

static GstFlowReturn
sample_arrived (GstElement * sink, Splitting * self)
{
  GstSample *sample = NULL;

  g_signal_emit_by_name (sink, "pull-sample", &sample);
  asf_splitter_push (self->splitter,
      gst_buffer_ref (gst_sample_get_buffer (sample)));
  pop_all (self);
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

/* What libav's muxers write comes out as the packets that asfcheck.py sees. */
static void
split_muxer_output (const gchar * muxer)
{
  gchar *text = g_strdup_printf ("videotestsrc num-buffers=50 !"
      " video/x-raw,width=64,height=48,framerate=25/1 ! avenc_msmpeg4 !"
      " %s ! appsink name=sink sync=false emit-signals=true", muxer);
  GstElement *pipeline, *sink;
  GstMessage *message;
  TestObjects *objects;
  Splitting self;
  gchar *lines;
  guint at, n_lines = 0;

  if (!gst_registry_check_feature_version (gst_registry_get (), muxer, 1, 0, 0)
      || !gst_registry_check_feature_version (gst_registry_get (),
          "avenc_msmpeg4", 1, 0, 0)) {
    g_print ("SKIP: no %s\n", muxer);
    g_free (text);
    return;
  }
  splitting_init (&self);
  pipeline = gst_parse_launch (text, NULL);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_signal_connect (sink, "new-sample", G_CALLBACK (sample_arrived), &self);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (pipeline),
      20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL && GST_MESSAGE_TYPE (message)
      == GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);

  fail_unless (self.error == NULL, "%s", muxer);
  fail_unless (g_str_has_prefix (self.kinds->str, "HP"));
  objects = test_objects_new ();
  for (at = 0; at < self.packets->len;
      at += asf_splitter_get_header (self.splitter)->packet_size)
    fail_unless (test_objects_add_packet (objects, self.packets->data + at,
            asf_splitter_get_header (self.splitter)->packet_size));
  lines = test_objects_finish (objects);
  for (at = 0; lines[at] != '\0'; at++)
    n_lines += lines[at] == '\n';
  assert_equals_int (n_lines, 50);

  g_free (lines);
  splitting_clear (&self);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (text);
}

GST_START_TEST (test_libav_muxers)
{
  split_muxer_output ("avmux_asf");
  split_muxer_output ("avmux_asf_stream");
}

GST_END_TEST;

static Suite *
asfsplitter_suite (void)
{
  Suite *suite = suite_create ("asfsplitter");
  TCase *tc = tcase_create ("splitter");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_bare_any_alignment);
  tcase_add_test (tc, test_bare_unknown_count);
  tcase_add_test (tc, test_bare_header_change);
  tcase_add_test (tc, test_bare_concatenated);
  tcase_add_loop_test (tc, test_framed_any_alignment, 0, 2);
  tcase_add_test (tc, test_push_framed_change);
  tcase_add_test (tc, test_garbage);
  tcase_add_test (tc, test_header_limit);
  tcase_add_test (tc, test_no_copy);
  tcase_add_loop_test (tc, test_real_files, 0, TEST_N_MEDIA);
  tcase_add_test (tc, test_libav_muxers);
  return suite;
}

GST_CHECK_MAIN (asfsplitter);
