/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubrelaypipe.h"

#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <glib/gi18n-lib.h>

#include "wmspush/wmssource.h"

/* wmspushsink drops what its connection does not take within max-backlog; this
 * is for a sink that does not come to that. */
#define MAX_WAITING (4u << 20)

struct _PubRelayPipe
{
  GstElement *pipeline, *sink;
  GstAppSrc *source;
  GSource *watch;
  const PubRelayPipeFuncs *funcs;
  gpointer data;
};

gboolean
pub_relay_pipe_prepare (GError ** error)
{
  GstElementFactory *factory;

  if (!gst_init_check (NULL, NULL, error))
    return FALSE;
  factory = gst_element_factory_find ("wmspushsink");
  if (factory == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        _("GStreamer has no element wmspushsink, which push-to needs: install"
            " the plugin, or let GST_PLUGIN_PATH name the folder of %s"),
        "libgstasfmux.so");
  else
    gst_object_unref (factory);
  return factory != NULL;
}

static void
tell_status (PubRelayPipe * self, const GstStructure * structure)
{
  PubRelayStatus status = {
    gst_structure_get_string (structure, "status-name"),
    gst_structure_get_string (structure, "hresult-name"), 0,
    gst_structure_get_string (structure, "text")
  };

  gst_structure_get_uint (structure, "http-status", &status.http_status);
  if (status.name != NULL && status.result != NULL && status.text != NULL)
    self->funcs->status (self->data, &status);
}

static gboolean
bus_said (GstBus * bus, GstMessage * message, gpointer data)
{
  PubRelayPipe *self = data;
  GError *error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      if (gst_message_has_name (message, "wms-status"))
        tell_status (self, gst_message_get_structure (message));
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &error, NULL);
      self->funcs->warned (self->data, error->message);
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      self->funcs->failed (self->data, self, error->message);
      break;
    case GST_MESSAGE_EOS:
      self->funcs->ended (self->data, self);
      break;
    default:
      break;
  }
  g_clear_error (&error);
  return G_SOURCE_CONTINUE;
}

static GstBuffer *
wrap_bytes (GBytes * bytes)
{
  return gst_buffer_new_wrapped_bytes (bytes);
}

void
pub_relay_pipe_set_header (PubRelayPipe * self, GBytes * header)
{
  GstCaps *caps = gst_caps_new_empty_simple ("video/x-ms-asf");
  GstBuffer *buffer = wrap_bytes (header);
  GValue list = G_VALUE_INIT, value = G_VALUE_INIT;

  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_HEADER);
  g_value_init (&list, GST_TYPE_ARRAY);
  g_value_init (&value, GST_TYPE_BUFFER);
  gst_value_set_buffer (&value, buffer);
  gst_value_array_append_value (&list, &value);
  gst_structure_set_value (gst_caps_get_structure (caps, 0), "streamheader",
      &list);
  g_value_unset (&value);
  g_value_unset (&list);
  /* in its place among the buffers */
  gst_app_src_set_caps (self->source, caps);
  gst_app_src_push_buffer (self->source, buffer);
  gst_caps_unref (caps);
}

static void
set_up_sink (GstElement * sink, const gchar * location, const PubRelayUrl * url)
{
  g_object_set (sink, "location", location, "user-id", url->user,
      "user-pw", url->password, "retry-first", TRUE, "retries", -1,
      /* the programme has come in real time */
      "sync", FALSE, "async", FALSE, NULL);
  gst_util_set_object_arg (G_OBJECT (sink), "leaky", "keyframe");
}

PubRelayPipe *
pub_relay_pipe_new (const gchar * location, const PubRelayUrl * url,
    GBytes * header, const PubRelayPipeFuncs * funcs, gpointer data)
{
  PubRelayPipe *self = g_new0 (PubRelayPipe, 1);
  GstBus *bus;

  self->funcs = funcs;
  self->data = data;
  self->pipeline = gst_pipeline_new (NULL);
  self->source = g_object_new (GST_TYPE_APP_SRC, "format", GST_FORMAT_TIME,
      "is-live", TRUE, "max-bytes", (guint64) MAX_WAITING, NULL);
  self->sink = gst_element_factory_make ("wmspushsink", NULL);
  set_up_sink (self->sink, location, url);
  gst_bin_add_many (GST_BIN (self->pipeline), GST_ELEMENT (self->source),
      self->sink, NULL);
  gst_element_link (GST_ELEMENT (self->source), self->sink);
  bus = gst_element_get_bus (self->pipeline);
  self->watch = gst_bus_create_watch (bus);
  g_source_set_callback (self->watch, (GSourceFunc) G_CALLBACK (bus_said),
      self, NULL);
  g_source_attach (self->watch, g_main_context_get_thread_default ());
  gst_object_unref (bus);
  pub_relay_pipe_set_header (self, header);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  return self;
}

gboolean
pub_relay_pipe_push (PubRelayPipe * self, GBytes * packet,
    gboolean starts_key_frame)
{
  GstBuffer *buffer;

  if (gst_app_src_get_current_level_bytes (self->source)
      + g_bytes_get_size (packet) > MAX_WAITING)
    return FALSE;
  buffer = wrap_bytes (packet);
  if (!starts_key_frame)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  gst_app_src_push_buffer (self->source, buffer);
  return TRUE;
}

void
pub_relay_pipe_end (PubRelayPipe * self)
{
  gst_app_src_end_of_stream (self->source);
}

void
pub_relay_pipe_get_stats (PubRelayPipe * self, PubRelayPipeStats * stats)
{
  GstStructure *structure = NULL;

  memset (stats, 0, sizeof (*stats));
  g_object_get (self->sink, "stats", &structure, NULL);
  if (structure == NULL)
    return;
  gst_structure_get_uint64 (structure, "packets-sent", &stats->packets);
  gst_structure_get_uint64 (structure, "bytes-sent", &stats->bytes);
  gst_structure_get_uint64 (structure, "packets-dropped", &stats->dropped);
  gst_structure_get_uint (structure, "reconnects", &stats->reconnects);
  gst_structure_free (structure);
}

void
pub_relay_pipe_silence (PubRelayPipe * self)
{
  wms_source_clear (&self->watch);
}

void
pub_relay_pipe_free (PubRelayPipe * self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  g_free (self);
}
