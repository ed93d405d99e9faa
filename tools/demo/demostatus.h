/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __DEMO_STATUS_H__
#define __DEMO_STATUS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * demo_print:
 * @format: printf format of one line, without its end
 *
 * Prints a line at once, also into a pipe.
 */
void demo_print (const gchar * format, ...) G_GNUC_PRINTF (1, 2);

/**
 * demo_status_print:
 * @message: an element message of wmspushsink
 *
 * Prints one line for a wms-status or wms-finalize message.
 */
void demo_status_print (GstMessage * message);

/**
 * DemoProgress:
 * @bytes: what the sink had sent when the last line was printed
 * @time: and when that was, in ns of running time
 */
typedef struct
{
  guint64 bytes;
  GstClockTime time;
} DemoProgress;

/**
 * demo_progress_print:
 * @progress: kept from line to line; zero at first
 * @time: running time
 * @stats: (nullable): the sink's statistics
 *
 * Prints time, bitrate since the last line, packets and bytes sent.
 */
void demo_progress_print (DemoProgress * progress, GstClockTime time,
    const GstStructure * stats);

G_END_DECLS
#endif /* __DEMO_STATUS_H__ */
