/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an [MS-WMSP] player asks for: the request that came with its connection,
 * those that come on it later, and those that others bring. */
#include "pubplayer-private.h"

#include <string.h>

#include "pubpath.h"

/* 3.2.5.5: the recommended value. */
#define PIPELINE_TEST_US G_USEC_PER_SEC
/* Answers that a client does not read. */
#define MAX_UNREAD (256u << 10)
/* Versions whose servers want padding, and whose clients want a header
 * twice. */
#define PADDING_BEFORE 5
#define HEADER_TWICE_BEFORE 7

PubPlayerMms *
pub_player_mms_new (SoupServerMessage * msg, const PubMmsRequest * request)
{
  PubPlayerMms *self = g_new0 (PubPlayerMms, 1);
  const gchar *why;

  self->mode = PUB_MODE_IDLE;
  self->first = g_memdup2 (request, sizeof (*request));
  self->path = pub_path_decode (g_uri_get_path (soup_server_message_get_uri
          (msg)), &why);
  pub_talk_init (&self->talk);
  return self;
}

static void
clear_play (PubPlayerMms * self)
{
  g_clear_pointer (&self->choice, pub_choice_free);
  g_clear_pointer (&self->switches, g_free);
  self->n_switches = 0;
}

/* 3.2.7.1: the session stays for a while. */
void
pub_player_mms_leave_session (PubPlayer * self)
{
  pub_sessions_set_player (self->owner.sessions,
      self->mms->talk.answer.client_id, self, NULL, g_get_monotonic_time ());
}

void
pub_player_mms_free (PubPlayer * self)
{
  PubPlayerMms *mms = self->mms;

  clear_play (mms);
  g_clear_pointer (&mms->reader, pub_reader_free);
  pub_talk_clear (&mms->talk);
  g_free (mms->first);
  g_free (mms->path);
  g_free (mms);
  self->mms = NULL;
}

void
pub_player_mms_go_idle (PubPlayer * self)
{
  PubPlayerMms *mms = self->mms;

  mms->mode = PUB_MODE_IDLE;
  mms->heard_us = g_get_monotonic_time ();
  clear_play (mms);
  pub_player_mms_leave_session (self);
  pub_feed_leave (&self->feed);
  pub_player_set_playing (self, FALSE);
}

/* Queues an answer without a body; one that is too much ends it all. */
static void
answer (PubPlayer * self, guint status)
{
  GByteArray *out = g_byte_array_new ();
  gboolean fits = pub_talk_answer (&self->mms->talk, out, status);

  pub_player_mms_queue (self, out);
  if (!fits)
    pub_player_close (self);
}

/* Waits for a header. */
static void
want_header (PubPlayer * self, PubPlayerMode mode)
{
  self->mms->mode = mode;
  self->since_us = g_get_monotonic_time ();
  self->end_by_us = 0;
  pub_feed_init (&self->feed, self->stream, self->config, self->owner.totals);
  self->owner.waits (self->owner.data, self);
}

/* 3.2.5.4. */
static guint
describe (PubPlayer * self, const PubMmsRequest * request)
{
  PubPlayerMms *mms = self->mms;

  if (mms->mode != PUB_MODE_IDLE)
    return SOUP_STATUS_BAD_REQUEST;
  mms->keeps_open = request->keeps_open;
  mms->talk.answer.accepts_pipeline = request->asks_for_pipeline;
  want_header (self, PUB_MODE_DESCRIBE);
  return 0;
}

static gboolean
wants_header_twice (const PubMmsRequest * request)
{
  return request->major < HEADER_TWICE_BEFORE
      && ((request->client == PUB_MMS_NSPLAYER && request->request_context == 2)
      || (request->client == PUB_MMS_NSSERVER
          && request->request_context == 3));
}

/* 3.2.5.6.  Where to begin, how fast and for how long is for stored content. */
static guint
play (PubPlayer * self, const PubMmsRequest * request)
{
  PubPlayerMms *mms = self->mms;

  if (mms->mode != PUB_MODE_IDLE)
    return SOUP_STATUS_BAD_REQUEST;
  clear_play (mms);
  mms->switches = g_memdup2 (request->switches,
      request->n_switches * sizeof (PubMmsSwitch));
  mms->n_switches = request->n_switches;
  mms->talk.is_pipelined = request->is_pipelined;
  mms->is_padded = request->client == PUB_MMS_NSSERVER
      && request->major < PADDING_BEFORE;
  mms->repeats_header = mms->talk.answer.was_reset
      && wants_header_twice (request);
  pub_sessions_set_player (self->owner.sessions, mms->talk.answer.client_id,
      NULL, self, g_get_monotonic_time ());
  want_header (self, PUB_MODE_PLAY);
  return 0;
}

