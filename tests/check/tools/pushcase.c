/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pushcase.h"

#include <gst/check/gstcheck.h>

#include "testasf.h"

PubThread *push_case_server;
GByteArray *push_case_header, *push_case_packet;

void
push_case_setup (void)
{
  static const TestHeader description =
      { ASF_FILE_BROADCAST, PUSH_CASE_PACKET_SIZE, 0,
    {&asf_guid_stream_video}, FALSE
  };

  push_case_server = pub_thread_new (NULL, NULL);
  push_case_header = test_asf_header (&description);
  push_case_packet = test_asf_packet (PUSH_CASE_PACKET_SIZE, 100, 'v', TRUE, 0);
}

void
push_case_teardown (void)
{
  pub_thread_stop (push_case_server);
  g_byte_array_unref (push_case_header);
  g_byte_array_unref (push_case_packet);
}

/* Another server with other limits. */
void
push_case_restart (void (*configure) (PubServer * server, gpointer data))
{
  pub_thread_stop (push_case_server);
  push_case_server = pub_thread_new (configure, NULL);
}

void
push_case_send_header (RawPush * push)
{
  raw_push_frame (push, 'H', push_case_header->data, push_case_header->len);
}

void
push_case_deliver_header (RawPush * push)
{
  push_case_send_header (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_headers, 1));
}

void
push_case_send_packet (RawPush * push)
{
  raw_push_frame (push, 'D', push_case_packet->data, push_case_packet->len);
}

void
push_case_send_change (RawPush * push)
{
  GByteArray *change = g_byte_array_new ();

  test_put (change, 0, 4);
  g_byte_array_append (change, push_case_header->data, push_case_header->len);
  raw_push_frame (push, 'C', change->data, change->len);
  g_byte_array_unref (change);
}

RawPush *
push_case_connect (void)
{
  return raw_push_connect (pub_thread_get_port (push_case_server));
}

/* A push whose PushStart has begun. */
RawPush *
push_case_begin (void)
{
  RawPush *push = push_case_connect ();

  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  raw_push_start (push, PUSH_CASE_PATH, RAW_LENGTH);
  return push;
}

PubPointInfo
push_case_info (void)
{
  PubPointInfo info;

  pub_thread_get_point (push_case_server, PUSH_CASE_PATH, &info);
  return info;
}

void
push_case_be_impatient (PubServer * server, gpointer data)
{
  PubConfig *config = pub_server_get_config (server);

  config->idle_timeout_ms = 300;
  config->inactivity_timeout_ms = 300;
  config->wait_timeout_ms = 300;
  config->stall_timeout_ms = 300;
}
