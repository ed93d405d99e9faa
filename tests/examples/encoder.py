#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A live encoder for the terminal.

Picture and sound are encoded and pushed to a publishing point; each status is
a line, statistics are the last one.  The server's question for a password is
put to whoever sits there; where nobody does, two lines of the standard input
answer it.  Ctrl-C ends the session.

    encoder.py --video=v4l2src --audio=pulsesrc http://server/point
"""

import argparse
import signal
import sys
import termios
import threading
import time

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst  # noqa: E402

# the server has this long to take the end of the session
END_SECONDS = 10
# starting again does not mend it
WRONG_OPTIONS = 2
# kbit/s, seconds
MAX_FIGURE = 1000000
CLEAR_TEXT = 1 << 2     # GST_WMS_CREDENTIAL_FLAG_CLEAR_TEXT

PIPELINE = '''
  asfmux name=mux ! wmspushsink name=sink leaky=keyframe
  {video} ! queue ! videoconvert ! avenc_wmv2 bitrate={bitrate} ! mux.
  {audio} ! queue ! audioconvert ! audioresample ! avenc_wmav2 ! mux.
'''


def printable(text):
    """Text of a server's: nothing that the terminal would obey."""
    return ''.join(c if c.isprintable() else '?' for c in text)


class Terminal:
    """Lines that stay, and one below them that is written again and again."""

    def __init__(self):
        self.is_one = sys.stdout.isatty()
        self.is_asking = False
        try:
            self.settings = termios.tcgetattr(sys.stdin)
        except termios.error:
            self.settings = None        # a file: nothing is typed

    def say(self, text):
        print(f'\r\033[K{text}' if self.is_one else text, flush=True)

    def show(self, text):
        """In place of the line before, and never wrapped."""
        if self.is_one:
            print(f'\r\033[K\033[?7l{text}\033[?7h', end='', flush=True)
        else:
            print(text, flush=True)

    def set_echo(self, is_on):
        if self.settings:
            settings = termios.tcgetattr(sys.stdin)
            settings[3] &= ~termios.ECHO
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self.settings if is_on else settings)

    def ask(self, text):
        """The next line of the standard input; None at its end."""
        print(text, end='', flush=True)
        line = sys.stdin.readline()
        return line.removesuffix('\n') if line else None

    def ask_hidden(self, text):
        self.set_echo(False)
        try:
            return self.ask(text)
        finally:
            self.set_echo(True)
            print(flush=True)


