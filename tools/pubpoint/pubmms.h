/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_MMS_H__
#define __PUB_MMS_H__

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Framing header and MMS data packet header ([MS-WMSP] 2.2.3.1). */
#define PUB_MMS_CHUNK_HEAD_SIZE 12
/* Largest payload of one packet (2.2.3.1.2). */
#define PUB_MMS_MAX_PAYLOAD (G_MAXUINT16 - 8)
/* Bytes of a $C or $E packet (2.2.3.2, 2.2.3.4), and of a $T (2.2.3.8). */
#define PUB_MMS_NOTICE_SIZE 8
#define PUB_MMS_TEST_SIZE 4
/* Bytes that pub_mms_transfer_head() may write. */
#define PUB_MMS_TRANSFER_MAX 12
/* Reasons of $E (2.2.3.4). */
#define PUB_MMS_S_OK 0u
#define PUB_MMS_S_FALSE 1u

/* AFFlags of $H and $M (2.2.3.1.2). */
#define PUB_MMS_FIRST_PIECE 0x04
#define PUB_MMS_LAST_PIECE 0x08

/* Players of this version and later want a $M before each $H (3.2.4.2), and
 * understand Supported (2.2.1.7) and playlist-gen-id. */
#define PUB_MMS_METADATA_SINCE 9

/* Stream numbers are 1 to 127; what goes beyond so many entries is left out. */
#define PUB_MMS_MAX_SWITCHES 128
/* The source stream that stands for none (2.2.1.4.27). */
#define PUB_MMS_NO_STREAM 0xffffu

#define PUB_MMS_TYPE_HEADER "application/vnd.ms.wms-hdr.asfv1"
#define PUB_MMS_TYPE_FRAMED "application/x-mms-framed"

/**
 * PubMmsKind:
 * @PUB_MMS_PLAIN: not of an [MS-WMSP] player
 * @PUB_MMS_DESCRIBE: 2.2.2.1
 * @PUB_MMS_PLAY: 2.2.2.6
 * @PUB_MMS_PLAY_NEXT: PlayNextEntry, 2.2.2.7
 * @PUB_MMS_SELECT: SelectStream, 2.2.2.8
 * @PUB_MMS_PIPELINE: 2.2.2.5
 * @PUB_MMS_KEEP_ALIVE: 2.2.2.3, POST or OPTIONS
 * @PUB_MMS_STOP: 2.2.2.10
 * @PUB_MMS_LOG: 2.2.2.4
 * @PUB_MMS_EVENT: SendEvent, 2.2.2.9
 * @PUB_MMS_CONTENT_INFO: GetContentInfo, 2.2.2.2
 * @PUB_MMS_INVALID: of a player, and none of these
 *
 * Request types ([MS-WMSP] 2.2.2).
 */
typedef enum
{
  PUB_MMS_PLAIN,
  PUB_MMS_DESCRIBE,
  PUB_MMS_PLAY,
  PUB_MMS_PLAY_NEXT,
  PUB_MMS_SELECT,
  PUB_MMS_PIPELINE,
  PUB_MMS_KEEP_ALIVE,
  PUB_MMS_STOP,
  PUB_MMS_LOG,
  PUB_MMS_EVENT,
  PUB_MMS_CONTENT_INFO,
  PUB_MMS_INVALID,
} PubMmsKind;

/**
 * PubMmsClient:
 * @PUB_MMS_NSPLAYER: a player
 * @PUB_MMS_NSSERVER: a server that pulls
 * @PUB_MMS_OTHER: a cache, or what else speaks the protocol
 *
 * The client-token of User-Agent (2.2.1.8).
 */
typedef enum
{
  PUB_MMS_NSPLAYER,
  PUB_MMS_NSSERVER,
  PUB_MMS_OTHER,
} PubMmsClient;

/**
 * PubMmsFeatures:
 * @PUB_MMS_PREDSTRM: the server goes on after $C by itself (2.2.1.7.2)
 * @PUB_MMS_SSWITCH: SelectStream (2.2.1.7.4)
 *
 * What Supported lists and matters here; both are assumed until a request says
 * otherwise (3.2.3).
 */
typedef enum
{
  PUB_MMS_PREDSTRM = 1 << 0,
  PUB_MMS_SSWITCH = 1 << 1,
} PubMmsFeatures;

/**
 * PubMmsThinning:
 * @PUB_MMS_WHOLE: all of the stream
 * @PUB_MMS_KEY_FRAMES: key frames only
 * @PUB_MMS_OFF: nothing of it
 *
 * Thinning levels (2.2.1.4.27).
 */
typedef enum
{
  PUB_MMS_WHOLE,
  PUB_MMS_KEY_FRAMES,
  PUB_MMS_OFF,
} PubMmsThinning;

/**
 * PubMmsSwitch:
 * @source: stream that is replaced, or %PUB_MMS_NO_STREAM
 * @stream: stream that is switched
 * @thinning: what is sent of it
 *
 * One stream-switch-entry (2.2.1.4.27).
 */
typedef struct
{
  guint16 source;
  guint16 stream;
  PubMmsThinning thinning;
} PubMmsSwitch;

