# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the style checks share: the project's files, and how to report."""

import functools
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
MISSING_TOOL = 77
# as in .gitignore
BUILD = re.compile(r'_?build')


@functools.lru_cache
def known_to_git():
    """The files that git knows of; None where there is no repository."""
    if not os.path.exists(os.path.join(ROOT, '.git')) \
            or shutil.which('git') is None:
        return None
    run = subprocess.run(['git', '-C', ROOT, 'ls-files', '-z'],
                         stdout=subprocess.PIPE, text=True)
    return set(run.stdout.split('\0')) if run.returncode == 0 else None


def all_files():
    """Every file of the source tree; build folders and .git are left out, and
    in a repository what somebody has only tried there."""
    known = known_to_git()
    for folder, subdirs, names in os.walk(ROOT):
        if 'meson-private' in subdirs:
            subdirs.clear()
            continue
        subdirs[:] = sorted(d for d in subdirs
                            if d not in ('.git', '__pycache__')
                            and not (folder == ROOT and BUILD.match(d)))
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), ROOT)
            if path != '.git' and not path.endswith('.pyc') \
                    and (known is None or path in known):
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
