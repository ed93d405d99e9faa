/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfpacketizer.h"

#include <string.h>
#include <gst/gstutils.h>

#define NS_PER_MS G_GUINT64_CONSTANT (1000000)

/* Packets that wait for something to fill them may lose one of this many in
 * padding, and one more; beyond it objects are split. */
#define WAITING_SHARE 256

/* A fragment costs a payload head; fewer bytes than this are not worth it. */
#define MIN_FRAGMENT 32

/* An object that should stay whole may cost this share of a packet in
 * padding (design-muxer.md, Packets). */
#define WHOLE_OBJECT_SHARE 8

void
asf_packetizer_init (AsfPacketizer * self, const AsfPacketizerConfig * config)
{
  memset (self, 0, sizeof *self);
  self->config = *config;
  self->last_send_ms = config->first_send_ms;
}

guint32
asf_packetizer_fit (guint32 object_size, gboolean is_regular,
    gboolean is_live, guint32 limit, guint32 single_limit)
{
  guint n;

  if (asf_open_packet_can_share (object_size))
    return is_regular ? asf_open_packet_run_size (is_live, object_size,
        limit) : 0;
  for (n = ASF_MAX_PAYLOADS; n > 0; n--) {
    guint64 size = asf_open_packet_size (is_live, n, object_size);

    if (size <= (n == 1 ? single_limit : limit))
      return MAX (size, ASF_PACKETIZER_MIN_SIZE);
  }
  return 0;
}

gsize
asf_packetizer_block_size (const AsfPacketizer * self)
{
  return self->config.packet_size + ASF_PACKETIZER_FRONT;
}

/* Bytes that the pending object may have in the next payload, 0 when the
 * packet is full. */
static gsize
room (const AsfPacketizer * self, const AsfOpenPacket * p)
{
  return asf_open_packet_room (p, &self->config, &self->object);
}

/* Whether the pending object has not begun, should not be split and need not
 * be. */
static gboolean
stays_whole (const AsfPacketizer * self)
{
  return self->object.keep_whole && self->written == 0 &&
      self->object.size <= asf_open_packet_whole_room (&self->config,
      &self->object);
}

/* Whether a packet may wait for an object that fills it: not when the last
 * ones have gone half empty. */
static gboolean
may_wait (const AsfPacketizer * self)
{
  return self->config.can_fill && self->waited_padding * WAITING_SHARE <=
      (self->n_packets + WAITING_SHARE) * self->config.packet_size;
}

/* Bytes of the pending object that go into a packet; 0 when they have to go
 * elsewhere. */
static gsize
next_payload_size (const AsfPacketizer * self, const AsfOpenPacket * p)
{
  gsize left = self->object.size - self->written;
  gsize space = room (self, p);

  if (left <= space)
    return left;
  if (p->n_payloads == 0)
    return space;
  if (space < MIN_FRAGMENT)
    return 0;
  if (stays_whole (self) && (self->config.can_fill ? may_wait (self) :
          space <= self->config.packet_size / WHOLE_OBJECT_SHARE))
    return 0;
  return space;
}

/* What every piece of the pending object changes. */
static void
count_payload (AsfPacketizer * self, AsfOpenPacket * p, gsize size)
{
  guint stream = self->object.stream_number;
  gboolean is_second = p != self->open;

  if (self->written == 0)
    self->object_packet = self->n_packets + is_second;
  if (is_second)
    self->in_second[stream / 64] |= G_GUINT64_CONSTANT (1) << stream % 64;
  self->written += size;
  self->object_packets++;
}

/* How long the packet occupies the line (rules, 7.1). */
static guint
line_duration_ms (const AsfPacketizer * self, gsize padding)
{
  guint64 bits = (self->config.packet_size - padding) * G_GUINT64_CONSTANT (8);

  if (self->config.line_bps == 0)
    return 0;
  return MIN (bits * 1000 / self->config.line_bps, G_MAXUINT16);
}

static void
set_duration (AsfDonePacket * done, guint32 next_send_ms)
{
  GST_WRITE_UINT16_LE (done->duration,
      MIN (next_send_ms - done->packet.send_ms, G_MAXUINT16));
  done->duration = NULL;
}

/* Finishes the older one of the packets that are being filled. */
static void
close_first (AsfPacketizer * self)
{
  AsfOpenPacket *p = self->open;
  AsfDonePacket *done = &self->done[self->n_done++];
  gsize padding;

  done->duration = asf_open_packet_finish (p, &self->config, &padding);
  self->last_duration_ms = line_duration_ms (self, padding);
  GST_WRITE_UINT16_LE (done->duration, self->last_duration_ms);
  done->packet = p->packet;
  self->padding += padding;
  self->n_packets++;

  if (--self->n_open > 0) {
    self->waited_padding += padding;
    self->open[0] = self->open[1];
    self->in_second[0] = self->in_second[1] = 0;
    set_duration (done, self->open[0].packet.send_ms);
  } else if (self->config.is_live) {
    done->duration = NULL;
  }
}

void
asf_packetizer_close (AsfPacketizer * self)
{
  while (self->n_open > 0)
    close_first (self);
}

void
asf_packetizer_drain (AsfPacketizer * self)
{
  asf_packetizer_close (self);
  self->is_draining = TRUE;
}

/* The Send Time of a packet that begins with the pending object: its place on
 * the line, after the packet before (rules, 7.4), not after its own last
 * moment. */
