/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asffinder.h"

#include <string.h>

#include "asf/asfpacket.h"

/* So many bytes of a header's identifier are not there by chance. */
#define MIN_SEEN_OF_HEADER 4

/* Section 2.1: objects begin with an identifier, packets with flags. */
static AsfThing
identify_object (const guint8 * data, gsize size)
{
  AsfGuid guid;

  if (size < sizeof (guid))
    return ASF_THING_UNSEEN;
  memcpy (&guid, data, sizeof (guid));
  if (asf_guid_equal (&guid, &asf_guid_header))
    return ASF_THING_HEADER;
  return asf_guid_is_index (&guid) ? ASF_THING_INDEX : ASF_THING_NONE;
}

AsfThing
asf_identify (const guint8 * data, gsize size, guint32 packet_size)
{
  if (size > 0 && asf_guid_may_begin_with (data[0])) {
    AsfThing object = identify_object (data, size);

    if (object != ASF_THING_NONE)
      return object;
  }
  if (size < packet_size)
    return ASF_THING_UNSEEN;
  return asf_packet_check (data, packet_size, NULL) ? ASF_THING_PACKET
      : ASF_THING_NONE;
}

gsize
asf_find_header (const guint8 * data, gsize size)
{
  const guint8 *at = data, *end = data + size;

  while ((at = memchr (at, asf_guid_header.bytes[0], end - at)) != NULL) {
    gsize seen = MIN ((gsize) (end - at), sizeof (AsfGuid));

    if (memcmp (at, asf_guid_header.bytes, seen) == 0)
      return at - data;
    at++;
  }
  return size;
}

AsfThing
asf_find_header_inside (const guint8 * data, gsize size, gsize packet_size,
    gsize * place)
{
  gsize at = asf_find_header (data, packet_size);
  guint64 total;

  *place = at;
  if (packet_size - at < MIN_SEEN_OF_HEADER)
    return ASF_THING_NONE;
  if (size - at < ASF_HEADER_HEAD_SIZE)
    return ASF_THING_UNSEEN;
  return asf_header_measure (data + at, size - at, &total, NULL)
      ? ASF_THING_HEADER : ASF_THING_NONE;
}

static gboolean
looks_alike (const guint8 * data, const AsfPacketLook * look)
{
  AsfPacketInfo packet;

  if (look->first >= 0 && data[0] != look->first)
    return FALSE;
  return look->property_flags < 0
      || (asf_packet_read (data, look->packet_size, &packet, NULL)
      && packet.property_flags == look->property_flags);
}

/* How it looks first: all payloads of what may be a packet are walked, and this
 * is asked for each byte. */
static AsfThing
identify_alike (const guint8 * data, gsize size, const AsfPacketLook * look)
{
  gboolean is_alike = size < look->packet_size || looks_alike (data, look);
  AsfThing thing = ASF_THING_NONE;

  if (is_alike || asf_guid_may_begin_with (data[0]))
    thing = asf_identify (data, size, look->packet_size);
  return thing == ASF_THING_PACKET && !is_alike ? ASF_THING_NONE : thing;
}

static gboolean
is_place (const guint8 * data, gsize size, const AsfPacketLook * look,
    gboolean is_all)
{
  AsfThing thing = identify_alike (data, size, look);

  if (thing != ASF_THING_PACKET)
    return thing == ASF_THING_HEADER || thing == ASF_THING_INDEX;
  thing = identify_alike (data + look->packet_size, size - look->packet_size,
      look);
  return thing != ASF_THING_NONE && (thing != ASF_THING_UNSEEN || is_all);
}

gboolean
asf_find_place (const guint8 * data, gsize size, const AsfPacketLook * look,
    gboolean is_all, gsize * place)
{
  gsize needed = is_all ? 1
      : MAX (2 * (gsize) look->packet_size, sizeof (AsfGuid));

  for (*place = 0; size - *place >= needed; (*place)++) {
    if (is_place (data + *place, size - *place, look, is_all))
      return TRUE;
  }
  return FALSE;
}
