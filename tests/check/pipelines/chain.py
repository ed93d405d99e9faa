#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One encoder, one origin, two edges and their players, with the commands of
docs/chain.md: each player sees what the encoder made, picture by picture, from
the one it begins with to the last.

chain.py WMS-PUBPOINT CHAIN.MD SERVERS-FOLDER CERTIFICATE
"""

import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

POINT, PAGE, SERVERS, CERTIFICATE = map(os.path.abspath, sys.argv[1:5])
sys.path.insert(0, SERVERS)
from processes import Server, end_with_parent, free_port, wait_for  # noqa: E402

SKIPPED = 77
SECONDS = 20
# what a player gets until something is ended: pictures of the test source
ENOUGH = 60000
FRAMES = ('-fps_mode', 'passthrough', '-f', 'framemd5', '-')
NEEDED = ('gst-launch-1.0', 'ffmpeg', 'bash')


def command(name):
    """The one below its name in a block of the page."""
    with open(PAGE, encoding='utf-8') as page:
        return re.search(rf'^    # {name}\n((?:    .*\n)+)', page.read(), re.M)[1]


class Chain:
    """The machines of the page, as processes of this one."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = {name: free_port() for name in ('origin', 'edge1', 'edge2')}
        self.processes = {}
        for name in ('edge 1', 'edge 2', 'origin'):
            self.start_server(name)
        self.start('feed of edge 2')

    def localized(self, name):
        text = command(name).strip()
        for host, port in self.ports.items():
            text = text.replace(f'{host}.example.org:8080', f'127.0.0.1:{port}')
            text = text.replace(f'--host={host}.example.org', f'--port={port}')
        return text.replace('--port=8080 ', '').replace('0.0.0.0', '127.0.0.1')

    def log(self, name):
        return open(os.path.join(self.folder, name.replace(' ', '-') + '.log'), 'ab')

    def start_server(self, name, *more):
        words = shlex.split(self.localized(name)) + list(more)
        assert words[0] == 'wms-pubpoint', words
        self.processes[name] = Server(self.folder, name, [POINT, *words[1:]],
                                      self.ports[name.replace(' ', '')]).process

    def start(self, name, text=None):
        with self.log(name) as log:
            self.processes[name] = subprocess.Popen(
                ['bash', '-c', 'exec ' + text if text else self.localized(name)],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=end_with_parent, start_new_session=True)

    def end(self, name, number=signal.SIGTERM):
        """A process, and what it has started."""
        process = self.processes.pop(name)
        if name == 'feed of edge 2':
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        return process.wait(SECONDS)

    def close(self):
        for name in list(self.processes):
            self.end(name, signal.SIGKILL)

    def encode(self, reference):
        """The encoder, which keeps what it encodes in a file as well."""
        text = self.localized('encoder').replace('! asfmux', '! tee name=t ! queue ! asfmux')
        self.start('encoder', f'{text} t. ! queue ! matroskamux ! filesink location={reference}')

    def url(self, host):
        return f'http://127.0.0.1:{self.ports[host]}/live'

    def wait_for_programme(self, host):
        """A player has got a good piece of it."""
        wait_for_bytes('127.0.0.1', self.ports[host], ENOUGH)


def any_certificate():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def receive(connection, size):
    """Up to so many bytes.  Returns how many."""
    seen = 0
    while seen < size:
        piece = connection.recv(65536)
        if not piece:
            break
        seen += len(piece)
    return seen


def wait_for_bytes(address, port, size, context=None):
    """Plays until so much has come; asks again when there is nothing to play."""
    for _ in range(SECONDS * 2):
        seen = 0
        try:
            with socket.create_connection((address, port), timeout=SECONDS) as raw:
                with context.wrap_socket(raw) if context else raw as connection:
                    connection.sendall(b'GET /live HTTP/1.0\r\nHost: localhost\r\n\r\n')
                    seen = receive(connection, size)
        except OSError:
            pass
        if seen >= size:
            return
        time.sleep(0.5)  # nothing tells when a server is back
    raise AssertionError(f'nothing comes from port {port}')


def hashes(text):
    """Those of the pictures, of ffmpeg's framemd5."""
    return [line.split(',')[-1].strip() for line in text.splitlines()
            if line and not line.startswith('#')]


