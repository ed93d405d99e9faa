/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubpoint.h"

#include <string.h>

#include "asf/asftitle.h"
#include "pubrequest.h"

struct _PubPoint
{
  gchar *path;
  PubConns *conns;
  const PubConfig *config;
  PubPointOwner owner;

  PubStream *stream;
  PubPush *push;
  gboolean auto_destroy;
  gboolean is_declared, is_left_out;
  gint64 used_us;
  PubRecord *record;
  PubRecordInfo last_record;
  guint sessions;
  PubPushCounters last_counters;

  /* what is shown of the session and its programme */
  gchar *agent, *address, *title;
  gint64 since_us;
  guint64 headers_seen;
  PubPushState state_seen;

  PubTotals *totals;            /* without the session that there is */
  PubHistory history;
  guint64 bytes_seen;           /* of the session, in the history */
  guint players_seen, playing_seen;

  PubAudience *audience;
  gboolean is_leaving;          /* its session is over, players are not */
  void (*gone) (gpointer data, PubPoint * point);
  gpointer gone_data;
};

static void look_at_push (PubPoint * self);

static void
point_changed (gpointer data)
{
  PubPoint *self = data;

  if (self->push != NULL)
    look_at_push (self);
  self->owner.changed (self->owner.data);
}

static void
players_changed (gpointer data)
{
  PubPoint *self = data;
  guint players = pub_audience_count (self->audience);
  guint playing = pub_audience_count_playing (self->audience);

  /* packets that slow players skip are not worth another status.json */
  if (players != self->players_seen || playing != self->playing_seen)
    self->totals->revision++;
  if (players != self->players_seen)
    self->used_us = g_get_monotonic_time ();
  self->players_seen = players;
  self->playing_seen = playing;
}

/* A declared one is the operator's, whatever an encoder asks for. */
static gboolean
ends_with_session (PubPoint * self)
{
  return self->is_left_out || (self->auto_destroy && !self->is_declared);
}

/* The last thing that is done with @self: the owner may free it. */
static void
tell_session_over (PubPoint * self)
{
  self->is_leaving = FALSE;
  self->owner.session_over (self->owner.data, self, ends_with_session (self));
}

static void
audience_empty (gpointer data)
{
  PubPoint *self = data;

  if (self->is_leaving)
    tell_session_over (self);
}

/* [MS-WMHTTP] 3.2.5.5: the point goes with its session. */
static gboolean
is_over (gpointer data)
{
  PubPoint *self = data;

  return self->is_leaving && ends_with_session (self);
}

PubPoint *
pub_point_new (const gchar * path, PubConns * conns, PubPace * pace,
    const PubConfig * config, const PubPointOwner * owner, PubTotals * totals)
{
  PubPoint *self = g_new0 (PubPoint, 1);
  const PubAudienceOwner audience_owner = { point_changed, players_changed,
    audience_empty, is_over, self, owner->sessions
  };

  self->path = g_strdup (path);
  self->conns = conns;
  self->config = config;
  self->owner = *owner;
  self->stream = pub_stream_new (config->backlog_limit, config->first_packet);
  pub_stream_keep (self->stream, config->burst_ms);
  self->audience = pub_audience_new (conns, pace, self->stream, config,
      &audience_owner);
  self->totals = pub_totals_ref (totals);
  self->used_us = g_get_monotonic_time ();
  return self;
}

void
pub_point_set_gone (PubPoint * self, void (*gone) (gpointer data,
        PubPoint * point), gpointer data)
{
  self->gone = gone;
  self->gone_data = data;
}

PubStream *
pub_point_get_stream (PubPoint * self)
{
  return self->stream;
}

const gchar *
pub_point_get_path (PubPoint * self)
{
  return self->path;
}

PubPointUse
pub_point_get_use (PubPoint * self)
{
  if (self->push != NULL)
    return pub_push_is_unused (self->push) ? PUB_POINT_SET_UP : PUB_POINT_USED;
  return pub_audience_count (self->audience) > 0 ? PUB_POINT_AWAITED
      : PUB_POINT_UNUSED;
}

gint64
pub_point_get_used_us (PubPoint * self)
{
  return self->used_us;
}

void
pub_point_set_declared (PubPoint * self, gboolean is_declared)
{
  self->is_declared = is_declared;
}

gboolean
pub_point_is_declared (PubPoint * self)
{
  return self->is_declared;
}

void
pub_point_set_left_out (PubPoint * self, gboolean is_left_out)
{
  self->is_left_out = is_left_out;
}

gboolean
pub_point_is_left_out (PubPoint * self)
{
  return self->is_left_out;
}

