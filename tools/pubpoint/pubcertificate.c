/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubcertificate.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "wmspush/wmscredentials.h"

#define TRIAL_SECONDS 5

static GIOStream *
stream_for (int fd)
{
  GSocket *socket = g_socket_new_from_fd (fd, NULL);
  GIOStream *stream;

  if (socket == NULL) {
    close (fd);
    return NULL;
  }
  g_socket_set_timeout (socket, TRIAL_SECONDS);
  stream = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  g_object_unref (socket);
  return stream;
}

/* Ours, whoever signed it. */
static gboolean
accept_any (GTlsConnection * connection, GTlsCertificate * certificate,
    GTlsCertificateFlags flags, gpointer data)
{
  return TRUE;
}

static gpointer
be_client (gpointer data)
{
  GIOStream *stream = data;
  GIOStream *tls = g_tls_client_connection_new (stream, NULL, NULL);

  if (tls != NULL) {
    g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_any), NULL);
    g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, NULL);
    g_object_unref (tls);
  }
  g_object_unref (stream);
  return NULL;
}

static gboolean
shake_hands (GTlsCertificate * certificate, GIOStream * stream, GError ** error)
{
  GIOStream *tls = g_tls_server_connection_new (stream, certificate, error);
  gboolean works = tls != NULL
      && g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, error);

  g_clear_object (&tls);
  return works;
}

static gboolean
try_out (GTlsCertificate * certificate, GError ** error)
{
  GIOStream *ours, *theirs;
  GThread *client;
  gboolean works = FALSE;
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno),
        g_strerror (errno));
    return FALSE;
  }
  ours = stream_for (fds[0]);
  theirs = stream_for (fds[1]);
  if (ours != NULL && theirs != NULL) {
    client = g_thread_new ("certificate", be_client, g_object_ref (theirs));
    works = shake_hands (certificate, ours, error);
    g_io_stream_close (ours, NULL, NULL);
    g_thread_join (client);
  }
  g_clear_object (&ours);
  g_clear_object (&theirs);
  return works;
}

static void
check_times (GTlsCertificate * certificate, const gchar * filename)
{
  GDateTime *now = g_date_time_new_now_utc ();
  GDateTime *from = g_tls_certificate_get_not_valid_before (certificate);
  GDateTime *until = g_tls_certificate_get_not_valid_after (certificate);

  if (until != NULL && g_date_time_compare (until, now) < 0)
    g_warning ("certificate %s has expired: clients will refuse it", filename);
  if (from != NULL && g_date_time_compare (from, now) > 0)
    g_warning ("certificate %s is not valid yet: clients will refuse it",
        filename);
  g_date_time_unref (now);
  g_clear_pointer (&from, g_date_time_unref);
  g_clear_pointer (&until, g_date_time_unref);
}

static void
check_mode (const gchar * filename)
{
  struct stat status;

  if (stat (filename, &status) == 0 && (status.st_mode & S_IROTH) != 0)
    g_warning ("private key %s can be read by everybody: chmod o-r", filename);
}

static gboolean
has_key (GTlsCertificate * certificate)
{
  GByteArray *key = NULL;

  g_object_get (certificate, "private-key", &key, NULL);
  if (key == NULL)
    return FALSE;
  /* a copy of what is to be wiped */
  wms_wipe (key->data, key->len);
  g_byte_array_unref (key);
  return TRUE;
}

static GTlsCertificate *
read_files (const gchar * certificate_file, const gchar * key_file,
    GError ** error)
{
  GTlsCertificate *certificate = key_file != NULL
      ? g_tls_certificate_new_from_files (certificate_file, key_file, error)
      : g_tls_certificate_new_from_file (certificate_file, error);

  if (certificate == NULL) {
    if (key_file != NULL)
      g_prefix_error (error, _("Cannot use the certificate %s with the key"
              " %s: "), certificate_file, key_file);
    else
      g_prefix_error (error, _("Cannot use the certificate %s: "),
          certificate_file);
    return NULL;
  }
  if (!has_key (certificate)) {
    g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
        _("There is no private key in %s: put it there, or name its own file"
            " (--tls-key)"), certificate_file);
    g_clear_object (&certificate);
  }
  return certificate;
}

GTlsCertificate *
pub_certificate_load (const gchar * certificate_file, const gchar * key_file,
    GError ** error)
{
  const gchar *key_place = key_file ? key_file : certificate_file;
  GTlsCertificate *certificate;

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE,
        _("GLib has no TLS here: install glib-networking"));
    return NULL;
  }
  certificate = read_files (certificate_file, key_file, error);
  if (certificate == NULL)
    return NULL;
  if (!try_out (certificate, error)) {
    g_prefix_error (error, _("The certificate %s does not work with the key in"
            " %s: "), certificate_file, key_place);
    g_clear_object (&certificate);
    return NULL;
  }
  check_times (certificate, certificate_file);
  check_mode (key_place);
  return certificate;
}