/* 3.2.5.5. */
static guint
test_pipeline (PubPlayer * self)
{
  PubPlayerMms *mms = self->mms;
  GByteArray *out = g_byte_array_new ();
  gboolean fits;

  if (mms->mode != PUB_MODE_IDLE) {
    g_byte_array_unref (out);
    return SOUP_STATUS_BAD_REQUEST;
  }
  mms->talk.is_pipelined = TRUE;
  fits = pub_talk_test (&mms->talk, out);
  pub_player_mms_queue (self, out);
  mms->test_by_us = mms->talk.has_tested
      ? g_get_monotonic_time () + PIPELINE_TEST_US : 0;
  if (!fits)
    pub_player_close (self);
  return 0;
}

/* Returns: 0, or the status that refuses it. */
static guint
switch_streams (PubPlayer * self, const PubMmsRequest * request)
{
  PubPlayerMms *mms = self->mms;
  PubSegment *segment = pub_feed_get_segment (&self->feed);

  if (segment == NULL)
    return SOUP_STATUS_BAD_REQUEST;
  if (request->n_switches == 0)
    return 0;
  if (mms->choice == NULL) {
    mms->choice = pub_choice_new (pub_segment_get_select (segment),
        &segment->info);
    pub_choice_play (mms->choice, NULL, 0);
  }
  if (!pub_choice_knows (mms->choice, request->switches, request->n_switches))
    return SOUP_STATUS_BAD_REQUEST;
  return pub_choice_select (mms->choice, request->switches,
      request->n_switches, mms->next) ? 0 : SOUP_STATUS_SERVICE_UNAVAILABLE;
}

/* 3.2.5.7, 3.2.5.9: the answer goes on with packets. */
static guint
select_here (PubPlayer * self, const PubMmsRequest * request)
{
  PubPlayerMms *mms = self->mms;
  GByteArray *out;
  guint status;

  if (!mms->talk.is_open
      || (mms->mode != PUB_MODE_PLAY && mms->mode != PUB_MODE_HELD))
    return SOUP_STATUS_BAD_REQUEST;
  status = switch_streams (self, request);
  if (status != 0)
    return status;
  out = g_byte_array_new ();
  pub_talk_open (&mms->talk, out, PUB_MMS_TYPE_FRAMED);
  pub_player_mms_queue (self, out);
  mms->mode = PUB_MODE_PLAY;
  return 0;
}

guint
pub_player_select (PubPlayer * self, const PubMmsRequest * request)
{
  PubPlayerMms *mms = self->mms;
  guint status;

  status = switch_streams (self, request);
  if (status != 0)
    return status;
  mms->heard_us = g_get_monotonic_time ();
  if (request->has_features)
    mms->talk.features = request->features;
  if (mms->mode == PUB_MODE_HELD) {
    mms->mode = PUB_MODE_PLAY;
    pub_pace_hurry (&self->turn);
  }
  return SOUP_STATUS_OK;
}

/* 3.2.5.10. */
static void
stop_streaming (PubPlayer * self)
{
  GByteArray *out = g_byte_array_new ();

  pub_talk_end (&self->mms->talk, out);
  pub_player_mms_queue (self, out);
  if (self->mms->mode != PUB_MODE_IDLE)
    pub_player_mms_go_idle (self);
}

void
pub_player_halt (PubPlayer * self)
{
  if (!self->mms->talk.is_pipelined) {
    pub_player_close (self);
    return;
  }
  stop_streaming (self);
  pub_conn_flush (self->conn);
}

static guint
stop (PubPlayer * self)
{
  stop_streaming (self);
  answer (self, SOUP_STATUS_OK);
  return 0;
}

static guint
keep_alive (PubPlayer * self, gboolean is_options)
{
  GByteArray *out;
  gboolean fits;

  if (!is_options) {
    answer (self, SOUP_STATUS_OK);
    return 0;
  }
  out = g_byte_array_new ();
  fits = pub_talk_answer_options (&self->mms->talk, out);
  pub_player_mms_queue (self, out);
  if (!fits)
    pub_player_close (self);
  return 0;
}

/* Returns: 0, or the status that refuses it. */
static guint
act (PubPlayer * self, const PubMmsRequest * request, gboolean is_options)
{
  if (is_options)
    return keep_alive (self, is_options);
  switch (request->kind) {
    case PUB_MMS_DESCRIBE:
      return describe (self, request);
    case PUB_MMS_PLAY:
      return play (self, request);
    case PUB_MMS_PLAY_NEXT:
      return self->mms->mode == PUB_MODE_IDLE ? play (self, request)
          : select_here (self, request);
    case PUB_MMS_SELECT:
      return select_here (self, request);
    case PUB_MMS_PIPELINE:
      return test_pipeline (self);
    case PUB_MMS_STOP:
      return stop (self);
    case PUB_MMS_KEEP_ALIVE:
      return keep_alive (self, is_options);
    case PUB_MMS_LOG:
      answer (self, SOUP_STATUS_NO_CONTENT);
      return 0;
    case PUB_MMS_EVENT:
    case PUB_MMS_CONTENT_INFO:
      answer (self, SOUP_STATUS_OK);
      return 0;
    default:
      return SOUP_STATUS_BAD_REQUEST;
  }
}

