#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bugs on purpose of tests/soak/bugs, which long runs have to find, still fit the source."""

import fnmatch
import subprocess

import project


def main():
    problems, bugs = [], fnmatch.filter(project.all_files(), 'tests/soak/bugs/*.patch')
    for bug in bugs:
        run = subprocess.run(['git', 'apply', '--check', bug], cwd=project.ROOT, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, check=False)
        problems += [f'{bug}: {line}' for line in run.stdout.splitlines()[:1]]
    project.finish(problems, len(bugs))


main()
