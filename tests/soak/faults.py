#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pushes for an hour, with a fault every ten seconds, and accounts for each packet.

Two encoders (asfmux ! wmspushsink) in one network namespace push to two servers in another, wms-pubpoint and a receiver
written for this, over a link that the program makes and removes.  It needs root, prints a line with a time for all that
happens, and fails when a fault was not noticed, a status is missing, a packet is not accounted for, or something leaks.
"""

import argparse
import contextlib
import datetime
import os
import random
import shutil
import signal
import sys
import tempfile
import time

import lanes
import leaks
import network
import plants
import processes
import report
import strikes

MARGIN_SECONDS = 2
RECOVERY_SECONDS = 60
# it grows up to 32 times that, and is short again after a session that lasted longer
RETRY_DELAY_NS = 100000000
SETTLE_PACKETS = 5
LANES = (('A', lanes.PubPoint, 8080), ('B', lanes.Receiver, 8081))
# longer than any timeout of the sink: it is not glibc that shall give up
RESOLV_CONF = 'nameserver 127.0.0.1\noptions timeout:30 attempts:1\n'


class Interrupted(Exception):
    """By a signal."""


class Run:
    faults = strikes.FAULTS
    lane_rows = LANES

    def __init__(self, options):
        self.options = options
        self.folder = options.work or tempfile.mkdtemp(prefix='wms-soak-')
        os.makedirs(self.folder, exist_ok=True)
        self.log = open(self.path('log'), 'w', encoding='utf-8')
        self.pump = processes.Pump()
        self.pump.tick = self.watch
        self.network = self.make_network()
        self.mechanisms = {}
        self.encoder_program = os.path.join(options.build, 'tests/soak/soak-encoder')
        self.pubpoint_program = os.path.join(options.build, 'tools/wms-pubpoint')
        self.resolv_conf = self.path('resolv.conf')
        self.environment = report.environment(options.build, self.folder)
        self.limit = options.timeout + MARGIN_SECONDS
        self.names = None
        self.lanes = [lanes.Lane(self, *row) for row in self.lane_rows]
        self.failures = []
        self.struck = []            # (fault, what the lanes noticed, seconds until both pushed again)
        self.accounts = {}          # lane: its account, when all is over
        self.progress = {}          # lane: (acknowledged bytes, since)
        self.offset = time.time() - time.monotonic()
        self.memory = leaks.Watch()

    def make_network(self):
        return network.Network()

    def path(self, name):
        return os.path.join(self.folder, name)

    def say(self, text, stamp=None, is_detail=False):
        moment = datetime.datetime.fromtimestamp((stamp or time.monotonic()) + self.offset)
        line = f'{moment:%H:%M:%S}.{moment.microsecond // 1000:03} {text}'
        if not is_detail:
            print(line, flush=True)
        self.log.write(line + '\n')

    def fail(self, text):
        self.failures.append(text)
        self.say(f'FAILED {text}')

    # names

    def start_names(self):
        with open(self.resolv_conf, 'w', encoding='ascii') as file:
            file.write(RESOLV_CONF)
        self.ready = []
        self.names = processes.Process(self.pump, 'names', [*self.network.inside(network.ENCODER), lanes.PYTHON,
                                                            f'{lanes.HERE}/nameserver.py'],
                                       self.folder, self.ready.append)
        self.tell_names()

    def tell_names(self, how=None):
        """`how` they fail; else they have the server's address."""
        before = len([line for line in self.ready if line == 'ready'])
        self.names.say((how or f'address {self.network.address(network.SERVER)}') + '\n')
        if not self.pump.wait(lanes.START_SECONDS,
                              lambda: len([line for line in self.ready if line == 'ready']) > before):
            raise RuntimeError(f'the name server does not answer: see {self.names.errors}')

    # beginning

    def find_mechanisms(self):
        probe = self.lanes[0].server
        probe.start_instead('web')
        self.mechanisms = self.network.mechanisms(probe.port)
        probe.process.end()
        for name, works in self.mechanisms.items():
            self.say(f'mechanism: {name}: {"works" if works else "does not work here"}')
        if not (self.mechanisms['nft drop'] and any(self.mechanisms[n] for n in self.mechanisms if n != 'nft drop')):
            raise network.Failed('nothing on this machine resets or drops a connection: are ss and nft there?')

    def start(self):
        self.network.make()
        self.say('mechanism: network namespaces by ip netns, a veth pair, mount namespaces for resolv.conf')
        self.find_mechanisms()
        self.start_names()
        settings = [f'timeout={self.options.timeout}', f'retry-delay={RETRY_DELAY_NS}', *self.options.set]
        for lane in self.lanes:
            lane.start(settings)
        if not self.pump.wait(lanes.START_SECONDS * 2, self.flows_since(time.monotonic())):
            raise RuntimeError('the encoders do not push')
        self.say('all lanes push')

    def flows_since(self, begin):
        """A condition: every encoder has a connection, over which packets were acknowledged after `begin`."""
        def flows():
            return all(self.lane_flows(lane, begin) for lane in self.lanes)
        return flows

    def lane_flows(self, lane, begin):
        encoder = lane.encoder
        if not encoder.is_up:
            return False
        begin = max(begin, encoder.statuses[-1].time if encoder.statuses else begin)
        later = [s for s in encoder.samples[-30:] if s.time > begin]
        return bool(later) and later[-1].sent >= later[0].sent + SETTLE_PACKETS and later[-1].unacknowledged == 0

    def watch(self):
        """Wherever a connection is thought to be there: bytes do not stay unacknowledged for longer than the limit."""
        for lane in self.lanes:
            encoder = lane.encoder
            if not encoder or not encoder.samples or not encoder.is_up:
                self.progress.pop(lane.name, None)
                continue
            sample = encoder.samples[-1]
            state = sample.bytes - sample.unacknowledged
            if sample.unacknowledged == 0 or self.progress.get(lane.name, (None,))[0] != state:
                self.progress[lane.name] = (state, sample.time)
            elif sample.time - self.progress[lane.name][1] > self.limit:
                self.fail(f'{lane.name}: {sample.unacknowledged} bytes unacknowledged for {self.limit} s, no status')
                self.progress[lane.name] = (state, sample.time)

    def note_memory(self):
        for line in self.memory.note(self.lanes):
            self.say(line)

    # faults

    def run_faults(self):
        chosen = [f for f in self.faults if not self.options.only or f.name in self.options.only]
        source = random.Random(self.options.seed)
        end = time.monotonic() + self.options.duration
        due = time.monotonic() + self.options.interval
        order = []
        while due < end and self.pump_until(due):
            order = order or source.sample(chosen, len(chosen))
            due = time.monotonic() + self.options.interval
            if chosen:
                self.strike(order.pop(), source)
        self.pump_until(end)

    def pump_until(self, moment):
        """Returns whether both encoders are still there."""
        self.pump.wait(moment - time.monotonic(), lambda: not self.all_run())
        return self.all_run()

    def all_run(self):
        return all(lane.encoder.is_running() and not lane.encoder.error for lane in self.lanes)

    def strike(self, fault, source):
        low, high = fault.seconds
        # short ones more often than long ones
        seconds = round(low + (high - low) * source.random() ** 2, 1)
        begin = time.monotonic()
        self.say(f'fault {len(self.struck) + 1}: {fault.name}' + (f' for {seconds} s' if high else ''))
        fault.begin(self)
        self.pump_until(begin + seconds)
        if fault.notice == 'always':
            self.pump.wait(begin + self.limit - time.monotonic(), lambda: self.all_noticed(begin))
        fault.end(self)
        over = time.monotonic()
        if high:
            self.say(f'over: {fault.name}')
        if not self.pump.wait(RECOVERY_SECONDS, lambda: self.flows_since(over)() or not self.all_run()):
            self.fail(f'{fault.name}: the stream does not go on within {RECOVERY_SECONDS} s')
        recovery = time.monotonic() - over
        if self.all_run():
            self.say(f'all lanes push again {recovery:.2f} s after the end of it')
        self.judge(fault, begin, over, recovery)
        if not self.all_run():
            self.say('an encoder has ended: this build of wmspushsink does not come back from this')
        self.note_memory()

    def noticed(self, lane, begin):
        return lane.encoder.first_since(begin, 'RECONNECT_START', 'ERROR')

    def all_noticed(self, begin):
        return all(self.noticed(lane, begin) for lane in self.lanes)

    def judge(self, fault, begin, over, recovery):
        delays = []
        self.struck.append((fault, delays, recovery))
        must = fault.notice == 'always' or (fault.notice == 'long' and over - begin > self.limit)
        for lane in self.lanes:
            status = self.noticed(lane, begin)
            if status and (status.time - begin <= self.limit or not must):
                delays.append(status.time - begin)
                self.say(f'{lane.name}: noticed after {delays[-1]:.2f} s: {status.hresult}')
                if fault.name in strikes.SILENT and status.hresult == 'NS_E_CONNECTION_FAILURE':
                    self.fail(f'{lane.name}: {fault.name} was told as the end of the connection')
            elif must:
                self.fail(f'{lane.name}: {fault.name} was not noticed within {self.limit} s')
            else:
                self.say(f'{lane.name}: too short to be noticed: nothing may be missing')

    # end

    def finish(self):
        """The streams end as they should; what the servers have is then complete."""
        for lane in self.lanes:
            lane.encoder.process.say('end\n')
        for lane in self.lanes:
            encoder = lane.encoder
            self.pump.wait(lanes.START_SECONDS, lambda encoder=encoder: not encoder.is_running())
            encoder.process.end()
            if not encoder.has_ended and not encoder.error:
                self.fail(f'{lane.name}: no EOS')
            if encoder.error:
                self.fail(f'{lane.name}: the encoder ended with an error: {encoder.error}')
            lane.server.process.end()

    def settle_down(self):
        """Without faults, until descriptors and threads are what they were."""
        for _ in range(leaks.LOOKS):
            self.pump.wait(leaks.QUIET_SECONDS, lambda: self.is_quiet() or not self.all_run())
            self.note_memory()

    def is_quiet(self):
        return self.memory.is_quiet(self.lanes)

    def check(self):
        for lane in self.lanes:
            account = lane.server.account(lane, self, plants.PLANTS.get(self.options.plant))
            self.accounts[lane.name] = account
            for problem in account.check():
                self.fail(problem)
            for line in account.lines():
                self.say(line)
            for problem in report.status_problems(lane.encoder) + report.recording_problems(lane):
                self.fail(f'{lane.name}: {problem}')
        for line, is_good in self.memory.verdict(report.is_sanitized(self.options.build)):
            (self.say if is_good else self.fail)(line)
        for problem in report.sanitizer_problems(self.folder):
            self.fail(problem)

    def clean_up(self):
        """Whatever fails of it, the rest is done."""
        with contextlib.ExitStack() as last:
            last.callback(self.log.close)
            last.callback(self.network.remove)
            for lane in self.lanes:
                for owner in (lane.encoder, *lane.others, lane.server):
                    if owner and owner.process:
                        last.callback(owner.process.end, signal.SIGKILL)
            if self.names:
                last.callback(self.names.end, signal.SIGKILL)

    def summary(self, seconds):
        struck = len(self.struck)
        self.say(f'{struck} faults in {seconds:.0f} s' + (f', one each {seconds / struck:.1f} s' if struck else ''))
        for fault in self.faults:
            rows = [(delays, recovery) for struck, delays, recovery in self.struck if struck is fault]
            delays = [delay for row, _ in rows for delay in row]
            if rows:
                owed = len(self.lanes) * len(rows)
                self.say(f'{fault.name}: {len(rows)} times, noticed by {len(delays)} of {owed} encoders'
                         + (f' within {max(delays):.2f} s' if delays else '')
                         + f', pushed again within {max(recovery for _, recovery in rows):.2f} s after the end')
        for lane in self.lanes:
            names = [status.name for status in lane.encoder.statuses]
            self.say(f'{lane.name}: {names.count("RECONNECT_START")} RECONNECT_START,'
                     f' {names.count("RECONNECT_END")} RECONNECT_END')
        self.say('passed' if not self.failures else f'{len(self.failures)} failures')

    def run(self):
        begin = time.monotonic()
        try:
            self.start()
            self.note_memory()
            self.run_faults()
            if self.all_run():
                self.settle_down()
            self.finish()
            self.check()
            self.summary(time.monotonic() - begin)
        except Interrupted as error:
            self.fail(f'interrupted by signal {error}')
        except (RuntimeError, OSError, network.Failed) as error:
            self.fail(str(error))
        finally:
            # nothing interrupts this
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            self.clean_up()
        return not self.failures


