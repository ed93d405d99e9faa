# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults of the network, one after the other: bad lines, lost and refused packets, links and addresses.

`notice` is that of strikes.py, and `never` for what TCP makes good: no status, and nothing is missing.  `hresults` are
the reasons that a RECONNECT_START may give; `seen` tells of a measured line, see meter.py, whether the fault is there.
"""

import collections

from network import ENCODER, LINK, SERVER, TABLE
from strikes import each, half_open, cut, cut_at_encoder, heal, link, move, nothing

# seconds: of the short form; long: of the long one, each time once
NetFault = collections.namedtuple('NetFault', 'name seconds long notice begin end hresults seen')

BAD_LINE = {'delay': 80, 'jitter': 30, 'loss': 3, 'duplicate': 3, 'reorder': 10}
# for all lanes together, which make nearly twice that
RATE_KBIT = 1500
SILENCE = {'NS_E_TIMEOUT'}
RESET = {'NS_E_RESET_SOCKET_CONNECTION'}


def impair(**what):
    return lambda run: run.network.impair(**what)


def clear(run):
    run.network.clear()


def limit(run):
    run.network.limit(RATE_KBIT)


def free(run):
    run.network.free()


def drop(run, lane):
    run.network.drop(lane.port)


def drop_to(run, lane):
    run.network.drop_to(lane.port)


def filtered(side, rule):
    """A rule of nftables for each lane; `{port}` in it is the lane's."""
    def act(run, lane):
        run.network.nft(side, f'add rule {TABLE} {rule.format(port=lane.port, link=LINK[side])}\n')
    return each(act)


def heal_both(run):
    run.network.heal()
    for hook in ('input', 'output'):
        run.network.nft(ENCODER, f'flush chain {TABLE} {hook}\n')


def both_move(run):
    move(SERVER)(run)
    move(ENCODER)(run)


def address_goes(run):
    run.network.ip(ENCODER, 'address', 'flush', 'dev', LINK[ENCODER])


def address_comes(run):
    run.network.ip(ENCODER, 'address', 'add', f'{run.network.address(ENCODER)}/24', 'dev', LINK[ENCODER])


def is_good(line):
    return line.came == line.sent and line.twice == 0 and line.overtaken == 0 and line.median < 40


def share(part, line, low, high):
    return low <= 100 * part / line.sent <= high


WIRES = [
    NetFault('good-line', 2, (5,), 'never', nothing, nothing, set(), is_good),
    NetFault('delay', 3, (30,), 'never', impair(delay=150), clear, set(), lambda line: 145 <= line.low),
    NetFault('jitter', 3, (30,), 'never', impair(delay=100, jitter=60), clear, set(),
             lambda line: line.high - line.low > 50 and share(line.overtaken, line, 20, 100)),
    NetFault('loss', 3, (30,), 'perhaps', impair(loss=10), clear, SILENCE,
             lambda line: share(line.came, line, 70, 97)),
    NetFault('duplication', 3, (30,), 'never', impair(duplicate=20), clear, set(),
             lambda line: share(line.twice, line, 8, 35)),
    NetFault('reordering', 3, (30,), 'never', impair(delay=50, reorder=25), clear, set(),
             lambda line: line.low < 40 and share(line.overtaken, line, 30, 95)),
    NetFault('corruption', 3, (30,), 'perhaps', impair(corrupt=5), clear, SILENCE,
             lambda line: share(line.came, line, 80, 99)),
    NetFault('bad-line', 5, (60,), 'perhaps', impair(**BAD_LINE), clear, SILENCE,
             lambda line: line.came < line.sent and line.twice > 0 and line.overtaken > 0 and line.median > 40),
    NetFault('heavy-loss', 4, (60,), 'perhaps', impair(loss=35), clear, SILENCE,
             lambda line: share(line.came, line, 40, 85)),
    NetFault('rate', 6, (60,), 'perhaps', limit, free, SILENCE,
             lambda line: line.median > 40 or line.came < line.sent),
]

CUTS = [
    NetFault('drop-short', 1, (2,), 'perhaps', each(drop), heal, SILENCE, None),
    NetFault('drop', 4.5, (20, 90), 'long', each(drop), heal, SILENCE, None),
    NetFault('drop-to-server', 4.5, (20,), 'long', each(drop_to), heal, SILENCE, None),
    NetFault('drop-to-encoder', 4.5, (20,), 'long',
             filtered(SERVER, 'output oifname {link} tcp sport {port} drop'), heal, SILENCE, None),
    NetFault('big-packets-lost', 4.5, (20,), 'perhaps',
             filtered(SERVER, 'input iifname {link} tcp dport {port} meta length > 700 drop'), heal, SILENCE, None),
    NetFault('reset', 0, (0, 0), 'always', each(cut), heal, RESET, None),
    NetFault('reset-at-encoder', 0, (0, 0), 'always', each(cut_at_encoder), nothing,
             {'NS_E_NET_WRITE'}, None),
    NetFault('half-open', 2, (2, 20), 'always', each(half_open), heal, RESET, None),
    NetFault('reset-at-server', 4.5, (20,), 'long',
             filtered(ENCODER, 'input iifname {link} tcp sport {port} reject with tcp reset'), heal_both, SILENCE,
             None),
    NetFault('unreachable', 4.5, (20,), 'long',
             filtered(SERVER, 'input iifname {link} tcp dport {port} reject with icmp type host-unreachable'), heal,
             SILENCE, None),
    NetFault('link-down', 5, (5, 60, 300), 'long', link(ENCODER, 'down'), link(ENCODER, 'up'), SILENCE, None),
    NetFault('far-link-down', 5, (5, 60, 300), 'long', link(SERVER, 'down'), link(SERVER, 'up'), SILENCE, None),
    NetFault('encoder-moves', 0, (0, 0), 'always', move(ENCODER), nothing, SILENCE, None),
    NetFault('server-moves', 0, (0, 0), 'always', move(SERVER), nothing, SILENCE, None),
    NetFault('both-move', 0, (0,), 'always', both_move, nothing, SILENCE, None),
    NetFault('no-address', 4.5, (5, 30), 'long', address_goes, address_comes, SILENCE, None),
]

GROUPS = {'wires': WIRES, 'cuts': CUTS}


def schedule(names, is_long):
    """(fault, seconds) in their order."""
    for fault in (fault for name in names for fault in GROUPS[name]):
        for seconds in fault.long if is_long else (fault.seconds,):
            yield fault._replace(seconds=(seconds, seconds))
