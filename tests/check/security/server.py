#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Strangers attack a publishing point.

server.py WMS-PUBPOINT TESTS-FOLDER
"""

import base64
import contextlib
import ctypes
import gzip
import json
import os
import socket
import ssl
import struct
import tempfile
import threading
import time
import unittest
import zlib
from contextlib import closing
from unittest import mock

import attack
from attack import (ATTACKER, CERTIFICATE, HOST, OTHER, Point, get, read_all, read_head,
                    wait_for)

import asfpush

# the second request of each attack; nothing else is answered with this type
SMUGGLED = get(b'/metrics')
ANSWERED = b'version=0.0.4'
STATUS = get(b'/status.json')
SETUP = (b'POST %s HTTP/1.1\r\n' + HOST + b'User-Agent: WMEncoder/12.0\r\n'
         b'Content-Type: application/x-wms-pushsetup\r\n%s'
         b'Connection: close\r\nContent-Length: %d\r\n\r\n')

# bytes behind "POST /a HTTP/1.1", to which others may see another end
SMUGGLING = (
    b'Content-Length: 0\r\nContent-Length: %d\r\n\r\n' % len(SMUGGLED),
    b'Content-Length: 0, 0\r\n\r\n',
    b'Content-Length: +0\r\n\r\n',
    b'Content-Length: 0x0\r\n\r\n',
    b'Content-Length : 0\r\n\r\n',
    b'Content-Length\x0c: %d\r\n\r\n' % len(SMUGGLED),
    b'"Content-Length": %d\r\n\r\n' % len(SMUGGLED),
    b'Transfer-Encoding\x0b: chunked\r\n\r\n',
    b'Transfer-Encoding\xa0: chunked\r\nContent-Length: 0\r\n\r\n',
    b'Content-Length: 18446744073709551616\r\n\r\n',
    b'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    b'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    b'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    b'Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n',
    b'Transfer-Encoding: \x0bchunked\r\nContent-Length: 0\r\n\r\n',
    b'X: y\rTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n',
    b'X: y\r\r\nContent-Length: 0\r\n\r\n',
    b'X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n',
    b'X: y\0\r\nContent-Length: 0\r\n\r\n',
)

# seconds; under memcheck nothing is that soon
SOON = 120 if 'TEST_UNDER_MEMCHECK' in os.environ else 6
# descriptors of a server that has few
FILES = 128
# lengths that libsoup wraps
WRAPPED = tuple(b'Content-Length: %d\r\n\r\n' % size
                for size in (-1, -100, -10 ** 12, 2 ** 64 - 100))
# a player that may ask while it plays, or waits for an encoder
PLAY = (b'GET /live HTTP/1.1\r\n' + HOST + b'User-Agent: NSPlayer/12.0.7601.1\r\n'
        b'Pragma: version11-enabled=1\r\nPragma: no-cache,rate=1.000,stream-time=0\r\n'
        b'Pragma: xPlayStrm=1\r\n\r\n')

# a filter for packets that lets none in: BPF_RET | BPF_K, 0 bytes
SO_ATTACH_FILTER = 26
LET_NOTHING_IN = struct.pack('HBBI', 6, 0, 0, 0)

# a packet with a byte of an object of 1,000 (ASF specification, 5.2)
TINY = struct.pack('<3sBBHHIHBBIBIIB', b'\x82\0\0', 0x50, 0x5d, 31, 0, 0, 40,
                   0x81, 0, 0, 8, 1000, 3000, 1)

# paths that lead out of a folder, or to somebody else's
TRAVERSAL = (
    b'/%2e%2e%2fescaped', b'/a%2f%2e%2e%2f%2e%2e%2fescaped', b'/..%2fescaped', b'/a%00b',
    b'/%c0%ae%c0%ae/escaped', b'/a%0d%0aX:%20y', b'/a%1b%5b31m', b'/a%7fb',
    b'/a%c2%9b31m',
)
# paths that are names, whatever they look like
NAMES = ('//escaped', '/a%5c..%5cescaped', '/-rf', '/%7e/.ssh', '/.hidden', '/a:b%7cc%3bd')


class Requests(unittest.TestCase):
    def test_smuggling(self):
        with Point() as point:
            for text in SMUGGLING:
                answer = point.ask(b'POST /a HTTP/1.1\r\n' + HOST + text + SMUGGLED)
                self.assertRegex(answer, rb'^HTTP/1.1 (400|411|501) ', text)
                self.assertNotIn(ANSWERED, answer, text)
            # what all see in the same way is two requests
            answer = point.ask(b'POST /a HTTP/1.1\r\n' + HOST
                               + b'Content-Length: 3\r\n\r\nabc' + SMUGGLED)
            self.assertIn(ANSWERED, answer)

    def test_smuggling_while_playing(self):
        """The same on a connection that libsoup does not read any more."""
        with Point() as point:
            for text in SMUGGLING + WRAPPED:
                with point.connect(PLAY) as player:
                    wait_for(lambda: players(point) == 1, 'no player')
                    player.sendall(b'POST /live HTTP/1.1\r\n' + HOST + text + PLAY)
                    answer = read_all(player)
                self.assertRegex(answer, rb'^HTTP/1.1 (400|411|501) ', text)
                self.assertEqual(answer.count(b'HTTP/1.1 '), 1, answer)
                wait_for(lambda: players(point) == 0, 'a player is left')

    def test_other_protocols(self):
        """No upgrade is offered, and none of a peer's is taken."""
        with Point() as point:
            for header in (b'Connection: Upgrade\r\nUpgrade: websocket\r\n'
                           b'Sec-WebSocket-Version: 13\r\n'
                           b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
                           b'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n'
                           b'HTTP2-Settings: AAMAAABkAAQAAP__\r\n'):
                self.assertIn(b' 200 OK\r\n', point.ask(get(b'/status.json', header)))
            self.assertEqual(point.statuses(b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), [505])

    def test_no_decompression(self):
        """A compressed body is a body like any other, and none of a PushSetup."""
        text = b'AutoDestroy: 1\r\n'
        with Point() as point:
            for coding, body in ((b'gzip', gzip.compress(text)),
                                 (b'deflate', zlib.compress(text))):
                self.assertEqual(point.statuses(
                    SETUP % (b'/a', b'Content-Encoding: %s\r\n' % coding, len(body))
                    + body), [400])
            self.assertEqual(point.statuses(SETUP % (b'/a', b'', len(text)) + text), [204])

    def test_ranges(self):
        """As many as fit: the answer is not made of them."""
        with Point() as point:
            answer = point.ask(get(b'/page/page.js', b'Range: bytes=' + b'0-,' * 3000
                                   + b'0-\r\n'))
            self.assertIn(b' 200 OK\r\n', answer)
            self.assertLess(len(answer), 50000)