def interrupt(number, _):
    raise Interrupted(number)


def parse_options():
    names = [fault.name for fault in strikes.FAULTS]
    options = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    options.add_argument('--build', default='.', help='build folder (default: this one)')
    options.add_argument('--duration', type=float, default=3600, help='seconds (default 3600)')
    options.add_argument('--interval', type=float, default=10, help='seconds between faults (default 10)')
    options.add_argument('--seed', type=int, default=1, help='of the order and length of faults')
    options.add_argument('--only', action='append', metavar='FAULT', choices=[*names, 'none'],
                         help=f'may be given more than once: {", ".join(names)}; or none')
    options.add_argument('--timeout', type=int, default=5, help="the sink's timeout in seconds (default 5)")
    options.add_argument('--set', action='append', default=[], metavar='NAME=VALUE', help='more settings of the sink')
    options.add_argument('--plant', choices=sorted(plants.PLANTS), help='a bug in what was found: the run has to fail')
    options.add_argument('--work', metavar='FOLDER', help='for logs and recordings; kept')
    options.add_argument('--report', metavar='FILE', nargs='?', const='',
                         help='write a report (default docs/reports/faults-DATE.txt of the source folder)')
    given = options.parse_args()
    given.build = os.path.abspath(given.build)
    if not os.path.exists(os.path.join(given.build, 'tests/soak/soak-encoder')):
        options.error(f'{given.build} is no build folder, or not built')
    if os.getuid() != 0:
        options.error('network namespaces need root')
    return given


def main():
    options = parse_options()
    begin = datetime.datetime.now()
    run = Run(options)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    passed = run.run()
    if options.report is not None:
        report.write(options, begin, run.path('log'))
    if passed and not options.work:
        shutil.rmtree(run.folder)
    else:
        print(f'logs and recordings: {run.folder}')
    return 0 if passed else 1


if __name__ == '__main__':
    sys.exit(main())
