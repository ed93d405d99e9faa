/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfparametersets.h"

#include <string.h>
#include <gst/check/gstcheck.h>

#include "testbytes.h"

#define MANY 3000

/* ITU-T H.264, Annex B, in hexadecimal digits. */
static const struct
{
  const gchar *unit;
  const gchar *sets;            /* NULL for none */
  gboolean has_picture;
} rows[] = {
  {"0000000167010203 0000000168aabb 000000016588", "0000000167010203 "
        "0000000168aabb", TRUE},
  /* short start codes, padding, an access unit delimiter and SEI between */
  {"00000109f0 000001670102 0000000000000106050168 00000168aa00000165",
      "00000001670102 0000000168aa", TRUE},
  {"0000000109f0 0000000167010203 0000000168aabb", "0000000167010203 "
        "0000000168aabb", FALSE},
  /* extension and subset */
  {"000000016d0101 000000016f02", "000000016d0101 000000016f02", FALSE},
  /* behind the first slice they belong to another picture */
  {"000000014188 0000000167010203", NULL, TRUE},
  {"0000000167", "0000000167", FALSE},
  {"00000001", NULL, FALSE},
  {"000001", NULL, FALSE},
  {"0000", NULL, FALSE},
  {"", NULL, FALSE},
  {"0102030405", NULL, FALSE},
};

GST_START_TEST (test_rows)
{
  g_autoptr (GByteArray) unit = test_from_hex (rows[__i__].unit);
  g_autoptr (GBytes) sets = NULL;
  gboolean has_picture = !rows[__i__].has_picture;

  sets = asf_parameter_sets_find (unit->data, unit->len, &has_picture);
  fail_unless_equals_int (has_picture, rows[__i__].has_picture);
  if (rows[__i__].sets == NULL) {
    fail_unless (sets == NULL);
  } else {
    fail_unless (sets != NULL);
    test_assert_hex ("sets", g_bytes_get_data (sets, NULL),
        g_bytes_get_size (sets), rows[__i__].sets);
  }
}

GST_END_TEST;

/* The configuration record of the form with length fields. */
static const struct
{
  const gchar *record;
  const gchar *sets;
} records[] = {
  {"014d400bffe1 0003 670102 01 0002 6803", "00000001670102 000000016803"},
  /* what follows belongs to some profiles */
  {"016400 0bffe2 0003 670102 0002 6703 01 0002 6803 fdf8f800",
      "00000001670102 000000016703 000000016803"},
  {"014d400bffe0 00", NULL},
  {"014d400bffe1 0003 670102 01 0003 6803", NULL},
  {"014d400bffe1 0000 01 0002 6803", NULL},
  {"014d400bffe1 0003 670102", NULL},
  {"014d400bffe1 0003 6701", NULL},
  {"014d400bffe1", NULL},
  {"014d400bff", NULL},
  {"", NULL},
  /* a byte stream */
  {"00000001670102 000000016803", NULL},
};

GST_START_TEST (test_records)
{
  g_autoptr (GByteArray) record = test_from_hex (records[__i__].record);
  g_autoptr (GBytes) sets = NULL;

  sets = asf_parameter_sets_from_record (record->data, record->len);
  fail_unless_equals_int (sets == NULL, records[__i__].sets == NULL);
  if (sets != NULL)
    test_assert_hex ("sets", g_bytes_get_data (sets, NULL),
        g_bytes_get_size (sets), records[__i__].sets);
}

GST_END_TEST;

/* One, or many, that would make a header large. */
GST_START_TEST (test_too_large)
{
  static const guint8 set[] = { 0, 0, 1, 0x67, 1 };
  static const guint8 head[] = { 1, 0x4D, 0x40, 0x0B, 0xFF, 0xE1, 0x0B, 0, 0x67
  };
  g_autoptr (GByteArray) unit = g_byte_array_new ();
  guint i;

  g_byte_array_append (unit, set, sizeof set);
  g_byte_array_set_size (unit, MANY);
  memset (unit->data + sizeof set, 1, MANY - sizeof set);
  fail_unless (asf_parameter_sets_find (unit->data, unit->len, NULL) == NULL);

  /* a record of one set */
  g_byte_array_set_size (unit, 0);
  g_byte_array_append (unit, head, sizeof head);
  g_byte_array_set_size (unit, MANY);
  memset (unit->data + sizeof head, 1, MANY - sizeof head);
  fail_unless (asf_parameter_sets_from_record (unit->data, unit->len) == NULL);

  g_byte_array_set_size (unit, 0);
  for (i = 0; i < MANY; i++)
    g_byte_array_append (unit, set, sizeof set);
  fail_unless (asf_parameter_sets_find (unit->data, unit->len, NULL) == NULL);
}

GST_END_TEST;

static Suite *
asfparametersets_suite (void)
{
  Suite *s = suite_create ("asfparametersets");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_rows, 0, G_N_ELEMENTS (rows));
  tcase_add_loop_test (tc, test_records, 0, G_N_ELEMENTS (records));
  tcase_add_test (tc, test_too_large);
  return s;
}

GST_CHECK_MAIN (asfparametersets);
