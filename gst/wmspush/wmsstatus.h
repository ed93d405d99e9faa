/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_STATUS_H__
#define __WMS_STATUS_H__

#include <glib.h>
#include <gst/gstconfig.h>
#include <gst/gsterror.h>

G_BEGIN_DECLS

/**
 * GstWmsStatus:
 * @GST_WMS_STATUS_ERROR: something failed; hresult says what
 * @GST_WMS_STATUS_OPENED: the server accepted the session
 * @GST_WMS_STATUS_END_OF_SEGMENT: one header's packets are all written,
 *     another header follows
 * @GST_WMS_STATUS_END_OF_STREAMING: the last packet is written and flushed
 * @GST_WMS_STATUS_LOCATING: the host name is being resolved
 * @GST_WMS_STATUS_CONNECTING: the connection is being made
 * @GST_WMS_STATUS_STARTED: the server gets the header and then packets
 * @GST_WMS_STATUS_STOPPED: streaming ended
 * @GST_WMS_STATUS_CLOSED: the connection is closed
 * @GST_WMS_STATUS_NEW_METADATA: a changed header carried other metadata
 * @GST_WMS_STATUS_SOURCE_SWITCH: a changed header was written
 * @GST_WMS_STATUS_RECONNECT_START: the connection is lost, trying again
 * @GST_WMS_STATUS_RECONNECT_END: the outcome of trying again
 *
 * What a `wms-status` message tells: those members of WMT_STATUS that a writer
 * push sink reports, with their numbers (Windows Media Format SDK,
 * wmsdkidl.h).
 *
 * Since: 1.22
 */
typedef enum
{
  GST_WMS_STATUS_ERROR = 0,
  GST_WMS_STATUS_OPENED = 1,
  GST_WMS_STATUS_END_OF_SEGMENT = 5,
  GST_WMS_STATUS_END_OF_STREAMING = 6,
  GST_WMS_STATUS_LOCATING = 7,
  GST_WMS_STATUS_CONNECTING = 8,
  GST_WMS_STATUS_STARTED = 11,
  GST_WMS_STATUS_STOPPED = 12,
  GST_WMS_STATUS_CLOSED = 13,
  GST_WMS_STATUS_NEW_METADATA = 20,
  GST_WMS_STATUS_SOURCE_SWITCH = 22,
  GST_WMS_STATUS_RECONNECT_START = 35,
  GST_WMS_STATUS_RECONNECT_END = 36,
} GstWmsStatus;

/**
 * GstWmsDataType:
 * @GST_WMS_DATA_TYPE_DWORD: no value, or a 32-bit one
 * @GST_WMS_DATA_TYPE_STRING: text
 * @GST_WMS_DATA_TYPE_BINARY: bytes
 * @GST_WMS_DATA_TYPE_BOOL: a truth value
 * @GST_WMS_DATA_TYPE_QWORD: a 64-bit value
 * @GST_WMS_DATA_TYPE_WORD: a 16-bit value
 * @GST_WMS_DATA_TYPE_GUID: an identifier
 *
 * Type of a `wms-status` message's value: WMT_ATTR_DATATYPE (wmsdkidl.h).
 *
 * Since: 1.22
 */
typedef enum
{
  GST_WMS_DATA_TYPE_DWORD = 0,
  GST_WMS_DATA_TYPE_STRING = 1,
  GST_WMS_DATA_TYPE_BINARY = 2,
  GST_WMS_DATA_TYPE_BOOL = 3,
  GST_WMS_DATA_TYPE_QWORD = 4,
  GST_WMS_DATA_TYPE_WORD = 5,
  GST_WMS_DATA_TYPE_GUID = 6,
} GstWmsDataType;

