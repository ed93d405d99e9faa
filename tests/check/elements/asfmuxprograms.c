/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testmux.h"

/* Several streams in one file: languages, exclusions, priorities. */

#define N_AUDIO 3

typedef struct
{
  TestMux mux;
  GstHarness *more[N_AUDIO];    /* the first one is mux.audio */
} Programme;

static void
programme_init (Programme * self, TestMuxFlags flags)
{
  guint i;

  test_mux_init (&self->mux, TEST_MUX_AUDIO | flags, NULL, NULL);
  self->more[0] = NULL;
  for (i = 1; i < N_AUDIO; i++) {
    g_autofree gchar *name = g_strdup_printf ("audio_%u", i);

    self->more[i] = test_mux_add_input (&self->mux, name, TEST_AUDIO_CAPS);
  }
}

static GstHarness *
programme_input (Programme * self, guint i)
{
  return i == 0 ? self->mux.audio : self->more[i];
}

/* Sets properties of a pad from a text such as "language=fr priority=2". */
static void
programme_set (Programme * self, guint i, const gchar * text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_autofree gchar *name = g_strdup_printf ("audio_%u", i);
  GstPad *pad = gst_element_get_static_pad (self->mux.out->element, name);
  guint k;

  for (k = 0; words[k] != NULL && *words[k] != '\0'; k++) {
    g_auto (GStrv) word = g_strsplit (words[k], "=", 2);

    gst_util_set_object_arg (G_OBJECT (pad), word[0], word[1]);
  }
  gst_object_unref (pad);
}

/* One buffer of each stream. */
static GByteArray *
programme_run (Programme * self)
{
  guint i;

  for (i = 0; i < N_AUDIO; i++) {
    test_mux_push (programme_input (self, i), 0, 50, 400, TRUE);
    gst_harness_push_event (programme_input (self, i), gst_event_new_eos ());
  }
  return test_mux_pull_all (&self->mux);
}

static void
programme_clear (Programme * self)
{
  guint i;

  for (i = 1; i < N_AUDIO; i++)
    gst_harness_teardown (self->more[i]);
  test_mux_clear (&self->mux);
}

/* The data of the next object with that identifier, NULL when there is none;
 * @at is where to begin and where it ends. */
static const guint8 *
next_object (const GByteArray * bytes, const guint8 id[4], gsize * at)
{
  const guint8 *object = memmem (bytes->data + *at, bytes->len - *at, id, 4);

  if (object == NULL)
    return NULL;
  *at = object - bytes->data + 24;
  return object + 24;
}

static const guint8 language_list[] = { 0xa9, 0x46, 0x43, 0x7c };
static const guint8 advanced_exclusion[] = { 0xcf, 0x49, 0x86, 0xa0 };
static const guint8 bitrate_exclusion[] = { 0xdc, 0x29, 0xe2, 0xd6 };
static const guint8 group_exclusion[] = { 0x40, 0x5a, 0x46, 0xd1 };
static const guint8 prioritization[] = { 0x5b, 0xd1, 0xfe, 0xd4 };
static const guint8 extended_stream[] = { 0xcb, 0xa5, 0xe6, 0x14 };

/* "en-us fr: 0 1 1": languages, and the index of each stream */
static gchar *
describe_languages (const GByteArray * bytes)
{
  GString *text = g_string_new (NULL);
  gsize at = 0;
  const guint8 *data = next_object (bytes, language_list, &at);
  guint i, n;

  if (data != NULL) {
    n = GST_READ_UINT16_LE (data);
    data += 2;
    for (i = 0; i < n; i++) {
      g_autofree gchar *language = g_utf16_to_utf8 ((const gunichar2 *)
          (gconstpointer) (data + 1), *data / 2, NULL, NULL, NULL);

      g_string_append_printf (text, "%s ", language);
      data += 1 + *data;
    }
  }
  g_string_append_c (text, ':');
  at = 0;
  while ((data = next_object (bytes, extended_stream, &at)) != NULL)
    g_string_append_printf (text, " %u", GST_READ_UINT16_LE (data + 50));
  return g_string_free (text, FALSE);
}