gboolean
pub_point_has_programme (PubPoint * self)
{
  return pub_stream_get_info (self->stream) != NULL;
}

static void
copy_text (gchar * to, gsize size, const gchar * from)
{
  g_strlcpy (to, from != NULL ? from : "", size);
}

void
pub_point_get_info (PubPoint * self, PubPointInfo * info)
{
  const PubFeedTotals *totals = pub_audience_get_totals (self->audience);

  memset (info, 0, sizeof (*info));
  info->state = PUB_PUSH_OVER;
  info->sessions = self->sessions;
  info->counters = self->last_counters;
  info->players = pub_audience_count (self->audience);
  info->playing = pub_audience_count_playing (self->audience);
  info->skipped = totals->skipped;
  info->late_packets = totals->late;
  info->longest_delay_us = totals->longest_delay_us;
  info->record = self->last_record;
  if (self->record != NULL)
    pub_record_get_info (self->record, &info->record);
  if (self->push == NULL)
    return;
  info->has_session = TRUE;
  info->state = pub_push_get_state (self->push);
  info->counters = *pub_push_get_counters (self->push);
  info->since_us = self->since_us;
  copy_text (info->agent, sizeof (info->agent), self->agent);
  copy_text (info->address, sizeof (info->address), self->address);
  copy_text (info->title, sizeof (info->title), self->title);
  g_strlcpy (info->push_id, pub_push_get_id (self->push),
      sizeof (info->push_id));
}

static void
add_feeds (PubTotals * totals, const PubFeedTotals * feeds)
{
  totals->sent_bytes += feeds->sent_bytes;
  totals->skipped += feeds->skipped;
  totals->late += feeds->late;
}

void
pub_point_get_totals (PubPoint * self, PubTotals * totals)
{
  *totals = *self->totals;
  if (self->push != NULL)
    pub_totals_add_push (&totals->push, pub_push_get_counters (self->push));
  add_feeds (totals, pub_audience_get_totals (self->audience));
}

const PubHistory *
pub_point_get_history (PubPoint * self)
{
  return &self->history;
}

guint
pub_point_get_revision (PubPoint * self)
{
  return self->totals->revision;
}

static void
read_title (PubPoint * self)
{
  GBytes *header = pub_stream_get_header (self->stream);
  gsize size = 0;
  const guint8 *data = header ? g_bytes_get_data (header, &size) : NULL;

  g_free (self->title);
  self->title = asf_header_read_title (data, size);
}

/* What the session has done since it was last looked at. */
static void
look_at_push (PubPoint * self)
{
  const PubPushCounters *counters = pub_push_get_counters (self->push);

  if (counters->bytes > self->bytes_seen)
    pub_history_add (&self->history, g_get_monotonic_time (),
        counters->bytes - self->bytes_seen);
  self->bytes_seen = counters->bytes;
  if (counters->headers == self->headers_seen
      && pub_push_get_state (self->push) == self->state_seen)
    return;
  if (counters->headers != self->headers_seen)
    read_title (self);
  self->headers_seen = counters->headers;
  self->state_seen = pub_push_get_state (self->push);
  self->totals->revision++;
}

static void
clear_session (PubPoint * self)
{
  g_clear_pointer (&self->agent, g_free);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->title, g_free);
  self->headers_seen = self->bytes_seen = 0;
  self->totals->revision++;
}

static void
drop_push (PubPoint * self)
{
  look_at_push (self);
  self->last_counters = *pub_push_get_counters (self->push);
  pub_totals_add_push (&self->totals->push, &self->last_counters);
  clear_session (self);
  g_clear_pointer (&self->push, pub_push_free);
  if (self->record != NULL) {
    pub_stream_remove_listener (self->stream, self->record);
    pub_record_get_info (self->record, &self->last_record);
    self->last_record.is_recording = FALSE;
    g_clear_pointer (&self->record, pub_record_free);
  }
}

static void
push_over (gpointer data)
{
  PubPoint *self = data;

  drop_push (self);
  self->used_us = g_get_monotonic_time ();
  self->owner.changed (self->owner.data);
  /* players get the rest of the programme first */
  self->is_leaving = pub_audience_count (self->audience) > 0;
  if (!self->is_leaving)
    tell_session_over (self);
}

static void
begin_record (PubPoint * self)
{
  if (self->owner.record != NULL)
    self->record = self->owner.record (self->owner.data, self);
  if (self->record != NULL)
    pub_record_attach (self->record, self->stream);
}

