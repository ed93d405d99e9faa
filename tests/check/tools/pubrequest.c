/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "pubrequest.h"

/* [MS-WMHTTP] 2.2.1.8. */
GST_START_TEST (test_encoder_agents)
{
  static const struct
  {
    const gchar *agent;
    gboolean is_encoder;
  } rows[] = {
    {"WMEncoder/9.0", TRUE},
    {"WMEncoder/10.0.3931.1234", TRUE},
    {"WMEncoder/11.0.5721.5145", TRUE},
    {"WMEncoder/12.0.7601.17514", TRUE},
    {"WMEncoder/12.0 wmspushsink/0.1 (x)", TRUE},
    {NULL, FALSE}, {"", FALSE}, {"WMEncoder", FALSE}, {"WMEncoder/", FALSE},
    {"WMEncoder/9", FALSE}, {"WMEncoder/9.", FALSE}, {"WMEncoder/9.1", FALSE},
    {"WMEncoder/8.0", FALSE}, {"WMEncoder/13.0", FALSE},
    {"WMEncoder/009.0", FALSE}, {"WMEncoder/9.000", FALSE},
    {"WMEncoder/9.0.1", FALSE}, {"WMEncoder/9.0.1.", FALSE},
    {"WMEncoder/9.0.1.2.3", FALSE}, {"WMEncoder/9.0.123456.1", FALSE},
    {"WMEncoder/9.0x", FALSE}, {"wmencoder/9.0", FALSE},
    {"NSPlayer/9.0", FALSE}, {"WMEncoder/ 9.0", FALSE},
    {"WMEncoder/99999999999999999999.0", FALSE},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    fail_unless (pub_agent_is_encoder (rows[i].agent) == rows[i].is_encoder,
        "%s", rows[i].agent);
}

GST_END_TEST;

GST_START_TEST (test_player_agents)
{
  guint major = 99;

  fail_unless (pub_agent_is_mms_player ("NSPlayer/12.0.7680.0", &major));
  assert_equals_int (major, 12);
  fail_unless (pub_agent_is_mms_player ("NSPlayer/4.1.0.3856", &major));
  assert_equals_int (major, 4);
  fail_unless (pub_agent_is_mms_player ("NSPlayer", &major));
  assert_equals_int (major, 0);
  fail_if (pub_agent_is_mms_player ("Lavf/59", &major));
  fail_if (pub_agent_is_mms_player (NULL, NULL));
}

GST_END_TEST;

/* [MS-WMHTTP] 2.2.2.1.1, 2.2.2.1.2. */
GST_START_TEST (test_setup_bodies)
{
  static const struct
  {
    const gchar *body, *template_path;
    gboolean auto_destroy;
  } good[] = {
    {"", NULL, FALSE},
    {"AutoDestroy: 0\r\n", NULL, FALSE},
    {"AutoDestroy: 1\r\n", NULL, TRUE},
    {"AutoDestroy:1\r\n", NULL, TRUE},
    {"Template-URL: \"/pub\"\r\nAutoDestroy: 1\r\n", "/pub", TRUE},
    {"Template-URL:\"/a%20b\"\r\nAutoDestroy: 0\r\n", "/a b", FALSE},
    {"Template-URL: \"/%E6%97%A5\"\r\nAutoDestroy: 0\r\n",
        "/\xe6\x97\xa5", FALSE},
  };
  static const gchar *const bad[] = {
    "x", "\r\n", "AutoDestroy: 1", "AutoDestroy: 2\r\n", "AutoDestroy: \r\n",
    "AutoDestroy: 11\r\n", "AutoDestroy:  1\r\n", "AutoDestroy: 1\n",
    "AutoDestroy: 1\r\nAutoDestroy: 1\r\n", "AutoDestroy: 1\r\n\r\n",
    "Template-URL: \"/pub\"\r\n", "Template-URL: /pub\r\nAutoDestroy: 1\r\n",
    "Template-URL: \"pub\"\r\nAutoDestroy: 1\r\n",
    "Template-URL: \"\r\nAutoDestroy: 1\r\n",
    "Template-URL: \"/%\"\r\nAutoDestroy: 1\r\n",
    "Template-URL: \"/%00\"\r\nAutoDestroy: 1\r\n",
    "AutoDestroy: 1\r\nTemplate-URL: \"/pub\"\r\n",
    "Template-URL: \"/a\"\r\nTemplate-URL: \"/b\"\r\nAutoDestroy: 1\r\n",
    "AutoDestroy: 1\r\nmore",
  };
  gchar *template_path;
  gboolean auto_destroy;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (good); i++) {
    fail_unless (pub_setup_parse (good[i].body, strlen (good[i].body),
            &template_path, &auto_destroy), "%s", good[i].body);
    assert_equals_string (template_path, good[i].template_path);
    assert_equals_int (auto_destroy, good[i].auto_destroy);
    g_free (template_path);
  }
  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    fail_if (pub_setup_parse (bad[i], strlen (bad[i]), &template_path,
            &auto_destroy), "%s", bad[i]);
    fail_unless (template_path == NULL);
  }
  fail_if (pub_setup_parse ("AutoDestroy: 1\r\n\0", 17, &template_path,
          &auto_destroy));
}