class Sessions(unittest.TestCase):
    def test_encoder_without_an_answer(self):
        """A session that its encoder knows nothing of is not kept for it."""
        with Point() as point:
            encoder = point.connect()
            let_nothing_in(encoder)
            setup = SETUP % (b'/live', b'', 0)
            encoder.sendall(setup.replace(b'Connection: close\r\n', b''))
            wait_for(lambda: b'"state":"ready"' in point.ask(STATUS), 'no session')
            wait_for(lambda: point.statuses(setup) == [204], 'kept out')
            encoder.close()


class Names(unittest.TestCase):
    def test_traversal(self):
        with Point('--record=.') as point:
            for path in TRAVERSAL:
                self.assertEqual(point.statuses(SETUP % (path, b'', 0)), [400], path)

    def test_records_stay_in_their_folder(self):
        """Each path is one name of a file, in the folder."""
        with Point('--record=.') as point:
            for path in NAMES:
                with closing(asfpush.Encoder(point.port, path, 'a')) as encoder:
                    encoder.send_packets(3)
                    encoder.frame(b'E', bytes(4))
                    read_head(encoder.socket)
            point.stop()
            found = [os.path.relpath(os.path.join(folder, name), point.folder.name)
                     for folder, _, names in os.walk(point.folder.name)
                     for name in names if name != 'log']
        self.assertEqual(len(found), len(NAMES), found)
        for name in found:
            self.assertRegex(name, r'^\w[\w.-]*\.asf$')

    def test_links_are_not_followed(self):
        """Whoever can write there too has names ready for the next minute."""
        with Point('--record=.') as point:
            target = os.path.join(point.folder.name, 'target')
            now = int(time.time())
            for second in range(now, now + 60):
                stamp = time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(second))
                os.symlink(target, os.path.join(point.folder.name, f'live-{stamp}.asf'))
            with closing(asfpush.Encoder(point.port, '/live', 'a')) as encoder:
                encoder.send_packets(3)
                encoder.frame(b'E', bytes(4))
                read_head(encoder.socket)
            point.stop()
            self.assertFalse(os.path.exists(target))
            found = [entry.name for entry in os.scandir(point.folder.name)
                     if not entry.is_symlink() and entry.name != 'log']
        self.assertEqual(len(found), 1, found)
        self.assertRegex(found[0], r'^live-\w+-2\.asf$')

    def test_server_keeps_its_own(self):
        with Point() as point:
            for path in (b'/', b'/admin', b'/admin%2fx', b'/%61dmin/x', b'/status.json',
                         b'/page/x', b'/live.asx'):
                self.assertIn(point.statuses(SETUP % (path, b'', 0)), ([403], [404]), path)


