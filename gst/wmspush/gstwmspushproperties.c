/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the properties of wmspushsink are; gstwmspushsettings.c has their
 * values. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwms-enumtypes.h"
#include "wmspush/gstwmspushsettings.h"

#define WRITABLE \
    (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define READWRITE (WRITABLE | G_PARAM_READABLE)
#define READWRITE_ALWAYS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | \
    GST_PARAM_MUTABLE_PLAYING)

static void
install_point (GObjectClass * object_class)
{
  /**
   * GstWmsPushSink:location:
   *
   * URL of the publishing point, `http://server[:port]/point` or `https://`;
   * `wmspush` and `wmspushs` mean the same.  Ports: 80 and 443.  A user part
   * (`http://user:password@server/point`) is taken out: it is the first that is
   * tried when the server asks, and never shown again.  Can be changed in NULL
   * and READY.  Default: %NULL, which is an error in PAUSED.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_LOCATION,
      g_param_spec_string ("location", "Location",
          "URL of the publishing point", DEFAULT_LOCATION, READWRITE));

  /**
   * GstWmsPushSink:template-location:
   *
   * Absolute path of an existing publishing point that the server copies when
   * the one of #GstWmsPushSink:location does not exist, for example `/pub`
   * ([MS-WMHTTP] 2.2.2.1.1).  Default: %NULL, no template.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_TEMPLATE_LOCATION,
      g_param_spec_string ("template-location", "Template location",
          "Path of the publishing point that the server may copy",
          DEFAULT_TEMPLATE_LOCATION, READWRITE));

  /**
   * GstWmsPushSink:auto-destroy:
   *
   * Whether the server shall remove the publishing point after the session
   * ([MS-WMHTTP] 2.2.2.1.2).  Default: %FALSE.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_AUTO_DESTROY,
      g_param_spec_boolean ("auto-destroy", "Auto destroy",
          "Let the server remove the publishing point after the session",
          DEFAULT_AUTO_DESTROY, READWRITE));

  /**
   * GstWmsPushSink:accept-any-server:
   *
   * Whether a server that does not call itself `Cougar` or `Rex` is taken for
   * a publishing point ([MS-WMHTTP] 3.1.5.1), and any status of success for
   * that, where publishing points say 200 or 204.  An ordinary web server
   * answers a push with success as well, and throws the stream away.
   * Default: %FALSE.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_ACCEPT_ANY_SERVER,
      g_param_spec_boolean ("accept-any-server", "Accept any server",
          "Push also to servers that do not name themselves as publishing "
          "points", DEFAULT_ACCEPT_ANY_SERVER, READWRITE));
}

static void
install_transfer (GObjectClass * object_class)
{
  /**
   * GstWmsPushSink:timeout:
   *
   * Seconds to wait for the server: for the connection and the answer to it,
   * for room when it takes no data, and for its answer at the end.  A server
   * that acknowledges data on a slow line is waited for.  0 waits without limit.
   * Range: 0 to 86400.  Default: 15.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_TIMEOUT,
      g_param_spec_uint ("timeout", "Timeout",
          "Seconds to wait for the server (0 = no limit)", 0, MAX_TIMEOUT,
          DEFAULT_TIMEOUT, READWRITE));

  /**
   * GstWmsPushSink:request-size:
   *
   * Bytes of one PushStart request ([MS-WMHTTP] 3.1.4.2.1), after which another
   * one follows.  0 takes 2147483647, or about 60 s of the stream when a proxy
   * is on the way.  At least 196617 bytes are taken, the room for each packet
   * that there can be.  Range: 0 to 2147483647.  Default: 0.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_REQUEST_SIZE,
      g_param_spec_uint64 ("request-size", "Request size",
          "Bytes of one request (0 = as large as the way to the server allows)",
          0, WMS_PUSH_REQUEST_LENGTH, DEFAULT_REQUEST_SIZE, READWRITE));
}

static void
install_pacing (GObjectClass * object_class)
{
  /**
   * GstWmsPushSink:pacing-rate:
   *
   * Bit/s that the system sends to the server at most (`SO_MAX_PACING_RATE`):
   * it spreads what is written at once, such as a large key frame, so that no
   * queue on a slow link has to take it.  Bytes of all layers up from TCP's
   * payload count; what is written faster for longer is held back, and upstream
   * with it.  Less than 8 is taken for 8.  Can be changed at any time.  0 sets
   * no limit.  #GstBaseSink:max-bitrate spreads buffers instead, and not bytes.
   * Default: 0.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_PACING_RATE,
      g_param_spec_uint64 ("pacing-rate", "Pacing rate",
          "Bit/s that the system sends at most (0 = no limit)", 0, G_MAXUINT64,
          DEFAULT_PACING_RATE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
          | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_stop_mode (GObjectClass * object_class)
{
  /**
   * GstWmsPushSink:stop-mode:
   *
   * What a change from PAUSED to READY makes of a session that neither EOS nor
   * #GstWmsPushSink::end-session has ended.  `end-session` ends it at the
   * server, if that takes no longer than half a second; what the server does
   * not take at once is given up.  `disconnect` closes the connection
   * (IWMWriterPushSink::Disconnect): the server keeps the publishing point for
   * a while, and after a change back to PAUSED the same session goes on, with
   * its push-id, at the next key frame without a header where the header has
   * stayed the same, and from the beginning where the server has forgotten it.  A change to NULL, or
   * of #GstWmsPushSink:location, makes the element forget it.  Can be changed
   * at any time.  Default: end-session.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_STOP_MODE,
      g_param_spec_enum ("stop-mode", "Stop mode",
          "What a change to READY makes of a session", GST_TYPE_WMS_STOP_MODE,
          DEFAULT_STOP_MODE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
          | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_credentials (GObjectClass * object_class)
{
  /**
   * GstWmsPushSink:user-id:
   *
   * User name for the server, tried after the one in #GstWmsPushSink:location;
   * `DOMAIN\user` names a Windows domain.  A redirection to another server does
   * not get it.  Default: %NULL, none.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_USER_ID,
      g_param_spec_string ("user-id", "User id", "User name for the server",
          DEFAULT_USER_ID, READWRITE));

  /**
   * GstWmsPushSink:user-pw:
   *
   * Password of #GstWmsPushSink:user-id.  It can be set and not read.  Who
   * passes it to gst-launch-1.0 shows it to all users of the machine, and what
   * gst_parse_launch() gets is in GStreamer's log: the signal
   * #GstWmsPushSink::acquire-credentials shows it to nobody.  Default: %NULL,
   * an empty one.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_USER_PW,
      g_param_spec_string ("user-pw", "User password",
          "Password for the server", DEFAULT_USER_PW, WRITABLE));

  /**
   * GstWmsPushSink:auth-methods:
   *
   * Ways that may be used to prove who one is; of those that the server or the
   * proxy offers, Negotiate is preferred, then Digest, NTLM and Basic.
   * Negotiate needs the user's Kerberos ticket and is used towards the servers
   * that #GstWmsPushSink:location and #GstWmsPushSink:proxy name, never after a
   * redirection to another one.  Default: all.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_AUTH_METHODS,
      g_param_spec_flags ("auth-methods", "Authentication methods",
          "Ways that may be used to prove who one is",
          GST_TYPE_WMS_AUTH_METHODS, DEFAULT_AUTH_METHODS, READWRITE));

  /**
   * GstWmsPushSink:allow-clear-text-credentials:
   *
   * Whether the passwords of location, #GstWmsPushSink:user-pw and
   * #GstWmsPushSink:proxy-pw may be sent so that everybody on the way can read
   * them: with Basic, and without https.  Default: %FALSE.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class,
      PROP_ALLOW_CLEAR_TEXT_CREDENTIALS,
      g_param_spec_boolean ("allow-clear-text-credentials",
          "Allow clear-text credentials",
          "Send passwords also where everybody on the way can read them",
          DEFAULT_ALLOW_CLEAR_TEXT_CREDENTIALS, READWRITE));

  /**
   * GstWmsPushSink:credentials-timeout:
   *
   * Seconds to wait for the answer to #GstWmsPushSink::acquire-credentials; 0
   * waits without limit.  Range: 0 to 86400.  Default: 120.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_CREDENTIALS_TIMEOUT,
      g_param_spec_uint ("credentials-timeout", "Credentials timeout",
          "Seconds to wait for credentials (0 = no limit)", 0, MAX_TIMEOUT,
          DEFAULT_CREDENTIALS_TIMEOUT, READWRITE));
}

static void
install_retries (GObjectClass * object_class)
{
  /**
   * GstWmsPushSink:retries:
   *
   * How often in a row a session is tried again that was lost: the connection
   * broke, the server takes nothing any more, or has refused what it had
   * accepted before.  -1 for no limit; 0 makes each loss an error.  Counted from
   * the first again after a session that lasted longer than the delay before
   * it.  A wrong password is never tried again.  Where the server still knows the session it
   * goes on, else another one begins; in both cases at a key frame, or where
   * #GstWmsPushSink:leaky says.  Range: -1 to 2147483647.  Default: -1.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_RETRIES,
      g_param_spec_int ("retries", "Retries",
          "How often a lost session is tried again (-1 = no limit)", -1,
          G_MAXINT, DEFAULT_RETRIES, READWRITE));

  /**
   * GstWmsPushSink:retry-first:
   *
   * Whether #GstWmsPushSink:retries counts for the first connection as well,
   * which otherwise fails at once.  The answers 403 and 404 end it all the same
   * (protocol.md, C26).  Default: %FALSE.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_RETRY_FIRST,
      g_param_spec_boolean ("retry-first", "Retry first",
          "Try the first connection again as well", DEFAULT_RETRY_FIRST,
          READWRITE));

  /**
   * GstWmsPushSink:retry-delay:
   *
   * Nanoseconds from a loss to the first try, at least 10 ms.  Doubles with
   * each try that fails, up to 32 times as much, and up to a quarter of it is
   * added by chance; short again after a session that lasted longer than that.
   * Range: 0 to 86400 s.  Default: 1 s.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_RETRY_DELAY,
      g_param_spec_uint64 ("retry-delay", "Retry delay",
          "Time before a lost session is tried again, growing (ns)", 0,
          MAX_TIMEOUT_NS, DEFAULT_RETRY_DELAY, READWRITE));

  /**
   * GstWmsPushSink:resume-timeout:
   *
   * Seconds after a loss in which the server may refuse the session, since it
   * has not noticed the loss itself; a refusal after that is an error.  Range:
   * 0 to 86400.  Default: 360, more than Windows Media Services needs.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_RESUME_TIMEOUT,
      g_param_spec_uint ("resume-timeout", "Resume timeout",
          "Seconds in which a server may refuse a session that was lost", 0,
          MAX_TIMEOUT, DEFAULT_RESUME_TIMEOUT, READWRITE));
}

static void
install_backlog (GObjectClass * object_class)
{
  /**
   * GstWmsPushSink:leaky:
   *
   * What happens when the connection takes less than the stream has, is lost,
   * or not there yet: upstream waits, or packets are dropped up to the next one
   * that starts a key frame; where none comes within a minute of the stream, or
   * no picture within ten seconds, up to the next one that starts anything.
   * Drops are counted in #GstWmsPushSink:stats, and told in a warning and a QoS
   * message, one for each run of drops once the session has begun.  Default:
   * no.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_LEAKY,
      g_param_spec_enum ("leaky", "Leaky",
          "What becomes of packets that the connection does not take",
          GST_TYPE_WMS_LEAKY, DEFAULT_LEAKY, READWRITE));

  /**
   * GstWmsPushSink:max-backlog:
   *
   * Nanoseconds that a packet waits for the connection before packets are
   * dropped; only where #GstWmsPushSink:leaky allows that.  Range: 0 to
   * 86400 s.  Default: 1 s.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_MAX_BACKLOG,
      g_param_spec_uint64 ("max-backlog", "Max backlog",
          "Time that a packet waits before packets are dropped (ns)", 0,
          MAX_TIMEOUT_NS, DEFAULT_MAX_BACKLOG, READWRITE));
}

static void
install_proxy (GObjectClass * object_class)
{
  /**
   * GstWmsPushSink:proxy:
   *
   * URL of an HTTP proxy, `[http://][user:password@]host[:port]`; the user part
   * is taken out and never shown again.  An empty one connects directly.
   * Default: %NULL, which takes the environment variables `http_proxy`,
   * `https_proxy` and `no_proxy`, then the system's settings; this machine
   * itself is reached directly.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_PROXY,
      g_param_spec_string ("proxy", "Proxy",
          "URL of an HTTP proxy (empty = none, unset = the system's)",
          DEFAULT_PROXY, READWRITE));

  /**
   * GstWmsPushSink:proxy-id:
   *
   * User name for the proxy, tried after the one in #GstWmsPushSink:proxy.
   * Default: %NULL, none.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_PROXY_ID,
      g_param_spec_string ("proxy-id", "Proxy id", "User name for the proxy",
          DEFAULT_PROXY_ID, READWRITE));

  /**
   * GstWmsPushSink:proxy-pw:
   *
   * Password of #GstWmsPushSink:proxy-id.  It can be set and not read.
   * Default: %NULL, an empty one.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_PROXY_PW,
      g_param_spec_string ("proxy-pw", "Proxy password",
          "Password for the proxy", DEFAULT_PROXY_PW, WRITABLE));
}

static void
install_tls (GObjectClass * object_class)
{
  /**
   * GstWmsPushSink:tls-database:
   *
   * Certificates that are trusted with https.  The object is used on other
   * threads.  Default: %NULL, the system's.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_TLS_DATABASE,
      g_param_spec_object ("tls-database", "TLS database",
          "Trusted certificates", G_TYPE_TLS_DATABASE, READWRITE));

  /**
   * GstWmsPushSink:tls-validation-flags:
   *
   * What makes a server's certificate unacceptable.  Default: everything.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_TLS_VALIDATION_FLAGS,
      g_param_spec_flags ("tls-validation-flags", "TLS validation flags",
          "What makes a server's certificate unacceptable",
          G_TYPE_TLS_CERTIFICATE_FLAGS, DEFAULT_TLS_VALIDATION_FLAGS,
          READWRITE));

  /**
   * GstWmsPushSink:tls-interaction:
   *
   * Asked for a certificate of ours, and for its password, where the server
   * wants one.  The object is used on other threads.  Default: %NULL, none.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_TLS_INTERACTION,
      g_param_spec_object ("tls-interaction", "TLS interaction",
          "Asked for a certificate of ours and its password",
          G_TYPE_TLS_INTERACTION, READWRITE));
}

/**
 * GstWmsPushSink:stats:
 *
 * The statistics of #GstBaseSink:stats, which count buffers and lists, and
 * those below.  Counts run from READY to PAUSED on, over all sessions;
 * everything stays as it was at the end until the next start, but what only a
 * connection has.  May be read at any time, from any thread; it costs a few
 * microseconds.
 *
 * The session:
 *
 * - `state` (#GstWmsPushState): where it is;
 * - `http-status` (uint): of the last answer, 0 before the first;
 * - `push-id` (string): of the session, "0" before the server gave one;
 * - `auth-scheme` (string): how the server was told who we are, for example
 *   `Digest`; absent where it did not ask;
 * - `last-error` (string, translated) and `last-hresult` (uint): the last
 *   failure, also one that was got over; absent, and S_OK, without one.
 *
 * The connection, 0 where there is none:
 *
 * - `bytes-unacknowledged` (uint, bytes): with the system, and not
 *   acknowledged by the server;
 * - `request-bytes-left` (uint64, bytes): of the present PushStart;
 * - `round-trip-time` (uint64, ns): to the server and back, smoothed, as the
 *   system estimates it;
 * - `pacing-rate` (uint64, bit/s): the limit that is in force, 0 for none.
 *
 * What was sent:
 *
 * - `bytes-sent` (uint64, bytes): of request bodies, framing included;
 * - `bytes-lost` (uint64, bytes): that the server had not acknowledged when a
 *   connection was lost;
 * - `packets-received` (uint64): ASF data packets that came: each one is sent,
 *   dropped, refused or queued;
 * - `packets-sent` (uint64): written as a whole;
 * - `packets-dropped` (uint64): left out by a flush, a loss or backpressure;
 * - `packets-refused` (uint64): that no session could take;
 * - `packets-queued` (uint64): that wait, the one written in part too;
 * - `discontinuities` (uint64): how often packets were left out in a row;
 * - `reconnects` (uint): how often a lost session went on;
 * - `bytes-swallowed` (uint64, bytes): of indexes and rewritten headers, which
 *   are not for a receiver.
 *
 * The members of the Windows SDK's MF_SINK_WRITER_STATISTICS that apply; a
 * sample is an ASF data packet, and processed means written:
 *
 * - `last-timestamp-received` (uint64, ns of running time, %GST_CLOCK_TIME_NONE
 *   before the first; llLastTimestampReceived): DTS, else PTS, of the last
 *   packet that came; in a stream of bytes its send time;
 * - `last-timestamp-processed` (the same; llLastTimestampProcessed): of the
 *   last packet that was written;
 * - `last-stream-tick-received` (the same; llLastStreamTickReceived): of the
 *   last GAP event;
 * - `samples-received` (uint64; qwNumSamplesReceived): the same as
 *   `packets-received`;
 * - `samples-processed` (uint64; qwNumSamplesProcessed): the same as
 *   `packets-sent`;
 * - `stream-ticks-received` (uint64; qwNumStreamTicksReceived): GAP events;
 * - `bytes-queued` (uint64, bytes; dwByteCountQueued): of packets that came,
 *   framing included, and that the system has not taken: more than 0 while
 *   the server is slower than the stream;
 * - `bytes-processed` (uint64, bytes; qwByteCountProcessed): of packets that
 *   were written, without framing and padding;
 * - `average-sample-rate-received` (double, packets in a second;
 *   dwAverageSampleRateReceived): over the time from the first packet to the
 *   last one, 0 before there are two;
 * - `average-sample-rate-processed` (double, the same;
 *   dwAverageSampleRateProcessed): of packets that were written.
 *
 * There is neither an encoder nor a sink that asks for samples, so
 * llLastTimestampEncoded, qwNumSamplesEncoded, dwAverageSampleRateEncoded,
 * llLastSinkSampleRequest and dwNumOutstandingSinkSampleRequests have no
 * field.
 *
 * Since: 1.22
 */
static void
install_messages (GObjectClass * object_class)
{
  /**
   * GstWmsPushSink:status-messages:
   *
   * Whether `wms-status` messages are posted.  Progress, error, `wms-finalize`
   * and `wms-marker` messages are posted in any case.  Can be changed at any
   * time and counts for what is posted then.  Default: %TRUE.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_STATUS_MESSAGES,
      g_param_spec_boolean ("status-messages", "Status messages",
          "Post wms-status messages", DEFAULT_STATUS_MESSAGES,
          READWRITE_ALWAYS));

  /**
   * GstWmsPushSink:status-context:
   *
   * A pointer of the application's, which comes back as the field `context` of
   * each `wms-status` and `wms-finalize` message.  The element does not look at
   * what it points to, which has to live until the last of these messages is
   * gone.  Can be changed at any time and counts for what is posted then.
   * Default: %NULL, no such field.
   *
   * Since: 1.22
   */
  g_object_class_install_property (object_class, PROP_STATUS_CONTEXT,
      g_param_spec_pointer ("status-context", "Status context",
          "Pointer that status messages carry", READWRITE_ALWAYS));
}

static void
install_stats (GObjectClass * object_class)
{
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Statistics of connection, packets and bytes",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

void
gst_wms_push_settings_install_properties (GObjectClass * object_class)
{
  install_point (object_class);
  install_transfer (object_class);
  install_pacing (object_class);
  install_stop_mode (object_class);
  install_retries (object_class);
  install_backlog (object_class);
  install_credentials (object_class);
  install_proxy (object_class);
  install_tls (object_class);
  install_messages (object_class);
  install_stats (object_class);
}
