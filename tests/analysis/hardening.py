#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The built programs and the plugin are hardened.

hardening.py --fortified|--plain BUILD FILE...: with --plain (a build without
optimisation or with sanitizers) nothing is said of _FORTIFY_SOURCE.
"""

import os
import re
import shutil
import subprocess
import sys

import commands

MISSING_TOOL = 77


def readelf(path, *options):
    return subprocess.run(['readelf', '--wide', *options, path], check=True,
                          stdout=subprocess.PIPE, text=True,
                          env={**os.environ, 'LC_ALL': 'C'}).stdout


def problems_of(path):
    """What is missing in an ELF file."""
    head = readelf(path, '--file-header')
    segments = readelf(path, '--segments')
    dynamic = readelf(path, '--dynamic')
    stack = re.search(r'GNU_STACK\s+(?:\S+\s+){5}([RWE ]{3})', segments)
    if not re.search(r'Type:\s+DYN', head):
        yield 'is not position independent'
    if 'INTERP' in segments and not re.search(r'FLAGS_1.*\bPIE\b', dynamic):
        yield 'is no position independent executable'
    if 'GNU_RELRO' not in segments:
        yield 'has no RELRO segment'
    if not re.search(r'\(FLAGS(_1)?\).*\b(BIND_)?NOW\b', dynamic):
        yield 'binds its symbols late: RELRO is not full'
    if stack is None or 'E' in stack[1]:
        yield 'has an executable stack'
    if re.search(r'TEXTREL', dynamic):
        yield 'changes its code when it is loaded'
    if '__stack_chk_fail' not in readelf(path, '--dyn-syms'):
        yield 'has no stack protector'


def has_checked_functions(path):
    """Not each program calls one that has a checked copy."""
    return re.search(r' __(?!stack)\w+_chk@', readelf(path, '--dyn-syms'))


def flag_problems(build, is_fortified):
    """Of the compiler's commands: one file may hide behind the others."""
    wanted = ['-fstack-protector-strong']
    if is_fortified:
        wanted.append('-D_FORTIFY_SOURCE=2')
    found = commands.read(build)
    for command in found:
        missing = [flag for flag in wanted if flag not in command.arguments]
        if missing:
            yield f'{command.path} is compiled without {" ".join(missing)}'
    if not found:
        yield f'{build}: no compiler command was found'


def main():
    if shutil.which('readelf') is None:
        print('SKIP: readelf is not installed')
        sys.exit(MISSING_TOOL)
    mode, build, *files = sys.argv[1:]
    is_fortified = mode == '--fortified'
    problems = list(flag_problems(build, is_fortified))
    for path in files:
        problems += [f'{path} {text}' for text in problems_of(path)]
    if is_fortified and not any(map(has_checked_functions, files)):
        problems.append('no file has a checked function of _FORTIFY_SOURCE')
    for problem in problems:
        print(problem)
    print(f'{len(files)} files, {len(problems)} problems')
    sys.exit(1 if problems or not files else 0)


if __name__ == '__main__':
    main()
