/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_PUSH_SETTINGS_H__
#define __GST_WMS_PUSH_SETTINGS_H__

#include <gst/gst.h>

#include "wmspush/gstwmssender.h"
#include "wmspush/wmsclient.h"

G_BEGIN_DECLS

enum
{
  PROP_0,
  PROP_LOCATION,
  PROP_TEMPLATE_LOCATION,
  PROP_AUTO_DESTROY,
  PROP_TIMEOUT,
  PROP_REQUEST_SIZE,
  PROP_ACCEPT_ANY_SERVER,
  PROP_USER_ID,
  PROP_USER_PW,
  PROP_PROXY,
  PROP_PROXY_ID,
  PROP_PROXY_PW,
  PROP_AUTH_METHODS,
  PROP_ALLOW_CLEAR_TEXT_CREDENTIALS,
  PROP_CREDENTIALS_TIMEOUT,
  PROP_TLS_DATABASE,
  PROP_TLS_VALIDATION_FLAGS,
  PROP_TLS_INTERACTION,
  PROP_PACING_RATE,
  PROP_STOP_MODE,
  PROP_RETRIES,
  PROP_RETRY_FIRST,
  PROP_RETRY_DELAY,
  PROP_RESUME_TIMEOUT,
  PROP_LEAKY,
  PROP_MAX_BACKLOG,
  PROP_STATUS_MESSAGES,
  PROP_STATUS_CONTEXT,
  PROP_STATS,
};

#define DEFAULT_LOCATION NULL
#define DEFAULT_TEMPLATE_LOCATION NULL
#define DEFAULT_AUTO_DESTROY FALSE
#define DEFAULT_TIMEOUT 15
#define DEFAULT_REQUEST_SIZE 0
#define DEFAULT_ACCEPT_ANY_SERVER FALSE
#define DEFAULT_USER_ID NULL
#define DEFAULT_USER_PW NULL
#define DEFAULT_PROXY NULL
#define DEFAULT_PROXY_ID NULL
#define DEFAULT_PROXY_PW NULL
#define DEFAULT_AUTH_METHODS WMS_AUTH_METHODS_ALL
#define DEFAULT_ALLOW_CLEAR_TEXT_CREDENTIALS FALSE
#define DEFAULT_CREDENTIALS_TIMEOUT 120
#define DEFAULT_TLS_VALIDATION_FLAGS G_TLS_CERTIFICATE_VALIDATE_ALL
#define DEFAULT_PACING_RATE 0
#define DEFAULT_STOP_MODE GST_WMS_STOP_MODE_END_SESSION
#define DEFAULT_RETRIES (-1)
#define DEFAULT_RETRY_FIRST FALSE
#define DEFAULT_RETRY_DELAY GST_SECOND
#define DEFAULT_RESUME_TIMEOUT 360
#define DEFAULT_LEAKY GST_WMS_LEAKY_NO
#define DEFAULT_MAX_BACKLOG GST_SECOND
#define DEFAULT_STATUS_MESSAGES TRUE
#define MAX_TIMEOUT 86400
#define MAX_TIMEOUT_NS (MAX_TIMEOUT * GST_SECOND)

/**
 * GstWmsPushSettings:
 *
 * The element's properties of the same names; under its object lock.
 */
typedef struct
{
  gchar *location;
  gboolean is_bad_location;
  WmsCredentials *location_user;        /* was in the location */
  gchar *template_location;
  gboolean auto_destroy;
  guint timeout;
  guint64 request_size;
  gboolean accept_any_server;
  gchar *user_id;
  gchar *user_pw;
  gchar *proxy;
  gboolean is_bad_proxy;
  WmsCredentials *proxy_user;   /* was in the proxy */
  gchar *proxy_id;
  gchar *proxy_pw;
  guint auth_methods;
  gboolean allow_clear_text;
  guint credentials_timeout;
  GTlsDatabase *tls_database;
  GTlsCertificateFlags tls_validation_flags;
  GTlsInteraction *tls_interaction;
  guint64 pacing_rate;
  GstWmsStopMode stop_mode;
  gint retries;
  gboolean retry_first;
  guint64 retry_delay;
  guint resume_timeout;
  GstWmsSenderConfig sender;
  gboolean status_messages;
  gpointer status_context;
} GstWmsPushSettings;

/**
 * gst_wms_push_settings_install_properties:
 *
 * Installs the properties of all settings.
 */
void gst_wms_push_settings_install_properties (GObjectClass * object_class);

/**
 * gst_wms_push_settings_init:
 * @self: (out caller-allocates): zeros
 *
 * Gives each setting its default.
 */
void gst_wms_push_settings_init (GstWmsPushSettings * self);

/**
 * gst_wms_push_settings_clear:
 *
 * Frees what the settings hold; secrets are wiped.
 */
void gst_wms_push_settings_clear (GstWmsPushSettings * self);

/**
 * gst_wms_push_settings_set_location:
 * @self: the settings
 * @text: (nullable): URL of a publishing point
 * @error: return location
 *
 * Takes the user part out, which is never shown again.  What is no URL is not
 * kept, since it may hold one.
 *
 * Returns: %FALSE when it is no URL; it is refused when the element starts.
 */
gboolean gst_wms_push_settings_set_location (GstWmsPushSettings * self,
    const gchar * text, GError ** error);

/**
 * gst_wms_push_settings_set_property:
 *
 * Returns: %FALSE when there is no property of that number.
 */
gboolean gst_wms_push_settings_set_property (GstWmsPushSettings * self,
    guint prop_id, const GValue * value);

/**
 * gst_wms_push_settings_get_property:
 *
 * Returns: %FALSE when there is no property of that number that can be read.
 */
gboolean gst_wms_push_settings_get_property (const GstWmsPushSettings * self,
    guint prop_id, GValue * value);

/**
 * gst_wms_push_settings_copy_config:
 * @self: the settings, with a location
 * @config: (out caller-allocates): gets copies of them; free with
 *     gst_wms_push_settings_clear_config()
 */
void gst_wms_push_settings_copy_config (const GstWmsPushSettings * self,
    WmsClientConfig * config);

/**
 * gst_wms_push_settings_clear_config:
 *
 * Frees what the copy holds; secrets are wiped.
 */
void gst_wms_push_settings_clear_config (WmsClientConfig * config);

G_END_DECLS
#endif /* __GST_WMS_PUSH_SETTINGS_H__ */
