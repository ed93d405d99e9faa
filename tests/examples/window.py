#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A live encoder in a window: preview, statuses, a curve of the bit rate.

    window.py --video=v4l2src --audio=pulsesrc http://server/point

GTK 3, since its video sink, gtksink, is packaged in Debian 12
(gstreamer1.0-gtk3), and that of GTK 4 is not.
"""

import argparse
import collections
import signal
import sys
import time

import gi
gi.require_version('Gst', '1.0')
gi.require_version('Gtk', '3.0')
gi.require_version('PangoCairo', '1.0')
from gi.repository import GLib, Gst, Gtk, Pango, PangoCairo  # noqa: E402

# the server has this long to take the end of the session
END_SECONDS = 10
CLEAR_TEXT = 1 << 2     # GST_WMS_CREDENTIAL_FLAG_CLEAR_TEXT
MAX_ROWS = 500
CURVE_SECONDS = 120
# a narrower window has one column
TWO_COLUMNS = 620

# The preview shows the picture at once, and neither waits for the other.
PIPELINE = '''
  asfmux name=mux ! wmspushsink name=sink leaky=keyframe
  {video} ! tee name=picture
  picture. ! queue leaky=downstream ! videoconvert ! avenc_wmv2 bitrate={bitrate} ! mux.
  picture. ! queue leaky=downstream ! videoconvert ! gtksink name=preview sync=false
  {audio} ! queue ! audioconvert ! audioresample ! avenc_wmav2 ! mux.
'''


class Curve(Gtk.DrawingArea):
    """The bit rate of the last seconds."""

    def __init__(self):
        super().__init__(height_request=100)
        self.rates = collections.deque(maxlen=CURVE_SECONDS)
        self.connect('draw', self.draw)

    def add(self, kbps):
        self.rates.append(kbps)
        self.queue_draw()

    def clear(self):
        self.rates.clear()
        self.queue_draw()

    def draw(self, _widget, context):
        width, height = self.get_allocated_width(), self.get_allocated_height()
        colour = self.get_style_context().get_color(Gtk.StateFlags.NORMAL)
        context.set_source_rgb(colour.red, colour.green, colour.blue)
        top = max(self.rates, default=0)
        layout = self.create_pango_layout(
            f'Last {CURVE_SECONDS // 60} minutes: {top:.0f} kbit/s at most' if top else 'Bit rate')
        layout.set_width(width * Pango.SCALE)
        layout.set_ellipsize(Pango.EllipsizeMode.END)
        below = layout.get_pixel_size()[1] + 2
        PangoCairo.show_layout(context, layout)
        context.set_line_width(1)
        context.move_to(0, height - 0.5)
        context.line_to(width, height - 0.5)
        context.stroke()
        context.set_line_width(2)
        for seconds, rate in enumerate(reversed(self.rates)):
            context.line_to(width * (1 - seconds / (CURVE_SECONDS - 1)),
                            height - 1 - (height - below - 2) * rate / max(top, 1))
        context.stroke()


class StatusList(Gtk.ScrolledWindow):
    def __init__(self):
        super().__init__(hscrollbar_policy=Gtk.PolicyType.NEVER, min_content_height=110,
                         shadow_type=Gtk.ShadowType.IN)
        self.list = Gtk.ListBox(selection_mode=Gtk.SelectionMode.NONE)
        self.get_vadjustment().connect('changed', self.show_last)
        self.add(self.list)

    @staticmethod
    def show_last(adjustment):
        adjustment.set_value(adjustment.get_upper())

    def say(self, title, text):
        label = Gtk.Label(xalign=0, wrap=True, wrap_mode=Pango.WrapMode.WORD_CHAR, selectable=True,
                          margin=4)
        label.set_markup(f'<b>{GLib.markup_escape_text(title)}</b>  {time.strftime("%H:%M:%S")}\n'
                         f'{GLib.markup_escape_text(text)}')
        self.list.add(label)
        label.get_parent().show_all()
        rows = self.list.get_children()
        if len(rows) > MAX_ROWS:
            self.list.remove(rows[0])

    def clear(self):
        for row in self.list.get_children():
            self.list.remove(row)


class Login(Gtk.Dialog):
    """Asks for a user and a password; calls back once, with None to give up."""

    def __init__(self, window, question, done):
        super().__init__(title='Password', transient_for=window, modal=True, resizable=False)
        self.done = done
        self.add_buttons('_Cancel', Gtk.ResponseType.CANCEL, '_Log in', Gtk.ResponseType.OK)
        self.set_default_response(Gtk.ResponseType.OK)
        self.user, self.password = (Gtk.Entry(activates_default=True, hexpand=True) for _ in range(2))
        self.password.set_visibility(False)
        self.password.set_input_purpose(Gtk.InputPurpose.PASSWORD)
        grid = Gtk.Grid(row_spacing=6, column_spacing=6, margin=12)
        grid.attach(Gtk.Label(label=question, xalign=0, wrap=True, max_width_chars=36,
                              wrap_mode=Pango.WrapMode.WORD_CHAR), 0, 0, 2, 1)
        for row, (text, entry) in enumerate((('_User', self.user), ('_Password', self.password)), 1):
            grid.attach(Gtk.Label(label=text, use_underline=True, mnemonic_widget=entry, xalign=0), 0, row, 1, 1)
            grid.attach(entry, 1, row, 1, 1)
        self.get_content_area().add(grid)
        self.connect('response', self.answered)
        self.show_all()

    def answered(self, _dialog, response):
        answer = None
        if response == Gtk.ResponseType.OK and self.user.get_text():
            answer = Gst.Structure.new_empty('credentials')
            answer.set_value('user', self.user.get_text())
            answer.set_value('password', self.password.get_text())
        self.done(answer)
        self.destroy()


class Window(Gtk.Window):
    def __init__(self, options):
        super().__init__(title='Encoder')
        self.set_default_size(900, 560)
        self.pipeline = Gst.parse_launch(PIPELINE.format(
            video=options.video, audio=options.audio, bitrate=options.bitrate * 1000))
        self.sink = self.pipeline.get_by_name('sink')
        self.sink.connect('acquire-credentials', self.acquire_credentials)
        self.is_running = self.is_ending = self.is_closing = False
        self.login, self.timers = None, []
        self.bytes, self.shown = 0, 0

        self.url = Gtk.Entry(text=options.url, placeholder_text='http://server/point', hexpand=True, width_chars=12)
        self.url.get_accessible().set_name('URL of the publishing point')
        self.url.connect('activate', self.start_or_stop)
        self.button = Gtk.Button(label='_Start', use_underline=True)
        self.button.connect('clicked', self.start_or_stop)
        self.error = Gtk.Label(xalign=0, wrap=True, wrap_mode=Pango.WrapMode.WORD_CHAR, selectable=True,
                               lines=5, ellipsize=Pango.EllipsizeMode.END)
        self.error_bar = Gtk.InfoBar(message_type=Gtk.MessageType.ERROR, show_close_button=True, no_show_all=True)
        self.error_bar.get_content_area().add(self.error)
        self.error_bar.connect('response', lambda bar, _: bar.hide())
        self.error.show()
        self.curve, self.statuses = Curve(), StatusList()
        self.statistics = Gtk.Label(label='Not connected', xalign=0, wrap=True)
        self.add(self.arrange())
        self.connect('size-allocate', self.choose_columns)
        self.connect('delete-event', self.close_window)

        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message::element', self.element_said)
        bus.connect('message::warning', self.warned)
        bus.connect('message::error', self.failed)
        bus.connect('message::eos', lambda *_: self.stopped())

    def arrange(self):
        top = Gtk.Box(spacing=6)
        top.add(self.url)
        top.add(self.button)
        preview = self.pipeline.get_by_name('preview').get_property('widget')
        # when it stops the sink still shows its last picture
        self.preview = Gtk.Stack(width_request=160, height_request=110)
        self.preview.add_named(Gtk.Label(label='Off air'), 'off')
        self.preview.add_named(preview, 'on')
        left = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        left.pack_start(self.preview, True, True, 0)
        left.pack_start(self.curve, False, False, 0)
        self.columns = Gtk.Box(spacing=6, homogeneous=True)
        self.columns.pack_start(left, True, True, 0)
        self.columns.pack_start(self.statuses, True, True, 0)
        page = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, margin=6)
        page.pack_start(top, False, False, 0)
        page.pack_start(self.error_bar, False, False, 0)
        page.pack_start(self.columns, True, True, 0)
        page.pack_start(self.statistics, False, False, 0)
        return page

    def choose_columns(self, _window, place):
        is_wide = place.width >= TWO_COLUMNS
        if is_wide != self.columns.get_homogeneous():
            # not while sizes are being given out
            GLib.idle_add(self.set_columns, is_wide)

    def set_columns(self, is_wide):
        self.columns.set_homogeneous(is_wide)
        self.columns.set_orientation(Gtk.Orientation.HORIZONTAL if is_wide else Gtk.Orientation.VERTICAL)

    def start_or_stop(self, _widget):
        if not self.is_running:
            self.start()
        elif self.is_ending:
            self.stopped()
        else:
            self.stop()

    def start(self):
        self.error_bar.hide()
        self.statuses.clear()
        self.curve.clear()
        self.bytes, self.shown = 0, time.monotonic()
        self.is_running = True
        self.url.set_sensitive(False)
        self.button.set_label('_Stop')
        self.preview.set_visible_child_name('on')
        self.sink.set_property('location', self.url.get_text().strip())
        self.timers = [GLib.timeout_add_seconds(1, self.show_statistics)]
        self.pipeline.set_state(Gst.State.PLAYING)

    def stop(self):
        """What is encoded is still sent, and the server is told of the end."""
        state = self.sink.get_property('stats').get_value('state').value_nick
        if state not in ('open', 'streaming', 'reconnecting'):
            self.stopped()              # there is nobody to be told
            return
        self.is_ending = True
        self.button.set_label('_Stop at once')
        self.pipeline.send_event(Gst.Event.new_eos())
        self.timers.append(GLib.timeout_add_seconds(END_SECONDS, self.stopped))

    def stopped(self):
        if not self.is_running:
            return
        if self.login:
            self.login.response(Gtk.ResponseType.CANCEL)
        self.show_statistics()
        for timer in self.timers:
            GLib.source_remove(timer)
        self.pipeline.set_state(Gst.State.NULL)
        self.is_running = self.is_ending = False
        self.url.set_sensitive(True)
        self.button.set_label('_Start')
        self.preview.set_visible_child_name('off')
        if self.is_closing:
            self.destroy()

    def close_window(self, *_):
        """The session ends before the window goes; closed again, at once."""
        if not self.is_running:
            return False
        if self.is_closing:
            self.stopped()
        else:
            self.is_closing = True
            self.stop()
        return True

    def element_said(self, _bus, message):
        said = message.get_structure()
        if said.has_name('wms-status'):
            _, http_status = said.get_uint('http-status')
            answer = f' (HTTP {http_status})' if http_status else ''
            name, result, text = map(said.get_string, ('status-name', 'hresult-name', 'text'))
            self.statuses.say(name if result == 'S_OK' else f'{name} {result}', text + answer)

    def warned(self, _bus, message):
        self.statuses.say('Warning', message.parse_warning()[0].message)

    def failed(self, _bus, message):
        text = message.parse_error()[0].message
        self.error.set_text(text)
        self.error.set_tooltip_text(text)
        self.error_bar.show()
        self.stopped()

    def show_statistics(self):
        now = time.monotonic()
        state, sent_bytes, sent, dropped, reconnects = map(
            self.sink.get_property('stats').get_value,
            ('state', 'bytes-sent', 'packets-sent', 'packets-dropped', 'reconnects'))
        rate = (sent_bytes - self.bytes) * 8e-3 / max(now - self.shown, 1e-3)
        if sent_bytes and not self.is_ending:
            self.curve.add(rate)
        self.statistics.set_text(f'{state.value_nick.capitalize()}: {rate:.0f} kbit/s, packets: {sent} sent, '
                                 f'{dropped} dropped; {reconnects} reconnects')
        self.bytes, self.shown = sent_bytes, now
        return GLib.SOURCE_CONTINUE

    def acquire_credentials(self, _sink, *question):
        """On a thread of the sink's, which has to go on: GTK has its own."""
        GLib.idle_add(self.ask, *question)
        return Gst.Structure.new_empty('pending')

    def ask(self, realm, site, refused, _hresult, flags):
        if not self.is_running:
            return
        text = f'{site} ({realm}) asks who you are.'
        if refused is not None:
            text = f'The password of {refused} was refused. {text}'
        if flags & CLEAR_TEXT:
            text += ' Everybody on the way can read the password.'
        self.login = Login(self, text, self.answer)

    def answer(self, credentials):
        self.login = None
        self.sink.emit('provide-credentials', credentials)


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def parse_options(arguments=None):
    parser = argparse.ArgumentParser(description='Pushes a live programme to a publishing point.')
    parser.add_argument('--video', metavar='ELEMENTS', default='videotestsrc is-live=true ! timeoverlay',
                        help='where the picture comes from (default: a test picture)')
    parser.add_argument('--audio', metavar='ELEMENTS', default='audiotestsrc is-live=true volume=0.1',
                        help='where the sound comes from (default: a tone)')
    parser.add_argument('--bitrate', type=positive, default=500, metavar='RATE',
                        help='of the picture, in kbit/s (default: 500)')
    parser.add_argument('url', nargs='?', default='', help='the publishing point, such as http://server/point')
    return parser.parse_args(arguments)


def main():
    options = parse_options()
    Gst.init(None)
    if not Gtk.init_check()[0]:
        sys.exit('There is no display: is DISPLAY set?')
    try:
        window = Window(options)
    except GLib.Error as error:
        hint = ''
        if error.matches(Gst.ParseError.quark(), Gst.ParseError.NO_SUCH_ELEMENT):
            hint = '\nIs its package installed, and GST_PLUGIN_PATH set?'
        sys.exit(error.message + hint)
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, lambda: window.close() or True)
    window.connect('destroy', Gtk.main_quit)
    window.show_all()
    Gtk.main()


if __name__ == '__main__':
    main()
