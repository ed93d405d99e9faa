#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The mistakes that people make: each is made, in each language, and what they
are told is translated, has everything filled in, and says what to do.

mistakes.py SOURCE-FOLDER CATALOGUES PRELOAD WMS-PUBPOINT WMS-DEMO
"""

import gettext
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

import mistakerows
from mistakerows import GSTREAMER, PROGRAM, PUSHES, TEN

SOURCE, CATALOGUES, PRELOAD, POINT, DEMO = sys.argv[1:]
HERE = os.path.dirname(os.path.abspath(__file__))
SYSTEM_CATALOGUES = '/usr/share/locale'
PASSWORDS = 'encoder:Live:d34db33fd34db33fd34db33fd34db33f\n'
SECONDS = 150
SKIPPED = 77
PLACE = re.compile(r'%(?:(\d+)\$)?[-\d]*[a-zA-Z]')
SENTENCE = re.compile(r'[.。;；:：](?: |$)|。')

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, 'docs', 'guide'))
import troubles  # noqa: E402  pylint: disable=wrong-import-position


def languages():
    with open(os.path.join(SOURCE, 'po', 'LINGUAS'), encoding='utf-8') as file:
        return ['en', *(line for line in file.read().split('\n') if line and not line.startswith('#'))]


def translated(text, domain, language):
    folder = SYSTEM_CATALOGUES if domain == GSTREAMER else CATALOGUES
    return gettext.translation(domain, folder, [language], fallback=True).gettext(text)


def pattern(text, filled):
    """What a text looks like with everything filled in."""
    # a translation may number its places
    first, *pieces = PLACE.split(text)
    places = list(zip(pieces[::2], pieces[1::2]))
    assert len(places) == len(filled), text
    result = re.escape(first)
    for count, (number, piece) in enumerate(places):
        value = filled[int(number) - 1 if number else count]
        result += ('.+' if value is None else re.escape(value)) + re.escape(piece)
    return result


def in_guide(text):
    """Whether the guide has a row about a text of GStreamer's."""
    with open(os.path.join(SOURCE, 'docs', 'guide', 'trouble.md'), encoding='utf-8') as file:
        rows = [line.split('|') for line in file if line.startswith('| ')]
    # names stand in the guide for any name
    words = PLACE.split(text)[0].strip(' "')
    return any(words in row[1] and row[2].strip() for row in rows)


def sentences(text):
    return len([part for part in SENTENCE.split(text) if part.strip()])


class Judge:
    def __init__(self):
        self.number = self.failed = 0

    def case(self, name, problem):
        self.number += 1
        self.failed += problem is not None
        print(f'case: {"not " if problem else ""}ok {self.number} - {name}{": " + problem if problem else ""}',
              flush=True)


def problem_of(mistake, language, heard, remedies):
    """Why what was heard is not what has to be heard, None when it is."""
    wanted = translated(mistake.said, mistake.domain, language)
    if language != 'en' and wanted == mistake.said:
        # of GStreamer's not all is translated everywhere
        return None if mistake.domain == GSTREAMER else 'not translated'
    if not re.search(pattern(wanted, mistake.filled), heard):
        return f'not "{wanted}" was heard, but "{heard}"'
    if PLACE.search(heard.replace('%20', '')):
        return f'something is not filled in: {heard}'
    if mistake.domain == GSTREAMER:
        return None if in_guide(mistake.said) else 'the guide says nothing about it'
    if not troubles.parted(mistake.said, remedies)[1] and mistake.name not in OPTIONS:
        return 'it does not say what to do'
    if mistake.name not in OPTIONS and sentences(wanted) < sentences(mistake.said):
        return f'the translation says less: {wanted}'
    return None


# They say what is wanted, which is what to do.
OPTIONS = ('no address', 'no network', 'no URL')


class WebServer(http.server.BaseHTTPRequestHandler):
    """Takes no POST; or answers with the status that is the path."""
    server_version = 'Cougar/9.01.01.3814'
    sys_version = ''

    def do_POST(self):  # pylint: disable=invalid-name
        number = self.path.strip('/')
        self.send_response(int(number) if number.isdigit() else 200)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def version_string(self):
        number = self.path.strip('/')
        return self.server_version if number.isdigit() else 'Apache'

    def log_message(self, *arguments):
        pass


def web_server():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), WebServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f'http://127.0.0.1:{server.server_port}'


def take_push(connection):
    """As a server that takes no large packets: ends the connection at the first one."""
    taken = b''
    with connection:
        while data := connection.recv(65536):
            taken += data
            if taken.endswith(b'\r\n\r\n') and b'pushsetup' in taken:
                connection.sendall(b'HTTP/1.1 204 No Content\r\nServer: Cougar/9.01.01.3814\r\n'
                                   b'Content-Length: 0\r\nSet-Cookie: push-id=12345\r\n\r\n')
                taken = b''
            elif len(taken) > 20000:
                return


