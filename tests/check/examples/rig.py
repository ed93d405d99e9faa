# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the examples share: a publishing point, programs without a
terminal."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

CHECK = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(CHECK, part) for part in ('servers', 'browser')]
from asfpush import password_line  # noqa: E402
from processes import Server, end_with_parent, free_port, wait_for  # noqa: E402,F401

DEADLINE = 30
USER, PASSWORD = 'encoder', 'Tops3cret'
SKIPPED = 77


class Point:
    """A publishing point that can be killed, and started again at its port."""

    def __init__(self, program, *options, has_password=False):
        self.folder = tempfile.TemporaryDirectory()
        self.port = free_port()
        self.command = [program, f'--port={self.port}', *options]
        if has_password:
            passwords = os.path.join(self.folder.name, 'encoders')
            with open(passwords, 'w', encoding='utf-8') as file:
                file.write(password_line(USER, 'Studio', PASSWORD))
            self.command.append(f'--encoder-passwords={passwords}')
        self.url = f'http://127.0.0.1:{self.port}/live'
        self.server = None

    def start(self):
        self.server = Server(self.folder.name, 'point', self.command, self.port)
        return self

    __enter__ = start

    def __exit__(self, *_):
        self.server.stop()
        self.folder.cleanup()

    def kill(self):
        self.server.process.kill()
        self.server.process.wait(DEADLINE)

    def point(self):
        """What its status page tells of the programme; nothing before there is one."""
        try:
            with urllib.request.urlopen(f'http://127.0.0.1:{self.port}/status.json', timeout=DEADLINE) as answer:
                points = json.load(answer)['points']
        except urllib.error.URLError:
            return {}
        return points[0] if points else {}

    def packets(self):
        return self.point().get('totals', {}).get('received_packets', 0)

    def wait_for_packets(self, count=1):
        wait_for(lambda: self.packets() >= count, 'no packet has arrived')


def run_piped(*command, text='', interrupt_after=None, **environment):
    """Without a terminal: exit code and output.  SIGTERM follows a line."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, env={**os.environ, **environment}, preexec_fn=end_with_parent)
    process.stdin.write(text)
    process.stdin.close()
    output = ''
    for line in process.stdout:
        output += line
        if interrupt_after and re.search(interrupt_after, line):
            process.send_signal(signal.SIGTERM)
            interrupt_after = None
    process.stdout.close()
    return process.wait(DEADLINE), output


def need_elements(*names):
    """Ends the test as skipped where one is not there."""
    for name in names:
        if subprocess.run(['gst-inspect-1.0', name], stdout=subprocess.DEVNULL).returncode:
            print(f'SKIP: there is no element {name}')
            sys.exit(SKIPPED)
