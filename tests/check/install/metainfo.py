#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The AppStream metadata are right.

metainfo.py FILE...
"""

import os
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree

FILES = sys.argv[1:]


def read(path):
    return xml.etree.ElementTree.parse(path).getroot()


class Metainfo(unittest.TestCase):
    @unittest.skipUnless(shutil.which('appstreamcli'), 'appstreamcli is not installed')
    def test_valid(self):
        for path in FILES:
            run = subprocess.run(['appstreamcli', 'validate', '--no-net', path], text=True, check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
            self.assertEqual(run.returncode, 0, run.stdout)
            self.assertNotIn('W:', run.stdout)

    def test_name(self):
        """Software centres find the file by what stands in it."""
        for path in FILES:
            self.assertEqual(os.path.basename(path), f'{read(path).findtext("id")}.metainfo.xml')

    def test_what_is_what(self):
        kinds = {read(path).get('type'): read(path) for path in FILES}
        self.assertIn('codec', kinds)
        if 'console-application' in kinds:
            program = kinds['console-application']
            self.assertEqual(program.findtext('provides/binary'), 'wms-pubpoint')


unittest.main(argv=sys.argv[:1])
