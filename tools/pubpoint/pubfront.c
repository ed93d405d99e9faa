/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubfront.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "pubaccess.h"
#include "pubhosts.h"
#include "publog.h"
#include "pubrequest.h"
#include "pubserver-private.h"

struct _PubFront
{
  PubAuth *auth;
  PubHosts *hosts;
  PubAccess *access[PUB_N_ROLES];
};

PubFront *
pub_front_new (void)
{
  PubFront *self = g_new0 (PubFront, 1);

  self->auth = pub_auth_new ();
  self->hosts = pub_hosts_new (NULL);
  return self;
}

void
pub_front_free (PubFront * self)
{
  guint i;

  for (i = 0; i < PUB_N_ROLES; i++)
    pub_access_free (self->access[i]);
  pub_hosts_free (self->hosts);
  pub_auth_free (self->auth);
  g_free (self);
}

gboolean
pub_front_asks (PubFront * self, PubRole role)
{
  return pub_auth_asks (self->auth, role);
}

gboolean
pub_front_is_open (PubFront * self, PubRole role)
{
  return !pub_auth_asks (self->auth, role) && self->access[role] == NULL;
}

gboolean
pub_server_set_passwords (PubServer * self, PubRole role,
    const gchar * htdigest_file, const gchar * realm, GError ** error)
{
  PubPasswords *passwords = NULL;

  if (htdigest_file != NULL) {
    passwords = pub_passwords_read (htdigest_file, realm, error);
    if (passwords == NULL)
      return FALSE;
  }
  pub_server_take_passwords (self, role, passwords);
  return TRUE;
}

void
pub_server_take_passwords (PubServer * self, PubRole role,
    PubPasswords * passwords)
{
  pub_auth_set_passwords (self->front->auth, role, passwords);
}

gboolean
pub_server_set_access (PubServer * self, PubRole role,
    const gchar * const *networks, GError ** error)
{
  GError *problem = NULL;
  PubAccess *access = pub_access_new (networks, &problem);

  if (problem != NULL) {
    g_propagate_error (error, problem);
    return FALSE;
  }
  pub_access_free (self->front->access[role]);
  self->front->access[role] = access;
  return TRUE;
}

void
pub_server_set_hosts (PubServer * self, const gchar * const *names)
{
  pub_hosts_free (self->front->hosts);
  self->front->hosts = pub_hosts_new (names);
}

/* Takes @text. */
static guint
explain (SoupServerMessage * msg, guint status, gchar * text)
{
  soup_server_message_set_response (msg, "text/plain; charset=utf-8",
      SOUP_MEMORY_TAKE, text, strlen (text));
  return status;
}

static guint
refuse_host (SoupServerMessage * msg, const gchar * host)
{
  gchar *name = pub_text_escape (host, 80);
  guint status;

  status = explain (msg, SOUP_STATUS_MISDIRECTED_REQUEST, g_strdup_printf
      (_("This server is not known as “%s”. Its operator can start it with"
              " --host %s.\n"), name, name));
  g_free (name);
  return status;
}

/* RFC 9112, 3.2: the target's host counts where it has one, but both have to
 * be known, since others may look at the other one.  libsoup has refused
 * HTTP/1.1 without a Host; HTTP/1.0 has none, and no browser speaks it. */
static guint
check_host (PubFront * self, SoupServerMessage * msg)
{
  const gchar *header = soup_message_headers_get_list
      (soup_server_message_get_request_headers (msg), "Host");
  const gchar *target = g_uri_get_host (soup_server_message_get_uri (msg));
  gchar *host = header ? pub_host_parse (header) : g_strdup ("localhost");
  gchar *other = target ? g_ascii_strdown (target, -1) : NULL;
  guint status = 0;

  if (other != NULL && g_str_has_suffix (other, "."))
    other[strlen (other) - 1] = '\0';
  if (host == NULL)
    status = SOUP_STATUS_BAD_REQUEST;
  else if (!pub_hosts_know (self->hosts, host))
    status = refuse_host (msg, host);
  else if (other == NULL || !pub_hosts_know (self->hosts, other))
    status = refuse_host (msg, other);
  g_free (host);
  g_free (other);
  return status;
}

static gboolean
may_come (PubFront * self, SoupServerMessage * msg, PubRole role)
{
  GInetAddress *address =
      pub_address_of (soup_server_message_get_remote_address (msg));
  gboolean may = pub_access_allows (self->access[role], address);

  g_clear_object (&address);
  return may;
}

guint
pub_server_check (PubServer * self, SoupServerMessage * msg, PubRole role,
    gchar ** user)
{
  guint status;

  if (user != NULL)
    *user = NULL;
  pub_auth_set_reason (msg, "the host is none of the server's names");
  status = check_host (self->front, msg);
  if (status != 0)
    return status;
  pub_auth_set_reason (msg, "the address is not on the list");
  if (!may_come (self->front, msg, role))
    return explain (msg, SOUP_STATUS_FORBIDDEN,
        g_strdup (_("Your address is not on the list for this.\n")));
  return pub_auth_check (self->front->auth, msg, role, user);
}

gboolean
pub_server_has_role (PubServer * self, SoupServerMessage * msg, PubRole role)
{
  return may_come (self->front, msg, role)
      && pub_auth_is (self->front->auth, msg, role);
}

gchar *
pub_refusal_text (SoupServerMessage * msg, guint status, gboolean closes)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (msg);
  const gchar *type = soup_message_headers_get_one (headers, "Content-Type");
  GBytes *body = soup_message_body_flatten
      (soup_server_message_get_response_body (msg));
  gchar *empty = pub_response_text (status, NULL, closes, headers);
  GString *text = g_string_new (empty), *length = g_string_new (NULL);

  g_string_printf (length, "Content-Length: %" G_GSIZE_FORMAT "\r\n",
      g_bytes_get_size (body));
  if (type != NULL && g_bytes_get_size (body) > 0)
    g_string_append_printf (length, "Content-Type: %s\r\n", type);
  g_string_replace (text, "Content-Length: 0\r\n", length->str, 1);
  if (soup_server_message_get_method (msg) != SOUP_METHOD_HEAD)
    g_string_append_len (text, g_bytes_get_data (body, NULL),
        g_bytes_get_size (body));
  g_string_free (length, TRUE);
  g_free (empty);
  g_bytes_unref (body);
  return g_string_free (text, FALSE);
}
