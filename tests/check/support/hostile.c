/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hostile.h"

#include <string.h>

#define MIB (1024 * 1024)

gboolean
hostile_chance (GRand * rand, guint n)
{
  return g_rand_int_range (rand, 0, n) == 0;
}

gint64
hostile_int (GRand * rand)
{
  static const gint64 ends[] = { 0, 1, -1, G_MAXINT16, G_MAXUINT16,
    G_MAXUINT16 + 1, G_MAXINT32, G_MININT32, G_MAXUINT32, G_MAXINT64,
    G_MININT64
  };

  switch (g_rand_int_range (rand, 0, 3)) {
    case 0:
      return ends[g_rand_int_range (rand, 0, G_N_ELEMENTS (ends))];
    case 1:
      return g_rand_int_range (rand, 0, 2000);
    default:
      return (gint64) ((guint64) g_rand_int (rand) << 32 | g_rand_int (rand));
  }
}

static gchar *
random_text (GRand * rand)
{
  static const gchar *const parts[] = { "a", "fre", "http://h/?x=1&y", "\n",
    "\xc3\xa9", "\xf0\x9f\x8e\xb5", "&&URL ", "%s%n", "ASF", "\x01"
  };
  GString *text = g_string_new (NULL);
  guint n = hostile_chance (rand, 20) ? 40000 : g_rand_int_range (rand, 1, 8);

  while (n-- > 0)
    g_string_append (text,
        parts[g_rand_int_range (rand, 0, G_N_ELEMENTS (parts))]);
  return g_string_free (text, FALSE);
}

static gsize
random_size (GRand * rand)
{
  if (hostile_chance (rand, 2000))
    return 64 * MIB;
  if (hostile_chance (rand, 200))
    return g_rand_int_range (rand, 0, 2 * MIB);
  if (hostile_chance (rand, 10))
    return g_rand_int_range (rand, 0, 4);
  return g_rand_int_range (rand, 1, 20000);
}

static GstBuffer *
random_bytes (GRand * rand, gsize size)
{
  static const guint8 block[64 * MIB];
  GstBuffer *buffer;
  guint8 head[64];
  guint i;

  if (size > MIB)
    return gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY,
        (gpointer) block, size, 0, size, NULL, NULL);
  buffer = gst_buffer_new_allocate (NULL, size, NULL);
  gst_buffer_memset (buffer, 0, g_rand_int (rand), size);
  for (i = 0; i < sizeof head; i++)
    head[i] = g_rand_int (rand);
  gst_buffer_fill (buffer, 0, head, MIN (sizeof head, size));
  return buffer;
}

static void
set_random_field (GRand * rand, GstStructure * s, const gchar * name)
{
  g_autofree gchar *text = NULL;
  GstBuffer *buffer;

  switch (g_rand_int_range (rand, 0, 5)) {
    case 0:
      gst_structure_set (s, name, G_TYPE_INT, (gint) hostile_int (rand), NULL);
      break;
    case 1:
      gst_structure_set (s, name, GST_TYPE_FRACTION,
          (gint) hostile_int (rand) | 1, (gint) hostile_int (rand) | 1, NULL);
      break;
    case 2:
      text = random_text (rand);
      gst_structure_set (s, name, G_TYPE_STRING, text, NULL);
      break;
    case 3:
      buffer = random_bytes (rand, hostile_chance (rand, 9) ? 70000 :
          g_rand_int_range (rand, 0, 100));
      gst_structure_set (s, name, GST_TYPE_BUFFER, buffer, NULL);
      gst_buffer_unref (buffer);
      break;
    default:
      gst_structure_remove_field (s, name);
      break;
  }
}

/* What codecs need and templates leave open. */
static void
complete_caps (GRand * rand, GstStructure * s)
{
  static const gchar *const names[] = { "width", "height", "rate", "channels",
    "block_align", "bitrate", "depth"
  };
  static const gint usual[] = { 320, 240, 44100, 2, 400, 64000, 16 };
  GstBuffer *buffer;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    if (!gst_structure_has_field (s, names[i]))
      gst_structure_set (s, names[i], G_TYPE_INT, usual[i], NULL);
  }
  if (!gst_structure_has_field (s, "framerate"))
    gst_structure_set (s, "framerate", GST_TYPE_FRACTION, 25, 1, NULL);
  buffer = random_bytes (rand, g_rand_int_range (rand, 4, 60));
  gst_structure_set (s, "codec_data", GST_TYPE_BUFFER, buffer, NULL);
  gst_buffer_unref (buffer);
}

