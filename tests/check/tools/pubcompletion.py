#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What bash and zsh complete for wms-pubpoint is what its --help says.

pubcompletion.py PROGRAM BASH-COMPLETION ZSH-COMPLETION
"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, BASH, ZSH = map(os.path.abspath, sys.argv[1:4])
BASH_COMPLETION = '/usr/share/bash-completion/bash_completion'
DEADLINE = 30

# $2: the program; $1: the line, which ends at the cursor; bash makes words of their own of "="
ASK = r"""
. "$BASH_COMPLETION"; . "$COMPLETION"
compopt () { :; }
COMP_LINE=$1; COMP_POINT=${#1}
read -ra COMP_WORDS <<<"${1//=/ = }"
[[ $1 != *[\ =] ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_wms_pubpoint "$2"
printf '%s\n' "${COMPREPLY[@]}"
"""


def environment(folder):
    """With the program in PATH, in a terminal of somebody who speaks French."""
    return {**os.environ, 'PATH': f'{os.path.dirname(PROGRAM)}:{os.environ["PATH"]}',
            'HOME': folder, 'LANGUAGE': 'fr', 'TERM': 'dumb', 'COLUMNS': '400',
            'BASH_COMPLETION': BASH_COMPLETION, 'COMPLETION': BASH}


def help_text():
    return subprocess.run([PROGRAM, '--help'], check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, 'LC_ALL': 'C', 'LANGUAGE': ''}).stdout


def options():
    """(long name, letter or None, argument or None) of each."""
    return [(name, letter or None, argument or None) for letter, name, argument in re.findall(
        r'^ {2}(?:(-\w),| {3}) (--[a-z-]+)(?:=(\S+))?', help_text(), re.M)]


def is_repeated(argument):
    """Whether it may be given more than once."""
    said = re.search(r'^(.*) may be given more than once', help_text(), re.M)[1]
    return bool(set(re.findall('[A-Z]+', argument)) & set(re.findall('[A-Z]+', said)))


def descriptions():
    """The beginning of what is said of each option."""
    return {name: text[:24] for name, text in re.findall(
        r'^ {2}.{4}(--[a-z-]+)\S*\s+(.*)', help_text(), re.M)}


def levels():
    """The log levels, as the program names them to who writes another one."""
    said = subprocess.run([PROGRAM, '--log-level=?'], stderr=subprocess.PIPE, text=True, check=False,
                          env={**os.environ, 'LC_ALL': 'C', 'LANGUAGE': ''}).stderr
    return re.search(r'one of (.*) is wanted', said)[1].split(', ')


class Terminal:
    """zsh in a terminal of its own."""

    def __init__(self, folder):
        self.seen = ''
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe('zsh', ['zsh', '-f', '-i'], environment(folder))

    def type(self, text):
        self.seen = ''
        os.write(self.terminal, text.encode())

    def wait_for(self, *wanted):
        """Returns what is not seen before the deadline."""
        end = time.monotonic() + DEADLINE
        while any(w not in self.seen for w in wanted) and time.monotonic() < end:
            if select.select([self.terminal], [], [], end - time.monotonic())[0]:
                self.seen += os.read(self.terminal, 4096).decode(errors='replace')
        return [w for w in wanted if w not in self.seen]

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


class Completion(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name in ('one.conf', 'two.pem'):
            with open(os.path.join(self.folder, name), 'w', encoding='utf-8'):
                pass
        os.mkdir(os.path.join(self.folder, 'recordings'))


@unittest.skipUnless(os.path.exists(BASH_COMPLETION), 'bash-completion is not installed')
class Bash(Completion):
    def ask(self, line, program='wms-pubpoint'):
        run = subprocess.run(['bash', '-c', ASK, 'bash', f'{program} {line}', program], cwd=self.folder,
                             env=environment(self.folder), stdout=subprocess.PIPE, text=True,
                             check=True, timeout=DEADLINE)
        return sorted(run.stdout.split())

    def test_names(self):
        names = [name + ('=' if argument else '') for name, _, argument in options()]
        self.assertGreater(len(names), 20)
        self.assertEqual(self.ask('--'), sorted(names))
        self.assertEqual(self.ask('--tls-k'), ['--tls-key='])

    def test_values(self):
        offered = {'FILE': ['one.conf', 'recordings', 'two.pem'], 'FOLDER': ['recordings'],
                   'LEVEL': sorted(levels())}
        for name, letter, argument in options():
            for asked in (f'{name}=', f'{name} ', f'{letter} ' if letter else f'{name}='):
                if argument in offered:
                    self.assertEqual(self.ask(asked), offered[argument], asked)
                elif argument:
                    self.assertEqual(self.ask(asked), [], asked)

    def test_what_was_begun(self):
        self.assertEqual(self.ask('--log-level=w'), ['warning'])
        self.assertEqual(self.ask('--tls-key=t'), ['two.pem'])
        self.assertEqual(self.ask('-r rec'), ['recordings'])

    def test_program_at_home(self):
        os.symlink(PROGRAM, os.path.join(self.folder, 'wms-pubpoint'))
        self.assertEqual(self.ask('--ver', '~/wms-pubpoint'), ['--version'])


@unittest.skipUnless(shutil.which('zsh'), 'zsh is not installed')
class Zsh(Completion):
    def setUp(self):
        super().setUp()
        shutil.copy(ZSH, os.path.join(self.folder, '_wms-pubpoint'))
        self.zsh = Terminal(self.folder)
        self.addCleanup(self.zsh.end)
        self.zsh.type('stty -echo; PS1=; LISTMAX=1000; fpath+=$PWD;'
                      'autoload compinit; compinit -u -D; print rea""dy\n')
        self.assertEqual(self.zsh.wait_for('ready'), [], self.zsh.seen)

    def shown(self, line, *wanted):
        self.zsh.type(f'wms-pubpoint {line}\t')
        self.assertEqual(self.zsh.wait_for(*wanted), [], self.zsh.seen)
        seen = self.zsh.seen
        self.zsh.type('\x15')
        return seen

    def test_names(self):
        self.shown('--', *(name for name, _, _ in options()))

    def test_values(self):
        self.shown('--log-level=', *levels())
        self.shown('--record=', 'recordings')
        self.shown('--tls-key=t', 'two.pem')
        self.shown('--tls-key t', 'two.pem')

    def test_letters(self):
        self.shown('-c ', 'one.conf', 'two.pem')
        self.shown('-l ', *levels())
        self.shown('-r ', 'recordings')
        self.shown('-', *(letter for _, letter, _ in options() if letter))

    def test_given_before(self):
        """What may be given again is offered again, and nothing else."""
        said = descriptions()
        for name, _, argument in options():
            if argument:
                seen = self.shown(f'{name}=x --', said['--version'])
                self.assertEqual(said[name] in seen, is_repeated(argument), f'{name}: {seen}')


unittest.main(argv=sys.argv[:1])
