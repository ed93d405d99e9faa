/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUSH_CASE_H__
#define __PUSH_CASE_H__

#include "pubthread.h"
#include "rawpush.h"

G_BEGIN_DECLS

/* A server, and what an encoder of one video stream sends to it. */
#define PUSH_CASE_PACKET_SIZE 400
#define PUSH_CASE_PATH "/live"
extern PubThread *push_case_server;
extern GByteArray *push_case_header, *push_case_packet;

/* Fixture. */
void push_case_setup (void);
void push_case_teardown (void);

/* Another server, with other limits. */
void push_case_restart (void (*configure) (PubServer * server, gpointer data));

/* All timers of a session at 0.3 s. */
void push_case_be_impatient (PubServer * server, gpointer data);

RawPush *push_case_connect (void);

/* A push whose PushStart has begun. */
RawPush *push_case_begin (void);
void push_case_send_header (RawPush * push);
/* The same, and waits until the server has it, as the point's first one. */
void push_case_deliver_header (RawPush * push);
void push_case_send_packet (RawPush * push);
void push_case_send_change (RawPush * push);

PubPointInfo push_case_info (void);

G_END_DECLS
#endif /* __PUSH_CASE_H__ */
