/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The encoder of tests/soak: a small live programme, asfmux and wmspushsink.
 * It prints a line for each status and, ten times a second, for the sink's
 * statistics; each packet that comes to the sink gets a line in a file.  Lines
 * begin with the monotonic clock in seconds.  "end" on the standard input, or
 * its end, ends the stream. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include <gio/gio.h>
#include <gst/gst.h>

#include "asf/asfpacket.h"
#include "wmspush/wmsframe.h"

#define SAMPLE_MS 100
#define SUM_LENGTH 12

typedef struct
{
  gchar *location;
  gchar *packets;
  gchar *data;
  gchar *pattern;
  gchar *trust;
  gchar **settings;
} Options;

typedef struct
{
  GMainLoop *loop;
  GstElement *pipeline, *sink;
  FILE *packets, *data;
  guint64 n_packets;
  gint status;
} Encoder;

static const gchar *const fields[] = { "packets-received", "packets-sent",
  "packets-dropped", "packets-refused", "packets-queued", "bytes-sent",
  "bytes-unacknowledged", "discontinuities", "reconnects"
};

static gdouble
now (void)
{
  return g_get_monotonic_time () / 1e6;
}

/* One call for each line, so that lines of several threads do not mix. */
static void
say (const gchar * format, ...)
G_GNUC_PRINTF (1, 2);

     static void say (const gchar * format, ...)
{
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_strdelimit (text, "\n", ' ');
  printf ("%.3f %s\n", now (), text);
  fflush (stdout);
}

/* Fields that this build of the sink does not have are left out. */
static gchar *
describe_stats (Encoder * self)
{
  GString *text = g_string_new (NULL);
  GstStructure *stats;
  guint i;

  g_object_get (self->sink, "stats", &stats, NULL);
  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    const GValue *value = gst_structure_get_value (stats, fields[i]);
    GValue number = G_VALUE_INIT;

    g_value_init (&number, G_TYPE_UINT64);
    if (value != NULL && g_value_transform (value, &number))
      g_string_append_printf (text, " %s=%" G_GUINT64_FORMAT, fields[i],
          g_value_get_uint64 (&number));
    g_value_unset (&number);
  }
  gst_structure_free (stats);
  return g_string_free (text, FALSE);
}

static void
say_status (Encoder * self, const GstStructure * status)
{
  const gchar *name = gst_structure_get_string (status, "status-name");
  const gchar *hresult = gst_structure_get_string (status, "hresult-name");
  g_autofree gchar *stats = describe_stats (self);
  guint http_status = 0;

  gst_structure_get_uint (status, "http-status", &http_status);
  say ("status %s %s http=%u%s", name, hresult, http_status, stats);
}

/* On the thread that posts: the order and the time are those of the sink. */
static GstBusSyncReply
message_posted (GstBus * bus, GstMessage * message, gpointer data)
{
  Encoder *self = data;
  const GstStructure *structure = gst_message_get_structure (message);

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT)
    return GST_BUS_PASS;
  if (gst_structure_has_name (structure, "wms-status"))
    say_status (self, structure);
  else if (gst_structure_has_name (structure, "wms-finalize"))
    say ("finalize %s", gst_structure_get_string (structure, "hresult-name"));
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
say_error (Encoder * self, GstMessage * message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *details = NULL;

  gst_message_parse_error (message, &error, &details);
  say ("error %s (%s)", error->message, details ? details : "-");
  self->status = EXIT_FAILURE;
  g_main_loop_quit (self->loop);
}

static gboolean
message_read (GstBus * bus, GstMessage * message, gpointer data)
{
  Encoder *self = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    say_error (self, message);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    say ("eos");
    g_main_loop_quit (self->loop);
  }
  return G_SOURCE_CONTINUE;
}

/* For who looks at payloads: behind its length, which has four bytes. */
static void
write_packet (FILE * file, const guint8 * data, guint32 size)
{
  guint32 size_le = GUINT32_TO_LE (size);

  fwrite (&size_le, sizeof (size_le), 1, file);
  fwrite (data, size, 1, file);
}

/* What a packet can be known by at the other end, where its padding may be
 * gone and its head may say so: Send Time, and a sum of all payloads. */
static void
note_packet (Encoder * self, GstBuffer * buffer)
{
  GstMapInfo map;
  AsfPacketInfo info;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER)
      && asf_packet_read (map.data, map.size, &info, NULL)) {
    gsize begin = info.payload_offset, end = map.size - info.padding;
    g_autofree gchar *sum = g_compute_checksum_for_data (G_CHECKSUM_MD5,
        map.data + begin, end - begin);

    write_packet (self->data, map.data, map.size);
    fprintf (self->packets, "%" G_GUINT64_FORMAT " %.3f %u %.*s %"
        G_GSIZE_FORMAT "\n", self->n_packets++, now (), info.send_time_ms,
        SUM_LENGTH, sum, end + WMS_FRAME_HEAD_SIZE);
  }
  gst_buffer_unmap (buffer, &map);
}

static gboolean
note_listed_packet (GstBuffer ** buffer, guint index, gpointer data)
{
  note_packet (data, *buffer);
  return TRUE;
}

static GstPadProbeReturn
data_passes (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    gst_buffer_list_foreach (gst_pad_probe_info_get_buffer_list (info),
        note_listed_packet, data);
  else
    note_packet (data, gst_pad_probe_info_get_buffer (info));
  return GST_PAD_PROBE_OK;
}

