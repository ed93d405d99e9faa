#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Spelling, blanks and tabs, line length, licence lines, things left undone."""

import os
import re
import subprocess

import project

SOURCES = ('.c', '.h', '.py', '.sh')
PROSE_WIDTH = 120
# written in parts, so that this file does not find itself
UNDONE = re.compile(r'\b(?:TO' r'DO|FIX' r'ME|XX' r'X)\b')
LICENCE = 'SPDX-License-Identifier: LGPL-2.1-or-later'


def is_text(path):
    """What people wrote: not what a program printed or diff made."""
    if path.endswith('.patch') or path.startswith('docs/reports/'):
        return False
    with open(os.path.join(project.ROOT, path), 'rb') as file:
        return b'\0' not in file.read(4096)


def width(path):
    """The longest line that a file may have; None where indent decides."""
    if path.endswith('.h'):
        return 80
    return PROSE_WIDTH if path.endswith(('.py', '.md', '.build')) else None


def line_problems(path, text):
    limit, is_makefile = width(path), path.endswith('/rules')
    for number, line in enumerate(text.split('\n'), 1):
        if line != line.rstrip():
            yield f'{path}:{number}: blanks at the end of the line'
        if '\t' in line and not is_makefile:
            yield f'{path}:{number}: tab'
        is_free = '://' in line or line.startswith('|')
        if limit and len(line) > limit and not is_free:
            yield f'{path}:{number}: longer than {limit}'
        if path.endswith(SOURCES) and UNDONE.search(line):
            yield f'{path}:{number}: something left undone'


def file_problems(path):
    text = project.read(path)
    if text and not text.endswith('\n'):
        yield f'{path}: no newline at the end'
    if path.endswith(SOURCES) and LICENCE not in text[:200]:
        yield f'{path}: no licence line'
    yield from line_problems(path, text)


def spelling(files):
    project.need_tool('codespell')
    words = os.path.join(project.ROOT, 'tests', 'style', 'words.txt')
    run = subprocess.run(['codespell', '--ignore-words', words, *files],
                         cwd=project.ROOT, stdout=subprocess.PIPE, text=True)
    return run.stdout.splitlines()


def main():
    files = [f for f in project.all_files() if f != 'COPYING' and is_text(f)]
    problems = [p for f in files for p in file_problems(f)]
    problems += spelling([f for f in files if not f.startswith('po/')])
    project.finish(problems, len(files))


main()
