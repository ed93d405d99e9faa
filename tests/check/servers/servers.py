#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""wmspushsink against real servers: it gets in where it may, with the same
packets at the other end, and stops where it may not.

servers.py WMS-PUBPOINT
"""

import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import backends
from backends import Apache, Kerberos, Nginx, Point, Squid
from processes import end_with_parent, run, wait_for

SKIPPED = 77
POINT = os.path.abspath(sys.argv[1])
PROGRAMS = ('apache2', 'htpasswd', 'nginx', 'squid', 'krb5kdc', 'kdb5_util',
            'kadmin.local', 'kinit', 'gst-launch-1.0')
MODULES = ('auth_basic', 'auth_digest', 'auth_gssapi', 'proxy_http', 'ssl')
NTLM_MECHANISM = '/etc/gss/mech.d/mech.ntlmssp.conf'
SECONDS = 30
PACKET_SIZE = 1400
HEAD_SIZE = 20
USER = {'user-id': backends.USER, 'user-pw': backends.PASSWORD}
WRONG = {'user-id': backends.USER, 'user-pw': 'wrong'}
PROXY_USER = {'proxy-id': backends.PROXY_USER,
              'proxy-pw': backends.PROXY_PASSWORD}
CLEAR = {'allow-clear-text-credentials': 'true'}
DENIED = 'NS_E_SERVER_ACCESSDENIED'
PROXY_DENIED = 'NS_E_PROXY_ACCESSDENIED'

programme = None


def make_programme(folder):
    """An ASF file that is worth several requests."""
    path = os.path.join(folder, 'programme.asf')
    run(['gst-launch-1.0', '-q', 'videotestsrc', 'num-buffers=100',
         'pattern=snow', '!', 'video/x-raw,width=320,height=240',
         '!', 'avenc_wmv2', 'bitrate=2000000', '!', 'asfmux', f'packet-size={PACKET_SIZE}',
         '!', 'filesink', f'location={path}'], folder)
    return path


def packets(path):
    """The data packets of an ASF file."""
    with open(path, 'rb') as file:
        data = file.read()
    header, = struct.unpack_from('<Q', data, 16)
    size, = struct.unpack_from('<Q', data, header + 16)
    return [data[place:place + PACKET_SIZE] for place in
            range(header + 50, header + size, PACKET_SIZE)]


def is_same_packet(sent, arrived):
    """Padding may have gone and come back, which changes a packet's head."""
    return arrived == sent or sent[HEAD_SIZE:].rstrip(b'\0') in arrived


