# SPDX-License-Identifier: LGPL-2.1-or-later
"""Media objects put together again from packets, as tests/soak knows them.

A recording has the objects that it was sent, but at times of its own, and packets without the fragments of objects that
did not come whole.  Sections are those of the ASF specification 01.20.03.  Nothing here is the project's own reader.
"""

import collections
import functools
import hashlib
import os
import struct

import asfpackets

COMPRESSED = 1                  # Replicated Data Length, 5.2.3.3
DATA_SIZE_AT = 16               # in the Data Object's head, 5.1

Payload = collections.namedtuple('Payload', 'stream is_key number offset size time data')
# packets: numbers of those that carry it
Object = collections.namedtuple('Object', 'stream sum time is_key packets')


def payloads(packet):
    """5.2.2 and 5.2.3."""
    reader = asfpackets.Reader(packet)
    head = asfpackets.read_head(reader, packet)
    count, length_width = 1, 0
    if head.flags & 1:
        flags = reader.number(1)
        count, length_width = flags & 0x3f, asfpackets.WIDTHS[flags >> 6]
    for _ in range(count):
        stream = reader.number(1)
        number = reader.number(asfpackets.WIDTHS[head.properties >> 4 & 3])
        offset = reader.number(asfpackets.WIDTHS[head.properties >> 2 & 3])
        replicated = reader.number(asfpackets.WIDTHS[head.properties & 3])
        extra = reader.take(replicated)
        length = reader.number(length_width) if length_width else head.end - reader.at
        data = reader.take(length)
        key, stream = bool(stream & 0x80), stream & 0x7f
        if replicated == COMPRESSED:
            yield from compressed(stream, key, number, offset, extra[0], data)
        else:
            size, time = struct.unpack_from('<II', extra)
            yield Payload(stream, key, number, offset, size, time, data)


def compressed(stream, key, number, time, delta, data):
    at = 0
    while at < len(data):
        part = data[at + 1:at + 1 + data[at]]
        yield Payload(stream, key, number, 0, len(part), time, part)
        at += 1 + data[at]
        number, time = number + 1, time + delta


def assemble(packets):
    """The whole objects of packets, in the order in which they became whole."""
    open_ones, found = {}, []
    for number, packet in enumerate(packets):
        for payload in payloads(packet):
            if payload.offset == 0:
                open_ones[payload.stream] = (payload, bytearray(), [])
            first, data, carriers = open_ones.get(payload.stream, (None, b'', []))
            if not first or first.number != payload.number or payload.offset != len(data):
                open_ones.pop(payload.stream, None)
                continue
            data += payload.data
            if not carriers or carriers[-1] != number:
                carriers.append(number)
            if len(data) == first.size:
                found.append(Object(first.stream, hashlib.md5(data).hexdigest()[:asfpackets.SUM_LENGTH],
                                    first.time, first.is_key, tuple(carriers)))
                del open_ones[payload.stream]
    return found


def pieces(file, size, limit):
    while limit is None or limit > 0:
        packet = file.read(size)
        if len(packet) < size:
            return
        yield packet
        limit = limit and limit - 1


def of_recording(path):
    """The objects of a recording, finished or not."""
    with open(path, 'rb') as file:
        head = file.read(asfpackets.HEAD_SIZE)
        if len(head) < asfpackets.HEAD_SIZE:
            return []
        header = head + file.read(asfpackets.header_size(head) - asfpackets.HEAD_SIZE)
        size = asfpackets.packet_size(header)
        data_size = struct.unpack_from('<Q', header, len(header) - asfpackets.DATA_HEAD_SIZE + DATA_SIZE_AT)[0]
        is_finished = asfpackets.DATA_HEAD_SIZE <= data_size <= os.path.getsize(path)
        limit = (data_size - asfpackets.DATA_HEAD_SIZE) // size if is_finished else None
        return assemble(pieces(file, size, limit))


@functools.lru_cache
def of_packets(path):
    """Those of a file of packets, each behind its length of four bytes; the last one may be cut off."""
    def read():
        with open(path, 'rb') as file:
            while len(head := file.read(4)) == 4:
                size = int.from_bytes(head, 'little')
                packet = file.read(size)
                if len(packet) < size:
                    return
                yield packet
    return assemble(read())
