#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables that are plotted have the columns that their commands print."""

import os
import re
import sys

import project

sys.path.insert(0, os.path.join(project.ROOT, 'docs', 'guide'))
sys.dont_write_bytecode = True
import plots  # noqa: E402  pylint: disable=wrong-import-position

FOLDER = 'tests/benchmarks'
# between two pieces of one text
JOINT = re.compile(r'''(["'])\s*\n\s*f?\1''')


def printed(command):
    """The source of a command, with its texts in one piece each."""
    stem = command.removesuffix('-table')
    for name in (f'{stem.replace("-", "_")}.py', f'{stem}.c'):
        if os.path.exists(os.path.join(project.ROOT, FOLDER, name)):
            return JOINT.sub('', project.read(f'{FOLDER}/{name}')).replace(
                '%%', '%')
    return ''


def main():
    problems, columns = [], set()
    for plot in plots.plots():
        for head, _ in plots.tables(plot['page'], plot['command']):
            columns.update((plot['command'], plot['page'], name)
                           for name in head)
    for command, page, name in sorted(columns):
        source = printed(command)
        if not any(text in source for text in
                   (f'| {name} ', f"'{name}'", f'"{name}"')):
            problems.append(f'{page}: {command} prints no column "{name}"')
    project.finish(problems, len(columns))


main()