def push(location, environment=None, **settings):
    """Pushes the programme; hresult of wms-finalize, and the output."""
    settings = {name.replace('_', '-'): value
                for name, value in settings.items()}
    # the backslash is the parser's
    arguments = ['{}={}'.format(name, value.replace('\\', r'\\'))
                 for name, value in settings.items()]
    result = subprocess.run(
        ['gst-launch-1.0', '-m', 'filesrc', f'location={programme}', '!',
         'wmspushsink', f'location={location}', 'sync=false', *arguments],
        env={**os.environ, **(environment or {})}, timeout=SECONDS,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    # gst-launch-1.0 reads no further than to an error
    found = (re.search(r'^(NS_E_\w+): ', result.stdout, re.M) or re.search(
        r'wms-finalize.*hresult-name=\(string\)(\w+)', result.stdout))
    assert found, result.stdout
    return found[1], result.stdout


def check_arrived(point, outcome):
    """All has arrived, byte for byte."""
    assert outcome[0] == 'S_OK', outcome[1]
    wait_for(point.has_all, 'the session has not ended')
    point.stop()
    recording, = point.recorded()
    sent, arrived = packets(programme), packets(recording)
    assert len(sent) == len(arrived) > 0, f'{len(arrived)} of {len(sent)}'
    assert all(map(is_same_packet, sent, arrived)), 'packets differ'


def check_refused(point, outcome, hresult):
    assert outcome[0] == hresult, outcome[1]
    assert 'secret' not in outcome[1].replace('user-pw=secret', '')
    assert not point.recorded()


def check_both_as(apache, user):
    """PushSetup and PushStart were let in as this user.  Squid on the way may
    end the connection behind the last $E, which Apache calls a bad request."""
    apache.stop()
    good = [(kind, name) for kind, name, status in apache.requests()
            if status in (204, 400)]
    assert good == [('pushsetup', user), ('pushstart', user)], \
        apache.requests()


def test_basic(folder):
    with Point(folder, POINT) as point, \
            Apache(folder, 'basic', point.port) as apache:
        check_arrived(point, push(apache.url(), **USER, **CLEAR))
        check_both_as(apache, 'alice')


def test_basic_with_user_in_url(folder):
    with Point(folder, POINT) as point, \
            Apache(folder, 'basic', point.port) as apache:
        url = apache.url().replace('//', '//alice:secret@')
        outcome = push(url, **CLEAR)
        check_arrived(point, outcome)
        assert 'secret' not in outcome[1], outcome[1]


def test_basic_is_not_sent_in_clear_text(folder):
    with Point(folder, POINT) as point, \
            Apache(folder, 'basic', point.port) as apache:
        outcome = push(apache.url(), **USER)
        check_refused(point, outcome, DENIED)
        assert 'allow-clear-text-credentials' in outcome[1], outcome[1]
        apache.stop()
        assert apache.requests() == [('pushsetup', '-', 401)]


def test_basic_with_wrong_password(folder):
    with Point(folder, POINT) as point, \
            Apache(folder, 'basic', point.port) as apache:
        check_refused(point, push(apache.url(), **WRONG, **CLEAR), DENIED)
        apache.stop()
        assert len(apache.requests()) == 2, apache.requests()


def test_basic_over_tls(folder):
    with Point(folder, POINT) as point, \
            Apache(folder, 'basic', point.port, tls=True) as apache:
        outcome = push(apache.url(), **USER)
        assert outcome[0] == 'NS_E_CANNOTCONNECT', outcome[1]
        check_arrived(point, push(apache.url(), tls_validation_flags='0',
                                  **USER))
        check_both_as(apache, 'alice')


def test_digest(folder):
    with Point(folder, POINT) as point, \
            Apache(folder, 'digest', point.port) as apache:
        check_arrived(point, push(apache.url(), **USER))
        check_both_as(apache, 'alice')


def test_digest_with_wrong_password(folder):
    with Point(folder, POINT) as point, \
            Apache(folder, 'digest', point.port) as apache:
        check_refused(point, push(apache.url(), **WRONG), DENIED)
        apache.stop()
        assert len(apache.requests()) == 2, apache.requests()


def test_negotiate(folder):
    with Kerberos(folder) as kerberos, Point(folder, POINT) as point, \
            Apache(folder, 'negotiate', point.port, kerberos) as apache:
        kerberos.get_ticket()
        check_arrived(point, push(apache.url(), kerberos.environment))
        check_both_as(apache, 'alice@WMS.TEST')


def test_negotiate_without_ticket(folder):
    with Kerberos(folder) as kerberos, Point(folder, POINT) as point, \
            Apache(folder, 'negotiate', point.port, kerberos) as apache:
        check_refused(point, push(apache.url(), kerberos.environment), DENIED)


def test_negotiate_with_silent_kerberos(folder):
    """The library waits for as long as it likes, the session does not."""
    with Kerberos(folder) as kerberos, Point(folder, POINT) as point, \
            Apache(folder, 'negotiate', point.port, kerberos) as apache:
        kerberos.get_ticket()
        kerberos.stop()
        with socket.create_server(('127.0.0.1', kerberos.port)):
            start = time.monotonic()
            check_refused(point, push(apache.url(), kerberos.environment,
                                      timeout='1'), DENIED)
            took = time.monotonic() - start
        assert took < 5, f'{took} s'


class Channel:
    """A live programme that is pushed until it is ended."""

    def __init__(self, folder, location, environment):
        self.log = os.path.join(folder, 'channel.out')
        with open(self.log, 'wb') as output:
            self.process = subprocess.Popen(
                ['gst-launch-1.0', '-e', '-m', 'videotestsrc', 'is-live=true',
                 '!', 'video/x-raw,width=64,height=48,framerate=25/1', '!',
                 'avenc_wmv2', 'gop-size=25', '!', 'asfmux', '!', 'wmspushsink',
                 f'location={location}', 'retry-delay=100000000'],
                env={**os.environ, **environment}, stdout=output,
                stderr=subprocess.STDOUT, preexec_fn=end_with_parent)

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.process.kill()
        self.process.wait()

    def wait_said(self, status, hresult):
        """Until a status was told with this outcome."""
        pattern = rf'=\(string\){status},.*hresult-name=\(string\){hresult}[,;]'

        def is_said():
            with open(self.log, encoding='utf-8') as output:
                return re.search(pattern, output.read())
        wait_for(is_said, f'{status} {hresult} is not told')

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(SECONDS)


def test_negotiate_after_a_night_without_ticket(folder):
    """Nobody has refused anything: the session is tried until there is one."""
    with Kerberos(folder) as kerberos, Point(folder, POINT) as point, \
            Apache(folder, 'negotiate', point.port, kerberos) as apache:
        kerberos.get_ticket()
        with Channel(folder, apache.url(), kerberos.environment) as channel:
            channel.wait_said('WMT_STARTED', 'S_OK')
            kerberos.end_ticket()
            apache.stop()
            channel.wait_said('WMT_RECONNECT_END', DENIED)
            apache.start()
            kerberos.get_ticket()
            channel.wait_said('WMT_RECONNECT_END', 'S_OK')
            channel.end()
            channel.wait_said('WMT_STOPPED', 'S_OK')


def test_negotiate_only_where_allowed(folder):
    with Kerberos(folder) as kerberos, Point(folder, POINT) as point, \
            Apache(folder, 'negotiate', point.port, kerberos) as apache:
        kerberos.get_ticket()
        check_refused(point, push(apache.url(), kerberos.environment,
                                  auth_methods='digest+basic'), DENIED)
        apache.stop()
        assert len(apache.requests()) == 1, apache.requests()


def test_ntlm(folder):
    with Point(folder, POINT) as point, \
            Apache(folder, 'ntlm', point.port) as apache:
        check_arrived(point, push(apache.url(), user_id='STUDIO\\alice',
                                  user_pw='secret'))
        apache.stop()
        assert [r[0::2] for r in apache.requests()] == [
            ('pushsetup', 401), ('pushsetup', 401), ('pushsetup', 204),
            ('pushstart', 204)], apache.requests()


def test_ntlm_with_wrong_password(folder):
    with Point(folder, POINT) as point, \
            Apache(folder, 'ntlm', point.port) as apache:
        check_refused(point, push(apache.url(), user_id='STUDIO\\alice',
                                  user_pw='wrong'), DENIED)
        apache.stop()
        assert len(apache.requests()) == 3, apache.requests()


def test_ntlm_through_proxy(folder):
    """Squid keeps connections apart for NTLM, and says so; where a proxy does
    not, tests/check/wmspush/wmspushauth.c has the refusal."""
    with Point(folder, POINT) as point, Squid(folder) as squid, \
            Apache(folder, 'ntlm', point.port) as apache:
        check_arrived(point, push(apache.url(), proxy=squid.url(),
                                  user_id='STUDIO\\alice', user_pw='secret'))


def test_proxy(folder):
    with Point(folder, POINT) as point, Squid(folder) as squid:
        url = f'http://127.0.0.1:{point.port}/live'
        check_arrived(point, push(url, proxy=squid.url(),
                                  request_size='200000'))
        requests = squid.wait_requests(4)
        # PushSetup, and the programme in parts
        assert len(requests) >= 4, requests
        assert all(r[1] == 'POST' for r in requests), requests


def test_proxy_with_basic(folder):
    with Point(folder, POINT) as point, Squid(folder, 'basic') as squid:
        url = f'http://127.0.0.1:{point.port}/live'
        check_arrived(point, push(url, proxy=squid.url(), **PROXY_USER,
                                  **CLEAR))
        assert [r[0::2] for r in squid.wait_requests(3)[:2]] == [
            (407, '-'), (204, 'bob')], squid.requests()


def test_proxy_with_digest(folder):
    with Point(folder, POINT) as point, Squid(folder, 'digest') as squid:
        url = f'http://127.0.0.1:{point.port}/live'
        check_arrived(point, push(url, proxy=squid.url(), request_size='200000',
                                  **PROXY_USER))


def test_proxy_with_negotiate(folder):
    with Kerberos(folder) as kerberos, Point(folder, POINT) as point, \
            Squid(folder, 'negotiate', kerberos) as squid:
        kerberos.get_ticket()
        url = f'http://127.0.0.1:{point.port}/live'
        check_arrived(point, push(url, kerberos.environment,
                                  proxy=squid.url(), request_size='500000'))
        assert [r[0::2] for r in squid.wait_requests(2)[:2]] == [
            (407, '-'), (204, 'alice@WMS.TEST')], squid.requests()


def test_proxy_with_wrong_password(folder):
    with Point(folder, POINT) as point, Squid(folder, 'basic') as squid:
        url = f'http://127.0.0.1:{point.port}/live'
        check_refused(point, push(url, proxy=squid.url(), proxy_id='bob',
                                  proxy_pw='wrong', **CLEAR), PROXY_DENIED)
        assert len(squid.wait_requests(2)) == 2, squid.requests()


def test_proxy_and_server_with_digest(folder):
    with Point(folder, POINT) as point, Squid(folder, 'digest') as squid, \
            Apache(folder, 'digest', point.port) as apache:
        check_arrived(point, push(apache.url(), proxy=squid.url(), **USER,
                                  **PROXY_USER))
        check_both_as(apache, 'alice')


def test_tunnel(folder):
    with Point(folder, POINT) as point, Squid(folder, 'digest') as squid, \
            Apache(folder, 'basic', point.port, tls=True) as apache:
        check_arrived(point, push(apache.url(), proxy=squid.url(),
                                  tls_validation_flags='0', **USER,
                                  **PROXY_USER))
        check_both_as(apache, 'alice')
        assert all(r[1] == 'CONNECT' for r in squid.wait_requests(2))


def test_nginx(folder):
    """It does not say that it is there, and drops what it has not passed on when
    the connection ends."""
    with Point(folder, POINT) as point, \
            Nginx(folder, point.port, 'proxy_request_buffering off;') as nginx:
        check_arrived(point, push(nginx.url()))


def test_nginx_with_whole_requests(folder):
    with Point(folder, POINT) as point, Nginx(folder, point.port, '') as nginx:
        check_arrived(point, push(nginx.url(), request_size='200000'))


def test_nginx_with_one_whole_request(folder):
    with Point(folder, POINT) as point, \
            Nginx(folder, point.port, 'add_header Via "1.1 nginx" always;') as nginx:
        check_arrived(point, push(nginx.url()))


def test_proxy_that_is_not_there(folder):
    with Point(folder, POINT) as point, Squid(folder) as squid:
        url = f'http://127.0.0.1:{point.port}/live'
        squid.stop()
        outcome = push(url, proxy=squid.url())
        assert outcome[0] == 'NS_E_CANNOT_CONNECT_TO_PROXY', outcome[1]


def missing():
    for program in PROGRAMS:
        if shutil.which(program) is None:
            yield program
    for module in MODULES:
        path = f'{backends.MODULES}/mod_{module}.so'
        if not os.path.exists(path):
            yield path
    if not os.path.exists(NTLM_MECHANISM):
        yield NTLM_MECHANISM


def main():
    global programme
    os.environ['PATH'] += ':/usr/sbin:/sbin'
    os.environ['LC_ALL'] = 'C.UTF-8'
    for name in ('http_proxy', 'https_proxy', 'LANGUAGE', 'KRB5CCNAME'):
        os.environ.pop(name, None)
    lacking = list(missing())
    if lacking:
        print(f'SKIP: {", ".join(lacking)} not installed')
        sys.exit(SKIPPED)
    only = sys.argv[2:]
    tests = [(name[5:], function) for name, function in globals().items()
             if name.startswith('test_') and (not only or name[5:] in only)]
    failed = 0
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        programme = make_programme(place)
        for number, (name, function) in enumerate(tests, 1):
            folder = os.path.join(place, name)
            os.mkdir(folder, 0o755)
            try:
                function(folder)
                print(f'case: ok {number} - {name}', flush=True)
            except (AssertionError, OSError,
                    subprocess.TimeoutExpired) as error:
                failed += 1
                print(f'{name}: {error}')
                print(f'case: not ok {number} - {name}', flush=True)
    sys.exit(1 if failed else 0)


main()
