/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmsstatus.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "asf/asferror.h"

/* Not by G_DEFINE_QUARK: several threads fail, and that has no lock. */

GQuark
wms_http_error_quark (void)
{
  return g_quark_from_static_string ("wms-http-error-quark");
}

GQuark
wms_error_quark (void)
{
  return g_quark_from_static_string ("wms-error-quark");
}

GQuark
wms_certificate_error_quark (void)
{
  return g_quark_from_static_string ("wms-certificate-error-quark");
}

#define TEXT_ACCESS N_("The server wants a user name and password, or these " \
    "have no right to publish here. Check user-id and user-pw, or ask the " \
    "server's operator for access.")
#define TEXT_NO_POINT N_("The server has no publishing point of this name. " \
    "Check the path of the URL, create the publishing point on the server, " \
    "or set template-location to one that it may copy.")
#define TEXT_REFUSED N_("The server refuses this encoder. Check that the " \
    "publishing point accepts pushes, that this user and this computer's " \
    "address have the right to publish there, and that no other encoder is " \
    "connected to it.")
#define TEXT_TAKEN N_("The publishing point is taken, most likely by another " \
    "encoder. End that one, wait until the server has given up a session " \
    "that was lost, or publish to another path.")
#define TEXT_TOO_LONG N_("The server does not take requests of this length. " \
    "Set a smaller request-size, or raise the server's limit.")
#define TEXT_LOGIN N_("The network wants this computer to log in. Open a web " \
    "page here, log in there, and start again.")
#define TEXT_BUSY N_("The server has no room for this session now. Try " \
    "again later, or look for an old session on the server and end it.")
#define TEXT_SERVER_FAULT N_("The server failed while it handled the push. " \
    "Look into the server's log.")
#define TEXT_SERVER_ENDED N_("The server ended the session. Look into its " \
    "log: it may have waited too long for data, or its operator may have " \
    "disconnected the encoder.")
#define TEXT_BAD_REQUEST N_("The server did not understand the push. Check " \
    "that the URL is that of a Windows Media publishing point, and that no " \
    "proxy on the way changes requests.")
#define TEXT_STREAM N_("The server does not take this stream. Look into its " \
    "log for what it refuses, and check codecs and packet-size.")
#define TEXT_REDIRECT N_("The server sends this encoder elsewhere. Set the " \
    "location to the publishing point's final URL.")
#define TEXT_PROXY_ACCESS N_("The proxy wants a user name and password, or " \
    "refuses them. Check proxy-id and proxy-pw, or connect without the proxy.")
#define TEXT_CLEAR_TEXT N_("The server wants the password unencrypted. Use " \
    "https, or set allow-clear-text-credentials if the network is safe.")
#define TEXT_PROXY_CLEAR_TEXT N_("The proxy wants the password unencrypted. " \
    "Set allow-clear-text-credentials if the network to it is safe.")
#define TEXT_NTLM_PROXY N_("The server wants NTLM, which the proxy on the way " \
    "does not carry. Connect without the proxy, use https, or let the " \
    "server offer Digest.")
#define TEXT_CHALLENGE N_("The password is asked for in a way that cannot be " \
    "followed. Have the server, or the proxy, ask for Digest with a usual " \
    "algorithm and a realm in UTF-8, or for NTLM.")
#define TEXT_PROXY N_("A proxy on the way cannot reach the server. Check that " \
    "the server runs and that its address is right, or connect without the " \
    "proxy.")
#define TEXT_PROXY_AWAY N_("The proxy cannot be reached. Check its address " \
    "in the property proxy or in the environment, or connect without it.")
#define TEXT_NOT_PUBLISHING N_("This is an ordinary web server, not a " \
    "publishing point. Check host and port of the URL, or set " \
    "accept-any-server if it takes pushes all the same.")
#define TEXT_ANSWER N_("The server's answer is no valid HTTP. Check host and " \
    "port of the URL.")
#define TEXT_PUSH_ID N_("The server's push-id cannot be sent back: it is too " \
    "long, or has characters that none may have. Check host and port of the " \
    "URL, and whether there is a newer version of the server.")
#define TEXT_NO_CONNECTION N_("No connection to the server. Check that it " \
    "runs, that host and port of the URL are right, and that no firewall " \
    "stands between.")
#define TEXT_NO_HOST N_("The server's name is unknown. Check the host in the " \
    "URL and the name service of this computer.")
