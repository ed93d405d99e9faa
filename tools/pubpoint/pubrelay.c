/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubrelay.h"

#include "wmspush/wmssource.h"

/* How long the end of a programme may take to arrive. */
#define END_TIMEOUT_MS 5000
/* A session that failed for good is begun again: there may be other reasons
 * the next time. */
#define FIRST_RETRY_MS 1000
#define MAX_RETRY_MS 30000

struct _PubRelay
{
  gchar *path, *location;
  PubStream *stream;
  const PubRelayUrl *url;
  PubRelayOwner owner;

  GBytes *header;               /* of the programme; NULL without one */
  PubRelayPipe *pipe;           /* the programme's; NULL while it waits */
  gboolean needs_key_frame;
  PubStart start;               /* of what is pushed under the header */
  PubRelayPipe *ending;         /* that of the programme before */
  GSource *end_clock, *retry_clock;
  guint retry_ms;

  PubRelayState state;
  guint sessions, failures;
  PubRelayPipeStats former;     /* of pipes that are closed */
  guint64 dropped;              /* before they came to a pipe */
  gchar *text;
};

static void
start_clock (PubRelay * self, GSource ** clock, guint ms, GSourceFunc func)
{
  wms_source_clear (clock);
  *clock = g_timeout_source_new (ms);
  g_source_set_callback (*clock, func, self, NULL);
  g_source_attach (*clock, g_main_context_get_thread_default ());
}

static void
set_state (PubRelay * self, PubRelayState state)
{
  self->state = state;
  self->owner.changed (self->owner.data);
}

static void
add_stats (PubRelayPipeStats * sum, PubRelayPipe * pipe)
{
  PubRelayPipeStats stats;

  if (pipe == NULL)
    return;
  pub_relay_pipe_get_stats (pipe, &stats);
  sum->packets += stats.packets;
  sum->bytes += stats.bytes;
  sum->dropped += stats.dropped;
}

static void
close_pipe (PubRelay * self, PubRelayPipe ** pipe)
{
  if (*pipe == NULL)
    return;
  pub_relay_pipe_silence (*pipe);
  add_stats (&self->former, *pipe);
  self->owner.close (self->owner.data, *pipe);
  *pipe = NULL;
}

static void
set_text (PubRelay * self, const gchar * text)
{
  g_free (self->text);
  self->text = g_strdup (text);
}

/* The first loss is for the operator; the tries that follow are not. */
static void
note_loss (PubRelay * self, const gchar * text)
{
  self->failures++;
  if (self->state == PUB_RELAY_LOST)
    g_info ("%s is not pushed on to %s: %s", self->path, self->location, text);
  else
    g_warning ("%s is not pushed on to %s, which is tried again and again: %s",
        self->path, self->location, text);
  set_state (self, PUB_RELAY_LOST);
}

static void
status_came (gpointer data, const PubRelayStatus * status)
{
  PubRelay *self = data;

  g_debug ("%s to %s: %s %s (%u) %s", self->path, self->location,
      status->name, status->result, status->http_status, status->text);
  if (!g_str_equal (status->result, "S_OK"))
    set_text (self, status->text);
  if (self->pipe == NULL)
    return;
  if (g_str_equal (status->name, "WMT_RECONNECT_START")) {
    note_loss (self, status->text);
  } else if (g_str_equal (status->name, "WMT_STARTED")
      || (g_str_equal (status->name, "WMT_RECONNECT_END")
          && g_str_equal (status->result, "S_OK"))) {
    if (self->state != PUB_RELAY_STREAMING) {
      self->sessions++;
      g_message ("%s is pushed on to %s", self->path, self->location);
    }
    self->retry_ms = FIRST_RETRY_MS;
    set_state (self, PUB_RELAY_STREAMING);
  }
}

static void
warning_came (gpointer data, const gchar * text)
{
  PubRelay *self = data;

  g_info ("%s to %s: %s", self->path, self->location, text);
  set_text (self, text);
}

static void open_pipe (PubRelay * self);

static gboolean
retry_due (gpointer data)
{
  PubRelay *self = data;

  wms_source_clear (&self->retry_clock);
  open_pipe (self);
  self->needs_key_frame = TRUE;
  return G_SOURCE_REMOVE;
}

static void
pipe_failed (gpointer data, PubRelayPipe * pipe, const gchar * text)
{
  PubRelay *self = data;

  if (pipe != self->pipe) {
    g_info ("%s to %s: %s", self->path, self->location, text);
    wms_source_clear (&self->end_clock);
    close_pipe (self, &self->ending);
    self->owner.changed (self->owner.data);
    return;
  }
  set_text (self, text);
  note_loss (self, text);
  close_pipe (self, &self->pipe);
  start_clock (self, &self->retry_clock, self->retry_ms, retry_due);
  self->retry_ms = MIN (self->retry_ms * 2, MAX_RETRY_MS);
}

/* Also when the pipe has not said that it has ended. */
static gboolean
end_due (gpointer data)
{
  PubRelay *self = data;

  wms_source_clear (&self->end_clock);
  close_pipe (self, &self->ending);
  self->owner.changed (self->owner.data);
  return G_SOURCE_REMOVE;
}

