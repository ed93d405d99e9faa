/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_ANSWER_H__
#define __WMS_ANSWER_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * wms_answer_is_publishing_point:
 * @server: (nullable): the Server header of an answer
 *
 * Returns: whether it names a server of the protocol ([MS-WMSP] 2.2.1.5;
 *     protocol.md, C13).
 */
gboolean wms_answer_is_publishing_point (const gchar * server);

/**
 * wms_answer_find_target:
 * @from: what was asked for
 * @location: (nullable): the Location header of the answer, maybe relative
 *
 * https never becomes http, and nobody else chooses who we are
 * (protocol.md, Credentials).
 *
 * Returns: (transfer full) (nullable): where it may be gone to; %NULL where
 *     that must not be done.
 */
GUri *wms_answer_find_target (GUri * from, const gchar * location);

G_END_DECLS
#endif /* __WMS_ANSWER_H__ */
