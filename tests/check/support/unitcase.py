# SPDX-License-Identifier: LGPL-2.1-or-later
"""What systemd says of a unit: nothing wrong with it, and little to attack."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=60)


class UnitCase(unittest.TestCase):
    """A test has the unit's file, a program that is there, and the limits."""

    UNIT = PROGRAM = None
    # of 10; a service without any protection has 9.6
    MOST_EXPOSED = 1.5
    NEEDED = {}

    def setUp(self):
        if not shutil.which('systemd-analyze'):
            self.skipTest('systemd-analyze is not installed')
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.unit = os.path.join(self.folder.name, os.path.basename(self.UNIT))

    def text(self):
        with open(self.UNIT, encoding='utf-8') as file:
            return file.read()

    def write(self, text):
        """The unit as it will be, with the program that is there now."""
        with open(self.unit, 'w', encoding='utf-8') as file:
            file.write(re.sub(r'^ExecStart=\S+', f'ExecStart={self.PROGRAM}', text, flags=re.M))

    def verify(self, text):
        self.write(text)
        # the manual is not installed yet
        said = run('systemd-analyze', 'verify', '--man=no', '--recursive-errors=no', self.unit)
        return said.returncode, said.stdout

    def test_verify(self):
        status, said = self.verify(self.text())
        self.assertEqual((status, said), (0, ''))

    def test_verify_notices(self):
        _, said = self.verify(self.text().replace('DynamicUser=', 'DynamicUsher='))
        self.assertIn('DynamicUsher', said)

    def test_security(self):
        self.write(self.text())
        limit = f'--threshold={int(self.MOST_EXPOSED * 10)}'
        said = run('systemd-analyze', 'security', '--offline=yes', '--no-pager', limit, self.unit)
        self.assertEqual(said.returncode, 0, said.stdout)
        self.assertIn('Overall exposure level', said.stdout)

    def test_settings(self):
        settings = dict(re.findall(r'^([A-Za-z]+)=(.*)$', self.text(), re.M))
        for name, value in self.NEEDED.items():
            self.assertEqual(settings.get(name), value, name)
