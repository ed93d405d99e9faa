#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The section Layout of docs/design.md names the files that are there, once."""

import fnmatch
import re

import project


def patterns():
    """The names in the first column of the section's table."""
    section = project.read('docs/design.md').split('\n## Layout\n')[1]
    for row in re.findall(r'^\| (.*?) \|', section.split('\n## ')[0], re.M):
        yield from re.findall(r'`([^`]+)`', row)


def main():
    files = [f for f in project.all_files()
             if f.split('/')[-1] != 'meson.build' or f == 'meson.build']
    problems, named = [], set()
    for pattern in patterns():
        fits = fnmatch.filter(files, pattern)
        problems += [f'{f} is in the table twice' for f in fits
                     if f in named]
        named.update(fits)
        if not fits:
            problems.append(f'{pattern} is in the table, but not in the tree')
    problems += [f'{f} is not in the table' for f in files if f not in named]
    project.finish(problems, len(files))


main()