/* Language of the streams: by property or by tag. */
static const struct
{
  const gchar *properties[N_AUDIO];
  const gchar *tags[N_AUDIO];
  const gchar *wanted;
  gboolean warns;
} languages[] = {
  {{"", "", ""}, {NULL}, ": 0 0 0", FALSE},
  {{"language=en-US", "language=fre", "language=pt_BR"}, {NULL},
      "en-us fr pt-br : 0 1 2", FALSE},
  {{"", "language=de", ""}, {"ger", "en", "deu"}, "de : 0 0 0", FALSE},
  {{"", "", "language=ja"}, {"en", NULL, NULL}, "en und ja : 0 1 2", FALSE},
  {{"", "", ""}, {"und", "zxx", NULL}, "und zxx : 0 1 0", FALSE},
  {{"language=<script>", "language=fr", "language=en--us"}, {NULL},
      "und fr : 0 1 0", TRUE},
};

GST_START_TEST (test_languages)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  gchar *path = test_file_new ();
  GstMessage *message;
  Programme p;
  guint i;

  programme_init (&p, TEST_MUX_SEEKABLE);
  for (i = 0; i < N_AUDIO; i++) {
    programme_set (&p, i, languages[__i__].properties[i]);
    if (languages[__i__].tags[i] != NULL)
      gst_harness_push_event (programme_input (&p, i),
          gst_event_new_tag (gst_tag_list_new (GST_TAG_LANGUAGE_CODE,
                  languages[__i__].tags[i], NULL)));
  }
  bytes = programme_run (&p);
  text = describe_languages (bytes);
  fail_unless_equals_string (text, languages[__i__].wanted);
  message = test_mux_message (&p.mux, GST_MESSAGE_WARNING);
  fail_unless_equals_int (message != NULL, languages[__i__].warns);
  gst_clear_message (&message);
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_file_free (path);
  programme_clear (&p);
}

GST_END_TEST;

static void
append_group (GString * text, const gchar * kind, const guint8 * data)
{
  static const gchar *const types[] = { "language", "bitrate", "unknown" };
  guint i;

  /* the three identifiers differ in their first byte */
  g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "", kind,
      types[data[0]]);
  for (i = 0; i < GST_READ_UINT16_LE (data + 16); i++)
    g_string_append_printf (text, " %u",
        GST_READ_UINT16_LE (data + 18 + 2 * i));
}

/* "group bitrate 1 2 | 3": one of two records */
static void
append_records (GString * text, const guint8 * data)
{
  static const gchar *const types[] = { "language", "bitrate", "unknown" };
  const guint8 *at = data + 18;
  guint i, k;

  g_string_append_printf (text, "group %s", types[data[0]]);
  for (i = 0; i < GST_READ_UINT16_LE (data + 16); i++) {
    guint n = GST_READ_UINT16_LE (at);

    g_string_append (text, i > 0 ? " |" : "");
    for (k = 0, at += 2; k < n; k++, at += 2)
      g_string_append_printf (text, " %u", GST_READ_UINT16_LE (at));
  }
}

static gchar *
describe_exclusions (const GByteArray * bytes)
{
  GString *text = g_string_new (NULL);
  const guint8 *data;
  gsize at = 0;

  if ((data = next_object (bytes, group_exclusion, &at)) != NULL)
    append_records (text, data);
  at = 0;

  while ((data = next_object (bytes, advanced_exclusion, &at)) != NULL)
    append_group (text, "advanced", data);
  at = 0;
  while ((data = next_object (bytes, bitrate_exclusion, &at)) != NULL)
    append_group (text, "simple", data);
  return g_string_free (text, FALSE);
}

/* Groups by property; the rate is that of the file in streams of 64 kbit/s:
 * of a group one counts (as in Windows' files). */
