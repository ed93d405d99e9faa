#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Length and branches of functions and files (docs/design.md, "Limits")."""

import ast
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
# printed by programs, or of a length that others decide
NOT_OURS = re.compile(r'COPYING$|po/.*\.po$|docs/reports/|'
                      r'docs/gst_plugins_cache\.json$|.*\.(png|patch|pem)$|'
                      r'tests/fuzz/found/')
BRANCHES = (ast.If, ast.For, ast.While, ast.ExceptHandler, ast.IfExp,
            ast.comprehension)
ROW = re.compile(r'(\d+)\t(\d+)\t(\d+)\t(\d+)\t(\d+)\t(.*)\((\d+)\): (.*)')


def functions(files):
    """(path, line, name, branches, lines) of every function."""
    output = subprocess.run(['pmccabe', *files], cwd=project.ROOT, check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    for row in map(ROW.match, output.splitlines()):
        if row:
            yield (row[6], int(row[7]), row[8], int(row[1]), int(row[5]))


def branches_of(function):
    """Ways through a function of Python, and one."""
    nodes = list(ast.walk(function))
    return (1 + sum(isinstance(node, BRANCHES) for node in nodes)
            + sum(len(node.values) - 1 for node in nodes
                  if isinstance(node, ast.BoolOp)))


def python_functions(files):
    """The same of every function of Python."""
    for path in files:
        for node in ast.walk(ast.parse(project.read(path))):
            if isinstance(node, ast.FunctionDef):
                yield (path, node.lineno, node.name, branches_of(node),
                       node.end_lineno - node.lineno + 1)


def is_python(path):
    return path.endswith('.py') or (
        '.' not in path.split('/')[-1]
        and project.read(path).startswith('#!/usr/bin/python3'))


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
    ours = [f for f in project.all_files() if not NOT_OURS.match(f)]
    for path in ours:
        lines = project.read(path).count('\n')
        if lines > MAX_FILE_LINES:
            problems.append(f'{path}: {lines} lines, at most {MAX_FILE_LINES}')
    rows = list(functions(files))
    for path, line, name, branches, lines in [
            *rows, *python_functions(filter(is_python, ours))]:
        if too_long(path, name, lines):
            problems.append(f'{path}:{line}: {name} has {lines} lines')
        if branches > MAX_BRANCHES:
            problems.append(f'{path}:{line}: {name} has {branches} branches')
    problems += bar(rows)
    project.finish(problems, len(rows))


main()
