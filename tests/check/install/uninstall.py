#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is installed into a prefix is what is documented, and uninstalled nothing of it is left.

uninstall.py MESON NINJA BUILD-FOLDER PREFIX PLUGIN-FILE [documents]
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import installation

MESON, NINJA, BUILD, PREFIX, PLUGIN = sys.argv[1:6]
HAS_DOCUMENTS = sys.argv[6:] == ['documents']
# below the prefix
WANTED = sorted([
    'bin/wms-pubpoint',
    os.path.relpath(PLUGIN, PREFIX),
    'lib/systemd/system/wms-pubpoint.service',
    'share/bash-completion/completions/wms-pubpoint',
    *(f'share/locale/{language}/LC_MESSAGES/gst-wms-1.0.mo' for language in ('de', 'es', 'fr', 'ja')),
    'share/man/man1/wms-pubpoint.1',
    'share/metainfo/invalid.gst_wms.plugin.metainfo.xml',
    'share/metainfo/invalid.gst_wms.pubpoint.metainfo.xml',
    'share/wms-pubpoint/wms-pubpoint.conf',
    'share/zsh/site-functions/_wms-pubpoint',
])
# with -Ddoc=enabled, the second one once it has been made
DOCUMENTS = ['share/doc/gst-wms/guide/', 'share/gtk-doc/html/gst-wms/']


def files(folder):
    return sorted(os.path.relpath(os.path.join(parent, name), folder)
                  for parent, _, names in os.walk(folder) for name in names)


def setUpModule():
    if HAS_DOCUMENTS:
        subprocess.run([NINJA, '-C', BUILD, 'reference'], check=True, timeout=120,
                       stdout=subprocess.DEVNULL)


class Uninstall(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def uninstall(self):
        return subprocess.run([NINJA, '-C', BUILD, 'uninstall'], check=True, timeout=60,
                              stdout=subprocess.PIPE, text=True).stdout

    def test_nothing_left(self):
        with installation.installed(MESON, BUILD, self.folder):
            there = files(self.folder + PREFIX)
            self.assertEqual([name for name in there if not name.startswith(tuple(DOCUMENTS))], WANTED)
            for documents in DOCUMENTS if HAS_DOCUMENTS else ():
                self.assertIn(f'{documents}index.html', there)
            self.assertEqual(files(self.folder), sorted(
                os.path.join(PREFIX, name).lstrip('/') for name in there))
            said = self.uninstall()
        self.assertIn('Failed: 0', said)
        self.assertEqual(os.listdir(self.folder), [])

    def test_what_others_have_there_stays(self):
        other = os.path.join(self.folder + PREFIX, 'bin', 'other')
        os.makedirs(os.path.dirname(other))
        with open(other, 'w', encoding='utf-8') as file:
            file.write('other\n')
        with installation.installed(MESON, BUILD, self.folder):
            self.uninstall()
        self.assertEqual(files(self.folder + PREFIX), ['bin/other'])


unittest.main(argv=sys.argv[:1])
