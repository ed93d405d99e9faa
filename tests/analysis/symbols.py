#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a file gives to others is used by one of them.

symbols.py BUILD
"""

import collections
import json
import os
import re
import shutil
import subprocess
import sys

MISSING_TOOL = 77
# What the linker, GObject or GStreamer ask for, what takes the place of a
# library's own in a test, and the identifiers of the index objects.
ASKED_FOR = re.compile(r'_|main$|\w+_get_type$|gst_plugin_|g_|time$|'
                       r'gettimeofday$|asf_guid_')


def commands(build):
    """(object file, source) of each command of the compiler."""
    with open(os.path.join(build, 'compile_commands.json'),
              encoding='utf-8') as file:
        for entry in json.load(file):
            yield (os.path.join(build, entry['output']),
                   os.path.join(entry['directory'], entry['file']))


def symbols(paths):
    """(object file, kind, name) of each symbol."""
    output = subprocess.run(['nm', '--print-file-name', *paths], check=True,
                            text=True, stdout=subprocess.PIPE).stdout
    for line in output.splitlines():
        path, rest = line.rsplit(':', 1)
        *_, kind, name = rest.split()
        yield path, kind, name


def words(path):
    with open(path, encoding='utf-8') as file:
        return set(re.findall(r'\w+', file.read()))


def main():
    if shutil.which('nm') is None:
        print('SKIP: nm is not installed')
        sys.exit(MISSING_TOOL)
    source_of = dict(commands(sys.argv[1]))
    built = [path for path in source_of if os.path.exists(path)]
    # what was not built may use anything that it names
    used = set().union(*(words(source_of[path])
                         for path in source_of.keys() - set(built)))
    given = collections.defaultdict(set)
    for path, kind, name in symbols(built):
        if kind == 'U':
            used.add(name)
        elif kind in 'TDRB':
            given[name].add(os.path.basename(source_of[path]))
    alone = sorted(name for name in given
                   if name not in used and not ASKED_FOR.match(name))
    for name in alone:
        print(f'{name}: nobody but {", ".join(given[name])} uses it')
    print(f'{len(given)} symbols, {len(alone)} problems')
    sys.exit(1 if alone or not given else 0)


main()