#define TEXT_NO_RESOLVER N_("The name service does not say where the server " \
    "is. Check the network and the name service of this computer, or write " \
    "the server's address into the URL.")
#define TEXT_NO_ANSWER N_("The server does not answer. Check that host and " \
    "port of the URL are a publishing point's, or raise timeout.")
#define TEXT_STALLED N_("The server takes no more data. Check the network " \
    "and the server's load, or raise timeout.")
#define TEXT_LOST N_("The connection to the server was lost. Check the " \
    "network, and look into the server's log.")
#define TEXT_LARGE N_("The server ended the connection at the first packets, " \
    "which are large. Set a smaller packet-size at the muxer, or leave it at " \
    "its default; if that does not help, look into the server's log.")
#define TEXT_ISSUER N_("The server's certificate comes from an issuer that is " \
    "not trusted here. Add the issuer's certificate to those of this " \
    "computer, or to tls-database.")
#define TEXT_IDENTITY N_("The server's certificate is another host's. Use the " \
    "name that is in the certificate as the host in the URL.")
#define TEXT_NOT_YET N_("The server's certificate is not valid yet. Check the " \
    "clock of this computer.")
#define TEXT_EXPIRED N_("The server's certificate has expired. Have it " \
    "renewed, or check the clock of this computer.")
#define TEXT_CERTIFICATE N_("The server's certificate is not accepted. Have " \
    "it replaced by one that is in force and safe.")
#define TEXT_OUR_CERTIFICATE N_("The server wants a certificate of this " \
    "encoder, or refuses the one that it got. Provide one that it accepts " \
    "with tls-interaction.")
#define TEXT_TLS N_("No secure connection to the server. Check that its port " \
    "speaks TLS, and in a version that is still in use.")
#define TEXT_NO_TLS N_("This computer has no TLS. Install glib-networking.")
#define TEXT_HEADER N_("The stream's header is too large to be pushed. " \
    "Remove pictures and long texts from its tags.")
#define TEXT_PACKET N_("The stream's packets are too large to be pushed. Set " \
    "a smaller packet-size at the muxer.")
#define TEXT_ENDED N_("The server ended the session before the stream was " \
    "over. Look into its log.")
#define TEXT_NO_SESSION N_("There is no session with the server. Start again.")
#define TEXT_NO_ASF N_("The stream is not ASF. Put asfmux before this " \
    "element, or read an intact ASF file.")
#define TEXT_RESOURCES N_("This computer has no descriptors or memory left " \
    "for a connection. End other programs, or raise the limit of open files " \
    "(ulimit -n).")
#define TEXT_SETTINGS N_("A setting cannot be used. Check location, proxy and " \
    "the settings for TLS.")
#define TEXT_OTHER N_("The push failed for a reason that has no name here. " \
    "Start it again with GST_DEBUG=wms*:6 and read the log.")

#define RESOURCE(code) gst_resource_error_quark, GST_RESOURCE_ERROR_##code

typedef struct
{
  GQuark (*domain) (void);
  gint first;                   /* codes, */
  gint last;                    /* inclusive */
  WmsFailure failure;
} FailureRow;

/* The first row that matches counts.  HTTP statuses: [MS-WMHTTP] 3.1.5, RFC
 * 9110 section 15 and those that IANA lists beside them.  HRESULTs by their
 * meaning in [MS-ERREF] 2.1.1. */