GST_END_TEST;

/* [MS-WMHTTP] 2.2.1.3, RFC 2109. */
GST_START_TEST (test_cookies)
{
  static const struct
  {
    const gchar *cookie, *push_id;
    gboolean is_valid;
  } rows[] = {
    {NULL, NULL, TRUE}, {"", NULL, TRUE}, {"a=b", NULL, TRUE},
    {"push-id", NULL, FALSE}, {"push-id=", NULL, FALSE},
    {"push-id=0", "0", TRUE}, {"push-id=123", "123", TRUE},
    {"a=b; push-id=123; c=d", "123", TRUE}, {"a=b,push-id=1", "1", TRUE},
    {"Push-ID = 123 ", "123", TRUE}, {"xpush-id=1", NULL, TRUE},
    {"$Version=\"1\"; push-id=\"12\"; $Path=\"/\"", "12", TRUE},
    {"push-id=\"\"", NULL, FALSE}, {"push-id=\"", "\"", TRUE},
    {"push-id=a=b", "a=b", TRUE}, {"push-id=a b", NULL, FALSE},
    {"push-id=\xe6\x97\xa5", NULL, FALSE}, {"push-id=\x01", NULL, FALSE},
    {"push-id=1; push-id=1", "1", TRUE}, {"push-id=1; push-id=2", NULL, FALSE},
  };
  gchar *longest = g_strnfill (255 + strlen ("push-id="), 'x'), *push_id;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    SoupMessageHeaders *headers =
        soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

    if (rows[i].cookie != NULL)
      soup_message_headers_append (headers, "Cookie", rows[i].cookie);
    fail_unless (pub_request_push_id (headers, &push_id) == rows[i].is_valid,
        "row %u", i);
    assert_equals_string (push_id, rows[i].push_id);
    g_free (push_id);
    soup_message_headers_unref (headers);
  }
  memcpy (longest, "push-id=", strlen ("push-id="));
  for (i = 0; i < 2; i++) {
    SoupMessageHeaders *headers =
        soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
    gchar *cookie = g_strconcat (longest, i ? "x" : "", NULL);

    soup_message_headers_append (headers, "Cookie", cookie);
    fail_unless (pub_request_push_id (headers, &push_id) == (i == 0));
    g_free (cookie);
    g_free (push_id);
    soup_message_headers_unref (headers);
  }
  g_free (longest);
}

GST_END_TEST;

GST_START_TEST (test_ids)
{
  gchar *one = pub_new_push_id (), *two = pub_new_push_id ();

  assert_equals_int (strlen (one), 32);
  fail_if (pub_id_equal (one, two));
  fail_if (pub_id_equal (one, "0"));
  fail_if (pub_id_equal ("", one));
  fail_unless (pub_id_equal (one, one));
  g_free (one);
  g_free (two);
}

GST_END_TEST;

static Suite *
pubrequest_suite (void)
{
  Suite *suite = suite_create ("pubrequest");
  TCase *tc = tcase_create ("request");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_encoder_agents);
  tcase_add_test (tc, test_player_agents);
  tcase_add_test (tc, test_setup_bodies);
  tcase_add_test (tc, test_cookies);
  tcase_add_test (tc, test_ids);
  return suite;
}

GST_CHECK_MAIN (pubrequest);
