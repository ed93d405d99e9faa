/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which proxy is used for what. */
#include "wmspush/wmsproxy.h"

#include <gst/check/gstcheck.h>

#include "wmspush/wmsuri.h"

static const struct
{
  const gchar *setting;
  const gchar *http_proxy;
  const gchar *https_proxy;
  const gchar *no_proxy;
  const gchar *server;
  WmsProxyWay way;
  const gchar *proxy;
} choices[] = {
  /* the setting, whatever the environment says */
  {"http://p:3128", "http://e:1", NULL, "*", "http://h/p", WMS_PROXY_NAMED,
      "http://p:3128"},
  {"p:3128", NULL, NULL, NULL, "http://h/p", WMS_PROXY_NAMED, "http://p:3128"},
  {"p", NULL, NULL, NULL, "http://h/p", WMS_PROXY_NAMED, "http://p:80"},
  {"http://p:3128", NULL, NULL, NULL, "http://127.0.0.1/p", WMS_PROXY_NAMED,
      "http://p:3128"},
  {"", "http://e:1", NULL, NULL, "http://h/p", WMS_PROXY_DIRECT, NULL},
  /* the environment */
  {NULL, "http://e:1", NULL, NULL, "http://h/p", WMS_PROXY_NAMED,
      "http://e:1"},
  {NULL, "http://e:1", NULL, NULL, "https://h/p", WMS_PROXY_SYSTEM, NULL},
  {NULL, NULL, "http://s:2/", NULL, "https://h/p", WMS_PROXY_NAMED,
      "http://s:2"},
  {NULL, NULL, "http://s:2", NULL, "http://h/p", WMS_PROXY_SYSTEM, NULL},
  {NULL, "", NULL, NULL, "http://h/p", WMS_PROXY_SYSTEM, NULL},
  {NULL, "http://e:1", NULL, "*", "http://h/p", WMS_PROXY_DIRECT, NULL},
  {NULL, "http://e:1", NULL, "a,h", "http://h/p", WMS_PROXY_DIRECT, NULL},
  {NULL, "http://e:1", NULL, "h", "http://x.h/p", WMS_PROXY_DIRECT, NULL},
  {NULL, "http://e:1", NULL, ".h", "http://x.h/p", WMS_PROXY_DIRECT, NULL},
  {NULL, "http://e:1", NULL, "h", "http://xh/p", WMS_PROXY_NAMED,
      "http://e:1"},
  {NULL, "http://e:1", NULL, ", ,", "http://h/p", WMS_PROXY_NAMED,
      "http://e:1"},
  {NULL, "http://e:1", NULL, "10.0.0.0/8", "http://10.1.2.3/p",
      WMS_PROXY_DIRECT, NULL},
  {NULL, "http://e:1", NULL, "10.0.0.0/8", "http://11.1.2.3/p",
      WMS_PROXY_NAMED, "http://e:1"},
  {NULL, "http://e:1", NULL, "*.H", "http://x.h/p", WMS_PROXY_DIRECT, NULL},
  {NULL, "http://e:1", NULL, "2001:db8::/32", "http://[2001:db8::7]/p",
      WMS_PROXY_DIRECT, NULL},
  {NULL, "http://e:1", NULL, "2001:db8::/32", "http://[2001:db9::7]/p",
      WMS_PROXY_NAMED, "http://e:1"},
  /* this machine */
  {NULL, "http://e:1", NULL, NULL, "http://[::1]/p", WMS_PROXY_DIRECT, NULL},
  {NULL, "http://e:1", NULL, NULL, "http://[::1%251]/p", WMS_PROXY_DIRECT,
      NULL},
  {NULL, "http://e:1", NULL, NULL, "http://127.0.0.1/p", WMS_PROXY_DIRECT,
      NULL},
  {NULL, "http://e:1", NULL, NULL, "http://localhost/p", WMS_PROXY_DIRECT,
      NULL},
  {NULL, NULL, NULL, NULL, "http://h/p", WMS_PROXY_SYSTEM, NULL},
};

