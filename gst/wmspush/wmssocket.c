/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a TCP socket is told, and what it tells, beside its bytes. */
#include "wmspush/wmssocket.h"

#include <errno.h>
#include <fcntl.h>
/* not netinet/tcp.h, whose struct tcp_info ends before the pacing rates */
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOTSENT_LOWAT (128 * 1024)
/* to a silent peer, within the time that it may be silent */
#define PROBES 3
/* longest interval between them that the system takes, MAX_TCP_KEEPIDLE */
#define MAX_INTERVAL_S 32767

/* How often is looked for a cancellation where no descriptor can tell of it. */
#define BLIND_STEP_MS 20

GSocket *
wms_socket_find (GIOStream * stream)
{
  GSocket *socket = NULL;
  g_autoptr (GIOStream) base = NULL;

  if (G_IS_TLS_CONNECTION (stream)) {
    g_object_get (stream, "base-io-stream", &base, NULL);
    if (base != NULL)
      socket = wms_socket_find (base);
  } else if (G_IS_TCP_WRAPPER_CONNECTION (stream)) {
    socket = wms_socket_find (g_tcp_wrapper_connection_get_base_io_stream
        (G_TCP_WRAPPER_CONNECTION (stream)));
  } else if (G_IS_SOCKET_CONNECTION (stream)) {
    socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));
  }
  return socket;
}

GSocket *
wms_socket_duplicate (GSocket * socket, GError ** error)
{
  gint fd = fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 3);
  GSocket *copy;

  if (fd < 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
        "the connection's descriptor: %s", g_strerror (errno));
    return NULL;
  }
  copy = g_socket_new_from_fd (fd, error);
  if (copy == NULL)
    close (fd);
  return copy;
}

/* Where nothing is sent only probes tell that the peer is gone.  Each third of
 * the time, so that the last one is not later than that. */
static void
set_probes (GSocket * socket, guint timeout_ms)
{
  gint interval_s = CLAMP (timeout_ms / 1000 / PROBES, 1, MAX_INTERVAL_S);

  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, interval_s, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, interval_s, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, PROBES, NULL);
}

/* What the system lacks it does without (design-sink.md, Transport). */
void
wms_socket_tune (GSocket * socket, guint timeout_ms)
{
  g_socket_set_keepalive (socket, TRUE);
  /* a packet does not wait until the last one is acknowledged, up to 40 ms;
   * libsoup sets it too, but does not promise to */
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOTSENT_LOWAT,
      NULL);
  if (timeout_ms == 0)
    return;
  set_probes (socket, timeout_ms);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT,
      MIN (timeout_ms, G_MAXINT), NULL);
}

static void
wake_up_cb (GCancellable * cancellable, gpointer user_data)
{
  eventfd_write (GPOINTER_TO_INT (user_data), 1);
}

static gboolean
has_time_left (gint64 deadline_us, gint * step_ms)
{
  gint64 left_us = deadline_us - g_get_monotonic_time ();

  *step_ms = -1;
  if (deadline_us < 0)
    return TRUE;
  *step_ms = CLAMP ((left_us + 999) / 1000, 0, G_MAXINT);
  return left_us > 0;
}

/* @wake_fd: readable when the wait is cancelled, or -1. */
static gboolean
wait_until (GSocket * socket, gint64 deadline_us, gint wake_fd,
    GCancellable * cancellable, GError ** error)
{
  GPollFD fds[] = {
    {.fd = g_socket_get_fd (socket),.events = G_IO_OUT},
    {.fd = wake_fd,.events = G_IO_IN}
  };
  gboolean has_time = TRUE;
  gint step_ms;

  while (has_time) {
    has_time = has_time_left (deadline_us, &step_ms);
    if (wake_fd < 0 && (step_ms < 0 || step_ms > BLIND_STEP_MS))
      step_ms = BLIND_STEP_MS;
    g_poll (fds, wake_fd < 0 ? 1 : 2, step_ms);
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
    if (fds[0].revents != 0)
      return TRUE;
  }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
      "the server takes no more data");
  return FALSE;
}

gboolean
wms_socket_wait_for_room (GSocket * socket, gint timeout_ms,
    GCancellable * cancellable, GError ** error)
{
  gint wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  gulong handler = 0;
  gboolean has_room;

  if (wake_fd >= 0 && cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (wake_up_cb),
        GINT_TO_POINTER (wake_fd), NULL);
  has_room = wait_until (socket, timeout_ms < 0 ? -1 :
      g_get_monotonic_time () + timeout_ms * G_TIME_SPAN_MILLISECOND, wake_fd,
      cancellable, error);
  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  if (wake_fd >= 0)
    close (wake_fd);
  return has_room;
}

void
wms_socket_discard (GSocket * socket)
{
  struct linger at_once = {.l_onoff = 1,.l_linger = 0 };

  setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &at_once,
      sizeof at_once);
}

/* The kernel's unit is bytes in a second, its "no limit" all ones.  Before
 * Linux 5.0 it takes 32 bits, which show in what it gives back. */
gboolean
wms_socket_set_pacing_rate (GSocket * socket, guint64 rate_bps)
{
  gint fd = g_socket_get_fd (socket);
  guint64 rate = rate_bps == 0 ? G_MAXUINT64 : MAX (rate_bps / 8, 1);
  guint64 taken = 0;
  socklen_t size = sizeof taken;
  guint32 small_rate = MIN (rate, G_MAXUINT32);

  if (setsockopt (fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof rate) < 0)
    return FALSE;
  if (getsockopt (fd, SOL_SOCKET, SO_MAX_PACING_RATE, &taken, &size) == 0
      && size == sizeof taken)
    return TRUE;
  return setsockopt (fd, SOL_SOCKET, SO_MAX_PACING_RATE, &small_rate,
      sizeof small_rate) == 0;
}

void
wms_socket_get_info (GSocket * socket, WmsSocketInfo * info)
{
  gint fd = g_socket_get_fd (socket);
  struct tcp_info tcp = {.tcpi_max_pacing_rate = G_MAXUINT64 };
  socklen_t size = sizeof tcp;
  gint queued = 0;

  if (ioctl (fd, SIOCOUTQ, &queued) < 0)
    queued = 0;
  info->unacknowledged = MAX (queued, 0);
  if (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &tcp, &size) < 0)
    tcp.tcpi_rtt = 0;
  info->rtt_ns = tcp.tcpi_rtt * G_GUINT64_CONSTANT (1000);
  info->pacing_bps = tcp.tcpi_max_pacing_rate > G_MAXUINT64 / 8 ? 0 :
      tcp.tcpi_max_pacing_rate * 8;
}
