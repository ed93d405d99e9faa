/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxpadsettings.h"

#include "asfmux/gstasfmux-enumtypes.h"

enum
{
  PROP_0,
  PROP_BITRATE,
  PROP_BUFFER_MS,
  PROP_LANGUAGE,
  PROP_STREAM_NAME,
  PROP_EXCLUSION_GROUP,
  PROP_EXCLUSION_SET,
  PROP_EXCLUSION_TYPE,
  PROP_PRIORITY,
  PROP_MANDATORY,
  PROP_HIDDEN,
  PROP_COMMAND_TYPE,
};

#define DEFAULT_BITRATE 0
#define DEFAULT_BUFFER_MS 0
#define DEFAULT_LANGUAGE NULL
#define DEFAULT_STREAM_NAME NULL
#define DEFAULT_EXCLUSION_GROUP 0
#define DEFAULT_EXCLUSION_SET 0
#define DEFAULT_EXCLUSION_TYPE GST_WMS_ASF_EXCLUSION_AUTO
#define DEFAULT_PRIORITY 0
#define DEFAULT_MANDATORY FALSE
#define DEFAULT_HIDDEN FALSE

#define MAX_BITRATE 2000000000
#define MAX_BUFFER_MS 600000
/* as many as there can be streams (rules, 10) */
#define MAX_GROUP 127
#define MAX_PRIORITY 127

void
gst_wms_asf_pad_settings_init (GstWmsAsfPadSettings * self)
{
  self->bitrate = DEFAULT_BITRATE;
  self->buffer_ms = DEFAULT_BUFFER_MS;
  self->language = g_strdup (DEFAULT_LANGUAGE);
  self->stream_name = g_strdup (DEFAULT_STREAM_NAME);
  self->exclusion_group = DEFAULT_EXCLUSION_GROUP;
  self->exclusion_set = DEFAULT_EXCLUSION_SET;
  self->exclusion_type = DEFAULT_EXCLUSION_TYPE;
  self->priority = DEFAULT_PRIORITY;
  self->is_mandatory = DEFAULT_MANDATORY;
  self->is_hidden = DEFAULT_HIDDEN;
  self->command_type = g_strdup (GST_WMS_ASF_DEFAULT_COMMAND_TYPE);
}

void
gst_wms_asf_pad_settings_clear (GstWmsAsfPadSettings * self)
{
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->stream_name, g_free);
  g_clear_pointer (&self->command_type, g_free);
}

void
gst_wms_asf_pad_settings_copy (GstWmsAsfPadSettings * self,
    const GstWmsAsfPadSettings * source)
{
  gst_wms_asf_pad_settings_clear (self);
  *self = *source;
  self->language = g_strdup (source->language);
  self->stream_name = g_strdup (source->stream_name);
  self->command_type = g_strdup (source->command_type);
}

static void
set_text (gchar ** text, const GValue * value)
{
  g_free (*text);
  *text = g_value_dup_string (value);
}

