/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

guint
fuzz_take_byte (FuzzInput * self)
{
  if (self->size == 0)
    return 0;
  self->size--;
  return *self->data++;
}

guint
fuzz_take_uint16 (FuzzInput * self)
{
  guint low = fuzz_take_byte (self);

  return low | fuzz_take_byte (self) << 8;
}

gsize
fuzz_take_bytes (FuzzInput * self, gsize max, const guint8 ** data)
{
  gsize n = MIN (max, self->size);

  *data = self->data;
  self->data += n;
  self->size -= n;
  return n;
}

gchar *
fuzz_take_text (FuzzInput * self)
{
  const guint8 *end = self->size > 0 ? memchr (self->data, 0, self->size)
      : NULL;
  gsize n = end != NULL ? (gsize) (end - self->data) : self->size;
  gchar *text = g_strndup ((const gchar *) self->data, n), *c;

  self->data += n + (end != NULL);
  self->size -= n + (end != NULL);
  for (c = text; *c != '\0'; c++) {
    if ((*c & 0xe0) == 0 && *c != '\t')
      *c = ' ';
  }
  return text;
}

/* Races of GStreamer 1.22 itself: see asfmuxhostile.c. */
static gboolean
is_of_base_class (const gchar * message)
{
  static const gchar *const known[] = { "gst_event_set_seqnum: assertion",
    "gst_segment_clip: assertion", "Sticky event misordering",
    "Got data flow before"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (known); i++) {
    if (strstr (message, known[i]) != NULL)
      return TRUE;
  }
  return FALSE;
}

static GLogWriterOutput
write_faults (GLogLevelFlags level, const GLogField * fields, gsize n_fields,
    gpointer data)
{
  const gchar *message = "";
  gsize i;

  if (!(level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)))
    return G_LOG_WRITER_HANDLED;
  for (i = 0; i < n_fields; i++) {
    if (g_str_equal (fields[i].key, "MESSAGE") && fields[i].length < 0)
      message = fields[i].value;
  }
  if (is_of_base_class (message))
    return G_LOG_WRITER_HANDLED;
  g_log_writer_standard_streams (level, fields, n_fields, data);
  abort ();
}

void
fuzz_be_quiet (void)
{
  g_log_set_writer_func (write_faults, NULL, NULL);
  /* LeakSanitizer takes what GLib's slices keep for a thread for lost when it
   * looks while that thread ends */
  g_thread_pool_set_max_unused_threads (-1);
  g_thread_pool_set_max_idle_time (0);
}
