/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may come in by the address. */
#include <gst/check/gstcheck.h>

#include "pubaccess.h"
#include "pubthread.h"
#include "rawpush.h"

static gboolean
allows (PubAccess * self, const gchar * text)
{
  GInetAddress *address = g_inet_address_new_from_string (text);
  gboolean allows;

  fail_unless (address != NULL, "%s", text);
  allows = pub_access_allows (self, address);
  g_object_unref (address);
  return allows;
}

GST_START_TEST (test_networks)
{
  static const gchar *const networks[] = { "192.0.2.0/24", "198.51.100.7",
    "2001:db8::/32", "::1", "::ffff:203.0.113.0/120", NULL
  };
  static const struct
  {
    const gchar *address;
    gboolean is_on_it;
  } rows[] = {
    {"192.0.2.0", TRUE}, {"192.0.2.255", TRUE}, {"192.0.3.0", FALSE},
    {"192.0.1.255", FALSE}, {"198.51.100.7", TRUE}, {"198.51.100.6", FALSE},
    {"2001:db8::", TRUE}, {"2001:db8:ffff::1", TRUE}, {"2001:db9::", FALSE},
    {"::1", TRUE}, {"::2", FALSE}, {"::ffff:192.0.2.9", TRUE},
    {"::ffff:192.0.3.9", FALSE}, {"203.0.113.200", TRUE},
    {"::ffff:203.0.113.200", TRUE}, {"203.0.114.0", FALSE},
    {"::192.0.2.9", FALSE}, {"0.0.0.0", FALSE}, {"::", FALSE},
    {"64:ff9b::c000:201", FALSE},
  };
  GError *error = NULL;
  PubAccess *self = pub_access_new (networks, &error);
  guint i;

  fail_unless (self != NULL, "%s", error ? error->message : "");
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    fail_unless (allows (self, rows[i].address) == rows[i].is_on_it, "%s",
        rows[i].address);
  fail_if (pub_access_allows (self, NULL));
  pub_access_free (self);
}

GST_END_TEST;

/* 0.0.0.0/0 is all of IPv4, also inside of IPv6, and nothing else. */
GST_START_TEST (test_everybody)
{
  static const gchar *const ipv4[] = { "0.0.0.0/0", NULL };
  static const gchar *const none[] = { NULL };
  GError *error = NULL;
  PubAccess *self = pub_access_new (ipv4, &error);

  fail_unless (allows (self, "203.0.113.1"));
  fail_unless (allows (self, "::ffff:203.0.113.1"));
  fail_if (allows (self, "2001:db8::1"));
  pub_access_free (self);
  fail_unless (pub_access_new (none, &error) == NULL && error == NULL);
  fail_unless (pub_access_new (NULL, &error) == NULL && error == NULL);
  fail_unless (allows (NULL, "203.0.113.1"));
}

GST_END_TEST;

GST_START_TEST (test_broken_networks)
{
  static const gchar *const broken[] = { "", "x", "1.2.3", "1.2.3.4/33",
    "1.2.3.4/-1", "1.2.3.4/", "1.2.3.4/8x", "1.2.3.4/24", "::/129", "::1/64",
    "[::1]", "localhost", "1.2.3.4:80", " 1.2.3.4", "fe80::1%lo"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (broken); i++) {
    const gchar *networks[] = { "127.0.0.1", broken[i], NULL };
    GError *error = NULL;

    fail_unless (pub_access_new (networks, &error) == NULL, "%s", broken[i]);
    /* it says which one */
    fail_unless (error != NULL && strstr (error->message, broken[i]) != NULL,
        "%s", error ? error->message : "-");
    g_error_free (error);
  }
}

GST_END_TEST;

static void
shut_encoders_out (PubServer * server, gpointer data)
{
  const gchar *others[] = { "127.0.0.2", "2001:db8::/32", NULL };

  fail_unless (pub_server_set_access (server, PUB_ROLE_ENCODER, others, NULL));
}

static void
swap (PubServer * server, gpointer data)
{
  const gchar *others[] = { "127.0.0.2", NULL };
  const gchar *ours[] = { "127.0.0.0/8", NULL };
  const gchar *broken[] = { "127.0.0.0/40", NULL };
  GError *error = NULL;

  fail_unless (pub_server_set_access (server, PUB_ROLE_PLAYER, others, NULL));
  fail_unless (pub_server_set_access (server, PUB_ROLE_ENCODER, ours, NULL));
  /* a broken list changes nothing */
  fail_if (pub_server_set_access (server, PUB_ROLE_ENCODER, broken, &error));
  fail_unless (error != NULL);
  g_error_free (error);
}

static guint
ask (guint port, const gchar * request)
{
  RawPush *push = raw_push_connect (port);
  guint status;

  raw_push_send_text (push, request);
  status = raw_push_response (push, NULL);
  raw_push_free (push);
  return status;
}

/* Each role has a list, and lists may change. */
GST_START_TEST (test_roles)
{
  const gchar *options = "OPTIONS /live HTTP/1.1\r\nHost: localhost\r\n\r\n";
  PubThread *server = pub_thread_new (shut_encoders_out, NULL);
  guint port = pub_thread_get_port (server);
  RawPush *push = raw_push_connect (port);

  assert_equals_int (raw_push_setup (push, "/live", "0", ""), 403);
  raw_push_read (push, strlen ("Your address"));
  raw_push_free (push);
  push = raw_push_connect (port);
  raw_push_start (push, "/live", RAW_LENGTH);
  assert_equals_int (raw_push_response (push, NULL), 403);
  raw_push_free (push);
  assert_equals_int (ask (port, options), 204);

  pub_thread_call (server, swap, NULL);
  push = raw_push_connect (port);
  assert_equals_int (raw_push_setup (push, "/live", "0", ""), 204);
  raw_push_free (push);
  assert_equals_int (ask (port, options), 403);
  pub_thread_stop (server);
}

GST_END_TEST;

static Suite *
pubaccess_suite (void)
{
  Suite *suite = suite_create ("pubaccess");
  TCase *tc = tcase_create ("access");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_networks);
  tcase_add_test (tc, test_everybody);
  tcase_add_test (tc, test_broken_networks);
  tcase_add_test (tc, test_roles);
  return suite;
}

GST_CHECK_MAIN (pubaccess);
