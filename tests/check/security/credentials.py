#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks for passwords in all that an encoder and its publishing point tell:
every line of their logs, messages, properties, statistics, drawings.

credentials.py WMS-PUBPOINT TESTS-FOLDER
"""

import base64
import hashlib
import subprocess
import tempfile
import unittest

import attack
import encoder
from attack import CERTIFICATE, Point
from encoder import ALL_LOGS, Answers, encode

import asfpush

USER, PASSWORD, REALM = 'enc', 'Tops3cret-Pw', 'studio'
def secrets(user, password, realm):
    """Forms in which a password travels or is kept."""
    pair = f'{user}:{password}'.encode()
    ha1 = hashlib.md5(f'{user}:{realm}:{password}'.encode()).hexdigest()
    return [password.encode(), base64.b64encode(pair).rstrip(b'='), ha1.encode()]


class Told(unittest.TestCase):
    def setUp(self):
        self.passwords = tempfile.NamedTemporaryFile('w')
        self.addCleanup(self.passwords.close)
        self.passwords.write(asfpush.password_line(USER, REALM, PASSWORD))
        self.passwords.flush()

    def check(self, output, wanted, hidden):
        self.assertIn(wanted, output, output[-3000:])
        for text in [b'push-id', *hidden]:
            at = output.find(text)
            self.assertEqual(at, -1, output[max(at - 300, 0):at + 100])

    def push(self, scheme, settings, *options):
        with Point('--log-level=debug', f'--encoder-passwords={self.passwords.name}',
                   *options, **ALL_LOGS) as point:
            kind = 'https' if options else 'http'
            output = encode({'location': f'{kind}://127.0.0.1:{point.port}/live',
                             'user-id': USER, 'user-pw': PASSWORD,
                             'auth-methods': [scheme], **settings})
            point.stop()
            log = point.read_log()
        hidden = secrets(USER, PASSWORD, REALM)
        self.check(output, b'WMT_END_OF_STREAMING', hidden)
        self.check(output, b'wmsclient', hidden)
        self.check(log, b'begins a session', hidden)
        return output, log

    def test_basic(self):
        self.push('basic', {'allow-clear-text-credentials': [True]})

    def test_digest(self):
        self.push('digest', {})

    def test_tls(self):
        self.push('basic', {'tls-validation-flags': [0]}, f'--tls-certificate={CERTIFICATE}')

    def test_wrong_password(self):
        with Point('--log-level=debug', f'--encoder-passwords={self.passwords.name}',
                   **ALL_LOGS) as point:
            output = encode({'location': f'http://{USER}:{PASSWORD}x@127.0.0.1:{point.port}/live'})
            point.stop()
            log = point.read_log()
        hidden = secrets(USER, PASSWORD + 'x', REALM)
        self.check(output, b'NS_E_SERVER_ACCESSDENIED', hidden)
        self.check(log, b'wrong user or password', hidden)

    def test_url_that_is_none(self):
        """What looks like a port is the first half of a password."""
        for location in (f'http://{USER}:{PASSWORD}/x@127.0.0.1/live',
                         f'wmspush://{USER}:{PASSWORD}#x@127.0.0.1/live',
                         f'ftp://{USER}:{PASSWORD}@127.0.0.1/live'):
            output = encode({'location': location})
            self.check(output, b'wmspushsink', [PASSWORD.encode()])

    def test_proxy(self):
        with Answers(b'407 Who\r\nProxy-Authenticate: Basic realm="gate"', b'403 No') as proxy:
            output = encode({'location': 'http://far.invalid/live',
                             'proxy': f'http://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}',
                             'allow-clear-text-credentials': [True]})
        hidden = secrets(USER, PASSWORD, 'gate')
        self.assertIn(b'Basic ' + hidden[1], proxy.heads[1])
        self.check(output, b'NS_E_', hidden)

    def test_relay(self):
        """The server as an encoder of another one."""
        with Point(f'--encoder-passwords={self.passwords.name}') as edge, Point(
                '--log-level=debug', f'--push-to=http://{USER}:{PASSWORD}@127.0.0.1:{edge.port}/',
                **ALL_LOGS) as origin:
            source = asfpush.Encoder(origin.port, '/live', 'a')
            source.send_packets(3)
            self.addCleanup(source.close)
            attack.wait_for(lambda: b'is pushed on to' in origin.read_log(), 'no relay')
            status = origin.ask(attack.get(b'/status.json'))
            origin.stop()
            log = origin.read_log()
        hidden = secrets(USER, PASSWORD, REALM)
        self.check(log, b'is pushed on to', hidden)
        self.check(status, b'"state":"streaming"', hidden)

    def test_options(self):
        """An option that is wrong is shown without what may be a password."""
        for url in (f'http://{USER}:{PASSWORD}@/', f'{USER}:{PASSWORD}@edge/live',
                    f'/a={USER}:{PASSWORD}@edge', f'http://{USER}:{PASSWORD}/x@edge/'):
            done = subprocess.run([attack.PROGRAM, f'--push-to={url}'], timeout=20,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertNotIn(PASSWORD.encode(), done.stdout)
            self.assertEqual(done.returncode, 2, done.stdout)


if __name__ == '__main__':
    encoder.main()
