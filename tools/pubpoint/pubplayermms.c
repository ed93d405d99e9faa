/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an [MS-WMSP] player gets: answers, headers and packets.  Requests are
 * in pubplayerasks.c. */
#include "pubplayer-private.h"

#include <string.h>

#include "asf/asfpacket.h"

void
pub_player_mms_queue (PubPlayer * self, GByteArray * bytes)
{
  GBytes *body = g_byte_array_free_to_bytes (bytes);

  if (g_bytes_get_size (body) > 0)
    pub_conn_queue (self->conn, NULL, 0, body);
  g_bytes_unref (body);
}

/* Bytes of what is streamed. */
static void
append_streamed (PubPlayer * self, GByteArray * out, gconstpointer data,
    gsize size)
{
  guint8 head[PUB_MMS_TRANSFER_MAX];

  g_byte_array_append (out, head, pub_talk_write_head (&self->mms->talk, head,
          size));
  g_byte_array_append (out, data, size);
}

static void
append_notice (PubPlayer * self, GByteArray * out, gchar type, guint32 reason)
{
  guint8 notice[PUB_MMS_NOTICE_SIZE];

  pub_mms_write_notice (notice, type, reason);
  append_streamed (self, out, notice, sizeof (notice));
}

static void
append_header (PubPlayer * self, GByteArray * out, PubSegment * segment)
{
  const PubMmsAnswer *answer = &self->mms->talk.answer;
  GBytes *bytes = pub_mms_header (answer->major, answer->gen_id,
      segment->header);

  append_streamed (self, out, g_bytes_get_data (bytes, NULL),
      g_bytes_get_size (bytes));
  g_bytes_unref (bytes);
}

static void
append_text (GByteArray * out, gchar * text)
{
  g_byte_array_append (out, (const guint8 *) text, strlen (text));
  g_free (text);
}

/* 3.2.5.4; afterwards the connection is there for Play, unless the client wants
 * its end: VLC reads the header up to there. */
static void
answer_describe (PubPlayer * self, PubSegment * segment)
{
  PubPlayerMms *mms = self->mms;
  PubMmsAnswer *answer = &mms->talk.answer;
  GByteArray *out = g_byte_array_new ();
  GBytes *bytes = pub_mms_header (answer->major, answer->gen_id,
      segment->header);

  append_text (out, pub_mms_head (answer, SOUP_STATUS_OK, PUB_MMS_TYPE_HEADER,
          g_bytes_get_size (bytes), !mms->keeps_open));
  g_byte_array_append (out, g_bytes_get_data (bytes, NULL),
      g_bytes_get_size (bytes));
  g_bytes_unref (bytes);
  pub_player_mms_queue (self, out);
  answer->was_reset = answer->accepts_pipeline = FALSE;
  if (!mms->keeps_open) {
    pub_player_close (self);
  } else if (mms->talk.is_pipelined) {
    pub_player_mms_go_idle (self);
  } else {
    pub_conn_give_back (self->conn);
    pub_player_leave (self);
  }
}

/* Returns: FALSE when there are too many other selections. */
static gboolean
choose_streams (PubPlayer * self, PubSegment * segment)
{
  PubPlayerMms *mms = self->mms;

  if (mms->n_switches == 0)
    return TRUE;
  mms->choice = pub_choice_new (pub_segment_get_select (segment),
      &segment->info);
  return pub_choice_play (mms->choice, mms->switches, mms->n_switches);
}

/* 3.2.5.6. */
static void
answer_play (PubPlayer * self, PubSegment * segment)
{
  PubPlayerMms *mms = self->mms;
  PubTalk *talk = &mms->talk;
  GByteArray *out = g_byte_array_new ();

  if (talk->is_pipelined)
    pub_talk_open (talk, out, PUB_MMS_TYPE_FRAMED);
  else
    append_text (out, pub_mms_head (&talk->answer, SOUP_STATUS_OK,
            PUB_MMS_TYPE_FRAMED, PUB_MMS_UNTIL_CLOSE, TRUE));
  append_header (self, out, segment);
  if (mms->repeats_header) {
    append_notice (self, out, 'E', PUB_MMS_S_FALSE);
    append_notice (self, out, 'C', PUB_MMS_S_OK);
    append_header (self, out, segment);
  }
  pub_player_mms_queue (self, out);
  talk->answer.was_reset = mms->repeats_header = FALSE;
  pub_player_set_playing (self, TRUE);
}

/* 3.2.4.2. */
static void
change_header (PubPlayer * self, PubSegment * segment)
{
  PubPlayerMms *mms = self->mms;
  GByteArray *out = g_byte_array_new ();

  append_notice (self, out, 'C', PUB_MMS_S_OK);
  append_header (self, out, segment);
  pub_player_mms_queue (self, out);
  if (mms->choice != NULL)
    pub_choice_set_header (mms->choice, pub_segment_get_select (segment),
        &segment->info);
  if (!(mms->talk.features & PUB_MMS_PREDSTRM)) {
    mms->mode = PUB_MODE_HELD;
    mms->heard_us = g_get_monotonic_time ();
  }
}