static gboolean
begins_session (PubMmsKind kind)
{
  return kind == PUB_MMS_DESCRIBE || kind == PUB_MMS_PLAY;
}

static gboolean
needs_session (PubMmsKind kind)
{
  return kind == PUB_MMS_PLAY_NEXT || kind == PUB_MMS_SELECT
      || kind == PUB_MMS_PIPELINE || kind == PUB_MMS_STOP;
}

/* Lets go of the session that the connection had, and takes that of
 * @request or a new one. */
static void
take_session (PubPlayer * self, const PubMmsRequest * request,
    gboolean is_known)
{
  PubMmsAnswer *said = &self->mms->talk.answer;

  if (said->client_id != 0)
    pub_player_mms_leave_session (self);
  said->client_id = is_known ? request->client_id
      : pub_sessions_add (self->owner.sessions, self->stream,
      g_get_monotonic_time ());
  said->was_reset = request->has_client_id && !is_known;
}

/* 3.2.5.1.  Returns: 0, or the status that refuses the request. */
static guint
check_session (PubPlayer * self, const PubMmsRequest * request)
{
  gpointer player = NULL;
  gboolean is_known = request->has_client_id
      && pub_sessions_find (self->owner.sessions, request->client_id,
      self->stream, g_get_monotonic_time (), &player);

  if (!begins_session (request->kind) && !needs_session (request->kind))
    return 0;
  /* who streams already is not to be taken over (3.2.5.6) */
  if (player != NULL && player != self)
    return SOUP_STATUS_BAD_REQUEST;
  if (needs_session (request->kind) && !is_known)
    return request->has_client_id ? SOUP_STATUS_NOT_FOUND
        : SOUP_STATUS_BAD_REQUEST;
  if (self->mms->mode == PUB_MODE_IDLE)
    take_session (self, request, is_known);
  return 0;
}

static void
handle (PubPlayer * self, const PubMmsRequest * request, gboolean is_options)
{
  PubPlayerMms *mms = self->mms;
  guint status = check_session (self, request);

  if (request->kind != PUB_MMS_PLAIN)
    pub_talk_hear (&mms->talk, request);
  mms->heard_us = g_get_monotonic_time ();
  if (status == 0)
    status = act (self, request, is_options);
  if (status == 0 || self->is_gone)
    return;
  if (mms->talk.is_pipelined)
    answer (self, status);
  else
    pub_player_refuse (self, status);
}

void
pub_player_mms_start (PubPlayer * self)
{
  PubMmsRequest *request = g_steal_pointer (&self->mms->first);

  handle (self, request, FALSE);
  g_free (request);
}

/* The connection belongs to one publishing point. */
static gboolean
is_here (PubPlayer * self, const gchar * path)
{
  const gchar *why;
  gchar *decoded = pub_path_decode (path, &why);
  gboolean is_same = g_strcmp0 (decoded, self->mms->path) == 0;

  g_free (decoded);
  return is_same;
}

static void
request_came (PubPlayer * self, const PubReaderRequest * came)
{
  gboolean is_options = g_str_equal (came->method, "OPTIONS");
  PubMmsRequest request;

  pub_mms_parse (&request, came->method, came->version, came->headers);
  if (pub_output_get_queued (self->output) > MAX_UNREAD)
    pub_player_close (self);
  else if (is_options || is_here (self, came->path))
    handle (self, &request, is_options);
  else
    answer (self, SOUP_STATUS_NOT_FOUND);
  if (!self->is_gone && !request.keeps_open && self->mms->mode == PUB_MODE_IDLE)
    pub_player_close (self);
}

static void
requests_came (PubPlayer * self, const guint8 * data, gsize size)
{
  PubReaderRequest request;
  PubReaderResult result = PUB_READER_REQUEST;
  gsize used;
  guint status;

  while (size > 0 && !self->is_gone && result != PUB_READER_FAILED) {
    result = pub_reader_take (self->mms->reader, data, size, &used, &request,
        &status);
    data += used;
    size -= used;
    if (result == PUB_READER_REQUEST)
      request_came (self, &request);
  }
  if (self->is_gone || result != PUB_READER_FAILED)
    return;
  answer (self, status);
  if (self->is_gone)
    return;
  stop_streaming (self);
  pub_player_close (self);
}

/* The end of what a player says is its end.  Only those in pipelined mode may
 * ask for something while they play (2.2.2.3.2). */
void
pub_player_mms_readable (PubPlayer * self)
{
  guint8 data[4096];
  gssize n = pub_conn_read (self->conn, data, sizeof (data));

  if (n == 0) {
    pub_player_close (self);
    return;
  }
  if (n < 0 || !self->mms->talk.is_pipelined)
    return;
  if (self->mms->reader == NULL)
    self->mms->reader = pub_reader_new ();
  requests_came (self, data, n);
  if (!self->is_gone)
    pub_player_serve (self);
}
