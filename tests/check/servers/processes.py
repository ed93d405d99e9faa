# SPDX-License-Identifier: LGPL-2.1-or-later
"""Server processes of a test: started on free loopback ports, ended with it."""

import ctypes
import os
import signal
import socket
import subprocess
import time

DEADLINE = 20
PR_SET_PDEATHSIG = 1


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def end_with_parent():
    """In the child: it ends also when this test is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def is_listening(port):
    try:
        with socket.create_connection(('127.0.0.1', port), timeout=1):
            return True
    except OSError:
        return False


def wait_for(condition, text):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, text
        time.sleep(0.02)  # no event tells of a port that opens


class Server:
    """A process that listens on `port`."""

    def __init__(self, folder, name, arguments, port, **environment):
        self.port = port
        self.log = os.path.join(folder, f'{name}.out')
        with open(self.log, 'wb') as output:
            self.process = subprocess.Popen(
                arguments, cwd=folder, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                preexec_fn=end_with_parent)
        try:
            wait_for(self.is_up, f'{name} does not listen')
        except AssertionError:
            self.stop()
            with open(self.log, encoding='utf-8', errors='replace') as output:
                print(output.read())
            raise

    def is_up(self):
        assert self.process.poll() is None, 'it has ended'
        return is_listening(self.port)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def run(arguments, folder, text=None, **environment):
    """A command that has to succeed; its output."""
    result = subprocess.run(
        arguments, cwd=folder, input=text, text=True, timeout=DEADLINE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, **environment})
    assert result.returncode == 0, f'{arguments}: {result.stdout}'
    return result.stdout