static const struct
{
  const gchar *properties[N_AUDIO];
  const gchar *wanted;
  guint n_counted;
} exclusions[] = {
  {{"", "", ""}, "", 3},
  {{"language=en", "language=en", "language=fr"}, "", 3},
  {{"language=en", "language=de", "language=fr"},
      "advanced language 1 2 3", 1},
  {{"language=en", "", "language=fr"}, "", 3},
  {{"exclusion-group=1", "", "exclusion-group=1"},
      "advanced bitrate 1 3, simple bitrate 1 3", 2},
  {{"exclusion-group=1", "exclusion-group=2", "exclusion-group=3"}, "", 3},
  {{"language=en", "language=de exclusion-group=1", "language=fr"},
      "advanced language 1 3", 2},
  {{"language=en exclusion-group=4", "language=en exclusion-group=4",
          "language=fr exclusion-group=4"},
      "advanced language 1 2 3, advanced bitrate 1 2, simple bitrate 1 2", 1},
  {{"exclusion-group=1 exclusion-type=unknown", "exclusion-group=1", ""},
      "advanced unknown 1 2", 2},
  {{"exclusion-group=1 exclusion-type=language", "exclusion-group=1", ""},
      "advanced language 1 2", 2},
  {{"exclusion-group=1 exclusion-set=1", "exclusion-group=1 exclusion-set=1",
          "exclusion-group=1 exclusion-set=2"}, "group bitrate 1 2 | 3", 2},
  {{"exclusion-group=1", "exclusion-group=1 exclusion-set=9",
          "exclusion-group=1 exclusion-set=9 language=fr"},
      "group language 1 | 2 3", 2},
  {{"exclusion-group=1 exclusion-set=2 exclusion-type=unknown",
          "exclusion-group=1", "exclusion-group=1"}, "group unknown 1 | 2 | 3",
      1},
  {{"exclusion-group=1 exclusion-set=1", "exclusion-group=1 exclusion-set=1",
          ""}, "", 3},
  {{"exclusion-group=1", "exclusion-group=1 hidden=true", ""},
      "advanced bitrate 1 2", 2},
  {{"exclusion-group=1", "exclusion-group=1", "hidden=true"},
      "advanced bitrate 1 2, simple bitrate 1 2", 2},
};

GST_START_TEST (test_exclusions)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  gchar *path = test_file_new ();
  AsfHeaderInfo info;
  Programme p;
  guint i;

  programme_init (&p, TEST_MUX_SEEKABLE);
  for (i = 0; i < N_AUDIO; i++)
    programme_set (&p, i, exclusions[__i__].properties[i]);
  bytes = programme_run (&p);
  text = describe_exclusions (bytes);
  fail_unless_equals_string (text, exclusions[__i__].wanted);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_int (info.max_bitrate_bps / info.streams[0].bitrate_bps,
      exclusions[__i__].n_counted);
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_file_free (path);
  programme_clear (&p);
}

GST_END_TEST;

/* rules, 4.1: the Stream Properties Object of a hidden stream is the last thing
 * in the Extended one.  "1h 2 3h": in the order of the Extended ones; then how
 * many are in the header itself. */
static const struct
{
  const gchar *properties[N_AUDIO];
  const gchar *wanted;
} hidden[] = {
  {{"", "", ""}, "1 2 3, 3"},
  {{"hidden=true", "", "hidden=true"}, "1h 2 3h, 1"},
  {{"hidden=true", "hidden=true", "hidden=true"}, "1 2 3, 3"},
};

static gchar *
describe_hidden (const GByteArray * bytes)
{
  static const guint8 properties[] = { 0x91, 0x07, 0xdc, 0xb7 };
  GString *text = g_string_new (NULL);
  const guint8 *data;
  guint n_visible = 0;
  gsize at = 0;

  while ((data = next_object (bytes, extended_stream, &at)) != NULL) {
    const guint8 *end = data - 24 + GST_READ_UINT64_LE (data - 8);
    gboolean is_hidden = memmem (data, end - data, properties, 4) != NULL;

    n_visible -= is_hidden;
    g_string_append_printf (text, "%u%s ", GST_READ_UINT16_LE (data + 48),
        is_hidden ? "h" : "");
  }
  at = 0;
  while (next_object (bytes, properties, &at) != NULL)
    n_visible++;
  g_string_truncate (text, text->len - 1);
  g_string_append_printf (text, ", %u", n_visible);
  return g_string_free (text, FALSE);
}

GST_START_TEST (test_hidden)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  gchar *path = test_file_new ();
  AsfHeaderInfo info;
  Programme p;
  guint i;

  programme_init (&p, TEST_MUX_SEEKABLE);
  for (i = 0; i < N_AUDIO; i++)
    programme_set (&p, i, hidden[__i__].properties[i]);
  bytes = programme_run (&p);
  text = describe_hidden (bytes);
  fail_unless_equals_string (text, hidden[__i__].wanted);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_int (info.n_streams, N_AUDIO);
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_file_free (path);
  programme_clear (&p);
}

