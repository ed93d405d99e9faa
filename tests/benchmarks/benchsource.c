/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchsource.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <gst/gstutils.h>

#include "benchprogramme.h"
#include "benchreceiver.h"

/* A server that takes nothing for so long is not measured. */
#define TIMEOUT_SECONDS 10
#define MAX_ANSWER 4096
#define FRAME_HEAD_SIZE 4
#define AGENT "WMEncoder/12.0.7600.1638"

static gboolean
send_all (gint fd, gconstpointer data, gsize size)
{
  const gchar *bytes = data;

  while (size > 0) {
    gssize n = send (fd, bytes, size, MSG_NOSIGNAL);

    if (n <= 0)
      return FALSE;
    bytes += n;
    size -= n;
  }
  return TRUE;
}

/* Sends a request's head and returns that of the answer, or NULL. */
static gchar *
ask (gint fd, const gchar * request)
{
  g_autofree gchar *answer = g_malloc0 (MAX_ANSWER);
  gsize size = 0;

  if (!send_all (fd, request, strlen (request)))
    return NULL;
  while (strstr (answer, "\r\n\r\n") == NULL && size < MAX_ANSWER - 1) {
    gssize n = recv (fd, answer + size, MAX_ANSWER - 1 - size, 0);

    if (n <= 0)
      return NULL;
    size += n;
  }
  return g_steal_pointer (&answer);
}

static guint
read_status (const gchar * answer)
{
  const gchar *space = answer == NULL ? NULL : strchr (answer, ' ');

  return space == NULL ? 0 : g_ascii_strtoull (space, NULL, 10);
}

static gboolean
begin_wms (BenchSource * self, guint programme, gint fd)
{
  g_autofree gchar *setup = g_strdup_printf ("POST %s%u HTTP/1.1\r\n"
      "Content-Type: application/x-wms-pushsetup\r\nUser-Agent: " AGENT "\r\n"
      "Host: 127.0.0.1:%u\r\nContent-Length: 0\r\nCookie: push-id=0\r\n\r\n",
      self->path, programme, self->port);
  g_autofree gchar *answer = ask (fd, setup);
  g_autofree gchar *start = NULL;
  const gchar *cookie;

  if (read_status (answer) != 204)
    return FALSE;
  cookie = strcasestr (answer, "\r\nSet-Cookie: push-id=");
  if (cookie == NULL)
    return FALSE;
  cookie += strlen ("\r\nSet-Cookie: push-id=");
  start = g_strdup_printf ("POST %s%u HTTP/1.1\r\n"
      "Content-Type: application/x-wms-pushstart\r\nUser-Agent: " AGENT "\r\n"
      "Host: 127.0.0.1:%u\r\nContent-Length: 2147483647\r\n"
      "Cookie: push-id=%.*s\r\n\r\n", self->path, programme, self->port,
      (gint) strcspn (cookie, ";\r"), cookie);
  return send_all (fd, start, strlen (start));
}

static gboolean
begin_put (BenchSource * self, guint programme, gint fd)
{
  const gchar *password = "source:" BENCH_SOURCE_PASSWORD;
  g_autofree gchar *base64 = g_base64_encode ((const guchar *) password,
      strlen (password));
  g_autofree gchar *put = g_strdup_printf ("PUT %s%u HTTP/1.1\r\n"
      "Host: 127.0.0.1:%u\r\nAuthorization: Basic %s\r\n"
      "Content-Type: video/x-ms-asf\r\nIce-Public: 0\r\n"
      "Expect: 100-continue\r\n\r\n", self->path, programme, self->port,
      base64);
  g_autofree gchar *answer = ask (fd, put);
  guint status = read_status (answer);

  return status == 100 || status == 200;
}

/* A piece of the stream, framed where the server wants it ([MS-WMHTTP]
 * 2.2.3). */
static gboolean
send_piece (BenchSource * self, guint programme, gchar type,
    const guint8 * data, gsize size)
{
  guint8 piece[FRAME_HEAD_SIZE + 2 * BENCH_PACKET_SIZE] = { '$', type, };
  gsize head_size = self->push == BENCH_PUSH_WMS ? FRAME_HEAD_SIZE : 0;

  GST_WRITE_UINT16_LE (piece + 2, size);
  memcpy (piece + head_size, data, size);
  return send_all (self->fds[programme], piece, head_size + size);
}

static gboolean
send_packet (BenchSource * self, guint programme)
{
  guint8 packet[BENCH_PACKET_SIZE];

  bench_programme_packet (packet, programme, self->numbers[programme]++);
  return send_piece (self, programme, 'D', packet, sizeof (packet));
}

static gboolean
open_programme (BenchSource * self, guint programme)
{
  const struct timeval limit = {.tv_sec = TIMEOUT_SECONDS };
  g_autoptr (GByteArray) header = bench_programme_header ();
  gint fd = bench_connect (self->port);
  guint i;

  self->fds[programme] = fd;
  if (fd < 0)
    return FALSE;
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof (limit));
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof (limit));
  if (!(self->push == BENCH_PUSH_WMS ? begin_wms (self, programme, fd)
          : begin_put (self, programme, fd))
      || !send_piece (self, programme, 'H', header->data, header->len))
    return FALSE;
  for (i = 0; i < self->n_ahead; i++) {
    if (!send_packet (self, programme))
      return FALSE;
  }
  return TRUE;
}

gboolean
bench_source_open (BenchSource * self)
{
  guint i;

  self->fds = g_new (gint, self->n_programmes);
  self->numbers = g_new0 (guint32, self->n_programmes);
  for (i = 0; i < self->n_programmes; i++)
    self->fds[i] = -1;
  for (i = 0; i < self->n_programmes; i++) {
    if (!open_programme (self, i)) {
      bench_complain ("the server does not take programme %u", i);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
bench_source_run (BenchSource * self)
{
  gint64 interval_ns =
      BENCH_SECOND_NS / (BENCH_PACKET_RATE * self->n_programmes);
  gint64 next_ns = bench_now_ns ();
  guint programme = 0;

  for (;;) {
    bench_sleep_until (next_ns);
    if (!send_packet (self, programme)) {
      bench_complain ("the server takes no more of programme %u", programme);
      return FALSE;
    }
    programme = (programme + 1) % self->n_programmes;
    next_ns += interval_ns;
  }
}