class Crowds(unittest.TestCase):
    """One address takes what there is; who comes from another one is served."""

    def test_silent_handshakes(self):
        with Point(f'--tls-certificate={CERTIFICATE}') as point:
            hello = client_hello()
            crowd = [point.connect(hello) for _ in range(100)]
            # with those before it first, twelve seconds and more
            with encrypted(point.connect(address=OTHER), timeout=SOON) as peer:
                peer.sendall(STATUS)
                self.assertIn(b' 200 OK\r\n', read_head(peer))
            close_all(crowd)

    @unittest.skipIf('TEST_UNDER_MEMCHECK' in os.environ, 'valgrind keeps the hard limit')
    def test_slow_heads(self):
        """More connections than there are descriptors, which say little."""
        for said in (b'', b'GET / HTTP/1.1\r\nHost: loc'):
            with Point(files=FILES) as point:
                crowd = [point.connect(said) for _ in range(FILES)]
                # they have a second to say more
                wait_for(lambda: point.ask(STATUS, OTHER)[:15] == b'HTTP/1.1 200 OK',
                         'kept out')
                close_all(crowd)

    def test_all_places(self):
        with Point('--max-players=10') as point:
            crowd = [wait_to_play(point) for _ in range(10)]
            self.assertEqual(point.statuses(get(b'/live')), [503])
            newcomer = ask_to_play(point, OTHER)
            # the newest of the crowd gives way
            self.assertIn(b' 503 ', read_head(crowd.pop()))
            with closing(asfpush.Encoder(point.port, '/live', 'a')) as encoder:
                encoder.send_packets(2)
                self.assertIn(b' 200 OK\r\n', read_head(newcomer))
            close_all(crowd + [newcomer])

    def test_places_are_shared(self):
        """Who has half of them or less is left alone."""
        with Point('--max-players=4') as point:
            crowd = [wait_to_play(point, address) for address in
                     (ATTACKER, ATTACKER, OTHER, OTHER)]
            self.assertIn(b' 503 ', point.ask(get(b'/live'), '127.0.0.3'))
            close_all(crowd)

    def test_busy_encoder(self):
        """Packets that weigh little and are much work, as fast as they are taken."""
        with Point() as point, \
                mock.patch.object(asfpush, 'PACKET_SIZE', 60000), \
                closing(asfpush.Encoder(point.port, '/live', 'a')) as encoder:
            sender = threading.Thread(target=send_always, args=(
                encoder.socket, b'$D' + struct.pack('<H', len(TINY)) + TINY))
            sender.start()
            wait_for(lambda: received(point) > 100, 'no packets')
            for _ in range(5):
                self.assertEqual(point.statuses(STATUS), [200])
            encoder.socket.shutdown(socket.SHUT_RDWR)
            sender.join()

    def test_wrong_passwords(self):
        """Who tries passwords locks nobody else out."""
        with tempfile.NamedTemporaryFile('w') as passwords:
            passwords.write(asfpush.password_line('me', 'r', 'right'))
            passwords.flush()
            with Point(f'--player-passwords={passwords.name}') as point:
                request = get(b'/status.json', basic('me', 'wrong'))
                found = [point.statuses(request)[0] for _ in range(30)]
                self.assertEqual(found[:20], [401] * 20)
                self.assertIn(429, found[20:])
                answer = point.ask(get(b'/status.json', basic('me', 'right')), OTHER)
                self.assertIn(b' 200 OK\r\n', answer)


def let_nothing_in(peer):
    """From now on: what comes is neither read nor acknowledged."""
    program = ctypes.create_string_buffer(LET_NOTHING_IN, len(LET_NOTHING_IN))
    peer.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                    struct.pack('HL', 1, ctypes.addressof(program)))


def send_always(peer, frame):
    with contextlib.suppress(OSError):
        while True:
            peer.sendall(frame * 10000)


def received(point):
    points = json.loads(point.ask(STATUS).split(b'\r\n\r\n')[1])['points']
    return points[0]['totals']['received_packets']


def basic(user, password):
    code = base64.b64encode(f'{user}:{password}'.encode())
    return b'Authorization: Basic ' + code + b'\r\n'


def ask_to_play(point, address):
    return point.connect(b'GET /live HTTP/1.1\r\n' + HOST + b'\r\n', address)


def wait_to_play(point, address=ATTACKER):
    """A player that waits for an encoder, and is known to."""
    number = players(point)
    peer = ask_to_play(point, address)
    wait_for(lambda: players(point) == number + 1, 'no player')
    return peer


def players(point):
    return json.loads(point.ask(STATUS).split(b'\r\n\r\n')[1])['server']['players']


def client_hello():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        trusting().wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()


def trusting():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def encrypted(peer, timeout):
    peer.settimeout(timeout)
    return trusting().wrap_socket(peer)


def close_all(peers):
    for peer in peers:
        peer.close()


if __name__ == '__main__':
    attack.main()