gboolean
gst_wms_asf_pad_settings_set_property (GstWmsAsfPadSettings * self,
    guint prop_id, const GValue * value)
{
  switch (prop_id) {
    case PROP_BITRATE:
      self->bitrate = g_value_get_uint (value);
      break;
    case PROP_BUFFER_MS:
      self->buffer_ms = g_value_get_uint (value);
      break;
    case PROP_LANGUAGE:
      set_text (&self->language, value);
      break;
    case PROP_STREAM_NAME:
      set_text (&self->stream_name, value);
      break;
    case PROP_EXCLUSION_GROUP:
      self->exclusion_group = g_value_get_uint (value);
      break;
    case PROP_EXCLUSION_SET:
      self->exclusion_set = g_value_get_uint (value);
      break;
    case PROP_EXCLUSION_TYPE:
      self->exclusion_type = g_value_get_enum (value);
      break;
    case PROP_PRIORITY:
      self->priority = g_value_get_uint (value);
      break;
    case PROP_MANDATORY:
      self->is_mandatory = g_value_get_boolean (value);
      break;
    case PROP_HIDDEN:
      self->is_hidden = g_value_get_boolean (value);
      break;
    case PROP_COMMAND_TYPE:
      set_text (&self->command_type, value);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

gboolean
gst_wms_asf_pad_settings_get_property (const GstWmsAsfPadSettings * self,
    guint prop_id, GValue * value)
{
  switch (prop_id) {
    case PROP_BITRATE:
      g_value_set_uint (value, self->bitrate);
      break;
    case PROP_BUFFER_MS:
      g_value_set_uint (value, self->buffer_ms);
      break;
    case PROP_LANGUAGE:
      g_value_set_string (value, self->language);
      break;
    case PROP_STREAM_NAME:
      g_value_set_string (value, self->stream_name);
      break;
    case PROP_EXCLUSION_GROUP:
      g_value_set_uint (value, self->exclusion_group);
      break;
    case PROP_EXCLUSION_SET:
      g_value_set_uint (value, self->exclusion_set);
      break;
    case PROP_EXCLUSION_TYPE:
      g_value_set_enum (value, self->exclusion_type);
      break;
    case PROP_PRIORITY:
      g_value_set_uint (value, self->priority);
      break;
    case PROP_MANDATORY:
      g_value_set_boolean (value, self->is_mandatory);
      break;
    case PROP_HIDDEN:
      g_value_set_boolean (value, self->is_hidden);
      break;
    case PROP_COMMAND_TYPE:
      g_value_set_string (value, self->command_type);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

/* Tables of properties may be long (tests/style/limits.py).
 * NOLINTBEGIN(readability-function-size) */
void
gst_wms_asf_pad_settings_install_properties (GObjectClass * gobject_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstWmsAsfMuxPad:bitrate:
   *
   * Bits per second of the stream's media data, 0 to 2000000000, which the
   * header declares and the stream is sent at.  0, the default, takes what
   * caps or tags say, or else measures.  Taken over with the next header.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_BITRATE,
      g_param_spec_uint ("bitrate", "Bit rate",
          "Bits per second of the stream, 0 for what caps or tags say", 0,
          MAX_BITRATE, DEFAULT_BITRATE, flags));

  /**
   * GstWmsAsfMuxPad:buffer-ms:
   *
   * Milliseconds of the stream's leaky bucket, 0 to 600000: how far its data
   * may pile up over #GstWmsAsfMuxPad:bitrate.  More than the preroll is
   * taken for the preroll, since a player buffers no more.  0, the default,
   * is 3000 or the preroll, whichever is less.  Taken over with the next
   * header.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_BUFFER_MS,
      g_param_spec_uint ("buffer-ms", "Buffer window",
          "Milliseconds of the leaky bucket, 0 for the default", 0,
          MAX_BUFFER_MS, DEFAULT_BUFFER_MS, flags));

  /**
   * GstWmsAsfMuxPad:language:
   *
   * Language of the stream as an RFC 1766 tag, such as "fr" or "pt-br".
   * Without it, by default, the stream's language-code tag counts.  Taken
   * over with the next header.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_LANGUAGE,
      g_param_spec_string ("language", "Language",
          "Language of the stream, such as fr or pt-br", DEFAULT_LANGUAGE,
          flags));

  /**
   * GstWmsAsfMuxPad:stream-name:
   *
   * Name of the stream for a person who chooses between several, such as
   * "Director's comments".  By default there is none.  Taken over with the
   * next header.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_STREAM_NAME,
      g_param_spec_string ("stream-name", "Stream name",
          "Name of the stream for a person who chooses", DEFAULT_STREAM_NAME,
          flags));

  /**
   * GstWmsAsfMuxPad:exclusion-group:
   *
   * Streams of the same number, 1 to 127, exclude each other: a player takes
   * one of them, see #GstWmsAsfMuxPad:exclusion-type.  With 0, the default,
   * audio streams that all have a language, each another one, are such a
   * group, and other streams are in none; a number that no other stream has
   * keeps a stream out of it.  Taken over with the next header.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_EXCLUSION_GROUP,
      g_param_spec_uint ("exclusion-group", "Exclusion group",
          "Number of a group of streams of which a player takes one", 0,
          MAX_GROUP, DEFAULT_EXCLUSION_GROUP, flags));

  /**
   * GstWmsAsfMuxPad:exclusion-set:
   *
   * Streams of one #GstWmsAsfMuxPad:exclusion-group with the same number here,
   * 1 to 127, are played together, such as a picture and its sound: a player
   * takes one such set of the group.  With 0, the default, a stream is a set
   * by itself.  Taken over with the next header.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_EXCLUSION_SET,
      g_param_spec_uint ("exclusion-set", "Exclusion set",
          "Number of streams of the exclusion group that are played together",
          0, MAX_GROUP, DEFAULT_EXCLUSION_SET, flags));

  /**
   * GstWmsAsfMuxPad:exclusion-type:
   *
   * Why the streams of the #GstWmsAsfMuxPad:exclusion-group exclude each
   * other; what the first of them says counts.  By default it is the language
   * when those of one kind differ in it, else the bit rate.  Taken over with
   * the next header.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_EXCLUSION_TYPE,
      g_param_spec_enum ("exclusion-type", "Exclusion type",
          "Why the streams of the group exclude each other",
          GST_TYPE_WMS_ASF_EXCLUSION, DEFAULT_EXCLUSION_TYPE, flags));

  /**
   * GstWmsAsfMuxPad:priority:
   *
   * Rank of the stream when not all can be delivered, 1 for the most
   * important one to 127.  0, the default, is none; the header says nothing
   * about priorities when no stream has one.  Taken over with the next
   * header.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_PRIORITY,
      g_param_spec_uint ("priority", "Priority",
          "1 for the most important stream, 0 for none", 0, MAX_PRIORITY,
          DEFAULT_PRIORITY, flags));

  /**
   * GstWmsAsfMuxPad:mandatory:
   *
   * Whether a stream with a #GstWmsAsfMuxPad:priority may never be left out
   * when not all can be delivered; such streams come first whatever their
   * rank.  By default FALSE.  Taken over with the next header.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_MANDATORY,
      g_param_spec_boolean ("mandatory", "Mandatory",
          "Whether the stream may never be left out", DEFAULT_MANDATORY,
          flags));

  /**
   * GstWmsAsfMuxPad:hidden:
   *
   * Whether the stream is described where only players find it that know the
   * header's extension, so that older ones, which would play all streams of a
   * group at once, see the others alone.  A hidden picture has no Simple
   * Index.  By default FALSE; where all streams say TRUE, none is hidden.
   * Taken over with the next header.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_HIDDEN,
      g_param_spec_boolean ("hidden", "Hidden",
          "Whether players that do not know of alternatives do not see it",
          DEFAULT_HIDDEN, flags));

  /**
   * GstWmsAsfMuxPad:command-type:
   *
   * What plain text on a text pad becomes: a script command of this type,
   * such as "CAPTION", the default, or "TEXT".  Other pads do not use it.
   * Taken over with the next header.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_COMMAND_TYPE,
      g_param_spec_string ("command-type", "Command type",
          "Type of the script commands that text becomes",
          GST_WMS_ASF_DEFAULT_COMMAND_TYPE, flags));

  gst_type_mark_as_plugin_api (GST_TYPE_WMS_ASF_EXCLUSION, 0);
}

/* NOLINTEND(readability-function-size) */
