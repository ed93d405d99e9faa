#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Length and branches of functions and files (docs/design.md, "Limits")."""

import re
import subprocess

import project

MAX_LINES = 80
MAX_TEST_LINES = 100
MAX_BRANCHES = 15
MAX_FILE_LINES = 600
MEDIAN_LINES = 20
MOST_LINES = 45
MOST_BRANCHES = 8
PROPERTY_TABLE = re.compile(r'(class_init|_set_property|_get_property|install_properties)$')
ROW = re.compile(r'(\d+)\t(\d+)\t(\d+)\t(\d+)\t(\d+)\t(.*)\((\d+)\): (.*)')


def functions(files):
    """(path, line, name, branches, lines) of every function."""
    output = subprocess.run(['pmccabe', *files], cwd=project.ROOT, check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    for row in map(ROW.match, output.splitlines()):
        if row:
            yield (row[6], int(row[7]), row[8], int(row[1]), int(row[5]))


def too_long(path, name, lines):
    if PROPERTY_TABLE.search(name):
        return False
    limit = MAX_TEST_LINES if path.startswith('tests/') else MAX_LINES
    return lines > limit


def share(values, percent):
    """The value that this share of all values does not exceed."""
    return sorted(values)[max(len(values) * percent // 100 - 1, 0)]


def bar(rows):
    """The bar for the code as a whole, tests left out."""
    lines = [row[4] for row in rows if not row[0].startswith('tests/')]
    branches = [row[3] for row in rows if not row[0].startswith('tests/')]
    figures = [('median of function lines', share(lines, 50), MEDIAN_LINES),
               ('90 % of function lines', share(lines, 90), MOST_LINES),
               ('90 % of branches', share(branches, 90), MOST_BRANCHES)]
    for name, value, limit in figures:
        print(f'{name}: {value}, at most {limit}')
        if value > limit:
            yield f'{name}: {value} is over {limit}'


def main():
    project.need_tool('pmccabe')
    files = project.sources('.c')
    problems = []
    for path in project.sources('.c', '.h', '.py', '.sh'):
        lines = project.read(path).count('\n')
        if lines > MAX_FILE_LINES:
            problems.append(f'{path}: {lines} lines, at most {MAX_FILE_LINES}')
    rows = list(functions(files))
    for path, line, name, branches, lines in rows:
        if too_long(path, name, lines):
            problems.append(f'{path}:{line}: {name} has {lines} lines')
        if branches > MAX_BRANCHES:
            problems.append(f'{path}:{line}: {name} has {branches} branches')
    problems += bar(rows)
    project.finish(problems, len(rows))


main()
