/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PLAY_CASE_H__
#define __PLAY_CASE_H__

#include <gst/check/gstcheck.h>

#include "pubthread.h"
#include "rawpush.h"
#include "testasf.h"

G_BEGIN_DECLS

/* A publishing point with players that send and take exactly what a test says;
 * what is not as it should be fails the test. */
#define PLAY_PACKET_SIZE 400
#define PLAY_PATH "/live"

extern PubThread *play_server;
/* Of a programme with video, stream 1, and audio, stream 2. */
extern GByteArray *play_header;

/* Fixture. */
void play_case_setup (void);
void play_case_teardown (void);

/* The server anew, with other limits. */
void play_case_restart (void (*configure) (PubServer * server, gpointer data),
    gpointer data);

/* An encoder whose header has been taken. */
RawPush *play_case_push (void);

/* A packet with one video object of bytes @fill. */
void play_case_send (RawPush * push, guint8 fill, gboolean is_key);

/* A packet with payloads "1K 2x": two bytes, stream and name; K is a key
 * frame.  "1K<" is the first half of an object, "1K>" the second. */
GByteArray *play_case_packet (const gchar * payloads);
void play_case_send_payloads (RawPush * push, const gchar * payloads);

/* A player that has sent @request. */
RawPush *play_case_player (const gchar * request);

/* The same, and the answer is 200. */
RawPush *play_case_begin (const gchar * request);

/* Takes @size bytes off what has been received. */
GByteArray *play_case_take (RawPush * player, gsize size);

void play_case_expect_header (RawPush * player);
void play_case_expect_packet (RawPush * player, guint8 fill);

/* Framing header and MMS data packet header. */
void play_case_expect_chunk (RawPush * player, gchar type, guint32 location,
    guint8 af_flags, guint size);

/* A $D; its packet is without padding ([MS-WMSP] 2.2.3.3). */
void play_case_expect_data (RawPush * player, guint32 location,
    guint8 sequence, guint8 fill);

/* A $D with these payloads, and no others. */
void play_case_expect_payloads (RawPush * player, guint32 location,
    guint8 sequence, const gchar * payloads);

/* A whole packet with these payloads. */
void play_case_expect_whole (RawPush * player, const gchar * payloads);

/* Returns: what is in a packet, as above, without the halves. */
gchar *play_case_list_payloads (const guint8 * data, gsize size);

void play_case_expect_text (RawPush * player, const gchar * text, gsize size);

/* Returns: "client-id=..." of an answer's head. */
gchar *play_case_client_id (const gchar * head);

G_END_DECLS
#endif /* __PLAY_CASE_H__ */
