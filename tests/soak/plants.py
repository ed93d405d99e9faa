# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bugs put into what a run has found, to see that the run fails then."""


# behind the beginning of a session, and before the first fault
PLACE = 40


def place(sessions):
    """(packets, number): of the largest session."""
    packets = max((session.packets for session in sessions), key=len)
    return packets, min(len(packets) // 2, PLACE)


def lost(sessions, _):
    packets, at = place(sessions)
    del packets[at]


def twice(sessions, _):
    packets, at = place(sessions)
    packets.insert(at, packets[at])


def order(sessions, _):
    packets, at = place(sessions)
    packets[at], packets[at + 1] = packets[at + 1], packets[at]


def foreign(sessions, _):
    packets, at = place(sessions)
    packets[at] = (0, 'unknown')


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
