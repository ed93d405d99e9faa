#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds the Debian packages twice and looks at them; called by tools/run-package.

package.py FOLDER
"""

import os
import re
import shutil
import subprocess
import sys
import unittest

import builds
from installed import Installed

FOLDER = os.path.abspath(sys.argv[1])
DOCUMENTS = r'/usr/share/doc/{package}/(changelog(\.Debian)?\.gz|copyright|README\.Debian)'
# what a package holds beside these, as regular expressions
CONTENTS = {
    'gstreamer1.0-wms': [
        r'/usr/lib/[^/]+/gstreamer-1\.0/libgstasfmux\.so',
        r'/usr/share/metainfo/invalid\.gst_wms\.plugin\.metainfo\.xml'],
    'wms-pubpoint': [
        r'/etc/wms-pubpoint/wms-pubpoint\.conf',
        r'/lib/systemd/system/wms-pubpoint\.service',
        r'/usr/bin/wms-pubpoint',
        r'/usr/share/bash-completion/completions/wms-pubpoint',
        r'/usr/share/man/man1/wms-pubpoint\.1\.gz',
        r'/usr/share/metainfo/invalid\.gst_wms\.pubpoint\.metainfo\.xml',
        r'/usr/share/wms-pubpoint/wms-pubpoint\.conf',
        r'/usr/share/zsh/vendor-completions/_wms-pubpoint'],
    'gst-wms-common': [
        rf'/usr/share/locale/{language}/LC_MESSAGES/gst-wms-1\.0\.mo'
        for language in ('de', 'es', 'fr', 'ja')],
    'gst-wms-doc': [
        r'/usr/share/doc/gst-wms-doc/guide/index\.html',
        r'/usr/share/doc/gst-wms-doc/guide/.*',
        r'/usr/share/doc/gst-wms-doc/reference',
        r'/usr/share/doc-base/gst-wms-doc\.gst-wms-(guide|reference)',
        r'/usr/share/gtk-doc/html/gst-wms/.*wmspushsink\.html',
        r'/usr/share/gtk-doc/html/gst-wms/.*'],
}


def make_locale(folder):
    """A locale whose letters, numbers and dates are others: i and I are no pair in Turkish."""
    os.makedirs(folder, exist_ok=True)
    subprocess.run(['localedef', '-i', 'tr_TR', '-f', 'UTF-8', os.path.join(folder, 'tr_TR.UTF-8')],
                   check=True)
    return folder


def begin_first(tarball):
    return builds.Build(os.path.join(FOLDER, 'one'), tarball, '--build=full', env={
        'TZ': 'UTC-14', 'DEB_BUILD_OPTIONS': 'parallel=2'})


def begin_second(tarball):
    """On another day, in another folder, by another kind of people."""
    return builds.Build(os.path.join(FOLDER, 'another', 'one'), tarball, '--build=binary', umask=0o077, env={
        'TZ': 'UTC+12', 'DEB_BUILD_OPTIONS': 'parallel=3 nocheck', 'HOME': '/nonexistent',
        'LC_ALL': 'tr_TR.UTF-8', 'LANG': 'tr_TR.UTF-8', 'LANGUAGE': 'ja',
        'LOCPATH': make_locale(os.path.join(FOLDER, 'locales'))})


class Packages(unittest.TestCase):
    def test_reproducible(self):
        self.assertTrue(SECOND.end(), SECOND.said()[-3000:])
        self.assertGreaterEqual(len(FIRST.packages()), len(CONTENTS))
        if FIRST.sums() != SECOND.sums():
            other = dict(zip(map(os.path.basename, SECOND.packages()), SECOND.packages()))
            self.fail('\n'.join(builds.difference(path, other[os.path.basename(path)])
                                for path in FIRST.packages()
                                if FIRST.sums()[os.path.basename(path)] !=
                                SECOND.sums().get(os.path.basename(path))))

    def test_contents(self):
        for name, wanted in CONTENTS.items():
            there = builds.contents(FIRST.package(name))
            for pattern in wanted:
                self.assertTrue(any(re.fullmatch(pattern, path) for path in there), f'{name}: no {pattern}')
            wanted = wanted + [DOCUMENTS.format(package=re.escape(name))]
            self.assertEqual([path for path in there
                              if not any(re.fullmatch(pattern, path) for pattern in wanted)], [], name)

    def test_short_suite(self):
        """The packages' build runs tests, but not all of them."""
        passed = re.search(r'^Ok: +(\d+)', FIRST.said(), re.M)
        self.assertIsNotNone(passed, FIRST.log)
        self.assertIn(int(passed[1]), range(10, 50))
        SECOND.end()
        self.assertNotRegex(SECOND.said(), r'(?m)^Ok: ')

    def test_no_warnings(self):
        """The compiler has nothing to say, with Debian's flags too."""
        self.assertEqual(re.findall(r'^.*\bwarning:.*\[-W.*$', FIRST.said(), re.M), [])

    @unittest.skipUnless(shutil.which('lintian'), 'lintian is not installed')
    def test_lintian(self):
        run = subprocess.run(
            ['lintian', '--allow-root', '--tag-display-limit=0', '--fail-on=error,warning', FIRST.changes()],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False)
        self.assertEqual((run.returncode, run.stdout), (0, ''))

    def test_overrides(self):
        """Nothing that lintian finds is hidden from it."""
        self.assertEqual([path for path in builds.project.all_files() if 'lintian-overrides' in path], [])


class Elements(unittest.TestCase):
    def test_registered(self):
        """gstreamer's installer of codecs finds the package by its elements."""
        fields = subprocess.run(['dpkg-deb', '--field', FIRST.package('gstreamer1.0-wms'),
                                 'Gstreamer-Elements', 'Gstreamer-Uri-Sinks'],
                                check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertIn('Elements: asfmux, asfparse, rtpasfpay, wmspushsink\n', fields)
        self.assertIn('Uri-Sinks: wmspush, wmspushs\n', fields)


def main():
    global FIRST, SECOND
    os.makedirs(FOLDER, exist_ok=True)
    tarball = builds.write_tarball(FOLDER)
    FIRST = begin_first(tarball)
    if not FIRST.end():
        print(f'{FIRST.said()[-3000:]}\nThe packages cannot be built: {FIRST.log}')
        print('0 passed, 1 failed, 0 skipped')
        sys.exit(1)
    # while the first ones are looked at
    SECOND = begin_second(tarball)
    Installed.packages = FIRST.folder
    suite = unittest.defaultTestLoader.loadTestsFromName('__main__')
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    bad = len(result.failures) + len(result.errors)
    passed = result.testsRun - bad - len(result.skipped)
    print(f'{max(passed, 0)} passed, {bad} failed, {len(result.skipped)} skipped')
    sys.exit(0 if bad == 0 and passed > 0 else 1)


if __name__ == '__main__':
    main()
