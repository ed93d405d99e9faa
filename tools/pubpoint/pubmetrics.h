/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_METRICS_H__
#define __PUB_METRICS_H__

#include "pubserver.h"

G_BEGIN_DECLS

#define PUB_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/**
 * pub_metrics_make:
 * @since_unix_seconds: when the server began
 *
 * Returns: (transfer full): what is counted, in the text format 0.0.4 of
 *     Prometheus (docs/status.md).
 */
GBytes *pub_metrics_make (PubServer * server, gint64 since_unix_seconds);

G_END_DECLS
#endif /* __PUB_METRICS_H__ */
