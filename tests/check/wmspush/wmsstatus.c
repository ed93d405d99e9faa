/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmsstatus.h"

#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <libsoup/soup.h>

#include "asf/asferror.h"

/* HRESULTs: [MS-ERREF] 2.1.1. */
static const struct
{
  guint status;
  guint32 hresult;
  GstResourceError code;
} http_rows[] = {
  {302, 0xC00D2EEA, GST_RESOURCE_ERROR_OPEN_WRITE},
  {400, 0xC00D2EE3, GST_RESOURCE_ERROR_OPEN_WRITE},
  {401, 0xC00D2EFB, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
  {403, 0xC00D2EE7, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
  {404, 0xC00D001A, GST_RESOURCE_ERROR_NOT_FOUND},
  {405, 0xC00D2F0C, GST_RESOURCE_ERROR_OPEN_WRITE},
  {407, 0xC00D2EF6, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
  {408, 0xC00D0013, GST_RESOURCE_ERROR_WRITE},
  {409, 0xC00D2EE7, GST_RESOURCE_ERROR_BUSY},
  {410, 0xC00D2EFC, GST_RESOURCE_ERROR_NOT_FOUND},
  {411, 0xC00D2EE3, GST_RESOURCE_ERROR_OPEN_WRITE},
  {413, 0xC00D2EE7, GST_RESOURCE_ERROR_NO_SPACE_LEFT},
  {415, 0xC00D2F0C, GST_RESOURCE_ERROR_OPEN_WRITE},
  {418, 0xC00D2EE7, GST_RESOURCE_ERROR_OPEN_WRITE},
  {422, 0xC00D002F, GST_RESOURCE_ERROR_WRITE},
  {453, 0xC00D2EE6, GST_RESOURCE_ERROR_BUSY},
  {454, 0xC00D2EF3, GST_RESOURCE_ERROR_OPEN_WRITE},
  {500, 0xC00D2EE2, GST_RESOURCE_ERROR_WRITE},
  {501, 0xC00D2F0C, GST_RESOURCE_ERROR_OPEN_WRITE},
  {502, 0xC00D2EE4, GST_RESOURCE_ERROR_OPEN_WRITE},
  {503, 0xC00D2EE6, GST_RESOURCE_ERROR_BUSY},
  {504, 0xC00D2EE5, GST_RESOURCE_ERROR_OPEN_WRITE},
  {505, 0xC00D2F0C, GST_RESOURCE_ERROR_OPEN_WRITE},
  {599, 0xC00D2EE2, GST_RESOURCE_ERROR_WRITE},
  {999, 0xC00D2EFE, GST_RESOURCE_ERROR_OPEN_WRITE},
};

GST_START_TEST (test_http_statuses)
{
  g_autoptr (GError) error = g_error_new_literal (WMS_HTTP_ERROR,
      http_rows[__i__].status, "answer");
  const WmsFailure *failure = wms_failure_from_error (error);

  fail_unless_equals_uint64_hex (failure->hresult, http_rows[__i__].hresult);
  fail_unless (failure->domain () == GST_RESOURCE_ERROR);
  fail_unless_equals_int (failure->code, http_rows[__i__].code);
  fail_unless (*failure->text != '\0');
  fail_unless_equals_int (wms_failure_http_status (error),
      http_rows[__i__].status);
}

GST_END_TEST;

static const struct
{
  GQuark (*domain) (void);
  gint code;
  guint32 hresult;
  guint http_status;            /* that it stands for */
} error_rows[] = {
  {g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, 0xC00D0006},
  {g_io_error_quark, G_IO_ERROR_HOST_UNREACHABLE, 0xC00D0006},
  {g_io_error_quark, G_IO_ERROR_NETWORK_UNREACHABLE, 0xC00D0006},
  {g_io_error_quark, G_IO_ERROR_HOST_NOT_FOUND, 0xC00D0035},
  {g_io_error_quark, G_IO_ERROR_TIMED_OUT, 0xC00D0013},
  {g_io_error_quark, G_IO_ERROR_CONNECTION_CLOSED, 0xC00D2F00},
  {g_io_error_quark, G_IO_ERROR_PARTIAL_INPUT, 0xC00D0029},
  {g_io_error_quark, G_IO_ERROR_INVALID_ARGUMENT, 0x80070057},
  {g_io_error_quark, G_IO_ERROR_INVALID_DATA, 0xC00D2EFE},
  {g_io_error_quark, G_IO_ERROR_NO_SPACE, 0x8007000E},
  {g_io_error_quark, G_IO_ERROR_PERMISSION_DENIED, 0xC00D0006},
  {g_io_error_quark, G_IO_ERROR_PROXY_FAILED, 0xC00D2EEE},
  {g_io_error_quark, G_IO_ERROR_PROXY_AUTH_FAILED, 0xC00D2EF6},
  {g_io_error_quark, G_IO_ERROR_PROXY_NEED_AUTH, 0xC00D2EF6},
  {g_io_error_quark, G_IO_ERROR_PROXY_NOT_ALLOWED, 0xC00D2EE4},
  {g_io_error_quark, G_IO_ERROR_FAILED, 0xC00D0014},
  {g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND, 0xC00D0035},
  {g_resolver_error_quark, G_RESOLVER_ERROR_TEMPORARY_FAILURE, 0xC00D0035},
  {g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE, 0xC00D0006},
  {g_tls_error_quark, G_TLS_ERROR_EOF, 0xC00D2F00},
  {g_tls_error_quark, G_TLS_ERROR_HANDSHAKE, 0xC00D0006},
  {soup_session_error_quark, SOUP_SESSION_ERROR_PARSING, 0xC00D2EFE},
  {soup_session_error_quark, SOUP_SESSION_ERROR_ENCODING, 0xC00D2EFE},
  {soup_session_error_quark, SOUP_SESSION_ERROR_TOO_MANY_REDIRECTS,
      0xC00D2F02},
  {soup_session_error_quark, SOUP_SESSION_ERROR_TOO_MANY_RESTARTS,
      0xC00D0029},
  {soup_session_error_quark, SOUP_SESSION_ERROR_REDIRECT_NO_LOCATION,
      0xC00D2EEA},
  {soup_session_error_quark, SOUP_SESSION_ERROR_REDIRECT_BAD_URI, 0xC00D2EEA},
  {soup_session_error_quark, SOUP_SESSION_ERROR_MESSAGE_ALREADY_IN_QUEUE,
      0xC00D0029},
  {wms_error_quark, WMS_ERROR_NOT_A_PUBLISHING_POINT, 0xC00D2F0C},
  {wms_error_quark, WMS_ERROR_ANSWER, 0xC00D2EFE},
  {wms_error_quark, WMS_ERROR_REDIRECT, 0xC00D2EEA},
  {wms_error_quark, WMS_ERROR_HOPS, 0xC00D2F02},
  {wms_error_quark, WMS_ERROR_CONNECT_TIMEOUT, 0xC00D2F06},
  {wms_error_quark, WMS_ERROR_STALLED, 0xC00D0013},
  {wms_error_quark, WMS_ERROR_LOST, 0xC00D0029},
  {wms_error_quark, WMS_ERROR_CONNECTION_CHANGED, 0xC00D0029},
  {wms_error_quark, WMS_ERROR_ENDED_EARLY, 0xC00D0029},
  {wms_error_quark, WMS_ERROR_HEADER_TOO_LARGE, 0xC00D002F},
  {wms_error_quark, WMS_ERROR_PACKET_TOO_LARGE, 0xC00D002F},
  {wms_error_quark, WMS_ERROR_NO_SESSION, 0xC00D0005},
  {wms_error_quark, WMS_ERROR_CLEAR_TEXT, 0xC00D2EFB, 401},
  {wms_error_quark, WMS_ERROR_PROXY_CLEAR_TEXT, 0xC00D2EF6, 407},
  {wms_error_quark, WMS_ERROR_NTLM_THROUGH_PROXY, 0xC00D2EFB, 401},
  {wms_error_quark, WMS_ERROR_PROXY_NOT_FOUND, 0xC00D2EED},
  {wms_error_quark, WMS_ERROR_HEADER_DUE, 0xC00D0029},
  {asf_error_quark, ASF_ERROR_INVALID, 0xC00D002F},
  /* a domain that the table does not know */
  {g_file_error_quark, G_FILE_ERROR_IO, 0xC00D0029},
};

GST_START_TEST (test_errors)
{
  g_autoptr (GError) error = g_error_new_literal
      (error_rows[__i__].domain (), error_rows[__i__].code, "error");
  const WmsFailure *failure = wms_failure_from_error (error);

  fail_unless_equals_uint64_hex (failure->hresult, error_rows[__i__].hresult);
  fail_unless (*failure->text != '\0');
  fail_unless (g_strcmp0 (wms_hresult_name (failure->hresult), "unknown"));
  fail_unless_equals_int (wms_failure_http_status (error),
      error_rows[__i__].http_status);
}

GST_END_TEST;

/* Numbers of WMT_STATUS (wmsdkidl.h). */
GST_START_TEST (test_status_names)
{
  static const struct
  {
    gint number;
    const gchar *name;
  } rows[] = {
    {0, "WMT_ERROR"}, {1, "WMT_OPENED"}, {5, "WMT_END_OF_SEGMENT"},
    {6, "WMT_END_OF_STREAMING"}, {7, "WMT_LOCATING"}, {8, "WMT_CONNECTING"},
    {11, "WMT_STARTED"}, {12, "WMT_STOPPED"}, {13, "WMT_CLOSED"},
    {20, "WMT_NEW_METADATA"}, {22, "WMT_SOURCE_SWITCH"},
    {35, "WMT_RECONNECT_START"}, {36, "WMT_RECONNECT_END"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    fail_unless_equals_string (wms_status_name (rows[i].number), rows[i].name);
    fail_unless (*wms_status_text (rows[i].number) != '\0');
  }
  fail_unless_equals_string (wms_status_name (99), "unknown");
}

GST_END_TEST;

static Suite *
wmsstatus_suite (void)
{
  Suite *suite = suite_create ("wmsstatus");
  TCase *tc = tcase_create ("table");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_http_statuses, 0, G_N_ELEMENTS (http_rows));
  tcase_add_loop_test (tc, test_errors, 0, G_N_ELEMENTS (error_rows));
  tcase_add_test (tc, test_status_names);
  return suite;
}

GST_CHECK_MAIN (wmsstatus);
