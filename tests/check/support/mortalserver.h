/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __MORTAL_SERVER_H__
#define __MORTAL_SERVER_H__

#include "randomserver.h"

G_BEGIN_DECLS

#define MORTAL_NEVER G_MAXUINT

/* A publishing point that is killed behind a step of the protocol: its
 * connections end, and nobody listens on its port until it is started again, or
 * something else in its place. */
typedef struct
{
  RandomServer random;
  RandomVerdict verdict;
  ScriptServer *server;
  gboolean is_reset;            /* and not closed */
  guint dies_at;                /* steps from the start; MORTAL_NEVER */
  guint dies_with_packets;      /* when it has got so many; 0: does not count */

  GMutex lock;
  ScriptFunc successor;         /* who has its place */
  guint first_connection;       /* since it was started */
  guint n_steps;
  gboolean is_ending;           /* the last frame was read */
  gboolean is_dead;
  gint64 died_us;
  guint64 n_unread;             /* bytes that it had not read */
  gchar *step;                  /* behind which it died */
} MortalServer;

/* Other fields may be set until a client connects. */
void mortal_server_init (MortalServer * self);
void mortal_server_clear (MortalServer * self);

/* Who listens on the port of a dead one. */
void mortal_server_replace (MortalServer * self, ScriptFunc successor);
/* Starts it again, with what it knew or without. */
void mortal_server_restart (MortalServer * self, gboolean remembers);

gboolean mortal_server_is_dead (MortalServer * self);
guint mortal_server_count_packets (MortalServer * self);
gboolean mortal_server_has_packet (MortalServer * self, guint n);

G_END_DECLS
#endif /* __MORTAL_SERVER_H__ */
