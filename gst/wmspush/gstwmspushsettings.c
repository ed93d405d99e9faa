/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings apart from state: values of properties, and what a session is made
 * from.  gstwmspushproperties.c describes them. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmspushsettings.h"

#include "wmspush/wmsproxy.h"
#include "wmspush/wmsuri.h"

void
gst_wms_push_settings_init (GstWmsPushSettings * self)
{
  self->timeout = DEFAULT_TIMEOUT;
  self->auth_methods = DEFAULT_AUTH_METHODS;
  self->credentials_timeout = DEFAULT_CREDENTIALS_TIMEOUT;
  self->tls_validation_flags = DEFAULT_TLS_VALIDATION_FLAGS;
  self->retries = DEFAULT_RETRIES;
  self->retry_delay = DEFAULT_RETRY_DELAY;
  self->resume_timeout = DEFAULT_RESUME_TIMEOUT;
  self->sender.leaky = DEFAULT_LEAKY;
  self->sender.max_backlog = DEFAULT_MAX_BACKLOG;
  self->status_messages = DEFAULT_STATUS_MESSAGES;
}

void
gst_wms_push_settings_clear (GstWmsPushSettings * self)
{
  g_free (self->location);
  wms_credentials_free (self->location_user);
  g_free (self->template_location);
  wms_free_secret (self->user_id);
  wms_free_secret (self->user_pw);
  g_free (self->proxy);
  wms_credentials_free (self->proxy_user);
  wms_free_secret (self->proxy_id);
  wms_free_secret (self->proxy_pw);
  g_clear_object (&self->tls_database);
  g_clear_object (&self->tls_interaction);
}

gboolean
gst_wms_push_settings_set_location (GstWmsPushSettings * self,
    const gchar * text, GError ** error)
{
  g_autoptr (GUri) uri = NULL;

  g_clear_pointer (&self->location, g_free);
  g_clear_pointer (&self->location_user, wms_credentials_free);
  self->is_bad_location = FALSE;
  if (text == NULL)
    return TRUE;
  uri = wms_uri_parse (text, &self->location_user, error);
  self->is_bad_location = uri == NULL;
  if (uri != NULL)
    self->location = g_uri_to_string (uri);
  return uri != NULL;
}

/* As souphttpsrc: "host:port" is a URL as well. */
static void
set_proxy (GstWmsPushSettings * self, const gchar * text)
{
  g_clear_pointer (&self->proxy, g_free);
  g_clear_pointer (&self->proxy_user, wms_credentials_free);
  self->is_bad_proxy = FALSE;
  if (text == NULL)
    return;
  self->proxy = *text != '\0' ? wms_proxy_parse (text, &self->proxy_user) :
      g_strdup ("");
  self->is_bad_proxy = self->proxy == NULL;
}

static void
set_string (gchar ** field, const GValue * value)
{
  wms_free_secret (*field);
  *field = g_value_dup_string (value);
}

/* Tables of properties may be long (tests/style/limits.py).
 * NOLINTBEGIN(readability-function-size) */
