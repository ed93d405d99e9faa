# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two network namespaces and a veth pair between them, and what can be done to them.

    encoder's namespace                     server's namespace
    lo: name server                         lo: a second encoder
    wmse  10.77.0.2/24  <------ veth ----->  wmss  10.77.0.1/24
"""

import os
import subprocess

ENCODER, SERVER = 'encoder', 'server'
LINK = {ENCODER: 'wmse', SERVER: 'wmss'}
FIRST = {ENCODER: 2, SERVER: 1}
ADDRESSES = 250                 # of each side, in its half of the net
TABLE = 'inet faults'
CALL_SECONDS = 20
# a server that reads nothing is felt soon: the kernel would take six megabytes in its place
RECEIVE_BUFFER = '4096 32768 65536'
PROBE = """
import socket, sys
peer = socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)
print('open', flush=True)
sys.stdin.read()
try:
    peer.settimeout(1)
    peer.send(b'x')
    print(peer.recv(1) or 'end')
except TimeoutError:
    print('silence')
except ConnectionError:
    print('reset')
"""


class Failed(Exception):
    """Something that the machine does not let us do."""


def call(*arguments, text=None):
    run = subprocess.run(arguments, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         timeout=CALL_SECONDS)
    if run.returncode != 0:
        raise Failed(f'{" ".join(arguments)}: {run.stdout.strip()}')
    return run.stdout


class Network:
    def __init__(self):
        self.names = {side: f'wms-soak-{os.getpid()}-{side}' for side in LINK}
        self.made = []
        self.number = dict(FIRST)

    def make(self):
        for side, name in self.names.items():
            call('ip', 'netns', 'add', name)
            self.made.append(name)
        self.make_link()
        for side in LINK:
            self.ip(side, 'link', 'set', 'lo', 'up')
            self.ip(side, 'address', 'add', f'{self.address(side)}/24', 'dev', LINK[side])
            self.ip(side, 'link', 'set', LINK[side], 'up')
            self.nft(side, f'add table {TABLE}\n')
            for hook in ('input', 'output'):
                self.nft(side, f'add chain {TABLE} {hook} {{ type filter hook {hook} priority 0; }}\n')

        call(*self.inside(SERVER), 'sh', '-c', f'echo {RECEIVE_BUFFER} >/proc/sys/net/ipv4/tcp_rmem')

    def make_link(self):
        call('ip', 'link', 'add', LINK[ENCODER], 'netns', self.names[ENCODER], 'type', 'veth',
             'peer', 'name', LINK[SERVER], 'netns', self.names[SERVER])

    def remove(self):
        """The links go with the namespaces."""
        while self.made:
            name = self.made.pop()
            try:
                call('ip', 'netns', 'delete', name)
            except Failed as error:
                print(error, flush=True)

    def path(self, side):
        return f'/run/netns/{self.names[side]}'

    def inside(self, side):
        """What goes in front of a command that is to run on a side."""
        return ['nsenter', f'--net={self.path(side)}']

    def ip(self, side, *arguments):
        call('ip', '-netns', self.names[side], *arguments)

    def nft(self, side, rules):
        call(*self.inside(side), 'nft', '-f', '-', text=rules)

    def address(self, side):
        return f'10.77.0.{self.number[side]}'

    def change_address(self, side):
        """The old one is gone before this returns."""
        old = self.address(side)
        self.number[side] = (self.number[side] + 2) % ADDRESSES or FIRST[side]
        self.ip(side, 'address', 'add', f'{self.address(side)}/24', 'dev', LINK[side])
        self.ip(side, 'address', 'delete', f'{old}/24', 'dev', LINK[side])
        # the second of two in one net would have gone with the first
        self.ip(side, 'address', 'replace', f'{self.address(side)}/24', 'dev', LINK[side])
        return old

    def set_link(self, side, state):
        self.ip(side, 'link', 'set', LINK[side], state)

    def drop(self, port):
        """Nothing of this port passes, and nobody hears of it."""
        self.nft(SERVER, f'add rule {TABLE} input iifname {LINK[SERVER]} tcp dport {port} drop\n'
                 f'add rule {TABLE} output oifname {LINK[SERVER]} tcp sport {port} drop\n')

    def drop_to(self, port):
        """The server's own packets still go out."""
        self.nft(SERVER, f'add rule {TABLE} input tcp dport {port} drop\n')

    def reset(self, port):
        """Whatever comes from the encoder is answered by a reset; the server hears nothing."""
        self.nft(SERVER, f'add rule {TABLE} input iifname {LINK[SERVER]} tcp dport {port} reject with tcp reset\n')

    def heal(self):
        for hook in ('input', 'output'):
            self.nft(SERVER, f'flush chain {TABLE} {hook}\n')

    def kill_connections(self, side, port):
        """`ss -K`: the kernel resets them, both ends hear of it.  Returns how many there were."""
        which = 'dport' if side == ENCODER else 'sport'
        text = call(*self.inside(side), 'ss', '-KHtn', 'state', 'established', which, '=', f':{port}')
        return len(text.splitlines())

    def probe(self, host, port, strike):
        """What a connection sees of a strike: `reset`, `silence` or an end."""
        with subprocess.Popen([*self.inside(ENCODER), '/usr/bin/python3', '-c', PROBE, host, str(port)], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            if child.stdout.readline() != 'open\n':
                return 'no connection'
            try:
                strike()
            except Failed as error:
                child.stdin.close()
                return str(error)
            child.stdin.close()
            return child.stdout.readline().strip()

    def mechanisms(self, port):
        """{name: whether it works}, tried on a connection to something that listens on `port`."""
        host = self.address(SERVER)
        found = {'ss -K': self.probe(host, port, lambda: self.kill_connections(SERVER, port)) == 'reset'}
        for name, strike, seen in (('nft reject with tcp reset', self.reset, 'reset'),
                                   ('nft drop', self.drop, 'silence')):
            found[name] = self.probe(host, port, lambda strike=strike: strike(port)) == seen
            self.heal()
        return found