static void
note_encoder (PubPoint * self, SoupServerMessage * msg)
{
  const gchar *agent = soup_message_headers_get_one
      (soup_server_message_get_request_headers (msg), "User-Agent");
  const gchar *address = soup_server_message_get_remote_host (msg);

  g_free (self->agent);
  g_free (self->address);
  self->agent = g_strndup (agent ? agent : "", PUB_POINT_AGENT_SIZE - 1);
  self->address = g_strdup (address);
}

/* Returns: 0, or the status that refuses it. */
static guint
new_session (PubPoint * self, SoupServerMessage * msg, const gchar ** why)
{
  const PubPushOwner push_owner = { point_changed, push_over, self };

  *why = "the point is left out";
  if (self->is_left_out)
    return SOUP_STATUS_NOT_FOUND;
  /* one that has never sent anything, and that nobody can go on with */
  if (self->push != NULL && !pub_push_is_free (self->push)) {
    *why = "another encoder's session is there";
    pub_push_tell_wait (self->push, msg);
    return SOUP_STATUS_CONFLICT;
  }
  if (self->push != NULL)
    drop_push (self);
  self->push = pub_push_new (self->conns, self->stream, self->config,
      &push_owner, msg);
  *why = "the system has no random numbers";
  if (self->push == NULL)
    return SOUP_STATUS_SERVICE_UNAVAILABLE;
  self->auto_destroy = FALSE;
  self->is_leaving = FALSE;
  self->sessions++;
  self->totals->sessions++;
  self->used_us = self->since_us = g_get_monotonic_time ();
  self->state_seen = pub_push_get_state (self->push);
  self->totals->revision++;
  note_encoder (self, msg);
  begin_record (self);
  self->owner.changed (self->owner.data);
  return 0;
}

/* S2, S3; [MS-WMHTTP] 3.2.5.1.
 * Returns: 0, or the status that refuses it. */
static guint
check_push_id (PubPoint * self, const gchar * push_id, const gchar ** why)
{
  *why = "no session with this push-id";
  if (self->push == NULL || push_id == NULL
      || !pub_id_equal (push_id, pub_push_get_id (self->push)))
    return SOUP_STATUS_NOT_FOUND;
  *why = "a PushStart of this session is running";
  if (pub_push_get_state (self->push) == PUB_PUSH_STREAMING
      && !pub_push_give_way (self->push))
    return SOUP_STATUS_CONFLICT;
  return 0;
}

guint
pub_point_setup (PubPoint * self, SoupServerMessage * msg,
    const gchar * push_id, gboolean auto_destroy, const gchar ** answer_id,
    const gchar ** why)
{
  gboolean is_new = push_id == NULL || g_str_equal (push_id, "0");
  guint status;

  status = is_new ? new_session (self, msg, why)
      : check_push_id (self, push_id, why);
  if (status != 0)
    return status;
  if (!is_new)
    pub_push_touch (self->push, msg);
  self->auto_destroy |= auto_destroy;
  *answer_id = pub_push_get_id (self->push);
  return 0;
}

guint
pub_point_start_push (PubPoint * self, SoupServerMessage * msg,
    const gchar * push_id, const gchar ** why)
{
  guint status = check_push_id (self, push_id, why);

  if (status != 0)
    return status;
  note_encoder (self, msg);
  pub_push_start (self->push, msg);
  return 0;
}

void
pub_point_add_player (PubPoint * self, SoupServerMessage * msg)
{
  pub_audience_add (self->audience, msg);
  self->totals->players++;
}

gboolean
pub_point_disconnect (PubPoint * self, guint status)
{
  if (self->push == NULL)
    return FALSE;
  pub_push_disconnect (self->push, status);
  return TRUE;
}

void
pub_point_foreach_player (PubPoint * self,
    void (*func) (PubPlayer * player, gpointer data), gpointer data)
{
  pub_audience_foreach (self->audience, func, data);
}

void
pub_point_shut_down (PubPoint * self)
{
  gboolean has_session = self->push != NULL;

  /* one whose session is over may go with its last player */
  pub_audience_stop (self->audience);
  if (has_session)
    pub_point_disconnect (self, SOUP_STATUS_SERVICE_UNAVAILABLE);
}

void
pub_point_free (PubPoint * self)
{
  if (self->gone != NULL)
    self->gone (self->gone_data, self);
  pub_audience_stop (self->audience);
  add_feeds (self->totals, pub_audience_get_totals (self->audience));
  pub_audience_free (self->audience);
  pub_sessions_remove_point (self->owner.sessions, self->stream);
  if (self->push != NULL)
    drop_push (self);
  pub_stream_free (self->stream);
  pub_totals_unref (self->totals);
  g_free (self->path);
  g_free (self);
}
