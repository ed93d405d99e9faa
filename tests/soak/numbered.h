/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __NUMBERED_H__
#define __NUMBERED_H__

#include <gst/gst.h>

#include "asf/asfpacket.h"

G_BEGIN_DECLS

/* Media objects that say which one they are and when, so that whoever gets them
 * knows what is missing, double, moved or broken. */

/* Every so many pictures are key frames. */
#define NUMBERED_KEY_DISTANCE 10

/* When objects are: a picture and a sound at the same time, @step_ms apart, and
 * every 40 ms around the time at which 32 bits of ms are full. */
typedef struct
{
  guint64 step_ms;
  guint64 end_ms;
  gboolean jumps;               /* from the first ones up to that time */
} NumberedPlan;

/* 2^32 ms: 49.7 days. */
#define NUMBERED_FULL_MS G_GUINT64_CONSTANT (0x100000000)

/* Goes on from object @number at @time_ms: FALSE at the end. */
gboolean numbered_plan_next (const NumberedPlan * self, guint64 number,
    guint64 * time_ms);

/* Returns: (transfer full): a picture or a sound. */
GstBuffer *numbered_buffer_new (const NumberedPlan * self, gboolean is_video,
    guint64 number, guint64 time_ms);

typedef struct
{
  gboolean has_any;
  guint64 next;                 /* number of the next object */
  gboolean has_time;            /* one under this header */
  guint64 time_ms;              /* of the last object, as it says */
  guint32 pres_ms;              /* as its payload says */
  guint8 object_number;
  guint32 size, got;
  guint8 fill;
} NumberedStream;

/* Someone who gets packets.  Zeros are one that has got nothing. */
typedef struct
{
  const gchar *name;
  AsfHeaderInfo info;
  guint n_headers;
  guint64 n_packets;
  NumberedStream video, sound;
  guint64 n_missing;            /* objects */
  guint64 first_missing;
  guint64 n_faults;
  gchar fault[200];             /* the first one */
} NumberedCheck;

/* FALSE when it cannot be read. */
gboolean numbered_check_header (NumberedCheck * self, const guint8 * data,
    gsize size);
void numbered_check_packet (NumberedCheck * self, const guint8 * data,
    gsize size);

/* What comes next may begin anywhere. */
void numbered_check_begin (NumberedCheck * self);

/* Counts a fault that somebody else has found. */
void numbered_check_blame (NumberedCheck * self, const gchar * format, ...)
    G_GNUC_PRINTF (2, 3);

G_END_DECLS
#endif /* __NUMBERED_H__ */
