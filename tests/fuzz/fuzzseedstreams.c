/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzzseeds.h"

#include <string.h>

#include "testprogramme.h"
#include "wmspush/wmsframe.h"

/* Bytes of one programme in an input, and packets of it. */
#define MAX_BYTES 24000
#define MAX_PACKETS 6
#define MMS_HEAD_SIZE 8

/* Steps of the target server: bytes of an encoder, or of a player, on
 * connections of their own, and the answers read. */
#define STEP_ENCODER (0x50 | 8)
#define STEP_PLAYER (0x50 | 8 | 1)

static void
put_bytes (GByteArray * to, GBytes * bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  g_byte_array_append (to, data, size);
}

static void
put_frame (GByteArray * to, WmsFrameType type, guint mms_size, GBytes * bytes)
{
  guint8 head[WMS_FRAME_HEAD_SIZE + MMS_HEAD_SIZE] = { 0 };
  gsize size = g_bytes_get_size (bytes);

  wms_frame_write_head (head, type, size + mms_size);
  if (mms_size > 0)
    GST_WRITE_UINT16_LE (head + 10, size + mms_size);
  g_byte_array_append (to, head, WMS_FRAME_HEAD_SIZE + mms_size);
  put_bytes (to, bytes);
}

static void
put_end (GByteArray * to, guint32 reason)
{
  guint8 end[WMS_FRAME_END_SIZE];

  wms_frame_write_end (end, reason);
  g_byte_array_append (to, end, sizeof (end));
}

static guint
count_packets (TestProgramme * programme)
{
  gsize room = MAX_BYTES - g_bytes_get_size (programme->header);

  return MIN (MIN (programme->packets->len, MAX_PACKETS),
      room / programme->packet_size);
}

/* Header and packets, each with what @put puts in front of it. */
static void
put_programme (GByteArray * to, TestProgramme * programme, gboolean has_frames,
    guint mms_size)
{
  guint i, n = count_packets (programme);

  if (has_frames)
    put_frame (to, WMS_FRAME_HEADER, mms_size, programme->header);
  else
    put_bytes (to, programme->header);
  for (i = 0; i < n; i++) {
    GBytes *packet = g_ptr_array_index (programme->packets, i);

    if (has_frames)
      put_frame (to, WMS_FRAME_DATA, mms_size, packet);
    else
      put_bytes (to, packet);
  }
}

static void
seed_reader (TestProgramme * programme, const gchar * name)
{
  GByteArray *bytes = g_byte_array_new ();

  put_programme (bytes, programme, FALSE, 0);
  fuzz_seed_save ("asf", name, bytes);
}

/* Cuts, then the three kinds of stream that the splitter tells apart. */
static void
seed_pieces (TestProgramme * programme, const gchar * name)
{
  guint kind;

  for (kind = 0; kind < 3; kind++) {
    GByteArray *bytes = g_byte_array_new ();
    gchar *file = g_strdup_printf ("%s-%u", name, kind);

    test_put (bytes, 1, 1);
    test_put (bytes, 700, 2);
    test_put (bytes, 3, 2);
    put_programme (bytes, programme, kind > 0, kind == 2 ? MMS_HEAD_SIZE : 0);
    if (kind > 0)
      put_end (bytes, WMS_END_SESSION);
    fuzz_seed_save ("pieces", file, bytes);
    g_free (file);
  }
}

/* As it is, and with garbage before and in it. */
static void
seed_parse (TestProgramme * programme, const gchar * name)
{
  guint kind;

  for (kind = 0; kind < 2; kind++) {
    GByteArray *bytes = g_byte_array_new ();
    gchar *file = g_strdup_printf ("%s-%u", name, kind);

    test_put (bytes, 7, 1);
    if (kind > 0)
      fuzz_seed_put_text (bytes, "garbage");
    put_programme (bytes, programme, FALSE, 0);
    if (kind > 0)
      fuzz_seed_put_text (bytes, "rubbish");
    put_programme (bytes, programme, FALSE, 0);
    fuzz_seed_save ("parse", file, bytes);
    g_free (file);
  }
}

/* A whole session, with another header in it. */
static void
put_session (GByteArray * to, TestProgramme * programme)
{
  GByteArray *change = g_byte_array_new ();
  GBytes *bytes;

  put_programme (to, programme, TRUE, 0);
  put_end (to, WMS_END_HEADER_FOLLOWS);
  test_put (change, 0, 4);
  put_bytes (change, programme->header);
  bytes = g_byte_array_free_to_bytes (change);
  put_frame (to, WMS_FRAME_CHANGE, 0, bytes);
  g_bytes_unref (bytes);
  put_frame (to, WMS_FRAME_DATA, 0, g_ptr_array_index (programme->packets, 0));
  bytes = g_bytes_new_static ("\0\0\0\0", 4);
  put_frame (to, WMS_FRAME_FILLER, 0, bytes);
  g_bytes_unref (bytes);
  put_end (to, WMS_END_SESSION);
}

