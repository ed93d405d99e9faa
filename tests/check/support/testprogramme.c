/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testprogramme.h"

#include <string.h>

#include <gst/check/gstcheck.h>

#define PREROLL_MS 3000
#define AUDIO_MS 100
#define AUDIO_SIZE 180
#define PICTURE_MS 40
#define PICTURE_SIZE 230
#define KEY_MS 1000
#define KEY_SIZE 900
#define PAYLOAD_HEAD 17
#define PACKET_HEAD 14
/* Less of an object is not worth a payload. */
#define LEAST_PIECE 20

typedef struct
{
  guint stream;
  guint number;
  guint32 time_ms, place_ms;
  gboolean is_key;
  guint size;
} Object;

typedef struct
{
  TestProgramme *programme;
  const TestProgrammeConfig *config;
  GByteArray *payloads;
  guint n_payloads;
  guint32 send_ms;
} Maker;

static gint
compare_objects (gconstpointer a, gconstpointer b)
{
  const Object *left = a, *right = b;

  if (left->place_ms != right->place_ms)
    return left->place_ms < right->place_ms ? -1 : 1;
  return (gint) left->stream - (gint) right->stream;
}

static GArray *
make_objects (const TestProgrammeConfig * config)
{
  GArray *objects = g_array_new (FALSE, FALSE, sizeof (Object));
  guint ms;

  for (ms = 0; ms < config->seconds * 1000; ms += 20) {
    if (ms % AUDIO_MS == 0) {
      Object sound = { TEST_PROGRAMME_AUDIO, ms / AUDIO_MS, ms,
        ms + config->audio_lag_ms, FALSE, AUDIO_SIZE
      };

      g_array_append_val (objects, sound);
    }
    if (config->has_video && ms % PICTURE_MS == 0) {
      gboolean is_key = ms % KEY_MS == 0;
      Object picture = { TEST_PROGRAMME_VIDEO, ms / PICTURE_MS, ms, ms,
        is_key && !config->is_keyless, is_key ? KEY_SIZE : PICTURE_SIZE
      };

      g_array_append_val (objects, picture);
    }
  }
  g_array_sort (objects, compare_objects);
  return objects;
}

static void
finish_packet (Maker * self)
{
  GByteArray *packet = g_byte_array_new ();
  guint padding = TEST_PROGRAMME_PACKET - PACKET_HEAD - self->payloads->len;

  if (self->n_payloads > 0) {
    test_put (packet, 0x000082, 3);
    test_put (packet, 0x5d11, 2);
    test_put (packet, padding, 2);
    test_put (packet, self->send_ms, 4);
    test_put (packet, 10, 2);
    test_put (packet, 0x80 | self->n_payloads, 1);
    g_byte_array_append (packet, self->payloads->data, self->payloads->len);
    g_byte_array_set_size (packet, TEST_PROGRAMME_PACKET);
    memset (packet->data + TEST_PROGRAMME_PACKET - padding, 0, padding);
    g_ptr_array_add (self->programme->packets,
        g_byte_array_free_to_bytes (packet));
  } else {
    g_byte_array_unref (packet);
  }
  g_byte_array_set_size (self->payloads, 0);
  self->n_payloads = 0;
}

static void
put_object (Maker * self, const Object * object)
{
  guint offset = 0;

  while (offset < object->size) {
    gint room = TEST_PROGRAMME_PACKET - PACKET_HEAD - PAYLOAD_HEAD
        - (gint) self->payloads->len;
    guint size, i;

    if (room < LEAST_PIECE) {
      finish_packet (self);
      continue;
    }
    if (self->n_payloads == 0)
      self->send_ms = self->config->first_ms + object->place_ms;
    size = MIN ((guint) room, object->size - offset);
    test_put (self->payloads, object->stream | (object->is_key ? 0x80 : 0), 1);
    test_put (self->payloads, object->number, 1);
    test_put (self->payloads, offset, 4);
    test_put (self->payloads, 8, 1);
    test_put (self->payloads, object->size, 4);
    test_put (self->payloads, (guint32) (self->config->first_ms + PREROLL_MS
            + object->time_ms), 4);
    test_put (self->payloads, size, 2);
    for (i = 0; i < size; i++)
      test_put (self->payloads, (offset + i) % 4 == 0 ? object->stream * 7
          : object->number >> (8 * ((offset + i) % 4 - 1)), 1);
    self->n_payloads++;
    offset += size;
  }
}

static GBytes *
make_header (const TestProgrammeConfig * config)
{
  const TestHeader description = { ASF_FILE_BROADCAST, TEST_PROGRAMME_PACKET,
    0, {&asf_guid_stream_audio,
        config->has_video ? &asf_guid_stream_video : NULL}, FALSE
  };

  return g_byte_array_free_to_bytes (test_asf_header (&description));
}

TestProgramme *
test_programme_new (const TestProgrammeConfig * config)
{
  TestProgramme *self = g_new0 (TestProgramme, 1);
  Maker maker = { self, config, g_byte_array_new (), 0, 0 };
  GArray *objects = make_objects (config);
  guint i;

  self->header = make_header (config);
  self->packets = g_ptr_array_new_with_free_func
      ((GDestroyNotify) g_bytes_unref);
  self->packet_size = TEST_PROGRAMME_PACKET;
  for (i = 0; i < objects->len; i++)
    put_object (&maker, &g_array_index (objects, Object, i));
  finish_packet (&maker);
  g_array_unref (objects);
  g_byte_array_unref (maker.payloads);
  return self;
}

TestProgramme *
test_programme_open (const gchar * name)
{
  TestProgramme *self;
  TestMedia media;
  guint i;

  if (!test_media_open (&media, name))
    return NULL;
  self = g_new0 (TestProgramme, 1);
  self->packet_size = media.info.packet_size;
  self->header = g_bytes_new (media.contents,
      media.info.header_size + ASF_DATA_HEAD_SIZE);
  self->packets = g_ptr_array_new_with_free_func
      ((GDestroyNotify) g_bytes_unref);
  for (i = 0; i < media.n_packets; i++)
    g_ptr_array_add (self->packets, g_bytes_new (media.packets
            + (gsize) i * self->packet_size, self->packet_size));
  test_media_close (&media);
  return self;
}

void
test_programme_free (TestProgramme * self)
{
  g_ptr_array_unref (self->packets);
  g_bytes_unref (self->header);
  g_free (self);
}

void
test_programme_list (TestProgramme * self, guint first, guint end,
    TestObjects * objects)
{
  guint i;

  for (i = first; i < end; i++) {
    GBytes *packet = g_ptr_array_index (self->packets, i);

    fail_unless (test_objects_add_packet (objects,
            g_bytes_get_data (packet, NULL), self->packet_size));
  }
}

gchar *
test_programme_stream (const gchar * objects, guint stream)
{
  gchar **lines = g_strsplit (objects, "\n", -1);
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    gchar **words = g_strsplit (lines[i], " ", -1);

    if (g_strv_length (words) == 5
        && g_ascii_strtoull (words[0], NULL, 10) == stream)
      g_string_append_printf (text, "%s %s %s\n", words[2], words[3], words[4]);
    g_strfreev (words);
  }
  g_strfreev (lines);
  return g_string_free (text, FALSE);
}