def small_server():
    server = socket.create_server(('127.0.0.1', 0))

    def serve():
        while True:
            connection, _ = server.accept()
            threading.Thread(target=take_push, args=(connection,), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()
    return f'http://127.0.0.1:{server.getsockname()[1]}'


class Points:
    """Publishing points, each ended with the test."""

    def __init__(self):
        self.children = []

    def begin(self, *arguments):
        child = subprocess.Popen([POINT, '--port=0', *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 stdin=subprocess.DEVNULL, text=True, env={**os.environ, 'LANGUAGE': 'en'})
        self.children.append(child)
        return re.search(r'https?://[^\s/]+', child.stdout.readline())[0]

    def end(self):
        for child in self.children:
            child.terminate()
            child.communicate()


def nowhere():
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return f'http://127.0.0.1:{probe.getsockname()[1]}'


def environment(language):
    """For a person of this language."""
    result = {**os.environ, 'LC_ALL': 'C.UTF-8', 'LANGUAGE': language, 'LD_PRELOAD': PRELOAD,
              'TEST_CATALOGUES': CATALOGUES}
    for name in ('http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'):
        result.pop(name, None)
    return result


def check_pushes(judge, language, urls, remedies):
    pipelines = {mistake.name: (re.sub(r'\{(\w+)\}', lambda found: urls[found[1]], mistake.make), mistake.caps)
                 for mistake in PUSHES}
    run = subprocess.run(['/usr/bin/python3', os.path.join(HERE, 'mistakerun.py')], input=json.dumps(pipelines),
                         stdout=subprocess.PIPE, text=True, timeout=SECONDS, env=environment(language), check=False)
    heard = json.loads(run.stdout) if run.returncode == 0 else {}
    for mistake in PUSHES:
        said = ' '.join(heard.get(mistake.name, ['(the program has ended)']))
        judge.case(f'{language}: {mistake.name}', problem_of(mistake, language, said, remedies))


def run_program(command, language, **more):
    run = subprocess.run(command, env={**environment(language), **more}, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS, check=False)
    return run.stdout if run.returncode else f'it did not fail: {run.stdout}'


def check_program(judge, language, folder, port, remedies):
    """wms-pubpoint."""
    for mistake in PROGRAM:
        arguments = [text.format(folder=folder, port=port) for text in mistake.make]
        filled = [value and value.format(folder=folder, port=port) for value in mistake.filled]
        problem = problem_of(mistake._replace(filled=filled), language, run_program([POINT, *arguments], language),
                             remedies)
        judge.case(f'{language}: wms-pubpoint: {mistake.name}', problem)


def plugins_without_libav(folder):
    """A folder with all of the system's plugins but the encoders'."""
    names = subprocess.run(['pkg-config', '--variable=pluginsdir', 'gstreamer-1.0'], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.strip()
    for name in os.listdir(names):
        if name not in ('libgstlibav.so', 'libgstasfmux.so'):
            os.symlink(os.path.join(names, name), os.path.join(folder, name))
    return folder


def check_demo(judge, language, plugins, remedies):
    mistake = mistakerows.Mistake('missing encoder plugin', (), 'The element %s is missing: install the package %s.',
                                  ('avenc_wmv2', 'gstreamer1.0-libav'))
    said = run_program([DEMO, '--pubpoint', POINT, '--duration', '1'], language, WMS_DEMO_LOCALEDIR=CATALOGUES,
                       GST_PLUGIN_SYSTEM_PATH_1_0=plugins, GST_REGISTRY=os.path.join(plugins, 'registry.bin'))
    judge.case(f'{language}: wms-demo: {mistake.name}', problem_of(mistake, language, said, remedies))


def main():
    if shutil.which('msgfmt') is None:
        print('SKIP: gettext is not installed')
        sys.exit(SKIPPED)
    judge, points, remedies = Judge(), Points(), troubles.remedies()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as plugins:
        passwords = os.path.join(folder, 'passwords')
        with open(passwords, 'w', encoding='utf-8') as file:
            file.write(PASSWORDS)
        plugins_without_libav(plugins)
        try:
            urls = {'open': points.begin(), 'locked': points.begin(f'--encoder-passwords={passwords}'),
                    'closed': points.begin('--encoder-access=192.0.2.0/24'), 'nowhere': nowhere(),
                    'tls': points.begin(f'--tls-certificate={SOURCE}/tests/check/support/server.pem'),
                    'web': web_server(), 'small': small_server()}
            urls['status'] = urls['web']
            urls['secure'] = urls['open'].replace('http:', 'https:')
            for language in languages():
                check_pushes(judge, language, urls, remedies)
                check_program(judge, language, folder, urls['open'].rpartition(':')[2], remedies)
                check_demo(judge, language, plugins, remedies)
        finally:
            points.end()
    print(f'{len(TEN)} forms of the ten mistakes, {len(PUSHES) + len(PROGRAM) + 1} in all')
    return 1 if judge.failed else 0


sys.exit(main())
