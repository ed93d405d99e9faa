/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __RANDOM_SERVER_H__
#define __RANDOM_SERVER_H__

#include "scriptserver.h"

G_BEGIN_DECLS

#define RANDOM_PACKET_SIZE 6000
#define RANDOM_MAX_PACKETS 20000
/* the step behind which the session is over for the server */
#define RANDOM_LAST_STEP "the last frame read"

/* What was wrong first, from any thread. */
typedef struct
{
  GMutex lock;
  gchar *text;
} RandomVerdict;

void random_verdict_blame (RandomVerdict * self, const gchar * format, ...)
    G_GNUC_PRINTF (2, 3);
gboolean random_verdict_is_bad (RandomVerdict * self);

/* Called between any two steps of what is said on a connection, @step being the
 * one that is over.  FALSE ends the connection's script at once. */
typedef gboolean (*RandomStepFunc) (ScriptConnection * connection,
    const gchar * step, gpointer user_data);

/* A publishing point that resets, closes, stalls, refuses and answers as its
 * dice say, and judges what it gets by protocol.md, S5 and C21 to C24. */
typedef struct
{
  guint seed;
  guint hostility;              /* of 100 chances at each point */
  gboolean is_steady;           /* it knows the push-id that it has given */
  gboolean is_tunnel;           /* a proxy's CONNECT comes first */
  /* of one 401 after the other, to who says nothing of himself; NULL: none */
  const gchar *const *challenges;
  const gchar *certificate;     /* NULL without TLS */
  RandomStepFunc step;          /* may be NULL */
  gpointer step_data;
  RandomVerdict *verdict;
  GBytes *headers[2];
  /* under which of them each packet was pushed; written before it is */
  guint8 variants[RANDOM_MAX_PACKETS];

  GMutex lock;
  guint epoch;                  /* of the connection that has the session */
  guint id;
  gboolean has_header;
  guint variant;
  guint last_type;
  gboolean is_changing;         /* $E(1), but no $C yet */
  gboolean was_split;           /* goes on elsewhere without a loss */
  guint8 got[RANDOM_MAX_PACKETS];
  guint n_got;
  guint n_forgotten;            /* sessions of which the server had no header */
} RandomServer;

/* The header of a variant, and the n-th packet: a key frame each tenth. */
GBytes *random_server_make_header (guint variant);
GBytes *random_server_make_packet (guint n);

void random_server_init (RandomServer * self, guint seed,
    RandomVerdict * verdict);
/* Like one that was started again: it knows no session. */
void random_server_forget (RandomServer * self);
void random_server_clear (RandomServer * self);

/* A ScriptFunc; user_data is a RandomServer. */
void random_server_script (ScriptConnection * connection, gpointer user_data);

G_END_DECLS
#endif /* __RANDOM_SERVER_H__ */
