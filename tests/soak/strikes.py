# SPDX-License-Identifier: LGPL-2.1-or-later
"""The faults.  Each one strikes both lanes at once, for a time, and is taken back.

`notice` says what the encoder owes: `always`, a status within its timeout and a margin; `long`, the same when the fault
lasts longer than that; `perhaps`, a status only where bytes stay unacknowledged for so long, which is watched anyway.
"""

import collections

from network import ENCODER, SERVER

Fault = collections.namedtuple('Fault', 'name seconds notice begin end')

# nobody hears of these: a status that tells of a server which has closed the connection is wrong
SILENT = ('drop', 'stall', 'link-down', 'far-link-down', 'server-moves', 'encoder-moves')


def nothing(run):
    """Not every fault has to be taken back."""


def each(action):
    def act(run):
        for lane in run.lanes:
            action(run, lane)
    return act


def cut(run, lane):
    """By what the machine has; the server hears of it, too."""
    if run.mechanisms['ss -K']:
        run.network.kill_connections(SERVER, lane.port)
    else:
        run.network.reset(lane.port)


def cut_at_encoder(run, lane):
    run.network.kill_connections(ENCODER, lane.port)


def half_open(run, lane):
    """The encoder is reset, and the server hears of nothing."""
    run.network.reset(lane.port)


def heal(run):
    run.network.heal()


def replace_by(kind):
    def act(run, lane):
        lane.server.end()
        lane.server.start_instead(kind)
    return each(act)


def restore(run, lane):
    lane.server.process.end()
    lane.server.start()


def names_fail(how):
    def act(run):
        run.tell_names(how)
        each(cut)(run)
    return act


def names_work(run):
    """A connection that was cut by a rule can be made again."""
    run.network.heal()
    run.tell_names()


def move(side):
    def act(run):
        old = run.network.change_address(side)
        run.say(f'{side}: {old} is now {run.network.address(side)}')
        run.tell_names()
    return act


def link(side, state):
    return lambda run: run.network.set_link(side, state)


def other_takes_place(run):
    """Ours are kept away until the other ones are in."""
    for lane in run.lanes:
        lane.server.kill()
    for lane in run.lanes:
        run.network.reset(lane.port)
        lane.server.start()
        lane.start_other()
    if not run.pump.wait(run.limit, lambda: all('STARTED' in [s.name for s in lane.others[-1].statuses]
                                                for lane in run.lanes)):
        run.fail('the second encoder did not start')
    run.network.heal()


def other_leaves(run):
    for lane in run.lanes:
        lane.others[-1].process.say('end\n')
    for lane in run.lanes:
        other = lane.others[-1]
        run.pump.wait(run.limit, lambda other=other: not other.is_running())
        other.process.end()
        if other.error:
            run.fail(f'{other.name}: {other.error}')


FAULTS = [
    Fault('reset', (0, 0), 'always', each(cut), heal),
    Fault('reset-at-encoder', (0, 0), 'always', each(cut_at_encoder), nothing),
    Fault('half-open', (0.5, 2), 'always', each(half_open), heal),
    Fault('drop', (1, 20), 'long', each(lambda run, lane: run.network.drop(lane.port)), heal),
    Fault('stall', (1, 20), 'perhaps', each(lambda run, lane: lane.server.freeze()),
          each(lambda run, lane: lane.server.thaw())),
    Fault('server-killed', (0, 3), 'always', each(lambda run, lane: lane.server.kill()),
          each(lambda run, lane: lane.server.start())),
    Fault('server-ended', (0, 3), 'always', each(lambda run, lane: lane.server.end()),
          each(lambda run, lane: lane.server.start())),
    Fault('busy-503', (2, 8), 'always', replace_by('busy'), each(restore)),
    Fault('web-server', (2, 8), 'always', replace_by('web'), each(restore)),
    Fault('dns-servfail', (2, 8), 'always', names_fail('servfail'), names_work),
    Fault('dns-nxdomain', (2, 8), 'always', names_fail('nxdomain'), names_work),
    Fault('dns-silent', (2, 12), 'always', names_fail('silent'), names_work),
    Fault('server-moves', (0, 0), 'always', move(SERVER), nothing),
    Fault('encoder-moves', (0, 0), 'always', move(ENCODER), nothing),
    Fault('link-down', (1, 15), 'long', link(ENCODER, 'down'), link(ENCODER, 'up')),
    Fault('far-link-down', (1, 15), 'long', link(SERVER, 'down'), link(SERVER, 'up')),
    Fault('second-encoder', (2, 8), 'always', other_takes_place, other_leaves),
]
