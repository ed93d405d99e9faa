#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the tools that read code over what ships: see tools/run-analysis.

analyse.py [--deep] BUILD [TOOL...]: BUILD is a folder that Meson and ninja
have finished with.  A finding is a failure; the last line counts tools.
"""

import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import time

import commands

CPPCHECK = ['cppcheck', '--library=gtk,posix', '--inline-suppr', '--quiet',
            '--enable=warning,performance,portability', '--error-exitcode=1',
            '--template={file}:{line}: {severity}: {message} [{id}]']
# files for one start of clang-tidy
PER_RUN = 4
# states that clang's analyser looks at for one function; its own limit takes
# two and a half times as long
MAX_NODES = 40000


def run(arguments, folder):
    """(whether all is well, what it printed)"""
    result = subprocess.run(arguments, cwd=folder, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, check=False)
    return result.returncode == 0, result.stdout


def analyse_gcc(command):
    """The optimised code: there GCC has followed calls and macros already."""
    return run(['gcc', *command.flags(), '-O2', '-g0', '-fanalyzer', '-Werror',
                '-fdiagnostics-color=never', '-c', '-o', os.devnull,
                os.path.join(commands.ROOT, command.path)], command.folder)


def analyse_tidy(some, is_deep):
    """-Wno: these are GCC's flags, and not all of them are known to clang."""
    paths = [os.path.join(commands.ROOT, c.path) for c in some]
    limit = [] if is_deep else [
        f'--extra-arg={flag}' for flag in
        ('-Xclang', '-analyzer-config', '-Xclang', f'max-nodes={MAX_NODES}')]
    good, output = run(['clang-tidy', '-p', some[0].folder, '--quiet',
                        '--warnings-as-errors=*',
                        '--extra-arg=-Wno-unknown-warning-option', *limit, *paths],
                       some[0].folder)
    noise = ('warnings generated.', 'warning generated.',
             'warnings treated as errors', 'warning treated as error')
    return good, '\n'.join(line for line in output.splitlines()
                           if not line.endswith(noise))


def analyse_cppcheck(paths):
    return run(CPPCHECK + paths, commands.ROOT)


def parts(tool, compiled, is_deep):
    """The calls that a tool is made of: (function, its arguments...)."""
    if tool == 'gcc':
        return [(analyse_gcc, command) for command in compiled]
    if tool == 'cppcheck':
        return [(analyse_cppcheck, sorted({c.path for c in compiled}))]
    return [(analyse_tidy, compiled[i:i + PER_RUN], is_deep)
            for i in range(0, len(compiled), PER_RUN)]


PROGRAMS = {'clang-tidy': 'clang-tidy', 'gcc': 'gcc', 'cppcheck': 'cppcheck'}


def report(tool, results, seconds):
    """Prints a tool's findings; returns whether there were any."""
    findings = [output.strip() for good, output in results if not good]
    for text in findings:
        print(text or f'{tool} failed and said nothing')
    print(f'{tool}: {"findings" if findings else "clean"}, '
          f'after {seconds:.0f} s', flush=True)
    return bool(findings)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--deep', action='store_true')
    parser.add_argument('build')
    parser.add_argument('tools', nargs='*')
    arguments = parser.parse_args()
    build, tools = arguments.build, arguments.tools or list(PROGRAMS)
    compiled = commands.read(build)
    failed = skipped = 0
    begin = time.monotonic()
    if not compiled:
        sys.exit(f'{build}: no compiler command was found')
    workers = len(os.sched_getaffinity(0))
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        runs = {}
        for tool in tools:
            if shutil.which(PROGRAMS[tool]) is None:
                print(f'SKIP: {tool} is not installed')
                skipped += 1
                continue
            runs[tool] = [pool.submit(*part) for part in parts(tool, compiled, arguments.deep)]
        for tool, futures in runs.items():
            results = [future.result() for future in futures]
            failed += report(tool, results, time.monotonic() - begin)
    print(f'{len(compiled)} files')
    print(f'{len(tools) - failed - skipped} passed, {failed} failed, '
          f'{skipped} skipped')
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
