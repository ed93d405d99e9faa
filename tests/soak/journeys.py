# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a reader does who follows documents from the top: each command as it
stands, in order, those that do not end by themselves in terminals of their own.
"""

import json
import os
import re
import ssl
import time
import urllib.parse
import urllib.request
from collections import Counter

TREE = '/root/gst-wms'
LOGS = '/root/logs'
MAX_SECONDS, MAX_BUILD_SECONDS, MAX_WHOLE_SECONDS = 150, 1800, 4 * 3600
STREAMING_SECONDS = 40
SHOWN = 110

# an indented line is output of a program, unless it begins so
FIRST_WORDS = ('tools/', 'build/', 'tests/', 'bash ', 'gst-', 'meson ', 'ninja ', 'export ', 'vlc ')
# in a list of commands: what can be left out, and what the command is for
SYNOPSIS = re.compile(r'\[[^\]]*\]|\s{3,}.*')
# in place of what takes an hour; the whole suite looks at all of it
SHORT = {'tools/run-tests': 'tools/run-tests --suite style'}
LONG = re.compile(r'--sanitize|--threads|run-fuzz|run-analysis|run-coverage|\.ci/run')
# what a reader has, and how it is made here
BROUGHT = {
    '/home/me/film.mkv': 'mkdir -p /home/me; ffmpeg -loglevel error -f lavfi -i testsrc=d=5 -f lavfi -i sine=d=5 '
                         '-c:v mpeg4 -c:a ac3 /home/me/film.mkv',
    '<login': "printf 'encoder\\nsecret\\n' > login",
    'ca.crt': 'openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=mine -days 30 -keyout /dev/null -out ca.crt',
}
DESKTOP = re.compile(r'(?:vlc|ffplay) ')
SERVER = re.compile(r'(?:\S*/)?wms-pubpoint .*|.* &$')
PUSH = re.compile(r'gst-launch-1\.0 .*wmspushsink|tests/examples/encoder')
LOCATION = re.compile(r'(?:wmspushsink[^!]*? location="?|tests/examples/encoder.* )(https?://[^\s"]+)')
SURPRISES = re.compile(r'^(?:\S+: )?(?:ERROR|WARNING|Failed)\b(?!: 0$)|'
                       r'command not found|No such file|CRITICAL|Traceback')


def is_endless(line):
    """Whether it pushes until Ctrl-C."""
    has_end = 'num-buffers' in line or 'gst-launch' in line and 'is-live=true' not in line
    return bool(PUSH.match(line)) and not has_end


def ports(line):
    return re.findall(r'--port[= ](\d+)', line)


def state(location):
    """What the server at this location says about the encoder there."""
    parts = urllib.parse.urlsplit(location)
    context = ssl._create_unverified_context() if parts.scheme == 'https' else None
    try:
        with urllib.request.urlopen(f'{parts.scheme}://{parts.netloc}/status.json', timeout=5, context=context) as answer:
            points = json.load(answer)['points']
    except OSError:
        return 'no server'
    return next((point['state'] for point in points if point['path'] == parts.path), 'nobody')


class Journey:
    """`is_whole` runs what takes hours, too; `stops` ends it at a failure."""

    def __init__(self, system, is_whole, stops=False):
        self.system, self.is_whole, self.stops = system, is_whole, stops
        self.settings = []      # of the reader's shell
        self.servers = {}       # by port
        self.push = None
        self.push_place = None
        self.counts = Counter()
        self.numbers = 0
        os.makedirs(system.inside(LOGS))

    def tell(self, place, verdict, line, seconds=0, more=()):
        self.counts[verdict] += 1
        shown = ' '.join(line.split())
        if len(shown) > SHOWN:
            shown = shown[:SHOWN - 3] + '...'
        print(f'{place:26} {verdict:7} {seconds:5.0f} s  {shown}', flush=True)
        for text in more:
            print(f'{"":43}{text[:SHOWN]}', flush=True)

    def bring(self, line):
        """What is the reader's own."""
        for path, script in BROUGHT.items():
            if path in line and not os.path.exists(self.system.inside(os.path.join(TREE, path.lstrip('<')))):
                self.start(script).wait(MAX_SECONDS)

    def start(self, line):
        self.numbers += 1
        log = self.system.inside(f'{LOGS}/{self.numbers:03}.log')
        return self.system.terminal('\n'.join([*self.settings, line]), TREE, log)

    def follow(self, path, blocks):
        """A document."""
        for block in blocks:
            if block.kind == 'python':
                self.run_program(path, block)
            elif block.kind in ('', 'text', 'sh', 'bash'):
                for number, line in block.lines:
                    self.follow_line(f'{path}:{number}', block, line)

    def follow_line(self, place, block, line):
        if self.stops and self.counts['FAILED']:
            return
        if block.kind == '' and not line.startswith(FIRST_WORDS):
            return
        if line.startswith(('tools/', 'bash ')):
            line = SYNOPSIS.sub('', line).strip()
        if not line or line.startswith('#'):
            return
        if block.needs:
            self.tell(place, 'skipped', line, more=[f'needs {block.needs}'])
        elif LONG.search(line) and not self.is_whole:
            self.tell(place, 'skipped', line, more=['takes long: --whole runs it'])
        elif SERVER.match(line):
            self.start_server(place, line)
        elif DESKTOP.match(line):
            self.tell(place, 'skipped', line, more=['needs a desktop'])
        else:
            self.run(place, line)

    def run(self, place, line):
        self.end_push()
        if not self.is_whole:
            line = SHORT.get(line, line)
        if line.startswith(('export ', 'unset ')):
            self.settings.append(line)
        self.bring(line)
        if is_endless(line):
            self.start_push(place, line)
            return
        begin = time.monotonic()
        terminal = self.start(line)
        limit = MAX_SECONDS
        if line.startswith(('tools/', 'tests/', 'ninja ', 'meson ', 'bash ', 'apt-get ')):
            limit = MAX_WHOLE_SECONDS if self.is_whole else MAX_BUILD_SECONDS
        status = terminal.wait(limit)
        terminal.kill()
        self.judge(place, line, terminal, status, begin)

    def run_program(self, path, block):
        """A program of the document's, in a file."""
        if self.stops and self.counts['FAILED']:
            return
        with open(self.system.inside(f'{TREE}/example.py'), 'w', encoding='utf-8') as file:
            file.writelines(text + '\n' for _, text in block.lines)
        self.run(f'{path}:{block.lines[0][0]}', 'python3 example.py')

    def judge(self, place, line, terminal, status, begin):
        """Tells how a command has ended: at what was said, too."""
        said = terminal.lines()
        surprises = [text for text in said if SURPRISES.search(text)]
        if status == 0 and not surprises:
            self.tell(place, 'ok', line, time.monotonic() - begin, said[-1:])
            return
        why = 'took too long' if status is None else f'exit status {status}'
        self.tell(place, 'FAILED', line, time.monotonic() - begin, [why, *surprises[:5], *said[-12:]])

    def start_server(self, place, line):
        """Another one of the same port has ended before."""
        self.end_push()
        for port in ports(line):
            self.end_server(port)
        terminal = self.start(line.removesuffix('&').strip())
        begin = time.monotonic()
        wanted = len(ports(line)) or 1
        while time.monotonic() < begin + STREAMING_SECONDS and terminal.is_running():
            if sum('listening on' in text for text in terminal.lines()) >= wanted:
                break
            terminal.wait(0.1)
        said = terminal.lines()
        if not terminal.is_running() or not any('listening on' in text for text in said):
            terminal.kill()
            self.judge(place, line, terminal, -1, begin)
            return
        for port in ports(line):
            self.servers[port] = (place, line, terminal)

    def end_server(self, port):
        if port not in self.servers:
            return
        place, line, terminal = self.servers[port]
        begin = time.monotonic()
        for other in ports(line):
            self.servers.pop(other, None)
        status = terminal.interrupt()
        # what a shell keeps in the background does not hear Ctrl-C
        if status is None and line.endswith('&'):
            status = 0
        self.judge(place, line, terminal, status, begin)

    def start_push(self, place, line):
        """Until it is on the air everywhere; it goes on while it is played."""
        begin = time.monotonic()
        terminal = self.start(line)
        locations = LOCATION.findall(line)
        while time.monotonic() < begin + STREAMING_SECONDS and terminal.is_running():
            if all(state(location) == 'streaming' for location in locations):
                self.push, self.push_place = terminal, (place, line, begin)
                return
            terminal.wait(0.2)
        terminal.kill()
        self.judge(place, line, terminal, -1, begin)

    def end_push(self):
        """By Ctrl-C."""
        if self.push is not None:
            terminal, self.push = self.push, None
            place, line, begin = self.push_place
            self.judge(place, line, terminal, terminal.interrupt(), begin)

    def end(self):
        self.end_push()
        for port in list(self.servers):
            self.end_server(port)
