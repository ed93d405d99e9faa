# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks whose line can be made bad: by `tc netem`, or by relay.py, where the kernel has no netem.

What makes it bad is measured, see meter.py: a line that is as good as before is a failure of the run.
"""

import collections
import os

import network
import processes
from network import ENCODER, LINK, SERVER, Failed, call

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = '/usr/bin/python3'
READY_SECONDS = 20
MEASURE_SECONDS = 30
QUEUE_PACKETS = 1000
# a bucket of three packets, and half a second of waiting ones, see relay.py
TBF = ('burst', '4500', 'latency', '500ms')

Reading = collections.namedtuple('Reading', 'sent came twice overtaken low median high')


def describe(what):
    return ', '.join(f'{name} {number}' for name, number in what.items())


class Wire(network.Network):
    """A line that does not go bad."""

    kind = None

    def __init__(self, pump, folder, environment):
        super().__init__()
        self.pump = pump
        self.folder = folder
        self.environment = environment
        self.has_tbf = None

    def impair(self, **what):
        raise NotImplementedError

    def clear(self):
        raise NotImplementedError

    def lines_about_counters(self):
        """What the mechanism itself has counted since it was last asked."""
        raise NotImplementedError

    def tc(self, side, *words):
        return call('tc', '-netns', self.names[side], *words)

    def limit_rate(self, kbit):
        """Of what goes to the server."""
        self.tc(ENCODER, 'qdisc', 'add', 'dev', LINK[ENCODER], 'root', 'tbf', 'rate', f'{kbit}kbit', *TBF)

    def free_rate(self):
        self.tc(ENCODER, 'qdisc', 'delete', 'dev', LINK[ENCODER], 'root')

    def find_tbf(self):
        try:
            self.limit_rate(1000)
            self.free_rate()
            self.has_tbf = True
        except Failed as error:
            self.has_tbf = False
            return str(error)
        return 'works'

    def limit(self, kbit):
        if self.has_tbf:
            self.limit_rate(kbit)
        else:
            self.impair(rate=kbit)

    def free(self):
        if self.has_tbf:
            self.free_rate()
        else:
            self.clear()

    def measure(self):
        lines = []
        command = [PYTHON, f'{HERE}/meter.py', self.path(ENCODER), self.path(SERVER), self.address(SERVER)]
        child = processes.Process(self.pump, 'meter', command, self.folder, lines.append, self.environment)
        self.pump.wait(MEASURE_SECONDS, lambda: not child.is_running())
        child.end()
        if not lines:
            raise Failed(f'the line cannot be measured: see {child.errors}')
        return Reading(**{name: float(value) for name, _, value in (w.partition('=') for w in lines[0].split())})


class NetemWire(Wire):
    """`tc netem` on both devices of a veth pair."""

    kind = 'tc netem'

    def make_link(self):
        super().make_link()
        self.impair(delay=1)
        self.clear()

    def impair(self, **what):
        words = []
        if 'delay' in what:
            words += ['delay', f'{what["delay"]}ms'] + ([f'{what["jitter"]}ms'] if 'jitter' in what else [])
        for name in ('loss', 'duplicate', 'corrupt', 'reorder'):
            words += [name, f'{what[name]}%'] if name in what else []
        words += ['rate', f'{what["rate"]}kbit'] if 'rate' in what else []
        for side in LINK:
            self.tc(side, 'qdisc', 'replace', 'dev', LINK[side], 'root', 'netem', 'limit', str(QUEUE_PACKETS), *words)

    def clear(self):
        for side in LINK:
            self.tc(side, 'qdisc', 'delete', 'dev', LINK[side], 'root')

    def lines_about_counters(self):
        for side in LINK:
            lines = self.tc(side, '-statistics', 'qdisc', 'show', 'dev', LINK[side]).splitlines()
            yield f'{side}: ' + ' '.join(' '.join(line.split()) for line in lines[:2])


class RelayWire(Wire):
    """A program carries the packets from one TUN device to another."""

    kind = 'a relay between TUN devices'

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.relay = None
        self.heard = []

    def make_link(self):
        command = [PYTHON, f'{HERE}/relay.py']
        for side in LINK:
            command += [self.path(side), LINK[side]]
        self.relay = processes.Process(self.pump, 'relay', command, self.folder, self.heard.append, self.environment)
        try:
            self.answer()
        except Failed as error:
            raise Failed(f'{error}: see {self.relay.errors}') from error

    def remove(self):
        if self.relay:
            self.relay.end()
            self.relay = None
        super().remove()

    def answer(self):
        if not self.pump.wait(READY_SECONDS, lambda: self.heard or not self.relay.is_running()) or not self.heard:
            raise Failed('the relay does not answer')
        return self.heard.pop(0)

    def ask(self, text):
        self.relay.say(text + '\n')
        return self.answer()

    def impair(self, **what):
        self.ask('set ' + ' '.join(f'{name}={number}' for name, number in what.items()))

    def clear(self):
        self.impair()

    def lines_about_counters(self):
        yield 'relay: ' + self.ask('count')


KINDS = {'netem': NetemWire, 'relay': RelayWire}


def find(wanted, say, *arguments):
    """A wire that is made, of the first of these kinds that works here."""
    for name in wanted:
        wire = KINDS[name](*arguments)
        try:
            wire.make()
        except (Failed, OSError) as error:
            say(f'mechanism: {wire.kind}: does not work here: {error}')
            wire.remove()
            continue
        say(f'mechanism: {wire.kind}: works, and is used')
        say(f'mechanism: tc tbf: {wire.find_tbf()}')
        return wire
    raise Failed(f'nothing on this machine makes a line bad: tried {", ".join(wanted)}')