static gboolean
take_sample (gpointer data)
{
  Encoder *self = data;
  g_autofree gchar *stats = describe_stats (self);
  struct mallinfo2 heap = mallinfo2 ();

  say ("sample heap=%" G_GSIZE_FORMAT "%s", heap.uordblks + heap.hblkhd, stats);
  return G_SOURCE_CONTINUE;
}

static gboolean
command_came (GIOChannel * channel, GIOCondition condition, gpointer data)
{
  Encoder *self = data;

  say ("ending");
  gst_element_send_event (self->pipeline, gst_event_new_eos ());
  return G_SOURCE_REMOVE;
}

/* A setting that this build does not have is said, and done without. */
static void
apply_setting (Encoder * self, const gchar * setting)
{
  g_auto (GStrv) parts = g_strsplit (setting, "=", 2);

  if (g_strv_length (parts) != 2 || g_object_class_find_property
      (G_OBJECT_GET_CLASS (self->sink), parts[0]) == NULL)
    say ("note no setting %s", setting);
  else
    gst_util_set_object_arg (G_OBJECT (self->sink), parts[0], parts[1]);
}

static gboolean
trust_certificates (Encoder * self, const gchar * file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (file, &error);

  if (database == NULL)
    say ("error %s", error->message);
  else
    g_object_set (self->sink, "tls-database", database, NULL);
  return database != NULL;
}

static gboolean
build_pipeline (Encoder * self, const Options * options)
{
  static const gchar description[] =
      "videotestsrc is-live=true name=source"
      " ! video/x-raw,width=176,height=144,framerate=15/1"
      " ! avenc_wmv2 bitrate=128000 gop-size=15"
      " ! asfmux name=m packet-size=1400 ! wmspushsink name=sink"
      " audiotestsrc is-live=true volume=0.1 samplesperbuffer=2048"
      " ! audio/x-raw,rate=22050,channels=1 ! avenc_wmav2 bitrate=32000 ! m.";
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstElement) source = NULL;
  guint i;

  self->pipeline = gst_parse_launch (description, &error);
  if (error != NULL) {
    say ("error %s", error->message);
    return FALSE;
  }
  source = gst_bin_get_by_name (GST_BIN (self->pipeline), "source");
  gst_util_set_object_arg (G_OBJECT (source), "pattern",
      options->pattern ? options->pattern : "snow");
  self->sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");
  g_object_set (self->sink, "location", options->location, NULL);
  for (i = 0; options->settings != NULL && options->settings[i] != NULL; i++)
    apply_setting (self, options->settings[i]);
  pad = gst_element_get_static_pad (self->sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_BUFFER_LIST, data_passes, self, NULL);
  return options->trust == NULL || trust_certificates (self, options->trust);
}

static void
run (Encoder * self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  GIOChannel *commands = g_io_channel_unix_new (0);

  gst_bus_set_sync_handler (bus, message_posted, self, NULL);
  gst_bus_add_watch (bus, message_read, self);
  g_timeout_add (SAMPLE_MS, take_sample, self);
  g_io_add_watch (commands, G_IO_IN | G_IO_HUP, command_came, self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_main_loop_run (self->loop);
  take_sample (self);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  g_io_channel_unref (commands);
}

static gboolean
parse_options (Options * options, gint * argc, gchar *** argv)
{
  const GOptionEntry entries[] = {
    {"location", 0, 0, G_OPTION_ARG_STRING, &options->location,
        "Publishing point", "URL"},
    {"packets", 0, 0, G_OPTION_ARG_FILENAME, &options->packets,
        "File for a line about each packet", "FILE"},
    {"data", 0, 0, G_OPTION_ARG_FILENAME, &options->data,
        "File for the packets themselves", "FILE"},
    {"pattern", 0, 0, G_OPTION_ARG_STRING, &options->pattern,
        "What the picture shows (default snow)", "NAME"},
    {"trust", 0, 0, G_OPTION_ARG_FILENAME, &options->trust,
        "Certificates that the server's may be one of", "FILE"},
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->settings,
        "Setting of the sink; may be given more than once", "NAME=VALUE"},
    {NULL}
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, &error))
    g_printerr ("%s\n", error->message);
  return error == NULL && options->location != NULL && options->packets != NULL
      && options->data != NULL;
}

int
main (int argc, char **argv)
{
  Options options = { NULL, };
  Encoder self = { NULL, };

  if (!parse_options (&options, &argc, &argv))
    return EXIT_FAILURE;
  self.packets = fopen (options.packets, "w");
  self.data = fopen (options.data, "wb");
  if (self.packets == NULL || self.data == NULL)
    return EXIT_FAILURE;
  self.loop = g_main_loop_new (NULL, FALSE);
  if (build_pipeline (&self, &options))
    run (&self);
  else
    self.status = EXIT_FAILURE;
  fclose (self.packets);
  fclose (self.data);
  say ("over packets=%" G_GUINT64_FORMAT, self.n_packets);
  gst_clear_object (&self.sink);
  gst_clear_object (&self.pipeline);
  g_main_loop_unref (self.loop);
  g_free (options.location);
  g_free (options.packets);
  g_free (options.data);
  g_free (options.pattern);
  g_free (options.trust);
  g_strfreev (options.settings);
  gst_deinit ();
  return self.status;
}
