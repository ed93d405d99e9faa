/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __CAUSES_H__
#define __CAUSES_H__

#include "failurerows.h"
#include "sinkrig.h"

G_BEGIN_DECLS

/* Waits for the failure and checks all that tells of it against the row that
 * it has to come from: WMT_ERROR, wms-finalize, the ERROR message and its
 * details. */
void cause_check (SinkRig * rig, const gchar * name, GQuark domain, gint code);
/* The same where it was an answer of that HTTP status. */
void cause_check_answer (SinkRig * rig, const gchar * name, GQuark domain,
    gint code, guint status);

/* One after the other: has the test program a cause for each row that it is
 * named in?  begin, then say all causes, then end. */
void cause_begin_list (const gchar * program);
void cause_list (GQuark domain, gint code);
void cause_end_list (void);

G_END_DECLS
#endif /* __CAUSES_H__ */
