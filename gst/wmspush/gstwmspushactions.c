/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* IWMWriterPushSink::EndSession and Disconnect as action signals, on threads of
 * the application: they claim the gate, so that no lock of the base class is
 * held while they wait for the server. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmspushactions.h"

#include "wmspush/gstwmspushsink-private.h"

static gboolean
has_session (GstWmsPushSink * self)
{
  gboolean has_one;

  GST_OBJECT_LOCK (self);
  has_one = self->sender != NULL && gst_wms_sender_has_session (self->sender);
  GST_OBJECT_UNLOCK (self);
  return has_one;
}

/* What ends a session, with the session to itself. */
typedef guint32 (*Action) (GstWmsSender * sender);

static guint
act (GstWmsPushSink * self, Action action, gboolean has_precedence)
{
  WmsGate *gate = gst_wms_turn_get_gate (self->turn);
  guint32 hresult;

  if (!has_session (self))
    return WMS_NS_E_NOCONNECTION;
  if (!wms_gate_claim (gate, has_precedence))
    return WMS_S_FALSE;
  hresult = action (self->sender);
  wms_gate_release (gate);
  return hresult;
}

static guint
end_session (GstWmsPushSink * self)
{
  return act (self, gst_wms_sender_end_now, FALSE);
}

static guint
disconnect (GstWmsPushSink * self)
{
  return act (self, gst_wms_sender_disconnect, TRUE);
}

void
gst_wms_push_actions_install_signals (GstElementClass * klass)
{
  /**
   * GstWmsPushSink::end-session:
   * @sink: the element
   *
   * Ends the session as EOS does, from any thread, whatever the pipeline waits
   * for: IWMWriterPushSink::EndSession of the Windows Media Format SDK.  What
   * was rendered is sent, then the end of the session; the call returns when
   * the server has had it and the messages are on the bus, after
   * #GstWmsPushSink:timeout at the latest.  A session that waits for
   * #GstWmsPushSink::acquire-credentials and has sent nothing is closed at
   * once, also from within that signal.  After that upstream gets
   * %GST_FLOW_EOS, and the EOS that it sends then is posted as usual.  A flush,
   * or a change to READY and back, begins another session with the next data.
   *
   * Returns: an HRESULT: S_OK; NS_E_NOCONNECTION without a session; S_FALSE
   * when another call is ending it, or when it is emitted from within the
   * thread that streams; E_ABORT when a change to READY or
   * #GstWmsPushSink::disconnect broke it off; or why the session failed
   * meanwhile.
   *
   * Since: 1.22
   */
  g_signal_new_class_handler ("end-session", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (end_session), NULL,
      NULL, NULL, G_TYPE_UINT, 0);

  /**
   * GstWmsPushSink::disconnect:
   * @sink: the element
   *
   * Closes the connection without ending the session, from any thread:
   * IWMWriterPushSink::Disconnect.  The server keeps the publishing point for a
   * while, and the next session of this element goes on in it: after a change
   * to READY and back to PAUSED, or after a flush.  Until then upstream gets
   * %GST_FLOW_EOS.  A #GstWmsPushSink::end-session under way is broken off.
   *
   * Returns: an HRESULT: S_OK; NS_E_NOCONNECTION without a session; S_FALSE
   * when another call is closing it, or when it is emitted from within the
   * thread that streams.
   *
   * Since: 1.22
   */
  g_signal_new_class_handler ("disconnect", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (disconnect), NULL, NULL,
      NULL, G_TYPE_UINT, 0);
}
