# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bugs put into what a run has found, to see that the run fails then."""


def in_the_middle(packets):
    return len(packets) // 2


def lost(sessions, _):
    packets = sessions[0].packets
    del packets[in_the_middle(packets)]


def twice(sessions, _):
    packets = sessions[0].packets
    packets.insert(in_the_middle(packets), packets[in_the_middle(packets)])


def order(sessions, _):
    packets = sessions[0].packets
    at = in_the_middle(packets)
    packets[at], packets[at + 1] = packets[at + 1], packets[at]


def foreign(sessions, _):
    packets = sessions[0].packets
    packets[in_the_middle(packets)] = (0, 'unknown')


def status(_, encoder):
    """A RECONNECT_END that did not come."""
    encoder.statuses.remove(next(s for s in encoder.statuses if s.name == 'RECONNECT_END'))


def silence(_, encoder):
    """No status told of the losses."""
    encoder.statuses[:] = [s for s in encoder.statuses if s.name not in ('RECONNECT_START', 'RECONNECT_END')]


def count(_, encoder):
    encoder.stats['packets-sent'] -= 1


PLANTS = {'lost': lost, 'twice': twice, 'order': order, 'foreign': foreign, 'status': status, 'silence': silence,
          'count': count}
