# SPDX-License-Identifier: LGPL-2.1-or-later
"""What installing, upgrading and removing the packages does to a machine that has
gstreamer1.0-plugins-bad, whose plugin has the same file name (docs/packaging.md)."""

import glob
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import machine

OTHER = 'gstreamer1.0-plugins-bad'
# what dpkg, apt and the package's triggers write about themselves
NOTES = re.compile(r'/var/(lib/(dpkg|apt)|cache/(apt|debconf|man|ldconfig)|log)(/|$)|/etc/ld\.so\.cache$')
PARTS = ('gst-wms-common', 'gstreamer1.0-wms', 'wms-pubpoint')


def has_other():
    said = subprocess.run(['dpkg-query', '--show', '--showformat=${db:Status-Status}', OTHER], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return said == 'installed'


def pack_other(folder):
    """gstreamer1.0-plugins-bad once more, as this machine has it, with a higher version."""
    def ask(option):
        return subprocess.run(['dpkg-query', *option, OTHER], check=True, stdout=subprocess.PIPE, text=True).stdout

    os.makedirs(os.path.join(folder, 'DEBIAN'))
    files = [path for path in ask(['--listfiles']).splitlines() if os.path.isfile(path) or os.path.islink(path)]
    held = subprocess.run(['tar', '--create', *files], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout
    subprocess.run(['tar', '--extract', '--directory', folder], input=held, check=True)
    for path in files:
        diverted = f'{folder}{path}.plugins-bad'
        if os.path.exists(diverted):
            os.replace(diverted, f'{folder}{path}')
    status = ask(['--status'])
    status = re.sub(r'^(Status|Conffiles):.*\n( .*\n)*', '', status, flags=re.M)
    with open(os.path.join(folder, 'DEBIAN', 'control'), 'w', encoding='utf-8') as file:
        file.write(re.sub(r'^(Version: .*)$', r'\1+wms', status, flags=re.M))
    subprocess.run(['dpkg-deb', '--root-owner-group', '-Znone', '--build', folder, f'{folder}.deb'],
                   check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(folder)
    return os.path.basename(f'{folder}.deb')


@unittest.skipUnless(os.getuid() == 0, 'only root can make a copy of the machine')
@unittest.skipUnless(has_other(), f'{OTHER} is not installed')
class Installed(unittest.TestCase):
    packages = None

    @classmethod
    def setUpClass(cls):
        cls.plugin = glob.glob('/usr/lib/*/gstreamer-1.0/libgstasfmux.so')[0]
        cls.other = pack_other(os.path.join(cls.packages, 'other'))

    def setUp(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(os.rmdir, folder)
        self.machine = machine.Machine(folder, self.packages)
        self.addCleanup(self.machine.end)
        self.run_in = self.machine.run

    def install(self, *names):
        files = [f'/mnt/{os.path.basename(path)}' for name in names
                 for path in glob.glob(os.path.join(self.packages, f'{name}_*.deb'))]
        self.run_in('apt-get', 'install', '--yes', '--no-install-recommends', *files)

    def module(self, element='asfmux', **env):
        """The source module that gst-inspect-1.0 says an element comes from; None without it."""
        said = self.run_in('gst-inspect-1.0', element, check=False, **env)
        found = re.search(r'^ *Source module +(.*)$', said, re.M)
        return found[1] if found and 'Factory Details' in said else None

    def expect(self, module, wmspushsink):
        for element in ('asfmux', 'asfparse', 'rtpasfpay'):
            self.assertEqual(self.module(element), module, element)
        self.assertEqual(self.module('wmspushsink'), wmspushsink)

    def diversions(self):
        return [line for line in self.run_in('dpkg-divert', '--list').splitlines() if 'libgstasfmux' in line]

    def changes(self):
        return [path for path in self.machine.changes() if not NOTES.match(path)]

    def test_install_and_purge(self):
        """Ours is found without a setting; afterwards everything is as it was."""
        self.expect('gst-plugins-bad', None)
        self.install(*PARTS)
        self.expect('gst-wms', 'gst-wms')
        self.assertEqual(len(self.diversions()), 1)
        self.run_in('dpkg', '--purge', *PARTS)
        self.expect('gst-plugins-bad', None)
        self.assertEqual(self.diversions(), [])
        self.assertEqual(self.changes(), [])

    def test_removed_and_installed_again(self):
        self.install(*PARTS)
        self.run_in('dpkg', '--remove', *PARTS)
        self.expect('gst-plugins-bad', None)
        self.install(*PARTS)
        self.expect('gst-wms', 'gst-wms')
        self.install(*PARTS)
        self.expect('gst-wms', 'gst-wms')
        self.assertEqual(len(self.diversions()), 1)

    def test_other_is_upgraded(self):
        """The new version of the other file is set aside too, and is what comes back."""
        self.install(*PARTS)
        self.run_in('dpkg', '--install', f'/mnt/{self.other}')
        self.expect('gst-wms', 'gst-wms')
        self.assertEqual(self.run_in('dpkg', '--verify', OTHER, *PARTS), '')
        self.run_in('dpkg', '--purge', *PARTS)
        self.expect('gst-plugins-bad', None)
        self.assertEqual(self.run_in('dpkg', '--verify', OTHER), '')
        self.assertEqual(self.changes(), [])

    def test_other_comes_later(self):
        self.run_in('dpkg', '--remove', '--force-depends', OTHER)
        self.expect(None, None)
        self.install(*PARTS)
        self.expect('gst-wms', 'gst-wms')
        self.run_in('dpkg', '--install', f'/mnt/{self.other}')
        self.expect('gst-wms', 'gst-wms')
        self.run_in('dpkg', '--purge', *PARTS)
        self.expect('gst-plugins-bad', None)

    def test_at_work(self):
        """A file, a programme, a recording; what stands beside; the other plugin, where it is wanted."""
        self.install(*PARTS)
        tests = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../packaging/debian/tests')
        shutil.copy(os.path.join(tests, 'installed'), self.packages)
        self.assertIn('are there', self.run_in('bash', '/mnt/installed', AUTOPKGTEST_TMP='/tmp'))
        self.assertIn('publishing point', self.run_in('man', 'wms-pubpoint', MANPAGER='cat', MANWIDTH='80'))
        self.assertIn('Aufruf:', self.run_in('wms-pubpoint', '--help', LANGUAGE='de'))
        self.look_at_service()
        self.look_at_other()

    def look_at_service(self):
        """It is there, is right, and does not begin by itself."""
        self.run_in('test', '-f', '/etc/wms-pubpoint/wms-pubpoint.conf')
        self.assertNotIn('wms-pubpoint', self.run_in(
            'systemd-analyze', 'verify', '/lib/systemd/system/wms-pubpoint.service', check=False))
        self.assertEqual(self.run_in(
            'sh', '-c', 'ls /etc/systemd/system/*.wants | grep pubpoint', check=False), '')

    def look_at_other(self):
        """What README.Debian says about it."""
        self.run_in('mkdir', '/tmp/bad')
        self.run_in('ln', '-s', f'{self.plugin}.plugins-bad', '/tmp/bad/libgstasfmux.so')
        self.assertEqual(self.module(GST_PLUGIN_PATH='/tmp/bad'), 'gst-plugins-bad')
        self.assertEqual(self.module(), 'gst-wms')
