# SPDX-License-Identifier: LGPL-2.1-or-later
"""A lane is an encoder and the server that it pushes to; there are two of them, since there are two receivers.

| lane | server | what it got |
| A | wms-pubpoint | its recordings: whole media objects, at times of their own |
| B | receiver.py | its log: a line for each packet |
"""

import collections
import glob
import os
import signal
import subprocess
import time

import accounts
import asfobjects
import objectaccounts
import processes
from network import ENCODER, SERVER

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = '/usr/bin/python3'
START_SECONDS = 20
DOMAIN = 'wms.test'

Status = collections.namedtuple('Status', 'time name hresult stats')
Sample = collections.namedtuple('Sample', 'time handled sent unacknowledged bytes')
# packets: or media objects, as the lane's account wants them
Session = collections.namedtuple('Session', 'name packets')


def fields(words):
    return {name: int(value) for name, _, value in (word.partition('=') for word in words)}


def handled(stats):
    """Packets whose fate is known: sent, dropped or refused, in their order."""
    return sum(stats.get(f'packets-{fate}', 0) for fate in ('sent', 'dropped', 'refused'))


class Encoder:
    """What the encoder has said, and what is in its memory."""

    def __init__(self, run, name, location, settings, side=ENCODER, pattern='snow', trust=None):
        self.run = run
        self.name = name
        self.packets = run.path(f'{name}.packets')
        self.data = run.path(f'{name}.data')
        self.statuses = []
        self.samples = []
        self.stats = {}
        self.heap = 0
        self.error = None
        self.is_up = False          # by its statuses
        self.notes = []
        self.has_ended = False
        command = [*run.network.inside(side), 'unshare', '--mount', '--propagation', 'private', 'sh', '-c',
                   'mount --bind "$0" /etc/resolv.conf && exec "$@"', run.resolv_conf,
                   run.encoder_program, f'--location={location}', f'--packets={self.packets}', f'--data={self.data}',
                   f'--pattern={pattern}']
        command += [f'--set={setting}' for setting in settings]
        command += [f'--trust={trust}'] if trust else []
        self.process = processes.Process(run.pump, name, command, run.folder, self.heard, run.environment)

    def heard(self, line):
        stamp, kind, *words = line.split()
        stamp = float(stamp)
        if kind == 'sample':
            self.take_sample(stamp, fields(words))
        elif kind == 'status':
            self.take_status(stamp, words)
        else:
            if kind == 'error':
                self.error = self.error or ' '.join(words)
            elif kind == 'note':
                self.notes.append(' '.join(words))
            self.has_ended = self.has_ended or kind == 'eos'
            self.run.say(f'{self.name} {kind} {" ".join(words)}', stamp)

    def take_sample(self, stamp, stats):
        self.stats = stats
        self.heap = stats['heap']
        self.keep_sample(stamp, stats)

    def keep_sample(self, stamp, stats):
        """In their order, whichever thread tells them first."""
        sample = Sample(stamp, handled(stats), stats.get('packets-sent', 0), stats.get('bytes-unacknowledged', 0),
                        stats.get('bytes-sent', 0))
        last = self.samples[-1] if self.samples else sample
        if sample.time >= last.time and sample.handled >= last.handled:
            self.samples.append(sample)

    def take_status(self, stamp, words):
        name, hresult, *rest = words
        name = name.replace('WMT_', '')
        stats = fields(rest)
        self.statuses.append(Status(stamp, name, hresult, stats))
        if name == 'RECONNECT_START':
            self.keep_sample(stamp, stats)
        text = f'{self.name} {name}' + ('' if hresult == 'S_OK' else f' {hresult}')
        if stats.get('http'):
            text += f' http={stats["http"]}'
        if name in ('RECONNECT_START', 'RECONNECT_END', 'CLOSED'):
            text += (f' sent={stats.get("packets-sent")} dropped={stats.get("packets-dropped")}'
                     f' unacknowledged={stats.get("bytes-unacknowledged")}')
        self.run.say(text, stamp)
        if name in ('RECONNECT_START', 'CLOSED'):
            self.is_up = False
        elif name == 'STARTED' or (name == 'RECONNECT_END' and hresult == 'S_OK'):
            self.is_up = True

    def first_since(self, begin, *names):
        return next((status for status in self.statuses if status.time >= begin and status.name in names), None)

    def is_running(self):
        return self.process.is_running()

    def sent_packets(self):
        """[(time, (Send Time, sum), bytes on the wire)] of all that came to the sink."""
        found = []
        with open(self.packets, encoding='ascii') as file:
            for line in file:
                if line.endswith('\n'):
                    _, stamp, send_ms, packet_sum, size = line.split()
                    found.append((float(stamp), (int(send_ms), packet_sum), int(size)))
        return found


