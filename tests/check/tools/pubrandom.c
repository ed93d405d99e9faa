/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Random encoders, players and others against one server, with an encoder and
 * a player among them that must not notice.  What the others send is mostly
 * right, a bit wrong now and then, nonsense sometimes; a seed tells all of it.
 * The same seed may take another course, since the server answers when it
 * will. */
#include <gst/check/gstcheck.h>
#include <malloc.h>
#include <stdio.h>

#include "loglines.h"
#include "pubrequest.h"
#include "pushcase.h"

/* Seeds in the suite; WMSPUB_RANDOM=FIRST:NUMBER runs others. */
#ifdef __SANITIZE_ADDRESS__
#define N_SEEDS 40
#else
#define N_SEEDS 200
#endif
#define N_STEPS 60
#define N_ACTORS 6
#define N_PATHS 4
#define MAX_POINTS 6
#define WITNESS "/witness"

#define HOST "Host: 127.0.0.1\r\n"

/* One connection of somebody who does what the dice say. */
typedef struct
{
  RawPush *raw;                 /* NULL: not connected */
  gchar *push_id;
  guint path;
  gboolean is_pushing;
} Actor;

typedef struct
{
  GRand *dice;
  guint seed;
  Actor actors[N_ACTORS];
  RawPush *encoder, *player;
  guint n_packets;
} Scene;

static gboolean
chance (Scene * self, guint n)
{
  return g_rand_int_range (self->dice, 0, n) == 0;
}

static guint
roll (Scene * self, guint n)
{
  return g_rand_int_range (self->dice, 0, n);
}

/* Whether a running push makes way for its own encoder at once. */
static gboolean gives_way;

static void
set_limits (PubServer * server, gpointer data)
{
  PubConfig *config = pub_server_get_config (server);

  config->max_points = MAX_POINTS;
  config->max_players = 8;
  /* an encoder that comes again is let in or not */
  config->silence_ms = g_random_boolean ()? 0 : 60000;
}

static gchar *
random_path (Scene * self)
{
  static const gchar *const others[] = { WITNESS, "/", "/metrics", "*", "",
    "/a%2f..%2fb", "/%00", "/%ff", "http://127.0.0.1/p0", "/p0?x=y", "/%zz"
  };

  if (chance (self, 6))
    return g_strdup (others[roll (self, G_N_ELEMENTS (others))]);
  return g_strdup_printf ("/p%u", roll (self, N_PATHS));
}

/* Bytes that are as they should be but for some of them. */
static GByteArray *
spoil (Scene * self, const GByteArray * good)
{
  GByteArray *bytes = g_byte_array_new ();
  guint i, n = chance (self, 3) ? 1 + roll (self, 4) : 0;

  g_byte_array_append (bytes, good->data, good->len);
  for (i = 0; i < n; i++)
    bytes->data[roll (self, MIN (bytes->len, 200))] = roll (self, 256);
  if (chance (self, 10))
    g_byte_array_set_size (bytes, roll (self, bytes->len));
  return bytes;
}

static void
send_frame (Scene * self, Actor * actor)
{
  static const gchar types[] = "HDDDDDDE1CFFM";
  gchar type = types[roll (self, strlen (types))];
  GByteArray *bytes;

  switch (type) {
    case 'E':
    case '1':
      raw_push_end (actor->raw, type == '1' ? 1 : chance (self, 4)
          ? g_rand_int (self->dice) : 0);
      return;
    case 'F':
    case 'M':
      bytes = g_byte_array_new ();
      g_byte_array_set_size (bytes, roll (self, chance (self, 10) ? 65536
              : 50));
      if (bytes->len > 0)
        memset (bytes->data, type, bytes->len);
      break;
    default:
      bytes = spoil (self, type == 'D' ? push_case_packet : push_case_header);
      if (type == 'C')
        g_byte_array_prepend (bytes, (const guint8 *) "\0\0\0\0", 4);
  }
  if (bytes->len > 0)
    raw_push_frame (actor->raw, type, bytes->data, bytes->len);
  g_byte_array_unref (bytes);
}

/* What a session may look like: a header and some packets. */
static void
send_programme (Scene * self, Actor * actor)
{
  guint i, n = roll (self, 10);

  push_case_send_header (actor->raw);
  for (i = 0; i < n; i++)
    push_case_send_packet (actor->raw);
  if (chance (self, 3))
    raw_push_end (actor->raw, 0);
}

static const gchar *
random_id (Scene * self, Actor * actor)
{
  switch (roll (self, 6)) {
    case 0:
      return NULL;
    case 1:
      return "0";
    case 2:
      return self->actors[roll (self, N_ACTORS)].push_id;
    case 3:
      return "\"quoted\"; push-id=";
    default:
      return actor->push_id;
  }
}