/* HRESULTs ([MS-ERREF] 2.1; NS_E_* also in the SDK's nserror.h). */
#define WMS_S_OK 0x00000000u
#define WMS_S_FALSE 0x00000001u
#define WMS_E_ABORT 0x80004004u
#define WMS_E_INVALIDARG 0x80070057u
#define WMS_E_OUTOFMEMORY 0x8007000Eu
#define WMS_NS_E_NOCONNECTION 0xC00D0005u
#define WMS_NS_E_CANNOTCONNECT 0xC00D0006u
#define WMS_NS_E_TIMEOUT 0xC00D0013u
#define WMS_NS_E_NET_WRITE 0xC00D0014u
#define WMS_NS_E_NET_READ 0xC00D0015u
#define WMS_NS_E_FILE_NOT_FOUND 0xC00D001Au
#define WMS_NS_E_INVALID_NAME 0xC00D001Cu
#define WMS_NS_E_CONNECTION_FAILURE 0xC00D0029u
#define WMS_NS_E_INVALID_REQUEST 0xC00D002Bu
#define WMS_NS_E_INVALID_DATA 0xC00D002Fu
#define WMS_NS_E_SERVER_NOT_FOUND 0xC00D0035u
#define WMS_NS_E_INTERNAL_SERVER_ERROR 0xC00D2EE2u
#define WMS_NS_E_BAD_REQUEST 0xC00D2EE3u
#define WMS_NS_E_ERROR_FROM_PROXY 0xC00D2EE4u
#define WMS_NS_E_PROXY_TIMEOUT 0xC00D2EE5u
#define WMS_NS_E_SERVER_UNAVAILABLE 0xC00D2EE6u
#define WMS_NS_E_REFUSED_BY_SERVER 0xC00D2EE7u
#define WMS_NS_E_INVALID_REDIRECT 0xC00D2EEAu
#define WMS_NS_E_PROXY_NOT_FOUND 0xC00D2EEDu
#define WMS_NS_E_CANNOT_CONNECT_TO_PROXY 0xC00D2EEEu
#define WMS_NS_E_SESSION_NOT_FOUND 0xC00D2EF3u
#define WMS_NS_E_PROXY_ACCESSDENIED 0xC00D2EF6u
#define WMS_NS_E_SERVER_ACCESSDENIED 0xC00D2EFBu
#define WMS_NS_E_RESOURCE_GONE 0xC00D2EFCu
#define WMS_NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE 0xC00D2EFEu
#define WMS_NS_E_RESET_SOCKET_CONNECTION 0xC00D2F00u
#define WMS_NS_E_TOO_MANY_HOPS 0xC00D2F02u
#define WMS_NS_E_CONNECT_TIMEOUT 0xC00D2F06u
#define WMS_NS_E_PUSH_CANNOTCONNECT 0xC00D2F0Bu
#define WMS_NS_E_INCOMPATIBLE_PUSH_SERVER 0xC00D2F0Cu

/**
 * WMS_HTTP_ERROR:
 *
 * Error domain whose code is the HTTP status of an answer that refuses.
 */
#define WMS_HTTP_ERROR (wms_http_error_quark ())
GQuark wms_http_error_quark (void);

/**
 * WMS_ERROR:
 *
 * Error domain for what the protocol itself finds wrong; codes are #WmsError.
 */
#define WMS_ERROR (wms_error_quark ())
GQuark wms_error_quark (void);

/**
 * WmsError:
 * @WMS_ERROR_NOT_A_PUBLISHING_POINT: the answer is a success, but of a server
 *     that is none ([MS-WMHTTP] 3.1.5.1)
 * @WMS_ERROR_ANSWER: the answer breaks HTTP or the protocol
 * @WMS_ERROR_REDIRECT: the answer sends elsewhere, but not to a place that may
 *     be followed
 * @WMS_ERROR_HOPS: the answers send elsewhere again and again
 * @WMS_ERROR_PUSH_ID: the answer's push-id cannot be sent back
 * @WMS_ERROR_NO_CONNECTION: no connection, for a reason that GIO has no code
 *     for
 * @WMS_ERROR_CONNECT_TIMEOUT: no connection, or no answer to PushSetup, in
 *     time
 * @WMS_ERROR_NAME_TIMEOUT: the name service does not answer in time
 * @WMS_ERROR_STALLED: the server takes no more bytes, or does not answer, in
 *     time
 * @WMS_ERROR_LOST: the connection ended without an answer
 * @WMS_ERROR_CONNECTION_CHANGED: PushStart would have left on another
 *     connection than PushSetup
 * @WMS_ERROR_ENDED_EARLY: the server ended the session with a success before
 *     the stream did
 * @WMS_ERROR_END_LOST: the connection ended after the final $E was written and
 *     before the last packets had arrived
 * @WMS_ERROR_HEADER_TOO_LARGE: the ASF header does not fit into one packet of
 *     the protocol
 * @WMS_ERROR_PACKET_TOO_LARGE: an ASF packet does not fit into one packet of
 *     the protocol
 * @WMS_ERROR_NO_SESSION: there is no session for what was asked
 * @WMS_ERROR_CLEAR_TEXT: the server wants a password unencrypted, which is not
 *     allowed
 * @WMS_ERROR_PROXY_CLEAR_TEXT: the same of the proxy
 * @WMS_ERROR_NTLM_THROUGH_PROXY: the server wants NTLM, which the proxy on the
 *     way does not carry
 * @WMS_ERROR_CHALLENGE: the server wants Digest, and its challenge cannot be
 *     answered
 * @WMS_ERROR_PROXY_CHALLENGE: the same of the proxy
 * @WMS_ERROR_NO_TICKET: the server has accepted the user's ticket, and now no
 *     token can be made of it
 * @WMS_ERROR_PROXY_NO_TICKET: the same of the proxy
 * @WMS_ERROR_PROXY_NOT_FOUND: the proxy's name is unknown
 * @WMS_ERROR_PROXY_TIMEOUT: no connection to the proxy in time
 * @WMS_ERROR_HEADER_DUE: the server wants the session from its beginning: the
 *     next packet has to be a header
 * @WMS_ERROR_RESUMED: the session was lost and goes on: what comes next has to
 *     make sense without what came before
 * @WMS_ERROR_BUSY: the server takes nothing for now
 * @WMS_ERROR_LARGE_PACKETS: the connection ended at the first packets, and
 *     these are larger than what every server takes
 */
