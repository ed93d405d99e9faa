/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxtext.h"

#include "asf/asfmap.h"
#include "asf/asfwriter.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

void
gst_wms_asf_text_init (GstWmsAsfMuxPad * pad)
{
  pad->format.stream.kind = ASF_STREAM_COMMAND;
  pad->format.is_intra = TRUE;
  pad->format.keep_whole = TRUE;
  pad->have_format = TRUE;
}

gboolean
gst_wms_asf_text_is_text (const GstWmsAsfMuxPad * pad)
{
  return pad->format.stream.kind == ASF_STREAM_COMMAND;
}

void
gst_wms_asf_text_take_caps (GstWmsAsfMuxPad * pad, const GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  pad->has_markup = g_strcmp0 (gst_structure_get_string (s, "format"),
      "pango-markup") == 0;
}

static void
append_text (GMarkupParseContext * context, const gchar * text, gsize size,
    gpointer result, GError ** error)
{
  g_string_append_len (result, text, size);
}

/* What is between the tags; text that is no markup stays as it is. */
static gchar *
strip_markup (const gchar * text)
{
  static const GMarkupParser parser = {.text = append_text };
  GString *result = g_string_new (NULL);
  GMarkupParseContext *context =
      g_markup_parse_context_new (&parser, 0, result, NULL);
  g_autofree gchar *document = g_strdup_printf ("<a>%s</a>", text);
  gboolean is_markup = g_markup_parse_context_parse (context, document, -1,
      NULL) && g_markup_parse_context_end_parse (context, NULL);

  g_markup_parse_context_free (context);
  if (!is_markup)
    g_string_assign (result, text);
  return g_string_free (result, FALSE);
}

gchar *
gst_wms_asf_text_read (GstWmsAsfMuxPad * pad, GstBuffer * buffer)
{
  g_autofree gchar *bytes = NULL;
  g_autofree gchar *text = NULL;
  GstMapInfo map;

  if (!asf_buffer_map (buffer, &map))
    return NULL;
  bytes = g_strndup (map.size > 0 ? (const gchar *) map.data : "", map.size);
  gst_buffer_unmap (buffer, &map);
  text = g_utf8_make_valid (bytes, -1);
  return pad->has_markup ? strip_markup (text) : g_steal_pointer (&text);
}

const gchar *
gst_wms_asf_text_type (const GstWmsAsfMuxPad * pad)
{
  const gchar *type = pad->settings.command_type;

  return type && *type != '\0' ? type : GST_WMS_ASF_DEFAULT_COMMAND_TYPE;
}

gboolean
gst_wms_asf_text_is_script (GstEvent * event)
{
  const GstStructure *s;
  const gchar *type, *parameter;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CUSTOM_DOWNSTREAM
      || !gst_event_has_name (event, GST_WMS_ASF_SCRIPT_NAME))
    return FALSE;
  s = gst_event_get_structure (event);
  type = gst_structure_get_string (s, "type");
  parameter = gst_structure_get_string (s, "parameter");
  return type != NULL && *type != '\0' && parameter != NULL &&
      g_utf8_validate (type, -1, NULL) && g_utf8_validate (parameter, -1, NULL);
}

/* UTF-16 with the final NUL, which an empty text has too. */
static GstBuffer *
new_part (const gchar * text)
{
  g_autoptr (GBytes) utf16 = asf_utf16_new (text);

  if (g_bytes_get_size (utf16) == 0)
    return gst_buffer_new_memdup ("\0", 2);
  return gst_buffer_new_wrapped_bytes (utf16);
}

GstBuffer *
gst_wms_asf_text_new_command (const gchar * type, const gchar * parameter)
{
  return gst_buffer_append (new_part (type), new_part (parameter));
}
