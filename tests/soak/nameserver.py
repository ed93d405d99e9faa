#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A name server (RFC 1035) for one address, which can be told to fail.

Lines on the standard input: `address A.B.C.D`, `servfail`, `nxdomain`, `silent`, each until the next one.
"""

import os
import select
import socket
import struct
import sys

TYPE_A = 1
CODES = {'servfail': 2, 'nxdomain': 3}
TTL = 0


def question_end(query):
    at = 12
    while query[at]:
        at += query[at] + 1
    return at + 5


def answer(query, mode, address):
    end = question_end(query)
    kind = struct.unpack_from('>H', query, end - 4)[0]
    records = b''
    if mode == 'address' and kind == TYPE_A:
        records = struct.pack('>HHHIH', 0xc00c, TYPE_A, 1, TTL, 4) + socket.inet_aton(address)
    flags = 0x8580 | CODES.get(mode, 0)
    head = query[:2] + struct.pack('>HHHHH', flags, 1, 1 if records else 0, 0, 0)
    return head + query[12:end] + records


def main():
    place = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    place.bind(('127.0.0.1', 53))
    mode, address, rest = 'silent', '0.0.0.0', b''
    print('listening', flush=True)
    while True:
        ready = select.select([place, 0], [], [])[0]
        if 0 in ready:
            data = os.read(0, 4096)
            if not data:
                sys.exit(0)
            *lines, rest = (rest + data).split(b'\n')
            for words in (line.decode().split() for line in lines):
                mode = words[0]
                address = words[1] if len(words) > 1 else address
                print('ready', flush=True)
        if place in ready:
            query, peer = place.recvfrom(512)
            if mode != 'silent':
                try:
                    place.sendto(answer(query, mode, address), peer)
                except (IndexError, struct.error):
                    pass        # no query


main()
