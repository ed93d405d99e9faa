/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asffinder.h"

#include <string.h>

#include "asf/asfpacket.h"

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

static AsfThing
identify_alike (const guint8 * data, gsize size, const AsfPacketLook * look)
{
  AsfThing thing = asf_identify (data, size, look->packet_size);
  AsfPacketInfo packet;

  if (thing != ASF_THING_PACKET)
    return thing;
  if ((look->first >= 0 && data[0] != look->first)
      || !asf_packet_read (data, look->packet_size, &packet, NULL)
      || (look->property_flags >= 0
          && packet.property_flags != look->property_flags))
    return ASF_THING_NONE;
  return thing;
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
