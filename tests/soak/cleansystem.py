# SPDX-License-Identifier: LGPL-2.1-or-later
"""A clean Debian 12 in a folder, and commands that run in it."""

import os
import re
import signal
import subprocess
import sys
import tempfile

RELEASE = 'bookworm'
# what README.md takes for granted, and what git asks for
BEFORE = 'git,ca-certificates'
# what is no part of the source tree that a user gets
OTHERS = ('.git', 'build', 'build-*', '__pycache__')
# of the user's shell; nobody is there to answer questions
ENVIRONMENT = {'HOME': '/root', 'USER': 'root', 'TERM': 'dumb', 'LANG': 'C.UTF-8', 'DEBIAN_FRONTEND': 'noninteractive',
               'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'}
END_SECONDS = 30
# for the systems; each takes 3 GB
MEMORY = '10g'
COLOURS = re.compile(r'\x1b\[[\d;]*m')
# where the program runs for the second time: the folder that it was begun for
INSIDE = 'FIRST_MINUTES_FOLDER'


def in_own_namespaces(folder):
    """Runs this program again where its mounts and processes end with it.

    Returns its exit status."""
    return subprocess.run(
        ['unshare', '--mount', '--propagation=private', '--pid', '--fork', '--kill-child',
         sys.executable, *sys.argv], env={**os.environ, INSIDE: folder}, check=False).returncode


def sources():
    """This machine's apt sources of Debian's packages, as lines of sources.list."""
    output = subprocess.run(
        ['apt-get', 'indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)',
         'Created-By: Packages'],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    rows = [line.split() for line in output.splitlines()]
    return [row[:3] for row in rows if row[3:] == ['Debian'] and row[1].startswith(RELEASE)]


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def in_memory(folder):
    """What dpkg writes, it waits for the disk to have; the mount ends with the namespace."""
    run('mount', '-t', 'tmpfs', '-o', f'size={MEMORY}', 'first-minutes', folder)


class CleanSystem:
    """`folder` is its root."""

    def __init__(self, folder):
        self.folder = folder

    def inside(self, path):
        return os.path.join(self.folder, path.lstrip('/'))

    def make(self):
        """By debootstrap, which says little but what goes wrong."""
        rows = sources()
        mirror = next(uri for uri, release, _ in rows if release == RELEASE)
        subprocess.run(['debootstrap', '--variant=minbase', f'--include={BEFORE}', RELEASE, self.folder, mirror],
                       check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        with open(self.inside('/etc/apt/sources.list'), 'w', encoding='utf-8') as file:
            file.writelines(f'deb {" ".join(row)}\n' for row in rows)

    def copy_to(self, folder):
        run('cp', '-a', self.folder, folder)
        return CleanSystem(folder)

    def open(self):
        """With what a running system has mounted, and this machine's network."""
        run('mount', '-t', 'proc', 'proc', self.inside('/proc'))
        run('mount', '--rbind', '/dev', self.inside('/dev'))
        run('mount', '--rbind', '/sys', self.inside('/sys'))
        for name in ('resolv.conf', 'hosts'):
            run('cp', '-L', f'/etc/{name}', self.inside(f'/etc/{name}'))

    def put_tree(self, source, folder):
        """The source tree as it is committed; where there is no repository, without what was built in it."""
        os.makedirs(self.inside(folder))
        if os.path.exists(os.path.join(source, '.git')):
            run('git', 'clone', '--quiet', '--depth=1', f'file://{source}', self.inside(folder))
            return
        left_out = [f'--exclude=./{name}' for name in OTHERS]
        with subprocess.Popen(['tar', '-C', source, *left_out, '-c', '.'], stdout=subprocess.PIPE) as pack:
            subprocess.run(['tar', '-C', self.inside(folder), '--no-same-owner', '-x'], check=True, stdin=pack.stdout)

    def terminal(self, script, folder, log):
        return Terminal(self.folder, script, folder, log)


class Terminal:
    """A shell that runs a script in a folder of the system."""

    def __init__(self, root, script, folder, log):
        self.log = log
        with open(log, 'wb') as file, tempfile.TemporaryFile() as answers:
            # to what apt-get asks; in a pipe it would be too late for what ends at once
            answers.write(b'y\n')
            answers.seek(0)
            self.child = subprocess.Popen(
                ['chroot', root, 'env', '-i', *(f'{name}={value}' for name, value in ENVIRONMENT.items()),
                 'bash', '-c', f'cd {folder}\n{script}'],
                stdin=answers, stdout=file, stderr=subprocess.STDOUT, start_new_session=True)

    def is_running(self):
        return self.child.poll() is None

    def wait(self, seconds):
        """Its exit status, or None when it takes longer."""
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def send(self, number):
        try:
            os.killpg(self.child.pid, number)
        except ProcessLookupError:
            pass

    def interrupt(self):
        """Ctrl-C.  Returns the exit status, or None when that was not enough."""
        self.send(signal.SIGINT)
        status = self.wait(END_SECONDS)
        self.kill()
        return status

    def kill(self):
        self.send(signal.SIGKILL)
        self.child.wait()

    def lines(self):
        with open(self.log, encoding='utf-8', errors='replace') as file:
            text = COLOURS.sub('', file.read()).replace('\r', '\n')
        return [line.rstrip() for line in text.split('\n') if line.strip()]
