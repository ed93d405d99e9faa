/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmspushsession.h"

#include <glib/gi18n-lib.h>

#include "wmspush/gstwmscredentials.h"
#include "wmspush/gstwmspushsink-private.h"

gboolean
gst_wms_push_session_open (GstWmsPushSink * self)
{
  WmsClientConfig config = { 0, };
  GstWmsMemory *memory;
  WmsClient *client;

  GST_OBJECT_LOCK (self);
  gst_wms_push_settings_copy_config (&self->settings, &config);
  memory = g_steal_pointer (&self->memory);
  GST_OBJECT_UNLOCK (self);
  config.push.memory = memory != NULL ? memory->push : NULL;
  client = wms_client_new (&config, self->mailbox);
  gst_wms_push_settings_clear_config (&config);
  if (client == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        (_("The system has no thread left for the connection.")),
        ("no thread, or no descriptor for its main context"));
  } else {
    gst_wms_sender_open (self->sender, client, memory);
    /* its first message may be answered by the session's end */
    wms_client_begin (client);
  }
  gst_wms_memory_free (memory);
  return client != NULL;
}

void
gst_wms_push_session_close (GstWmsPushSink * self)
{
  GstWmsMemory *memory = gst_wms_sender_close (self->sender);

  GST_OBJECT_LOCK (self);
  gst_wms_memory_free (self->memory);
  self->memory = memory;
  GST_OBJECT_UNLOCK (self);
  gst_wms_credentials_forget (GST_ELEMENT (self));
}

void
gst_wms_push_session_leave (GstWmsPushSink * self)
{
  gboolean is_kept;

  GST_OBJECT_LOCK (self);
  is_kept = self->settings.stop_mode == GST_WMS_STOP_MODE_DISCONNECT
      && gst_wms_sender_has_session (self->sender);
  GST_OBJECT_UNLOCK (self);
  if (is_kept)
    gst_wms_sender_disconnect (self->sender);
}

void
gst_wms_push_session_forget (GstWmsPushSink * self)
{
  GstWmsMemory *memory;

  GST_OBJECT_LOCK (self);
  memory = g_steal_pointer (&self->memory);
  GST_OBJECT_UNLOCK (self);
  gst_wms_memory_free (memory);
}
