# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the attacks share: a publishing point as a process, requests byte by
byte, connections from several addresses of this machine."""

import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import unittest

PROGRAM, TESTS = map(os.path.abspath, sys.argv[1:3])
sys.path[:0] = [os.path.join(TESTS, part) for part in ('servers', 'browser')]
from processes import end_with_parent, wait_for  # noqa: E402,F401

CERTIFICATE = os.path.join(TESTS, 'support', 'server.pem')
DEADLINE = 20
HOST = b'Host: localhost\r\n'
# whole loopback network: other addresses are other customers
ATTACKER, OTHER = '127.0.0.1', '127.0.0.2'


class Point:
    """wms-pubpoint, listening on a free port."""

    def __init__(self, *options, files=None, **environment):
        self.folder = tempfile.TemporaryDirectory()
        self.log = os.path.join(self.folder.name, 'log')
        self.files = files
        with open(self.log, 'wb') as log:
            self.process = subprocess.Popen(
                [PROGRAM, '--port=0', *options], cwd=self.folder.name,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                env={**os.environ, **environment}, preexec_fn=self.begin)
        line = self.process.stdout.readline()
        assert line, self.read_log()
        self.port = int(re.search(rb':(\d+)/', line)[1])

    def begin(self):
        end_with_parent()
        if self.files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.files, self.files))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    def stop(self):
        """It has survived, and ends as it should."""
        self.process.terminate()
        self.process.stdout.close()
        status = self.process.wait(DEADLINE)
        assert status == 0, (status, self.read_log()[-3000:])

    def read_log(self):
        with open(self.log, 'rb') as log:
            return log.read()

    def connect(self, data=b'', address=ATTACKER):
        peer = socket.create_connection(('127.0.0.1', self.port), DEADLINE, (address, 0))
        peer.sendall(data)
        return peer

    def ask(self, data, address=ATTACKER):
        """What comes until the server closes."""
        with self.connect(data, address) as peer:
            return read_all(peer)

    def statuses(self, data):
        return [int(found) for found in re.findall(rb'HTTP/1\.\d (\d+) ', self.ask(data))]


def listen():
    """A server of the attacker's."""
    listener = socket.create_server(('127.0.0.1', 0))
    listener.settimeout(DEADLINE)
    return listener


def read_all(peer):
    answer = b''
    try:
        while piece := peer.recv(65536):
            answer += piece
    except ConnectionResetError:
        pass
    return answer


def read_head(peer):
    """Bytes up to an empty line, or the end."""
    head = b''
    while b'\r\n\r\n' not in head and (piece := peer.recv(65536)):
        head += piece
    return head


def read_request(peer):
    """A head, and a body that is not endless."""
    request = read_head(peer)
    head, _, body = request.partition(b'\r\n\r\n')
    length = re.search(rb'\r\nContent-Length: (\d{1,6})(?:\r|$)', head)
    missing = int(length[1]) - len(body) if length else 0
    while missing > 0 and (piece := peer.recv(missing)):
        request += piece
        missing -= len(piece)
    return request


def get(path, *headers):
    """A request after which the server closes."""
    return b''.join([b'GET ', path, b' HTTP/1.1\r\n', HOST, *headers,
                     b'Connection: close\r\n\r\n'])


def main():
    unittest.main(argv=sys.argv[:1], verbosity=2)
