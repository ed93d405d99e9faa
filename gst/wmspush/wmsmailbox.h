/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_MAILBOX_H__
#define __WMS_MAILBOX_H__

#include <gio/gio.h>
#include <gst/gststructure.h>

#include "wmspush/wmsquestion.h"
#include "wmspush/wmsstatus.h"

G_BEGIN_DECLS

/**
 * WmsEvent:
 * @status: what happened
 * @hresult: %WMS_S_OK or why not
 * @http_status: of the answer that caused it, or 0
 * @has_value: whether @value counts
 * @value: of status STARTED: first presentation time, 100 ns
 * @error: (nullable): of status ERROR
 * @question: (nullable): for credentials; the event is nothing else then
 * @marker: (nullable): all data before this marker is written; the event is
 *     nothing else then
 *
 * One thing that an application may want to know.
 */
typedef struct
{
  GstWmsStatus status;
  guint32 hresult;
  guint http_status;
  gboolean has_value;
  guint64 value;
  GError *error;
  WmsQuestion *question;
  GstStructure *marker;
} WmsEvent;

/**
 * WmsMailbox:
 *
 * Events on their way to the application: any thread posts, without waiting,
 * and one reader gets them one at a time and in order.  The reader runs on a
 * thread that lives only while there is mail, so that an application which
 * takes its time stops neither the network nor another element.
 */
typedef struct _WmsMailbox WmsMailbox;

/**
 * WmsMailboxFunc:
 * @event: (transfer none): the next event
 * @user_data: as given to wms_mailbox_new()
 *
 * Called with no lock held.
 */
typedef void (*WmsMailboxFunc) (const WmsEvent * event, gpointer user_data);

/**
 * wms_mailbox_new:
 * @func: the reader
 * @user_data: (closure): for @func
 * @notify: (nullable): frees @user_data when reader and owners are done
 */
WmsMailbox *wms_mailbox_new (WmsMailboxFunc func, gpointer user_data,
    GDestroyNotify notify);

/**
 * wms_mailbox_ref:
 *
 * Returns: (transfer full): @self.
 */
WmsMailbox *wms_mailbox_ref (WmsMailbox * self);

/**
 * wms_mailbox_unref:
 * @self: (transfer full): a #WmsMailbox
 */
void wms_mailbox_unref (WmsMailbox * self);

/**
 * wms_mailbox_post:
 * @self: a #WmsMailbox
 * @event: copied
 *
 * Never blocks.  After wms_mailbox_close() the event is dropped.
 */
void wms_mailbox_post (WmsMailbox * self, const WmsEvent * event);

/**
 * wms_mailbox_drain:
 * @self: a #WmsMailbox
 * @timeout_ms: longest wait, -1 for no limit
 * @cancellable: (nullable): ends the wait
 *
 * Waits until the reader has had all that was posted before.  Does nothing
 * when the reader itself calls it.
 */
void wms_mailbox_drain (WmsMailbox * self, gint timeout_ms,
    GCancellable * cancellable);

/**
 * wms_mailbox_close:
 * @self: a #WmsMailbox
 *
 * Drops what is not read yet and all that is posted later.  A reader that is
 * running is not waited for: it may be waiting for the caller.
 */
void wms_mailbox_close (WmsMailbox * self);

G_END_DECLS
#endif /* __WMS_MAILBOX_H__ */
