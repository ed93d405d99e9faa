/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmswait.h"

static void
wake_up_cb (GCancellable * cancellable, gpointer user_data)
{
  WmsWait *wait = user_data;

  g_mutex_lock (wait->lock);
  g_cond_broadcast (wait->cond);
  g_mutex_unlock (wait->lock);
}

void
wms_wait_begin (WmsWait * wait, GMutex * lock, GCond * cond,
    GCancellable * cancellable, gint timeout_ms)
{
  wait->lock = lock;
  wait->cond = cond;
  wait->cancellable = cancellable;
  wait->deadline = timeout_ms < 0 ? -1 :
      g_get_monotonic_time () + timeout_ms * (gint64) 1000;
  /* connecting may call back at once, so the lock comes after it */
  wait->handler = cancellable == NULL ? 0 :
      g_cancellable_connect (cancellable, G_CALLBACK (wake_up_cb), wait, NULL);
  g_mutex_lock (lock);
}

gboolean
wms_wait_step (WmsWait * wait, GError ** error)
{
  if (g_cancellable_set_error_if_cancelled (wait->cancellable, error))
    return FALSE;
  if (wait->deadline < 0) {
    g_cond_wait (wait->cond, wait->lock);
    return TRUE;
  }
  if (g_cond_wait_until (wait->cond, wait->lock, wait->deadline))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
      "waited too long");
  return FALSE;
}

void
wms_wait_end (WmsWait * wait)
{
  g_mutex_unlock (wait->lock);
  if (wait->handler != 0)
    g_cancellable_disconnect (wait->cancellable, wait->handler);
}
