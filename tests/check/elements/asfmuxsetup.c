/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testmux.h"

/* design.md, decision 1: gst-plugins-bad has an element of that name. */
GST_START_TEST (test_factory_is_ours)
{
  GstElementFactory *factory = gst_element_factory_find ("asfmux");
  GstPlugin *plugin = gst_plugin_feature_get_plugin (GST_PLUGIN_FEATURE
      (factory));

  fail_unless_equals_string (gst_plugin_get_filename (plugin), TEST_PLUGIN);
  gst_object_unref (plugin);
  gst_object_unref (factory);
}

GST_END_TEST;

/* All that the old element took, and what came to it. */
static const struct
{
  const gchar *name;
  const gchar *caps;
} accepted[] = {
  {"video_%u", "video/x-wmv, wmvversion=[1,3]"},
  {"video_%u", "video/x-msmpeg, msmpegversion=42"},
  {"video_%u", "video/x-msmpeg, msmpegversion=43"},
  {"audio_%u", "audio/x-wma, wmaversion=[1,3]"},
  {"audio_%u", "audio/x-wma, wmaversion=4"},
  {"audio_%u", "audio/x-wms"},
  {"audio_%u", "audio/mpeg, layer=3, mpegversion=1, channels=[1,2], "
        "rate=[8000,96000]"},
};

GST_START_TEST (test_template)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  GstPadTemplate *templ = gst_element_get_pad_template (mux,
      accepted[__i__].name);
  GstCaps *caps = gst_caps_from_string (accepted[__i__].caps);
  GstCaps *ours = gst_pad_template_get_caps (templ);

  fail_unless (gst_caps_is_subset (caps, ours));
  gst_caps_unref (ours);
  gst_caps_unref (caps);
  gst_object_unref (mux);
}

GST_END_TEST;

GST_START_TEST (test_pad_names)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  static const gchar *const rows[][2] = {
    {"video_%u", "video_0"}, {"audio_7", "audio_7"}, {"audio_%u", "audio_0"},
    {"video_%u", "video_1"}
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    GstPad *pad = gst_element_request_pad_simple (mux, rows[i][0]);

    fail_unless_equals_string (GST_OBJECT_NAME (pad), rows[i][1]);
    gst_object_unref (pad);
  }
  gst_object_unref (mux);
}

GST_END_TEST;

/* rules, 10: 127 streams, of those that ask the first ones */
GST_START_TEST (test_pad_limit)
{
  static const gchar *const names[] = { "audio_%u", "video_%u", "text_%u" };
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  guint n = 0;
  GstPad *pad;
  guint i;

  for (i = 0; i < 300; i++) {
    pad = gst_element_request_pad_simple (mux, names[i % 3]);
    fail_unless_equals_int (pad != NULL, i < 127);
    n += pad != NULL;
    g_clear_object (&pad);
  }
  fail_unless_equals_int (n, 127);
  pad = gst_element_get_static_pad (mux, "audio_3");
  gst_element_release_request_pad (mux, pad);
  gst_object_unref (pad);
  pad = gst_element_request_pad_simple (mux, "video_%u");
  fail_unless (pad != NULL);
  gst_object_unref (pad);
  gst_object_unref (mux);
}

GST_END_TEST;

/* Names that somebody may ask for: such a pad or none. */
GST_START_TEST (test_odd_names)
{
  static const gchar *const names[] = { "video_0", "video_007", "video_-1",
    "audio_99999999999", "audio_%s", "text_x", "video_", "src", ""
  };
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    GstPad *pad;

    gst_element_set_state (mux, GST_STATE_READY);
    pad = gst_element_request_pad_simple (mux, names[i]);
    fail_unless (pad != NULL || i > 0);
    if (pad != NULL)
      fail_unless_equals_string (GST_OBJECT_NAME (pad), names[i]);
    g_clear_object (&pad);
  }
  gst_element_set_state (mux, GST_STATE_NULL);
  gst_object_unref (mux);
}

GST_END_TEST;