void
pub_player_mms_take_header (PubPlayer * self, PubSegment * segment,
    gboolean is_first)
{
  PubPlayerMms *mms = self->mms;

  mms->next = 0;
  mms->talk.answer.gen_id = segment->gen;
  if (segment->info.packet_size > PUB_MMS_MAX_PAYLOAD) {
    g_message ("%s is refused: packets of %u bytes do not go over MMS",
        self->request, segment->info.packet_size);
    if (is_first)
      pub_player_refuse (self, SOUP_STATUS_INTERNAL_SERVER_ERROR);
    else
      pub_player_mms_finish (self, TRUE);
  } else if (mms->mode == PUB_MODE_DESCRIBE) {
    answer_describe (self, segment);
  } else if (!is_first) {
    change_header (self, segment);
  } else if (choose_streams (self, segment)) {
    answer_play (self, segment);
  } else {
    g_message ("%s is refused: it selects streams in one way too many",
        self->request);
    pub_player_refuse (self, SOUP_STATUS_SERVICE_UNAVAILABLE);
  }
}

gboolean
pub_player_mms_wants_packets (PubPlayer * self)
{
  return self->mms->mode == PUB_MODE_PLAY;
}

/* 2.2.3.3: an old server wants each packet as large as it was. */
static GBytes *
pad (GBytes * packet, gsize packet_size)
{
  guint8 *whole = g_malloc (packet_size);
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  gboolean is_whole = asf_packet_restore_padding (data, size, packet_size,
      whole, NULL);

  g_bytes_unref (packet);
  if (is_whole)
    return g_bytes_new_take (whole, packet_size);
  g_free (whole);
  return NULL;
}

/* Returns: (nullable): what is sent of a packet. */
static GBytes *
filter (PubPlayer * self, const PubPacket * packet)
{
  PubPlayerMms *mms = self->mms;
  GBytes *bytes;

  if (mms->choice != NULL) {
    bytes = pub_choice_filter (mms->choice, packet->number, packet->bytes,
        packet->is_cut);
    return bytes != NULL && mms->is_padded ? pad (bytes,
        g_bytes_get_size (packet->bytes)) : bytes;
  }
  bytes = mms->is_padded ? NULL : pub_select_cut (pub_segment_get_select
      (packet->segment), packet->number, packet->bytes, packet->is_cut);
  return bytes != NULL ? bytes : g_bytes_ref (packet->bytes);
}

gboolean
pub_player_mms_make_piece (PubPlayer * self, const PubPacket * packet,
    guint nth, PubPiece * piece)
{
  PubPlayerMms *mms = self->mms;
  gsize size;

  piece->body = filter (self, packet);
  if (piece->body == NULL)
    return FALSE;
  size = g_bytes_get_size (piece->body);
  piece->head_size = 0;
  if (mms->talk.is_open)
    piece->head_size = pub_mms_transfer_head (piece->head,
        PUB_MMS_CHUNK_HEAD_SIZE + size, nth == 0 && !mms->talk.has_chunk);
  pub_mms_write_chunk_head (piece->head + piece->head_size, 'D',
      packet->number, pub_mms_add_sequence (mms->sequence, nth), size);
  piece->head_size += PUB_MMS_CHUNK_HEAD_SIZE;
  return TRUE;
}

void
pub_player_mms_taken (PubPlayer * self, guint n, guint64 number)
{
  PubPlayerMms *mms = self->mms;

  mms->sequence = pub_mms_add_sequence (mms->sequence, n);
  mms->talk.has_chunk |= n > 0;
  mms->next = number + 1;
}

/* 3.2.4.1. */
void
pub_player_mms_finish (PubPlayer * self, gboolean closes)
{
  PubPlayerMms *mms = self->mms;
  GByteArray *out = g_byte_array_new ();

  append_notice (self, out, 'E', PUB_MMS_S_OK);
  pub_talk_end (&mms->talk, out);
  pub_player_mms_queue (self, out);
  if (closes || !mms->talk.is_pipelined) {
    pub_player_close (self);
    return;
  }
  pub_conn_flush (self->conn);
  pub_player_mms_go_idle (self);
}

static gboolean
is_silent (PubPlayer * self, gint64 now_us)
{
  PubPlayerMms *mms = self->mms;

  return (mms->mode == PUB_MODE_IDLE || mms->mode == PUB_MODE_HELD)
      && now_us - mms->heard_us >= (gint64) self->config->player_idle_ms * 1000;
}

/* 3.2.6.1, 3.2.6.2. */
void
pub_player_mms_check_times (PubPlayer * self, gint64 now_us)
{
  PubPlayerMms *mms = self->mms;
  GByteArray *out;

  if (mms->test_by_us != 0 && now_us >= mms->test_by_us) {
    out = g_byte_array_new ();
    pub_talk_end (&mms->talk, out);
    pub_player_mms_queue (self, out);
    pub_conn_flush (self->conn);
    mms->test_by_us = 0;
  }
  if (is_silent (self, now_us)
      || (mms->mode == PUB_MODE_IDLE && self->owner.is_over (self->owner.data)))
    pub_player_close (self);
}
