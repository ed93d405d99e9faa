#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Something else in a publishing point's place: answers every request alike, and closes.

`busy` is a server that says 503, `web` an ordinary web server, which knows nothing of pushes and has a page.
"""

import argparse
import socket

ANSWERS = {
    'busy': b'HTTP/1.1 503 Service Unavailable\r\nServer: Cougar/9.6.7600.16564\r\nContent-Length: 0\r\n'
            b'Connection: close\r\n\r\n',
    'web': b'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: 15\r\n'
           b'Connection: close\r\n\r\n<h1>Hello</h1>\n',
}
SECONDS = 2


def serve(peer, text):
    peer.settimeout(SECONDS)
    data = b''
    try:
        while b'\r\n\r\n' not in data:
            more = peer.recv(4096)
            if not more:
                return
            data += more
        peer.sendall(text)
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(65536):
            pass
    except OSError:
        pass                    # the encoder has gone
    finally:
        peer.close()


def main():
    options = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    options.add_argument('kind', choices=sorted(ANSWERS))
    options.add_argument('--port', type=int, required=True)
    given = options.parse_args()
    listener = socket.create_server(('0.0.0.0', given.port))
    print('listening', flush=True)
    while True:
        peer, _ = listener.accept()
        print('asked', flush=True)
        serve(peer, ANSWERS[given.kind])


main()
