/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __DEMO_REPORT_H__
#define __DEMO_REPORT_H__

#include "demopipeline.h"
#include "demoplayer.h"

G_BEGIN_DECLS

/**
 * demo_report:
 * @encoded: what the encoders made
 * @played: what the player decoded
 * @picture: where to put the picture
 * @joins_later: whether the player may have missed the beginning, because the
 *     server is somebody else's
 *
 * Prints what arrived.
 *
 * Returns: whether everything that was encoded was played
 */
gboolean demo_report (const DemoEncoded * encoded, const DemoPlayed * played,
    const gchar * picture, gboolean joins_later);

G_END_DECLS
#endif /* __DEMO_REPORT_H__ */
