/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "demostatus.h"

#include <stdio.h>

#include <glib/gi18n-lib.h>

void
demo_print (const gchar * format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_print ("%s\n", text);
  fflush (stdout);
}

static const gchar *
get_string (const GstStructure * s, const gchar * field)
{
  const gchar *text = gst_structure_get_string (s, field);

  return text != NULL ? text : "";
}

void
demo_status_print (GstMessage * message)
{
  const GstStructure *s = gst_message_get_structure (message);
  g_autofree gchar *http = NULL;
  guint status = 0;

  if (s == NULL)
    return;
  if (gst_structure_has_name (s, "wms-finalize")) {
    demo_print ("%-22s %-12s", "wms-finalize", get_string (s, "hresult-name"));
    return;
  }
  if (!gst_structure_has_name (s, "wms-status"))
    return;
  if (gst_structure_get_uint (s, "http-status", &status))
    http = g_strdup_printf (" (HTTP %u)", status);
  demo_print ("%-22s %-12s %s  %s%s", get_string (s, "status-name"),
      get_string (s, "hresult-name"), get_string (s, "location"),
      get_string (s, "text"), http != NULL ? http : "");
}

void
demo_progress_print (DemoProgress * progress, GstClockTime time,
    const GstStructure * stats)
{
  guint64 bytes = 0, packets = 0;
  gdouble kbps = 0;

  if (stats != NULL) {
    gst_structure_get_uint64 (stats, "bytes-sent", &bytes);
    gst_structure_get_uint64 (stats, "packets-sent", &packets);
  }
  if (time > progress->time && bytes >= progress->bytes)
    kbps = (bytes - progress->bytes) * 8 * 1e6 / (time - progress->time);
  progress->time = time;
  progress->bytes = bytes;
  /* TRANSLATORS: running time, rate of the last second, what was sent */
  demo_print (_("%7.1f s %7.0f kbit/s %7.0f packets %10.0f bytes"),
      (gdouble) time / GST_SECOND, kbps, (gdouble) packets, (gdouble) bytes);
}
