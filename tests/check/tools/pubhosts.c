/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the server is called (RFC 9110, 7.2), and DNS rebinding. */
#include <gst/check/gstcheck.h>

#include "pubhosts.h"
#include "pubthread.h"
#include "rawpush.h"

GST_START_TEST (test_headers)
{
  static const struct
  {
    const gchar *header, *host;
  } rows[] = {
    {"radio.example", "radio.example"}, {"Radio.Example:8080", "radio.example"},
    {"radio.example.", "radio.example"}, {"radio.example:", "radio.example"},
    {"a_b-c.example:1", "a_b-c.example"}, {"127.0.0.1:80", "127.0.0.1"},
    {"[::1]", "::1"}, {"[2001:DB8::1]:8080", "2001:db8::1"},
    {"", NULL}, {":80", NULL}, {"a b", NULL}, {"a,b", NULL}, {"a/b", NULL},
    {"user@a", NULL}, {"a:80:80", NULL}, {"a:8x", NULL}, {"a:123456", NULL},
    {"::1", NULL}, {"[::1", NULL}, {"[::1]x", NULL}, {"[a.example]", NULL},
    {"[]", NULL}, {"a?b", NULL}, {"a#b", NULL}, {"a\\b", NULL},
    {"\xc3\xa4.example", NULL}, {"%61.example", NULL}, {"a\tb", NULL},
  };
  gchar *longest = g_strnfill (256, 'a');
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    gchar *host = pub_host_parse (rows[i].header);

    fail_unless (g_strcmp0 (host, rows[i].host) == 0, "%s: %s", rows[i].header,
        host);
    g_free (host);
  }
  fail_unless (pub_host_parse (longest) == NULL);
  g_free (longest);
}

GST_END_TEST;

GST_START_TEST (test_names)
{
  static const gchar *const names[] = { "Radio.Example", "*.cdn.example.",
    "b\xc3\xbc" "cher.example", NULL
  };
  static const struct
  {
    const gchar *host;
    gboolean is_known;
  } rows[] = {
    {"radio.example", TRUE}, {"a.cdn.example", TRUE},
    {"a.b.cdn.example", TRUE}, {"xn--bcher-kva.example", TRUE},
    {"127.0.0.1", TRUE}, {"192.0.2.1", TRUE}, {"::1", TRUE},
    {"localhost", TRUE}, {"cdn.example", FALSE}, {".cdn.example", FALSE},
    {"xcdn.example", FALSE}, {"evil.example", FALSE},
    {"radio.example.evil.example", FALSE}, {"xradio.example", FALSE},
    {"2130706433", FALSE}, {"0x7f.1", FALSE}, {"localhost.evil.example", FALSE},
  };
  PubHosts *self = pub_hosts_new (names);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    fail_unless (pub_hosts_know (self, rows[i].host) == rows[i].is_known, "%s",
        rows[i].host);
  pub_hosts_free (self);
}

GST_END_TEST;

GST_START_TEST (test_default_names)
{
  gchar *own = g_ascii_strdown (g_get_host_name (), -1);
  gchar *local = g_strconcat (own, ".local", NULL);
  const gchar *all[] = { "*", NULL };
  PubHosts *self = pub_hosts_new (NULL);

  fail_unless (pub_hosts_know (self, own));
  fail_unless (pub_hosts_know (self, local));
  fail_unless (pub_hosts_know (self, "localhost"));
  fail_unless (pub_hosts_know (self, "10.1.2.3"));
  fail_if (pub_hosts_know (self, "radio.example"));
  pub_hosts_free (self);
  self = pub_hosts_new (all);
  fail_unless (pub_hosts_know (self, "radio.example"));
  pub_hosts_free (self);
  g_free (local);
  g_free (own);
}

GST_END_TEST;

static void
have_name (PubServer * server, gpointer data)
{
  const gchar *names[] = { "radio.example", NULL };

  pub_server_set_hosts (server, names);
}

