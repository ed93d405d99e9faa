/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_PUSH_SINK_PRIVATE_H__
#define __GST_WMS_PUSH_SINK_PRIVATE_H__

/* What gstwmspushsink.c and gstwmspushactions.c share. */

#include "wmspush/gstwmsfeed.h"
#include "wmspush/gstwmspushsettings.h"
#include "wmspush/gstwmspushsink.h"

G_BEGIN_DECLS

struct _GstWmsPushSink
{
  GstBaseSink parent;

  /* object lock */
  GstWmsPushSettings settings;
  gboolean is_open;

  GstWmsTurn *turn;
  WmsMailbox *mailbox;
  /* from start to stop; set under the object lock, since statistics are read
   * by any thread; used by who is inside the gate, or has claimed it */
  GstWmsSender *sender;
  GstWmsFeed *feed;
  /* object lock */
  GstWmsStats stats;
  GstWmsMemory *memory;         /* of a session that was disconnected */
};

G_END_DECLS
#endif /* __GST_WMS_PUSH_SINK_PRIVATE_H__ */
