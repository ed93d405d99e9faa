#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each example pipeline of the element reference runs as it stands, to its end;
one that has none is ended with Ctrl-C, when the server has got something.

examples.py WMS-PUBPOINT SOURCE-FOLDER

They run in one folder, in the order of the elements, so that one reads the file
which another has written.  What each sends has to arrive.  Changed are ports
only.  Behind them the commands of docs/guide/remedies.txt run, on the file with
two streams that an example has written.
"""

import glob
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request

POINT, ROOT = map(os.path.abspath, sys.argv[1:3])
sys.path.insert(0, os.path.join(ROOT, 'tests', 'check', 'servers'))
from processes import Server, end_with_parent, free_port, wait_for  # noqa: E402

SKIPPED = 77
SECONDS = 60
NEEDED = ('gst-launch-1.0', 'ffprobe', 'bash')
OLD = 'test.wmv'                # the file that others read
ENCODED = ['wmv2', 'wmav2']     # in it
REMEDY = re.compile(r'`(gst-launch-1\.0 [^`]+)`')
EXAMPLE = re.compile(r'^ \* \|\[\n(.*?)^ \* \]\|$', re.M | re.S)
WRITTEN = re.compile(r'filesink location=(\S+)')
WRONG = re.compile(r'WARNING|ERROR|CRITICAL')
RECEIVED = re.compile(r'^wms_pubpoint_received_packets_total\{.*\} (\d+)$', re.M)


def examples():
    """(element, command) of each one."""
    for path in sorted(glob.glob(os.path.join(ROOT, 'gst', '*', 'gst*.h'))):
        with open(path, encoding='utf-8') as file:
            source = file.read()
        for lines in EXAMPLE.findall(source):
            element = re.search(r'SECTION:element-(\w+)', source)[1]
            yield element, re.sub(r'^ \* ?', '', lines, flags=re.M)


def remedies():
    """(file, command) of each one, with a file of an example as the old one."""
    path = os.path.join('docs', 'guide', 'remedies.txt')
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        for command in REMEDY.findall(file.read()):
            yield os.path.basename(path), command.replace('=OLD', f'={OLD}')


class Surroundings:
    """What examples send to, on free ports."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.server = Server(folder, 'wms-pubpoint',
                             [POINT, f'--port={self.port}'], self.port)
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind(('127.0.0.1', 0))

    def close(self):
        self.server.stop()
        self.rtp.close()

    def localized(self, command):
        return command.replace(':8080/', f':{self.port}/').replace(
            'port=5004', f'port={self.rtp.getsockname()[1]}')

    def received(self):
        """Packets that the publishing point has got."""
        with urllib.request.urlopen(
                f'http://127.0.0.1:{self.port}/metrics', timeout=SECONDS) as page:
            return sum(map(int, RECEIVED.findall(page.read().decode())))

    def run(self, command):
        """Its output."""
        before = self.received()
        process = subprocess.Popen(
            ['bash', '-c', self.localized(command)], cwd=self.folder, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, preexec_fn=end_with_parent,
            start_new_session=True)
        try:
            if 'num-buffers' not in command and 'filesrc' not in command:
                wait_for(lambda: self.received() > before, 'nothing arrives')
                os.killpg(process.pid, signal.SIGINT)
            output, _ = process.communicate(timeout=SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        assert process.returncode == 0, f'ended with {process.returncode}\n{output}'
        assert not WRONG.search(output), output
        assert 'wmspushsink' not in command or self.received() > before, \
            'nothing has arrived'

    def check_files(self, command):
        """What it has written has the streams that were encoded."""
        for name in WRITTEN.findall(command):
            read = subprocess.run(
                ['ffprobe', '-v', 'error', '-show_entries', 'stream=codec_name',
                 '-of', 'csv=p=0', name], cwd=self.folder, text=True, check=True,
                timeout=SECONDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            encoded = re.findall(r'avenc_(\w+)', command) or ENCODED
            got = [line for line in read.stdout.split() if line != 'unknown']
            assert sorted(got) == sorted(encoded), f'{name}: {read.stdout}'

    def check_rtp(self, command):
        if 'udpsink' in command:
            self.rtp.settimeout(SECONDS)
            assert self.rtp.recv(65536)[0] >> 6 == 2, 'no RTP'

    def problem(self, command):
        """What is wrong with an example, None when nothing is."""
        try:
            self.run(command)
            self.check_files(command)
            self.check_rtp(command)
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            return str(error) or type(error).__name__
        return None


def main():
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        print('SKIP: no', ', '.join(missing))
        sys.exit(SKIPPED)
    number = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        surroundings = Surroundings(folder)
        for number, (element, command) in enumerate(
                [*examples(), *remedies()], 1):
            wrong = surroundings.problem(command)
            failed += wrong is not None
            words = ' '.join(command.replace('\\', '').split())[:70]
            print(f'case: {"not " if wrong else ""}ok {number} - {element}: {words}')
            print(wrong or '', end='\n' if wrong else '', flush=True)
        surroundings.close()
    if not number:
        print('case: not ok 1 - no example was found')
    return 1 if failed or not number else 0


sys.exit(main())
