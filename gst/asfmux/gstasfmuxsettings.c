/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxsettings.h"

#include <glib/gi18n-lib.h>

#include "asf/asfpacketizer.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

enum
{
  PROP_0,
  PROP_PACKET_SIZE,
  PROP_PREROLL,
  PROP_MERGE_STREAM_TAGS,
  PROP_PADDING,
  PROP_MAX_HEADER_SIZE,
  PROP_STREAMABLE,
  PROP_MAX_PACKET_DELAY,
};

/* Ranges of the old element, so that setting a value always succeeds. */
#define MIN_SETTABLE_PACKET_SIZE 18

#define DEFAULT_PACKET_SIZE 4800
#define DEFAULT_PREROLL 5000
#define DEFAULT_MERGE_STREAM_TAGS TRUE
#define DEFAULT_PADDING 0
#define DEFAULT_MAX_HEADER_SIZE 8192
#define DEFAULT_STREAMABLE FALSE
#define DEFAULT_MAX_PACKET_DELAY GST_SECOND

/* What can be written. */
#define MAX_PREROLL 600000
/* What a push can carry (protocol.md, A session). */
#define MAX_MAX_HEADER_SIZE 65531
#define MAX_PADDING (8u << 20)

void
gst_wms_asf_settings_init (GstWmsAsfSettings * self)
{
  self->packet_size = DEFAULT_PACKET_SIZE;
  self->preroll_ms = DEFAULT_PREROLL;
  self->merge_stream_tags = DEFAULT_MERGE_STREAM_TAGS;
  self->padding = DEFAULT_PADDING;
  self->max_header_size = DEFAULT_MAX_HEADER_SIZE;
  self->streamable = DEFAULT_STREAMABLE;
  self->max_packet_delay = DEFAULT_MAX_PACKET_DELAY;
}

/* One setting against what can be written; the range is told to the user,
 * since the property's own range is wider (that of the old element). */
static gboolean
check_range (GstElement * mux, const gchar * name, guint64 value,
    guint64 min, guint64 max)
{
  if (value >= min && value <= max)
    return TRUE;
  GST_ELEMENT_ERROR (mux, RESOURCE, SETTINGS,
      (_("The property %s is outside of its legal range."), name),
      ("%s is %" G_GUINT64_FORMAT ", legal range %" G_GUINT64_FORMAT " to %"
          G_GUINT64_FORMAT, name, value, min, max));
  return FALSE;
}

gboolean
gst_wms_asf_settings_check (const GstWmsAsfSettings * self, GstElement * mux)
{
  return check_range (mux, "packet-size", self->packet_size,
      ASF_PACKETIZER_MIN_SIZE, ASF_MAX_PACKET_SIZE) &&
      check_range (mux, "preroll", self->preroll_ms, 0, MAX_PREROLL) &&
      check_range (mux, "padding", self->padding, 0, MAX_PADDING);
}

