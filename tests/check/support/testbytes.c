/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testbytes.h"

#include <string.h>
#include <gst/check/gstcheck.h>

/* The two characters of the next byte, or NULL at the end. */
static const gchar *
next_pair (const gchar ** hex)
{
  const gchar *pair;

  while (g_ascii_isspace (**hex))
    (*hex)++;
  if (**hex == '\0')
    return NULL;
  pair = *hex;
  *hex += 2;
  return pair;
}

static guint8
pair_value (const gchar * pair)
{
  return g_ascii_xdigit_value (pair[0]) << 4 | g_ascii_xdigit_value (pair[1]);
}

GByteArray *
test_from_hex (const gchar * hex)
{
  GByteArray *bytes = g_byte_array_new ();
  const gchar *pair;

  while ((pair = next_pair (&hex)) != NULL) {
    guint8 value = pair_value (pair);

    g_byte_array_append (bytes, &value, 1);
  }
  return bytes;
}

void
test_assert_hex (const gchar * what, gconstpointer data, gsize size,
    const gchar * hex)
{
  const guint8 *bytes = data;
  const gchar *pair;
  gsize pos = 0;

  while ((pair = next_pair (&hex)) != NULL) {
    if (pos >= size)
      fail ("%s: ends after %" G_GSIZE_FORMAT " bytes", what, size);
    if (pair[0] != '.' && bytes[pos] != pair_value (pair))
      fail ("%s: byte %" G_GSIZE_FORMAT " is %02x, not %.2s", what, pos,
          bytes[pos], pair);
    pos++;
  }
  if (pos != size)
    fail ("%s: %" G_GSIZE_FORMAT " bytes, %" G_GSIZE_FORMAT " expected", what,
        size, pos);
}

void
test_assert_contains (GBytes * bytes, const gchar * what, const gchar * hex)
{
  g_autoptr (GByteArray) wanted = test_from_hex (hex);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  const guint8 *at = memmem (data, size, wanted->data, wanted->len);
  guint n;

  if (at != NULL)
    return;
  /* say where it differs: at the first object that begins as it does */
  for (n = wanted->len; n >= 16; n--) {
    at = memmem (data, size, wanted->data, n);
    if (at != NULL)
      test_assert_hex (what, at, MIN (wanted->len, data + size - at), hex);
  }
  fail ("%s: not there", what);
}

guint
test_count_parts (const gchar * text, const gchar * part)
{
  guint n = 0;

  while ((text = strstr (text, part)) != NULL) {
    text += strlen (part);
    n++;
  }
  return n;
}

gboolean
test_has_utf16 (const GByteArray * bytes, const gchar * text)
{
  glong units;
  g_autofree gunichar2 *utf16 = g_utf8_to_utf16 (text, -1, NULL, &units, NULL);

  return memmem (bytes->data, bytes->len, utf16, units * 2 + 2) != NULL;
}
