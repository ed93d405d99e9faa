/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __DAY_PLAYERS_H__
#define __DAY_PLAYERS_H__

#include "numbered.h"

G_BEGIN_DECLS

/* Three players of one programme, each on a thread of its own, that look at
 * every byte: of plain HTTP, which the server ends with the header and which
 * comes again; of MMS over HTTP; and one of MMS that has only the sound. */
typedef struct _DayPlayers DayPlayers;

DayPlayers *day_players_new (guint port, const gchar * path);

/* A DayFeedWait: nobody is further behind than what the server keeps. */
gboolean day_players_wait (gpointer self, guint64 number);

/* The programme ends soon: nobody comes again. */
void day_players_set_ending (DayPlayers * self);

/* Waits until all have got their end, and says what they have got and whether
 * that is right: a header each @n_headers, objects up to @n_objects. */
void day_players_finish (DayPlayers * self, guint n_headers,
    guint64 n_objects);

G_END_DECLS
#endif /* __DAY_PLAYERS_H__ */