/* *INDENT-OFF* */
static const FailureRow failures[] = {
#define ROW(domain, first, last, hresult, gst, text) \
  {domain, first, last, {WMS_##hresult, RESOURCE (gst), text}}
#define ALL(domain, hresult, gst, text) \
  ROW (domain, G_MININT, G_MAXINT, hresult, gst, text)
#define HTTP(status, hresult, gst, text) \
  ROW (wms_http_error_quark, status, status, hresult, gst, text)
#define HTTP_CLASS(class, hresult, gst, text) \
  ROW (wms_http_error_quark, (class) * 100, (class) * 100 + 99, hresult, gst, text)
  HTTP (400, NS_E_BAD_REQUEST, OPEN_WRITE, TEXT_BAD_REQUEST),
  HTTP (401, NS_E_SERVER_ACCESSDENIED, NOT_AUTHORIZED, TEXT_ACCESS),
  HTTP (402, NS_E_REFUSED_BY_SERVER, NOT_AUTHORIZED, TEXT_REFUSED),
  HTTP (403, NS_E_REFUSED_BY_SERVER, NOT_AUTHORIZED, TEXT_REFUSED),
  HTTP (404, NS_E_FILE_NOT_FOUND, NOT_FOUND, TEXT_NO_POINT),
  HTTP (405, NS_E_INCOMPATIBLE_PUSH_SERVER, OPEN_WRITE, TEXT_NOT_PUBLISHING),
  HTTP (406, NS_E_INCOMPATIBLE_PUSH_SERVER, OPEN_WRITE, TEXT_NOT_PUBLISHING),
  HTTP (407, NS_E_PROXY_ACCESSDENIED, NOT_AUTHORIZED, TEXT_PROXY_ACCESS),
  HTTP (408, NS_E_TIMEOUT, WRITE, TEXT_SERVER_ENDED),
  HTTP (409, NS_E_REFUSED_BY_SERVER, BUSY, TEXT_TAKEN),
  HTTP (410, NS_E_RESOURCE_GONE, NOT_FOUND, TEXT_NO_POINT),
  HTTP (411, NS_E_BAD_REQUEST, OPEN_WRITE, TEXT_BAD_REQUEST),
  HTTP (412, NS_E_BAD_REQUEST, OPEN_WRITE, TEXT_BAD_REQUEST),
  HTTP (413, NS_E_REFUSED_BY_SERVER, NO_SPACE_LEFT, TEXT_TOO_LONG),
  HTTP (414, NS_E_BAD_REQUEST, OPEN_WRITE, TEXT_BAD_REQUEST),
  HTTP (415, NS_E_INCOMPATIBLE_PUSH_SERVER, OPEN_WRITE, TEXT_NOT_PUBLISHING),
  HTTP (416, NS_E_BAD_REQUEST, OPEN_WRITE, TEXT_BAD_REQUEST),
  HTTP (417, NS_E_BAD_REQUEST, OPEN_WRITE, TEXT_BAD_REQUEST),
  HTTP (421, NS_E_BAD_REQUEST, OPEN_WRITE, TEXT_BAD_REQUEST),
  HTTP (422, NS_E_INVALID_DATA, WRITE, TEXT_STREAM),
  HTTP (423, NS_E_REFUSED_BY_SERVER, BUSY, TEXT_TAKEN),
  HTTP (425, NS_E_SERVER_UNAVAILABLE, BUSY, TEXT_BUSY),
  HTTP (426, NS_E_INCOMPATIBLE_PUSH_SERVER, OPEN_WRITE, TEXT_NOT_PUBLISHING),
  HTTP (428, NS_E_BAD_REQUEST, OPEN_WRITE, TEXT_BAD_REQUEST),
  HTTP (429, NS_E_SERVER_UNAVAILABLE, BUSY, TEXT_BUSY),
  HTTP (431, NS_E_BAD_REQUEST, OPEN_WRITE, TEXT_BAD_REQUEST),
  HTTP (451, NS_E_REFUSED_BY_SERVER, NOT_AUTHORIZED, TEXT_REFUSED),
  HTTP (453, NS_E_SERVER_UNAVAILABLE, BUSY, TEXT_BUSY),
  HTTP (454, NS_E_SESSION_NOT_FOUND, OPEN_WRITE, TEXT_SERVER_ENDED),
  HTTP (500, NS_E_INTERNAL_SERVER_ERROR, WRITE, TEXT_SERVER_FAULT),
  HTTP (501, NS_E_INCOMPATIBLE_PUSH_SERVER, OPEN_WRITE, TEXT_NOT_PUBLISHING),
  HTTP (502, NS_E_ERROR_FROM_PROXY, OPEN_WRITE, TEXT_PROXY),
  HTTP (503, NS_E_SERVER_UNAVAILABLE, BUSY, TEXT_BUSY),
  HTTP (504, NS_E_PROXY_TIMEOUT, OPEN_WRITE, TEXT_PROXY),
  HTTP (505, NS_E_INCOMPATIBLE_PUSH_SERVER, OPEN_WRITE, TEXT_NOT_PUBLISHING),
  HTTP (507, NS_E_SERVER_UNAVAILABLE, NO_SPACE_LEFT, TEXT_BUSY),
  HTTP (511, NS_E_PROXY_ACCESSDENIED, NOT_AUTHORIZED, TEXT_LOGIN),
  HTTP_CLASS (2, NS_E_INCOMPATIBLE_PUSH_SERVER, OPEN_WRITE,
      TEXT_NOT_PUBLISHING),
  HTTP_CLASS (3, NS_E_INVALID_REDIRECT, OPEN_WRITE, TEXT_REDIRECT),
  HTTP_CLASS (4, NS_E_REFUSED_BY_SERVER, OPEN_WRITE, TEXT_REFUSED),
  HTTP_CLASS (5, NS_E_INTERNAL_SERVER_ERROR, WRITE, TEXT_SERVER_FAULT),
  ALL (wms_http_error_quark, NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE, OPEN_WRITE,
      TEXT_ANSWER),
#undef HTTP_CLASS
#undef HTTP
#define WMS(code, hresult, gst, text) \
  ROW (wms_error_quark, WMS_ERROR_##code, WMS_ERROR_##code, hresult, gst, text)
  WMS (NOT_A_PUBLISHING_POINT, NS_E_INCOMPATIBLE_PUSH_SERVER, OPEN_WRITE,
      TEXT_NOT_PUBLISHING),
  WMS (ANSWER, NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE, OPEN_WRITE, TEXT_ANSWER),
  WMS (REDIRECT, NS_E_INVALID_REDIRECT, OPEN_WRITE, TEXT_REDIRECT),
  WMS (HOPS, NS_E_TOO_MANY_HOPS, OPEN_WRITE, TEXT_REDIRECT),
  WMS (PUSH_ID, NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE, OPEN_WRITE, TEXT_PUSH_ID),
  WMS (NO_CONNECTION, NS_E_CANNOTCONNECT, OPEN_WRITE, TEXT_NO_CONNECTION),
  WMS (CONNECT_TIMEOUT, NS_E_CONNECT_TIMEOUT, OPEN_WRITE, TEXT_NO_ANSWER),
  WMS (NAME_TIMEOUT, NS_E_SERVER_NOT_FOUND, NOT_FOUND, TEXT_NO_RESOLVER),
  WMS (STALLED, NS_E_TIMEOUT, WRITE, TEXT_STALLED),
  WMS (LOST, NS_E_CONNECTION_FAILURE, WRITE, TEXT_LOST),
  WMS (CONNECTION_CHANGED, NS_E_CONNECTION_FAILURE, OPEN_WRITE, TEXT_LOST),
  WMS (ENDED_EARLY, NS_E_CONNECTION_FAILURE, WRITE, TEXT_ENDED),
  WMS (END_LOST, NS_E_CONNECTION_FAILURE, WRITE, TEXT_LOST),
  WMS (HEADER_TOO_LARGE, NS_E_INVALID_DATA, SETTINGS, TEXT_HEADER),
  WMS (PACKET_TOO_LARGE, NS_E_INVALID_DATA, SETTINGS, TEXT_PACKET),
  WMS (NO_SESSION, NS_E_NOCONNECTION, WRITE, TEXT_NO_SESSION),
  WMS (CLEAR_TEXT, NS_E_SERVER_ACCESSDENIED, NOT_AUTHORIZED, TEXT_CLEAR_TEXT),
  WMS (PROXY_CLEAR_TEXT, NS_E_PROXY_ACCESSDENIED, NOT_AUTHORIZED,
      TEXT_PROXY_CLEAR_TEXT),
  WMS (NTLM_THROUGH_PROXY, NS_E_SERVER_ACCESSDENIED, NOT_AUTHORIZED,
      TEXT_NTLM_PROXY),
  WMS (CHALLENGE, NS_E_SERVER_ACCESSDENIED, NOT_AUTHORIZED, TEXT_CHALLENGE),
  WMS (PROXY_CHALLENGE, NS_E_PROXY_ACCESSDENIED, NOT_AUTHORIZED,
      TEXT_CHALLENGE),
  WMS (NO_TICKET, NS_E_SERVER_ACCESSDENIED, NOT_AUTHORIZED, TEXT_ACCESS),
  WMS (PROXY_NO_TICKET, NS_E_PROXY_ACCESSDENIED, NOT_AUTHORIZED,
      TEXT_PROXY_ACCESS),
  WMS (PROXY_NOT_FOUND, NS_E_PROXY_NOT_FOUND, NOT_FOUND, TEXT_PROXY_AWAY),
  WMS (PROXY_TIMEOUT, NS_E_CANNOT_CONNECT_TO_PROXY, OPEN_WRITE,
      TEXT_PROXY_AWAY),
  WMS (HEADER_DUE, NS_E_CONNECTION_FAILURE, WRITE, TEXT_LOST),
  WMS (RESUMED, NS_E_CONNECTION_FAILURE, WRITE, TEXT_LOST),
  WMS (BUSY, NS_E_TIMEOUT, WRITE, TEXT_STALLED),
  WMS (LARGE_PACKETS, NS_E_CONNECTION_FAILURE, WRITE, TEXT_LARGE),
#undef WMS
#define CERTIFICATE(flag, text) \
  ROW (wms_certificate_error_quark, G_TLS_CERTIFICATE_##flag, \
      G_TLS_CERTIFICATE_##flag, NS_E_CANNOTCONNECT, OPEN_WRITE, text)
  CERTIFICATE (UNKNOWN_CA, TEXT_ISSUER),
  CERTIFICATE (BAD_IDENTITY, TEXT_IDENTITY),
  CERTIFICATE (NOT_ACTIVATED, TEXT_NOT_YET),
  CERTIFICATE (EXPIRED, TEXT_EXPIRED),
  CERTIFICATE (REVOKED, TEXT_CERTIFICATE),
  CERTIFICATE (INSECURE, TEXT_CERTIFICATE),
  CERTIFICATE (GENERIC_ERROR, TEXT_CERTIFICATE),
#undef CERTIFICATE
#define IO(code, hresult, gst, text) \
  ROW (g_io_error_quark, G_IO_ERROR_##code, G_IO_ERROR_##code, hresult, gst, \
      text)
  IO (CONNECTION_REFUSED, NS_E_CANNOTCONNECT, OPEN_WRITE, TEXT_NO_CONNECTION),
  IO (HOST_UNREACHABLE, NS_E_CANNOTCONNECT, OPEN_WRITE, TEXT_NO_CONNECTION),
  IO (NETWORK_UNREACHABLE, NS_E_CANNOTCONNECT, OPEN_WRITE, TEXT_NO_CONNECTION),
  IO (PERMISSION_DENIED, NS_E_CANNOTCONNECT, OPEN_WRITE, TEXT_NO_CONNECTION),
  IO (HOST_NOT_FOUND, NS_E_SERVER_NOT_FOUND, NOT_FOUND, TEXT_NO_HOST),
  IO (TIMED_OUT, NS_E_TIMEOUT, WRITE, TEXT_STALLED),
  IO (CONNECTION_CLOSED, NS_E_RESET_SOCKET_CONNECTION, WRITE, TEXT_LOST),
  IO (PARTIAL_INPUT, NS_E_CONNECTION_FAILURE, WRITE, TEXT_LOST),
  IO (INVALID_ARGUMENT, E_INVALIDARG, SETTINGS, TEXT_SETTINGS),
  IO (INVALID_DATA, NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE, READ, TEXT_ANSWER),
  IO (TOO_MANY_OPEN_FILES, E_OUTOFMEMORY, NO_SPACE_LEFT, TEXT_RESOURCES),
  IO (NO_SPACE, E_OUTOFMEMORY, NO_SPACE_LEFT, TEXT_RESOURCES),
  IO (PROXY_FAILED, NS_E_CANNOT_CONNECT_TO_PROXY, OPEN_WRITE,
      TEXT_PROXY_AWAY),
  IO (PROXY_AUTH_FAILED, NS_E_PROXY_ACCESSDENIED, NOT_AUTHORIZED,
      TEXT_PROXY_ACCESS),
  IO (PROXY_NEED_AUTH, NS_E_PROXY_ACCESSDENIED, NOT_AUTHORIZED,
      TEXT_PROXY_ACCESS),
  IO (PROXY_NOT_ALLOWED, NS_E_ERROR_FROM_PROXY, OPEN_WRITE, TEXT_PROXY),
#undef IO
  ALL (g_io_error_quark, NS_E_NET_WRITE, WRITE, TEXT_LOST),
  ROW (g_resolver_error_quark, G_RESOLVER_ERROR_TEMPORARY_FAILURE,
      G_RESOLVER_ERROR_TEMPORARY_FAILURE, NS_E_SERVER_NOT_FOUND, NOT_FOUND,
      TEXT_NO_RESOLVER),
  ALL (g_resolver_error_quark, NS_E_SERVER_NOT_FOUND, NOT_FOUND, TEXT_NO_HOST),
#define TLS(code, hresult, gst, text) \
  ROW (g_tls_error_quark, G_TLS_ERROR_##code, G_TLS_ERROR_##code, hresult, \
      gst, text)
  TLS (UNAVAILABLE, NS_E_CANNOTCONNECT, OPEN_WRITE, TEXT_NO_TLS),
  TLS (BAD_CERTIFICATE, NS_E_CANNOTCONNECT, OPEN_WRITE, TEXT_CERTIFICATE),
  TLS (CERTIFICATE_REQUIRED, NS_E_CANNOTCONNECT, OPEN_WRITE,
      TEXT_OUR_CERTIFICATE),
  TLS (BAD_CERTIFICATE_PASSWORD, NS_E_CANNOTCONNECT, OPEN_WRITE,
      TEXT_OUR_CERTIFICATE),
  TLS (EOF, NS_E_RESET_SOCKET_CONNECTION, WRITE, TEXT_LOST),
#undef TLS
  ALL (g_tls_error_quark, NS_E_CANNOTCONNECT, OPEN_WRITE, TEXT_TLS),
#define SOUP(code, hresult, gst, text) \
  ROW (soup_session_error_quark, SOUP_SESSION_ERROR_##code, \
      SOUP_SESSION_ERROR_##code, hresult, gst, text)
  SOUP (PARSING, NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE, OPEN_WRITE, TEXT_ANSWER),
  SOUP (ENCODING, NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE, OPEN_WRITE, TEXT_ANSWER),
  SOUP (TOO_MANY_REDIRECTS, NS_E_TOO_MANY_HOPS, OPEN_WRITE, TEXT_REDIRECT),
  SOUP (TOO_MANY_RESTARTS, NS_E_CONNECTION_FAILURE, OPEN_WRITE, TEXT_LOST),
  SOUP (REDIRECT_NO_LOCATION, NS_E_INVALID_REDIRECT, OPEN_WRITE,
      TEXT_REDIRECT),
  SOUP (REDIRECT_BAD_URI, NS_E_INVALID_REDIRECT, OPEN_WRITE, TEXT_REDIRECT),
#undef SOUP
  ALL (soup_session_error_quark, NS_E_CONNECTION_FAILURE, WRITE, TEXT_LOST),
  {asf_error_quark, G_MININT, G_MAXINT,
      {WMS_NS_E_INVALID_DATA, gst_stream_error_quark, GST_STREAM_ERROR_FORMAT,
          TEXT_NO_ASF}},
#undef ALL
#undef ROW
};
/* *INDENT-ON* */

static const WmsFailure other_failure = {
  WMS_NS_E_CONNECTION_FAILURE, RESOURCE (FAILED), TEXT_OTHER
};

const WmsFailure *
wms_failure_from_error (const GError * error)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (failures); i++) {
    if (error->domain == failures[i].domain ()
        && error->code >= failures[i].first && error->code <= failures[i].last)
      return &failures[i].failure;
  }
  return &other_failure;
}

const WmsFailure *
wms_failure_get_row (guint n, GQuark * domain, gint * first, gint * last)
{
  if (n >= G_N_ELEMENTS (failures))
    return NULL;
  *domain = failures[n].domain ();
  *first = failures[n].first;
  *last = failures[n].last;
  return &failures[n].failure;
}

guint
wms_failure_http_status (const GError * error)
{
  if (error == NULL)
    return 0;
  if (error->domain == WMS_HTTP_ERROR)
    return error->code;
  if (error->domain != WMS_ERROR)
    return 0;
  switch (error->code) {
    case WMS_ERROR_CLEAR_TEXT:
    case WMS_ERROR_NTLM_THROUGH_PROXY:
    case WMS_ERROR_CHALLENGE:
      return 401;
    case WMS_ERROR_PROXY_CLEAR_TEXT:
    case WMS_ERROR_PROXY_CHALLENGE:
      return 407;
    default:
      return 0;
  }
}

static const struct
{
  GstWmsStatus status;
  const gchar *name;
  const gchar *text;
} statuses[] = {
  {GST_WMS_STATUS_ERROR, "WMT_ERROR", N_("The push failed")},
  {GST_WMS_STATUS_OPENED, "WMT_OPENED",
      N_("The server accepted the session")},
  {GST_WMS_STATUS_END_OF_SEGMENT, "WMT_END_OF_SEGMENT",
      N_("One part of the programme is sent")},
  {GST_WMS_STATUS_END_OF_STREAMING, "WMT_END_OF_STREAMING",
      N_("The whole programme is sent")},
  {GST_WMS_STATUS_LOCATING, "WMT_LOCATING", N_("Looking for the server")},
  {GST_WMS_STATUS_CONNECTING, "WMT_CONNECTING",
      N_("Connecting to the server")},
  {GST_WMS_STATUS_STARTED, "WMT_STARTED", N_("Streaming has begun")},
  {GST_WMS_STATUS_STOPPED, "WMT_STOPPED", N_("Streaming has ended")},
  {GST_WMS_STATUS_CLOSED, "WMT_CLOSED", N_("The connection is closed")},
  {GST_WMS_STATUS_NEW_METADATA, "WMT_NEW_METADATA",
      N_("The programme's description changed")},
  {GST_WMS_STATUS_SOURCE_SWITCH, "WMT_SOURCE_SWITCH",
      N_("Another part of the programme begins")},
  {GST_WMS_STATUS_RECONNECT_START, "WMT_RECONNECT_START",
      N_("The connection is lost, trying again")},
  {GST_WMS_STATUS_RECONNECT_END, "WMT_RECONNECT_END",
      N_("The connection is back, and the push goes on")},
};

const gchar *
wms_status_name (GstWmsStatus status)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (statuses); i++) {
    if (statuses[i].status == status)
      return statuses[i].name;
  }
  return "unknown";
}

const gchar *
wms_status_text (GstWmsStatus status)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (statuses); i++) {
    if (statuses[i].status == status)
      return statuses[i].text;
  }
  return "";
}

