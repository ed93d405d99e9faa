/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "randomserver.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "testasf.h"

#define END_OF_SESSION 0
#define HEADER_FOLLOWS 1
/* bytes of a head that are not all of it */
#define HEAD_BEGUN 20

typedef struct
{
  RandomServer *server;
  ScriptConnection *connection;
  GRand *dice;
  guint epoch;
  guint64 left;                 /* of the request */
  gboolean is_continued;
  gboolean is_first;            /* frame of the connection */
  gboolean has_data;
  gboolean may_begin_anywhere;
  gboolean is_anonymous;        /* the last request */
  guint last_packet;
} Talk;

typedef enum
{
  JUDGED_GOOD,
  JUDGED_END,
  JUDGED_UNKNOWN,               /* the server had not read the header */
} Judgement;

void
random_verdict_blame (RandomVerdict * self, const gchar * format, ...)
{
  va_list args;

  va_start (args, format);
  g_mutex_lock (&self->lock);
  if (self->text == NULL)
    self->text = g_strdup_vprintf (format, args);
  g_mutex_unlock (&self->lock);
  va_end (args);
}

gboolean
random_verdict_is_bad (RandomVerdict * self)
{
  gboolean is_bad;

  g_mutex_lock (&self->lock);
  is_bad = self->text != NULL;
  g_mutex_unlock (&self->lock);
  return is_bad;
}

GBytes *
random_server_make_header (guint variant)
{
  const TestHeader header = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = RANDOM_PACKET_SIZE,
    .streams = {&asf_guid_stream_video,
        variant > 0 ? &asf_guid_stream_video : NULL},
  };

  return g_byte_array_free_to_bytes (test_asf_header (&header));
}

GBytes *
random_server_make_packet (guint n)
{
  return g_byte_array_free_to_bytes (test_asf_packet (RANDOM_PACKET_SIZE,
          RANDOM_PACKET_SIZE - 200, n & 0xff, n % 10 == 0, n * 40));
}

void
random_server_init (RandomServer * self, guint seed, RandomVerdict * verdict)
{
  guint i;

  memset (self, 0, sizeof *self);
  self->seed = seed;
  self->verdict = verdict;
  for (i = 0; i < G_N_ELEMENTS (self->headers); i++)
    self->headers[i] = random_server_make_header (i);
  g_mutex_init (&self->lock);
}

static void
begin_session_locked (RandomServer * self, guint id)
{
  self->id = id;
  self->has_header = self->is_changing = FALSE;
  self->last_type = 0;
}

void
random_server_forget (RandomServer * self)
{
  g_mutex_lock (&self->lock);
  begin_session_locked (self, 0);
  self->epoch++;
  g_mutex_unlock (&self->lock);
}

void
random_server_clear (RandomServer * self)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (self->headers); i++)
    g_bytes_unref (self->headers[i]);
  g_mutex_clear (&self->lock);
}

static gboolean
roll (Talk * talk, guint chances)
{
  return (guint) g_rand_int_range (talk->dice, 0, 100) < chances;
}

static gboolean
read_all (Talk * talk, gpointer data, gsize size)
{
  gsize done = 0;

  while (done < size) {
    gssize n = script_read_some (talk->connection, (gchar *) data + done,
        size - done);

    if (n <= 0)
      return FALSE;
    done += n;
  }
  return TRUE;
}

static gboolean
pass_step (Talk * talk, const gchar * step)
{
  RandomServer *self = talk->server;

  return self->step == NULL
      || self->step (talk->connection, step, self->step_data);
}

static gboolean
read_head (Talk * talk, GString * head)
{
  gchar byte;

  while (!g_str_has_suffix (head->str, "\r\n\r\n")) {
    if (!read_all (talk, &byte, 1))
      return FALSE;
    g_string_append_c (head, byte);
    if (head->len == HEAD_BEGUN && !pass_step (talk, "a head begun"))
      return FALSE;
  }
  talk->is_anonymous = strstr (head->str, "\r\nAuthorization:") == NULL;
  return pass_step (talk, "a head read");
}

/* In two parts. */
static gboolean
answer (Talk * talk, const gchar * text)
{
  gsize size = strlen (text);

  return script_send_bytes (talk->connection, text, size / 2)
      && pass_step (talk, "half an answer sent")
      && script_send (talk->connection, text + size / 2)
      && pass_step (talk, "an answer sent");
}

