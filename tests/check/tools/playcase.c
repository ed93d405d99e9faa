/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playcase.h"

#include <string.h>

PubThread *play_server;
GByteArray *play_header;

void
play_case_setup (void)
{
  const TestHeader description = { ASF_FILE_BROADCAST, PLAY_PACKET_SIZE, 0,
    {&asf_guid_stream_video, &asf_guid_stream_audio}, FALSE
  };

  play_server = pub_thread_new (NULL, NULL);
  play_header = test_asf_header (&description);
}

void
play_case_teardown (void)
{
  pub_thread_stop (play_server);
  g_byte_array_unref (play_header);
}

void
play_case_restart (void (*configure) (PubServer * server, gpointer data),
    gpointer data)
{
  pub_thread_stop (play_server);
  play_server = pub_thread_new (configure, data);
}

RawPush *
play_case_push (void)
{
  RawPush *push = raw_push_connect (pub_thread_get_port (play_server));

  assert_equals_int (raw_push_setup (push, PLAY_PATH, "0", ""), 204);
  raw_push_start (push, PLAY_PATH, RAW_LENGTH);
  raw_push_frame (push, 'H', play_header->data, play_header->len);
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_headers, 1));
  return push;
}

void
play_case_send (RawPush * push, guint8 fill, gboolean is_key)
{
  GByteArray *packet = test_asf_packet (PLAY_PACKET_SIZE, 100, fill, is_key, 0);

  raw_push_frame (push, 'D', packet->data, packet->len);
  g_byte_array_unref (packet);
}

RawPush *
play_case_player (const gchar * request)
{
  RawPush *player = raw_push_connect (pub_thread_get_port (play_server));

  raw_push_send_text (player, request);
  return player;
}

GByteArray *
play_case_take (RawPush * player, gsize size)
{
  GByteArray *bytes = g_byte_array_new ();

  raw_push_read (player, size);
  g_byte_array_append (bytes, (guint8 *) player->received->str, size);
  g_string_erase (player->received, 0, size);
  return bytes;
}

void
play_case_expect_header (RawPush * player)
{
  GByteArray *bytes = play_case_take (player, play_header->len);

  fail_unless (memcmp (bytes->data, play_header->data, play_header->len) == 0);
  g_byte_array_unref (bytes);
}

void
play_case_expect_packet (RawPush * player, guint8 fill)
{
  GByteArray *bytes = play_case_take (player, PLAY_PACKET_SIZE);
  AsfPacketInfo info;

  fail_unless (asf_packet_read (bytes->data, PLAY_PACKET_SIZE, &info, NULL));
  assert_equals_int (bytes->data[PLAY_PACKET_SIZE - 1 - info.padding], fill);
  g_byte_array_unref (bytes);
}

void
play_case_expect_chunk (RawPush * player, gchar type, guint32 location,
    guint8 af_flags, guint size)
{
  GByteArray *bytes = play_case_take (player, 12);

  assert_equals_int (bytes->data[0], '$');
  assert_equals_int (bytes->data[1], type);
  assert_equals_int (GST_READ_UINT16_LE (bytes->data + 2), size + 8);
  assert_equals_int (GST_READ_UINT32_LE (bytes->data + 4), location);
  assert_equals_int (bytes->data[8], 0);
  assert_equals_int (bytes->data[9], af_flags);
  assert_equals_int (GST_READ_UINT16_LE (bytes->data + 10), size + 8);
  g_byte_array_unref (bytes);
}

void
play_case_expect_data (RawPush * player, guint32 location, guint8 sequence,
    guint8 fill)
{
  GByteArray *bytes;
  AsfPacketInfo info;
  guint size;

  raw_push_read (player, 4);
  size = GST_READ_UINT16_LE (player->received->str + 2) - 8;
  play_case_expect_chunk (player, 'D', location, sequence, size);
  bytes = play_case_take (player, size);
  fail_unless (asf_packet_read (bytes->data, size, &info, NULL));
  assert_equals_int (info.packet_length, size);
  assert_equals_int (info.padding, 0);
  assert_equals_int (bytes->data[size - 1], fill);
  g_byte_array_unref (bytes);
}

