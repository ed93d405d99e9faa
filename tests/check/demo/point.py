#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A publishing point with faults, for demo.py: takes the push, and serves what
it has from the beginning to each player.

POINT_LOSES=N leaves packet N out; POINT_DIES=N ends it at packet N.
"""

import os
import socketserver
import struct
import threading

LOSES = int(os.environ.get('POINT_LOSES', '-1'))
DIES = int(os.environ.get('POINT_DIES', '-1'))
FILE_PROPERTIES = bytes.fromhex('A1DCAB8C47A9CF118EE400C00C205365')
NO_CONTENT = (b'HTTP/1.1 204 No Content\r\nServer: Cougar/9.01.01.3841\r\n'
              b'Content-Length: 0\r\nSet-Cookie: push-id=1234\r\n\r\n')
NOT_FOUND = b'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'
PROGRAMME = (b'HTTP/1.1 200 OK\r\nContent-Type: video/x-ms-asf\r\n'
             b'Transfer-Encoding: chunked\r\n\r\n')


class Programme:
    """Header and whole packets, in order."""

    def __init__(self):
        self.changed = threading.Condition()
        self.parts = []
        self.has_ended = False
        self.packet_size = 0

    def add(self, kind, data):
        if kind == b'H':
            # Maximum Data Packet Size
            place = data.index(FILE_PROPERTIES) + 96
            self.packet_size, = struct.unpack_from('<I', data, place)
        else:
            data = data.ljust(self.packet_size, b'\0')
        with self.changed:
            if len(self.parts) == DIES:
                os._exit(1)
            self.parts.append(data)
            self.changed.notify_all()

    def end(self):
        with self.changed:
            self.has_ended = True
            self.changed.notify_all()

    def part(self, number):
        with self.changed:
            self.changed.wait_for(
                lambda: number < len(self.parts) or self.has_ended)
            return self.parts[number] if number < len(self.parts) else None


programme = Programme()


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        while self.one_request():
            pass

    def one_request(self):
        line = self.rfile.readline()
        fields = {}
        while True:
            field = self.rfile.readline().strip()
            if not field:
                break
            name, value = field.split(b':', 1)
            fields[name.lower()] = value.strip()
        if line.startswith(b'GET'):
            self.serve()
            return False
        if not line.startswith(b'POST'):
            return False
        if b'pushsetup' in fields[b'content-type']:
            self.rfile.read(int(fields[b'content-length']))
        else:
            self.take()
        self.wfile.write(NO_CONTENT)
        return True

    def take(self):
        """The body of a PushStart, up to its $E."""
        while True:
            head = self.rfile.read(4)
            if len(head) < 4:
                break
            _, kind, size = struct.unpack('<ccH', head)
            data = self.rfile.read(size)
            if kind == b'E':
                break
            programme.add(kind, data)
        programme.end()

    def serve(self):
        if not programme.parts:
            self.wfile.write(NOT_FOUND)
            return
        self.wfile.write(PROGRAMME)
        number = 0
        while (part := programme.part(number)) is not None:
            if number != LOSES:
                self.wfile.write(b'%x\r\n%s\r\n' % (len(part), part))
            number += 1
        self.wfile.write(b'0\r\n\r\n')


socketserver.ThreadingTCPServer.daemon_threads = True
with socketserver.ThreadingTCPServer(('127.0.0.1', 0), Connection) as server:
    print(f'listening on http://127.0.0.1:{server.server_address[1]}/',
          flush=True)
    server.serve_forever()