gboolean
gst_wms_asf_settings_set_property (GstWmsAsfSettings * self, guint prop_id,
    const GValue * value)
{
  switch (prop_id) {
    case PROP_PACKET_SIZE:
      self->packet_size = g_value_get_uint (value);
      self->packet_size_is_set = TRUE;
      break;
    case PROP_PREROLL:
      self->preroll_ms = g_value_get_uint64 (value);
      break;
    case PROP_MERGE_STREAM_TAGS:
      self->merge_stream_tags = g_value_get_boolean (value);
      break;
    case PROP_PADDING:
      self->padding = g_value_get_uint64 (value);
      break;
    case PROP_MAX_HEADER_SIZE:
      self->max_header_size = g_value_get_uint (value);
      break;
    case PROP_STREAMABLE:
      self->streamable = g_value_get_boolean (value);
      break;
    case PROP_MAX_PACKET_DELAY:
      self->max_packet_delay = g_value_get_uint64 (value);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

gboolean
gst_wms_asf_settings_get_property (const GstWmsAsfSettings * self,
    guint prop_id, GValue * value)
{
  switch (prop_id) {
    case PROP_PACKET_SIZE:
      g_value_set_uint (value, self->packet_size);
      break;
    case PROP_PREROLL:
      g_value_set_uint64 (value, self->preroll_ms);
      break;
    case PROP_MERGE_STREAM_TAGS:
      g_value_set_boolean (value, self->merge_stream_tags);
      break;
    case PROP_PADDING:
      g_value_set_uint64 (value, self->padding);
      break;
    case PROP_MAX_HEADER_SIZE:
      g_value_set_uint (value, self->max_header_size);
      break;
    case PROP_STREAMABLE:
      g_value_set_boolean (value, self->streamable);
      break;
    case PROP_MAX_PACKET_DELAY:
      g_value_set_uint64 (value, self->max_packet_delay);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

/* Tables of properties may be long (tests/style/limits.py).
 * NOLINTBEGIN(readability-function-size) */
void
gst_wms_asf_settings_install_properties (GObjectClass * gobject_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_READY;

  /**
   * GstWmsAsfMux:packet-size:
   *
   * Bytes of each data packet.  Legal are 100 to 65535; another value is an
   * element error when the element goes to PAUSED.  The default is 4800.
   * When it is not set, a file with video has packets of 8000 bytes, and
   * where there is nothing but Windows Media audio in blocks of one size,
   * packets are as large as a whole number of blocks, so that none is split
   * and nothing is wasted.  A live stream at a low rate is
   * better off with a smaller packet, since each one waits until it is full,
   * see #GstWmsAsfMux:max-packet-delay.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_PACKET_SIZE,
      g_param_spec_uint ("packet-size", "Packet size",
          "Bytes of each ASF packet, 100 to 65535",
          MIN_SETTABLE_PACKET_SIZE, G_MAXUINT32, DEFAULT_PACKET_SIZE, flags));

  /**
   * GstWmsAsfMux:preroll:
   *
   * Milliseconds of content that a player buffers before it starts, 0 to
   * 600000, by default 5000.  Each packet is sent within this time.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_PREROLL,
      g_param_spec_uint64 ("preroll", "Preroll",
          "Milliseconds that a player buffers, 0 to 600000", 0, G_MAXUINT64,
          DEFAULT_PREROLL, flags));

  /**
   * GstWmsAsfMux:merge-stream-tags:
   *
   * Whether tags of the streams are written as tags of the file, next to
   * those that the application sets through #GstTagSetter.  By default TRUE.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_MERGE_STREAM_TAGS,
      g_param_spec_boolean ("merge-stream-tags", "Merge stream tags",
          "Write tags of the streams as tags of the file",
          DEFAULT_MERGE_STREAM_TAGS, flags));

  /**
   * GstWmsAsfMux:padding:
   *
   * Bytes of a Padding Object at the end of the header, room for later
   * editing, 0 to 8388608, by default 0.  Under 24 bytes, the size of the
   * smallest object, none is written.  The header of a file is as large at the
   * end as it was at the beginning: tags that come after it are written into
   * this room, and what they leave of it stays padding.  Those for which it is
   * too small are named in a warning.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_PADDING,
      g_param_spec_uint64 ("padding", "Padding",
          "Bytes of a Padding Object in the header, 0 to 8388608, none under 24",
          0, G_MAXUINT64, DEFAULT_PADDING, flags));

  /**
   * GstWmsAsfMux:max-header-size:
   *
   * Bytes that the header of a broadcast may have, the head of the Data Object
   * included, by default 8192, which all known receivers take; 0 for the 65531
   * that the push protocol can carry.  In a larger header room is made in this
   * order: #GstWmsAsfMux:padding, pictures from the largest on, the other tags
   * from the longest on.  One element warning names what was left out.  A
   * header that is too large without any tags is an element error.  A file's
   * header has no such limit.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_MAX_HEADER_SIZE,
      g_param_spec_uint ("max-header-size", "Maximum header size",
          "Bytes of a broadcast's header, 0 for what the protocol carries",
          0, MAX_MAX_HEADER_SIZE, DEFAULT_MAX_HEADER_SIZE, flags));

  /**
   * GstWmsAsfMux:streamable:
   *
   * Write a broadcast even when downstream can seek: no index, no durations,
   * nothing that is written later.  By default FALSE.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_STREAMABLE,
      g_param_spec_boolean ("streamable", "Streamable",
          "Write a broadcast, without index and durations",
          DEFAULT_STREAMABLE, flags));

  /**
   * GstWmsAsfMux:max-packet-delay:
   *
   * Nanoseconds that data of a broadcast waits at most for its packet to
   * fill, measured on the running time, and with a live source on the clock
   * too; 0 for no limit but a full packet.  It is a part of the latency.  By
   * default a second: little next to the preroll that a player waits anyway,
   * and enough to fill packets of the default size from 39 kbit/s on.
   *
   * Since: 1.22
   */
  g_object_class_install_property (gobject_class, PROP_MAX_PACKET_DELAY,
      g_param_spec_uint64 ("max-packet-delay", "Maximum packet delay",
          "Nanoseconds that live data waits for its packet to fill", 0,
          G_MAXINT64, DEFAULT_MAX_PACKET_DELAY, flags));
}

/* NOLINTEND(readability-function-size) */
