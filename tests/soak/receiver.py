#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A second receiver of a push, written from [MS-WMHTTP] 3.2 and none of the project's code.

It writes a line for each thing that comes, at once, so that nothing is lost when it is killed:

    TIME open SESSION | resume SESSION | header | packet SEND-TIME SUM BYTES | end REASON | lost BYTES | refuse STATUS
    TIME wrong WHAT

`wrong` is what no encoder may do.  The same push-id may come back at any time: the connection that it had is read to
its end first, then closed.
"""

import argparse
import os
import re
import secrets
import selectors
import signal
import socket
import struct
import time

import asfpackets

SETUP = 'application/x-wms-pushsetup'
START = 'application/x-wms-pushstart'
AGENT = re.compile(r'WMEncoder/(9|10|11|12)\.0')
IDLE_SECONDS = 60               # 3.2.2
# what may follow what (S5): 3.2.5.3 to 3.2.5.7
LEGAL = {None: 'H', 'H': 'DEF', 'C': 'DEF', 'D': 'DEF', 'E': 'CEF', 'F': 'CDEF'}


class Session:
    """What the server keeps of an encoder."""

    def __init__(self, number):
        self.number = number
        self.push_id = secrets.token_hex(16)
        self.connection = None
        self.last = None
        self.send_ms = -1
        self.deadline = 0
        self.touch()

    def touch(self):
        self.deadline = time.monotonic() + IDLE_SECONDS


class Connection:
    def __init__(self, receiver, peer):
        self.receiver = receiver
        self.peer = peer
        self.data = b''
        self.session = None         # while a PushStart runs
        self.left = 0
        self.is_closing = False     # what still comes is thrown away
        peer.setblocking(False)

    def read(self):
        """All that is there.  Returns whether there may be more later."""
        while True:
            try:
                data = self.peer.recv(65536)
            except BlockingIOError:
                return True
            except OSError:
                data = b''
            if not data:
                self.over()
                return False
            if not self.is_closing:
                self.data += data
                self.take()

    def take(self):
        before = None
        while len(self.data) != before and not self.is_closing:
            before = len(self.data)
            if self.session:
                self.take_frame()
            else:
                self.take_request()

    def take_request(self):
        head, end, rest = self.data.partition(b'\r\n\r\n')
        if not end:
            return
        lines = head.decode('latin-1').split('\r\n')
        fields = {n.strip().lower(): v.strip() for n, _, v in (line.partition(':') for line in lines[1:])}
        length = int(fields.get('content-length', '0'))
        self.data = rest
        if fields.get('content-type') == SETUP:
            if len(rest) < length:
                self.data = head + end + rest
                return
            self.data = rest[length:]
        self.receiver.answer(self, lines[0].split()[0], fields, length)

    def take_frame(self):
        if len(self.data) < 4:
            return
        size = struct.unpack_from('<H', self.data, 2)[0]
        if self.data[0] != 0x24:
            self.receiver.refuse(self, 400, 'no packet where one should begin')
        elif len(self.data) >= 4 + size:
            kind, body = chr(self.data[1]), self.data[4:4 + size]
            self.data = self.data[4 + size:]
            self.left -= 4 + size
            self.receiver.frame(self, kind, body)

    def reply(self, status, push_id=None, closes=False):
        head = [f'HTTP/1.1 {status} -', 'Server: Cougar/9.6.7600.16564', 'Cache-Control: no-cache',
                'Pragma: no-cache, timeout=60000', 'Content-Length: 0']
        if push_id:
            head.append(f'Set-Cookie: push-id={push_id}')
        if closes:
            head.append('Connection: close')
        try:
            self.peer.send('\r\n'.join(head + ['', '']).encode())
        except OSError:
            pass                    # the reader finds out

    def over(self):
        """The peer has gone, or has to."""
        if self.session:
            self.session.connection = None
            self.session = None
            self.receiver.say(f'lost {len(self.data)}')
        self.receiver.selector.unregister(self.peer)
        self.peer.close()

    def close(self):
        """An answer is on its way: a close with unread bytes would be a reset, and could overtake it."""
        if self.session:
            self.session.connection = None
            self.session = None
        self.is_closing = True
        try:
            self.peer.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Receiver:
    def __init__(self, address, port, log):
        self.selector = selectors.DefaultSelector()
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.session = None
        self.sessions = 0
        self.listener = socket.create_server((address, port))
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ, None)
        self.is_ending = False

    def say(self, text):
        os.write(self.log, f'{time.monotonic():.3f} {text}\n'.encode())

    def run(self):
        print(f'listening on port {self.listener.getsockname()[1]}', flush=True)
        while not self.is_ending:
            for key, _ in self.selector.select(1):
                if key.data is None:
                    self.accept()
                elif key.fileobj.fileno() >= 0:
                    key.data.read()
            if self.session and not self.session.connection and time.monotonic() > self.session.deadline:
                self.say('forgotten')
                self.session = None
        self.shut_down()

    def accept(self):
        try:
            peer, _ = self.listener.accept()
        except OSError:
            return
        connection = Connection(self, peer)
        self.selector.register(peer, selectors.EVENT_READ, connection)

    def shut_down(self):
        """S10: an answer at once, then the end."""
        connection = self.session and self.session.connection
        if connection and connection.read() and connection.session:
            self.say('shut down')
            connection.reply(503, closes=True)
            connection.close()
            deadline = time.monotonic() + 1
            while connection.read() and time.monotonic() < deadline:
                self.selector.select(0.1)

    def refuse(self, connection, status, why=None):
        if why:
            self.say(f'wrong {why}')
        self.say(f'refuse {status}')
        connection.reply(status, closes=True)
        if connection.session:
            self.session = None
        connection.close()

    def answer(self, connection, method, fields, length):
        cookie = re.search(r'push-id=([^;\s]*)', fields.get('cookie', ''))
        push_id = cookie[1] if cookie else '0'
        if method != 'POST' or not AGENT.match(fields.get('user-agent', '')):
            self.refuse(connection, 400)
        elif fields.get('content-type') == SETUP:
            self.set_up(connection, push_id)
        elif fields.get('content-type') == START:
            self.start(connection, push_id, length)
        else:
            self.refuse(connection, 400)

    def set_up(self, connection, push_id):
        if push_id != '0' and self.session and push_id == self.session.push_id:
            self.free_place(connection)
        session = self.session
        if push_id == '0':
            # a session that has never sent anything gives way
            if session and (session.connection or session.last):
                self.refuse(connection, 409)
                return
            self.sessions += 1
            self.session = session = Session(self.sessions)
            self.say(f'open {session.number}')
        elif not session or push_id != session.push_id:
            self.refuse(connection, 404)
            return
        session.touch()
        connection.reply(204, session.push_id)

    def free_place(self, connection):
        """The encoder says that its old connection is gone: what that still holds is read, and may be the end."""
        old = self.session.connection
        if old and old is not connection and old.read() and not old.is_closing:
            old.over()

    def start(self, connection, push_id, length):
        session = self.session
        if not session or push_id != session.push_id:
            self.refuse(connection, 404)
        elif session.connection:
            self.refuse(connection, 409)
        else:
            session.connection = connection
            connection.session = session
            connection.left = length
            if session.last:
                self.say(f'resume {session.number}')

    def frame(self, connection, kind, body):
        session = connection.session
        if kind not in LEGAL[session.last]:
            self.refuse(connection, 400, f'${kind} after {session.last}')
            return
        session.last = kind
        if kind in 'HCD':
            session.touch()         # C40
        problem = self.packet(session, body) if kind == 'D' else None
        if problem:
            self.refuse(connection, 400, problem)
        elif kind in 'HC':
            self.say('header')
            session.send_ms = -1
        elif kind == 'E':
            self.end(connection, struct.unpack('<I', body)[0])
        if connection.session and connection.left == 0:
            connection.session = session.connection = None
            connection.reply(204, session.push_id)

    def packet(self, session, body):
        """Returns what is wrong with it."""
        try:
            send_ms, packet_sum = asfpackets.identify(body)
        except asfpackets.Broken as error:
            return str(error)
        self.say(f'packet {send_ms} {packet_sum} {len(body) + 4}')
        if send_ms < session.send_ms:
            return f'Send Time {send_ms} after {session.send_ms}'
        session.send_ms = send_ms
        return None

    def end(self, connection, reason):
        self.say(f'end {reason}')
        if reason != 1:
            self.session = None
            connection.reply(204, closes=True)
            connection.close()


def main():
    options = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    options.add_argument('--address', default='127.0.0.1')
    options.add_argument('--port', type=int, default=0)
    options.add_argument('--log', required=True)
    given = options.parse_args()
    receiver = Receiver(given.address, given.port, given.log)

    def end(*_):
        receiver.is_ending = True
    signal.signal(signal.SIGTERM, end)
    receiver.run()


main()
