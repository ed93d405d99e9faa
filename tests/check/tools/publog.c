/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "publog.h"

GST_START_TEST (test_escapes)
{
  static const struct
  {
    const gchar *text, *shown;
  } rows[] = {
    {NULL, "-"}, {"", ""}, {"/live", "/live"},
    {"/caf\xc3\xa9 \xe6\x97\xa5", "/caf\xc3\xa9 \xe6\x97\xa5"},
    {"a\\b\"c", "a\\\\b\\\"c"},
    {"a\r\nb\tc\x7f", "a\\x0d\\x0ab\\x09c\\x7f"},
    /* a terminal would do as it is told */
    {"\x1b[2J\x07", "\\x1b[2J\\x07"},
    {"\xc2\x9b" "31m", "\\u{9b}31m"},
    /* not UTF-8: cut, overlong, a surrogate, beyond the last character */
    {"\xe6\x97", "\\xe6\\x97"}, {"\xff", "\\xff"},
    {"\xc0\xaf", "\\xc0\\xaf"}, {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
    /* right-to-left override, zero width, line separator, private, none */
    {"\xe2\x80\xae" "exe", "\\u{202e}exe"}, {"\xe2\x80\x8b", "\\u{200b}"},
    {"\xe2\x81\xa6", "\\u{2066}"}, {"\xe2\x80\xa8", "\\u{2028}"},
    {"\xee\x80\x80", "\\u{e000}"}, {"\xef\xbf\xbf", "\\u{ffff}"},
    {"\xef\xbb\xbf", "\\u{feff}"}, {"\xf3\xa0\x81\x81", "\\u{e0041}"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    gchar *shown = pub_text_escape (rows[i].text, 40);

    assert_equals_string (shown, rows[i].shown);
    g_free (shown);
  }
}

GST_END_TEST;

/* A sequence is never cut, and the length holds whatever the text is. */
GST_START_TEST (test_length)
{
  gchar *longest = g_strnfill (1000000, '\x01'), *shown;

  shown = pub_text_escape ("12345", 5);
  assert_equals_string (shown, "12345");
  g_free (shown);
  shown = pub_text_escape ("123456", 5);
  assert_equals_string (shown, "12345...");
  g_free (shown);
  shown = pub_text_escape ("123\x01", 5);
  assert_equals_string (shown, "123...");
  g_free (shown);
  shown = pub_text_escape ("\xe6\x97\xa5\xe6\x9c\xac", 1);
  assert_equals_string (shown, "\xe6\x97\xa5...");
  g_free (shown);
  shown = pub_text_escape (longest, 50);
  assert_equals_int (strlen (shown), 48 + 3);
  g_free (shown);
  g_free (longest);
}

GST_END_TEST;

static Suite *
publog_suite (void)
{
  Suite *suite = suite_create ("publog");
  TCase *tc = tcase_create ("log");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_escapes);
  tcase_add_test (tc, test_length);
  return suite;
}

GST_CHECK_MAIN (publog);