static void
set_variable (const gchar * name, const gchar * value)
{
  if (value != NULL)
    g_setenv (name, value, TRUE);
  else
    g_unsetenv (name);
}

GST_START_TEST (test_choices)
{
  g_autoptr (GUri) server = wms_uri_parse (choices[__i__].server, NULL, NULL);
  g_autofree gchar *proxy = NULL;

  set_variable ("http_proxy", choices[__i__].http_proxy);
  set_variable ("https_proxy", choices[__i__].https_proxy);
  set_variable ("HTTPS_PROXY", NULL);
  set_variable ("no_proxy", choices[__i__].no_proxy);
  set_variable ("NO_PROXY", NULL);
  fail_unless_equals_int (wms_proxy_choose (choices[__i__].setting, server,
          &proxy, NULL), choices[__i__].way);
  fail_unless_equals_string (proxy, choices[__i__].proxy);
}

GST_END_TEST;

/* As curl and wget: lower case goes first; HTTP_PROXY in capitals can come from
 * a request's head in CGI programs and does not count. */
GST_START_TEST (test_capitals)
{
  g_autoptr (GUri) plain = wms_uri_parse ("http://h/p", NULL, NULL);
  g_autoptr (GUri) secure = wms_uri_parse ("https://h/p", NULL, NULL);
  g_autofree gchar *proxy = NULL;

  set_variable ("http_proxy", NULL);
  set_variable ("HTTP_PROXY", "http://e:1");
  set_variable ("https_proxy", NULL);
  set_variable ("HTTPS_PROXY", "http://s:2");
  set_variable ("no_proxy", NULL);
  set_variable ("NO_PROXY", NULL);
  fail_unless_equals_int (wms_proxy_choose (NULL, plain, &proxy, NULL),
      WMS_PROXY_SYSTEM);
  fail_unless_equals_int (wms_proxy_choose (NULL, secure, &proxy, NULL),
      WMS_PROXY_NAMED);
  fail_unless_equals_string (proxy, "http://s:2");
  g_clear_pointer (&proxy, g_free);
  set_variable ("https_proxy", "http://t:3");
  wms_proxy_choose (NULL, secure, &proxy, NULL);
  fail_unless_equals_string (proxy, "http://t:3");
  g_clear_pointer (&proxy, g_free);
  set_variable ("NO_PROXY", "h");
  fail_unless_equals_int (wms_proxy_choose (NULL, secure, &proxy, NULL),
      WMS_PROXY_DIRECT);
  set_variable ("no_proxy", "other");
  fail_unless_equals_int (wms_proxy_choose (NULL, secure, &proxy, NULL),
      WMS_PROXY_NAMED);
}

GST_END_TEST;

/* The user part is for us, not for the logs of whoever sees the URL. */
GST_START_TEST (test_user_part)
{
  g_autoptr (WmsCredentials) credentials = NULL;
  g_autofree gchar *proxy = wms_proxy_parse ("http://bob:h%40sh@p:3128",
      &credentials);

  fail_unless_equals_string (proxy, "http://p:3128");
  fail_unless_equals_string (credentials->user, "bob");
  fail_unless_equals_string (credentials->password, "h@sh");
}

GST_END_TEST;

static const gchar *const bad[] =
    { "socks://p:1", "http://", "http://:80", "//" };

GST_START_TEST (test_bad)
{
  fail_unless (wms_proxy_parse (bad[__i__], NULL) == NULL);
}

GST_END_TEST;

static Suite *
wmsproxy_suite (void)
{
  Suite *suite = suite_create ("wmsproxy");
  TCase *tc = tcase_create ("choice");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_choices, 0, G_N_ELEMENTS (choices));
  tcase_add_test (tc, test_capitals);
  tcase_add_test (tc, test_user_part);
  tcase_add_loop_test (tc, test_bad, 0, G_N_ELEMENTS (bad));
  return suite;
}

GST_CHECK_MAIN (wmsproxy);