GST_END_TEST;

/* rules, 4.4: mandatory streams first, then by rank; "!" is mandatory. */
static const struct
{
  const gchar *properties[N_AUDIO];
  const gchar *wanted;
} priorities[] = {
  {{"", "", ""}, ""},
  {{"priority=3", "priority=1", ""}, " 2 1"},
  {{"priority=3", "priority=1", "priority=7 mandatory=true"}, " 3! 2 1"},
  {{"mandatory=true", "priority=2", "priority=2"}, " 2 3"},
};

GST_START_TEST (test_priorities)
{
  g_autoptr (GByteArray) bytes = NULL;
  GString *text = g_string_new (NULL);
  const guint8 *data;
  gsize at = 0;
  Programme p;
  guint i;

  programme_init (&p, TEST_MUX_SEEKABLE);
  for (i = 0; i < N_AUDIO; i++)
    programme_set (&p, i, priorities[__i__].properties[i]);
  bytes = programme_run (&p);
  data = next_object (bytes, prioritization, &at);
  for (i = 0; data != NULL && i < GST_READ_UINT16_LE (data); i++)
    g_string_append_printf (text, " %u%s",
        GST_READ_UINT16_LE (data + 2 + 4 * i),
        GST_READ_UINT16_LE (data + 4 + 4 * i) & 1 ? "!" : "");
  fail_unless_equals_string (text->str, priorities[__i__].wanted);
  g_string_free (text, TRUE);
  programme_clear (&p);
}

GST_END_TEST;

/* rules, 4.1: name with its language */
GST_START_TEST (test_stream_name)
{
  static const guint8 name[] = { 1, 0, 0, 0, 0, 0, 6, 0, 'H', 0, 'i', 0, 0, 0 };
  g_autoptr (GByteArray) bytes = NULL;
  const guint8 *data;
  gsize at = 0;
  Programme p;

  programme_init (&p, TEST_MUX_SEEKABLE);
  programme_set (&p, 0, "stream-name=Hi");
  bytes = programme_run (&p);
  data = next_object (bytes, extended_stream, &at);
  fail_unless (memcmp (data + 60, name, sizeof name) == 0);
  data = next_object (bytes, extended_stream, &at);
  fail_unless_equals_int (GST_READ_UINT16_LE (data + 60), 0);
  programme_clear (&p);
}

GST_END_TEST;

/* A stream that changes its language makes a new header of a broadcast. */
GST_START_TEST (test_language_changes)
{
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree gchar *text = NULL;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_AUDIO, "streamable", TRUE, NULL);
  for (i = 0; i < 12; i++) {
    gst_harness_push_event (mux.audio, gst_event_new_tag (gst_tag_list_new
            (GST_TAG_LANGUAGE_CODE, i < 5 ? "en" : "fr", NULL)));
    test_mux_push (mux.audio, i * 1000, 1000, 400, TRUE);
  }
  test_mux_end (&mux);
  parts = test_mux_pull_parts (&mux, NULL);
  fail_unless_equals_int (parts->len, 2);
  text = describe_languages (g_ptr_array_index (parts, 1));
  fail_unless_equals_string (text, "fr : 0");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* What FFmpeg and asfdemux read back. */
static const gchar *
sticky_language (GstElement * pipeline, const gchar * name, gchar ** language)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), name);
  GstPad *pad = gst_element_get_static_pad (sink, "sink");
  GstTagList *tags;
  GstEvent *event;
  guint i;

  for (i = 0; *language == NULL; i++) {
    event = gst_pad_get_sticky_event (pad, GST_EVENT_TAG, i);
    if (event == NULL)
      break;
    gst_event_parse_tag (event, &tags);
    gst_tag_list_get_string (tags, GST_TAG_LANGUAGE_CODE, language);
    gst_event_unref (event);
  }
  gst_object_unref (pad);
  gst_object_unref (sink);
  return *language;
}