class Encoder:
    def __init__(self, options):
        self.terminal = Terminal()
        self.loop = GLib.MainLoop()
        self.is_ending, self.status = False, 0
        self.bytes, self.shown = 0, time.monotonic()
        self.pipeline = Gst.parse_launch(PIPELINE.format(
            video=options.video, audio=options.audio, bitrate=options.bitrate * 1000))
        self.sink = self.pipeline.get_by_name('sink')
        self.sink.set_property('location', options.url)
        self.sink.set_property('retry-first', options.wait)
        self.sink.connect('acquire-credentials', self.acquire_credentials)

    def run(self, interval):
        """The exit status."""
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message::element', self.element_said)
        bus.connect('message::warning', self.warned)
        bus.connect('message::error', self.failed)
        bus.connect('message::eos', lambda *_: self.loop.quit())
        for number in (signal.SIGINT, signal.SIGTERM):
            GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, self.end)
        GLib.timeout_add_seconds(interval, self.show_statistics)
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        self.terminal.is_asking = False
        self.terminal.set_echo(True)    # somebody may still be asked
        self.show_statistics()
        if self.terminal.is_one:
            print()
        self.pipeline.set_state(Gst.State.NULL)
        bus.remove_signal_watch()
        return self.status

    def element_said(self, _bus, message):
        said = message.get_structure()
        if said.has_name('wms-status'):
            _, http_status = said.get_uint('http-status')
            answer = f' (HTTP {http_status})' if http_status else ''
            name, result, text = map(said.get_string, ('status-name', 'hresult-name', 'text'))
            self.terminal.say(f'{name:20} {result}: {text}{answer}')

    def warned(self, _bus, message):
        self.terminal.say(f'Warning: {message.parse_warning()[0].message}')

    def failed(self, _bus, message):
        error, _ = message.parse_error()
        self.terminal.say(f'Failed: {error.message}')
        # a camera's may be another one the next time
        is_setting = message.src == self.sink and error.matches(
            Gst.ResourceError.quark(), Gst.ResourceError.SETTINGS)
        self.status = WRONG_OPTIONS if is_setting else 1
        self.loop.quit()

    def show_statistics(self):
        if self.terminal.is_asking:
            return GLib.SOURCE_CONTINUE
        now = time.monotonic()
        state, sent_bytes, sent, dropped, reconnects = map(
            self.sink.get_property('stats').get_value,
            ('state', 'bytes-sent', 'packets-sent', 'packets-dropped', 'reconnects'))
        rate = (sent_bytes - self.bytes) * 8e-3 / max(now - self.shown, 1e-3)
        self.terminal.show(f'{state.value_nick:12} {rate:6.0f} kbit/s {sent:8} sent '
                           f'{dropped:6} dropped {reconnects:3} reconnects')
        self.bytes, self.shown = sent_bytes, now
        return GLib.SOURCE_CONTINUE

    def acquire_credentials(self, _sink, *question):
        """On a thread of the sink's, which has to go on: another one asks."""
        threading.Thread(target=self.ask, args=question, daemon=True).start()
        return Gst.Structure.new_empty('pending')

    def ask(self, realm, site, refused, _hresult, flags):
        self.terminal.is_asking = True
        if refused is not None:
            self.terminal.say(f'The password of {refused} was refused.')
        self.terminal.say(f'{site} ({printable(realm)}) asks who you are.')
        if flags & CLEAR_TEXT:
            self.terminal.say('Everybody on the way can read the password.')
        answer = None
        user = self.terminal.ask('User: ')
        password = self.terminal.ask_hidden('Password: ') if user else None
        if password is not None:
            answer = Gst.Structure.new_empty('credentials')
            answer.set_value('user', user)
            answer.set_value('password', password)
        self.terminal.is_asking = False
        self.sink.emit('provide-credentials', answer)

    def end(self):
        """Ctrl-C, or the service ends: what is encoded is still sent, and the
        server is told that the programme is over."""
        state = self.sink.get_property('stats').get_value('state').value_nick
        if state not in ('open', 'streaming', 'reconnecting'):
            self.loop.quit()            # there is nobody to be told
        elif self.is_ending:
            self.end_at_once()
        elif self.pipeline.send_event(Gst.Event.new_eos()):
            GLib.timeout_add_seconds(END_SECONDS, self.end_at_once)
        self.is_ending = True
        return GLib.SOURCE_CONTINUE

    def end_at_once(self):
        self.terminal.say('The server has not taken the end of the session.')
        self.status = 1
        self.loop.quit()


def figure(text):
    if not text.isdecimal() or not 1 <= int(text) <= MAX_FIGURE:
        raise argparse.ArgumentTypeError(f'a figure from 1 to {MAX_FIGURE}, please')
    return int(text)


def parse_options():
    parser = argparse.ArgumentParser(description='Pushes a live programme to a publishing point.')
    parser.add_argument('--video', metavar='ELEMENTS', default='videotestsrc is-live=true ! timeoverlay',
                        help='where the picture comes from (default: a test picture)')
    parser.add_argument('--audio', metavar='ELEMENTS', default='audiotestsrc is-live=true volume=0.1',
                        help='where the sound comes from (default: a tone)')
    parser.add_argument('--bitrate', type=figure, default=500, metavar='RATE',
                        help='of the picture, in kbit/s (default: 500)')
    parser.add_argument('--wait', action='store_true', help='wait for a server that is not there yet')
    parser.add_argument('--interval', type=figure, default=1, metavar='SECONDS',
                        help='show statistics so often (default: each second)')
    parser.add_argument('url', help='the publishing point, such as http://server/point')
    return parser.parse_args()


def main():
    options = parse_options()
    Gst.init(None)
    try:
        encoder = Encoder(options)
    except GLib.Error as error:
        hint = ''
        if error.matches(Gst.ParseError.quark(), Gst.ParseError.NO_SUCH_ELEMENT):
            hint = '\nIs its package installed, and GST_PLUGIN_PATH set?'
        print(error.message + hint, file=sys.stderr)
        sys.exit(WRONG_OPTIONS)
    sys.exit(encoder.run(options.interval))


if __name__ == '__main__':
    main()
