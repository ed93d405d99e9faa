/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __FAULT_RIG_H__
#define __FAULT_RIG_H__

#include "sinkrig.h"
#include "statuscourse.h"

G_BEGIN_DECLS

/* A sink that something is done to, and what is told of it, with times.  Its
 * messages come no further. */
typedef struct
{
  SinkRig *rig;
  guint n_pushed;               /* packets */

  GMutex lock;
  GCond cond;
  StatusCourse course;
  gboolean is_out_of_order;
  guint n_lost;                 /* RECONNECT_START */
  guint n_restored;             /* RECONNECT_END, S_OK */
  guint n_failed_tries;         /* RECONNECT_END, anything else */
  gboolean is_over;             /* EOS or ERROR */
  gboolean is_good;             /* FINALIZE with S_OK */
  gint64 noticed_us;            /* the first RECONNECT_START or WMT_ERROR */
  guint noticed_hresult;
  GPtrArray *reasons;           /* hresult-names of failed tries */
  gchar *error;                 /* the last hresult-name of a WMT_ERROR */
} FaultRig;

typedef gboolean (*FaultCondition) (FaultRig * self, guint value);

/* It tries again for ever, the first time too, after a millisecond. */
FaultRig *fault_rig_new (const gchar * url);
void fault_rig_free (FaultRig * self);

/* The header of a variant, and packets, of RandomServer. */
void fault_rig_push_header (FaultRig * self, guint variant);
void fault_rig_push_packets (FaultRig * self, guint first, guint n);

/* Asked again with each message and each millisecond, for 20 s. */
gboolean fault_rig_wait (FaultRig * self, FaultCondition condition,
    guint value);
gboolean fault_is_lost (FaultRig * self, guint n);
gboolean fault_is_restored (FaultRig * self, guint n);
gboolean fault_has_failed_tries (FaultRig * self, guint n);
gboolean fault_is_over (FaultRig * self, guint unused);
gboolean fault_has_sent (FaultRig * self, guint n_packets);

/* Statuses in order; sent + dropped + refused + queued = pushed. */
void fault_rig_check (FaultRig * self, const gchar * name);

/* Open descriptors of the process; threads of a sink's.  They are to be
 * what they were when all sinks are in NULL. */
guint fault_count_descriptors (void);
guint fault_count_threads (void);

G_END_DECLS
#endif /* __FAULT_RIG_H__ */
