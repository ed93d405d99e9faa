# SPDX-License-Identifier: LGPL-2.1-or-later
"""The server, an encoder and players, each with little more than a socket."""

import hashlib
import socket
import struct
import subprocess
import time

AGENT = 'WMEncoder/12.0.7600.16385'
PACKET_SIZE = 1400
DEADLINE = 60


def guid(text):
    """A GUID as it stands in ASF files."""
    a, b, c, d, e = text.split('-')
    return (struct.pack('<IHH', int(a, 16), int(b, 16), int(c, 16))
            + bytes.fromhex(d + e))


HEADER = guid('75B22630-668E-11CF-A6D9-00AA0062CE6C')
DATA = guid('75B22636-668E-11CF-A6D9-00AA0062CE6C')
FILE_PROPERTIES = guid('8CABDCA1-A947-11CF-8EE4-00C00C205365')
STREAM_PROPERTIES = guid('B7DC0791-A9B7-11CF-8EE6-00C00C205365')
CONTENT_DESCRIPTION = guid('75B22633-668E-11CF-A6D9-00AA0062CE6C')
AUDIO = guid('F8699E40-5B4D-11CF-A8FD-00805F5C442B')
NO_CORRECTION = guid('20FB5700-5B55-11CF-A8FD-00805F5C442B')


def asf_object(kind, body):
    return kind + struct.pack('<Q', 24 + len(body)) + body


def make_header(title):
    """Header Object and head of the Data Object (ASF specification, 3, 5)."""
    text = title.encode('utf-16-le')
    objects = [
        asf_object(FILE_PROPERTIES, bytes(16) + struct.pack(
            '<QQQQQQIIII', 0, 0, 0, 0, 0, 3000, 1, PACKET_SIZE, PACKET_SIZE, 512000)),
        asf_object(STREAM_PROPERTIES, AUDIO + NO_CORRECTION
                   + struct.pack('<QIIHI', 0, 0, 0, 1, 0)),
        asf_object(CONTENT_DESCRIPTION,
                   struct.pack('<5H', len(text), 0, 0, 0, 0) + text)]
    body = struct.pack('<IBB', len(objects), 1, 2) + b''.join(objects)
    return (asf_object(HEADER, body) + DATA + struct.pack('<Q', 50) + bytes(16)
            + struct.pack('<QH', 0, 0x0101))


def make_packet(time_ms):
    """One packet with one key object (section 5.2)."""
    payload = struct.pack('<BBIBII', 0x81, time_ms // 40 & 0xff, 0, 8, 1000,
                          time_ms + 3000) + bytes(1000)
    head = struct.pack('<3sBBHHIH', b'\x82\0\0', 0x50, 0x5d, PACKET_SIZE,
                       PACKET_SIZE - 15 - len(payload), time_ms, 40)
    return (head + payload).ljust(PACKET_SIZE, b'\0')


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port), DEADLINE)
        self.port = port

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def read_head(self):
        head = b''
        while b'\r\n\r\n' not in head:
            more = self.socket.recv(1)
            if not more:
                break
            head += more
        return head.decode()

    def close(self):
        self.socket.close()


class Encoder(Connection):
    """A push that has been set up, with its header sent."""

    def __init__(self, port, path, title, agent=AGENT):
        super().__init__(port)
        self.packets = 0
        self._request(path, 'setup', 0, agent, '0')
        head = self.read_head()
        assert ' 204 ' in head, head
        push_id = head.split('push-id=')[1].split('\r')[0]
        self._request(path, 'start', 2147483647, agent, push_id)
        self.frame(b'H', make_header(title))

    def _request(self, path, what, length, agent, push_id):
        self.send(f'POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n'
                  f'Content-Type: application/x-wms-push{what}\r\n'
                  f'User-Agent: {agent}\r\nContent-Length: {length}\r\n'
                  f'Cookie: push-id={push_id}\r\n\r\n')

    def frame(self, kind, data):
        self.send(b'$' + kind + struct.pack('<H', len(data)) + data)

    def send_packets(self, count):
        for _ in range(count):
            self.frame(b'D', make_packet(self.packets * 40))
            self.packets += 1


def start_player(port, path, agent):
    player = Connection(port)
    # Windows Media's own play what they have been told of ([MS-WMSP] 2.2.1.4)
    pragma = 'Pragma: xPlayStrm=1\r\n' if agent.startswith('NSPlayer') else ''
    player.send(f'GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n'
                f'User-Agent: {agent}\r\n{pragma}\r\n')
    return player


def password_line(user, realm, password):
    """A line as htdigest(1) writes it."""
    text = f'{user}:{realm}:{password}'
    return f'{user}:{realm}:{hashlib.md5(text.encode()).hexdigest()}\n'


class Server:
    """wms-pubpoint on a free port."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            ['timeout', '900', program, '--port', '0', *options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        assert 'listening on http' in line, line
        self.url = line.split()[-1].rstrip('/')
        self.port = int(self.url.rsplit(':', 1)[1])

    def stop(self):
        self.process.terminate()
        self.process.wait(DEADLINE)
        self.process.stdout.close()


def wait_until(condition, what):
    """Asks again until @condition is true, for a while."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f'{what} has not come true')
