# SPDX-License-Identifier: LGPL-2.1-or-later
"""Child processes: started in a namespace, read line by line, ended by their id."""

import ctypes
import os
import selectors
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
END_SECONDS = 10


def end_with_parent():
    """In the child: it ends also when the parent is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Pump:
    """Reads what all children say while the program waits."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.tick = None

    def wait(self, seconds, condition=None):
        """Returns whether `condition` came true, at once then."""
        deadline = time.monotonic() + seconds
        while True:
            if condition and condition():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for key, _ in self.selector.select(min(left, 0.1)):
                key.data.read()
            if self.tick:
                self.tick()


class Process:
    """`heard` gets each line of the standard output; standard error goes to a file."""

    def __init__(self, pump, name, command, folder, heard, environment=None):
        self.pump = pump
        self.name = name
        self.heard = heard
        self.rest = b''
        self.errors = os.path.join(folder, f'{name}.err')
        with open(self.errors, 'ab') as errors:
            # a session of its own: Ctrl-C is for the parent
            self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                          env={**os.environ, **(environment or {})}, preexec_fn=end_with_parent,
                                          start_new_session=True, bufsize=0)
        self.pid = self.child.pid
        pump.selector.register(self.child.stdout, selectors.EVENT_READ, self)
        self.is_open = True

    def read(self):
        data = os.read(self.child.stdout.fileno(), 65536)
        if not data:
            self.forget()
            return
        *lines, self.rest = (self.rest + data).split(b'\n')
        for line in lines:
            self.heard(line.decode(errors='replace'))

    def forget(self):
        if self.is_open:
            self.pump.selector.unregister(self.child.stdout)
        self.is_open = False

    def is_running(self):
        return self.child.poll() is None

    def send(self, number):
        if self.is_running():
            self.child.send_signal(number)

    def say(self, text):
        try:
            self.child.stdin.write(text.encode())
        except OSError:
            pass                # it has gone, which is_running() tells

    def end(self, number=signal.SIGTERM, seconds=END_SECONDS):
        """Returns whether it ended by itself in time; it is gone in any case."""
        self.send(number)
        in_time = self.pump.wait(seconds, lambda: not self.is_running())
        self.send(signal.SIGKILL)
        self.child.wait()
        while self.is_open:
            self.read()
        self.child.stdin.close()
        self.child.stdout.close()
        return in_time


def memory(pid):
    """Resident bytes that are the process's own."""
    with open(f'/proc/{pid}/smaps_rollup', encoding='ascii') as file:
        fields = dict(line.split(':', 1) for line in file if ':' in line[:20])
    return 1024 * sum(int(fields[name].split()[0]) for name in ('Private_Clean', 'Private_Dirty'))


def descriptors(pid):
    return len(os.listdir(f'/proc/{pid}/fd'))


def threads(pid):
    return len(os.listdir(f'/proc/{pid}/task'))


def unread_bytes(pid, port):
    """What the kernel has taken for the established connections of a port and nobody has read."""
    total = 0
    with open(f'/proc/{pid}/net/tcp', encoding='ascii') as file:
        for line in list(file)[1:]:
            _, local, _, state, queues = line.split()[:5]
            if int(local.split(':')[1], 16) == port and state != '0A':
                total += int(queues.split(':')[1], 16)
    return total
