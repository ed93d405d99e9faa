/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_SOURCE_H__
#define __WMS_SOURCE_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * wms_source_clear:
 * @source: (inout) (nullable): a reference to an attached source, or %NULL
 *
 * It fires no more, the reference is given back and set to %NULL.
 */
static inline void
wms_source_clear (GSource ** source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

G_END_DECLS
#endif /* __WMS_SOURCE_H__ */