static guint32
next_send_ms (const AsfPacketizer * self)
{
  const AsfObject *object = &self->object;
  guint64 length = object->span.end_ns - object->span.start_ns;
  guint64 start = object->span.start_ns +
      gst_util_uint64_scale (length, self->written, object->size);
  guint64 after_last = (guint64) self->last_send_ms +
      (self->n_open > 0 ? line_duration_ms (self, 0) : self->last_duration_ms);
  guint64 send = MAX (start / NS_PER_MS, after_last);

  send = MIN (send, object->span.latest_ns / NS_PER_MS);
  return MAX (MIN (send, object->pres_ms), self->last_send_ms);
}

static void
open_packet (AsfPacketizer * self, guint32 send_ms)
{
  asf_open_packet_begin (&self->open[self->n_open++], self->block, send_ms);
  self->block = NULL;
  self->last_send_ms = send_ms;
}

static gboolean
must_close_for (const AsfPacketizer * self, const AsfObject * object)
{
  guint64 delay = self->config.max_delay_ns;

  return self->n_open > 0 && delay > 0 &&
      object->time_ns >= self->open[0].packet.first_ns + delay;
}

gboolean
asf_packetizer_add (AsfPacketizer * self, const AsfObject * object)
{
  if (object->pres_ms < self->last_send_ms ||
      object->extension_size > ASF_PACKETIZER_MAX_EXTENSION)
    return FALSE;
  while (must_close_for (self, object))
    close_first (self);
  self->object = *object;
  if (object->extension_size > 0)
    self->object.delta_ms = 0;
  self->written = 0;
  self->object_packets = 0;
  self->is_draining = FALSE;
  self->object_numbers[object->stream_number]++;
  return TRUE;
}

void
asf_packetizer_set_block (AsfPacketizer * self, guint8 * block)
{
  self->block = block;
}

static AsfPacketizerStep
give_done (AsfPacketizer * self, AsfPacket * packet)
{
  *packet = self->done[0].packet;
  if (--self->n_done > 0)
    self->done[0] = self->done[1];
  return ASF_PACKETIZER_PACKET;
}

static gboolean
may_enter_first (const AsfPacketizer * self)
{
  guint stream = self->object.stream_number;

  return !(self->in_second[stream / 64] >> stream % 64 & 1);
}

/* The packet that takes the pending object, and how much of it, 0 when it
 * joins a run.  Packets that have to go first are closed.  NULL when another
 * one is needed. */
static AsfOpenPacket *
choose_packet (AsfPacketizer * self, gsize * size)
{
  for (; self->n_open > 0; close_first (self)) {
    AsfOpenPacket *first = self->open;
    AsfOpenPacket *last = &self->open[self->n_open - 1];

    if (may_enter_first (self)) {
      *size = next_payload_size (self, first);
      if (*size > 0)
        return first;
    }
    if (self->n_open == 1) {
      if (may_wait (self) && stays_whole (self) &&
          room (self, first) >= MIN_FRAGMENT)
        return NULL;
    } else {
      *size = self->object.size - self->written;
      if (*size <= room (self, last))
        return last;
    }
  }
  return NULL;
}

/* Writes the pending object, or as much as one packet takes.
 * Returns: whether there was a packet for it. */
static gboolean
place_object (AsfPacketizer * self)
{
  AsfOpenPacket *last = &self->open[MAX (self->n_open, 1) - 1];
  AsfOpenPacket *p;
  gsize size;

  if (self->n_open > 0 && last->tail.stream_and_key && self->written == 0 &&
      asf_open_packet_join (last, &self->config, &self->object)) {
    count_payload (self, last, self->object.size);
    return TRUE;
  }
  p = choose_packet (self, &size);
  if (p == NULL)
    return FALSE;
  asf_open_packet_write (p, &self->object,
      self->object_numbers[self->object.stream_number], self->written, size);
  count_payload (self, p, size);
  if (p == self->open && (self->written < self->object.size ||
          room (self, p) < (self->n_open > 1 ? MIN_FRAGMENT : 1)))
    close_first (self);
  return TRUE;
}

AsfPacketizerStep
asf_packetizer_step (AsfPacketizer * self, AsfPacket * packet)
{
  for (;;) {
    if (self->n_done > 0 && (self->is_draining || !self->done[0].duration))
      return give_done (self, packet);
    if (self->written == self->object.size)
      return ASF_PACKETIZER_NEED_OBJECT;

    if (place_object (self))
      continue;
    if (self->n_done > 0) {
      if (self->done[0].duration != NULL)
        set_duration (self->done, next_send_ms (self));
      return give_done (self, packet);
    }
    if (self->block == NULL)
      return ASF_PACKETIZER_NEED_BLOCK;
    open_packet (self, next_send_ms (self));
  }
}

gboolean
asf_packetizer_open_since (const AsfPacketizer * self, guint64 * time_ns)
{
  if (self->n_open > 0)
    *time_ns = self->open[0].packet.first_ns;
  return self->n_open > 0;
}

guint
asf_packetizer_take_blocks (AsfPacketizer * self,
    guint8 * blocks[ASF_PACKETIZER_MAX_BLOCKS])
{
  guint n = 0;

  if (self->block != NULL)
    blocks[n++] = self->block;
  while (self->n_open > 0)
    blocks[n++] = self->open[--self->n_open].packet.block;
  while (self->n_done > 0)
    blocks[n++] = self->done[--self->n_done].packet.block;
  self->block = NULL;
  return n;
}