class Server:
    """The place where a lane's server is, and what stands in it; `sessions` tells what it got."""

    scheme = 'http'
    record_size = 0             # bytes that are lost with the last one of them

    def __init__(self, run, lane, port):
        self.run = run
        self.lane = lane
        self.port = port
        self.process = None
        self.is_frozen = False
        self.generation = 0
        self.lines = []
        self.unread = []            # (time, bytes) that were lost in the server's own queue

    def command(self, name):
        raise NotImplementedError

    def sessions(self):
        raise NotImplementedError

    def start(self):
        self.generation += 1
        self.place(f'{self.lane}{self.generation:03}', self.command(f'{self.lane}{self.generation:03}'))

    def start_instead(self, kind):
        self.place(f'{self.lane}-{kind}', [PYTHON, f'{HERE}/standin.py', kind, f'--port={self.port}'])

    def place(self, name, command):
        self.lines = []
        self.process = processes.Process(self.run.pump, name, [*self.run.network.inside(SERVER), *command],
                                         self.run.folder, self.lines.append, self.run.environment)
        if not self.run.pump.wait(START_SECONDS, lambda: self.lines or not self.process.is_running()) \
                or not self.lines:
            raise RuntimeError(f'{name} does not start: see {self.process.errors}')

    def freeze(self):
        self.process.send(signal.SIGSTOP)
        self.is_frozen = True

    def thaw(self):
        self.process.send(signal.SIGCONT)
        self.is_frozen = False

    def end(self):
        """Politely.  What comes behind its last answer is thrown away."""
        begin = time.monotonic()
        if not self.process.end():
            self.run.fail(f'{self.process.name} did not end in time')
        self.unread.append((begin, None))

    def kill(self):
        """With nothing on its way in, so that what it has not read can be counted."""
        self.freeze()
        self.run.network.drop_to(self.port)
        unread = processes.unread_bytes(self.process.pid, self.port)
        self.unread.append((time.monotonic(), unread))
        self.process.end(signal.SIGKILL)
        self.is_frozen = False
        self.run.network.heal()


class PubPoint(Server):
    account = objectaccounts.ObjectAccount

    def command(self, name):
        folder = self.run.path(f'{name}.recordings')
        os.makedirs(folder, exist_ok=True)
        return [self.run.pubpoint_program, '--address=0.0.0.0', f'--port={self.port}', f'--host=*.{DOMAIN}',
                f'--record={folder}']

    def recordings(self):
        """As they were begun: "-2" comes after the first one of its second."""
        def order(path):
            stem, _, number = path[:-len('.asf')].rpartition('Z')
            return stem, int(number.lstrip('-') or 1)
        return sorted(glob.glob(self.run.path(f'{self.lane}[0-9][0-9][0-9].recordings/*.asf')), key=order)

    def sessions(self):
        for path in self.recordings():
            yield Session(os.path.basename(path), asfobjects.of_recording(path))


class SecurePubPoint(PubPoint):
    scheme = 'wmspushs'
    record_size = 16384

    def certificate(self):
        """Of its own, which the encoder trusts; with its key."""
        path = self.run.path(f'{self.lane}.pem')
        if not os.path.exists(path):
            host = f'{self.lane.lower()}.{DOMAIN}'
            subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                            '-days', '30', '-subj', f'/CN={host}', '-addext', f'subjectAltName=DNS:{host}',
                            '-keyout', path, '-out', path + '.crt'], check=True, stderr=subprocess.DEVNULL, timeout=60)
            with open(path, 'a', encoding='ascii') as file, open(path + '.crt', encoding='ascii') as other:
                file.write(other.read())
        return path

    def command(self, name):
        path = self.certificate()
        return [*super().command(name), f'--tls-certificate={path}', f'--tls-key={path}']


class Receiver(Server):
    account = accounts.Account

    def command(self, name):
        return [PYTHON, f'{HERE}/receiver.py', '--address=0.0.0.0', f'--port={self.port}',
                f'--log={self.run.path(name)}.log']

    def recordings(self):
        return sorted(glob.glob(self.run.path(f'{self.lane}[0-9][0-9][0-9].log')))

    def sessions(self):
        for path in self.recordings():
            session = None
            with open(path, encoding='ascii') as file:
                for line in file:
                    _, kind, *words = line.split()
                    if kind == 'header':
                        if session:
                            yield session
                        session = Session(os.path.basename(path), [])
                    elif kind == 'packet':
                        session.packets.append((int(words[0]), words[1]))
                    elif kind == 'wrong':
                        self.run.fail(f'{os.path.basename(path)}: {" ".join(words)}')
            if session:
                yield session


class Lane:
    def __init__(self, run, name, server_class, port, settings=()):
        self.name = name
        self.run = run
        self.server = server_class(run, name, port)
        self.port = port
        self.settings = settings    # of the sink, besides those of all lanes
        self.encoder = None
        self.others = []            # second encoders

    def start(self, settings):
        self.server.start()
        trust = self.server.certificate() if self.server.scheme == 'wmspushs' else None
        self.encoder = Encoder(self.run, self.name, f'{self.server.scheme}://{self.host()}:{self.port}/live',
                               [*settings, *self.settings], trust=trust)

    def host(self):
        return f'{self.name.lower()}.{DOMAIN}'

    def may_drop(self):
        """Whether its sink drops packets without a loss."""
        return 'leaky=keyframe' in self.settings

    def start_other(self):
        """An encoder in the server's namespace, for the same point."""
        name = f'{self.name}x{len(self.others) + 1}'
        self.others.append(Encoder(self.run, name, f'http://127.0.0.1:{self.port}/live', [], SERVER, 'smpte'))
        return self.others[-1]
