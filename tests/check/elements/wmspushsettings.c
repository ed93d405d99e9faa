/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the sink's settings to the configuration of its sessions. */
#include <gst/check/gstcheck.h>

#include "wmspush/gstwmspushsettings.h"

/* A day in microseconds is more than 32 bits. */
GST_START_TEST (test_longest_times)
{
  GstWmsPushSettings settings = { 0, };
  WmsClientConfig config = { 0, };

  gst_wms_push_settings_init (&settings);
  fail_unless (gst_wms_push_settings_set_location (&settings,
          "http://host.example/point", NULL));
  settings.timeout = MAX_TIMEOUT;
  settings.credentials_timeout = MAX_TIMEOUT;
  settings.resume_timeout = MAX_TIMEOUT;
  settings.retry_delay = MAX_TIMEOUT_NS;
  gst_wms_push_settings_copy_config (&settings, &config);
  fail_unless_equals_uint64 (config.timeout_ms, 86400000);
  fail_unless_equals_uint64 (config.credentials_timeout_ms, 86400000);
  fail_unless_equals_uint64 (config.retry.resume_timeout_us,
      G_GUINT64_CONSTANT (86400000000));
  fail_unless_equals_uint64 (config.retry.delay_us,
      G_GUINT64_CONSTANT (86400000000));
  gst_wms_push_settings_clear_config (&config);
  gst_wms_push_settings_clear (&settings);
}

GST_END_TEST;

static Suite *
wmspushsettings_suite (void)
{
  Suite *suite = suite_create ("wmspushsettings");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_longest_times);
  return suite;
}

GST_CHECK_MAIN (wmspushsettings);