GST_START_TEST (test_asfdemux_reads_languages)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line = NULL;
  g_autofree gchar *one = NULL;
  g_autofree gchar *other = NULL;
  gchar *path = test_file_new ();
  GstElement *pipeline;
  GstMessage *message;
  Programme p;

  programme_init (&p, TEST_MUX_SEEKABLE);
  programme_set (&p, 0, "language=en-us");
  programme_set (&p, 1, "language=pt-br");
  programme_set (&p, 2, "language=fr");
  bytes = programme_run (&p);
  test_file_write (path, bytes);
  programme_clear (&p);

  line = g_strdup_printf ("filesrc location=%s ! asfdemux name=d "
      "d.audio_0 ! queue ! fakesink name=one d.audio_1 ! queue ! "
      "fakesink name=other d.audio_2 ! queue ! fakesink", path);
  pipeline = gst_parse_launch (line, &error);
  if (error != NULL) {
    g_print ("SKIP: no asfdemux here\n");
    gst_clear_object (&pipeline);
    test_file_free (path);
    return;
  }
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (pipeline),
      20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  gst_message_unref (message);
  fail_unless_equals_string (sticky_language (pipeline, "one", &one), "en");
  fail_unless_equals_string (sticky_language (pipeline, "other", &other), "pt");
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  test_file_free (path);
}

GST_END_TEST;

/* Readers find the hidden picture, FFmpeg before the other; the visible one alone has a Simple Index
 * (rules, 8.1), which asfcheck counts. */
GST_START_TEST (test_hidden_is_read)
{
  static const guint8 simple_index[] = { 0x90, 0x08, 0x00, 0x33 };
  gchar *path = test_file_new ();
  gchar *copy = test_file_new ();
  const gchar *argv[] = { "ffprobe", "-v", "error", "-show_entries",
    "stream=codec_name,width", "-of", "csv=p=0", path, NULL
  };
  g_autofree gchar *ffprobe = g_find_program_in_path ("ffprobe");
  g_autofree gchar *output = NULL;
  g_autofree gchar *bytes = NULL;
  const guint8 *found;
  gsize size;

  test_run_pipeline ("videotestsrc num-buffers=50 ! "
      "video/x-raw,width=320,height=240,framerate=25/1 ! avenc_wmv2 ! "
      "asfmux name=m video_0::exclusion-group=1 video_1::exclusion-group=1 "
      "video_1::hidden=true ! filesink location=%s "
      "videotestsrc num-buffers=50 ! "
      "video/x-raw,width=160,height=120,framerate=25/1 ! avenc_wmv2 ! m.",
      path);
  test_assert_asfcheck (path, FALSE);
  fail_unless (g_file_get_contents (path, &bytes, &size, NULL));
  found = memmem (bytes, size, simple_index, sizeof simple_index);
  fail_unless (found != NULL);
  found += sizeof simple_index;
  fail_unless (memmem (found, bytes + size - (gchar *) found, simple_index,
          sizeof simple_index) == NULL);
  test_run_pipeline ("filesrc location=%s ! asfdemux name=d ! queue ! "
      "video/x-wmv,width=320 ! fakesink d. ! queue ! video/x-wmv,width=160 ! "
      "filesink location=%s", path, copy);
  g_free (g_steal_pointer (&bytes));
  fail_unless (g_file_get_contents (copy, &bytes, &size, NULL));
  fail_unless (size > 1000);
  if (ffprobe != NULL) {
    output = test_run_command (argv, NULL);
    g_strdelimit (output, "\r\n", ' ');
    fail_unless_equals_string (g_strstrip (output), "wmv2,160 wmv2,320");
  } else {
    g_print ("SKIP: no ffprobe here\n");
  }
  test_file_free (copy);
  test_file_free (path);
}

GST_END_TEST;

static Suite *
asfmuxprograms_suite (void)
{
  Suite *s = suite_create ("asfmuxprograms");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_languages, 0, G_N_ELEMENTS (languages));
  tcase_add_loop_test (tc, test_exclusions, 0, G_N_ELEMENTS (exclusions));
  tcase_add_loop_test (tc, test_hidden, 0, G_N_ELEMENTS (hidden));
  tcase_add_test (tc, test_hidden_is_read);
  tcase_add_loop_test (tc, test_priorities, 0, G_N_ELEMENTS (priorities));
  tcase_add_test (tc, test_stream_name);
  tcase_add_test (tc, test_language_changes);
  tcase_add_test (tc, test_asfdemux_reads_languages);
  return s;
}

GST_CHECK_MAIN (asfmuxprograms);