#define HRESULT(name) {WMS_##name, #name}
static const struct
{
  guint32 hresult;
  const gchar *name;
} hresults[] = {
  HRESULT (S_OK),
  HRESULT (S_FALSE),
  HRESULT (E_ABORT),
  HRESULT (E_INVALIDARG),
  HRESULT (E_OUTOFMEMORY),
  HRESULT (NS_E_NOCONNECTION),
  HRESULT (NS_E_CANNOTCONNECT),
  HRESULT (NS_E_TIMEOUT),
  HRESULT (NS_E_NET_WRITE),
  HRESULT (NS_E_NET_READ),
  HRESULT (NS_E_FILE_NOT_FOUND),
  HRESULT (NS_E_INVALID_NAME),
  HRESULT (NS_E_CONNECTION_FAILURE),
  HRESULT (NS_E_INVALID_REQUEST),
  HRESULT (NS_E_INVALID_DATA),
  HRESULT (NS_E_SERVER_NOT_FOUND),
  HRESULT (NS_E_INTERNAL_SERVER_ERROR),
  HRESULT (NS_E_BAD_REQUEST),
  HRESULT (NS_E_ERROR_FROM_PROXY),
  HRESULT (NS_E_PROXY_TIMEOUT),
  HRESULT (NS_E_SERVER_UNAVAILABLE),
  HRESULT (NS_E_REFUSED_BY_SERVER),
  HRESULT (NS_E_INVALID_REDIRECT),
  HRESULT (NS_E_PROXY_NOT_FOUND),
  HRESULT (NS_E_CANNOT_CONNECT_TO_PROXY),
  HRESULT (NS_E_SESSION_NOT_FOUND),
  HRESULT (NS_E_PROXY_ACCESSDENIED),
  HRESULT (NS_E_SERVER_ACCESSDENIED),
  HRESULT (NS_E_RESOURCE_GONE),
  HRESULT (NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE),
  HRESULT (NS_E_RESET_SOCKET_CONNECTION),
  HRESULT (NS_E_TOO_MANY_HOPS),
  HRESULT (NS_E_CONNECT_TIMEOUT),
  HRESULT (NS_E_PUSH_CANNOTCONNECT),
  HRESULT (NS_E_INCOMPATIBLE_PUSH_SERVER),
};

const gchar *
wms_hresult_name (guint32 hresult)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (hresults); i++) {
    if (hresults[i].hresult == hresult)
      return hresults[i].name;
  }
  return "unknown";
}
