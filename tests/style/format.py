#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every .c file is as GNU indent leaves it with GStreamer's options.

format.py [--fix] [FILE...]: with --fix the files are rewritten.
"""

import difflib
import os
import shutil
import subprocess
import sys
import tempfile

import project

OPTIONS = ('--braces-on-if-line --case-brace-indentation0 '
           '--case-indentation2 --braces-after-struct-decl-line '
           '--line-length80 --no-tabs --cuddle-else '
           '--dont-line-up-parentheses --continuation-indentation4 '
           '--honour-newlines --tab-size8 --indent-level2 '
           '--leave-preprocessor-space').split()


def indented(path, folder):
    """The text of a file after two runs: the first one is not always stable."""
    copy = os.path.join(folder, 'file.c')
    shutil.copy(os.path.join(project.ROOT, path), copy)
    for _ in range(2):
        subprocess.run(['indent', *OPTIONS, copy],
                       env={**os.environ, 'VERSION_CONTROL': 'none'})
    with open(copy, encoding='utf-8', errors='replace') as file:
        return file.read()


def main():
    project.need_tool('indent')
    problems = []
    named = [os.path.relpath(a, project.ROOT) for a in sys.argv[1:]
             if a != '--fix']
    files = named or project.sources('.c')
    with tempfile.TemporaryDirectory() as folder:
        for path in files:
            text = project.read(path)
            wanted = indented(path, folder)
            if text == wanted:
                continue
            if '--fix' in sys.argv:
                with open(os.path.join(project.ROOT, path), 'w',
                          encoding='utf-8') as file:
                    file.write(wanted)
                continue
            problems += difflib.unified_diff(
                text.splitlines(), wanted.splitlines(), path,
                'with indent', lineterm='', n=1)
    project.finish(problems, len(files))


main()
