# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds the Debian packages from the tree as it is."""

import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'style'))
import project  # noqa: E402  pylint: disable=wrong-import-position

SOURCE = 'gst-wms'
BUILD_DEADLINE = 1800
# Both builds compile everything: a compiler's cache would hide what differs.
COMMON = {'CCACHE_DISABLE': '1', 'DEB_BUILD_OPTIONS': ''}
DROPPED = re.compile(r'^(DEB_|CFLAGS|CPPFLAGS|LDFLAGS|SOURCE_DATE_EPOCH|GST_|LC_|LANG|TZ)')


def version():
    """(upstream version, package version) of debian/changelog."""
    line = project.read('packaging/debian/changelog').split('\n', maxsplit=1)[0]
    whole = re.match(rf'{SOURCE} \((.*?)\)', line)[1]
    return whole.rsplit('-', 1)[0], whole


def write_tarball(folder):
    """The tree as upstream's tarball, the same for the same tree."""
    name = os.path.join(folder, f'{SOURCE}_{version()[0]}.orig.tar.xz')
    subprocess.run(['tar', '--create', '--xz', '--file', name, '--null', '--files-from=-',
                    '--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0',
                    '--mode=u=rwX,go=rX', f'--transform=s,^,{SOURCE}-{version()[0]}/,'],
                   input='\0'.join(project.all_files()).encode(), cwd=ROOT, check=True)
    return name


def unpack(tarball, folder):
    """The tree with packaging/debian where dpkg looks for it."""
    subprocess.run(['tar', '--extract', '--touch', '--file', tarball, '--directory', folder], check=True)
    tree = os.path.join(folder, f'{SOURCE}-{version()[0]}')
    shutil.copytree(os.path.join(tree, 'packaging', 'debian'), os.path.join(tree, 'debian'))
    return tree


class Build:
    """One run of dpkg-buildpackage, in a folder of its own, beside whatever else goes on."""

    def __init__(self, folder, tarball, *options, env=None, umask=0o022):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        shutil.copy(tarball, folder)
        self.folder = folder
        self.log = os.path.join(folder, 'build.log')
        inherited = {name: value for name, value in os.environ.items() if not DROPPED.match(name)}
        with open(self.log, 'w', encoding='utf-8') as log:
            self.process = subprocess.Popen(
                ['dpkg-buildpackage', '-us', '-uc', *options], cwd=unpack(tarball, folder),
                env={**inherited, 'LANG': 'C.UTF-8', **COMMON, **(env or {})}, umask=umask,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def end(self):
        """Waits for it, and returns whether there are packages."""
        return self.process.wait(BUILD_DEADLINE) == 0

    def said(self):
        with open(self.log, encoding='utf-8', errors='replace') as file:
            return file.read()

    def packages(self):
        return sorted(glob.glob(os.path.join(self.folder, '*_*.deb')))

    def package(self, name):
        return glob.glob(os.path.join(self.folder, f'{name}_*.deb'))[0]

    def changes(self):
        return glob.glob(os.path.join(self.folder, '*.changes'))[0]

    def sums(self):
        """SHA-256 of each package."""
        sums = {}
        for path in self.packages():
            with open(path, 'rb') as file:
                sums[os.path.basename(path)] = hashlib.sha256(file.read()).hexdigest()
        return sums


def contents(package):
    """The files of a package, folders left out."""
    listed = subprocess.run(['dpkg-deb', '--fsys-tarfile', package], check=True, stdout=subprocess.PIPE).stdout
    names = subprocess.run(['tar', '--list'], input=listed, check=True, stdout=subprocess.PIPE).stdout
    return sorted(name.removeprefix('.') for name in names.decode().splitlines() if not name.endswith('/'))


def difference(one, other):
    """Where two packages differ, in words."""
    if shutil.which('diffoscope') is None:
        return f'{one} and {other} differ; diffoscope would say where'
    return subprocess.run(['diffoscope', '--max-report-size', '20000', one, other], check=False,
                          stdout=subprocess.PIPE, text=True, timeout=120).stdout
