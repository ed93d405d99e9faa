# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the style checks share: the project's files, and how to report."""

import os
import shutil
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
MISSING_TOOL = 77


def all_files():
    """Every file of the source tree; build folders and .git are left out."""
    for folder, subdirs, names in os.walk(ROOT):
        if 'meson-private' in subdirs:
            subdirs.clear()
            continue
        subdirs[:] = sorted(d for d in subdirs
                            if d not in ('.git', '__pycache__'))
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), ROOT)
            if path != '.git' and not path.endswith('.pyc'):
                yield path


def sources(*endings, under=('gst', 'tools', 'tests')):
    """The files with one of these endings in these folders."""
    return [f for f in all_files()
            if f.endswith(endings) and f.split('/')[0] in under]


def read(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        return file.read()


def need_tool(name):
    """Ends the check as skipped when a program is not installed."""
    if shutil.which(name) is None:
        print(f'SKIP: {name} is not installed')
        sys.exit(MISSING_TOOL)


def finish(problems, checked):
    """Prints the problems and ends the check."""
    for problem in problems:
        print(problem)
    print(f'{checked} checked, {len(problems)} problems')
    if not checked:
        print('nothing was checked: is the folder layout another one?')
    sys.exit(1 if problems or not checked else 0)