/* Up to the end of the connection. */
static void
wait_for_end (Talk * talk)
{
  gchar bytes[1024];

  while (script_read_some (talk->connection, bytes, sizeof bytes) > 0);
}

/* The peer takes no answer for ever; nothing is read meanwhile. */
static void
stall (Talk * talk)
{
  script_drip (talk->connection, "", 0);
  script_wait_gate (talk->connection);
}

/* Whether this was the end of the connection. */
static gboolean
answer_badly (Talk * talk)
{
  static const guint statuses[] = { 400, 403, 404, 408, 409, 410, 429, 500,
    503, 204
  };
  guint status = statuses[g_rand_int_range (talk->dice, 0,
          G_N_ELEMENTS (statuses))];
  g_autofree gchar *text = NULL;

  if (talk->is_anonymous && roll (talk, 30))
    status = 401;
  else if (roll (talk, 5))
    status = 302;
  text = g_strdup_printf ("HTTP/1.1 %u Whatever\r\nServer: Cougar/9.5\r\n"
      "%sContent-Length: 0\r\n\r\n", status, status == 401 ?
      "WWW-Authenticate: Basic realm=\"r\"\r\n" : status == 302 ?
      "Location: /live\r\n" : "");
  g_mutex_lock (&talk->server->lock);
  talk->server->was_split |= status == 401;
  g_mutex_unlock (&talk->server->lock);
  if (roll (talk, 30))
    text[strlen (text) / 2] = '\0';
  script_send (talk->connection, text);
  if (roll (talk, 50))
    script_reset (talk->connection);
  else
    wait_for_end (talk);
  return TRUE;
}

/* Whether this was the end of the connection. */
static gboolean
meet_mishap (Talk * talk)
{
  if (!roll (talk, talk->server->hostility))
    return FALSE;
  switch (g_rand_int_range (talk->dice, 0, 6)) {
    case 0:
    case 1:
      script_reset (talk->connection);
      return TRUE;
    case 2:
      script_finish (talk->connection);
      return TRUE;
    case 3:
      stall (talk);
      return TRUE;
    default:
      return answer_badly (talk);
  }
}

/* With which push-id the PushSetup is accepted; 0 when it is refused. */
static guint
choose_id (Talk * talk, guint asked)
{
  RandomServer *self = talk->server;
  guint id;

  g_mutex_lock (&self->lock);
  talk->is_continued = asked != 0 && asked == self->id
      && (self->is_steady || roll (talk, 75));
  if (talk->is_continued) {
    id = asked;
  } else if (asked != 0 && roll (talk, 60)) {
    id = 0;
  } else {
    /* sometimes the old one for a new session */
    id = asked == 0 && self->id != 0 && roll (talk, 20) ? self->id :
        (guint) g_rand_int_range (talk->dice, asked + 1, 1000000);
    begin_session_locked (self, id);
  }
  if (id != 0)
    talk->epoch = ++self->epoch;
  talk->may_begin_anywhere = self->was_split;
  self->was_split &= id == 0;
  g_mutex_unlock (&self->lock);
  return id;
}

static gboolean
send_success (Talk * talk, guint id)
{
  g_autofree gchar *text = g_strdup_printf ("HTTP/1.1 204 No Content\r\n"
      "Server: Cougar/9.5\r\nSet-Cookie: push-id=%u\r\n\r\n", id);

  return answer (talk, text);
}

static gboolean
skip_body (Talk * talk, const gchar * head)
{
  const gchar *length = strstr (head, "Content-Length: ");

  return length == NULL || script_skip (talk->connection,
      g_ascii_strtoull (length + strlen ("Content-Length: "), NULL, 10));
}

/* Reads a PushSetup, once the client has said who it is. */
static gboolean
read_setup (Talk * talk, GString * head)
{
  const gchar *const *challenge = talk->server->challenges;
  gboolean ok = read_head (talk, head);

  if (!talk->is_anonymous)
    challenge = NULL;
  while (ok && challenge != NULL && *challenge != NULL) {
    g_autofree gchar *text = g_strdup_printf ("HTTP/1.1 401 Who?\r\n"
        "Server: Cougar/9.5\r\nWWW-Authenticate: %s\r\n"
        "Content-Length: 0\r\n\r\n", *challenge++);

    ok = skip_body (talk, head->str) && answer (talk, text);
    g_string_truncate (head, 0);
    ok = ok && read_head (talk, head);
  }
  return ok;
}

