# SPDX-License-Identifier: LGPL-2.1-or-later
"""The account of a lane whose server keeps media objects, not packets.

A packet has arrived when an object is there that it carries a part of.  An object is missing when all its packets have
arrived; but a recording's video begins with a key frame.
"""

import collections

import accounts
import asfobjects


class ObjectAccount(accounts.Account):
    def know_packets(self):
        super().know_packets()
        self.objects = asfobjects.of_packets(self.encoder.data)
        self.numbers = {self.identity(o, 0): n for n, o in enumerate(self.objects)}
        self.times = collections.defaultdict(list)          # (stream, sum): times
        self.carried = collections.defaultdict(list)        # packet: objects
        for one in self.objects:
            self.times[one[:2]].append(one.time)
            for packet in one.packets:
                self.carried[packet].append(one)
        self.session_of = {}        # number of an object: number of its session
        if len(self.numbers) != len(self.objects):
            self.wrong('objects cannot be told apart')

    @staticmethod
    def identity(one, shift):
        return (*one[:2], one.time - shift & 0xffffffff)

    def foreign(self):
        return {one[:2] for other in self.lane.others for one in asfobjects.of_packets(other.data)}

    def follow_sessions(self):
        foreign = self.foreign() - set(self.times)
        last = -1
        for session in self.got:
            if any(one[:2] in foreign for one in session.packets):
                strangers = [one for one in session.packets if one[:2] in self.times and one[:2] not in self.foreign()]
                if strangers:
                    self.wrong(f'{session.name}: {len(strangers)} objects in another encoder\'s session')
                continue
            last = self.follow(session, last)
        self.find_missing()

    def shift_of(self, session):
        """What its times were moved by, which an object tells that was sent once; else that by which all are known."""
        once = next((one.time - self.times[one[:2]][0] for one in session.packets
                     if len(self.times.get(one[:2], ())) == 1), None)
        if once is not None or not session.packets:
            return once
        first = session.packets[0]
        return next((shift for shift in (first.time - time for time in self.times.get(first[:2], ()))
                     if all(self.is_new(one, shift) for one in session.packets)), None)

    def is_new(self, one, shift):
        number = self.numbers.get(self.identity(one, shift))
        return number is not None and number not in self.session_of

    def follow(self, session, last):
        shift = self.shift_of(session)
        packets = set()
        if shift is None and session.packets:
            self.wrong(f'{session.name}: nothing in it is known')
            return last
        for one in session.packets:
            number = self.numbers.get(self.identity(one, shift)) if one[:2] in self.times else None
            if number is None:
                self.wrong(f'{session.name}: an object that was not sent: {one[:3]}')
            elif number in self.session_of:
                self.wrong(f'{session.name}: object {number} came twice')
            elif number < last:
                self.wrong(f'{session.name}: object {number} came after {last}')
            else:
                self.session_of[number] = len(self.sessions)
                packets.update(self.objects[number].packets)
                last = number
        if packets:
            self.received |= packets
            self.sessions.append((session.name, min(packets), max(packets), len(packets)))
        return last

    def find_missing(self):
        videos = {one.stream for one in self.objects if not one.is_key}
        before = {}                 # stream: session of the last object that is there
        waiting = collections.defaultdict(list)     # stream: pictures that came since that
        for number, one in enumerate(self.objects):
            session = self.session_of.get(number)
            if session is not None:
                if before.get(one.stream) == session:
                    self.tell_missing(waiting[one.stream])
                before[one.stream] = session
                waiting[one.stream] = []
            elif self.received.issuperset(one.packets):
                if one.stream in videos and not one.is_key:
                    waiting[one.stream].append(number)
                else:
                    self.tell_missing([number])

    def tell_missing(self, numbers):
        for number in numbers:
            self.wrong(f'object {number} came in packets {self.objects[number].packets} and is missing')

    def may_be_cut(self, gap, end):
        """Each object in the gap's packets before `end` goes on behind them, where it was lost."""
        return all(one.packets[-1] >= end and one.packets[-1] <= gap.last
                   for packet in range(gap.first, end) for one in self.carried[packet])
