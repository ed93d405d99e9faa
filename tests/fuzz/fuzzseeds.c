/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writes inputs to begin with, a folder for each target: what is right, so
 * that a fuzzer need not find it out. */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "testasf.h"
#include "wmspush/wmsframe.h"

#define PACKET_SIZE 400
#define AGENT "WMEncoder/12.0.7600.1638"

static const gchar *folder;

static void
save (const gchar * target, const gchar * name, GByteArray * bytes)
{
  gchar *dir = g_build_filename (folder, target, NULL);
  gchar *path = g_build_filename (dir, name, NULL);
  GError *error = NULL;

  if (g_mkdir_with_parents (dir, 0777) != 0
      || !g_file_set_contents (path, (const gchar *) bytes->data, bytes->len,
          &error))
    g_error ("%s: %s", path, error ? error->message : g_strerror (errno));
  g_byte_array_unref (bytes);
  g_free (path);
  g_free (dir);
}

static void
put_text (GByteArray * bytes, const gchar * text)
{
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text));
}

/* As fuzz_take_text() reads it. */
static void
put_string (GByteArray * bytes, const gchar * text)
{
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text) + 1);
}

static GByteArray *
make_header (void)
{
  const TestHeader description = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {&asf_guid_stream_video, &asf_guid_stream_audio}, FALSE
  };

  return test_asf_header (&description);
}

static GByteArray *
make_packet (guint n)
{
  return test_asf_packet (PACKET_SIZE, 100 + n, n, n % 4 == 0, n * 40);
}

static void
seed_asf (void)
{
  GByteArray *bytes = make_header ();
  guint i;

  for (i = 0; i < 3; i++) {
    GByteArray *packet = make_packet (i);

    g_byte_array_append (bytes, packet->data, packet->len);
    g_byte_array_unref (packet);
  }
  save ("asf", "file", bytes);
}

static void
put_answer (GByteArray * bytes, guint bits, guint status,
    const gchar * const *texts)
{
  test_put (bytes, bits, 2);
  test_put (bytes, status, 1);
  for (; *texts != NULL; texts++)
    put_string (bytes, *texts);
}

static void
seed_answers (void)
{
  static const gchar *const accepted[] = { "Cougar/9.5", "4711", NULL };
  static const gchar *const moved[] = { "http://other/p", "", NULL };
  static const gchar *const digest[] = { "Digest realm=\"r\", nonce=\"n\", "
        "qop=\"auth\", algorithm=MD5, Basic realm=\"r\"", "", NULL
  };
  static const gchar *const user[] = { "user", "password", NULL };
  GByteArray *bytes = g_byte_array_new ();
  guint i;

  test_put (bytes, 0, 1);
  put_string (bytes, "http://host/point");
  put_answer (bytes, 2, 4, moved);
  put_answer (bytes, 8, 8, digest);
  for (i = 0; user[i] != NULL; i++)
    put_string (bytes, user[i]);
  put_answer (bytes, 1, 1, accepted);
  test_put (bytes, 0, 1);
  put_answer (bytes, 1, 1, accepted);
  save ("answers", "session", bytes);
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
put_frame (GByteArray * bytes, WmsFrameType type, GByteArray * content)
{
  guint8 head[WMS_FRAME_HEAD_SIZE];

  wms_frame_write_head (head, type, content->len);
  g_byte_array_append (bytes, head, sizeof (head));
  g_byte_array_append (bytes, content->data, content->len);
  g_byte_array_unref (content);
}

/* Steps on connection 0 are the encoder's, each with the answers read. */
#define ENCODER (0x30 | 8)
#define PLAYER (0x30 | 8 | 1)

static void
put_push (GByteArray * steps)
{
  GByteArray *bytes = g_byte_array_new ();
  GByteArray *end = g_byte_array_new ();
  guint i;

  put_text (bytes, "POST /live HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Type: application/x-wms-pushsetup\r\nUser-Agent: " AGENT "\r\n"
      "Content-Length: 16\r\nCookie: push-id=0\r\n\r\nAutoDestroy: 1\r\n");
  put_step (steps, ENCODER, bytes);
  put_text (bytes, "POST /live HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Type: application/x-wms-pushstart\r\nUser-Agent: " AGENT "\r\n"
      "Content-Length: 2147483647\r\nCookie: push-id=?\r\n\r\n");
  put_frame (bytes, WMS_FRAME_HEADER, make_header ());
  put_step (steps, ENCODER, bytes);
  for (i = 0; i < 4; i++)
    put_frame (bytes, WMS_FRAME_DATA, make_packet (i));
  put_step (steps, ENCODER, bytes);
  test_put (end, 0, 4);
  put_frame (bytes, WMS_FRAME_END, end);
  put_step (steps, ENCODER, bytes);
  g_byte_array_unref (bytes);
}

static void
seed_server (void)
{
  static const gchar *const players[] = {
    "GET /live HTTP/1.0\r\nHost: localhost\r\n\r\n",
    "GET /live HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n",
    "GET /live HTTP/1.1\r\nHost: localhost\r\nUser-Agent: NSPlayer/9.0.0.1\r\n"
        "Pragma: xPlayStrm=1, stream-switch-count=1, "
        "stream-switch-entry=ffff:1:0, client-id=4711\r\n\r\n",
    "GET /status.json HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /live.asx HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST /live HTTP/1.1\r\nHost: localhost\r\n"
        "User-Agent: NSPlayer/9.0.0.1\r\n"
        "Content-Type: application/x-wms-LogStats\r\n"
        "Content-Length: 4\r\n\r\nabcd",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (players); i++) {
    GByteArray *steps = g_byte_array_new ();
    GByteArray *bytes = g_byte_array_new ();
    gchar *name = g_strdup_printf ("player%u", i);

    put_text (bytes, players[i]);
    put_step (steps, PLAYER, bytes);
    put_push (steps);
    save ("server", name, steps);
    g_byte_array_unref (bytes);
    g_free (name);
  }
}

static void
put_buffer (GByteArray * bytes, guint flags, GByteArray * content)
{
  test_put (bytes, 9, 1);
  test_put (bytes, flags, 1);
  test_put (bytes, 0, 2);
  test_put (bytes, content->len, 2);
  g_byte_array_append (bytes, content->data, content->len);
  g_byte_array_unref (content);
}

static void
seed_sink (void)
{
  GByteArray *bytes = g_byte_array_new ();
  guint i;

  test_put (bytes, 1, 1);
  test_put (bytes, 0, 1);
  put_buffer (bytes, 1, make_header ());
  for (i = 0; i < 4; i++)
    put_buffer (bytes, 0, make_packet (i));
  save ("sink", "packets", bytes);
}

static void
seed_mux (void)
{
  GRand *rand = g_rand_new_with_seed (1);
  guint i, k;

  for (i = 0; i < 16; i++) {
    GByteArray *bytes = g_byte_array_new ();
    gchar *name = g_strdup_printf ("dice%u", i);

    for (k = 0; k < 400 * (i + 1); k++)
      test_put (bytes, g_rand_int (rand), 1);
    save ("mux", name, bytes);
    g_free (name);
  }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  if (argc != 2) {
    g_printerr ("Usage: fuzzseeds FOLDER\n");
    return EXIT_FAILURE;
  }
  folder = argv[1];
  seed_asf ();
  seed_answers ();
  seed_server ();
  seed_sink ();
  seed_mux ();
  return EXIT_SUCCESS;
}
