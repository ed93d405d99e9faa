# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs in a terminal of their own."""

import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time

from rig import DEADLINE, end_with_parent


class Terminal:
    """A program with a terminal that is its controlling one: Ctrl-C is typed."""

    def __init__(self, *command, **environment):
        self.seen = ''
        self.place = 0
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**os.environ, 'LC_ALL': 'C.UTF-8', **environment}, preexec_fn=self.begin)
        os.close(slave)

    @staticmethod
    def begin():
        end_with_parent()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE)
        os.close(self.master)

    def read(self, seconds):
        """False at the end of the program's output."""
        if not select.select([self.master], [], [], max(seconds, 0))[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:                 # EIO: nobody has it open any more
            return False
        self.seen += data.decode(errors='replace')
        return bool(data)

    def expect(self, pattern):
        """Waits for what comes behind what was expected before."""
        deadline = time.monotonic() + DEADLINE
        while not (found := re.compile(pattern).search(self.seen, self.place)):
            assert self.read(deadline - time.monotonic()), f'ended without {pattern}:\n{self.seen}'
            assert time.monotonic() < deadline, f'no {pattern} in:\n{self.seen}'
        self.place = found.end()
        return found

    def type(self, text):
        os.write(self.master, text.encode())

    def has_echo(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def end(self):
        """The exit code, when it ends by itself."""
        deadline = time.monotonic() + DEADLINE
        while self.read(deadline - time.monotonic()):
            assert time.monotonic() < deadline, f'it does not end:\n{self.seen}'
        return self.process.wait(DEADLINE)

    def interrupt(self):
        """Ctrl-C, as it is typed."""
        self.type('\x03')