/* The old element's properties, with their ranges and defaults. */
GST_START_TEST (test_properties)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  GObjectClass *klass = G_OBJECT_GET_CLASS (mux);
  GParamSpecUInt *size =
      G_PARAM_SPEC_UINT (g_object_class_find_property (klass, "packet-size"));
  GParamSpecUInt64 *preroll =
      G_PARAM_SPEC_UINT64 (g_object_class_find_property (klass, "preroll"));
  GParamSpecUInt64 *padding =
      G_PARAM_SPEC_UINT64 (g_object_class_find_property (klass, "padding"));
  gboolean streamable, merge;

  fail_unless_equals_int (size->minimum, 18);
  fail_unless (size->maximum == G_MAXUINT32);
  fail_unless_equals_int (size->default_value, 4800);
  fail_unless_equals_uint64 (preroll->maximum, G_MAXUINT64);
  fail_unless_equals_uint64 (preroll->default_value, 5000);
  fail_unless_equals_uint64 (padding->maximum, G_MAXUINT64);
  fail_unless_equals_uint64 (padding->default_value, 0);
  g_object_get (mux, "streamable", &streamable, "merge-stream-tags", &merge,
      NULL);
  fail_if (streamable);
  fail_unless (merge);
  gst_object_unref (mux);
}

GST_END_TEST;

static const struct
{
  const gchar *name;
  const gchar *value;
  const gchar *range;           /* NULL: legal */
} settings[] = {
  {"packet-size", "18", "100 to 65535"},
  {"packet-size", "99", "100 to 65535"},
  {"packet-size", "100", NULL},
  {"packet-size", "65535", NULL},
  {"packet-size", "65536", "100 to 65535"},
  {"packet-size", "4294967295", "100 to 65535"},
  {"preroll", "600000", NULL},
  {"preroll", "600001", "0 to 600000"},
  {"padding", "8388608", NULL},
  {"padding", "18446744073709551615", "0 to 8388608"},
};

GST_START_TEST (test_legal_range)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  GstBus *bus = gst_bus_new ();
  GstStateChangeReturn ret;
  GstMessage *message;
  GError *error;
  gchar *debug;

  gst_element_set_bus (mux, bus);
  gst_util_set_object_arg (G_OBJECT (mux), settings[__i__].name,
      settings[__i__].value);
  ret = gst_element_set_state (mux, GST_STATE_PAUSED);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  if (settings[__i__].range == NULL) {
    fail_unless (ret != GST_STATE_CHANGE_FAILURE);
    fail_unless (message == NULL);
  } else {
    fail_unless_equals_int (ret, GST_STATE_CHANGE_FAILURE);
    gst_message_parse_error (message, &error, &debug);
    fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
            GST_RESOURCE_ERROR_SETTINGS));
    fail_unless (strstr (debug, settings[__i__].range) != NULL);
    fail_unless (strstr (debug, settings[__i__].value) != NULL);
    /* the property's own range is the old element's */
    fail_unless (strstr (g_param_spec_get_blurb (g_object_class_find_property
                (G_OBJECT_GET_CLASS (mux), settings[__i__].name)),
            settings[__i__].range) != NULL);
    g_error_free (error);
    g_free (debug);
    gst_message_unref (message);
  }
  gst_element_set_state (mux, GST_STATE_NULL);
  gst_element_set_bus (mux, NULL);
  gst_object_unref (bus);
  gst_object_unref (mux);
}

GST_END_TEST;

static Suite *
asfmuxsetup_suite (void)
{
  Suite *s = suite_create ("asfmuxsetup");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_factory_is_ours);
  tcase_add_loop_test (tc, test_template, 0, G_N_ELEMENTS (accepted));
  tcase_add_test (tc, test_pad_names);
  tcase_add_test (tc, test_pad_limit);
  tcase_add_test (tc, test_odd_names);
  tcase_add_test (tc, test_properties);
  tcase_add_loop_test (tc, test_legal_range, 0, G_N_ELEMENTS (settings));
  return s;
}

GST_CHECK_MAIN (asfmuxsetup);
