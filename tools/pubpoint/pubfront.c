/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubserver.h"

static gboolean
refuse_setting (GError ** error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      "not there yet");
  return FALSE;
}

gboolean
pub_server_listen_tls (PubServer * self, const gchar * address, guint port,
    GError ** error)
{
  return refuse_setting (error);
}

gboolean
pub_server_set_tls (PubServer * self, const gchar * certificate_file,
    const gchar * key_file, GError ** error)
{
  return certificate_file == NULL || refuse_setting (error);
}

gboolean
pub_server_set_passwords (PubServer * self, PubRole role,
    const gchar * htdigest_file, const gchar * realm, GError ** error)
{
  return htdigest_file == NULL || refuse_setting (error);
}

gboolean
pub_server_set_access (PubServer * self, PubRole role,
    const gchar * const *networks, GError ** error)
{
  return networks == NULL || networks[0] == NULL || refuse_setting (error);
}

void
pub_server_set_hosts (PubServer * self, const gchar * const *names)
{
}

guint
pub_server_check (PubServer * self, SoupServerMessage * msg, PubRole role,
    gchar ** user)
{
  if (user != NULL)
    *user = NULL;
  return role == PUB_ROLE_ADMIN ? SOUP_STATUS_FORBIDDEN : 0;
}

gboolean
pub_server_has_role (PubServer * self, SoupServerMessage * msg, PubRole role)
{
  return role != PUB_ROLE_ADMIN;
}
