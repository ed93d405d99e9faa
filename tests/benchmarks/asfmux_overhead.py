#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How much of a file's packets is no media: asfmux_overhead.py PLUGIN-FILE

The same buffers go into our asfmux, that of gst-plugins-bad and libav's
muxer, which is also that of `ffmpeg -c copy -f asf`.  All bytes of the Data
Object that are not media count, padding too; header and index do not.

Each muxer runs in a process of its own, since two plugins of one name cannot
be loaded together: asfmux_overhead.py --feed MUXER INPUT FILE
"""

import os
import random
import struct
import subprocess
import sys
import tempfile

import gi
gi.require_version('Gst', '1.0')
from gi.repository import Gst  # noqa: E402

SECONDS = 300
FILE_PROPERTIES = bytes.fromhex('A1DCAB8C47A9CF118EE400C00C205365')
# name, muxer, whether our plugin is wanted
MUXERS = [('asfmux', 'asfmux', True),
          ('gst-plugins-bad', 'asfmux', False),
          ('libav', 'avmux_asf', False)]


class Stream:
    """Caps, and (time, duration, size, is key) of each buffer."""

    def __init__(self, pad, caps, step, size, key_interval=1):
        self.pad, self.caps, self.step = pad, caps, step
        self.size, self.key_interval = size, key_interval

    def buffers(self):
        number, rate = self.step
        i = 0
        while True:
            time = i * number * Gst.SECOND // rate
            if time >= SECONDS * Gst.SECOND:
                return
            end = (i + 1) * number * Gst.SECOND // rate
            yield time, end - time, self.size(i), i % self.key_interval == 0
            i += 1


def wma(size, bps):
    return Stream('audio_%u', 'audio/x-wma, wmaversion=2, channels=2, '
                  f'rate=44100, bitrate={bps}, depth=16, block_align={size}, '
                  'codec_data=(buffer)00000000010000000000',
                  (size * 8, bps), lambda i: size)


def mp3(bps):
    return Stream('audio_%u', 'audio/mpeg, mpegversion=1, layer=3, '
                  'channels=2, rate=44100, parsed=true', (1152, 44100),
                  lambda i: (i + 1) * 144 * bps // 44100
                  - i * 144 * bps // 44100)


def video(bps):
    dice = random.Random(2)
    mean = bps / 8 / 25 * 50 / 53
    sizes = [int(mean * dice.uniform(.6, 1.4) * (1 if i % 50 else 4))
             for i in range(1000)]
    return Stream('video_%u', 'video/x-wmv, wmvversion=2, format=WMV2, '
                  'width=640, height=480, framerate=25/1, '
                  'codec_data=(buffer)00c3b480', (1, 25),
                  lambda i: sizes[i % 1000], 50)


INPUTS = {
    'WMA2, 64 kbit/s, blocks of 371': [wma(371, 64000)],
    'WMA2, 64 kbit/s, blocks of 1487': [wma(1487, 64024)],
    'WMA2, 64 kbit/s, blocks of 2973': [wma(2973, 64024)],
    'WMA2, 128 kbit/s, blocks of 743': [wma(743, 128000)],
    'WMA2, 128 kbit/s, blocks of 5945': [wma(5945, 128016)],
    'MP3, 64 kbit/s': [mp3(64000)],
    'MP3, 128 kbit/s': [mp3(128000)],
    '8 Mbit/s + WMA2, 743': [video(8000000), wma(743, 128000)],
    '8 Mbit/s + WMA2, 2973': [video(8000000), wma(2973, 64024)],
    '300 kbit/s + WMA2, 371': [video(300000), wma(371, 64000)],
    '300 kbit/s + WMA2, 2973': [video(300000), wma(2973, 64024)],
    '300 kbit/s + MP3, 64 kbit/s': [video(300000), mp3(64000)],
    '100 kbit/s + WMA2, 1487': [video(100000), wma(1487, 64024)],
}


def link_input(pipeline, mux, stream):
    source = Gst.ElementFactory.make('appsrc')
    source.set_property('format', Gst.Format.TIME)
    source.set_property('caps', Gst.Caps.from_string(stream.caps))
    source.set_property('max-bytes', 1 << 40)
    pipeline.add(source)
    pad = mux.request_pad_simple(stream.pad)
    if source.get_static_pad('src').link(pad) != Gst.PadLinkReturn.OK:
        sys.exit('not linked: ' + stream.caps)
    return source


def push_buffers(source, stream):
    """How many bytes of media they are."""
    media = 0
    for time, duration, size, is_key in stream.buffers():
        data = Gst.Buffer.new_wrapped(bytes(size))
        data.pts, data.duration = time, duration
        if not is_key:
            data.set_flags(Gst.BufferFlags.DELTA_UNIT)
        source.emit('push-buffer', data)
        media += size
    source.emit('end-of-stream')
    return media


def feed(muxer, name, path):
    Gst.init(None)
    pipeline = Gst.Pipeline.new(None)
    mux = Gst.ElementFactory.make(muxer)
    sink = Gst.ElementFactory.make('filesink')
    sink.set_property('location', path)
    pipeline.add(mux)
    pipeline.add(sink)
    mux.link(sink)
    sources = [(link_input(pipeline, mux, s), s) for s in INPUTS[name]]
    pipeline.set_state(Gst.State.PLAYING)
    print(sum(push_buffers(source, stream) for source, stream in sources))
    message = pipeline.get_bus().timed_pop_filtered(
        120 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if message is None or message.type != Gst.MessageType.EOS:
        sys.exit('no end')


def packet_bytes(path):
    """(bytes of all packets, packet size)."""
    with open(path, 'rb') as file:
        data = file.read()
    at = data.index(FILE_PROPERTIES)
    count, = struct.unpack_from('<Q', data, at + 56)
    size, = struct.unpack_from('<I', data, at + 92)
    return count * size, size


def measure(name, muxer, ours, plugin, folder):
    env = {k: v for k, v in os.environ.items() if not k.startswith('GST_')}
    env['GST_REGISTRY'] = os.path.join(folder, f'registry-{ours}.bin')
    if ours:
        env['GST_PLUGIN_PATH'] = os.path.dirname(os.path.abspath(plugin))
    path = os.path.join(folder, 'out.asf')
    run = subprocess.run([sys.executable, __file__, '--feed', muxer, name,
                          path], env=env, text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, timeout=300)
    if run.returncode != 0:
        return '-'
    total, size = packet_bytes(path)
    return f'{100 * (total - int(run.stdout)) / total:.2f} ({size})'


def main():
    if sys.argv[1] == '--feed':
        feed(*sys.argv[2:5])
        return
    print('| input | ' + ' | '.join(m[0] for m in MUXERS) + ' |')
    print('| --- |' + ' --- |' * len(MUXERS))
    with tempfile.TemporaryDirectory() as folder:
        for name in INPUTS:
            cells = [measure(name, muxer, ours, sys.argv[1], folder)
                     for _, muxer, ours in MUXERS]
            print(f'| {name} | ' + ' | '.join(cells) + ' |', flush=True)


main()
