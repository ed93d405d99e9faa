# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of this folder share: an installation below a folder of their own."""

import contextlib
import os
import shutil
import subprocess


@contextlib.contextmanager
def kept(path):
    """A file that is afterwards as it was, or not there, as before."""
    saved = f'{path}.saved'
    was_there = os.path.exists(path)
    if was_there:
        shutil.copy2(path, saved)
    try:
        yield
    finally:
        if was_there:
            os.replace(saved, path)
        elif os.path.exists(path):
            os.unlink(path)


@contextlib.contextmanager
def installed(meson, build, folder, *options):
    """Installs into folder.  What "ninja uninstall" takes away after that is what the user has
    installed from this build folder, as before."""
    with kept(os.path.join(build, 'meson-logs', 'install-log.txt')):
        subprocess.run([meson, 'install', '-C', build, '--no-rebuild', '--quiet',
                        '--destdir', folder, *options],
                       check=True, stdout=subprocess.DEVNULL)
        yield
