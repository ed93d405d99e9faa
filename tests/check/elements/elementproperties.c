/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties of the elements and of asfmux's inputs keep what they are given;
 * programs that ask for elements of their GStreamer's version find ours. */
#include <gio/gio.h>
#include <gst/check/gstcheck.h>

#include "testproperties.h"

static const gchar *const none[] = { NULL };

GST_START_TEST (test_sink)
{
  static const gchar *const urls[] = { "location", "proxy", NULL };
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);

  fail_unless (test_properties_keep (G_OBJECT (sink),
          G_OBJECT_TYPE (sink), urls) >= 18);
  gst_object_unref (sink);
}

GST_END_TEST;

GST_START_TEST (test_sink_objects)
{
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  g_autoptr (GTlsInteraction) interaction =
      g_object_new (G_TYPE_TLS_INTERACTION, NULL);
  g_autoptr (GTlsInteraction) kept = NULL;
  g_autoptr (GTlsDatabase) database = NULL;

  g_object_set (sink, "tls-interaction", interaction, NULL);
  g_object_get (sink, "tls-interaction", &kept, "tls-database", &database,
      NULL);
  fail_unless (kept == interaction);
  fail_unless (database == NULL);
  gst_object_unref (sink);
}

GST_END_TEST;

GST_START_TEST (test_muxer)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);

  fail_unless (test_properties_keep (G_OBJECT (mux), G_OBJECT_TYPE (mux),
          none) >= 5);
  gst_object_unref (mux);
}

GST_END_TEST;

GST_START_TEST (test_muxer_input)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  GstPad *pad = gst_element_request_pad_simple (mux, "video_%u");

  fail_unless (test_properties_keep (G_OBJECT (pad), G_OBJECT_TYPE (pad),
          none) >= 8);
  gst_element_release_request_pad (mux, pad);
  gst_object_unref (pad);
  gst_object_unref (mux);
}

GST_END_TEST;

GST_START_TEST (test_version)
{
  static const gchar *const names[] = {
    "asfmux", "asfparse", "rtpasfpay", "wmspushsink"
  };

  fail_unless (gst_registry_check_feature_version (gst_registry_get (),
          names[__i__], GST_VERSION_MAJOR, GST_VERSION_MINOR, 0));
}

GST_END_TEST;

static Suite *
elementproperties_suite (void)
{
  Suite *suite = suite_create ("elementproperties");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_sink);
  tcase_add_test (tc, test_sink_objects);
  tcase_add_test (tc, test_muxer);
  tcase_add_test (tc, test_muxer_input);
  tcase_add_loop_test (tc, test_version, 0, 4);
  return suite;
}

GST_CHECK_MAIN (elementproperties);
