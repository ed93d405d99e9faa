/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints the table of failures, a row on a line, for docs/guide/troubles.py:
 * domain, first and last code, HRESULT, text; divided by tabs. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <glib.h>

#include "wmspush/wmsstatus.h"

int
main (void)
{
  const WmsFailure *failure;
  GQuark domain;
  gint first, last;
  guint n;

  for (n = 0; (failure = wms_failure_get_row (n, &domain, &first, &last)); n++)
    g_print ("%s\t%d\t%d\t%s\t%s\n", g_quark_to_string (domain), first, last,
        wms_hresult_name (failure->hresult), failure->text);
  return 0;
}
