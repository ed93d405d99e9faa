#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real files come out of asfdemux and asfmux as they went in.

remux.py REMUX-TOOL MEDIA-FOLDER

Runs ../shared/tools/remux.py, which compares the media objects of each file
with those of the original (number, content, order, times, key flags) and has
the result judged, as a file and as a broadcast, with packets of several sizes.
"""

import glob
import os
import re
import subprocess
import sys

SKIPPED = 77
RUNS = [
    ('file', []),
    ('broadcast', ['--live']),
    ('file, packets of 200', ['--packet-size', '200']),
    ('broadcast, packets of 1400', ['--live', '--packet-size', '1400']),
    ('file, packets of 16000', ['--packet-size', '16000']),
]


def main(tool, folder):
    files = sorted(glob.glob(os.path.join(folder, '*.wm[av]')))
    if not files or not os.path.exists(tool):
        print('SKIP: no shared media here')
        return SKIPPED
    number = failed = 0
    for name, options in RUNS:
        run = subprocess.run(['/usr/bin/python3', tool, *options, *files],
                             stdout=subprocess.PIPE, text=True, timeout=200,
                             check=False)
        print(run.stdout)
        for line in re.findall(r'^\S+ +(?:ok|FAIL) .*$', run.stdout, re.M):
            number += 1
            is_bad = ' ok ' not in line
            failed += is_bad
            print(f'case: {"not " if is_bad else ""}ok {number} - {name}: '
                  f'{line if is_bad else line.split()[0]}')
    if number != len(RUNS) * len(files):
        print(f'{number} files were compared, not {len(RUNS) * len(files)}')
        failed += 1
    return 1 if failed else 0


sys.exit(main(*sys.argv[1:]))
