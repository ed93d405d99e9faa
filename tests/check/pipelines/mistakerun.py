#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What somebody is told who makes these mistakes, in the language of $LANGUAGE.

mistakerun.py: reads {name: [pipeline, caps of its appsrc]} as JSON and prints
{name: [text, ...]}.  The pipelines run all at the same time, each until its first
error or warning.
"""

import json
import locale
import select
import sys
import time

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst  # noqa: E402

DEADLINE = 90
WANTED = Gst.MessageType.ERROR | Gst.MessageType.WARNING | Gst.MessageType.EOS
NO_CLOCK, AFTER_ANOTHER = 'clock missing', 'two encoders'


class Attempt:
    def __init__(self, name, text, caps):
        self.name, self.said, self.other = name, [], None
        try:
            if name == AFTER_ANOTHER:
                self.other = Gst.parse_launch(text.replace('num-buffers=200', ''))
                self.begin_other()
            self.pipeline = Gst.parse_launch_full(text, None, Gst.ParseFlags.FATAL_ERRORS)
        except GLib.Error as error:
            self.said.append(error.message)
            self.pipeline = None
            return
        if name == NO_CLOCK:
            self.pipeline.use_clock(None)
        self.pipeline.set_state(Gst.State.PLAYING)
        if caps is not None:
            self.push_data(self.pipeline.get_by_name('in'), Gst.Caps.from_string(caps))

    @staticmethod
    def push_data(source, caps):
        source.set_property('caps', caps)
        for number in range(10):
            data = Gst.Buffer.new_wrapped(bytes(100))
            data.pts = data.dts = number * Gst.SECOND // 10
            source.emit('push-buffer', data)
        source.emit('end-of-stream')

    def begin_other(self):
        """Until it streams."""
        self.other.set_state(Gst.State.PLAYING)
        while True:
            message = self.other.bus.timed_pop_filtered(
                DEADLINE * Gst.SECOND, Gst.MessageType.ELEMENT | Gst.MessageType.ERROR)
            if message is None or message.type == Gst.MessageType.ERROR \
                    or message.get_structure().get_string('status-name') == 'WMT_STARTED':
                return

    def is_over(self):
        message = self.pipeline.bus.pop_filtered(WANTED)
        if message is None:
            return False
        if message.type == Gst.MessageType.EOS:
            self.said.append('(nothing was said)')
        else:
            error, _ = message.parse_error() if message.type == Gst.MessageType.ERROR else message.parse_warning()
            self.said.append(error.message)
        return True

    def end(self):
        for pipeline in filter(None, (self.pipeline, self.other)):
            pipeline.set_state(Gst.State.NULL)


def wait_for(attempts):
    """Returns those of which nothing came in time."""
    left = {attempt.pipeline.bus.get_pollfd().fd: attempt for attempt in attempts if attempt.pipeline}
    buses = select.poll()
    for bus in left:
        buses.register(bus, select.POLLIN)
    deadline = time.monotonic() + DEADLINE
    while left and time.monotonic() < deadline:
        for bus, _ in buses.poll(1000 * (deadline - time.monotonic())):
            if left[bus].is_over():
                buses.unregister(bus)
                del left[bus]
    return list(left.values())


def main():
    locale.setlocale(locale.LC_ALL, '')
    Gst.init(None)
    attempts = [Attempt(name, *make) for name, make in json.load(sys.stdin).items()]
    left = wait_for(attempts)
    for attempt in left:
        attempt.said.append('(nothing was said in time)')
    for attempt in attempts:
        attempt.end()
    json.dump({attempt.name: attempt.said for attempt in attempts}, sys.stdout)


main()
