/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmsticket.h"

#ifdef HAVE_GSSAPI
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

struct _WmsTicket
{
  gchar *host;
  gss_cred_id_t credentials;
  gss_name_t server;
  gss_ctx_id_t context;
};

/* RFC 4178, section 3: 1.3.6.1.5.5.2. */
static gss_OID_desc spnego = { 6, (void *) "\x2b\x06\x01\x05\x05\x02" };

gboolean
wms_ticket_is_supported (void)
{
  return TRUE;
}

WmsTicket *
wms_ticket_new (const gchar * host)
{
  WmsTicket *self = g_new0 (WmsTicket, 1);

  self->host = g_strdup (host);
  self->credentials = GSS_C_NO_CREDENTIAL;
  self->server = GSS_C_NO_NAME;
  self->context = GSS_C_NO_CONTEXT;
  return self;
}

void
wms_ticket_free (WmsTicket * self)
{
  OM_uint32 minor;

  gss_release_cred (&minor, &self->credentials);
  gss_release_name (&minor, &self->server);
  gss_delete_sec_context (&minor, &self->context, GSS_C_NO_BUFFER);
  g_free (self->host);
  g_free (self);
}

static void
append_status (GString * text, OM_uint32 status, int type)
{
  OM_uint32 minor;
  OM_uint32 context = 0;
  gss_buffer_desc part = GSS_C_EMPTY_BUFFER;

  if (gss_display_status (&minor, status, type, GSS_C_NO_OID, &context, &part)
      != GSS_S_COMPLETE)
    return;
  g_string_append_printf (text, ": %.*s", (int) part.length,
      (const gchar *) part.value);
  gss_release_buffer (&minor, &part);
}

static gboolean
check (OM_uint32 major, OM_uint32 minor, GError ** error)
{
  GString *text;

  if (!GSS_ERROR (major))
    return TRUE;
  text = g_string_new ("no Negotiate token");
  append_status (text, major, GSS_C_GSS_CODE);
  append_status (text, minor, GSS_C_MECH_CODE);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
      text->str);
  g_string_free (text, TRUE);
  return FALSE;
}

/* The user's ticket, and nothing else that SPNEGO may find on this system. */
static gboolean
take_ticket (WmsTicket * self, GError ** error)
{
  gss_OID_set_desc kerberos = { 1, (gss_OID) gss_mech_krb5 };
  gss_OID_set_desc negotiate = { 1, &spnego };
  gss_cred_id_t ticket = GSS_C_NO_CREDENTIAL;
  OM_uint32 major, minor, ignored;

  /* MIT's SPNEGO takes credentials of any mechanism that has some */
  major = gss_acquire_cred (&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &kerberos,
      GSS_C_INITIATE, &ticket, NULL, NULL);
  gss_release_cred (&ignored, &ticket);
  if (!check (major, minor, error))
    return FALSE;
  major = gss_acquire_cred (&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE,
      &negotiate, GSS_C_INITIATE, &self->credentials, NULL, NULL);
  if (!check (major, minor, error))
    return FALSE;
  major = gss_set_neg_mechs (&minor, self->credentials, &kerberos);
  return check (major, minor, error);
}

static gboolean
name_server (WmsTicket * self, GError ** error)
{
  g_autofree gchar *name = g_strconcat ("HTTP@", self->host, NULL);
  gss_buffer_desc text = { strlen (name), name };
  OM_uint32 major, minor;

  major = gss_import_name (&minor, &text, GSS_C_NT_HOSTBASED_SERVICE,
      &self->server);
  return check (major, minor, error);
}

gchar *
wms_ticket_step (WmsTicket * self, const gchar * challenge, GError ** error)
{
  g_autofree guchar *data = NULL;
  gss_buffer_desc in = GSS_C_EMPTY_BUFFER;
  gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
  OM_uint32 major, minor;
  gchar *token = NULL;

  if (self->server == GSS_C_NO_NAME && (!take_ticket (self, error)
          || !name_server (self, error)))
    return NULL;
  if (challenge != NULL)
    data = g_base64_decode (challenge, &in.length);
  in.value = data;
  major = gss_init_sec_context (&minor, self->credentials, &self->context,
      self->server, &spnego, 0, GSS_C_INDEFINITE, GSS_C_NO_CHANNEL_BINDINGS,
      &in, NULL, &out, NULL, NULL);
  if (!check (major, minor, error))
    return NULL;
  if (out.length > 0)
    token = g_base64_encode (out.value, out.length);
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
        "the server refuses the Negotiate token");
  gss_release_buffer (&minor, &out);
  return token;
}

#else /* HAVE_GSSAPI */

struct _WmsTicket
{
  gchar *host;
};

gboolean
wms_ticket_is_supported (void)
{
  return FALSE;
}

WmsTicket *
wms_ticket_new (const gchar * host)
{
  return g_new0 (WmsTicket, 1);
}

void
wms_ticket_free (WmsTicket * self)
{
  g_free (self);
}

gchar *
wms_ticket_step (WmsTicket * self, const gchar * challenge, GError ** error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      "built without GSSAPI");
  return NULL;
}

#endif /* HAVE_GSSAPI */