class Player:
    """ffmpeg, from now to the end of the programme."""

    def __init__(self, url):
        self.is_mms = url.startswith('mmsh:')
        self.process = subprocess.Popen(
            ['ffmpeg', '-v', 'error', '-i', url, *FRAMES],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, preexec_fn=end_with_parent)

    def close(self):
        """The test has failed, or this is over."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def pictures(self):
        output, errors = self.process.communicate(timeout=SECONDS)
        assert self.process.returncode == 0, errors
        # the end of a live programme is an error for its mmsh
        assert self.is_mms or not errors, errors
        return hashes(output)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.chain = Chain(self.folder.name)
        self.players = []
        self.reference = os.path.join(self.folder.name, 'reference.mkv')

    def tearDown(self):
        for player in self.players:
            player.close()
        self.chain.close()
        self.folder.cleanup()

    def play(self, url):
        self.players.append(Player(url))
        return self.players[-1]

    def end_programme(self):
        """As Ctrl-C does.  Returns what has been encoded, decoded."""
        self.assertEqual(self.chain.end('encoder', signal.SIGINT), 0)
        return self.decoded()

    def decoded(self):
        made = subprocess.run(
            ['ffmpeg', '-v', 'error', '-i', self.reference, *FRAMES],
            stdout=subprocess.PIPE, text=True, timeout=SECONDS, check=True)
        return hashes(made.stdout)

    def assert_end_of(self, made, seen, least=20):
        """The same pictures from the first to the last one, all in order."""
        self.assertGreaterEqual(len(seen), least)
        self.assertEqual(seen, made[-len(seen):])
        self.assertGreater(len(set(made)), len(made) // 2)


class ChainTest(Case):
    def test_programmes(self):
        """The encoder goes away and comes back."""
        for _ in range(2):
            self.chain.encode(self.reference)
            players = []
            for host in ('edge1', 'edge2'):
                players.append(self.play(self.chain.url(host)))
                self.chain.wait_for_programme(host)
                players.append(self.play(self.chain.url(host).replace('http:', 'mmsh:')))
                self.chain.wait_for_programme(host)
            made = self.end_programme()
            for player in players:
                self.assert_end_of(made, player.pictures())

    def test_edges_restarted(self):
        self.chain.encode(self.reference)
        for host in ('edge1', 'edge2'):
            self.chain.wait_for_programme(host)
        undisturbed = self.play(self.chain.url('edge2'))
        self.chain.end('edge 1', signal.SIGKILL)
        self.chain.start_server('edge 1')
        self.chain.wait_for_programme('edge1')
        player = self.play(self.chain.url('edge1'))
        self.chain.wait_for_programme('edge1')
        made = self.end_programme()
        self.assert_end_of(made, player.pictures())
        self.assert_end_of(made, undisturbed.pictures(), 40)

    def test_fed_edge_restarted(self):
        self.chain.encode(self.reference)
        for host in ('edge1', 'edge2'):
            self.chain.wait_for_programme(host)
        undisturbed = self.play(self.chain.url('edge1'))
        self.chain.end('edge 2', signal.SIGKILL)
        self.chain.start_server('edge 2')
        self.chain.wait_for_programme('edge2')
        player = self.play(self.chain.url('edge2'))
        self.chain.wait_for_programme('edge2')
        made = self.end_programme()
        self.assert_end_of(made, player.pictures())
        self.assert_end_of(made, undisturbed.pictures(), 40)

    def restart_origin(self, number):
        self.chain.encode(self.reference)
        for host in ('edge1', 'edge2'):
            self.chain.wait_for_programme(host)
        self.chain.end('origin', number)
        self.chain.start_server('origin')
        players = []
        for host in ('edge1', 'edge2'):
            self.chain.wait_for_programme(host)
            players.append(self.play(self.chain.url(host)))
            self.chain.wait_for_programme(host)
        made = self.end_programme()
        for player in players:
            self.assert_end_of(made, player.pictures())

    def test_origin_restarted(self):
        self.restart_origin(signal.SIGTERM)

    def test_origin_killed(self):
        """The edges keep its sessions for a while."""
        for name in ('edge 1', 'edge 2'):
            self.chain.end(name)
            self.chain.start_server(name, '--idle-timeout=10')
        self.restart_origin(signal.SIGKILL)


# who is connected to the origin as well
OTHERS = ('encoder', 'feed of edge 2')


class NginxTest(Case):
    """Players behind nginx, in front of the origin."""

    def setUp(self):
        if not shutil.which('nginx'):
            self.skipTest('no nginx')
        super().setUp()
        self.port = free_port()
        text = command('nginx.conf')
        text = text.replace('8443', f'127.0.0.1:{self.port}').replace(
            '127.0.0.1:8080', f'127.0.0.1:{self.chain.ports["origin"]}')
        for name in ('fullchain.pem', 'privkey.pem'):
            text = text.replace(name, CERTIFICATE)
        path = os.path.join(self.folder.name, 'nginx.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('daemon off; master_process off; pid nginx.pid; error_log stderr;\n' + text)
        self.server = Server(self.folder.name, 'nginx',
                             ['nginx', '-p', self.folder.name, '-e', 'stderr', '-c', path],
                             self.port)

    def tearDown(self):
        self.server.stop()
        super().tearDown()

    def connections(self):
        """Those to the origin."""
        port = self.chain.ports['origin']
        listed = subprocess.run(
            ['ss', '-Htn', 'state', 'established', f'dport = :{port}'],
            stdout=subprocess.PIPE, text=True, timeout=SECONDS, check=True)
        return len(listed.stdout.splitlines())

    def test_players(self):
        context = any_certificate()
        self.chain.encode(self.reference)
        self.chain.wait_for_programme('edge2')
        wait_for(lambda: self.connections() == len(OTHERS), 'not only these')
        players = [self.play(f'https://127.0.0.1:{self.port}/live') for _ in range(10)]
        # each player is a connection of its own, which the page says
        wait_for(lambda: self.connections() == len(OTHERS) + len(players),
                 'not one for each player')
        wait_for_bytes('127.0.0.1', self.port, ENOUGH, context)
        made = self.end_programme()
        for player in players:
            self.assert_end_of(made, player.pictures())

    def test_push(self):
        """Encoders have to go around it, as the page says."""
        context = any_certificate()
        with socket.create_connection(('127.0.0.1', self.port), timeout=SECONDS) as raw, \
                context.wrap_socket(raw) as connection:
            connection.sendall(b'POST /live HTTP/1.1\r\nHost: localhost\r\n'
                               b'Content-Type: application/x-wms-pushstart\r\n'
                               b'Content-Length: 2147483647\r\n\r\n')
            self.assertIn(b' 413 ', connection.recv(4096))


def main():
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        print('SKIP: no', ', '.join(missing))
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1], verbosity=2)


main()
