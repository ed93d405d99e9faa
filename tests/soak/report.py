# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a run is judged by besides its packets, and the report that is kept of it."""

import glob
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def build_option(build, wanted):
    with open(os.path.join(build, 'meson-info/intro-buildoptions.json'), encoding='utf-8') as file:
        return next(option['value'] for option in json.load(file) if option['name'] == wanted)


def is_sanitized(build):
    return build_option(build, 'b_sanitize') != 'none'


def environment(build, folder):
    """For all children."""
    found = {'GST_PLUGIN_PATH': os.path.join(build, 'gst'), 'GST_REGISTRY': os.path.join(folder, 'registry.bin'),
             'LC_ALL': 'C.UTF-8', 'PYTHONDONTWRITEBYTECODE': '1'}
    if is_sanitized(build):
        suppressions = os.path.join(ROOT, 'tests/leaks.supp')
        found.update({'GST_PLUGIN_SCANNER_1_0': os.path.join(ROOT, 'tests/sanitized-scanner'),
                      'ASAN_OPTIONS': 'fast_unwind_on_malloc=0',
                      'LSAN_OPTIONS': f'print_suppressions=0:suppressions={suppressions}',
                      'UBSAN_OPTIONS': 'print_stacktrace=1:halt_on_error=1'})
    return found


def status_problems(encoder):
    """Each RECONNECT_START has its RECONNECT_END, in this order, and the stream ended as it should."""
    problems, is_open = [], False
    for status in encoder.statuses:
        if status.name == 'RECONNECT_START':
            if is_open:
                problems.append('RECONNECT_START twice without a RECONNECT_END')
            is_open = True
        elif status.name == 'RECONNECT_END':
            if not is_open:
                problems.append('RECONNECT_END without a RECONNECT_START')
            is_open = False
    if is_open:
        problems.append('a RECONNECT_START without its RECONNECT_END')
    tail = [status.name for status in encoder.statuses][-3:]
    if tail != ['END_OF_STREAMING', 'STOPPED', 'CLOSED']:
        problems.append(f'the last statuses are {tail}')
    return problems


def recording_problems(lane):
    """What wms-pubpoint recorded plays, also where it was killed over it."""
    problems = []
    for path in lane.server.recordings():
        if not path.endswith('.asf') or os.path.getsize(path) == 0:
            continue
        run = subprocess.run(['ffprobe', '-v', 'error', '-count_packets', '-of', 'csv=p=0', '-show_entries',
                              'stream=codec_name,nb_read_packets', path], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, timeout=120)
        if run.returncode != 0:
            problems.append(f'{os.path.basename(path)} does not play: {run.stdout.strip()}')
    return problems


def sanitizer_problems(folder):
    for path in sorted(glob.glob(os.path.join(folder, '*.err'))):
        with open(path, encoding='utf-8', errors='replace') as file:
            for line in file:
                if 'Sanitizer' in line or 'runtime error' in line or 'CRITICAL' in line:
                    yield f'{os.path.basename(path)}: {line.strip()}'


def git(*arguments):
    return subprocess.run(['git', '-C', ROOT, *arguments], stdout=subprocess.PIPE, text=True,
                          check=False).stdout.strip()


def write(options, begin, log):
    path = options.report or os.path.join(ROOT, 'docs/reports', f'faults-{begin:%Y-%m-%d}.txt')
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    changed = ' with changes' if git('status', '--porcelain', '--untracked-files=no') else ''
    with open(path, 'w', encoding='utf-8') as file, open(log, encoding='utf-8') as lines:
        file.write(f'commit: {git("rev-parse", "HEAD")}{changed}\n')
        words = [word for word in sys.argv[1:] if not word.startswith('--build=')]
        file.write(f'command: {" ".join(["tests/soak/faults", *words])}\n')
        file.write(f'date: {begin:%Y-%m-%d %H:%M}\n\n')
        file.writelines(line.rstrip() + '\n' for line in lines)
    print(f'report: {path}')
