/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a session is tried again, without a clock (protocol.md, C24 and
 * C26). */
#include "wmspush/wmsretry.h"

#include <gio/gio.h>
#include <gst/check/gstcheck.h>

#include "asf/asferror.h"
#include "wmspush/wmsstatus.h"

#define SECOND G_TIME_SPAN_SECOND

static gboolean
take (WmsRetry * retry, GQuark domain, gint code, gboolean was_open,
    gint64 now_us, guint64 * delay_us)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, "x");

  return wms_retry_take_failure (retry, error, was_open, now_us, 0, delay_us);
}

static gboolean
lose (WmsRetry * retry, gint64 now_us, guint64 * delay_us)
{
  return take (retry, WMS_ERROR, WMS_ERROR_LOST, TRUE, now_us, delay_us);
}

/* What is tried again: after a loss, for ever; as a refusal, for resume-timeout;
 * as the first connection. */
static const struct
{
  GQuark (*domain) (void);
  gint code;
  gboolean when_lost, when_refused_late, when_first;
} kinds[] = {
  {wms_error_quark, WMS_ERROR_LOST, TRUE, TRUE, TRUE},
  {wms_error_quark, WMS_ERROR_STALLED, TRUE, TRUE, TRUE},
  {wms_error_quark, WMS_ERROR_CONNECT_TIMEOUT, TRUE, TRUE, TRUE},
  {wms_error_quark, WMS_ERROR_ENDED_EARLY, TRUE, TRUE, TRUE},
  {g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, TRUE, TRUE, TRUE},
  {g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND, TRUE, TRUE, TRUE},
  {wms_http_error_quark, 408, TRUE, TRUE, TRUE},
  {wms_http_error_quark, 429, TRUE, TRUE, TRUE},
  {wms_http_error_quark, 500, TRUE, TRUE, TRUE},
  {wms_http_error_quark, 503, TRUE, TRUE, TRUE},
  {wms_http_error_quark, 400, TRUE, FALSE, TRUE},
  {wms_http_error_quark, 403, TRUE, FALSE, FALSE},
  {wms_http_error_quark, 404, TRUE, FALSE, FALSE},
  {wms_http_error_quark, 409, TRUE, FALSE, TRUE},
  {wms_error_quark, WMS_ERROR_NOT_A_PUBLISHING_POINT, TRUE, FALSE, TRUE},
  {wms_certificate_error_quark, G_TLS_CERTIFICATE_EXPIRED, TRUE, FALSE, TRUE},
  {wms_http_error_quark, 401, FALSE, FALSE, FALSE},
  {wms_http_error_quark, 407, FALSE, FALSE, FALSE},
  {wms_error_quark, WMS_ERROR_CLEAR_TEXT, FALSE, FALSE, FALSE},
  {wms_error_quark, WMS_ERROR_CHALLENGE, FALSE, FALSE, FALSE},
  {wms_error_quark, WMS_ERROR_HEADER_TOO_LARGE, FALSE, FALSE, FALSE},
  {asf_error_quark, ASF_ERROR_INVALID, FALSE, FALSE, FALSE},
};

GST_START_TEST (test_kinds)
{
  WmsRetry retry = {.config = {-1, FALSE, SECOND, 360 * SECOND} };
  GQuark domain = kinds[__i__].domain ();
  gint code = kinds[__i__].code;
  guint64 delay;

  fail_unless (!take (&retry, domain, code, FALSE, 0, &delay));
  fail_unless (take (&retry, domain, code, TRUE, 0, &delay)
      == kinds[__i__].when_lost);
  if (kinds[__i__].when_lost)
    fail_unless (take (&retry, domain, code, TRUE, 359 * SECOND, &delay));
  fail_unless (take (&retry, domain, code, TRUE, 360 * SECOND, &delay)
      == kinds[__i__].when_refused_late);
  retry.config.retry_first = TRUE;
  fail_unless (take (&retry, domain, code, FALSE, 0, &delay)
      == kinds[__i__].when_first);
}

GST_END_TEST;

/* Doubling up to 32 times; a quarter of chance. */
GST_START_TEST (test_delays)
{
  WmsRetry retry = {.config = {-1, FALSE, SECOND, 0}
  };
  g_autoptr (GError) error = g_error_new_literal (WMS_ERROR, WMS_ERROR_LOST,
      "x");
  guint64 expected = SECOND;
  guint64 delay;
  guint i;

  for (i = 0; i < 8; i++) {
    fail_unless (lose (&retry, i, &delay));
    fail_unless_equals_uint64 (delay, expected);
    expected = MIN (2 * expected, 32 * SECOND);
  }
  fail_unless (wms_retry_take_failure (&retry, error, TRUE, i, 1, &delay));
  fail_unless_equals_uint64 (delay, 40 * SECOND);

  retry.config.delay_us = 0;
  retry.growth = 1;
  fail_unless (lose (&retry, i, &delay));
  fail_unless_equals_uint64 (delay, WMS_RETRY_MIN_DELAY_US);
}

GST_END_TEST;

/* Who drops each session at once does not get a new start each time. */
GST_START_TEST (test_short_sessions)
{
  WmsRetry retry = {.config = {2, FALSE, SECOND, 0}
  };
  guint64 delay;

  fail_unless (lose (&retry, 0, &delay));
  wms_retry_take_success (&retry, 1 * SECOND);
  fail_unless (lose (&retry, 1 * SECOND + 10, &delay));
  fail_unless_equals_uint64 (delay, 2 * SECOND);
  wms_retry_take_success (&retry, 3 * SECOND);
  fail_unless (!lose (&retry, 3 * SECOND + 10, &delay));
}

GST_END_TEST;

GST_START_TEST (test_long_sessions)
{
  WmsRetry retry = {.config = {1, FALSE, SECOND, 0}
  };
  guint64 delay;

  fail_unless (lose (&retry, 0, &delay));
  wms_retry_take_success (&retry, SECOND);
  /* longer than the delay before it, not than the longest */
  fail_unless (lose (&retry, 3 * SECOND, &delay));
  fail_unless_equals_uint64 (delay, 2 * SECOND);
  wms_retry_take_success (&retry, 5 * SECOND);
  fail_unless (lose (&retry, 38 * SECOND, &delay));
  fail_unless_equals_uint64 (delay, SECOND);
}

GST_END_TEST;

/* A PushStart that is refused belongs to the first attempt, one that was
 * streaming for long does not. */
GST_START_TEST (test_refused_stream)
{
  WmsRetry retry = {.config = {-1, FALSE, SECOND, 360 * SECOND}
  };
  guint64 delay;

  wms_retry_take_success (&retry, 0);
  fail_unless (!take (&retry, WMS_HTTP_ERROR, 409, TRUE, SECOND, &delay));
  fail_unless (take (&retry, WMS_HTTP_ERROR, 409, TRUE, 33 * SECOND, &delay));
  wms_retry_take_success (&retry, 34 * SECOND);
  fail_unless (take (&retry, WMS_HTTP_ERROR, 409, TRUE, 35 * SECOND, &delay));
}

GST_END_TEST;

static Suite *
wmsretry_suite (void)
{
  Suite *s = suite_create ("wmsretry");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_kinds, 0, G_N_ELEMENTS (kinds));
  tcase_add_test (tc, test_delays);
  tcase_add_test (tc, test_short_sessions);
  tcase_add_test (tc, test_long_sessions);
  tcase_add_test (tc, test_refused_stream);
  return s;
}

GST_CHECK_MAIN (wmsretry);