static void
send_setup (Scene * self, Actor * actor)
{
  static const gchar *const bodies[] = { "", "", "AutoDestroy: 1\r\n",
    "AutoDestroy: 0\r\n", "Template-URL: \"/p0\"\r\nAutoDestroy: 1\r\n",
    "Template-URL: \"/none\"\r\nAutoDestroy: 1\r\n", "AutoDestroy: 2\r\n", "x"
  };
  const gchar *body = bodies[roll (self, G_N_ELEMENTS (bodies))];
  gchar *path = random_path (self);

  raw_push_request (actor->raw, path, PUB_SETUP_TYPE, chance (self, 20)
      ? "Mozilla/5.0" : RAW_AGENT, random_id (self, actor),
      strlen (body) + (chance (self, 20) ? roll (self, 6000) : 0), body);
  g_free (path);
}

static void
send_start (Scene * self, Actor * actor)
{
  gchar *path = random_path (self);
  guint64 length = RAW_LENGTH;

  if (chance (self, 4))
    length = roll (self, 2000);
  else if (chance (self, 10))
    length = (guint64) g_rand_int (self->dice) << roll (self, 33);
  raw_push_request (actor->raw, path, PUB_START_TYPE, RAW_AGENT,
      random_id (self, actor), length, "");
  actor->is_pushing = TRUE;
  if (chance (self, 2))
    send_programme (self, actor);
  g_free (path);
}

static void
send_other (Scene * self, Actor * actor)
{
  static const gchar *const texts[] = {
    "GET %s HTTP/1.1\r\n" HOST "\r\n",
    "GET %s HTTP/1.0\r\n\r\n",
    "GET %s HTTP/1.1\r\n" HOST "User-Agent: NSPlayer/12.0\r\n"
        "Pragma: xPlayStrm=1\r\n\r\n",
    "GET %s HTTP/1.1\r\n" HOST "User-Agent: NSPlayer/9.0\r\n\r\n",
    "HEAD %s HTTP/1.1\r\n" HOST "\r\n",
    "OPTIONS %s HTTP/1.1\r\n" HOST "\r\n",
    "PUT %s HTTP/1.1\r\n" HOST "Content-Length: 70000\r\n\r\n",
    "POST %s HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello",
    "POST %s HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello",
    "POST %s HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n",
    "GET %s HTTP/1.1\r\n" HOST "Accept: text/html\r\n\r\n",
    "%s\r\n\r\n", "\x16\x03\x01%s",
  };
  gchar *path = random_path (self);
  gchar **parts = g_strsplit (texts[roll (self, G_N_ELEMENTS (texts))], "%s",
      2);
  gchar *text = g_strconcat (parts[0], path, parts[1], NULL);
  gsize size = strlen (text);

  raw_push_send (actor->raw, text, chance (self, 8) ? roll (self, size) : size);
  g_free (text);
  g_strfreev (parts);
  g_free (path);
}

/* Takes what has come, and any push-id in it. */
static void
drain (Actor * actor)
{
  GString *text = actor->raw->received;
  const gchar *id;

  while (g_socket_condition_check (actor->raw->socket, G_IO_IN | G_IO_HUP)
      && raw_push_try_read (actor->raw, text->len + 1));
  id = g_strrstr_len (text->str, text->len, "Set-Cookie: push-id=");
  if (id != NULL) {
    id += strlen ("Set-Cookie: push-id=");
    g_free (actor->push_id);
    actor->push_id = g_strndup (id, strcspn (id, "\r"));
  }
  g_string_truncate (text, 0);
}

static void
leave (Scene * self, Actor * actor)
{
  if (chance (self, 2))
    drain (actor);
  g_clear_pointer (&actor->raw, raw_push_free);
  actor->is_pushing = FALSE;
}

static void
act (Scene * self, Actor * actor)
{
  if (actor->raw == NULL)
    actor->raw = push_case_connect ();
  if (chance (self, 3))
    drain (actor);
  if (chance (self, 12))
    leave (self, actor);
  else if (chance (self, 30))
    g_socket_shutdown (actor->raw->socket, FALSE, TRUE, NULL);
  else if (actor->is_pushing && !chance (self, 8))
    send_frame (self, actor);
  else if (actor->push_id != NULL && chance (self, 2))
    send_start (self, actor);
  else if (chance (self, 2))
    send_setup (self, actor);
  else
    send_other (self, actor);
}

static void
disconnect_some (Scene * self)
{
  gchar *path = g_strdup_printf ("/p%u", roll (self, N_PATHS));

  pub_thread_disconnect (push_case_server, path, 503);
  g_free (path);
}