static gboolean
take_setup (Talk * talk)
{
  g_autoptr (GString) head = g_string_new (NULL);
  const gchar *asked;
  guint id;

  if (meet_mishap (talk) || !read_setup (talk, head))
    return FALSE;
  if (strstr (head->str, "x-wms-pushsetup") == NULL)
    random_verdict_blame (talk->server->verdict, "first request: %s",
        head->str);
  asked = strstr (head->str, "push-id=");
  if (meet_mishap (talk))
    return FALSE;
  id = choose_id (talk, asked == NULL ? 0 :
      (guint) g_ascii_strtoull (asked + strlen ("push-id="), NULL, 10));
  if (id != 0)
    return send_success (talk, id);
  if (!talk->server->is_steady)
    answer_badly (talk);
  else if (answer (talk, "HTTP/1.1 404 Not Found\r\nServer: Cougar/9.5\r\n"
          "Content-Length: 0\r\n\r\n"))
    wait_for_end (talk);
  return FALSE;
}

/* A frame of this type at this place; with the lock. */
static Judgement
judge_order_locked (Talk * talk, guint type)
{
  RandomServer *self = talk->server;
  gboolean is_legal;

  if (type == WMS_FRAME_HEADER)
    is_legal = talk->is_first;
  else if (!self->has_header)
    is_legal = FALSE;
  else if (type == WMS_FRAME_CHANGE)
    is_legal = self->is_changing;
  else
    is_legal = type != WMS_FRAME_DATA || !self->is_changing;
  if (is_legal)
    return JUDGED_GOOD;
  /* what the client may take for delivered the server may not have read */
  if (!talk->is_first || !talk->is_continued)
    random_verdict_blame (self->verdict, "%c behind %c%s%s", type,
        self->last_type != 0 ? self->last_type : '-',
        talk->is_first ? ", first" : "",
        talk->is_continued ? ", continued" : "");
  return JUDGED_UNKNOWN;
}

static void
judge_header_locked (RandomServer * self, const guint8 * data, gsize size)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (self->headers); i++) {
    gsize length;
    gconstpointer header = g_bytes_get_data (self->headers[i], &length);

    if (length == size && memcmp (header, data, size) == 0) {
      self->variant = i;
      self->has_header = TRUE;
      self->is_changing = FALSE;
      return;
    }
  }
  random_verdict_blame (self->verdict, "a header of nobody's");
}

static void
judge_packet_locked (Talk * talk, guint8 * data, gsize size)
{
  RandomServer *self = talk->server;
  guint8 packet[RANDOM_PACKET_SIZE];
  gboolean is_known;
  AsfPacketInfo info;
  guint n;

  is_known = asf_packet_restore_padding (data, size, RANDOM_PACKET_SIZE, packet,
      NULL) && asf_packet_read (packet, sizeof packet, &info, NULL);
  n = is_known ? info.send_time_ms / 40 : RANDOM_MAX_PACKETS;
  if (n >= RANDOM_MAX_PACKETS) {
    random_verdict_blame (self->verdict, "a packet of nobody's");
    return;
  }
  if (self->got[n])
    random_verdict_blame (self->verdict, "packet %u twice", n);
  if (talk->has_data && n <= talk->last_packet)
    random_verdict_blame (self->verdict, "packet %u behind %u", n,
        talk->last_packet);
  if (!talk->has_data && !talk->may_begin_anywhere && n % 10 != 0)
    random_verdict_blame (self->verdict, "a session begins at packet %u", n);
  if (talk->epoch == self->epoch && self->variants[n] != self->variant)
    random_verdict_blame (self->verdict, "packet %u under header %u", n,
        self->variant);
  self->n_got += !self->got[n];
  self->got[n] = 1;
  talk->has_data = TRUE;
  talk->last_packet = n;
}