typedef enum
{
  WMS_ERROR_NOT_A_PUBLISHING_POINT,
  WMS_ERROR_ANSWER,
  WMS_ERROR_REDIRECT,
  WMS_ERROR_HOPS,
  WMS_ERROR_PUSH_ID,
  WMS_ERROR_NO_CONNECTION,
  WMS_ERROR_CONNECT_TIMEOUT,
  WMS_ERROR_NAME_TIMEOUT,
  WMS_ERROR_STALLED,
  WMS_ERROR_LOST,
  WMS_ERROR_CONNECTION_CHANGED,
  WMS_ERROR_ENDED_EARLY,
  WMS_ERROR_END_LOST,
  WMS_ERROR_HEADER_TOO_LARGE,
  WMS_ERROR_PACKET_TOO_LARGE,
  WMS_ERROR_NO_SESSION,
  WMS_ERROR_CLEAR_TEXT,
  WMS_ERROR_PROXY_CLEAR_TEXT,
  WMS_ERROR_NTLM_THROUGH_PROXY,
  WMS_ERROR_CHALLENGE,
  WMS_ERROR_PROXY_CHALLENGE,
  WMS_ERROR_NO_TICKET,
  WMS_ERROR_PROXY_NO_TICKET,
  WMS_ERROR_PROXY_NOT_FOUND,
  WMS_ERROR_PROXY_TIMEOUT,
  WMS_ERROR_HEADER_DUE,
  WMS_ERROR_RESUMED,
  WMS_ERROR_BUSY,
  WMS_ERROR_LARGE_PACKETS,
} WmsError;

/**
 * WMS_CERTIFICATE_ERROR:
 *
 * Error domain for a server's certificate that is not accepted; the code is
 * one of #GTlsCertificateFlags.
 */
#define WMS_CERTIFICATE_ERROR (wms_certificate_error_quark ())
GQuark wms_certificate_error_quark (void);

/**
 * WmsFailure:
 * @hresult: what the SDK's callback would have got
 * @domain: domain of the matching GStreamer error
 * @code: its code
 * @text: (transfer none): untranslated text for people, marked for
 *     translation: what is wrong and what to do
 */
typedef struct
{
  guint32 hresult;
    GQuark (*domain) (void);
  gint code;
  const gchar *text;
} WmsFailure;

/**
 * wms_failure_from_error:
 * @error: an error of any domain
 *
 * The one table from HTTP statuses, GIO, resolver, TLS, libsoup and protocol
 * errors to HRESULT, GStreamer error and text.
 *
 * Returns: (transfer none): never %NULL; unknown errors have a row of their
 *     domain, then a common one.
 */
const WmsFailure *wms_failure_from_error (const GError * error);

/**
 * wms_failure_get_row:
 * @n: number of a row of the table
 * @domain: (out): whose errors it is for
 * @first: (out): its first code
 * @last: (out): its last code
 *
 * For those who want to go through the table; its first row that matches an
 * error counts.
 *
 * Returns: (transfer none) (nullable): %NULL behind the last row.
 */
const WmsFailure *wms_failure_get_row (guint n, GQuark * domain, gint * first,
    gint * last);

/**
 * wms_failure_http_status:
 *
 * Returns: the HTTP status that @error stands for, 0 when none does.
 */
guint wms_failure_http_status (const GError * error);

/**
 * wms_status_name:
 *
 * Returns: (transfer none): the SDK's name, `WMT_OPENED`.
 */
const gchar *wms_status_name (GstWmsStatus status);

/**
 * wms_status_text:
 *
 * Returns: (transfer none): untranslated text for people, marked for
 *     translation.
 */
const gchar *wms_status_text (GstWmsStatus status);

/**
 * wms_hresult_name:
 *
 * Returns: (transfer none): the SDK's name, `NS_E_TIMEOUT`; "unknown" for one
 *     that this element does not report.
 */
const gchar *wms_hresult_name (guint32 hresult);

G_END_DECLS
#endif /* __WMS_STATUS_H__ */
