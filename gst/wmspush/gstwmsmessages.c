/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmsmessages.h"

#include <glib/gi18n-lib.h>

#include "wmspush/gstwms-enumtypes.h"
#include "wmspush/gstwmscredentials.h"

#define PROGRESS_CODE "connect"

/* After the beginning; see wait_for_main_loop(). */
#define MIN_ERROR_US G_GINT64_CONSTANT (100000)

/* Belongs to the mailbox; touched by its reader only. */
typedef struct
{
  /* weak: a handler of the application can keep the reader beyond the end of
   * the element, which does not wait for it */
  GWeakRef weak_element;
  GstElement *element;
  const GstWmsPushSettings *settings;   /* the element's, under its lock */
  gchar *location;
  gboolean is_connecting;
  gint64 begun_us;
  gboolean has_ended;
  gboolean has_warned;
  GError *failure;
  guint http_status;            /* of the failure */
} GstWmsMessages;

static void
post_progress (GstWmsMessages * self, GstProgressType type, const gchar * text)
{
  gst_element_post_message (self->element,
      gst_message_new_progress (GST_OBJECT (self->element), type,
          PROGRESS_CODE, text));
}

static void
report_progress (GstWmsMessages * self, const WmsEvent * event)
{
  const gchar *text = _(wms_status_text (event->status));

  switch (event->status) {
    case GST_WMS_STATUS_LOCATING:
    case GST_WMS_STATUS_CONNECTING:
      if (self->is_connecting)
        post_progress (self, GST_PROGRESS_TYPE_CONTINUE, text);
      break;
    case GST_WMS_STATUS_OPENED:
      if (self->is_connecting)
        post_progress (self, GST_PROGRESS_TYPE_COMPLETE, text);
      self->is_connecting = FALSE;
      break;
    case GST_WMS_STATUS_ERROR:
      if (self->is_connecting)
        post_progress (self, GST_PROGRESS_TYPE_ERROR, text);
      self->is_connecting = FALSE;
      break;
    case GST_WMS_STATUS_CLOSED:
      if (self->is_connecting)
        post_progress (self, GST_PROGRESS_TYPE_CANCELED, text);
      self->is_connecting = FALSE;
      break;
    default:
      break;
  }
}

/* What happened, or what is wrong and what to do about it. */
static gchar *
get_text (const WmsEvent * event)
{
  const gchar *reason;

  if (event->error == NULL)
    return g_strdup (_(wms_status_text (event->status)));
  reason = _(wms_failure_from_error (event->error)->text);
  if (event->status == GST_WMS_STATUS_RECONNECT_START)
    return g_strdup_printf (_("Trying again. %s"), reason);
  return g_strdup (reason);
}

static GstStructure *
new_status_structure (GstWmsMessages * self, const WmsEvent * event)
{
  g_autofree gchar *text = get_text (event);
  GstStructure *structure = gst_structure_new ("wms-status",
      "status", GST_TYPE_WMS_STATUS, event->status,
      "status-name", G_TYPE_STRING, wms_status_name (event->status),
      "hresult", G_TYPE_UINT, event->hresult,
      "hresult-name", G_TYPE_STRING, wms_hresult_name (event->hresult),
      "type", GST_TYPE_WMS_DATA_TYPE, event->has_value ?
      GST_WMS_DATA_TYPE_QWORD : GST_WMS_DATA_TYPE_DWORD,
      "location", G_TYPE_STRING, self->location,
      "text", G_TYPE_STRING, text, NULL);

  if (event->has_value)
    gst_structure_set (structure, "value", G_TYPE_UINT64, event->value, NULL);
  if (event->http_status != 0)
    gst_structure_set (structure, "http-status", G_TYPE_UINT,
        event->http_status, NULL);
  return structure;
}

/* IWMRegisterCallback::Advise and Unadvise: what counts is what is set when the
 * message is posted (protocol.md, Messages). */
static gboolean
add_context (GstWmsMessages * self, GstStructure * structure)
{
  gboolean is_wanted;
  gpointer context;

  GST_OBJECT_LOCK (self->element);
  is_wanted = self->settings->status_messages;
  context = self->settings->status_context;
  GST_OBJECT_UNLOCK (self->element);
  if (context != NULL)
    gst_structure_set (structure, "context", G_TYPE_POINTER, context, NULL);
  return is_wanted;
}

static void
post_structure (GstWmsMessages * self, GstStructure * structure)
{
  gst_element_post_message (self->element,
      gst_message_new_element (GST_OBJECT (self->element), structure));
}

static void
post_status (GstWmsMessages * self, const WmsEvent * event)
{
  GstStructure *structure = new_status_structure (self, event);

  if (add_context (self, structure))
    post_structure (self, structure);
  else
    gst_structure_free (structure);
}

