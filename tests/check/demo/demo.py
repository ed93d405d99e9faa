#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""wms-demo: it shows the whole chain, counts, and fails when a link does.

demo.py WMS-DEMO WMS-PUBPOINT
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
DEMO, POINT = sys.argv[1:]
FAULTY_POINT = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                            'point.py')
STATUSES = ['WMT_LOCATING', 'WMT_CONNECTING', 'WMT_OPENED', 'WMT_STARTED',
            'WMT_END_OF_STREAMING', 'WMT_STOPPED', 'WMT_CLOSED']


def run(*arguments, **faults):
    """Exit code, and the lines of both outputs."""
    result = subprocess.run(
        [DEMO, *arguments], env={**os.environ, **faults}, timeout=60,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert_nobody_plays(result.stdout)
    return result.returncode, result.stdout.splitlines()


def players(url):
    """Processes that name this URL in their arguments."""
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/cmdline', encoding='utf-8') as file:
                if url in file.read():
                    yield pid
        except (OSError, UnicodeDecodeError):
            pass


def assert_nobody_plays(output):
    """The player ends with the demonstration, however that ended."""
    point = re.search(r'listening on (http://\S+)', output)
    deadline = time.monotonic() + 5
    while point and list(players(point[1])):
        assert time.monotonic() < deadline, 'a player is left behind'


def has(lines, text):
    return any(text in line for line in lines)


def test_programme_arrives(folder):
    picture = os.path.join(folder, 'picture.png')
    code, lines = run('--pubpoint', POINT, '--duration', '3',
                      '--picture', picture)
    assert code == 0, lines
    assert lines[-1] == 'Everything arrived.', lines
    seen = [line.split()[0] for line in lines if line.startswith('WMT_')]
    assert seen == STATUSES, lines
    assert sum('kbit/s' in line for line in lines) >= 3, lines
    with open(picture, 'rb') as file:
        assert file.read(8) == b'\x89PNG\r\n\x1a\n'


def test_lost_packet_is_noticed(folder):
    code, lines = run('--pubpoint', FAULTY_POINT, '--duration', '3',
                      '--picture', os.path.join(folder, 'lost.png'),
                      POINT_LOSES='40')
    assert code == 1, lines
    assert has(lines, 'has not seen and heard all'), lines


def test_nothing_lost_at_the_faulty_point(folder):
    code, lines = run('--pubpoint', FAULTY_POINT, '--duration', '2',
                      '--picture', os.path.join(folder, 'whole.png'))
    assert code == 0, lines


def test_point_dies(folder):
    code, lines = run('--pubpoint', FAULTY_POINT, '--duration', '20',
                      POINT_DIES='30')
    assert code == 1, lines
    assert has(lines, 'Failed: '), lines


def test_no_point(folder):
    code, lines = run('--pubpoint', os.path.join(folder, 'nothing'))
    assert code == 1 and has(lines, 'Failed: '), lines
    code, lines = run('--pubpoint', '/bin/false')
    assert code == 1, lines
    assert has(lines, 'Failed: the publishing point ended.'), lines


def test_no_server(folder):
    code, lines = run('--url', 'http://127.0.0.1:1/live')
    assert code == 1 and has(lines, 'Failed: '), lines
    assert not has(lines, 'Everything arrived.'), lines


def test_no_file(folder):
    code, lines = run('--pubpoint', POINT, os.path.join(folder, 'no.wmv'))
    assert code == 1 and has(lines, 'Failed: There is no file'), lines


def test_no_media_file(folder):
    code, lines = run('--pubpoint', POINT, __file__)
    assert code == 1 and has(lines, 'Failed: '), lines


def test_interrupted(folder):
    demo = subprocess.Popen(
        [DEMO, '--pubpoint', POINT, '--duration', '50', '--picture',
         os.path.join(folder, 'short.png')], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = []
    for line in demo.stdout:
        lines.append(line.rstrip())
        if 'kbit/s' in line and demo.poll() is None and len(lines) < 9:
            demo.send_signal(signal.SIGINT)
            break
    lines += demo.communicate(timeout=60)[0].splitlines()
    assert demo.returncode == 0, lines
    assert lines[-1] == 'Everything arrived.', lines


def main():
    for program in ('ffmpeg',):
        if shutil.which(program) is None:
            print(f'SKIP: {program} is not installed')
            sys.exit(SKIPPED)
    os.environ['LC_ALL'] = 'C.UTF-8'
    os.environ.pop('LANGUAGE', None)
    tests = [(name[5:], function) for name, function in globals().items()
             if name.startswith('test_')]
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                function(folder)
                print(f'case: ok {number} - {name}', flush=True)
            except (AssertionError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f'{name}: {error}')
                print(f'case: not ok {number} - {name}', flush=True)
    sys.exit(1 if failed else 0)


main()
