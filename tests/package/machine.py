# SPDX-License-Identifier: LGPL-2.1-or-later
"""A copy of this machine that packages are installed in: an overlay over its root, in namespaces
of its own.  Nothing of it is left when it ends, and nothing in it reaches this machine's services."""

import filecmp
import os
import subprocess

DEADLINE = 300
OWN_MOUNTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'own-mounts')
# In a mount and a process namespace; "ready", then the end of input ends it all.
BEGIN = r"""
set -e
mount -t tmpfs -o mode=755 none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" none "$1/root"
mount -t proc none "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mount -t tmpfs none "$1/root/run"
mount -t tmpfs -o mode=1777 none "$1/root/tmp"
ip link set lo up
mount --bind "$2" "$1/root/mnt"
echo ready
read -r _
"""


class Machine:
    def __init__(self, folder, shared):
        """folder: an empty one; shared: what is to be seen as /mnt in it."""
        self.folder = folder
        self.holder = subprocess.Popen(
            [OWN_MOUNTS, 'unshare', '--mount', '--pid', '--net', '--fork', '--kill-child', '--propagation', 'private',
             'sh', '-c', BEGIN, 'machine', folder, shared],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != 'ready\n':
            raise RuntimeError('there is no overlay over this machine: see above')
        with open(f'/proc/{self.holder.pid}/task/{self.holder.pid}/children', encoding='utf-8') as children:
            self.pid = children.read().split()[0]

    def end(self):
        self.holder.communicate('\n')

    def run(self, *command, check=True, **env):
        """Runs a command in it and returns what it says."""
        run = subprocess.run(
            ['nsenter', '--target', self.pid, '--root', '--mount', '--pid', '--net',
             'chroot', os.path.join(self.folder, 'root'), *command],
            env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': '/tmp', 'LC_ALL': 'C.UTF-8',
                 'DEBIAN_FRONTEND': 'noninteractive', 'GST_REGISTRY': '/tmp/registry.bin', **env},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors='replace', timeout=DEADLINE, check=False)
        if check and run.returncode != 0:
            raise AssertionError(f'{" ".join(command)} ended with {run.returncode}:\n{run.stdout}')
        return run.stdout

    def changes(self):
        """Paths that are not as on this machine; folders that were made or emptied among them."""
        upper = f'/proc/{self.pid}/root{self.folder}/upper'
        for parent, folders, names in os.walk(upper):
            below = '/' + os.path.relpath(parent, upper).removeprefix('.')
            for name in folders:
                if not os.path.isdir(os.path.join(below, name)):
                    yield os.path.join(below, name)
            for name in names:
                there = os.path.join(below, name)
                if not is_same(os.path.join(parent, name), there):
                    yield there


def is_same(one, other):
    if os.path.islink(one) or os.path.islink(other):
        return os.path.islink(one) and os.path.islink(other) and os.readlink(one) == os.readlink(other)
    return os.path.isfile(one) and os.path.isfile(other) and filecmp.cmp(one, other, shallow=False) \
        and os.stat(one).st_mode == os.stat(other).st_mode
