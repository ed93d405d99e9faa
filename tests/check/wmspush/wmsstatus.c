/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmsstatus.h"

#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <libsoup/soup.h>
#include <string.h>

#include "asf/asferror.h"
#include "failurerows.h"

static void
check_failure (const WmsFailure * failure, const FailureRow * row)
{
  fail_unless_equals_uint64_hex (failure->hresult, row->hresult);
  fail_unless (failure->domain () == row->gst_domain ());
  fail_unless_equals_int (failure->code, row->gst_code);
}

/* The table is what failurerows.c says, row by row, and each row is caused by
 * a test or has a reason why it is not.  A text says what is wrong and what to
 * do next: two sentences. */
GST_START_TEST (test_rows)
{
  const WmsFailure *failure;
  const FailureRow *row;
  GQuark domain;
  gint first, last;
  guint i;

  for (i = 0; (failure = wms_failure_get_row (i, &domain, &first, &last)); i++) {
    row = failure_row_get (i);
    fail_unless (row != NULL, "no test of %s %d", g_quark_to_string (domain),
        first);
    fail_unless (domain == row->domain () && first == row->first
        && last == row->last, "%s %d", g_quark_to_string (domain), first);
    check_failure (failure, row);
    fail_unless ((row->program != NULL) != (row->reason != NULL));
    fail_unless (strstr (failure->text, ". ") != NULL, "%s", failure->text);
    fail_unless (strcmp (wms_hresult_name (failure->hresult), "unknown") != 0);
  }
  fail_unless (failure_row_get (i) == NULL);
}

GST_END_TEST;

static void
check_code (GQuark domain, gint code, guint http_status)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, "error");
  const FailureRow *row = failure_row_find (domain, code);

  fail_unless (row != NULL, "%s %d", g_quark_to_string (domain), code);
  check_failure (wms_failure_from_error (error), row);
  fail_unless_equals_int (wms_failure_http_status (error), http_status);
}

/* Each status that there can be, also such as nobody has defined. */
GST_START_TEST (test_http_statuses)
{
  gint status;

  for (status = 100; status < 1000; status++)
    check_code (WMS_HTTP_ERROR, status, status);
}

GST_END_TEST;

/* Each code that the libraries have, of which the table names the ones that
 * mean something of their own. */
GST_START_TEST (test_codes)
{
  const struct
  {
    GType type;
    GQuark domain;
  } domains[] = {
    {G_TYPE_IO_ERROR_ENUM, G_IO_ERROR},
    {G_TYPE_RESOLVER_ERROR, G_RESOLVER_ERROR},
    {G_TYPE_TLS_ERROR, G_TLS_ERROR},
    {SOUP_TYPE_SESSION_ERROR, SOUP_SESSION_ERROR},
  };
  gsize i;
  guint j;

  for (i = 0; i < G_N_ELEMENTS (domains); i++) {
    GEnumClass *codes = g_type_class_ref (domains[i].type);

    for (j = 0; j < codes->n_values; j++)
      check_code (domains[i].domain, codes->values[j].value, 0);
    g_type_class_unref (codes);
  }
}

GST_END_TEST;

GST_START_TEST (test_own_codes)
{
  gint code;

  for (code = 0; code <= WMS_ERROR_BUSY; code++) {
    gboolean is_server = code == WMS_ERROR_CLEAR_TEXT
        || code == WMS_ERROR_NTLM_THROUGH_PROXY || code == WMS_ERROR_CHALLENGE;
    gboolean is_proxy = code == WMS_ERROR_PROXY_CLEAR_TEXT
        || code == WMS_ERROR_PROXY_CHALLENGE;

    check_code (WMS_ERROR, code, is_server ? 401 : is_proxy ? 407 : 0);
  }
}

GST_END_TEST;

/* A domain that the table does not know. */
GST_START_TEST (test_unknown_domain)
{
  g_autoptr (GError) error = g_error_new_literal (G_FILE_ERROR,
      G_FILE_ERROR_IO, "error");
  const WmsFailure *failure = wms_failure_from_error (error);

  /* NS_E_CONNECTION_FAILURE */
  fail_unless_equals_uint64_hex (failure->hresult, 0xC00D0029);
  fail_unless (failure->domain () == GST_RESOURCE_ERROR);
  fail_unless_equals_int (failure->code, GST_RESOURCE_ERROR_FAILED);
  fail_unless_equals_int (wms_failure_http_status (error), 0);
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

/* What no error stands for: the outcome of actions ([MS-ERREF] 2.1.1). */
GST_START_TEST (test_other_hresults)
{
  fail_unless_equals_string (wms_hresult_name (0x00000000), "S_OK");
  fail_unless_equals_string (wms_hresult_name (0x00000001), "S_FALSE");
  fail_unless_equals_string (wms_hresult_name (0x80004004), "E_ABORT");
  fail_unless_equals_string (wms_hresult_name (0xC00D0005),
      "NS_E_NOCONNECTION");
}

GST_END_TEST;

static gpointer
ask_domains (gpointer unused)
{
  return GUINT_TO_POINTER (asf_error_quark () + wms_error_quark () +
      wms_http_error_quark () + wms_certificate_error_quark ());
}

/* What two threads fail with: ThreadSanitizer sees whether they race. */
GST_START_TEST (test_domains_by_threads)
{
  GThread *thread = g_thread_new ("fails", ask_domains, NULL);
  gpointer sum = ask_domains (NULL);

  fail_unless (sum != NULL && g_thread_join (thread) == sum);
}

GST_END_TEST;

static Suite *
wmsstatus_suite (void)
{
  Suite *suite = suite_create ("wmsstatus");
  TCase *tc = tcase_create ("table");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_rows);
  tcase_add_test (tc, test_http_statuses);
  tcase_add_test (tc, test_codes);
  tcase_add_test (tc, test_other_hresults);
  tcase_add_test (tc, test_own_codes);
  tcase_add_test (tc, test_unknown_domain);
  tcase_add_test (tc, test_status_names);
  tcase_add_test (tc, test_domains_by_threads);
  return suite;
}

GST_CHECK_MAIN (wmsstatus);
