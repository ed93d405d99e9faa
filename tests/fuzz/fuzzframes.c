/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The frame parser, and what is done with the frames of a push without
 * sockets: the programme, a player's selection of streams, a recording. */
#include <string.h>

#include "asf/asfpacket.h"
#include "fuzz.h"
#include "memorydisk.h"
#include "pubframes.h"
#include "pubrecordrun.h"

#define BACKLOG (256 * 1024)
#define MAX_SWITCHES 4

static const PubRecordRules rules = { &memory_disk, "/folder", 0, 0, 1 };

typedef struct
{
  PubStream *stream;
  PubFrames frames;
  gchar last;                   /* type of the last frame, '1' for $E(1) */
  PubRecordRun *record;
  PubChoice *choice;            /* NULL: no header yet */
  PubMmsSwitch switches[MAX_SWITCHES];
  guint64 n_packets;            /* that were heard */
} Fuzz;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_be_quiet ();
  return 0;
}

static void
take_switches (Fuzz * self, FuzzInput * input)
{
  guint i;

  for (i = 0; i < MAX_SWITCHES; i++) {
    guint what = fuzz_take_byte (input);

    self->switches[i].source = PUB_MMS_NO_STREAM;
    self->switches[i].stream = 1 + what % 8;
    self->switches[i].thinning = what / 8 % 3;
  }
}

static void
hear_header (gpointer data, GBytes * header, const AsfHeaderInfo * info)
{
  Fuzz *self = data;
  PubSelect *select =
      pub_segment_get_select (pub_stream_get_segment (self->stream));

  pub_record_run_header (self->record, header);
  if (self->choice == NULL) {
    self->choice = pub_choice_new (select, info);
    pub_choice_play (self->choice, self->switches, MAX_SWITCHES / 2);
  } else {
    pub_choice_set_header (self->choice, select, info);
  }
}

/* A player may trust what it gets. */
static void
check_packet (GBytes * packet, gsize max)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  g_autoptr (GError) error = NULL;
  AsfPacketInfo info;
  AsfPayloadIter iter;
  AsfPayload payload;

  if (size > max || !asf_packet_read (data, size, &info, &error))
    g_error ("a packet that is none: %s", error ? error->message : "long");
  asf_payload_iter_init (&iter, &info, data);
  while (asf_payload_next (&iter, &payload, &error));
  if (error != NULL)
    g_error ("a broken payload: %s", error->message);
}

static void
hear_packet (gpointer data, GBytes * packet, guint64 number,
    gboolean starts_key_frame)
{
  Fuzz *self = data;
  gsize size = pub_stream_get_info (self->stream)->packet_size;
  GBytes *left;

  if (g_bytes_get_size (packet) != size)
    g_error ("a packet of another size");
  check_packet (packet, size);
  pub_record_run_packet (self->record, packet);
  if (self->n_packets++ == 3)
    pub_choice_select (self->choice, self->switches + MAX_SWITCHES / 2,
        MAX_SWITCHES / 2, number);
  left = pub_choice_filter (self->choice, number, packet, FALSE);
  if (left != NULL) {
    check_packet (left, size);
    g_bytes_unref (left);
  }
}

static void
hear_end (gpointer data)
{
}

static const PubListenerFuncs funcs = { hear_header, hear_packet, hear_end };

/* [MS-WMHTTP] 4.6.1, said once more (S5). */
static gboolean
is_legal (gchar last, WmsFrameType type)
{
  static const gchar *const rows[] = { "HDEF", "CDEF", "DDEF", "1CEF",
    "FCDEF"
  };
  guint i;

  if (last == '\0')
    return type == WMS_FRAME_HEADER;
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i][0] == last)
      return strchr (rows[i] + 1, type) != NULL;
  }
  return FALSE;
}

/* Returns: whether another frame may come. */
static gboolean
take_frame (Fuzz * self, WmsFrameType type, const guint8 * data, gsize size)
{
  guint64 n_packets = self->n_packets;
  gchar *why = NULL;
  PubFramesResult result = pub_frames_take (&self->frames, type, data, size,
      &why);

  if ((result == PUB_FRAMES_BROKEN) != (why != NULL))
    g_error ("a refusal without a reason, or a reason without one");
  g_free (why);
  self->last = type == WMS_FRAME_END ? '1' : (gchar) type;
  if (result != PUB_FRAMES_GO_ON)
    return FALSE;
  if (self->n_packets != n_packets + (type == WMS_FRAME_DATA))
    g_error ("a packet that nobody heard, or one too many");
  if (type == WMS_FRAME_END && self->frames.reason != WMS_END_HEADER_FOLLOWS)
    g_error ("an end that is none");
  return TRUE;
}

static gboolean
read_frame (Fuzz * self, FuzzInput * input)
{
  WmsFrameType type;
  guint length;
  const guint8 *data;
  const gchar *fault;

  if (input->size < WMS_FRAME_HEAD_SIZE)
    return FALSE;
  fuzz_take_bytes (input, WMS_FRAME_HEAD_SIZE, &data);
  if (!wms_frame_read_head (data, &type, &length))
    return FALSE;
  fault = pub_frames_check_head (&self->frames, type, length, input->size);
  if (fault == NULL && !is_legal (self->last, type))
    g_error ("$%c after %c", type, self->last);
  if (fault != NULL)
    return FALSE;
  fuzz_take_bytes (input, length, &data);
  return take_frame (self, type, data, length);
}

/* A finished file says how long it is. */
static void
check_file (gint file)
{
  GByteArray *bytes = memory_disk_get_file (file);
  g_autoptr (GError) error = NULL;
  AsfHeaderInfo info;
  guint64 i;

  if (!asf_header_read (bytes->data, bytes->len, &info, &error))
    g_error ("a recording without a header: %s", error->message);
  if (info.flags & ASF_FILE_BROADCAST
      || info.header_size + info.data_size > bytes->len
      || info.data_size != ASF_DATA_HEAD_SIZE
      + info.packet_count * info.packet_size)
    g_error ("a recording whose sizes are wrong");
  for (i = 0; i < info.packet_count; i++) {
    GBytes *packet = g_bytes_new_static (bytes->data + info.header_size
        + ASF_DATA_HEAD_SIZE + i * info.packet_size, info.packet_size);

    check_packet (packet, info.packet_size);
    g_bytes_unref (packet);
  }
  g_byte_array_unref (bytes);
}

static void
check_recording (Fuzz * self)
{
  PubRecordCounts counts;
  guint i;

  pub_record_run_end (self->record);
  pub_record_run_count (self->record, &counts);
  if (counts.problem != NULL)
    g_error ("it does not record: %s", counts.problem);
  if (counts.lost > self->n_packets)
    g_error ("more is lost than there was");
  for (i = 0; i < memory_disk_count_files (); i++) {
    if (!memory_disk_is_removed (i))
      check_file (i);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  /* packet numbers of [MS-WMSP] have 32 bits */
  guint64 first = size > 0 && (data[0] & 0x80) ? G_MAXUINT32 - 3 : 0;
  Fuzz self = { pub_stream_new (BACKLOG, first) };

  memory_disk_reset ();
  self.record = pub_record_run_new (&rules, "/live");
  take_switches (&self, &input);
  pub_frames_init (&self.frames, self.stream);
  pub_stream_add_listener (self.stream, &funcs, &self);
  while (read_frame (&self, &input));
  pub_stream_end (self.stream);
  check_recording (&self);
  pub_record_run_free (self.record);
  g_clear_pointer (&self.choice, pub_choice_free);
  pub_stream_free (self.stream);
  memory_disk_reset ();
  return 0;
}
