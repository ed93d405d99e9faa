# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the project's files are compiled: Meson's compile_commands.json."""

import itertools
import json
import os
import shlex

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FOLDERS = ('gst/', 'tools/')
WITH_OUTPUT = ('-o', '-MF', '-MQ')
WITHOUT_OUTPUT = ('-c', '-MD', '-Werror', '-fdiagnostics-color=always')


class Command:
    """One file's: @path below the source folder, run in the build folder."""

    def __init__(self, entry):
        path = os.path.join(entry['directory'], entry['file'])
        self.path = os.path.relpath(path, ROOT)
        self.folder = entry['directory']
        self.arguments = shlex.split(entry['command'])

    def flags(self):
        """What is said of the language, without compiler and outputs."""
        arguments = itertools.dropwhile(lambda a: not a.startswith('-'),
                                        self.arguments[:-1])
        for argument in arguments:
            if argument in WITH_OUTPUT:
                next(arguments)
            elif argument not in WITHOUT_OUTPUT:
                yield argument


def read(build):
    """The commands of what ships."""
    name = os.path.join(build, 'compile_commands.json')
    with open(name, encoding='utf-8') as file:
        # tests may compile such a file once more, for themselves
        commands = [Command(entry) for entry in json.load(file)
                    if entry['output'].startswith(FOLDERS)]
    return [c for c in commands if c.path.startswith(FOLDERS)]
