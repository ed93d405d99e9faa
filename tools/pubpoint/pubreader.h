/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_READER_H__
#define __PUB_READER_H__

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What a request on a connection that plays may have; heads of real players
 * are below 1 KiB, logs below 4 KiB. */
#define PUB_READER_MAX_HEAD 8192
#define PUB_READER_MAX_BODY (64 << 10)

/**
 * PubReader:
 *
 * Reads requests out of the bytes that come on a connection which libsoup does
 * not read any more.  Bodies are skipped.
 */
typedef struct _PubReader PubReader;

/**
 * PubReaderResult:
 * @PUB_READER_MORE: all bytes were taken
 * @PUB_READER_REQUEST: a request is there; more bytes may be left
 * @PUB_READER_FAILED: this is none that can be answered; nothing may follow
 */
typedef enum
{
  PUB_READER_MORE,
  PUB_READER_REQUEST,
  PUB_READER_FAILED,
} PubReaderResult;

/**
 * PubReaderRequest:
 * @method: of the request
 * @path: what stands in the request line, without a scheme and host, still
 *     percent-encoded, without the query
 * @version: of the request
 * @headers: of the request
 *
 * A request.  It belongs to the reader and is gone with the next one.
 */
typedef struct
{
  const gchar *method;
  const gchar *path;
  SoupHTTPVersion version;
  SoupMessageHeaders *headers;
} PubReaderRequest;

PubReader *pub_reader_new (void);
void pub_reader_free (PubReader * self);

/**
 * pub_reader_take:
 * @data: bytes that came
 * @size: how many
 * @used: (out): how many were taken
 * @request: (out): the request, with %PUB_READER_REQUEST
 * @status: (out): HTTP status to answer with, with %PUB_READER_FAILED
 *
 * Returns: what came out.
 */
PubReaderResult pub_reader_take (PubReader * self, const guint8 * data,
    gsize size, gsize * used, PubReaderRequest * request, guint * status);

G_END_DECLS
#endif /* __PUB_READER_H__ */
