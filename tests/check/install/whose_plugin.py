#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our asfmux is the one that is found (design.md, decision 1).

whose_plugin.py MESON BUILD-FOLDER PLUGINS-FOLDER PLUGIN-FILE

gst-plugins-bad has a plugin of the same name.  In "meson devenv", and with an
installed prefix in GST_PLUGIN_PATH, the factories come from our file; without
either, from the other one, or the check would say nothing.
"""

import os
import re
import subprocess
import sys
import tempfile

import installation

SKIPPED = 77
NAME = 'libgstasfmux.so'


def gst_environment(folder, number):
    """An environment without what the test runner set, own registry."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith('GST_')}
    env['GST_REGISTRY'] = os.path.join(folder, f'registry-{number}.bin')
    env['LANG'] = env['LC_ALL'] = 'C.UTF-8'
    return env


def plugin_file(element, env, command=()):
    """The file that gst-inspect-1.0 says an element comes from."""
    run = subprocess.run([*command, 'gst-inspect-1.0', element], env=env,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         text=True, timeout=60)
    # without "Factory Details" it is the plugin of that name that was found
    found = re.search(r'^ *Filename +(.*)$', run.stdout, re.M)
    if 'Factory Details' not in run.stdout:
        return None
    return os.path.realpath(found[1]) if found else None


def expect(what, found, wanted):
    print(f'{what}: {found}')
    if found != wanted:
        print(f'  but {wanted} was expected')
        sys.exit(1)


def main():
    meson, build, plugins, built = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        other = plugin_file('asfmux', gst_environment(folder, 1))
        if other is None:
            print('SKIP: gst-plugins-bad has no asfmux here')
            sys.exit(SKIPPED)
        print(f'without ours: {other}')

        devenv = (meson, 'devenv', '-C', build)
        ours = os.path.realpath(os.path.join(build, built))
        for element in ('asfmux', 'wmspushsink'):
            expect(f'{element} in devenv',
                   plugin_file(element, gst_environment(folder, 2), devenv),
                   ours)

        with installation.installed(meson, build, folder,
                                    '--tags', 'runtime,i18n'):
            installed = os.path.join(folder, plugins.lstrip('/'))
            for element in ('asfmux', 'wmspushsink'):
                env = gst_environment(folder, 3)
                env['GST_PLUGIN_PATH'] = installed
                expect(f'{element} installed', plugin_file(element, env),
                       os.path.realpath(os.path.join(installed, NAME)))


main()
