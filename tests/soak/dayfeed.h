/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __DAY_FEED_H__
#define __DAY_FEED_H__

#include "numbered.h"

G_BEGIN_DECLS

/* Called before the picture and the sound of a number, on two threads: returns
 * when there is room for it; FALSE when there will be none. */
typedef gboolean (*DayFeedWait) (gpointer data, guint64 number);

typedef struct
{
  GstPad *pad;
  GThread *thread;
  guint64 n;                    /* objects that were pushed */
} DayFeedStream;

/**
 * DayFeed:
 * @mux: an asfmux in PAUSED or PLAYING
 * @video, @sound: private
 *
 * A picture and a sound of each number, as fast as they are taken.
 */
typedef struct
{
  GstElement *mux;
  NumberedPlan plan;
  DayFeedWait wait;             /* or NULL */
  gpointer data;
  DayFeedStream video, sound;
} DayFeed;

/* Pushes all of it.  FALSE when not all is taken.  @n_objects: of each of both
 * streams. */
gboolean day_feed_run (DayFeed * self, guint64 * n_objects);

/* Pushes the end. */
void day_feed_end (DayFeed * self);

G_END_DECLS
#endif /* __DAY_FEED_H__ */
