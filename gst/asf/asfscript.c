/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfscript.h"

/* Reserved field and size of an entry without its text (rules, 3.7). */
#define MARKER_RESERVED 1
#define MARKER_FIXED_SIZE 12

void
asf_marker_clear (AsfMarker * marker)
{
  g_clear_pointer (&marker->text, g_free);
}

void
asf_command_clear (AsfCommand * command)
{
  g_clear_pointer (&command->type, g_free);
  g_clear_pointer (&command->text, g_free);
}

/* The entry's length counts bytes, that of its text WCHARs (rules, 3.7). */
static void
write_marker (AsfWriter * w, const AsfMarker * marker)
{
  g_autoptr (GBytes) utf16 = asf_utf16_new (marker->text);
  gsize size = g_bytes_get_size (utf16);

  asf_writer_u64 (w, marker->offset);
  asf_writer_u64 (w, marker->pres_100ns);
  asf_writer_u16 (w, MARKER_FIXED_SIZE + size);
  asf_writer_u32 (w, marker->send_ms);
  asf_writer_u32 (w, 0);        /* flags */
  asf_writer_u32 (w, size / 2);
  asf_writer_bytes (w, utf16);
}

void
asf_script_write_markers (AsfWriter * w, GArray * markers)
{
  gsize start;
  guint i;

  if (markers == NULL || markers->len == 0)
    return;
  start = asf_writer_begin_object (w, &asf_guid_marker);
  asf_writer_guid (w, &asf_guid_marker_reserved);
  asf_writer_u32 (w, markers->len);
  asf_writer_u16 (w, MARKER_RESERVED);
  asf_writer_u16 (w, 0);        /* Name Length */
  for (i = 0; i < markers->len; i++)
    write_marker (w, &g_array_index (markers, AsfMarker, i));
  asf_writer_end_object (w, start);
}

/* Length in WCHARs and text, without a NUL (rules, 3.6). */
static void
write_bare_text (AsfWriter * w, const gchar * text)
{
  g_autoptr (GBytes) utf16 = asf_utf16_new (text);
  gsize n = g_bytes_get_size (utf16) / 2;

  if (n > 0)
    n--;
  asf_writer_u16 (w, n);
  asf_writer_data (w, g_bytes_get_data (utf16, NULL), n * 2);
}

/* Position of a command's type among the types, in the order in which they
 * first come. */
static guint
type_index (GPtrArray * types, const gchar * type)
{
  guint i;

  for (i = 0; i < types->len; i++) {
    if (g_strcmp0 (g_ptr_array_index (types, i), type) == 0)
      return i;
  }
  g_ptr_array_add (types, (gpointer) type);
  return i;
}

void
asf_script_write_commands (AsfWriter * w, GArray * commands)
{
  g_autoptr (GPtrArray) types = g_ptr_array_new ();
  gsize start;
  guint i;

  if (commands == NULL || commands->len == 0)
    return;
  for (i = 0; i < commands->len; i++)
    type_index (types, g_array_index (commands, AsfCommand, i).type);
  start = asf_writer_begin_object (w, &asf_guid_script_command);
  asf_writer_guid (w, &asf_guid_script_command_reserved);
  asf_writer_u16 (w, commands->len);
  asf_writer_u16 (w, types->len);
  for (i = 0; i < types->len; i++)
    write_bare_text (w, g_ptr_array_index (types, i));
  for (i = 0; i < commands->len; i++) {
    const AsfCommand *command = &g_array_index (commands, AsfCommand, i);

    asf_writer_u32 (w, command->pres_ms);
    asf_writer_u16 (w, type_index (types, command->type));
    write_bare_text (w, command->text);
  }
  asf_writer_end_object (w, start);
}