GstCaps *
hostile_caps (GRand * rand, GstPad * pad)
{
  static const gchar *const fields[] = { "width", "height", "rate", "channels",
    "block_align", "bitrate", "depth", "codec_data", "framerate", "format",
    "pixel-aspect-ratio", "stream-format", "interlace-mode", "layout",
    "wmvversion", "wmaversion", "mpegversion", "layer", "codec_id", "fourcc"
  };
  GstCaps *all = gst_pad_get_pad_template_caps (pad);
  guint n = gst_caps_get_size (all);
  GstStructure *s;
  GstCaps *caps;

  if (hostile_chance (rand, 30) || n == 0 || gst_caps_is_any (all)) {
    gst_caps_unref (all);
    return gst_caps_from_string (hostile_chance (rand, 2) ?
        "application/x-nothing" : "video/x-raw, format=I420, width=8, "
        "height=8, framerate=0/1");
  }
  s = gst_structure_copy (gst_caps_get_structure (all,
          g_rand_int_range (rand, 0, n)));
  gst_caps_unref (all);
  complete_caps (rand, s);
  while (hostile_chance (rand, 4))
    set_random_field (rand, s,
        fields[g_rand_int_range (rand, 0, G_N_ELEMENTS (fields))]);
  caps = gst_caps_new_full (s, NULL);
  return gst_caps_fixate (caps);
}

GstQuery *
hostile_query (GRand * rand)
{
  GstCaps *caps;
  GstQuery *query;

  switch (g_rand_int_range (rand, 0, 4)) {
    case 0:
      return gst_query_new_drain ();
    case 1:
      caps = gst_caps_new_empty_simple ("audio/x-wma");
      query = gst_query_new_allocation (caps, hostile_chance (rand, 2));
      gst_caps_unref (caps);
      return query;
    case 2:
      return gst_query_new_duration (GST_FORMAT_TIME);
    default:
      return gst_query_new_custom (GST_QUERY_CUSTOM,
          gst_structure_new_empty ("hostile"));
  }
}

GstBufferList *
hostile_list (GRand * rand, GstClockTime * time)
{
  GstBufferList *list = gst_buffer_list_new ();
  guint n = g_rand_int_range (rand, 0, 5);

  while (n-- > 0)
    gst_buffer_list_add (list, hostile_buffer (rand, time));
  return list;
}

static GstBuffer *
zeros (gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_memset (buffer, 0, 0, size);
  return buffer;
}

GstBuffer *
hostile_buffer (GRand * rand, GstClockTime * time)
{
  GstBuffer *buffer = random_bytes (rand, random_size (rand));
  guint n_more = hostile_chance (rand, 10) ? g_rand_int_range (rand, 1, 20) : 0;
  GstClockTime step = g_rand_int_range (rand, 0, 100) * GST_MSECOND;

  while (n_more-- > 0)
    buffer = gst_buffer_append (buffer, zeros (g_rand_int_range (rand, 0,
                100)));
  *time += step;
  GST_BUFFER_PTS (buffer) = *time;
  GST_BUFFER_DURATION (buffer) = step;
  if (hostile_chance (rand, 3))
    GST_BUFFER_DTS (buffer) = *time - MIN (*time, step);
  if (hostile_chance (rand, 20))
    GST_BUFFER_PTS (buffer) = hostile_int (rand);
  if (hostile_chance (rand, 20))
    GST_BUFFER_DTS (buffer) = hostile_int (rand);
  if (hostile_chance (rand, 10))
    GST_BUFFER_DURATION (buffer) = hostile_int (rand);
  if (hostile_chance (rand, 200))
    *time += hostile_int (rand);
  if (!hostile_chance (rand, 10))
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (hostile_chance (rand, 20))
    GST_BUFFER_FLAG_SET (buffer,
        GST_MINI_OBJECT_FLAG_LAST << g_rand_int_range (rand, 0, 16));
  return buffer;
}

