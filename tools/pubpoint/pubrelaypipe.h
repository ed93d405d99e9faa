/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RELAY_PIPE_H__
#define __PUB_RELAY_PIPE_H__

#include <gio/gio.h>

#include "pubrelayurl.h"

G_BEGIN_DECLS

/**
 * PubRelayPipe:
 *
 * One programme on its way to another publishing point: appsrc ! wmspushsink.
 * Nothing here waits for the other side.  It belongs to one main context.
 */
typedef struct _PubRelayPipe PubRelayPipe;

/**
 * PubRelayStatus:
 * @name: such as WMT_OPENED
 * @result: such as S_OK
 * @http_status: of the answer that caused it, or 0
 * @text: for people
 *
 * What wmspushsink says of its session.
 */
typedef struct
{
  const gchar *name;
  const gchar *result;
  guint http_status;
  const gchar *text;
} PubRelayStatus;

/**
 * PubRelayPipeFuncs:
 * @status: a status of the session
 * @warned: something was lost
 * @failed: there is nothing more to be hoped for
 * @ended: the programme has got to its end
 *
 * What the owner hears; it may close the pipe in each of them.
 */
typedef struct
{
  void (*status) (gpointer data, const PubRelayStatus * status);
  void (*warned) (gpointer data, const gchar * text);
  void (*failed) (gpointer data, PubRelayPipe * pipe, const gchar * text);
  void (*ended) (gpointer data, PubRelayPipe * pipe);
} PubRelayPipeFuncs;

/**
 * PubRelayPipeStats:
 * @packets: that the other side's kernel has got
 * @bytes: of them
 * @dropped: packets that the connection did not take in time
 * @reconnects: how often a lost session was tried again
 *
 * Figures of a pipe.
 */
typedef struct
{
  guint64 packets;
  guint64 bytes;
  guint64 dropped;
  guint reconnects;
} PubRelayPipeStats;

/**
 * pub_relay_pipe_prepare:
 *
 * Starts GStreamer, the first time.
 *
 * Returns: %FALSE with @error, which says what to do, when the plugin is not
 *     there.
 */
gboolean pub_relay_pipe_prepare (GError ** error);

/**
 * pub_relay_pipe_new:
 * @location: where to
 * @url: who we are there
 * @header: of the programme
 * @funcs: for the owner
 * @data: for @funcs
 *
 * Returns: (transfer full): a pipe that connects; pub_relay_pipe_prepare()
 *     must have been well.
 */
PubRelayPipe *pub_relay_pipe_new (const gchar * location,
    const PubRelayUrl * url, GBytes * header, const PubRelayPipeFuncs * funcs,
    gpointer data);

/* The programme goes on with another header. */
void pub_relay_pipe_set_header (PubRelayPipe * self, GBytes * header);

/* Returns: FALSE when too much waits already: it is dropped, and so should all
 * be up to a key frame. */
gboolean pub_relay_pipe_push (PubRelayPipe * self, GBytes * packet,
    gboolean starts_key_frame);

/* No more packets. */
void pub_relay_pipe_end (PubRelayPipe * self);

void pub_relay_pipe_get_stats (PubRelayPipe * self, PubRelayPipeStats * stats);

/* No more calls of the owner. */
void pub_relay_pipe_silence (PubRelayPipe * self);

/* Ends the session, if the other side takes that at once, and the connection,
 * which takes time: to be called on any thread, after
 * pub_relay_pipe_silence(). */
void pub_relay_pipe_free (PubRelayPipe * self);

G_END_DECLS
#endif /* __PUB_RELAY_PIPE_H__ */
