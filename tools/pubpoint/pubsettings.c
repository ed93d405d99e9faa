/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubsettings.h"

#define LIST(strv) ((const gchar * const *) (strv))

static gboolean
set_hosts (PubServer * server, const PubOptions * options, PubFiles * files,
    GError ** error)
{
  pub_server_set_hosts (server, LIST (options->hosts));
  return TRUE;
}

static gboolean
set_url (PubServer * server, const PubOptions * options, PubFiles * files,
    GError ** error)
{
  pub_server_set_url (server, options->url);
  return TRUE;
}

static gboolean
set_role (PubServer * server, PubRole role, const PubRoleOptions * options,
    PubFiles * files, GError ** error)
{
  PubPasswords *passwords;

  if (!pub_server_set_access (server, role, LIST (options->access), error)
      || !pub_files_take_passwords (files, role, &passwords, error))
    return FALSE;
  pub_server_take_passwords (server, role, passwords);
  return TRUE;
}

static gboolean
set_encoders (PubServer * server, const PubOptions * options, PubFiles * files,
    GError ** error)
{
  return set_role (server, PUB_ROLE_ENCODER, &options->encoder, files, error);
}

static gboolean
set_players (PubServer * server, const PubOptions * options, PubFiles * files,
    GError ** error)
{
  return set_role (server, PUB_ROLE_PLAYER, &options->player, files, error);
}

static gboolean
set_admins (PubServer * server, const PubOptions * options, PubFiles * files,
    GError ** error)
{
  return set_role (server, PUB_ROLE_ADMIN, &options->admin, files, error);
}

static gboolean
set_tls (PubServer * server, const PubOptions * options, PubFiles * files,
    GError ** error)
{
  GTlsCertificate *certificate;

  if (!pub_files_take_certificate (files, &certificate, error))
    return FALSE;
  if (certificate != NULL)
    pub_server_set_certificate (server, certificate);
  g_clear_object (&certificate);
  return TRUE;
}

static void
keep_for_burst (PubPoint * point, gpointer data)
{
  const PubConfig *config = data;

  pub_stream_keep (pub_point_get_stream (point), config->burst_ms);
}

static gboolean
set_limits (PubServer * server, const PubOptions * options, PubFiles * files,
    GError ** error)
{
  PubConfig *config = pub_server_get_config (server);

  config->max_players = options->max_players;
  config->max_points = options->max_points;
  config->idle_timeout_ms = options->idle_timeout * 1000;
  config->burst_ms = options->burst;
  pub_server_foreach_point (server, keep_for_burst, config);
  return TRUE;
}

static gboolean
set_points (PubServer * server, const PubOptions * options, PubFiles * files,
    GError ** error)
{
  pub_server_set_points (server, LIST (options->points));
  return TRUE;
}

static gboolean
set_relays (PubServer * server, const PubOptions * options, PubFiles * files,
    GError ** error)
{
  return pub_server_set_push_to (server, LIST (options->push_to), error);
}

static gboolean
set_record (PubServer * server, const PubOptions * options, PubFiles * files,
    GError ** error)
{
  const PubRecordConfig config = {
    .directory = options->record,
    .max_seconds = options->record_time,
    .max_bytes = options->record_size,
  };

  if (!pub_files_check_folder (files, error))
    return FALSE;
  pub_server_change_record (server, options->record != NULL ? &config : NULL);
  return TRUE;
}

typedef gboolean (*SetFunc) (PubServer * server, const PubOptions * options,
    PubFiles * files, GError ** error);

static const SetFunc setters[] = {
  set_limits, set_hosts, set_url, set_encoders, set_players, set_admins,
  set_tls, set_points, set_relays, set_record
};

static gboolean
listen_all (PubServer * server, const PubOptions * options, GError ** error)
{
  gboolean has_tls = options->tls_certificate != NULL;

  if (has_tls && options->tls_port == PUB_NO_PORT)
    return pub_server_listen_tls (server, options->address, options->port,
        error);
  return pub_server_listen (server, options->address, options->port, error)
      && (!has_tls || pub_server_listen_tls (server, options->address,
          options->tls_port, error));
}

gboolean
pub_settings_open (PubServer * server, const PubOptions * options,
    GError ** error)
{
  PubFiles *files = pub_files_read (options);
  gboolean is_done = TRUE;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (setters) && is_done; i++)
    is_done = setters[i] (server, options, files, error);
  pub_files_free (files);
  return is_done && listen_all (server, options, error);
}

/* Whether one speaks TLS is decided by certificate and ports. */
static void
check_listening (const PubOptions * old, const PubOptions * options)
{
  if (!g_str_equal (old->address, options->address))
    g_warning ("address cannot change while the server runs: it stays %s",
        old->address);
  if (old->port != options->port)
    g_warning ("port cannot change while the server runs: it stays %u",
        old->port);
  if (old->tls_port != options->tls_port)
    g_warning ("tls-port cannot change while the server runs");
  if ((old->tls_certificate == NULL) != (options->tls_certificate == NULL))
    g_warning ("TLS cannot be turned on or off while the server runs");
}

gboolean
pub_settings_change (PubServer * server, const PubOptions * opened,
    const PubOptions * options, PubFiles * files)
{
  gboolean is_done = TRUE;
  guint i;

  check_listening (opened, options);
  for (i = 0; i < G_N_ELEMENTS (setters); i++) {
    GError *error = NULL;

    if (!setters[i] (server, options, files, &error)) {
      g_warning ("kept as it was: %s", error->message);
      g_error_free (error);
      is_done = FALSE;
    }
  }
  return is_done;
}
