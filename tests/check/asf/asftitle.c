/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "asf/asfreader.h"
#include "asf/asftitle.h"
#include "testasf.h"

/* The lengths of five texts, and the title's bytes (section 3.10). */
#define LENGTHS(title) title "\0" "\0\0" "\0\0" "\0\0" "\0\0"

static gchar *
title_of (const gchar * bytes, guint size, gint cut)
{
  const TestHeader description = { ASF_FILE_BROADCAST, 400, 0,
    {&asf_guid_stream_audio}, FALSE, &asf_guid_content_description, bytes, size
  };
  GByteArray *header = test_asf_header (&description);
  gchar *title = asf_header_read_title (header->data, header->len - cut);

  g_byte_array_unref (header);
  return title;
}

GST_START_TEST (test_titles)
{
  static const struct
  {
    const gchar *bytes;
    guint size;
    const gchar *title;
  } rows[] = {
#define ROW(text, title) {text, sizeof (text) - 1, title}
    ROW (LENGTHS ("\4") "H\0i\0", "Hi"),
    /* the NUL that belongs to it, and what comes after it */
    ROW (LENGTHS ("\10") "H\0i\0\0\0x\0", "Hi"),
    ROW (LENGTHS ("\6") "\xe9\0\xac\x20\x42\x30", "é€あ"),
    ROW (LENGTHS ("\4") "\x3d\xd8\x00\xde", "😀"),
    /* halves of a pair, and half a character */
    ROW (LENGTHS ("\4") "\x3d\xd8" "a\0", "\357\277\275a"),
    ROW (LENGTHS ("\4") "\x00\xde" "a\0", "\357\277\275a"),
    ROW (LENGTHS ("\2") "\x3d\xd8", "\357\277\275"),
    ROW (LENGTHS ("\3") "a\0b", "a"),
    ROW (LENGTHS ("\0") "", NULL),
    ROW (LENGTHS ("\2") "\0\0", NULL),
    /* longer than its object */
    ROW (LENGTHS ("\x40") "a\0", NULL),
    ROW ("\4\0", NULL),
    ROW ("", NULL),
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    gchar *title = title_of (rows[i].bytes, rows[i].size, 0);

    fail_unless (g_strcmp0 (title, rows[i].title) == 0, "row %u: %s", i, title);
    g_free (title);
  }
}

GST_END_TEST;

/* Cut at every byte: a title or none, and nothing read behind the end. */
GST_START_TEST (test_cut)
{
  static const gchar bytes[] = LENGTHS ("\4") "H\0i\0";
  gboolean was_there = TRUE;
  guint cut;

  for (cut = 0; cut < 200; cut++) {
    gchar *title = title_of (bytes, sizeof (bytes) - 1, cut);

    fail_unless (title == NULL || g_str_equal (title, "Hi"));
    fail_if (title != NULL && !was_there);
    was_there = title != NULL;
    g_free (title);
  }
  fail_if (was_there);
  fail_unless (asf_header_read_title (NULL, 0) == NULL);
}

GST_END_TEST;

static Suite *
asftitle_suite (void)
{
  Suite *suite = suite_create ("asftitle");
  TCase *tc = tcase_create ("title");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_titles);
  tcase_add_test (tc, test_cut);
  return suite;
}

GST_CHECK_MAIN (asftitle);
