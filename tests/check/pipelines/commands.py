#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each gst-launch-1.0 of the documents makes a pipeline: elements, properties,
pads and their links are there.  Nothing is run.

commands.py SOURCE-FOLDER
"""

import os
import re
import shlex
import sys

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst  # noqa: E402

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(sys.argv[1], 'docs', 'guide'))
import snippets  # noqa: E402  pylint: disable=wrong-import-position

COMMAND = re.compile(r'gst-launch-1\.0 (.*)')
# what of a line is the shell's
SHELL = re.compile(r' 2>&1| \| |; done| &$|(?<=\w) +#')


def commands(path):
    """(line number, words of the pipeline) of each gst-launch-1.0."""
    lines = [line for block in snippets.blocks(path) for line in block.lines]
    for number, line in lines:
        found = COMMAND.search(line)
        if found:
            words = shlex.split(SHELL.split(found[1])[0])
            while words and words[0].startswith('-'):
                words.pop(0)
            yield number, words


def problem(words):
    """Why they make no pipeline, None when they do."""
    try:
        Gst.parse_launchv_full(words, None, Gst.ParseFlags.FATAL_ERRORS)
    except GLib.Error as error:
        return error.message
    return None


def main():
    Gst.init(None)
    number = failed = 0
    for path in snippets.documents(sys.argv[1]):
        for line, words in commands(os.path.join(sys.argv[1], path)):
            number += 1
            wrong = problem(words)
            failed += wrong is not None
            print(f'case: {"not " if wrong else ""}ok {number} - {path}:{line}'
                  f'{": " + wrong if wrong else ""}')
    if not number:
        print('case: not ok 1 - no command was found')
    return 1 if failed or not number else 0


sys.exit(main())
