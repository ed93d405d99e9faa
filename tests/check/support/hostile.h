/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_HOSTILE_H__
#define __TEST_HOSTILE_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/* Random things of the kind that elements get from elsewhere: mostly right, a
 * bit wrong now and then, nonsense sometimes.  The same numbers of @rand give
 * the same things. */

/* One of @n with the chance 1. */
gboolean hostile_chance (GRand * rand, guint n);

/* Small, ordinary, or at an end of what the type holds. */
gint64 hostile_int (GRand * rand);

/* Fixed caps out of the template's, with fields changed, left out or added;
 * others' caps now and then. */
GstCaps *hostile_caps (GRand * rand, GstPad * pad);

/* 0 bytes to 64 MiB, nearly all of them under 20 kB, in several pieces now and
 * then; times near *@time, which goes on, or absurd ones. */
GstBuffer *hostile_buffer (GRand * rand, GstClockTime * time);
GstBufferList *hostile_list (GRand * rand, GstClockTime * time);

/* One that waits for the data before it, mostly. */
GstQuery *hostile_query (GRand * rand);

/* A segment that times can be in. */
GstEvent *hostile_segment (GRand * rand);
/* Any other event that goes downstream in order with the data, EOS not. */
GstEvent *hostile_event (GRand * rand, GstClockTime time);

/* Gives a writable property of the object a value of its range. */
void hostile_set_property (GRand * rand, GObject * object);

G_END_DECLS
#endif /* __TEST_HOSTILE_H__ */
