# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where each packet of a lane went.

The encoder's file has all packets that came to the sink, in order; a server's sessions have those that it got.  What is
missing there comes in gaps.  A gap is a loss: its first packets were sent and did not arrive, the others were dropped
or refused by the sink, which its statistics before and after the gap tell.
"""

import bisect
import collections

# A reset empties the kernel's queue a little before the status tells of it.
RACE_SECONDS = 0.05
# On a busy machine that may take longer.  Before a silence was noticed nothing was acknowledged for a while.
SILENT_SECONDS = 1

LOSSES = ('RECONNECT_START', 'ERROR', 'CLOSED')

# of a gap, or of several that cannot be told apart: what was dropped, from when, up to which sample
Fate = collections.namedtuple('Fate', 'dropped begin after is_alone')
Gap = collections.namedtuple('Gap', 'first last begin end in_flight dropped why')


class Account:
    def __init__(self, lane, run, plant=None):
        got = list(lane.server.sessions())
        if plant:
            plant(got, lane.encoder)
        self.got = got
        self.lane = lane
        self.run = run
        self.encoder = lane.encoder
        self.sent = self.encoder.sent_packets()
        self.handled = [sample.handled for sample in self.encoder.samples]      # never falls
        self.index = {}
        self.problems = []
        self.sessions = []          # (name, first, last, packets)
        self.received = set()
        self.order = []             # of the received ones
        self.gaps = []

    def wrong(self, text):
        self.problems.append(f'{self.lane.name}: {text}')

    def check(self):
        self.know_packets()
        self.follow_sessions()
        self.find_gaps()
        self.check_totals()
        return self.problems

    def know_packets(self):
        for number, (_, identity, _) in enumerate(self.sent):
            if identity in self.index:
                self.wrong(f'packets {self.index[identity]} and {number} cannot be told apart')
            self.index[identity] = number

    def foreign(self):
        """What second encoders sent."""
        return {identity for other in self.lane.others for _, identity, _ in other.sent_packets()}

    def follow_sessions(self):
        foreign = self.foreign()
        last = -1
        for session in self.got:
            if session.packets and session.packets[0] in foreign:
                strangers = [p for p in session.packets if p not in foreign]
                if strangers:
                    self.wrong(f'{session.name}: {len(strangers)} packets in another encoder\'s session')
                continue
            last = self.follow(session, last)

    def follow(self, session, last):
        numbers = []
        for identity in session.packets:
            number = self.index.get(identity)
            if number is None:
                self.wrong(f'{session.name}: a packet that was not sent: {identity}')
            elif number in self.received:
                self.wrong(f'{session.name}: packet {number} came twice')
            elif number < last:
                self.wrong(f'{session.name}: packet {number} came after {last}')
            else:
                numbers.append(number)
                self.received.add(number)
                last = number
        if numbers:
            self.sessions.append((session.name, numbers[0], numbers[-1], len(numbers)))
        return last

    def find_gaps(self):
        missing = [n for n in range(len(self.sent)) if n not in self.received]
        runs = []
        for number in missing:
            if runs and runs[-1][1] == number - 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        self.gaps = [self.explain(*run, fate) for run, fate in zip(runs, self.fates(runs))]

    def samples_around(self, first, last, n_lost):
        """Numbers of the last sample before a gap and of the first one behind it.

        A sink that drops takes packets out of the middle of its queue: before is when the first one of the gap had not
        come yet, and behind is when the one that follows it was sent.
        """
        before = bisect.bisect_right(self.handled, first) - 1
        after = bisect.bisect_right(self.handled, last + 1)
        if self.lane.may_drop():
            samples = self.encoder.samples
            while before >= 0 and samples[before].time > self.sent[first][0]:
                before -= 1
            n_sent = bisect.bisect_right(self.order, last + 1) + n_lost
            while after < len(samples) and samples[after].sent < n_sent:
                after += 1
        return before, min(after, len(self.handled) - 1)

    def fates(self, runs):
        """A Fate for each gap.

        On a line that hardly lets anything pass several gaps lie between two samples.  What was dropped is shared out
        among them in order, so that the sum is right.
        """
        fates, at, n_lost = [], 0, 0
        self.order = sorted(self.received)
        while at < len(runs):
            before, after = self.samples_around(*runs[at], n_lost)
            end = at + 1
            while end < len(runs):
                next_before, next_after = self.samples_around(*runs[end], n_lost)
                if next_before >= after:
                    break
                after = max(after, next_after)
                end += 1
            begin = self.sent[runs[at][0]][0]
            left = self.dropped_until(after) - self.dropped_until(before)
            for number, (first, last) in enumerate(runs[at:end], at + 1):
                dropped = left if number == end else min(left, last - first + 1)
                fates.append(Fate(dropped, begin, self.encoder.samples[after], end == at + 1))
                left -= dropped
                n_lost += max(0, last + 1 - first - dropped)
            at = end
        return fates

    def dropped_until(self, at):
        return self.encoder.samples[at].handled - self.encoder.samples[at].sent if at >= 0 else 0

    def sample_before(self, stamp):
        """The last one in a connection that was still there: one that is gone has nothing unacknowledged."""
        samples = self.encoder.samples
        at = bisect.bisect_left(samples, (stamp,)) - 1
        while at > 0 and samples[at].unacknowledged == 0 and samples[at - 1].bytes == samples[at].bytes:
            at -= 1
        return samples[at] if at >= 0 else None

    def losses(self, begin, end):
        """Statuses of a lost connection, a while before the time too."""
        return [s for s in self.encoder.statuses if s.name in LOSSES
                and begin - self.run.limit <= s.time <= end]

    def explain(self, first, last, fate):
        """A gap begins with the loss of a connection, which a status has told."""
        begin, after = self.sent[first][0], fate.after
        losses = self.losses(fate.begin, after.time)
        later = [s for s in losses if s.time >= begin]
        loss = (later or losses[-1:] or [None])[0]
        size = last - first + 1
        waiting = max(0, last + 1 - after.handled)
        in_flight = size - fate.dropped - waiting
        if self.lane.may_drop() and in_flight < 0:
            # with what was dropped a moment before or after; the totals tell
            in_flight = 0
        gap = Gap(first, last, begin, after.time, in_flight, size - in_flight,
                  loss.hresult if loss else None)
        if not loss and (in_flight != 0 or not self.lane.may_drop()):
            self.wrong(f'packets {first} to {last} are missing, and no status tells of a loss')
        if in_flight < 0:
            self.wrong(f'packets {first} to {last}: {fate.dropped} were dropped, which is more than are missing')
        elif loss and fate.is_alone:
            self.check_loss(gap, loss, len(later))
        return gap

    def check_loss(self, gap, loss, n_later):
        if gap.in_flight > 0 and loss.time + RACE_SECONDS < gap.begin:
            self.wrong(f'packets {gap.first} to {gap.last}: {gap.in_flight} were lost after the connection was')
        elif not self.lane.may_drop() or n_later == 1:
            # else some were dropped between those that were lost
            self.check_in_flight(gap, loss)

    def check_in_flight(self, gap, loss):
        """None of them may be one that the server's kernel had acknowledged, unless the server died with it."""
        sample = self.sample_before(loss.time - (SILENT_SECONDS if loss.hresult == 'NS_E_TIMEOUT' else RACE_SECONDS))
        if sample is None or gap.in_flight == 0:
            return
        left = sample.unacknowledged + self.thrown_away(gap, loss.time) + self.lane.server.record_size
        # what was dropped after the last one that was sent is no byte of it
        acknowledged = min(sample.handled, gap.first + gap.in_flight)
        while acknowledged > 0 and left > 0:
            acknowledged -= 1
            left -= self.sent[acknowledged][2]
        if gap.first < acknowledged and not self.may_be_cut(gap, acknowledged):
            self.wrong(f'packets {gap.first} to {acknowledged - 1} were acknowledged and are missing')

    def may_be_cut(self, gap, end):
        """Whether the server may have had the gap's packets before `end`, and not kept them."""
        return False

    def thrown_away(self, gap, loss):
        """Bytes that a server which was ended or killed has taken and not read."""
        total = 0
        for stamp, unread in self.lane.server.unread:
            if gap.begin - self.run.limit <= stamp <= gap.end:
                if unread is None:
                    # behind its last answer: what was sent until the encoder had read that
                    unread = sum(size for time, _, size in self.sent if stamp - RACE_SECONDS <= time <= loss)
                total += unread
        return total

    def check_totals(self):
        stats = self.encoder.stats
        fates = {name: stats.get(f'packets-{name}', 0) for name in ('sent', 'dropped', 'refused', 'queued')}
        received = stats.get('packets-received', len(self.sent))
        if received != len(self.sent):
            self.wrong(f'{len(self.sent)} packets came to the sink, it says {received}')
        if received != sum(fates.values()):
            self.wrong(f'packets-received {received} is not the sum of {fates}')
        if fates['sent'] < len(self.received):
            self.wrong(f'{len(self.received)} packets were received, only {fates["sent"]} sent')
        in_flight = sum(gap.in_flight for gap in self.gaps)
        if fates['sent'] != len(self.received) + in_flight:
            self.wrong(f'sent {fates["sent"]}, received {len(self.received)} and lost on the way {in_flight}')

    def lines(self):
        stats = self.encoder.stats
        yield (f'{self.lane.name}: came to the sink {len(self.sent)} = sent {stats.get("packets-sent")}'
               f' + dropped {stats.get("packets-dropped")} + refused {stats.get("packets-refused", 0)}'
               f' + queued {stats.get("packets-queued", 0)}')
        in_flight = sum(gap.in_flight for gap in self.gaps)
        yield (f'{self.lane.name}: received {len(self.received)} + lost on the way {in_flight} = sent;'
               f' {len(self.gaps)} gaps, none twice, order kept' if not self.problems else
               f'{self.lane.name}: received {len(self.received)}, {len(self.gaps)} gaps')
        for name, first, last, count in self.sessions:
            yield f'{self.lane.name}: {name} has packets {first} to {last}, {count} of {last - first + 1}'
        for gap in self.gaps:
            yield (f'{self.lane.name}: missing {gap.first} to {gap.last}: {gap.in_flight} lost on the way,'
                   f' {gap.dropped} dropped; {gap.why}')
