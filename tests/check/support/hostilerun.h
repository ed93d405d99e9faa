/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __HOSTILE_RUN_H__
#define __HOSTILE_RUN_H__

#include <gst/gst.h>

G_BEGIN_DECLS

#define HOSTILE_MAX_INPUTS 8

/* One asfmux that is given random things from several threads, while its
 * properties, pads and state change. */
typedef struct _HostileRun HostileRun;

typedef struct
{
  HostileRun *run;
  GRand *rand;
  GstPad *src;
  GstPad *sink;
  GThread *thread;
  guint n_ops;
  GstClockTime time;
  gboolean has_caps;
  gboolean is_released;
} HostileInput;

struct _HostileRun
{
  guint max_ops;                /* of an input; 0: as many as usual */
  GRand *rand;
  GstElement *mux;
  GstBus *bus;
  GstPad *out;
  gboolean is_seekable;
  HostileInput inputs[HOSTILE_MAX_INPUTS];
  guint n_inputs;
  guint n_released;
  gint was_disturbed;           /* a flush, no pad left: no end is owed */

  GMutex lock;
  GCond cond;
  guint n_running;
  /* what came out: one file, or broadcasts each with its header */
  GPtrArray *files;
  gsize pos;
  gsize n_stored;               /* bytes; what is over the limit is not kept */
  gboolean has_bytes_segment;
  gboolean ended;
  const gchar *fault;           /* what was wrong, NULL: nothing */
};

#define HOSTILE_MAX_OUTPUT (256 * 1024 * 1024)

void hostile_run_init (HostileRun * run, guint32 seed);

/* Plays everything.  Returns: whether an error was posted. */
gboolean hostile_run_play (HostileRun * run);
void hostile_run_clear (HostileRun * run);

G_END_DECLS
#endif /* __HOSTILE_RUN_H__ */
