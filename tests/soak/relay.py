#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A bad line between two network namespaces: carries packets from one TUN device to the other, and does to them what
`tc netem` does, where the kernel has no netem.

Lines on the standard input: `set NAME=NUMBER...`, for both ways, what is not named is 0; `count`; its end is the end.

    delay, jitter       ms: each packet is late by delay - jitter to delay + jitter, so they also overtake each other
    loss, duplicate, corrupt    per cent of the packets; of a corrupt one a bit is another
    reorder             per cent that are not late at all
    rate                kbit/s: what waits for longer than half a second is lost
"""

import argparse
import heapq
import os
import random
import select
import sys
import time

import namespaces

PACKET = 65536
LIMIT_SECONDS = 0.5
SETTINGS = ('delay', 'jitter', 'loss', 'duplicate', 'corrupt', 'reorder', 'rate')
COUNTERS = ('taken', 'late', 'lost', 'twice', 'corrupted', 'early', 'overrun', 'refused', 'given')


class Line:
    """What both ways have in common."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.counters = dict.fromkeys(COUNTERS, 0)
        self.set({})

    def set(self, settings):
        self.settings = {**dict.fromkeys(SETTINGS, 0.0), **settings}

    def count(self, name):
        self.counters[name] += 1

    def happens(self, name):
        return self.dice.uniform(0, 100) < self.settings[name]

    def lateness(self):
        delay, jitter = self.settings['delay'], self.settings['jitter']
        if delay and self.happens('reorder'):
            self.count('early')
            return 0
        return max(0, self.dice.uniform(delay - jitter, delay + jitter)) / 1000

    def damaged(self, data):
        at = self.dice.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << self.dice.randrange(8)]) + data[at + 1:]


class Way:
    def __init__(self, line, source, target):
        self.line = line
        self.source = source
        self.target = target
        self.waiting = []           # (due, number, packet)
        self.number = 0
        self.free_at = 0            # with a rate: when the packets before are out

    def read(self):
        while True:
            try:
                data = os.read(self.source, PACKET)
            except OSError:
                return
            self.take(data)

    def take(self, data):
        line = self.line
        line.count('taken')
        if line.happens('loss'):
            line.count('lost')
            return
        if line.happens('corrupt'):
            line.count('corrupted')
            data = line.damaged(data)
        self.put(data)
        if line.happens('duplicate'):
            line.count('twice')
            self.put(data)

    def put(self, data):
        now = time.monotonic()
        due = now + self.line.lateness()
        rate = self.line.settings['rate']
        if rate:
            if self.free_at - now > LIMIT_SECONDS:
                self.line.count('overrun')
                return
            self.free_at = max(now, self.free_at) + len(data) * 8 / (rate * 1000)
            due = max(due, self.free_at)
        if due > now:
            self.line.count('late')
        heapq.heappush(self.waiting, (due, self.number, data))
        self.number += 1

    def give(self, now):
        while self.waiting and self.waiting[0][0] <= now:
            _, _, data = heapq.heappop(self.waiting)
            try:
                os.write(self.target, data)
                self.line.count('given')
            except OSError:
                self.line.count('refused')          # the device is down


def obey(line, text):
    word, *words = text.split()
    if word == 'set':
        line.set({name: float(value) for name, _, value in (w.partition('=') for w in words)})
        print('ready', flush=True)
    else:
        print(' '.join(f'{name}={number}' for name, number in line.counters.items()), flush=True)
        line.counters = dict.fromkeys(COUNTERS, 0)


def run(line, ways):
    rest = b''
    while True:
        due = min((way.waiting[0][0] for way in ways if way.waiting), default=None)
        timeout = None if due is None else max(0, due - time.monotonic())
        ready = select.select([0, *(way.source for way in ways)], [], [], timeout)[0]
        for way in ways:
            if way.source in ready:
                way.read()
            way.give(time.monotonic())
        if 0 in ready:
            data = os.read(0, 4096)
            if not data:
                return
            *lines, rest = (rest + data).split(b'\n')
            for text in lines:
                obey(line, text.decode())


def main():
    options = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('side', nargs=4, metavar='PATH NAME', help='namespace and device, of each side')
    given = options.parse_args()
    try:
        near, far = (namespaces.open_tun(*given.side[at:at + 2]) for at in (0, 2))
    except OSError as error:
        sys.exit(f'no TUN device: {error}')
    line = Line(given.seed)
    print('ready', flush=True)
    run(line, [Way(line, near, far), Way(line, far, near)])


main()
