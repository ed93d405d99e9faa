#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pushes over a network that goes bad in each way of wirestrikes.py, and accounts for each packet.

Three encoders in one network namespace push to three servers in another: wms-pubpoint, a receiver written for this with
a sink that drops (leaky=keyframe), and wms-pubpoint with TLS.  For each fault it prints what was measured of the line,
the statuses, the time until it was noticed, where each packet went, and what is held after the stream goes on.  It
needs root, and is skipped without; as root it fails where nothing on the machine makes a line bad.
"""

import argparse
import copy
import os
import random
import re
import shutil
import signal
import sys
import time

import faults
import lanes
import leaks
import network
import plants
import processes
import report
import wires
import wirestrikes

SKIPPED = 77
SHORT_TIMEOUT, LONG_TIMEOUT = 2, 5
REST_SECONDS = 0.5
# before a fault the stream flows: what is on its way then belongs to it
REACH_SECONDS = 0.5
# what the log alone has with --brief: each status, each gap, what is held after each fault
DETAILS = re.compile(r'[ABC](, server)?: heap |[ABC] |[ABC]: (missing|noticed|too short)|.* has packets |over: '
                     r'|all lanes|(encoder|server): ')


class Struck:
    """A fault that was, and what came of it."""

    def __init__(self, fault, begin):
        self.fault = fault
        self.begin = begin
        self.over = None
        self.line = None
        self.delays = {}            # lane: (seconds until noticed, reason)
        self.recovery = None
        self.failures = []

    def title(self):
        seconds = self.fault.seconds[0]
        return self.fault.name + (f' {seconds:g} s' if seconds else '')


class ServerHeld:
    """What leaks.Watch looks at, of a server."""

    heap = 0
    statuses = ()

    def __init__(self, lane):
        self.name = f'{lane.name}, server'
        self.process = lane.server.process
        self.encoder = self

    def is_running(self):
        return self.process.is_running()


class Run(faults.Run):
    faults = [*wirestrikes.WIRES, *wirestrikes.CUTS]
    lane_rows = (('A', lanes.PubPoint, 8080), ('B', lanes.Receiver, 8081, ['leaky=keyframe']),
                 ('C', lanes.SecurePubPoint, 8443))

    def __init__(self, options, wanted):
        if options.lane:
            self.lane_rows = [row for row in self.lane_rows if row[0] in options.lane]
        super().__init__(options)
        self.wanted = wanted
        self.rows = []
        self.servers = []
        self.server_memory = leaks.Watch()

    def make_network(self):
        return None                 # which one is found out when the run begins

    def start(self):
        # the run makes it itself
        self.network = wires.find(self.wanted, self.say, self.pump, self.folder, self.environment)
        self.network.make = lambda: None
        super().start()
        self.servers = [ServerHeld(lane) for lane in self.lanes if isinstance(lane.server, lanes.PubPoint)]

    def say(self, text, stamp=None):
        super().say(text, stamp, self.options.brief and DETAILS.match(text))

    def find_mechanisms(self):
        """Bad lines need neither ss nor nft."""
        if 'cuts' in self.options.group:
            super().find_mechanisms()

    def note_memory(self):
        super().note_memory()
        for line in self.server_memory.note(self.servers):
            self.say(line)

    # faults

    def run_faults(self):
        source = random.Random(self.options.seed)
        chosen = [fault for fault in wirestrikes.schedule(self.options.group, self.options.long)
                  if not self.options.only or fault.name in self.options.only]
        for fault in chosen:
            self.pump_until(time.monotonic() + REST_SECONDS)
            if not self.all_run():
                return
            before = len(self.failures)
            self.rows.append(Struck(fault, time.monotonic()))
            self.strike(self.look_at(fault), source)
            self.rows[-1].failures = self.failures[before:]

    def look_at(self, fault):
        """The fault, with a look at the line when it is there."""
        if not fault.seen:
            return fault

        def begin(run):
            fault.begin(run)
            row = self.rows[-1]
            row.line = self.network.measure()
            self.say(f'{fault.name}: of {row.line.sent:.0f} datagrams {row.line.came:.0f} came, {row.line.twice:.0f}'
                     f' twice, {row.line.overtaken:.0f} overtaken, after {row.line.low:.0f} to {row.line.high:.0f} ms,'
                     f' median {row.line.median:.0f}')
            if not fault.seen(row.line):
                self.fail(f'{fault.name}: this was not seen on the line')

        def end(run):
            if fault.end is not wirestrikes.nothing:
                for line in self.network.lines_about_counters():
                    self.say(line)
            fault.end(run)
        return fault._replace(begin=begin, end=end)

    def judge(self, fault, begin, over, recovery):
        super().judge(fault, begin, over, recovery)
        row = self.rows[-1]
        row.over, row.recovery = over, recovery
        for lane in self.lanes:
            status = self.noticed(lane, begin)
            if status is None:
                continue
            row.delays[lane.name] = (status.time - begin, status.hresult)
            if status.hresult not in fault.hresults:
                self.fail(f'{lane.name}: {fault.name} was told as {status.hresult}')

    # end

    def finish(self):
        self.check_line_tests()
        super().finish()

    def check_line_tests(self):
        """A line without a fault must not be taken for a bad one."""
        good = next((row.line for row in self.rows if row.fault.name == 'good-line'), None)
        for row in self.rows:
            if good and row.line and row.fault.name != 'good-line':
                if row.fault.seen(good):
                    self.fail(f'self-test: {row.fault.name} is seen on a good line')
                else:
                    self.say(f'self-test: {row.fault.name} is not seen on a good line')

    def check(self):
        super().check()
        for lane in self.lanes:
            self.check_plants(lane)
        for line, is_good in self.server_memory.verdict(report.is_sanitized(self.options.build)):
            (self.say if is_good else self.fail)(line)

    def can_plant(self, name, lane):
        if name == 'silence':
            return any(gap.in_flight for gap in self.accounts[lane.name].gaps)
        return name != 'status' or any(status.name == 'RECONNECT_END' for status in lane.encoder.statuses)

    def check_plants(self, lane):
        """The same account with a bug in what it is made of has to fail."""
        for name, plant in sorted(plants.PLANTS.items()):
            encoder = lane.encoder
            kept = copy.copy(encoder.statuses), dict(encoder.stats)
            if not self.can_plant(name, lane):
                self.say(f'self-test: {lane.name}: {name}: nothing was lost that it could hide')
                continue
            problems = lane.server.account(lane, self, plant).check() + report.status_problems(encoder)
            encoder.statuses, encoder.stats = kept
            if problems:
                self.say(f'self-test: {lane.name}: {name}: found: {problems[0]}')
            else:
                self.fail(f'self-test: {lane.name}: {name} was not found')

    def is_quiet(self):
        return super().is_quiet() and self.server_memory.is_quiet(self.servers)

    def clean_up(self):
        if self.network is None:
            self.log.close()
        else:
            super().clean_up()

    # what is printed last

    def fates(self, account, row, end):
        """(came, received, lost on the way, dropped) of the packets in the reach of a fault."""
        numbers = [n for n, (stamp, _, _) in enumerate(account.sent)
                   if row.begin - REACH_SECONDS <= stamp < end - REACH_SECONDS]
        received = sum(n in account.received for n in numbers)
        lost = sum(gap.first <= n < gap.first + gap.in_flight for gap in account.gaps for n in numbers)
        return len(numbers), received, lost, len(numbers) - received - lost

    def summary(self, seconds):
        ends = [row.begin for row in self.rows[1:]] + [float('inf')]
        self.say(f'{len(self.rows)} faults in {seconds:.0f} s; the line is made bad by {self.network.kind}, its rate by'
                 f' {"tc tbf" if self.network.has_tbf else self.network.kind}')
        self.say('fault | lane | noticed after s | told as | came to the sink = received + lost on the way + dropped'
                 ' | goes on after s')
        for row, end in zip(self.rows, ends):
            for lane in self.lanes:
                if row.recovery is None or lane.name not in self.accounts:
                    continue
                came, received, lost, dropped = self.fates(self.accounts[lane.name], row, end)
                delay, reason = row.delays.get(lane.name, (None, '-'))
                self.say(f'{row.title()} | {lane.name} | {"-" if delay is None else f"{delay:.2f}"} | {reason} |'
                         f' {came} = {received} + {lost} + {dropped} | {row.recovery:.2f}')
        self.print_cases()
        self.say('passed' if not self.failures else f'{len(self.failures)} failures')

    def print_cases(self):
        """For tests/summary.py: each fault, and all that is judged when they are over."""
        last = [text for text in self.failures if not any(text in row.failures for row in self.rows)]
        cases = [(f'{row.title()}, {self.network.kind}', row.failures) for row in self.rows]
        for number, (name, failures) in enumerate([*cases, (f'accounts, {self.network.kind}', last)], 1):
            print(f'case: {"not " if failures else ""}ok {number} - {name}'
                  + (f': {failures[0]}' if failures else ''), flush=True)


def parse_options():
    options = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    options.add_argument('--build', default='.', help='build folder (default: this one)')
    options.add_argument('--long', action='store_true', help='the long form: each fault for as long as it matters')
    options.add_argument('--group', action='append', choices=sorted(wirestrikes.GROUPS), help='default: all')
    options.add_argument('--lane', action='append', choices=[row[0] for row in Run.lane_rows], help='default: all')
    options.add_argument('--only', action='append', metavar='FAULT', choices=[f.name for f in Run.faults],
                         help='may be given more than once: ' + ', '.join(f.name for f in Run.faults))
    options.add_argument('--wire', default='auto', choices=['auto', 'both', *wires.KINDS],
                         help='what makes the line bad (default: netem, where it works, else relay); both: one run'
                         ' with each that works')
    options.add_argument('--brief', action='store_true', help='print less; the log has all')
    options.add_argument('--patience', type=int, default=1, help='how many times longer things may take to begin')
    options.add_argument('--timeout', type=int, help=f"the sink's, in seconds (default {SHORT_TIMEOUT}, long"
                         f' {LONG_TIMEOUT})')
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--set', action='append', default=[], metavar='NAME=VALUE', help='more settings of the sinks')
    options.add_argument('--work', metavar='FOLDER', help='for logs and recordings; kept')
    given = options.parse_args()
    given.build = os.path.abspath(given.build)
    given.group = given.group or list(wirestrikes.GROUPS)
    given.timeout = given.timeout or (LONG_TIMEOUT if given.long else SHORT_TIMEOUT)
    given.plant = None
    lanes.START_SECONDS *= given.patience
    wires.MEASURE_SECONDS *= given.patience
    network.CALL_SECONDS *= given.patience
    return given


def run_with(options, wanted):
    run = Run(options, wanted)
    passed = run.run()
    if passed and not options.work:
        shutil.rmtree(run.folder)
    else:
        print(f'logs and recordings: {run.folder}')
    return passed


def run_both(options):
    """The relay always, and netem where the kernel has it."""
    passed = run_with(options, ['relay'])
    try:
        wires.find(['netem'], print, processes.Pump(), os.devnull, {}).remove()
    except network.Failed:
        print('netem is not in this kernel: the relay alone makes the line bad')
        return passed
    return run_with(options, ['netem']) and passed


def main():
    options = parse_options()
    if os.getuid() != 0:
        print('SKIP network namespaces need root')
        return SKIPPED
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, faults.interrupt)
    if options.wire == 'both':
        return 0 if run_both(options) else 1
    return 0 if run_with(options, ['netem', 'relay'] if options.wire == 'auto' else [options.wire]) else 1


if __name__ == '__main__':
    sys.exit(main())
