#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An encoder for the terminal of tests/examples, used as people use it: in a
terminal, with Ctrl-C, passwords and servers that go away; and without one.

encoders.py ENCODER WMS-PUBPOINT
"""

import os
import re
import socket
import sys
import threading
import unittest

from rig import DEADLINE, PASSWORD, USER, Point, free_port, need_elements, run_piped, wait_for
from terminal import Terminal

ENCODER, POINT = map(os.path.abspath, sys.argv[1:3])
STATUSES = ['WMT_LOCATING', 'WMT_CONNECTING', 'WMT_OPENED', 'WMT_STARTED',
            'WMT_END_OF_STREAMING', 'WMT_STOPPED', 'WMT_CLOSED']
STATISTICS = r'streaming +\d+ kbit/s +(\d+) sent'


# of a stream that comes later than the muxer waits for it
LATE_STREAM = ('WMT_END_OF_SEGMENT', 'WMT_SOURCE_SWITCH', 'WMT_NEW_METADATA')


def statuses(text):
    found = re.findall(r'(WMT_\w+) +\w+: ', text)
    if 'TEST_UNDER_MEMCHECK' in os.environ:
        return [name for name in found if name not in LATE_STREAM]
    return found


class HostileServer:
    """Asks for a password in the name of a realm that would clear the screen."""

    ANSWER = (b'HTTP/1.1 401 Who\r\nServer: Cougar/9.6\r\nContent-Length: 0\r\n'
              b'WWW-Authenticate: Digest realm="Studio\x1b[2J", nonce="1", qop="auth"\r\n\r\n')

    def __init__(self):
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.listener.settimeout(DEADLINE)
        self.url = f'http://127.0.0.1:{self.listener.getsockname()[1]}/live'
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(DEADLINE)
        self.listener.close()

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                if peer.recv(65536):
                    peer.sendall(self.ANSWER)


class InTerminal(unittest.TestCase):
    def run_in_terminal(self, *arguments):
        terminal = Terminal(ENCODER, *arguments)
        self.addCleanup(terminal.__exit__)
        return terminal

    def end_well(self, terminal, point):
        """Ctrl-C: the server gets all, and is told of the end."""
        terminal.interrupt()
        self.assertEqual(terminal.end(), 0, terminal.seen)
        self.assertEqual(statuses(terminal.seen)[-3:], STATUSES[-3:])
        sent = int(re.findall(r'ended +\d+ kbit/s +(\d+) sent', terminal.seen)[-1])
        wait_for(lambda: point.point().get('state', 'waiting') == 'waiting', 'the session is left')
        return sent

    def test_push(self):
        with Point(POINT) as point:
            terminal = self.run_in_terminal(point.url)
            first = int(terminal.expect(STATISTICS)[1])
            self.assertGreater(int(terminal.expect(STATISTICS)[1]), first)
            point.wait_for_packets(10)
            sent = self.end_well(terminal, point)
            self.assertEqual(point.packets(), sent)
        self.assertEqual(statuses(terminal.seen), STATUSES)
        # statistics stay on one line, which is not wrapped
        self.assertRegex(terminal.seen, r'\r\x1b\[K\x1b\[\?7lstreaming[^\n]*\x1b\[\?7h\r\x1b\[K')

    def log_in(self, terminal, password, user=USER):
        terminal.expect('User: ')
        self.assertTrue(terminal.has_echo())
        terminal.type(user + '\n')
        terminal.expect('Password: ')
        self.assertFalse(terminal.has_echo())
        terminal.type(password + '\n')

    def test_password(self):
        with Point(POINT, has_password=True) as point:
            terminal = self.run_in_terminal(point.url)
            terminal.expect(r'127\.0\.0\.1 \(Studio\) asks who you are\.')
            self.log_in(terminal, PASSWORD)
            terminal.expect(STATISTICS)
            self.assertTrue(terminal.has_echo())
            self.end_well(terminal, point)
        self.assertNotIn(PASSWORD, terminal.seen)

    def test_wrong_password(self):
        with Point(POINT, has_password=True) as point:
            terminal = self.run_in_terminal(point.url)
            self.log_in(terminal, 'wrong')
            terminal.expect(f'The password of {USER} was refused')
            self.log_in(terminal, PASSWORD)
            terminal.expect(STATISTICS)
            self.end_well(terminal, point)

    def test_refused(self):
        with Point(POINT, has_password=True) as point:
            terminal = self.run_in_terminal(point.url)
            for number in range(3):
                self.log_in(terminal, f'wrong{number}')
            terminal.expect('WMT_ERROR +NS_E_SERVER_ACCESSDENIED')
            terminal.expect('Failed: ')
            self.assertEqual(terminal.end(), 1, terminal.seen)
            self.assertEqual(point.packets(), 0)

    def test_nobody(self):
        """An empty name, or Ctrl-D, gives up."""
        for typed in ('\n', '\x04'):
            with Point(POINT, has_password=True) as point:
                terminal = self.run_in_terminal(point.url)
                terminal.expect('User: ')
                terminal.type(typed)
                terminal.expect('Failed: ')
                self.assertEqual(terminal.end(), 1, terminal.seen)

    def test_interrupted_question(self):
        with Point(POINT, has_password=True) as point:
            terminal = self.run_in_terminal(point.url)
            terminal.expect('User: ')
            terminal.type(USER + '\n')
            terminal.expect('Password: ')
            terminal.interrupt()
            # before the last end of the terminal is closed with the program
            wait_for(terminal.has_echo, 'the terminal stays blind')
            self.assertEqual(terminal.end(), 0, terminal.seen)

    def test_hostile_realm(self):
        with HostileServer() as server:
            terminal = self.run_in_terminal(server.url)
            terminal.expect(r'\(Studio\?\[2J\) asks')
            terminal.interrupt()
            terminal.end()
        self.assertNotIn('\x1b[2J', terminal.seen)

    def test_server_back(self):
        with Point(POINT, has_password=True) as point:
            terminal = self.run_in_terminal(point.url)
            self.log_in(terminal, PASSWORD)
            terminal.expect(STATISTICS)
            point.kill()
            terminal.expect('WMT_RECONNECT_START +NS_E_')
            terminal.expect(r'reconnecting +\d+ kbit/s')
            point.start()
            terminal.expect('WMT_RECONNECT_END +S_OK')
            terminal.expect(STATISTICS)
            point.wait_for_packets()
            self.end_well(terminal, point)
        self.assertRegex(terminal.seen, r'ended .* 1 reconnects')

    def test_server_gone(self):
        """There is nobody to tell of the end: the second Ctrl-C does not wait."""
        with Point(POINT) as point:
            terminal = self.run_in_terminal(point.url)
            terminal.expect(STATISTICS)
            point.kill()
            terminal.expect('WMT_RECONNECT_START')
            terminal.interrupt()
            terminal.expect('reconnecting')
            terminal.interrupt()
            terminal.expect('has not taken the end')
            self.assertEqual(terminal.end(), 1, terminal.seen)

    def test_no_server(self):
        terminal = self.run_in_terminal(f'http://127.0.0.1:{free_port()}/live')
        terminal.expect('WMT_ERROR +NS_E_CANNOTCONNECT: No connection to the server')
        terminal.expect('Failed: ')
        self.assertEqual(terminal.end(), 1, terminal.seen)

    def test_wait(self):
        """Started before the server."""
        point = Point(POINT)
        terminal = self.run_in_terminal('--wait', point.url)
        terminal.expect('WMT_RECONNECT_START +NS_E_CANNOTCONNECT')
        with point:
            terminal.expect(STATISTICS)
            self.end_well(terminal, point)

    def test_sources(self):
        """Other sources than the test picture; one that fails."""
        with Point(POINT) as point:
            terminal = self.run_in_terminal(
                '--video=videotestsrc is-live=true pattern=ball num-buffers=30',
                '--audio=audiotestsrc is-live=true num-buffers=40', '--bitrate=100', point.url)
            self.assertEqual(terminal.end(), 0, terminal.seen)
            self.assertEqual(statuses(terminal.seen), STATUSES)
        terminal = self.run_in_terminal('--video=filesrc location=/none', 'http://127.0.0.1:1/live')
        terminal.expect('Failed: ')
        self.assertEqual(terminal.end(), 1, terminal.seen)


class Piped(unittest.TestCase):
    def test_credentials(self):
        """Of a file; the output is for a log, and SIGTERM ends the session."""
        with Point(POINT, has_password=True) as point:
            status, output = run_piped(ENCODER, '--interval=2', point.url, text=f'{USER}\n{PASSWORD}\n',
                                       interrupt_after=STATISTICS)
        self.assertEqual(status, 0, output)
        self.assertEqual(statuses(output), STATUSES, output)
        self.assertNotIn('\x1b', output)
        self.assertNotIn('\r', output)
        self.assertNotIn(PASSWORD, output)

    def test_no_credentials(self):
        with Point(POINT, has_password=True) as point:
            status, output = run_piped(ENCODER, point.url)
        self.assertEqual(status, 1, output)
        self.assertIn('Failed: ', output)

    def test_wrong_options(self):
        url = 'http://127.0.0.1:1/'
        for arguments, text in (
                ([], ''), (['--bitrate=0', url], 'from 1 to 1000000'),
                # 1000 times as many bits do not fit into 32
                (['--bitrate=4294968', url], 'from 1 to 1000000'), (['--interval=1000001', url], 'from 1 to 1000000'),
                (['--bitrate=99999999999999999999', url], ''), (['--interval=x', url], ''),
                (['ftp://127.0.0.1/'], 'http://server/point'), ([''], 'http://server/point'),
                (['--audio=audiotestsrc nosuch=1', url], 'no property "nosuch"'),
                (['--video=nosuch', url], 'no element "nosuch"\nIs its package installed')):
            status, output = run_piped(ENCODER, *arguments)
            self.assertEqual(status, 2, output)
            self.assertIn(text, output)
            self.assertNotIn('Traceback', output)


if __name__ == '__main__':
    need_elements('avenc_wmv2', 'timeoverlay')
    unittest.main(argv=sys.argv[:1])
