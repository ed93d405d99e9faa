/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_STREAM_H__
#define __PUB_STREAM_H__

#include "asf/asfreader.h"

G_BEGIN_DECLS

/**
 * PubStream:
 *
 * The programme of a publishing point: its header, the packets since the
 * newest key frame, and those who listen.  Each packet exists once; listeners
 * hold references.
 */
typedef struct _PubStream PubStream;

/**
 * PubListenerFuncs:
 * @header: a header; from the second one on the stream has changed
 * @packet: a whole data packet, and whether one can start to play there
 * @ended: no more packets; the listener is removed afterwards
 *
 * What a listener hears.  It may remove itself in each of them.
 */
typedef struct
{
  void (*header) (gpointer data, GBytes * header, const AsfHeaderInfo * info);
  void (*packet) (gpointer data, GBytes * packet, guint32 number,
      gboolean starts_key_frame);
  void (*ended) (gpointer data);
} PubListenerFuncs;

PubStream *pub_stream_new (gsize backlog_limit);
void pub_stream_free (PubStream * self);

void pub_stream_add_listener (PubStream * self, const PubListenerFuncs * funcs,
    gpointer data);

/**
 * pub_stream_catch_up:
 *
 * Lets the listener @data hear the header, if there is one, and the packets
 * since the newest key frame.
 *
 * Returns: whether it has everything that it needs to go on; %FALSE when it
 *     has to wait for a header or, because packets went by that are no longer
 *     there, for a key frame.
 */
gboolean pub_stream_catch_up (PubStream * self, gpointer data);
void pub_stream_remove_listener (PubStream * self, gpointer data);
guint pub_stream_count_listeners (PubStream * self);

void pub_stream_set_header (PubStream * self, GBytes * header,
    const AsfHeaderInfo * info);
void pub_stream_add_packet (PubStream * self, GBytes * packet);

/* The programme is over; the next one begins with a header. */
void pub_stream_end (PubStream * self);

/* Returns: (nullable): what the current header says. */
const AsfHeaderInfo *pub_stream_get_info (PubStream * self);

/* Returns: (transfer none) (nullable): the current header. */
GBytes *pub_stream_get_header (PubStream * self);

G_END_DECLS
#endif /* __PUB_STREAM_H__ */
