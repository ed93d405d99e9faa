#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""--help, the man page and the example options file name the same options.

pubmanual.py PROGRAM MAN-PAGE EXAMPLE
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, PAGE, EXAMPLE = map(os.path.abspath, sys.argv[1:4])
# what makes no sense in the file
COMMAND_LINE_ONLY = {'config', 'help', 'version'}
# about the machine, not the page
NOT_OURS = 'outdated mandoc.db'


def run(*command, **env):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=30, env={**os.environ, **env})


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def options_of_help():
    return set(re.findall(r'^ .{5}--([a-z-]+)', run(PROGRAM, '--help').stdout, re.M))


def options_of_page():
    return set(re.findall(r'^\.It .*Fl -([a-z-]+)', read(PAGE), re.M))


def keys_of_page():
    section = read(PAGE).split('\nThe keys are\n')[1].split('\n.Sh ')[0]
    return set(re.findall(r'[a-z-]{3,}', section)) - {'and'}


def keys_of_example():
    return set(re.findall(r'^#?([a-z-]+)=', read(EXAMPLE), re.M))


class Manual(unittest.TestCase):
    def test_options(self):
        options = options_of_help()
        self.assertGreater(len(options), 20)
        self.assertEqual(options, options_of_page())

    def test_keys(self):
        keys = options_of_help() - COMMAND_LINE_ONLY
        self.assertEqual(keys, keys_of_page())
        self.assertEqual(keys, keys_of_example())

    def test_every_key_is_known(self):
        """The program reads the example with nothing commented out."""
        text = re.sub(r'^#(?=[a-z-]+=)', '', read(EXAMPLE), flags=re.M)
        with tempfile.NamedTemporaryFile('w', suffix='.conf') as file:
            file.write(text)
            file.flush()
            good = run(PROGRAM, '--version', f'--config={file.name}')
            self.assertEqual(good.returncode, 0, good.stdout)
            file.write('no-such-key=1\n')
            file.flush()
            bad = run(PROGRAM, '--version', f'--config={file.name}')
            self.assertEqual(bad.returncode, 2, bad.stdout)

    def test_width(self):
        for line in run(PROGRAM, '--help').stdout.splitlines():
            self.assertLess(len(line), 80, line)

    @unittest.skipUnless(shutil.which('man'), 'man is not installed')
    def test_man(self):
        shown = subprocess.run(
            ['man', '--warnings', '-l', PAGE], capture_output=True, text=True, timeout=30,
            env={**os.environ, 'LC_ALL': 'C.UTF-8', 'MANWIDTH': '80', 'PAGER': 'cat'})
        self.assertEqual(shown.stderr, '')
        self.assertIn('EXIT STATUS', shown.stdout)

    @unittest.skipUnless(shutil.which('mandoc'), 'mandoc is not installed')
    def test_lint(self):
        said = run('mandoc', '-T', 'lint', PAGE).stdout.splitlines()
        self.assertEqual([line for line in said if NOT_OURS not in line], [])


unittest.main(argv=sys.argv[:1])
