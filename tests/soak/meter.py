#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measures a line between two network namespaces: sends numbered datagrams and prints what came of them.

    sent=N came=N twice=N overtaken=N low=MS median=MS high=MS

`overtaken` are those behind which a later one had come already.
"""

import argparse
import selectors
import socket
import statistics
import struct
import time

import namespaces

FORMAT = '>Id'
PADDING = bytes(100)
LAST_SECONDS = 1


def measure(sender, receiver, number, interval):
    seen, delays, twice, overtaken, highest = set(), [], 0, 0, -1
    selector = selectors.DefaultSelector()
    selector.register(receiver, selectors.EVENT_READ)
    begin = time.monotonic()
    end = begin + number * interval + LAST_SECONDS
    sent = 0
    while (now := time.monotonic()) < end:
        while sent < number and now >= begin + sent * interval:
            sender.send(struct.pack(FORMAT, sent, time.monotonic()) + PADDING)
            sent += 1
        due = begin + sent * interval if sent < number else end
        for _ in selector.select(max(0, due - now)):
            at, stamp = struct.unpack_from(FORMAT, receiver.recv(2048))
            if at in seen:
                twice += 1
                continue
            seen.add(at)
            delays.append((time.monotonic() - stamp) * 1000)
            overtaken += at < highest
            highest = max(highest, at)
    low, median, high = (min(delays), statistics.median(delays), max(delays)) if delays else (0, 0, 0)
    print(f'sent={number} came={len(seen)} twice={twice} overtaken={overtaken} low={low:.1f} median={median:.1f}'
          f' high={high:.1f}')


def main():
    options = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    options.add_argument('near', help='namespace of who sends')
    options.add_argument('far', help='of who receives')
    options.add_argument('address', help='there')
    options.add_argument('--number', type=int, default=250)
    options.add_argument('--interval', type=float, default=0.004, help='seconds')
    given = options.parse_args()
    with namespaces.inside(given.far):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind((given.address, 0))
    with namespaces.inside(given.near):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.connect(receiver.getsockname())
    measure(sender, receiver, given.number, given.interval)


main()
