#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints which lines the tests ran, file by file: see tools/run-coverage.

coverage.py BUILD LIST FOLDER...: BUILD has been compiled with coverage, and its
tests have run.  LIST gets each line of gst that did not run, with its text.  A
file of gst below MINIMUM is a failure; other folders are only shown.
"""

import collections
import json
import os
import subprocess
import sys

from commands import ROOT

MINIMUM = 90.0
MUST = 'gst/'
AT_ONCE = 40


def data_files(build, folders):
    """What the programs left behind, per object file."""
    for folder, _, names in os.walk(build):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), build)
            if name.endswith('.gcno') and path.startswith(folders):
                yield path


def gcov(build, paths):
    """gcov's records of these files."""
    output = subprocess.run(['gcov', '--json-format', '--stdout', *paths],
                            cwd=build, check=True, text=True,
                            stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL).stdout
    for line in filter(None, output.splitlines()):
        yield from json.loads(line)['files']


def read(build, folders):
    """{file: {line number: how often it ran}} of what is the project's."""
    counts = collections.defaultdict(dict)
    paths = sorted(data_files(build, folders))
    for i in range(0, len(paths), AT_ONCE):
        for record in gcov(build, paths[i:i + AT_ONCE]):
            path = os.path.relpath(os.path.join(build, record['file']), ROOT)
            # headers and what is generated are no files of their own
            if not path.startswith(folders) or not path.endswith('.c'):
                continue
            lines = counts[path]
            for line in record['lines']:
                number = line['line_number']
                lines[number] = lines.get(number, 0) + line['count']
    return counts


def percent(lines):
    return 100.0 * sum(1 for n in lines.values() if n > 0) / len(lines)


def ranges(numbers):
    """[3, 4, 5, 9] -> '3-5, 9'"""
    runs = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ', '.join(str(a) if a == b else f'{a}-{b}' for a, b in runs)


def uncovered(lines):
    return sorted(number for number, n in lines.items() if n == 0)


def write_list(name, counts):
    """Each line of MUST that did not run."""
    with open(name, 'w', encoding='utf-8') as out:
        for path in sorted(p for p in counts if p.startswith(MUST)):
            with open(os.path.join(ROOT, path), encoding='utf-8') as file:
                text = file.read().splitlines()
            for number in uncovered(counts[path]):
                out.write(f'{path}:{number}: {text[number - 1].strip()}\n')


def print_files(counts):
    """Returns the files that are below MINIMUM and must not be."""
    low = []
    for path in sorted(counts):
        lines = counts[path]
        missing = uncovered(lines)
        is_low = path.startswith(MUST) and percent(lines) < MINIMUM
        shown = missing if path.startswith(MUST) else []
        print(f'{percent(lines):6.1f} % of {len(lines):4} {path}'
              + (f': not {ranges(shown)}' if shown else '')
              + (' - TOO LOW' if is_low else ''))
        if is_low:
            low.append(path)
    return low


def print_totals(counts, folders):
    for folder in folders:
        lines = [n for path, some in counts.items()
                 if path.startswith(folder) for n in some.values()]
        if lines:
            ran = sum(1 for n in lines if n > 0)
            print(f'{folder}: {ran} of {len(lines)} lines, '
                  f'{100 * ran / len(lines):.1f} %')


def main():
    build, name, *folders = sys.argv[1:]
    folders = tuple(folders)
    counts = read(build, folders)
    low = print_files(counts)
    print_totals(counts, folders)
    write_list(name, counts)
    n_files = sum(1 for path in counts if path.startswith(MUST))
    if not n_files:
        print('nothing was compiled with coverage')
    print(f'{n_files - len(low)} passed, {len(low) or int(not n_files)} failed,'
          ' 0 skipped')
    sys.exit(1 if low or not n_files else 0)


if __name__ == '__main__':
    main()
