#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""systemd finds nothing wrong with the unit, and little to attack.

pubunit.py UNIT PROGRAM
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

UNIT, PROGRAM = map(os.path.abspath, sys.argv[1:3])
# of 10; a service without any protection has 9.6
MOST_EXPOSED = 1.5
NEEDED = {
    'Type': 'notify', 'Restart': 'on-failure', 'DynamicUser': 'yes', 'ProtectSystem': 'strict',
    'NoNewPrivileges': 'yes', 'CapabilityBoundingSet': '', 'MemoryDenyWriteExecute': 'yes',
    'StateDirectory': 'wms-pubpoint', 'ConfigurationDirectory': 'wms-pubpoint',
}


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=60)


def unit_text():
    with open(UNIT, encoding='utf-8') as file:
        return file.read()


class Unit(unittest.TestCase):
    def setUp(self):
        if not shutil.which('systemd-analyze'):
            self.skipTest('systemd-analyze is not installed')
        self.folder = tempfile.TemporaryDirectory()
        self.unit = os.path.join(self.folder.name, 'wms-pubpoint.service')

    def tearDown(self):
        self.folder.cleanup()

    def write(self, text):
        """The unit as it will be, with the program that is there now."""
        with open(self.unit, 'w', encoding='utf-8') as file:
            file.write(re.sub(r'^ExecStart=\S+', f'ExecStart={PROGRAM}', text, flags=re.M))

    def verify(self, text):
        self.write(text)
        # the manual is not installed yet
        said = run('systemd-analyze', 'verify', '--man=no', '--recursive-errors=no', self.unit)
        return said.returncode, said.stdout

    def test_verify(self):
        status, said = self.verify(unit_text())
        self.assertEqual((status, said), (0, ''))

    def test_verify_notices(self):
        _, said = self.verify(unit_text().replace('DynamicUser=', 'DynamicUsher='))
        self.assertIn('DynamicUsher', said)

    def test_security(self):
        self.write(unit_text())
        limit = f'--threshold={int(MOST_EXPOSED * 10)}'
        said = run('systemd-analyze', 'security', '--offline=yes', '--no-pager', limit, self.unit)
        self.assertEqual(said.returncode, 0, said.stdout)
        self.assertIn('Overall exposure level', said.stdout)

    def test_settings(self):
        settings = dict(re.findall(r'^([A-Za-z]+)=(.*)$', unit_text(), re.M))
        for name, value in NEEDED.items():
            self.assertEqual(settings.get(name), value, name)


unittest.main(argv=sys.argv[:1])