/* gst-launch-1.0 ends its main loop from a synchronous bus handler: an error
 * that is posted before the loop runs is lost, and it waits for ever (1.22; half
 * of the pushes that a server on this machine refused at once, under load). */
static void
wait_for_main_loop (const GstWmsMessages * self)
{
  gint64 left = self->begun_us + MIN_ERROR_US - g_get_monotonic_time ();

  if (left > 0)
    g_usleep (left);
}

static void
post_error (GstWmsMessages * self)
{
  const WmsFailure *failure = wms_failure_from_error (self->failure);
  GstStructure *details = gst_structure_new ("details",
      "hresult", G_TYPE_UINT, failure->hresult,
      "hresult-name", G_TYPE_STRING, wms_hresult_name (failure->hresult), NULL);
  gchar *text = g_strdup_printf (_("Cannot publish to %s. %s"),
      self->location, _(failure->text));
  gchar *debug = g_strdup_printf ("%s: %s (%s %d, HTTP status %u)",
      wms_hresult_name (failure->hresult), self->failure->message,
      g_quark_to_string (self->failure->domain), self->failure->code,
      self->http_status);

  if (self->http_status != 0)
    gst_structure_set (details, "http-status", G_TYPE_UINT, self->http_status,
        NULL);
  gst_element_message_full_with_details (self->element, GST_MESSAGE_ERROR,
      failure->domain (), failure->code, text, debug, __FILE__, GST_FUNCTION,
      __LINE__, details);
}

/* IMFSinkWriterCallback::OnFinalize: once, when the session is over because it
 * was ended or because it failed (protocol.md, Messages). */
static void
report_end (GstWmsMessages * self)
{
  guint32 hresult = self->failure != NULL ?
      wms_failure_from_error (self->failure)->hresult : WMS_S_OK;

  GstStructure *structure;

  if (self->failure == NULL && !self->has_ended)
    return;
  structure = gst_structure_new ("wms-finalize",
      "hresult", G_TYPE_UINT, hresult,
      "hresult-name", G_TYPE_STRING, wms_hresult_name (hresult),
      "location", G_TYPE_STRING, self->location, NULL);
  add_context (self, structure);
  post_structure (self, structure);
  if (self->failure != NULL) {
    wait_for_main_loop (self);
    post_error (self);
  }
  g_clear_error (&self->failure);
  self->has_ended = FALSE;
}

/* Trying again will not help, and who reads no statuses has to know that. */
static void
warn_of_packets (GstWmsMessages * self, const GError * reason)
{
  if (self->has_warned
      || !g_error_matches (reason, WMS_ERROR, WMS_ERROR_LARGE_PACKETS))
    return;
  self->has_warned = TRUE;
  gst_element_message_full (self->element, GST_MESSAGE_WARNING,
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      g_strdup (_(wms_failure_from_error (reason)->text)),
      g_strdup (reason->message), __FILE__, GST_FUNCTION, __LINE__);
}

static void
handle_event (const WmsEvent * event, gpointer user_data)
{
  GstWmsMessages *self = user_data;
  g_autoptr (GstElement) element = g_weak_ref_get (&self->weak_element);

  if (element == NULL)
    return;
  if (event->question != NULL) {
    gst_wms_credentials_ask (element, event->question);
    return;
  }
  if (event->marker != NULL) {
    post_structure (self, gst_structure_copy (event->marker));
    return;
  }
  report_progress (self, event);
  post_status (self, event);
  switch (event->status) {
    case GST_WMS_STATUS_ERROR:
      g_clear_error (&self->failure);
      self->failure = g_error_copy (event->error);
      self->http_status = event->http_status;
      break;
    case GST_WMS_STATUS_RECONNECT_START:
      warn_of_packets (self, event->error);
      break;
    case GST_WMS_STATUS_END_OF_STREAMING:
      self->has_ended = TRUE;
      break;
    case GST_WMS_STATUS_CLOSED:
      report_end (self);
      break;
    default:
      break;
  }
}

static void
messages_free (gpointer user_data)
{
  GstWmsMessages *self = user_data;

  g_weak_ref_clear (&self->weak_element);
  g_clear_error (&self->failure);
  g_free (self->location);
  g_free (self);
}

WmsMailbox *
gst_wms_messages_new (GstElement * element, const GstWmsPushSettings * settings)
{
  GstWmsMessages *self = g_new0 (GstWmsMessages, 1);

  self->element = element;
  g_weak_ref_init (&self->weak_element, element);
  self->settings = settings;
  self->location = g_strdup (settings->location);
  self->is_connecting = TRUE;
  self->begun_us = g_get_monotonic_time ();
  post_progress (self, GST_PROGRESS_TYPE_START, _("Connecting to the server"));
  return wms_mailbox_new (handle_event, self, messages_free);
}
