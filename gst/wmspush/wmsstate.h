/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_STATE_H__
#define __WMS_STATE_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * GstWmsPushState:
 * @GST_WMS_PUSH_STATE_CLOSED: there is no session: none was begun, or the
 *     element has been stopped
 * @GST_WMS_PUSH_STATE_CONNECTING: the server is being asked for a session
 * @GST_WMS_PUSH_STATE_OPEN: the server has accepted the session, and no packet
 *     is written yet
 * @GST_WMS_PUSH_STATE_STREAMING: packets are written
 * @GST_WMS_PUSH_STATE_RECONNECTING: a session that was open is asked for once
 *     more
 * @GST_WMS_PUSH_STATE_ENDING: the last packet is written, the server's answer
 *     to it is due
 * @GST_WMS_PUSH_STATE_ENDED: the session is over, by the end of the stream or
 *     an action
 * @GST_WMS_PUSH_STATE_FAILED: the session is over, since it failed
 *
 * Where a session is: field `state` of #GstWmsPushSink:stats.
 *
 * Since: 1.22
 */
typedef enum
{
  GST_WMS_PUSH_STATE_CLOSED,
  GST_WMS_PUSH_STATE_CONNECTING,
  GST_WMS_PUSH_STATE_OPEN,
  GST_WMS_PUSH_STATE_STREAMING,
  GST_WMS_PUSH_STATE_RECONNECTING,
  GST_WMS_PUSH_STATE_ENDING,
  GST_WMS_PUSH_STATE_ENDED,
  GST_WMS_PUSH_STATE_FAILED,
} GstWmsPushState;

/**
 * GstWmsStopMode:
 * @GST_WMS_STOP_MODE_END_SESSION: end it, as EOS does but without waiting for
 *     long
 * @GST_WMS_STOP_MODE_DISCONNECT: leave it to the server and close the
 *     connection
 *
 * What a change from PAUSED to READY makes of a session.
 *
 * Since: 1.22
 */
typedef enum
{
  GST_WMS_STOP_MODE_END_SESSION,
  GST_WMS_STOP_MODE_DISCONNECT,
} GstWmsStopMode;

G_END_DECLS
#endif /* __WMS_STATE_H__ */
