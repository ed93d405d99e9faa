#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What muxing costs: asfmux_cost.py PROGRAM PLUGIN-FILE cost|flat

Instructions are counted by callgrind over two lengths of the same input, so
that setting up and shutting down do not count, and those of the same graph
without a muxer are taken off; so is its CPU time.  An empty G_SLICE keeps GLib's
allocator as it is: under valgrind GLib would take malloc instead.  For ffmpeg, whose input is
a file made here, the same copy into no file is taken off.
"""

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

# seconds of input, under callgrind; some hundred objects at least
SHORT, LONG = 10, 40
SHORT_AUDIO, LONG_AUDIO = 60, 360
CPU_SHORT, CPU_LONG = 200, 1200
FFMPEG_SHORT = {'av': 60, 'audio': 600, 'blocks': 600}
FFMPEG_LONG = {'av': 240, 'audio': 6000, 'blocks': 6000}
RUNS = 3                        # the least of so many counts
OURS, BAD = 'asfmux', "gst-plugins-bad's asfmux"


def lengths(kind):
    return ((SHORT_AUDIO, LONG_AUDIO) if kind in ('audio', 'blocks')
            else (SHORT, LONG))


class Bench:
    def __init__(self, program, plugin, folder):
        self.program, self.plugin, self.folder = program, plugin, folder
        self.none = {}

    def environment(self, ours):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith('GST_')}
        env['GST_REGISTRY'] = os.path.join(self.folder, f'registry-{ours}')
        env['GST_REGISTRY_FORK'] = 'no'
        env['G_SLICE'] = ''
        if ours:
            env['GST_PLUGIN_PATH'] = os.path.dirname(
                os.path.abspath(self.plugin))
        return env

    def run(self, ours, muxer, seconds, kind, *options, tool=()):
        """[bytes, buffers, objects, CPU ns, peak KB], what was logged."""
        output = subprocess.run(
            [*tool, self.program, muxer, str(seconds), kind, *options],
            env=self.environment(ours), check=True, text=True, timeout=900,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return list(map(int, output.stdout.split())), output.stderr

    def callgrind(self):
        return ('valgrind', '--tool=callgrind',
                f'--callgrind-out-file={self.folder}/out')

    def instructions(self, ours, muxer, kind, *options):
        """(instructions, bytes, objects) of a difference of lengths."""
        self.run(ours, muxer, 1, kind, *options)  # the registry is written
        best = []
        for seconds in lengths(kind):
            runs = [self.run(ours, muxer, seconds, kind, *options,
                             tool=self.callgrind()) for _ in range(RUNS)]
            best.append(min((int(re.search(r'Collected : (\d+)', log)[1]),
                             counts) for counts, log in runs))
        (count, one), (count_2, two) = best
        return count_2 - count, two[0] - one[0], two[2] - one[2]

    def cpu(self, ours, muxer, kind, *options, short=CPU_SHORT,
            long_=CPU_LONG):
        """(ns, bytes, objects) of long_ - short seconds."""
        best = []
        for seconds in (short, long_):
            runs = [self.run(ours, muxer, seconds, kind, *options)[0]
                    for _ in range(RUNS)]
            best.append(min(runs, key=lambda r: r[3]))
        one, two = best
        return two[3] - one[3], two[0] - one[0], two[2] - one[2]

    def measure(self, ours, muxer, kind, *options):
        """Per byte of output, net: (instructions, ns); per object as well."""
        if kind not in self.none:
            count, _, objects = self.instructions(False, 'none', kind)
            ns, _, cpu_objects = self.cpu(False, 'none', kind)
            self.none[kind] = count / objects, ns / cpu_objects
        none = self.none[kind]
        count, size, objects = self.instructions(ours, muxer, kind, *options)
        ns, cpu_size, cpu_objects = self.cpu(ours, muxer, kind, *options)
        count -= none[0] * objects
        ns -= none[1] * cpu_objects
        return (count / size, ns / cpu_size, count / objects,
                ns / cpu_objects)

    def ffmpeg(self, kind):
        """As measure(), for ffmpeg -c copy -f asf."""
        def copy(seconds, how, tool=()):
            source = os.path.join(self.folder, f'{kind}-{seconds}.mkv')
            if not os.path.exists(source):
                self.run(False, 'matroskamux', seconds, kind, 'seekable',
                         f'out={source}')
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(
                [*tool, 'ffmpeg', '-nostdin', '-v', 'error', '-i', source,
                 '-c', 'copy', '-f', how, '-y', '/dev/null'], check=True,
                text=True, timeout=900, stderr=subprocess.PIPE)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            ns = 1e9 * (after.ru_utime + after.ru_stime
                        - before.ru_utime - before.ru_stime)
            return ns, os.path.getsize(source), done.stderr

        def slope(how):
            counts = [int(re.search(r'Collected : (\d+)', copy(
                s, how, self.callgrind())[2])[1]) for s in lengths(kind)]
            ns = [min(copy(s, how)[0] for _ in range(RUNS))
                  for s in (FFMPEG_SHORT[kind], FFMPEG_LONG[kind])]
            return counts[1] - counts[0], ns[1] - ns[0]

        asf, null = slope('asf'), slope('null')
        sizes = [copy(s, 'null')[1]
                 for s in (*lengths(kind), FFMPEG_SHORT[kind],
                           FFMPEG_LONG[kind])]
        return ((asf[0] - null[0]) / (sizes[1] - sizes[0]),
                (asf[1] - null[1]) / (sizes[3] - sizes[2]))


# name, whether our plugin is wanted, muxer, bytes that a packet has, options
ROWS = [(OURS, True, 'asfmux', 4800, ('packet-size=4800',)),
        ('the same, to a file', True, 'asfmux', 4800,
         ('packet-size=4800', 'seekable')),
        (BAD, False, 'asfmux', 4800, ('packet-size=4800',)),
        ('avmux_asf', False, 'avmux_asf', 3200, ()),
        ('matroskamux', False, 'matroskamux', 4800, ())]


def cost(bench):
    for kind, title in (('av', '8 Mbit/s WMV2 and WMA2'),
                        ('audio', '128 kbit/s WMA2, 743-byte objects'),
                        ('blocks', '128 kbit/s WMA2, 5,945-byte objects')):
        print(f'\n| {title} | packet | instructions | CPU ns '
              '| instructions for a byte | CPU s for a GB |')
        print('| --- | --- | --- | --- | --- | --- |')
        rows = []
        for name, ours, muxer, packet, options in ROWS:
            rows.append((name, packet,
                         *bench.measure(ours, muxer, kind, *options)[:2]))
        if shutil.which('ffmpeg'):
            rows.append(('ffmpeg -c copy -f asf', 3200, *bench.ffmpeg(kind)))
        for name, packet, instructions, ns in rows:
            print(f'| {name} | {packet:,} | {instructions * packet:,.0f} '
                  f'| {ns * packet:,.0f} | {instructions:.2f} | {ns:.2f} |',
                  flush=True)
    print('\nNet of the same graph without a muxer. matroskamux has no '
          'packets: the cost of 4,800 bytes.')


def flat(bench):
    print('| streams | instructions for a media object | CPU ns for a media '
          'object |')
    print('| --- | --- | --- |')
    for n in ('2', '8', '32'):
        row = bench.measure(True, 'asfmux', n, 'seekable')
        print(f'| {n} | {row[2]:,.0f} | {row[3]:,.0f} |', flush=True)

    print('\n| of 8 Mbit/s | CPU ns for a packet, gross | peak memory KB |')
    print('| --- | --- | --- |')
    peaks = {}
    for title, start, end in (('first minute', 0, 60),
                              ('first hour', 60, 3600),
                              ('hours 2 to 10', 3600, 36000)):
        ns, size, _ = bench.cpu(True, 'asfmux', 'av', 'seekable',
                                short=max(start, 1), long_=end)
        peaks[end] = bench.run(True, 'asfmux', end, 'av', 'seekable')[0][4]
        print(f'| {title} | {ns * 4800 / size:,.0f} | {peaks[end]:,} |',
              flush=True)
    print(f'\nPeak memory grows by {(peaks[36000] - peaks[3600]) / 9:,.1f} KB '
          'an hour.')


def main():
    program, plugin, table = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        {'cost': cost, 'flat': flat}[table](Bench(program, plugin, folder))


main()