static void
pipe_ended (gpointer data, PubRelayPipe * pipe)
{
  PubRelay *self = data;

  if (pipe == self->ending)
    end_due (self);
}

static const PubRelayPipeFuncs pipe_funcs = {
  status_came, warning_came, pipe_failed, pipe_ended
};

static void
open_pipe (PubRelay * self)
{
  self->pipe = pub_relay_pipe_new (self->location, self->url, self->header,
      &pipe_funcs, self);
  self->needs_key_frame = FALSE;
  if (self->state == PUB_RELAY_IDLE)
    set_state (self, PUB_RELAY_CONNECTING);
}

static void
header_came (gpointer data, GBytes * header, const AsfHeaderInfo * info)
{
  PubRelay *self = data;

  g_clear_pointer (&self->header, g_bytes_unref);
  self->header = g_bytes_ref (header);
  self->needs_key_frame = FALSE;
  pub_start_begin (&self->start);
  if (self->pipe != NULL)
    pub_relay_pipe_set_header (self->pipe, header);
  else if (self->retry_clock == NULL)
    open_pipe (self);
}

static void
packet_came (gpointer data, GBytes * packet, guint64 number,
    gboolean starts_key_frame)
{
  PubRelay *self = data;

  if (starts_key_frame)
    self->needs_key_frame = FALSE;
  if (self->pipe == NULL || self->needs_key_frame) {
    self->dropped++;
    pub_start_begin (&self->start);
    return;
  }
  packet = pub_stream_cut_heard (self->stream, &self->start, packet, number);
  if (packet != NULL
      && !pub_relay_pipe_push (self->pipe, packet, starts_key_frame)) {
    self->needs_key_frame = TRUE;
    pub_start_begin (&self->start);
    self->dropped++;
  }
}

static void stream_ended (gpointer data);

static const PubListenerFuncs listener_funcs = {
  header_came, packet_came, stream_ended
};

static void
stream_ended (gpointer data)
{
  PubRelay *self = data;

  /* the next programme is heard as well */
  pub_stream_add_listener (self->stream, &listener_funcs, self);
  g_clear_pointer (&self->header, g_bytes_unref);
  wms_source_clear (&self->retry_clock);
  self->retry_ms = FIRST_RETRY_MS;
  if (self->state == PUB_RELAY_LOST)
    close_pipe (self, &self->pipe);
  if (self->pipe != NULL) {
    close_pipe (self, &self->ending);
    self->ending = g_steal_pointer (&self->pipe);
    pub_relay_pipe_end (self->ending);
    start_clock (self, &self->end_clock, END_TIMEOUT_MS, end_due);
  }
  set_state (self, PUB_RELAY_IDLE);
}

PubRelay *
pub_relay_new (const gchar * path, PubStream * stream, const PubRelayUrl * url,
    const PubRelayOwner * owner)
{
  gchar *location = pub_relay_url_target (url, path);
  PubRelay *self;

  if (location == NULL)
    return NULL;
  self = g_new0 (PubRelay, 1);
  self->path = g_strdup (path);
  self->location = location;
  self->stream = stream;
  self->url = url;
  self->owner = *owner;
  self->retry_ms = FIRST_RETRY_MS;
  pub_stream_add_listener (stream, &listener_funcs, self);
  if (!pub_stream_catch_up (stream, self))
    self->needs_key_frame = TRUE;
  return self;
}

void
pub_relay_free (PubRelay * self)
{
  pub_stream_remove_listener (self->stream, self);
  wms_source_clear (&self->end_clock);
  wms_source_clear (&self->retry_clock);
  close_pipe (self, &self->pipe);
  close_pipe (self, &self->ending);
  g_clear_pointer (&self->header, g_bytes_unref);
  g_free (self->text);
  g_free (self->path);
  g_free (self->location);
  g_free (self);
}

const PubRelayUrl *
pub_relay_get_url (PubRelay * self)
{
  return self->url;
}

void
pub_relay_get_info (PubRelay * self, PubRelayInfo * info)
{
  PubRelayPipeStats sum = self->former;

  add_stats (&sum, self->pipe);
  add_stats (&sum, self->ending);
  memset (info, 0, sizeof (*info));
  info->path = self->path;
  info->location = self->location;
  info->state = self->state;
  info->sessions = self->sessions;
  info->failures = self->failures;
  info->packets = sum.packets;
  info->bytes = sum.bytes;
  info->dropped = self->dropped + sum.dropped;
  info->text = self->text;
}

const gchar *
pub_relay_state_name (PubRelayState state)
{
  static const gchar *const names[] = {
    [PUB_RELAY_IDLE] = "idle",
    [PUB_RELAY_CONNECTING] = "connecting",
    [PUB_RELAY_STREAMING] = "streaming",
    [PUB_RELAY_LOST] = "lost",
  };

  return names[state];
}

gboolean
pub_relay_is_busy (PubRelay * self)
{
  return self->pipe != NULL || self->ending != NULL;
}
