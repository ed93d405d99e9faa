/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubnotify.h"

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

static void
notify (const gchar * text)
{
#ifdef HAVE_SYSTEMD
  sd_notify (FALSE, text);
#endif
}

void
pub_notify_ready (const gchar * status)
{
  gchar *text = g_strdup_printf ("READY=1\nSTATUS=%s", status);

  notify (text);
  g_free (text);
}

void
pub_notify_status (const gchar * status)
{
  gchar *text = g_strconcat ("STATUS=", status, NULL);

  notify (text);
  g_free (text);
}

void
pub_notify_reloading (void)
{
  /* the time is wanted by Type=notify-reload of newer managers */
  gchar *text = g_strdup_printf ("RELOADING=1\nMONOTONIC_USEC=%"
      G_GINT64_FORMAT, g_get_monotonic_time ());

  notify (text);
  g_free (text);
}

void
pub_notify_stopping (void)
{
  notify ("STOPPING=1\nSTATUS=Ending sessions");
}

guint64
pub_notify_watchdog_us (void)
{
#ifdef HAVE_SYSTEMD
  uint64_t us;

  if (sd_watchdog_enabled (FALSE, &us) > 0)
    return us;
#endif
  return 0;
}

void
pub_notify_alive (void)
{
  notify ("WATCHDOG=1");
}
