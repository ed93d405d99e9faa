# SPDX-License-Identifier: LGPL-2.1-or-later
"""ASF data packets as tests/soak knows them: Send Time, and a sum of all that lies between it and the padding.

Sections are those of the ASF specification 01.20.03.  Nothing here is the project's own reader.
"""

import collections
import hashlib
import struct

SUM_LENGTH = 12
HEAD_SIZE = 24                  # of an object, 2.1
DATA_HEAD_SIZE = 50             # of the Data Object, 5.1
HEADER_OBJECT = bytes.fromhex('3026b2758e66cf11a6d900aa0062ce6c')
FILE_PROPERTIES = bytes.fromhex('a1dcab8c47a9cf118ee400c00c205365')
PACKET_SIZE_AT = 92             # Minimum Data Packet Size, 3.2
WIDTHS = (0, 1, 2, 4)


class Broken(Exception):
    """Bytes that are not what they should be."""


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def number(self, width):
        if self.at + width > len(self.data):
            raise Broken('a packet ends in its head')
        value = int.from_bytes(self.data[self.at:self.at + width], 'little')
        self.at += width
        return value

    def take(self, size):
        if size < 0 or self.at + size > len(self.data):
            raise Broken('a payload ends behind its packet')
        self.at += size
        return self.data[self.at - size:self.at]


Head = collections.namedtuple('Head', 'flags properties send_ms end')


def read_head(reader, packet):
    """5.2, whole or with the padding cut off; the reader is at the payloads then."""
    first = packet[0] if packet else 0
    if first & 0x80:
        reader.at = 1 + (first & 0x0f)
    flags = reader.number(1)
    properties = reader.number(1)
    length = reader.number(WIDTHS[flags >> 5 & 3])
    reader.number(WIDTHS[flags >> 1 & 3])
    padding = reader.number(WIDTHS[flags >> 3 & 3])
    send_ms = reader.number(4)
    reader.number(2)
    if length > len(packet):
        raise Broken(f'Packet Length {length} of {len(packet)} bytes')
    end = (length or len(packet)) - padding
    if end <= reader.at:
        raise Broken('a packet without payloads')
    return Head(flags, properties, send_ms, end)


def identify(packet):
    """(Send Time, sum) of a packet."""
    reader = Reader(packet)
    head = read_head(reader, packet)
    return head.send_ms, hashlib.md5(packet[reader.at:head.end]).hexdigest()[:SUM_LENGTH]


def header_size(data):
    """Bytes of the Header Object with the Data Object's head; None: more is needed."""
    if len(data) < HEAD_SIZE:
        return None
    if data[:16] != HEADER_OBJECT:
        raise Broken('no ASF header')
    return struct.unpack_from('<Q', data, 16)[0] + DATA_HEAD_SIZE


def packet_size(header):
    """From the File Properties Object."""
    at = header.find(FILE_PROPERTIES)
    if at < 0 or at + PACKET_SIZE_AT + 4 > len(header):
        raise Broken('no File Properties')
    return struct.unpack_from('<I', header, at + PACKET_SIZE_AT)[0]
