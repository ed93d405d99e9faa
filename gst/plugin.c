/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "asfmux/gstasfmux.h"
#include "asfparse/gstasfparse.h"
#include "rtpasfpay/gstrtpasfpay.h"
#include "wmspush/gstwmspushsink.h"

static gboolean
plugin_init (GstPlugin * plugin)
{
#if ENABLE_NLS
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
#endif

  return GST_ELEMENT_REGISTER (asfmux, plugin)
      && GST_ELEMENT_REGISTER (asfparse, plugin)
      && GST_ELEMENT_REGISTER (rtpasfpay, plugin)
      && GST_ELEMENT_REGISTER (wmspushsink, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, asfmux,
    "Windows Media streams: ASF muxer and push to a publishing point",
    plugin_init, VERSION, "LGPL", PACKAGE_NAME,
    "https://gstreamer.freedesktop.org/")
