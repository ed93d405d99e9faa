#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Strangers attack a publishing point.

server.py WMS-PUBPOINT TESTS-FOLDER
"""

import base64
import contextlib
import json
import os
import ssl
import tempfile
import unittest
from contextlib import closing

import attack
from attack import ATTACKER, CERTIFICATE, HOST, OTHER, Point, get, read_head, wait_for

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

# paths that lead out of a folder, or to somebody else's
TRAVERSAL = (
    b'/%2e%2e%2fescaped', b'/a%2f%2e%2e%2f%2e%2e%2fescaped', b'/..%2fescaped', b'/a%00b',
    b'/%c0%ae%c0%ae/escaped', b'/a%0d%0aX: y',
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
        """A compressed body is a body like any other."""
        with Point() as point:
            body = bytes.fromhex('1f8b08000000000000ff') + b'0' * 100
            for coding in (b'gzip', b'deflate', b'br'):
                self.assertEqual(point.statuses(
                    SETUP % (b'/a', b'Content-Encoding: %s\r\n' % coding, len(body))
                    + body), [400])

    def test_ranges(self):
        """As many as fit: the answer is not made of them."""
        with Point() as point:
            answer = point.ask(get(b'/page/page.js', b'Range: bytes=' + b'0-,' * 3000
                                   + b'0-\r\n'))
            self.assertIn(b' 200 OK\r\n', answer)
            self.assertLess(len(answer), 50000)


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

    def test_server_keeps_its_own(self):
        with Point() as point:
            for path in (b'/', b'/admin', b'/admin%2fx', b'/%61dmin/x', b'/status.json',
                         b'/page/x', b'/live.asx'):
                self.assertIn(point.statuses(SETUP % (path, b'', 0)), ([403], [409]), path)


class Crowds(unittest.TestCase):
    """One address takes what there is; who comes from another one is served."""

    def test_silent_handshakes(self):
        with Point(f'--tls-certificate={CERTIFICATE}') as point:
            hello = client_hello()
            crowd = [point.connect(hello) for _ in range(100)]
            # with those before it first, twelve seconds and more
            with encrypted(point.connect(address=OTHER), timeout=6) as peer:
                peer.sendall(STATUS)
                self.assertIn(b' 200 OK\r\n', read_head(peer))
            close_all(crowd)

    def test_slow_heads(self):
        """More connections than there are descriptors, which say little."""
        for said in (b'', b'GET / HTTP/1.1\r\nHost: loc'):
            with Point(files=128) as point:
                crowd = [point.connect(said) for _ in range(100)]
                wait_for(lambda: point.statuses(STATUS) == [200], 'kept out')
                self.assertEqual(point.ask(STATUS, OTHER)[:15], b'HTTP/1.1 200 OK')
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
