# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an encoder holds, looked at between faults, when its stream flows: memory, descriptors, threads."""

import collections
import statistics
import time

import processes

# a server keeps a connection that has gone silent for a minute
QUIET_SECONDS = 75
# at the end: what is opened for a moment, for a name or a file, is not kept
LOOKS = 3
WARM_UP = 0.2                   # share of the run that does not count
# of the process, over the run; measured noise is a tenth of it
HEAP_LIMIT = 512 * 1024
RESIDENT_LIMIT = 4 * 1024 * 1024

Note = collections.namedtuple('Note', 'time heap resident descriptors threads reconnects')


class Watch:
    def __init__(self):
        self.notes = collections.defaultdict(list)

    def note(self, lanes):
        """Yields a line for each."""
        for lane in lanes:
            if lane.encoder and lane.encoder.is_running():
                pid = lane.encoder.process.pid
                note = Note(time.monotonic(), lane.encoder.heap, processes.memory(pid), processes.descriptors(pid),
                            processes.threads(pid),
                            len([s for s in lane.encoder.statuses if s.name == 'RECONNECT_START']))
                self.notes[lane.name].append(note)
                yield (f'{lane.name}: heap {note.heap}, resident {note.resident}, descriptors {note.descriptors},'
                       f' threads {note.threads}')

    def is_quiet(self, lanes):
        """Whether nobody has more than at the beginning."""
        def has_more(lane):
            first = self.notes[lane.name][0]
            pid = lane.encoder.process.pid
            return processes.descriptors(pid) > first.descriptors or processes.threads(pid) > first.threads
        return not any(has_more(lane) for lane in lanes if lane.encoder.is_running())

    def verdict(self, is_sanitized):
        """(line, whether it is good) for each lane."""
        for name, notes in self.notes.items():
            first, last = notes[0], notes[-1]
            descriptors, threads = (min(getattr(note, what) for note in notes[-LOOKS:])
                                    for what in ('descriptors', 'threads'))
            yield (f'{name}: descriptors {first.descriptors} at the beginning, {descriptors} at the end; threads'
                   f' {first.threads} and {threads}',
                   descriptors <= first.descriptors and threads <= first.threads)
            notes = notes[int(len(notes) * WARM_UP):]
            if len(notes) < 4:
                continue
            quarter = max(1, len(notes) // 4)
            begin, end = notes[:quarter], notes[-quarter:]
            heap, resident = (statistics.median(getattr(n, what) for n in end)
                              - statistics.median(getattr(n, what) for n in begin) for what in ('heap', 'resident'))
            reconnects = end[0].reconnects - begin[0].reconnects
            seconds = end[0].time - begin[0].time
            yield (f'{name}: in {seconds:.0f} s with {reconnects} reconnects the heap grew by {heap:.0f} bytes to'
                   f' {last.heap}, resident memory by {resident:.0f} to {last.resident}',
                   is_sanitized or (heap < HEAP_LIMIT and resident < RESIDENT_LIMIT))
