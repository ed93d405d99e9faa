#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each error and warning of the plugin says what to do, or the guide does."""

import os
import sys

import project

sys.path.insert(0, os.path.join(project.ROOT, 'docs', 'guide'))
sys.dont_write_bytecode = True
import troubles  # noqa: E402  pylint: disable=wrong-import-position


def main():
    project.need_tool('xgettext')
    project.finish(list(troubles.problems()), len(list(troubles.troubles())))


main()