gboolean
gst_wms_push_settings_set_property (GstWmsPushSettings * self, guint prop_id,
    const GValue * value)
{
  switch (prop_id) {
    case PROP_TEMPLATE_LOCATION:
      set_string (&self->template_location, value);
      break;
    case PROP_AUTO_DESTROY:
      self->auto_destroy = g_value_get_boolean (value);
      break;
    case PROP_TIMEOUT:
      self->timeout = g_value_get_uint (value);
      break;
    case PROP_REQUEST_SIZE:
      self->request_size = g_value_get_uint64 (value);
      break;
    case PROP_ACCEPT_ANY_SERVER:
      self->accept_any_server = g_value_get_boolean (value);
      break;
    case PROP_USER_ID:
      set_string (&self->user_id, value);
      break;
    case PROP_USER_PW:
      set_string (&self->user_pw, value);
      break;
    case PROP_PROXY:
      set_proxy (self, g_value_get_string (value));
      break;
    case PROP_PROXY_ID:
      set_string (&self->proxy_id, value);
      break;
    case PROP_PROXY_PW:
      set_string (&self->proxy_pw, value);
      break;
    case PROP_AUTH_METHODS:
      self->auth_methods = g_value_get_flags (value);
      break;
    case PROP_ALLOW_CLEAR_TEXT_CREDENTIALS:
      self->allow_clear_text = g_value_get_boolean (value);
      break;
    case PROP_CREDENTIALS_TIMEOUT:
      self->credentials_timeout = g_value_get_uint (value);
      break;
    case PROP_TLS_DATABASE:
      g_set_object (&self->tls_database, g_value_get_object (value));
      break;
    case PROP_TLS_VALIDATION_FLAGS:
      self->tls_validation_flags = g_value_get_flags (value);
      break;
    case PROP_TLS_INTERACTION:
      g_set_object (&self->tls_interaction, g_value_get_object (value));
      break;
    case PROP_PACING_RATE:
      self->pacing_rate = g_value_get_uint64 (value);
      break;
    case PROP_STOP_MODE:
      self->stop_mode = g_value_get_enum (value);
      break;
    case PROP_RETRIES:
      self->retries = g_value_get_int (value);
      break;
    case PROP_RETRY_FIRST:
      self->retry_first = g_value_get_boolean (value);
      break;
    case PROP_RETRY_DELAY:
      self->retry_delay = g_value_get_uint64 (value);
      break;
    case PROP_RESUME_TIMEOUT:
      self->resume_timeout = g_value_get_uint (value);
      break;
    case PROP_LEAKY:
      self->sender.leaky = g_value_get_enum (value);
      break;
    case PROP_MAX_BACKLOG:
      self->sender.max_backlog = g_value_get_uint64 (value);
      break;
    case PROP_STATUS_MESSAGES:
      self->status_messages = g_value_get_boolean (value);
      break;
    case PROP_STATUS_CONTEXT:
      self->status_context = g_value_get_pointer (value);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

gboolean
gst_wms_push_settings_get_property (const GstWmsPushSettings * self,
    guint prop_id, GValue * value)
{
  switch (prop_id) {
    case PROP_LOCATION:
      g_value_set_string (value, self->location);
      break;
    case PROP_TEMPLATE_LOCATION:
      g_value_set_string (value, self->template_location);
      break;
    case PROP_AUTO_DESTROY:
      g_value_set_boolean (value, self->auto_destroy);
      break;
    case PROP_TIMEOUT:
      g_value_set_uint (value, self->timeout);
      break;
    case PROP_REQUEST_SIZE:
      g_value_set_uint64 (value, self->request_size);
      break;
    case PROP_ACCEPT_ANY_SERVER:
      g_value_set_boolean (value, self->accept_any_server);
      break;
    case PROP_USER_ID:
      g_value_set_string (value, self->user_id);
      break;
    case PROP_PROXY:
      g_value_set_string (value, self->proxy);
      break;
    case PROP_PROXY_ID:
      g_value_set_string (value, self->proxy_id);
      break;
    case PROP_AUTH_METHODS:
      g_value_set_flags (value, self->auth_methods);
      break;
    case PROP_ALLOW_CLEAR_TEXT_CREDENTIALS:
      g_value_set_boolean (value, self->allow_clear_text);
      break;
    case PROP_CREDENTIALS_TIMEOUT:
      g_value_set_uint (value, self->credentials_timeout);
      break;
    case PROP_TLS_DATABASE:
      g_value_set_object (value, self->tls_database);
      break;
    case PROP_TLS_VALIDATION_FLAGS:
      g_value_set_flags (value, self->tls_validation_flags);
      break;
    case PROP_TLS_INTERACTION:
      g_value_set_object (value, self->tls_interaction);
      break;
    case PROP_PACING_RATE:
      g_value_set_uint64 (value, self->pacing_rate);
      break;
    case PROP_STOP_MODE:
      g_value_set_enum (value, self->stop_mode);
      break;
    case PROP_RETRIES:
      g_value_set_int (value, self->retries);
      break;
    case PROP_RETRY_FIRST:
      g_value_set_boolean (value, self->retry_first);
      break;
    case PROP_RETRY_DELAY:
      g_value_set_uint64 (value, self->retry_delay);
      break;
    case PROP_RESUME_TIMEOUT:
      g_value_set_uint (value, self->resume_timeout);
      break;
    case PROP_LEAKY:
      g_value_set_enum (value, self->sender.leaky);
      break;
    case PROP_MAX_BACKLOG:
      g_value_set_uint64 (value, self->sender.max_backlog);
      break;
    case PROP_STATUS_MESSAGES:
      g_value_set_boolean (value, self->status_messages);
      break;
    case PROP_STATUS_CONTEXT:
      g_value_set_pointer (value, self->status_context);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

/* NOLINTEND(readability-function-size) */

/* The URL's user part, then the properties (protocol.md, Credentials). */
static void
copy_auth (const GstWmsPushSettings * self, WmsAuthConfig * config,
    const WmsCredentials * of_url, const gchar * user, const gchar * password)
{
  config->methods = self->auth_methods;
  config->allow_clear_text = self->allow_clear_text;
  config->given[0] = wms_credentials_copy (of_url);
  config->given[1] = user == NULL ? NULL : wms_credentials_new (user, password);
}

void
gst_wms_push_settings_copy_config (const GstWmsPushSettings * self,
    WmsClientConfig * config)
{
  g_autoptr (WmsCredentials) of_environment = NULL;
  WmsPushConfig *push = &config->push;

  push->uri = wms_uri_parse (self->location, NULL, NULL);
  push->template_location = g_strdup (self->template_location);
  push->auto_destroy = self->auto_destroy;
  push->request_length = self->request_size;
  push->accept_any_server = self->accept_any_server;
  copy_auth (self, &push->server, self->location_user, self->user_id,
      self->user_pw);
  if (self->proxy == NULL) {
    g_autofree gchar *proxy = NULL;

    wms_proxy_choose (NULL, push->uri, &proxy, &of_environment);
  }
  copy_auth (self, &push->proxy, self->proxy_user != NULL ?
      self->proxy_user : of_environment, self->proxy_id, self->proxy_pw);
  push->is_proxy_home = self->proxy != NULL && *self->proxy != '\0';

  config->http.proxy = g_strdup (self->proxy);
  g_set_object (&config->http.tls_database, self->tls_database);
  g_set_object (&config->http.tls_interaction, self->tls_interaction);
  config->http.tls_validation_flags = self->tls_validation_flags;
  config->timeout_ms = self->timeout * 1000;
  config->credentials_timeout_ms = self->credentials_timeout * 1000;
  config->pacing_bps = self->pacing_rate;
  config->retry.retries = self->retries;
  config->retry.retry_first = self->retry_first;
  config->retry.delay_us = self->retry_delay / 1000;
  config->retry.resume_timeout_us = (guint64) self->resume_timeout
      * G_USEC_PER_SEC;
}

static void
clear_auth (WmsAuthConfig * config)
{
  gsize i;

  for (i = 0; i < WMS_AUTH_MAX_GIVEN; i++)
    wms_credentials_free ((WmsCredentials *) config->given[i]);
}

void
gst_wms_push_settings_clear_config (WmsClientConfig * config)
{
  g_clear_pointer (&config->push.uri, g_uri_unref);
  g_free ((gchar *) config->push.template_location);
  clear_auth (&config->push.server);
  clear_auth (&config->push.proxy);
  g_free (config->http.proxy);
  g_clear_object (&config->http.tls_database);
  g_clear_object (&config->http.tls_interaction);
}