/* Valid for sure. */
static GstClockTime
hostile_time (GRand * rand)
{
  return hostile_int (rand) & (G_MAXINT64 >> 1);
}

GstEvent *
hostile_segment (GRand * rand)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  if (hostile_chance (rand, 3)) {
    segment.start = hostile_time (rand);
    segment.time = segment.start;
  }
  if (hostile_chance (rand, 4))
    segment.base = hostile_time (rand);
  if (hostile_chance (rand, 8))
    segment.offset = g_rand_int (rand);
  if (hostile_chance (rand, 8))
    segment.stop = segment.start + g_rand_int (rand);
  if (hostile_chance (rand, 15)) {
    segment.rate = g_rand_double_range (rand, -4, 4) + 0.01;
    /* the core insists on an end to play back from */
    segment.stop = segment.start + g_rand_int (rand);
    segment.offset = 0;
  }
  if (hostile_chance (rand, 30))
    gst_segment_init (&segment, GST_FORMAT_BYTES);
  return gst_event_new_segment (&segment);
}

static GstTagList *
random_tags (GRand * rand)
{
  static const gchar *const names[] = { GST_TAG_TITLE, GST_TAG_ARTIST,
    GST_TAG_ALBUM, GST_TAG_LANGUAGE_CODE, GST_TAG_CONTAINER_FORMAT,
    GST_TAG_COMMENT, GST_TAG_EXTENDED_COMMENT, GST_TAG_GENRE, GST_TAG_CODEC,
    GST_TAG_LYRICS, GST_TAG_COPYRIGHT, GST_TAG_CONTACT
  };
  static const gchar *const numbers[] = { GST_TAG_BITRATE,
    GST_TAG_MAXIMUM_BITRATE, GST_TAG_NOMINAL_BITRATE, GST_TAG_TRACK_NUMBER,
    GST_TAG_USER_RATING
  };
  GstTagList *tags = gst_tag_list_new_empty ();
  guint i;

  if (hostile_chance (rand, 2))
    gst_tag_list_set_scope (tags, GST_TAG_SCOPE_GLOBAL);
  for (i = g_rand_int_range (rand, 0, 6); i > 0; i--) {
    const gchar *name = names[g_rand_int_range (rand, 0, G_N_ELEMENTS (names))];
    g_autofree gchar *text = random_text (rand);

    gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, name, text, NULL);
  }
  if (hostile_chance (rand, 2))
    gst_tag_list_add (tags, GST_TAG_MERGE_APPEND,
        numbers[g_rand_int_range (rand, 0, G_N_ELEMENTS (numbers))],
        (guint) hostile_int (rand), NULL);
  if (hostile_chance (rand, 8)) {
    GstBuffer *buffer = random_bytes (rand, random_size (rand));
    GstCaps *caps = gst_caps_new_empty_simple ("image/jpeg");
    GstSample *sample = gst_sample_new (buffer, caps, NULL, NULL);

    gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_IMAGE, sample, NULL);
    gst_sample_unref (sample);
    gst_caps_unref (caps);
    gst_buffer_unref (buffer);
  }
  return tags;
}

static GstEvent *
random_toc (GRand * rand)
{
  GstToc *toc = gst_toc_new (hostile_chance (rand, 2) ? GST_TOC_SCOPE_GLOBAL :
      GST_TOC_SCOPE_CURRENT);
  GstEvent *event;
  guint n = g_rand_int_range (rand, 0, 5);

  while (n-- > 0) {
    g_autofree gchar *uid = g_strdup_printf ("%u", n);
    GstTocEntry *entry = gst_toc_entry_new (GST_TOC_ENTRY_TYPE_CHAPTER, uid);

    gst_toc_entry_set_start_stop_times (entry, hostile_int (rand),
        hostile_int (rand));
    if (hostile_chance (rand, 2))
      gst_toc_entry_set_tags (entry, random_tags (rand));
    gst_toc_append_entry (toc, entry);
  }
  event = gst_event_new_toc (toc, hostile_chance (rand, 2));
  gst_toc_unref (toc);
  return event;
}