void
play_case_expect_text (RawPush * player, const gchar * text, gsize size)
{
  GByteArray *bytes = play_case_take (player, size);

  fail_unless (memcmp (bytes->data, text, size) == 0);
  g_byte_array_unref (bytes);
}

GByteArray *
play_case_packet (const gchar * payloads)
{
  GByteArray *packet = g_byte_array_new ();
  gchar **parts = g_strsplit (payloads, " ", -1);
  guint i;

  test_put (packet, 0x000082, 3);
  /* WORD Packet Length, WORD Padding Length, several payloads */
  test_put (packet, 0x5d51, 2);
  test_put (packet, PLAY_PACKET_SIZE, 2);
  test_put (packet, 0, 2);
  test_put (packet, 1000, 4);
  test_put (packet, 40, 2);
  test_put (packet, 0x80 | g_strv_length (parts), 1);
  for (i = 0; parts[i] != NULL; i++) {
    test_put (packet, (parts[i][1] == 'K' ? 0x80 : 0) | (parts[i][0] - '0'), 1);
    test_put (packet, i, 1);
    test_put (packet, parts[i][2] == '>' ? 2 : 0, 4);
    test_put (packet, 8, 1);
    test_put (packet, parts[i][2] == '\0' ? 2 : 4, 4);
    test_put (packet, 4000, 4);
    test_put (packet, 2, 2);
    g_byte_array_append (packet, (guint8 *) parts[i], 2);
  }
  GST_WRITE_UINT16_LE (packet->data + 7, PLAY_PACKET_SIZE - packet->len);
  i = packet->len;
  g_byte_array_set_size (packet, PLAY_PACKET_SIZE);
  memset (packet->data + i, 0, PLAY_PACKET_SIZE - i);
  g_strfreev (parts);
  return packet;
}

void
play_case_send_payloads (RawPush * push, const gchar * payloads)
{
  GByteArray *packet = play_case_packet (payloads);

  raw_push_frame (push, 'D', packet->data, packet->len);
  g_byte_array_unref (packet);
}

gchar *
play_case_list_payloads (const guint8 * data, gsize size)
{
  GString *seen = g_string_new (NULL);
  AsfPacketInfo info;
  AsfPayloadIter iter;
  AsfPayload payload;

  fail_unless (asf_packet_read (data, size, &info, NULL));
  asf_payload_iter_init (&iter, &info, data);
  while (asf_payload_next (&iter, &payload, NULL))
    g_string_append_printf (seen, "%s%.2s", seen->len ? " " : "", payload.data);
  return g_string_free (seen, FALSE);
}

void
play_case_expect_whole (RawPush * player, const gchar * payloads)
{
  GByteArray *bytes = play_case_take (player, PLAY_PACKET_SIZE);
  gchar *seen = play_case_list_payloads (bytes->data, PLAY_PACKET_SIZE);

  fail_unless_equals_string (seen, payloads);
  g_free (seen);
  g_byte_array_unref (bytes);
}

void
play_case_expect_payloads (RawPush * player, guint32 location,
    guint8 sequence, const gchar * payloads)
{
  GByteArray *bytes;
  gchar *seen;
  guint size;

  raw_push_read (player, 4);
  size = GST_READ_UINT16_LE (player->received->str + 2) - 8;
  play_case_expect_chunk (player, 'D', location, sequence, size);
  bytes = play_case_take (player, size);
  seen = play_case_list_payloads (bytes->data, size);
  fail_unless_equals_string (seen, payloads);
  g_free (seen);
  g_byte_array_unref (bytes);
}

gchar *
play_case_client_id (const gchar * head)
{
  const gchar *id = strstr (head, "client-id=");

  fail_unless (id != NULL);
  return g_strndup (id, strcspn (id, ",\r"));
}

RawPush *
play_case_begin (const gchar * request)
{
  RawPush *player = play_case_player (request);

  assert_equals_int (raw_push_response (player, NULL), 200);
  return player;
}
