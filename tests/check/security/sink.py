#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers, proxies and settings attack an encoder.

sink.py WMS-PUBPOINT TESTS-FOLDER
"""

import unittest

import encoder
from encoder import Answers

FAR = 'http://far.invalid/live'
END = b'403 No'
# a host that is the end of a line for who decodes it, and what could follow
INJECTED = b'X-Evil'
# of ours all, and quicker than all
LOGS = {'GST_DEBUG': '*:4,wms*:9'}
HOSTS = ('h%0d%0aX-Evil:%201', 'h%0d%0aX-Evil%3a%201', 'h%0aX-Evil%3a%201',
         'h%20HTTP%2f1.1%0d%0aX-Evil%3a%201', '[::1%25lo%0d%0aX-Evil]')
PATHS = (b'/x\rX-Evil: 1', b'/x HTTP/1.1\rX-Evil: 1', b'/x%0d%0aX-Evil: 1')
SECRET = {'user-id': 'enc', 'user-pw': 'Tops3cret-Pw', 'allow-clear-text-credentials': [True]}
WANTS = b'401 Who\r\nWWW-Authenticate: Basic realm="r"'
AUTHORIZED = b'Authorization: '


def encode(settings):
    return encoder.encode({'resume-timeout': [0], 'retries': [0], **settings}, **LOGS)


def lines(head):
    return head.split(b'\r\n')


class Injection(unittest.TestCase):
    def check(self, server, number):
        self.assertEqual(len(server.heads), number, server.heads)
        for head in server.heads:
            self.assertFalse([line for line in lines(head) if line.startswith(INJECTED)], head)
            self.assertNotIn(b'\r', head.replace(b'\r\n', b''))

    def test_host_of_a_redirection(self):
        """Towards a proxy, which is not the server's."""
        for host in HOSTS:
            for scheme in ('http', 'https'):
                location = f'302 Go\r\nLocation: {scheme}://{host}/x'.encode()
                with Answers(location, END) as proxy:
                    output = encode({'location': FAR, 'proxy': f'127.0.0.1:{proxy.port}'})
                self.check(proxy, 1)
                self.assertIn(b'NS_E_INVALID_REDIRECT', output)

    def test_host_of_the_location(self):
        for host in HOSTS:
            with Answers(END) as proxy:
                output = encode({'location': f'http://{host}/x',
                                 'proxy': f'127.0.0.1:{proxy.port}'})
            self.check(proxy, 0)
            self.assertNotIn(b'CRITICAL', output)

    def test_path_of_a_redirection(self):
        for path in PATHS:
            with Answers(b'302 Go\r\nLocation: ' + path, END) as server:
                encode({'location': server.url})
            self.check(server, 2)
            self.assertEqual(len(lines(server.heads[1])[0].split(b' ')), 3)

    def test_settings(self):
        """Texts of an application that has not looked at them."""
        evil = 'a\r\nX-Evil: 1'
        with Answers(WANTS, WANTS.replace(b'Basic', b'Digest nonce="n",'), END) as server:
            encode({'location': server.url + '/' + evil, 'template-location': '/' + evil,
                    'user-id': evil, 'user-pw': evil,
                    'allow-clear-text-credentials': [True]})
        self.check(server, 2)

    def test_cookies(self):
        """What would be more than a cookie is none."""
        with Answers(WANTS + b'\r\nSet-Cookie: a=b\rX-Evil: 1\r\nSet-Cookie: push-id=1\x0b2'
                     b'\r\nSet-Cookie: c=d, e=f', END) as server:
            encode({'location': server.url, **SECRET})
        self.check(server, 2)
        cookie = [line for line in lines(server.heads[1]) if line.startswith(b'Cookie')]
        self.assertEqual(cookie, [b'Cookie: push-id=0'])


class Answered(unittest.TestCase):
    def test_log(self):
        """Nothing a terminal obeys, whatever part of an answer it was in."""
        evil = b'a\x1b[2Jb\xc2\x9bc'
        for answer in (b'500 ' + evil, b'204 OK\r\nServer: Cougar/9.5 ' + evil,
                       b'302 Go\r\nLocation: http://' + evil + b'/',
                       b'302 Go\r\nLocation: /' + evil, b'401 Who\r\nWWW-Authenticate: ' + evil,
                       b'401 Who\r\nWWW-Authenticate: Basic realm="' + evil + b'"'):
            with Answers(answer, END, END) as server:
                output = encode({'location': server.url, **SECRET})
            self.assertNotIn(b'\x1b', output)
            self.assertNotIn(b'\xc2\x9b', output)

    def test_no_decompression(self):
        """What is said to be compressed is not looked into."""
        with Answers(WANTS + b'\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone',
                     END) as server:
            encode({'location': server.url, **SECRET})
        self.assertEqual(len(server.heads), 2)
        self.assertNotIn(b'Accept-Encoding', server.heads[0])

    def test_elsewhere(self):
        """Another origin gets nothing that the first one has, and asks in vain."""
        for status in (301, 302, 303, 307, 308):
            with Answers(WANTS, END) as other:
                go = f'{status} Go\r\nLocation: {other.url}\r\nSet-Cookie: push-id=7'.encode()
                with Answers(WANTS, go) as server:
                    encode({'location': server.url, **SECRET})
            self.assertIn(AUTHORIZED, server.heads[1])
            self.assertEqual(len(other.heads), 1, other.heads)
            self.assertNotIn(AUTHORIZED, other.heads[0])
            self.assertIn(b'Cookie: push-id=0\r\n', other.heads[0])

    def test_proxy_of_the_server(self):
        """305 names a proxy: it gets no password of the proxy that was set."""
        asks = b'407 Who\r\nProxy-Authenticate: Basic realm="r"'
        with Answers(asks, END) as other:
            with Answers(b'305 Go\r\nLocation: ' + other.url.encode()) as server:
                encode({'location': server.url, 'proxy-id': 'enc', 'proxy-pw': 'Tops3cret-Pw',
                        'allow-clear-text-credentials': [True]})
        self.assertEqual(len(other.heads), 1)
        self.assertNotIn(AUTHORIZED, other.heads[0])

    def test_false_proxy(self):
        """A server that asks as a proxy would."""
        with Answers(b'407 Who\r\nProxy-Authenticate: Basic realm="r"', END) as server:
            encode({'location': server.url, 'proxy-id': 'enc', 'proxy-pw': 'Tops3cret-Pw',
                    **SECRET})
        self.assertEqual(len(server.heads), 1)


if __name__ == '__main__':
    encoder.main()
