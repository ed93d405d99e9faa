/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __FAILURE_ROWS_H__
#define __FAILURE_ROWS_H__

#include <glib.h>

G_BEGIN_DECLS

/* What a row of the table in wmsstatus.c has to say, and how the row is
 * tested: either a test program causes it with a real server, socket, resolver
 * or certificate, or there is a reason why nothing can. */
typedef struct
{
  GQuark (*domain) (void);
  gint first;
  gint last;
  guint32 hresult;
  GQuark (*gst_domain) (void);
  gint gst_code;
  const gchar *program;         /* under tests/check/elements */
  const gchar *reason;          /* why no program can */
} FailureRow;

/* In the order of the table; NULL behind the last. */
const FailureRow *failure_row_get (guint n);
/* The first one that an error falls into; NULL for none. */
const FailureRow *failure_row_find (GQuark domain, gint code);

G_END_DECLS
#endif /* __FAILURE_ROWS_H__ */