/* What holds at any time. */
static void
check_points (Scene * self)
{
  PubPointInfo info;
  guint i;

  for (i = 0; i < N_PATHS; i++) {
    gchar *path = g_strdup_printf ("/p%u", i);

    pub_thread_get_point (push_case_server, path, &info);
    fail_unless (info.has_session == (info.sessions > 0
            && info.state != PUB_PUSH_OVER), "seed %u", self->seed);
    fail_unless (info.playing <= info.players && info.players <= 8, "seed %u",
        self->seed);
    fail_unless (info.counters.bytes >= info.counters.headers * 50
        + info.counters.packets * 8 + info.counters.fillers * 4, "seed %u",
        self->seed);
    g_free (path);
  }
  pub_thread_get_point (push_case_server, WITNESS, &info);
  fail_unless (info.sessions == 1 && info.state == PUB_PUSH_STREAMING
      && info.counters.packets <= self->n_packets, "seed %u", self->seed);
}

static void
begin_scene (Scene * self)
{
  gives_way = chance (self, 2);
  push_case_restart (set_limits);
  self->encoder = push_case_connect ();
  assert_equals_int (raw_push_setup (self->encoder, WITNESS, "0", ""), 204);
  raw_push_start (self->encoder, WITNESS, RAW_LENGTH);
  push_case_send_header (self->encoder);
  fail_unless (pub_thread_wait (push_case_server, WITNESS, pub_has_headers, 1));
  self->player = push_case_connect ();
  raw_push_send_text (self->player, "GET " WITNESS " HTTP/1.0\r\n\r\n");
  assert_equals_int (raw_push_response (self->player, NULL), 200);
}

/* The encoder and the player have got what they would have got alone. */
static void
check_witnesses (Scene * self)
{
  gsize size = push_case_header->len + self->n_packets * PUSH_CASE_PACKET_SIZE;

  raw_push_end (self->encoder, 0);
  fail_unless (raw_push_response (self->encoder, NULL) == 204, "seed %u",
      self->seed);
  raw_push_read (self->player, size);
  fail_if (raw_push_try_read (self->player, size + 1), "seed %u", self->seed);
  raw_push_free (self->player);
  raw_push_free (self->encoder);
}

static void
run_seed (guint seed)
{
  Scene scene = { g_rand_new_with_seed (seed), seed };
  guint i;

  begin_scene (&scene);
  for (i = 0; i < N_STEPS; i++) {
    act (&scene, &scene.actors[roll (&scene, N_ACTORS)]);
    if (chance (&scene, 4)) {
      push_case_send_packet (scene.encoder);
      scene.n_packets++;
    }
    if (chance (&scene, 20))
      disconnect_some (&scene);
    if (chance (&scene, 5))
      check_points (&scene);
  }
  check_points (&scene);
  check_witnesses (&scene);
  for (i = 0; i < N_ACTORS; i++) {
    if (scene.actors[i].raw != NULL)
      leave (&scene, &scene.actors[i]);
    g_free (scene.actors[i].push_id);
  }
  for (i = 0; i < N_PATHS; i++) {
    gchar *path = g_strdup_printf ("/p%u", i);

    pub_thread_disconnect (push_case_server, path, 503);
    fail_unless (pub_thread_wait (push_case_server, path, pub_has_players, 0),
        "seed %u: players stay", seed);
    g_free (path);
  }
  g_ptr_array_unref (log_lines_find ("no such text"));
  log_lines_clear ();
  g_rand_free (scene.dice);
}

static void
run_seeds (guint first_seed, guint n)
{
  gsize before = 0;
  guint i;

  log_lines_begin ();
  for (i = 0; i < n; i++) {
    run_seed (first_seed + i);
    if (i == n / 2)
      before = mallinfo2 ().uordblks;
  }
  push_case_restart (NULL);
  fail_unless (mallinfo2 ().uordblks < before + 256 * 1024, "%" G_GSIZE_FORMAT
      " to %" G_GSIZE_FORMAT, before, mallinfo2 ().uordblks);
}

GST_START_TEST (test_random)
{
  const gchar *range = g_getenv ("WMSPUB_RANDOM");
  guint first_seed = 1, n = N_SEEDS;

  if (range != NULL && sscanf (range, "%u:%u", &first_seed, &n) != 2)
    fail ("WMSPUB_RANDOM=FIRST:NUMBER");
  run_seeds (first_seed, n);
}

GST_END_TEST;

static Suite *
pubrandom_suite (void)
{
  Suite *suite = suite_create ("pubrandom");
  TCase *tc = tcase_create ("random");

  tcase_set_timeout (tc, g_getenv ("WMSPUB_RANDOM") ? 0 : 120);
  tcase_add_checked_fixture (tc, push_case_setup, push_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_random);
  return suite;
}

int
main (int argc, char **argv)
{
  mallopt (M_ARENA_MAX, 1);
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (pubrandom_suite (), "pubrandom", __FILE__);
}
