/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What others of its calls make, up to whole courses of a connection that several
 * tests want. */
#include "scriptserver.h"

#include <string.h>

ScriptServer *
script_server_new (ScriptFunc script, gpointer user_data)
{
  return script_server_new_at ("127.0.0.1", script, user_data);
}

gboolean
script_send (ScriptConnection * self, const gchar * text)
{
  return script_send_bytes (self, text, strlen (text));
}

gboolean
script_read_request (ScriptConnection * self, guint64 length)
{
  while (length > 0) {
    g_autoptr (GBytes) content = NULL;

    if (!script_read_frame (self, NULL))
      return FALSE;
    content = script_get_last_frame (self);
    length -= WMS_FRAME_HEAD_SIZE + g_bytes_get_size (content);
  }
  return TRUE;
}

gboolean
script_accept_push_length (ScriptConnection * self, guint64 * length)
{
  if (!script_read_head (self, length) || !script_skip (self, *length))
    return FALSE;
  script_send (self, SCRIPT_SETUP_OK);
  return script_read_head (self, length);
}

gboolean
script_accept_push (ScriptConnection * self)
{
  guint64 length = 0;

  return script_accept_push_length (self, &length);
}

void
script_take_all (ScriptConnection * self, gpointer user_data)
{
  if (script_accept_push (self)
      && script_read_frames_until (self, WMS_FRAME_END, 1)
      && script_read_end (self))
    script_send (self, SCRIPT_START_OK);
}

gboolean
script_read_setup (ScriptConnection * connection)
{
  guint64 length = 0;

  return script_read_head (connection, &length)
      && script_skip (connection, length);
}

void
script_refuse (ScriptConnection * connection, const gchar * status)
{
  g_autofree gchar *answer = g_strdup_printf ("HTTP/1.1 %s\r\n"
      "Server: Cougar/9.5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
      status);
  if (script_read_setup (connection))
    script_send (connection, answer);
  script_finish (connection);
}

void
script_take_all_later (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)) {
    script_wait_gate (connection);
    if (script_read_frames_until (connection, WMS_FRAME_END, 1))
      script_send (connection, SCRIPT_START_OK);
  }
}

void
script_hear_all_later (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)) {
    script_set_deaf (connection, TRUE);
    script_wait_gate (connection);
    script_set_deaf (connection, FALSE);
    if (script_read_frames_until (connection, WMS_FRAME_END, 1))
      script_send (connection, SCRIPT_START_OK);
  }
}

void
script_take_two_parts (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_END, 2)
      && script_read_end (connection))
    script_send (connection, SCRIPT_START_OK);
}

void
script_answer_setup (ScriptConnection * connection, const gchar * answer)
{
  if (script_read_setup (connection)) {
    script_send (connection, answer);
    script_read_end (connection);
  }
}

void
script_take_start (ScriptConnection * connection)
{
  if (script_read_head (connection, NULL)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)
      && script_read_end (connection))
    script_send (connection, SCRIPT_START_OK);
}

void
script_answer_end (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)) {
    script_send (connection, SCRIPT_START_OK);
    script_read_end (connection);
  }
}

void
script_take_no_end (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_END, 1))
    script_wait_gate (connection);
}

void
script_silent (ScriptConnection * connection, gpointer user_data)
{
  script_read_head (connection, NULL);
  script_read_end (connection);
}
