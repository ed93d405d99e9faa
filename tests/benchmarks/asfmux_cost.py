#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a data packet costs: asfmux_cost.py PROGRAM PLUGIN-FILE

Instructions are counted by callgrind over two lengths of the same input, so
that setting up and shutting down do not count, and those of the same graph
without a muxer are taken off; so is its CPU time.
"""

import os
import re
import subprocess
import sys
import tempfile

SHORT, LONG = 10, 20            # seconds of input, under callgrind
CPU_SHORT, CPU_LONG = 200, 1200
# name, muxer, packet size, whether our plugin is wanted
ROWS = [('no muxer', 'none', None, False),
        ('asfmux, ours', 'asfmux', 4800, True),
        ('asfmux, gst-plugins-bad', 'asfmux', 4800, False),
        ('avmux_asf', 'avmux_asf', None, False)]
DEFAULT_PACKET = 3200           # avmux_asf's


def environment(ours, plugin, folder):
    env = {k: v for k, v in os.environ.items() if not k.startswith('GST_')}
    env['GST_REGISTRY'] = os.path.join(folder, f'registry-{ours}.bin')
    env['GST_REGISTRY_FORK'] = 'no'
    if ours:
        env['GST_PLUGIN_PATH'] = os.path.dirname(os.path.abspath(plugin))
    return env


def run(command, env):
    output = subprocess.run(command, env=env, check=True, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            timeout=900)
    size, _buffers, cpu = map(int, output.stdout.split())
    return size, cpu, output.stderr


def slope(measure, short, long_):
    """(cost, bytes) that the difference of two lengths takes."""
    (cost_1, size_1), (cost_2, size_2) = measure(short), measure(long_)
    return cost_2 - cost_1, size_2 - size_1


def main():
    program, plugin = sys.argv[1:3]
    print(f'{"":26}{"instructions":>14}{"CPU ns":>10}   per packet, net')
    none = None
    with tempfile.TemporaryDirectory() as folder:
        for name, muxer, packet, ours in ROWS:
            env = environment(ours, plugin, folder)
            tail = [str(packet)] if packet else []

            def instructions(seconds):
                size, _cpu, log = run(
                    ['valgrind', '--tool=callgrind',
                     f'--callgrind-out-file={folder}/out', program, muxer,
                     str(seconds), *tail], env)
                return int(re.search(r'Collected : (\d+)', log)[1]), size

            def cpu_ns(seconds):
                best = min(run([program, muxer, str(seconds), *tail], env)[1]
                           for _ in range(3))
                return best, run([program, muxer, str(seconds), *tail],
                                 env)[0]

            run([program, muxer, '1', *tail], env)
            count, size = slope(instructions, SHORT, LONG)
            cpu, cpu_size = slope(cpu_ns, CPU_SHORT, CPU_LONG)
            if none is None:
                none = count / (LONG - SHORT), cpu / (CPU_LONG - CPU_SHORT)
                continue
            packets = size / (packet or DEFAULT_PACKET)
            cpu_packets = cpu_size / (packet or DEFAULT_PACKET)
            print(f'{name:26}'
                  f'{(count - none[0] * (LONG - SHORT)) / packets:14.0f}'
                  f'{(cpu - none[1] * (CPU_LONG - CPU_SHORT)) / cpu_packets:10.0f}')


main()
