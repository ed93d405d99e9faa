#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The hooks of tools/hooks let good commits through, and refuse others: in a repository of their own."""

import os
import shutil
import subprocess
import tempfile
import unittest

import project

NAME = 'gst/asf/asfguid.c'


@unittest.skipUnless(shutil.which('git') and shutil.which('indent'), 'git or indent is not installed')
class Hooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.tree)
        for path in project.all_files():
            os.makedirs(os.path.join(cls.tree, os.path.dirname(path)), exist_ok=True)
            shutil.copy(os.path.join(project.ROOT, path), os.path.join(cls.tree, path))
        cls.git('init', '--quiet')
        cls.git('add', '--all')
        cls.git('commit', '--quiet', '-m', 'all: as it is')
        cls.git('config', 'core.hooksPath', 'tools/hooks')

    def tearDown(self):
        self.git('reset', '--quiet', '--hard')

    @classmethod
    def git(cls, *arguments, check=True):
        return subprocess.run(
            ['git', '-c', 'user.name=Nobody', '-c', 'user.email=nobody@example.org', *arguments],
            cwd=cls.tree, check=check, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=90,
            env={**{n: v for n, v in os.environ.items() if not n.startswith('GIT_')},
                 'GIT_CONFIG_GLOBAL': os.devnull, 'LC_ALL': 'C.UTF-8'})

    def append(self, text, path=NAME):
        with open(os.path.join(self.tree, path), 'a', encoding='utf-8') as file:
            file.write(text)

    def commit(self, title='asf: something'):
        return self.git('commit', '-m', title, check=False)

    def refused(self, *wanted):
        run = self.commit()
        self.assertNotEqual(run.returncode, 0, run.stdout)
        for text in wanted:
            self.assertIn(text, run.stdout)

    def test_good(self):
        self.append('\n/* A remark. */\n')
        self.git('add', NAME)
        run = self.commit()
        self.assertEqual(run.returncode, 0, run.stdout)

    def test_format(self):
        self.append('\nint  bad(void){return 1;}\n')
        self.git('add', NAME)
        self.refused('format:', NAME, 'Nothing is committed.')

    def test_layers(self):
        self.append('#include "wmspush/wmsclient.h"\n')
        self.git('add', NAME)
        self.refused('layers:', NAME)

    def test_file_that_is_not_named(self):
        self.append('A page.\n', 'docs/other.md')
        self.git('add', 'docs/other.md')
        self.refused('layout:', 'docs/other.md is not in the table')

    def test_script(self):
        self.append('if true; then\n', 'tools/run-tests')
        self.git('add', 'tools/run-tests')
        self.refused('tools/run-tests:')

    def test_only_what_is_to_be_committed(self):
        self.append('Another remark.\n', 'docs/chain.md')
        self.git('add', 'docs/chain.md')
        self.append('\nint  bad(void){return 1;}\n')
        run = self.commit()
        self.assertEqual(run.returncode, 0, run.stdout)

    def test_title(self):
        for title in ('something', 'asf something', f'asf: {"long " * 20}', 'asf: one\nanother'):
            self.append('A remark.\n', 'docs/chain.md')
            self.git('add', 'docs/chain.md')
            run = self.commit(title)
            self.assertNotEqual(run.returncode, 0, title)


unittest.main()