/**
 * PubMmsRequest:
 * @kind: what it asks for
 * @client: who asks
 * @major: the client's version; 0 when it does not say
 * @is_http11: whether the client knows HTTP/1.1
 * @keeps_open: whether the connection may be used for another request
 * @has_client_id: whether it names a session
 * @client_id: the session (2.2.1.4.5)
 * @has_features: whether it has a Supported header
 * @features: what that lists
 * @is_pipelined: version11-enabled=1: the answer goes in chunks and requests
 *     may come while it does (2.2.1.4.30)
 * @asks_for_pipeline: pipeline-experiment=1 (2.2.1.4.15)
 * @request_context: 0 when absent (2.2.1.4.23)
 * @client_lag_ms: 0 when absent (2.2.1.4.6)
 * @n_switches: used entries of @switches
 * @switches: stream-switch-entry
 *
 * A request, as far as it matters for a live programme.  Tokens whose value is
 * none that the specification allows are taken for absent.
 */
typedef struct
{
  PubMmsKind kind;
  PubMmsClient client;
  guint major;
  gboolean is_http11;
  gboolean keeps_open;
  gboolean has_client_id;
  guint32 client_id;
  gboolean has_features;
  guint features;
  gboolean is_pipelined;
  gboolean asks_for_pipeline;
  guint32 request_context;
  guint32 client_lag_ms;
  guint n_switches;
  PubMmsSwitch switches[PUB_MMS_MAX_SWITCHES];
} PubMmsRequest;

/**
 * pub_mms_parse:
 * @request: (out caller-allocates): what the request says
 * @method: of the request
 * @version: of the request
 * @headers: of the request
 *
 * Reads a request of any client.
 */
void pub_mms_parse (PubMmsRequest * request, const gchar * method,
    SoupHTTPVersion version, SoupMessageHeaders * headers);

/* Instead of a length in pub_mms_head(). */
#define PUB_MMS_CHUNKED (-1)
#define PUB_MMS_UNTIL_CLOSE (-2)

/**
 * PubMmsAnswer:
 * @major: version of the client
 * @is_http11: whether it knows HTTP/1.1
 * @client_id: its session; 0 for none
 * @gen_id: playlist-gen-id; 0 for none
 * @was_reset: the client has named a session that is none (xResetStrm)
 * @accepts_pipeline: answers pipeline-experiment=1
 * @has_pipeline_result: whether @pipeline_result is told
 * @pipeline_result: 2.2.1.4.17
 *
 * What the answers of a session say besides what they are about (3.2.5.2).
 */
typedef struct
{
  guint major;
  gboolean is_http11;
  guint32 client_id;
  guint32 gen_id;
  gboolean was_reset;
  gboolean accepts_pipeline;
  gboolean has_pipeline_result;
  gboolean pipeline_result;
} PubMmsAnswer;

/**
 * pub_mms_head:
 * @answer: the session
 * @status: HTTP status
 * @type: (nullable): Content-Type; %NULL for an answer without a body
 * @length: Content-Length, %PUB_MMS_CHUNKED or %PUB_MMS_UNTIL_CLOSE
 * @closes: whether the connection is closed afterwards
 *
 * Returns: (transfer full): the head of an answer (3.2.5.2), empty line
 *     included.
 */
gchar *pub_mms_head (const PubMmsAnswer * answer, guint status,
    const gchar * type, gint64 length, gboolean closes);

/* Returns: (transfer full): the head of the answer to OPTIONS (2.2.2.3.2). */
gchar *pub_mms_options_head (const PubMmsAnswer * answer);

/**
 * pub_mms_write_chunk_head:
 * @head: (out caller-allocates): %PUB_MMS_CHUNK_HEAD_SIZE bytes
 * @type: 'D', 'H' or 'M'
 * @location: LocationId: the number of an ASF packet, or of a piece
 * @af_flags: AFFlags: the sequence number of a $D, %PUB_MMS_FIRST_PIECE and
 *     %PUB_MMS_LAST_PIECE of others
 * @size: bytes of the payload, at most %PUB_MMS_MAX_PAYLOAD
 *
 * Framing header and MMS data packet header; Incarnation stays 0 (2.2.3.1).
 */
void pub_mms_write_chunk_head (guint8 * head, gchar type, guint32 location,
    guint8 af_flags, gsize size);

/* Returns: AFFlags of the $D @n after that with @af_flags; it runs from 0 to
 * 254 (2.2.3.1.2). */
guint8 pub_mms_add_sequence (guint8 af_flags, guint n);

/* Writes a $C or $E of %PUB_MMS_NOTICE_SIZE bytes. */
void pub_mms_write_notice (guint8 * notice, gchar type, guint32 reason);

/**
 * pub_mms_header:
 * @major: version of the client
 * @gen_id: playlist-gen-id of this header
 * @header: (transfer none): Header Object and head of the Data Object
 *
 * Returns: (transfer full): a $M, where the client wants one, and $H in as
 *     many pieces as it takes (3.2.4.2).
 */
GBytes *pub_mms_header (guint major, guint32 gen_id, GBytes * header);

/**
 * pub_mms_transfer_head:
 * @head: (out caller-allocates): %PUB_MMS_TRANSFER_MAX bytes
 * @size: bytes of the chunk; 0 for the last one
 * @is_first: whether none goes before it in this answer
 *
 * What stands before the bytes of a chunk in an answer with chunked transfer
 * coding, the end of the chunk before included.  The last chunk is complete
 * with it.
 *
 * Returns: bytes of @head.
 */
guint pub_mms_transfer_head (guint8 * head, gsize size, gboolean is_first);

G_END_DECLS
#endif /* __PUB_MMS_H__ */
