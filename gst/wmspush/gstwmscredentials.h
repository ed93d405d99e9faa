/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_CREDENTIALS_H__
#define __GST_WMS_CREDENTIALS_H__

#include <gst/gst.h>

#include "wmspush/wmsquestion.h"

G_BEGIN_DECLS

/**
 * gst_wms_credentials_install_signals:
 * @klass: class of wmspushsink
 *
 * Adds the signals by which an application is asked for credentials, and
 * answers.
 */
void gst_wms_credentials_install_signals (GstElementClass * klass);

/**
 * gst_wms_credentials_ask:
 * @element: a wmspushsink
 * @question: for its application
 *
 * Emits acquire-credentials on this thread, with no lock held.
 */
void gst_wms_credentials_ask (GstElement * element, WmsQuestion * question);

/**
 * gst_wms_credentials_forget:
 * @element: a wmspushsink
 *
 * An answer to the present question does not count any more.
 */
void gst_wms_credentials_forget (GstElement * element);

G_END_DECLS
#endif /* __GST_WMS_CREDENTIALS_H__ */
