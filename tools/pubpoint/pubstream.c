/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubstream.h"

#include "asf/asfpacket.h"

typedef struct
{
  const PubListenerFuncs *funcs;
  gpointer data;                /* NULL: removed */
} Listener;

struct _PubStream
{
  GBytes *header;
  AsfHeaderInfo info;
  guint32 n_packets;            /* since the header */

  /* packets since the newest key frame, the first of them number
   * backlog_start; none when they grew over the limit */
  GQueue backlog;
  guint32 backlog_start;
  gsize backlog_size, backlog_limit;

  GArray *listeners;
  guint dispatching;
};

PubStream *
pub_stream_new (gsize backlog_limit)
{
  PubStream *self = g_new0 (PubStream, 1);

  self->backlog_limit = backlog_limit;
  g_queue_init (&self->backlog);
  self->listeners = g_array_new (FALSE, FALSE, sizeof (Listener));
  return self;
}

static void
clear_backlog (PubStream * self)
{
  g_queue_clear_full (&self->backlog, (GDestroyNotify) g_bytes_unref);
  self->backlog_size = 0;
}

void
pub_stream_free (PubStream * self)
{
  clear_backlog (self);
  g_clear_pointer (&self->header, g_bytes_unref);
  g_array_unref (self->listeners);
  g_free (self);
}

static void
begin_dispatch (PubStream * self)
{
  self->dispatching++;
}

/* Listeners that left meanwhile are taken out. */
static void
end_dispatch (PubStream * self)
{
  guint i;

  if (--self->dispatching > 0)
    return;
  for (i = self->listeners->len; i > 0; i--) {
    if (g_array_index (self->listeners, Listener, i - 1).data == NULL)
      g_array_remove_index (self->listeners, i - 1);
  }
}

void
pub_stream_add_listener (PubStream * self, const PubListenerFuncs * funcs,
    gpointer data)
{
  Listener listener = { funcs, data };

  g_array_append_val (self->listeners, listener);
}

static Listener *
find_listener (PubStream * self, gpointer data)
{
  guint i;

  for (i = 0; i < self->listeners->len; i++) {
    Listener *listener = &g_array_index (self->listeners, Listener, i);

    if (listener->data == data)
      return listener;
  }
  return NULL;
}

void
pub_stream_remove_listener (PubStream * self, gpointer data)
{
  Listener *listener = find_listener (self, data);

  if (listener == NULL)
    return;
  listener->data = NULL;
  begin_dispatch (self);
  end_dispatch (self);
}

guint
pub_stream_count_listeners (PubStream * self)
{
  guint i, n = 0;

  for (i = 0; i < self->listeners->len; i++)
    n += g_array_index (self->listeners, Listener, i).data != NULL;
  return n;
}

gboolean
pub_stream_catch_up (PubStream * self, gpointer data)
{
  Listener *listener = find_listener (self, data);
  guint32 number = self->backlog_start;
  GList *l;

  if (listener == NULL || self->header == NULL)
    return FALSE;
  begin_dispatch (self);
  listener->funcs->header (data, self->header, &self->info);
  for (l = self->backlog.head; l != NULL && listener->data == data;
      l = l->next, number++)
    listener->funcs->packet (data, l->data, number,
        number == self->backlog_start);
  end_dispatch (self);
  return self->n_packets == 0 || !g_queue_is_empty (&self->backlog);
}

void
pub_stream_set_header (PubStream * self, GBytes * header,
    const AsfHeaderInfo * info)
{
  guint i, n = self->listeners->len;

  clear_backlog (self);
  g_bytes_ref (header);
  g_clear_pointer (&self->header, g_bytes_unref);
  self->header = header;
  self->info = *info;
  self->n_packets = 0;
  begin_dispatch (self);
  for (i = 0; i < n; i++) {
    Listener *listener = &g_array_index (self->listeners, Listener, i);

    if (listener->data != NULL)
      listener->funcs->header (listener->data, self->header, &self->info);
  }
  end_dispatch (self);
}

/* The first packet of a programme is a place to start, whatever is in it:
 * audio may come before the first key frame. */
static gboolean
is_start (PubStream * self, GBytes * packet)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  AsfPacketInfo packet_info;

  if (self->n_packets == 0)
    return TRUE;
  return asf_packet_read (data, size, &packet_info, NULL)
      && asf_packet_starts_key_frame (&packet_info, data, &self->info);
}

static void
keep_packet (PubStream * self, GBytes * packet, gboolean starts)
{
  gsize size = g_bytes_get_size (packet);

  if (starts || self->backlog_size + size > self->backlog_limit)
    clear_backlog (self);
  if (!starts && self->backlog_size == 0)
    return;
  if (starts)
    self->backlog_start = self->n_packets;
  g_queue_push_tail (&self->backlog, g_bytes_ref (packet));
  self->backlog_size += size;
}

void
pub_stream_add_packet (PubStream * self, GBytes * packet)
{
  gboolean starts = is_start (self, packet);
  guint i, n = self->listeners->len;

  keep_packet (self, packet, starts);
  begin_dispatch (self);
  for (i = 0; i < n; i++) {
    Listener *listener = &g_array_index (self->listeners, Listener, i);

    if (listener->data != NULL)
      listener->funcs->packet (listener->data, packet, self->n_packets, starts);
  }
  end_dispatch (self);
  self->n_packets++;
}

void
pub_stream_end (PubStream * self)
{
  guint i, n = self->listeners->len;

  /* who waits for a header goes on waiting */
  if (self->header == NULL)
    return;
  clear_backlog (self);
  g_clear_pointer (&self->header, g_bytes_unref);
  self->n_packets = 0;
  begin_dispatch (self);
  for (i = 0; i < n; i++) {
    Listener *listener = &g_array_index (self->listeners, Listener, i);
    gpointer data = listener->data;

    if (data == NULL)
      continue;
    listener->data = NULL;
    listener->funcs->ended (data);
  }
  end_dispatch (self);
}

const AsfHeaderInfo *
pub_stream_get_info (PubStream * self)
{
  return self->header != NULL ? &self->info : NULL;
}

GBytes *
pub_stream_get_header (PubStream * self)
{
  return self->header;
}
