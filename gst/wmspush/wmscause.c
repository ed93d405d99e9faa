/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmscause.h"

#include "wmspush/wmsstatus.h"

static void
set_cause (GError * error, GQuark domain, gint code)
{
  error->domain = domain;
  error->code = code;
}

/* Codes that have a row of their own for connections which are being made;
 * others say what the system call was given, not what is wrong. */
static gboolean
says_why_not_connected (gint code)
{
  switch (code) {
    case G_IO_ERROR_CANCELLED:
    case G_IO_ERROR_CONNECTION_REFUSED:
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
    case G_IO_ERROR_PERMISSION_DENIED:
    case G_IO_ERROR_CONNECTION_CLOSED:
    case G_IO_ERROR_PARTIAL_INPUT:
    case G_IO_ERROR_NO_SPACE:
    case G_IO_ERROR_TOO_MANY_OPEN_FILES:
    case G_IO_ERROR_PROXY_FAILED:
    case G_IO_ERROR_PROXY_AUTH_FAILED:
    case G_IO_ERROR_PROXY_NEED_AUTH:
    case G_IO_ERROR_PROXY_NOT_ALLOWED:
      return TRUE;
    default:
      return FALSE;
  }
}

static void
refine_connecting (GError * error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    set_cause (error, WMS_ERROR, WMS_ERROR_CONNECT_TIMEOUT);
  else if (error->domain == G_IO_ERROR && !says_why_not_connected (error->code))
    set_cause (error, WMS_ERROR, WMS_ERROR_NO_CONNECTION);
}

/* Who could not be reached was the proxy. */
static void
blame_proxy (GError * error)
{
  if (error->domain == G_RESOLVER_ERROR
      || g_error_matches (error, WMS_ERROR, WMS_ERROR_NAME_TIMEOUT))
    set_cause (error, WMS_ERROR, WMS_ERROR_PROXY_NOT_FOUND);
  else if (g_error_matches (error, WMS_ERROR, WMS_ERROR_CONNECT_TIMEOUT))
    set_cause (error, WMS_ERROR, WMS_ERROR_PROXY_TIMEOUT);
  else if (g_error_matches (error, WMS_ERROR, WMS_ERROR_NO_CONNECTION)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    set_cause (error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED);
}

/* What routers say of a connection that was there counts only when it was not
 * better within TCP_USER_TIMEOUT: it came to nothing for so long. */
static void
refine_connected (GError * error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    set_cause (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

void
wms_cause_refine (GError * error, WmsStage stage, gboolean is_proxy)
{
  if (error == NULL)
    return;
  if (stage == WMS_STAGE_CONNECTED) {
    refine_connected (error);
    return;
  }
  if (stage == WMS_STAGE_RESOLVING
      && g_error_matches (error, WMS_ERROR, WMS_ERROR_CONNECT_TIMEOUT))
    set_cause (error, WMS_ERROR, WMS_ERROR_NAME_TIMEOUT);
  refine_connecting (error);
  if (is_proxy)
    blame_proxy (error);
}

void
wms_cause_set_certificate (GError * error, GTlsCertificateFlags flags)
{
  static const GTlsCertificateFlags order[] = {
    G_TLS_CERTIFICATE_REVOKED, G_TLS_CERTIFICATE_UNKNOWN_CA,
    G_TLS_CERTIFICATE_BAD_IDENTITY, G_TLS_CERTIFICATE_NOT_ACTIVATED,
    G_TLS_CERTIFICATE_EXPIRED, G_TLS_CERTIFICATE_INSECURE,
    G_TLS_CERTIFICATE_GENERIC_ERROR
  };
  gsize i;

  if (!g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return;
  for (i = 0; i < G_N_ELEMENTS (order); i++) {
    if (flags & order[i]) {
      set_cause (error, WMS_CERTIFICATE_ERROR, order[i]);
      return;
    }
  }
}