static Judgement
judge_frame_locked (Talk * talk, guint type, guint8 * data, gsize size)
{
  RandomServer *self = talk->server;
  gboolean is_current = talk->epoch == self->epoch;

  if (is_current && judge_order_locked (talk, type) != JUDGED_GOOD)
    return JUDGED_UNKNOWN;
  talk->is_first = FALSE;
  if (type == WMS_FRAME_DATA)
    judge_packet_locked (talk, data, size);
  if (!is_current)
    return JUDGED_GOOD;
  self->last_type = type;
  if (type == WMS_FRAME_HEADER)
    judge_header_locked (self, data, size);
  else if (type == WMS_FRAME_CHANGE)
    judge_header_locked (self, data + 4, size - 4);
  else if (type == WMS_FRAME_END && data[0] == HEADER_FOLLOWS)
    self->is_changing = TRUE;
  else if (type == WMS_FRAME_END)
    return JUDGED_END;
  return JUDGED_GOOD;
}

static const gchar *const frame_steps[] = { "a frame read", RANDOM_LAST_STEP };

static gboolean
read_frame (Talk * talk, Judgement * judgement)
{
  guint8 head[WMS_FRAME_HEAD_SIZE];
  guint8 data[G_MAXUINT16];
  WmsFrameType type;
  guint size;

  if (!read_all (talk, head, sizeof head)
      || !pass_step (talk, "a frame begun"))
    return FALSE;
  if (!wms_frame_read_head (head, &type, &size)
      || sizeof head + size > talk->left) {
    random_verdict_blame (talk->server->verdict, "no frame, %u bytes left",
        (guint) talk->left);
    return FALSE;
  }
  if (!read_all (talk, data, size))
    return FALSE;
  talk->left -= sizeof head + size;
  g_mutex_lock (&talk->server->lock);
  *judgement = judge_frame_locked (talk, type, data, size);
  g_mutex_unlock (&talk->server->lock);
  return pass_step (talk, frame_steps[*judgement == JUDGED_END]);
}

/* Whether the session ended, or was given up. */
static gboolean
take_request (Talk * talk)
{
  RandomServer *self = talk->server;
  Judgement judgement = JUDGED_GOOD;

  while (talk->left > 0) {
    /* the dice are for packets that come alone as well as for many */
    if (roll (talk, 10) && meet_mishap (talk))
      return TRUE;
    if (!read_frame (talk, &judgement))
      return TRUE;
    if (judgement != JUDGED_GOOD)
      break;
  }
  g_mutex_lock (&self->lock);
  if (judgement != JUDGED_GOOD && talk->epoch == self->epoch)
    begin_session_locked (self, 0);
  self->n_forgotten += judgement == JUDGED_UNKNOWN;
  self->was_split = talk->left == 0;
  g_mutex_unlock (&self->lock);
  if (judgement == JUDGED_UNKNOWN)
    script_send (talk->connection, "HTTP/1.1 400 Bad Request\r\n"
        "Content-Length: 0\r\n\r\n");
  else if (!meet_mishap (talk) && !send_success (talk, self->id))
    return TRUE;
  if (judgement != JUDGED_GOOD)
    script_finish (talk->connection);
  return judgement != JUDGED_GOOD;
}

/* What comes before the first request. */
static gboolean
open_way (Talk * talk)
{
  RandomServer *self = talk->server;
  gboolean ok = TRUE;

  if (self->is_tunnel) {
    g_autoptr (GString) head = g_string_new (NULL);

    ok = read_head (talk, head)
        && answer (talk, "HTTP/1.1 200 Connected\r\n\r\n");
  }
  if (ok && self->certificate != NULL)
    ok = script_start_tls (talk->connection, self->certificate, FALSE)
        && pass_step (talk, "a handshake done");
  return ok;
}

void
random_server_script (ScriptConnection * connection, gpointer user_data)
{
  RandomServer *self = user_data;
  Talk talk = { self, connection, };
  gboolean is_over = FALSE;

  talk.dice = g_rand_new_with_seed (self->seed * 7919
      + script_get_number (connection));
  talk.is_first = TRUE;
  is_over = !open_way (&talk) || !take_setup (&talk);
  while (!is_over) {
    g_autoptr (GString) head = g_string_new (NULL);
    const gchar *length;

    is_over = !read_head (&talk, head) || meet_mishap (&talk);
    length = strstr (head->str, "Content-Length: ");
    if (!is_over && (length == NULL
            || strstr (head->str, "x-wms-pushstart") == NULL))
      random_verdict_blame (self->verdict, "second request: %s", head->str);
    talk.left = length == NULL ? 0 :
        g_ascii_strtoull (length + strlen ("Content-Length: "), NULL, 10);
    is_over = is_over || take_request (&talk);
    talk.is_continued = TRUE;
  }
  g_rand_free (talk.dice);
}
