/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "pubrecordname.h"

#define STAMP "-20261121T180102Z.asf"
#define MAX_NAME 200

static gchar *
name_of (const gchar * path, guint number)
{
  GDateTime *time = g_date_time_new_from_iso8601 ("2026-11-21T19:01:02+01:00",
      NULL);
  gchar *name = pub_record_name (path, time, number);

  g_date_time_unref (time);
  return name;
}

GST_START_TEST (test_names)
{
  static const struct
  {
    const gchar *path, *name;
  } rows[] = {
    {"/live", "live" STAMP},
    {"/", "point" STAMP},
    {"", "point" STAMP},
    {"/radio/one", "radio_one" STAMP},
    {"/Radio-1.asf", "Radio-1.asf" STAMP},
    {"/../../etc/passwd", "_._.._etc_passwd" STAMP},
    {"/..", "_." STAMP},
    {"//x", "_x" STAMP},
    {"/.hidden", "_hidden" STAMP},
    {"/-rf", "_rf" STAMP},
    {"/a b\n\t\x1b[31m", "a_b___" "_31m" STAMP},
    {"/a:b*c?d\"e<f>g|h\\i", "a_b_c_d_e_f_g_h_i" STAMP},
    {"/caf\xc3\xa9", "caf\xc3\xa9" STAMP},
    {"/cafe\xcc\x81", "caf\xc3\xa9" STAMP},
    {"/\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac" STAMP},
    {"/\xe2\x80\xae" "cba", "_cba" STAMP},
    {"/\xff\xfe", "__" STAMP},
    {"/%2e%2e%2f", "_2e_2e_2f" STAMP},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    gchar *name = name_of (rows[i].path, 1);

    fail_unless (g_str_equal (name, rows[i].name), "%s: %s", rows[i].path,
        name);
    g_free (name);
  }
}

GST_END_TEST;

static gboolean
has_controls (const gchar * name)
{
  while (*name != '\0' && !g_ascii_iscntrl (*name))
    name++;
  return *name != '\0';
}

/* Any bytes make a name that stays in its folder, is not hidden and not too
 * long, also with the largest number. */
GST_START_TEST (test_any_path)
{
  GRand *dice = g_rand_new_with_seed (5);
  guint i, j;

  for (i = 0; i < 5000; i++) {
    gchar path[600];
    guint size = g_rand_int_range (dice, 0, sizeof (path) - 1);
    gchar *name;

    for (j = 0; j < size; j++)
      path[j] = g_rand_int_range (dice, 1, 256);
    path[size] = '\0';
    name = name_of (path, PUB_RECORD_NAMES);
    fail_unless (g_utf8_validate (name, -1, NULL));
    fail_unless (strlen (name) <= MAX_NAME && strchr (name, '/') == NULL);
    fail_if (name[0] == '.' || name[0] == '-');
    fail_unless (g_str_has_suffix (name, "-20261121T180102Z-1000.asf"));
    /* one assertion for all: libcheck writes each to a file */
    fail_if (has_controls (name));
    g_free (name);
  }
  g_rand_free (dice);
}

GST_END_TEST;

/* A character is not cut. */
GST_START_TEST (test_long_path)
{
  GString *path = g_string_new ("/x");
  gchar *name;
  guint i;

  for (i = 0; i < 100; i++)
    g_string_append (path, "\xe6\x97\xa5");
  name = name_of (path->str, 2);
  fail_unless (g_utf8_validate (name, -1, NULL));
  fail_unless (strlen (name) <= MAX_NAME && strlen (name) > 100);
  fail_unless (g_str_has_suffix (name, "-20261121T180102Z-2.asf"));
  g_free (name);
  g_string_free (path, TRUE);
}

GST_END_TEST;

static Suite *
pubrecordname_suite (void)
{
  Suite *suite = suite_create ("pubrecordname");
  TCase *tc = tcase_create ("names");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_names);
  tcase_add_test (tc, test_any_path);
  tcase_add_test (tc, test_long_path);
  return suite;
}

GST_CHECK_MAIN (pubrecordname);