static GstStructure *
random_script (GRand * rand)
{
  static const gchar *const types[] = { "URL", "CAPTION", "TEXT", "" };
  g_autofree gchar *text = random_text (rand);
  g_autofree gchar *type = random_text (rand);
  guint i = g_rand_int_range (rand, 0, G_N_ELEMENTS (types) + 1);
  GstStructure *s = gst_structure_new ("wms-script", "type", G_TYPE_STRING,
      i < G_N_ELEMENTS (types) ? types[i] : type, "parameter", G_TYPE_STRING,
      text, NULL);

  if (hostile_chance (rand, 2))
    gst_structure_set (s, "running-time", GST_TYPE_CLOCK_TIME,
        (GstClockTime) hostile_int (rand), NULL);
  return s;
}

static GstEvent *
random_custom (GRand * rand)
{
  static const gchar *const names[] = { "wms-marker", "wms-finalize",
    "GstForceKeyUnit", "x", "wms-script"
  };
  g_autofree gchar *text = NULL;

  if (hostile_chance (rand, 3))
    return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
        random_script (rand));
  text = random_text (rand);
  return gst_event_new_custom (hostile_chance (rand, 3) ?
      GST_EVENT_CUSTOM_DOWNSTREAM_STICKY : GST_EVENT_CUSTOM_DOWNSTREAM,
      gst_structure_new (names[g_rand_int_range (rand, 0,
                  G_N_ELEMENTS (names))], "text", G_TYPE_STRING, text,
          "number", G_TYPE_INT64, hostile_int (rand), NULL));
}

GstEvent *
hostile_event (GRand * rand, GstClockTime time)
{
  GstClockTime duration;
  GstMessage *message;
  GstEvent *event;

  switch (g_rand_int_range (rand, 0, 9)) {
    case 7:
      return gst_event_new_instant_rate_change (hostile_chance (rand, 2) ? 2.0 :
          0.5, GST_SEGMENT_FLAG_NONE);
    case 8:
      message = gst_message_new_latency (NULL);
      event = gst_event_new_sink_message ("hostile", message);
      gst_message_unref (message);
      return event;
    case 0:
      return gst_event_new_tag (random_tags (rand));
    case 1:
      return random_toc (rand);
    case 2:
      return random_custom (rand);
    case 3:
      return gst_event_new_segment_done (GST_FORMAT_TIME, hostile_int (rand));
    case 4:
      return gst_event_new_stream_group_done (g_rand_int (rand) | 1);
    default:
      if (hostile_chance (rand, 8) || !GST_CLOCK_TIME_IS_VALID (time))
        time = hostile_time (rand);
      duration = hostile_chance (rand, 8) ? (GstClockTime) hostile_int (rand) :
          (guint) g_rand_int_range (rand, 0, 3000) * GST_MSECOND;
      return gst_event_new_gap (time, duration);
  }
}

void
hostile_set_property (GRand * rand, GObject * object)
{
  guint n;
  g_autofree GParamSpec **specs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);
  GParamSpec *spec = specs[g_rand_int_range (rand, 0, n)];
  GValue value = G_VALUE_INIT;
  GValue number = G_VALUE_INIT;

  if (!(spec->flags & G_PARAM_WRITABLE) || spec->flags & G_PARAM_CONSTRUCT_ONLY
      || g_str_equal (spec->name, "name") || g_str_equal (spec->name, "parent"))
    return;
  g_value_init (&value, spec->value_type);
  g_value_init (&number, G_TYPE_INT64);
  /* the base class asserts that its latency is no NONE */
  g_value_set_int64 (&number, hostile_int (rand) & G_MAXINT64);
  if (G_TYPE_FUNDAMENTAL (spec->value_type) == G_TYPE_STRING)
    g_value_take_string (&value, random_text (rand));
  else if (!g_value_type_transformable (G_TYPE_INT64, spec->value_type)
      || !g_value_transform (&number, &value))
    g_param_value_set_default (spec, &value);
  g_param_value_validate (spec, &value);
  g_object_set_property (object, spec->name, &value);
  g_value_unset (&value);
  g_value_unset (&number);
}