static void
seed_frames (TestProgramme * programme, const gchar * name)
{
  static const guint8 switches[] = { 0, 9, 1, 16 };
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, switches, sizeof (switches));
  put_session (bytes, programme);
  fuzz_seed_save ("frames", name, bytes);
}

static void
put_step (GByteArray * steps, guint what, GByteArray * bytes)
{
  test_put (steps, what, 1);
  test_put (steps, bytes->len, 2);
  g_byte_array_append (steps, bytes->data, bytes->len);
  g_byte_array_set_size (bytes, 0);
}

static void
put_push (GByteArray * steps, TestProgramme * programme)
{
  GByteArray *bytes = g_byte_array_new ();

  fuzz_seed_put_text (bytes, fuzz_seed_requests[0]);
  put_step (steps, STEP_ENCODER, bytes);
  fuzz_seed_put_text (bytes, fuzz_seed_requests[1]);
  put_step (steps, STEP_ENCODER, bytes);
  put_session (bytes, programme);
  put_step (steps, STEP_ENCODER, bytes);
  g_byte_array_unref (bytes);
}

/* Each of them while there is a programme. */
static void
seed_server (TestProgramme * programme)
{
  guint i;

  for (i = 0; fuzz_seed_requests[i] != NULL; i++) {
    GByteArray *steps = g_byte_array_new ();
    GByteArray *bytes = g_byte_array_new ();
    gchar *name = g_strdup_printf ("request%u", i);

    test_put (steps, 0, 1);
    fuzz_seed_put_text (bytes, fuzz_seed_requests[i]);
    put_step (steps, STEP_PLAYER, bytes);
    put_push (steps, programme);
    fuzz_seed_save ("server", name, steps);
    g_byte_array_unref (bytes);
    g_free (name);
  }
}

/* Bytes that are added to the stream, and a buffer of all of them. */
static void
put_buffer (GByteArray * to, guint flags, GBytes * bytes)
{
  test_put (to, 7, 1);
  test_put (to, 2, 1);
  test_put (to, g_bytes_get_size (bytes), 2);
  put_bytes (to, bytes);
  test_put (to, 10, 1);
  test_put (to, flags, 1);
  test_put (to, 0, 1);
}

/* The same, where an input asks for a buffer and nothing is left. */
static void
put_header (GByteArray * to, GBytes * bytes)
{
  test_put (to, 1, 1);
  test_put (to, 2, 1);
  test_put (to, g_bytes_get_size (bytes), 2);
  put_bytes (to, bytes);
  test_put (to, 0, 1);
}

/* As asfparse gives them: with the header in the caps, and in the buffers. */
static void
seed_sink (TestProgramme * programme, const gchar * name)
{
  GByteArray *bytes = g_byte_array_new ();
  guint i, n = count_packets (programme);

  test_put (bytes, 1, 1);
  test_put (bytes, 0x90, 1);
  put_header (bytes, programme->header);
  put_buffer (bytes, 1, programme->header);
  for (i = 0; i < n; i++)
    put_buffer (bytes, 0, g_ptr_array_index (programme->packets, i));
  fuzz_seed_save ("sink", name, bytes);
}

/* A source with times, the second packet's beyond all sums. */
static void
seed_parse_times (TestProgramme * programme)
{
  GByteArray *bytes = g_byte_array_new ();
  guint i, n = count_packets (programme);

  test_put (bytes, 0, 1);
  put_buffer (bytes, 0, programme->header);
  for (i = 0; i < n; i++)
    put_buffer (bytes, i == 1 ? 0x18 : 0, g_ptr_array_index
        (programme->packets, i));
  fuzz_seed_save ("parse", "times", bytes);
}

static void
seed_programme (TestProgramme * programme, const gchar * name)
{
  if (programme == NULL || g_bytes_get_size (programme->header)
      + programme->packet_size > MAX_BYTES)
    return;
  seed_reader (programme, name);
  seed_pieces (programme, name);
  seed_parse (programme, name);
  seed_frames (programme, name);
  seed_sink (programme, name);
}

void
fuzz_seed_programmes (void)
{
  static const TestProgrammeConfig configs[] = {
    {0, 2, TRUE, 0}, {G_MAXUINT32 - 500, 2, TRUE, 200}, {0, 2, FALSE, 0}
  };
  TestProgramme *programme;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (configs); i++) {
    gchar *name = g_strdup_printf ("made%u", i);

    programme = test_programme_new (&configs[i]);
    seed_programme (programme, name);
    if (i == 0) {
      seed_server (programme);
      seed_parse_times (programme);
    }
    test_programme_free (programme);
    g_free (name);
  }
  for (i = 0; test_media_names[i] != NULL; i++) {
    programme = test_programme_open (test_media_names[i]);
    seed_programme (programme, test_media_names[i]);
    g_clear_pointer (&programme, test_programme_free);
  }
}