static guint
ask (PubThread * server, const gchar * request, gchar ** text)
{
  RawPush *push = raw_push_connect (pub_thread_get_port (server));
  gchar *head = NULL;
  guint status;

  raw_push_send_text (push, request);
  status = raw_push_response (push, &head);
  if (text != NULL) {
    fail_unless (raw_push_wait_end (push) || push->received->len > 0);
    while (raw_push_try_read (push, push->received->len + 1));
    *text = g_strconcat (head, push->received->str, NULL);
  }
  fail_if (push->was_reset);
  raw_push_free (push);
  g_free (head);
  return status;
}

GST_START_TEST (test_requests)
{
  static const struct
  {
    const gchar *request;
    guint status;
  } rows[] = {
    {"OPTIONS /x HTTP/1.1\r\nHost: radio.example:80\r\n\r\n", 204},
    {"OPTIONS /x HTTP/1.1\r\nHost: RADIO.example.\r\n\r\n", 204},
    {"OPTIONS /x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 204},
    {"OPTIONS /x HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 204},
    {"OPTIONS /x HTTP/1.0\r\n\r\n", 204},
    {"OPTIONS http://radio.example/x HTTP/1.1\r\nHost: radio.example\r\n\r\n",
        204},
    {"OPTIONS /x HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},
    {"OPTIONS /x HTTP/1.0\r\nHost: evil.example\r\n\r\n", 421},
    {"GET / HTTP/1.1\r\nHost: evil.example\r\nAccept: text/html\r\n\r\n", 421},
    {"GET /live HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},
    {"POST /live HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/"
          "x-wms-pushsetup\r\nUser-Agent: " RAW_AGENT
          "\r\nContent-Length: 0\r\n\r\n", 421},
    /* both of a request's hosts have to be known */
    {"OPTIONS http://evil.example/x HTTP/1.1\r\nHost: radio.example\r\n\r\n",
        421},
    {"OPTIONS http://radio.example/x HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        421},
    {"OPTIONS http://evil.example/x HTTP/1.0\r\n\r\n", 421},
    {"OPTIONS /x HTTP/1.1\r\nHost: radio.example\r\nHost: evil.example\r\n\r\n",
        400},
    {"OPTIONS /x HTTP/1.1\r\nHost: evil.example@radio.example\r\n\r\n", 400},
    {"OPTIONS /x HTTP/1.1\r\nHost: radio.example?.evil.example\r\n\r\n", 400},
    {"OPTIONS /x HTTP/1.1\r\n\r\n", 400},
  };
  PubThread *server = pub_thread_new (have_name, NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    fail_unless_equals_int (ask (server, rows[i].request, NULL),
        rows[i].status);
  pub_thread_stop (server);
}

GST_END_TEST;

/* The answer tells the operator what to do, and is no way to have text of
 * one's own shown. */
GST_START_TEST (test_advice)
{
  PubThread *server = pub_thread_new (have_name, NULL);
  gchar *text = NULL;

  fail_unless_equals_int (ask (server,
          "GET / HTTP/1.0\r\nHost: other.example:8080\r\n\r\n", &text), 421);
  fail_unless (strstr (text, "421 Misdirected Request\r\n") != NULL, "%s",
      text);
  fail_unless (strstr (text, "\r\nContent-Type: text/plain") != NULL);
  fail_unless (strstr (text, "--host other.example") != NULL, "%s", text);
  g_free (text);
  pub_thread_stop (server);
}

GST_END_TEST;

static Suite *
pubhosts_suite (void)
{
  Suite *suite = suite_create ("pubhosts");
  TCase *tc = tcase_create ("hosts");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_headers);
  tcase_add_test (tc, test_names);
  tcase_add_test (tc, test_default_names);
  tcase_add_test (tc, test_requests);
  tcase_add_test (tc, test_advice);
  return suite;
}

GST_CHECK_MAIN (pubhosts);
