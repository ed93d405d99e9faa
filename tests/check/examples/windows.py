#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The encoder in a window of tests/examples, on a display of its own.

windows.py WINDOW WMS-PUBPOINT FOLDER [SECONDS [TEST...]]: screenshots are written
to the folder; that of a push shows so many seconds.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
import unittest

from rig import DEADLINE, PASSWORD, SKIPPED, USER, Point, end_with_parent, free_port, need_elements, run_piped

EXAMPLE, POINT, FOLDER = map(os.path.abspath, sys.argv[1:4])
SECONDS = int((sys.argv[4:] or ['4'])[0])
LONG = '/' + 'a-programme-with-a-long-name/' * 8 + 'live'
SMALL = 360, 600
STATUSES = ['WMT_LOCATING', 'WMT_CONNECTING', 'WMT_OPENED', 'WMT_STARTED',
            'WMT_END_OF_STREAMING', 'WMT_STOPPED', 'WMT_CLOSED']


def start_display():
    """An X server; the environment is set for it."""
    if not shutil.which('Xvfb'):
        print('SKIP: Xvfb is not installed')
        sys.exit(SKIPPED)
    display = subprocess.Popen(
        ['Xvfb', '-displayfd', '1', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=end_with_parent)
    os.environ.update(DISPLAY=f':{display.stdout.readline().decode().strip()}', GDK_BACKEND='x11',
                      NO_AT_BRIDGE='1', GTK_THEME='Adwaita', LC_ALL='C.UTF-8')
    os.environ.pop('WAYLAND_DISPLAY', None)
    return display


def load_example():
    spec = importlib.util.spec_from_file_location('window', EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Windows(unittest.TestCase):
    def open(self, url, *arguments):
        window = example.Window(example.parse_options([*arguments, url]))
        self.addCleanup(self.tear_down, window)
        window.show_all()
        self.wait(lambda: window.get_mapped(), 'it is not shown')
        return window

    @staticmethod
    def tear_down(window):
        window.stopped()
        window.destroy()

    def wait(self, condition, text, seconds=DEADLINE):
        """While the main loop goes on."""
        context, deadline = GLib.MainContext.default(), time.monotonic() + seconds
        tick = GLib.timeout_add(50, lambda: GLib.SOURCE_CONTINUE)
        try:
            while not condition():
                self.assertLess(time.monotonic(), deadline, text)
                context.iteration(True)
        finally:
            GLib.source_remove(tick)

    def turn(self, window, number):
        """Waits for so many seconds of statistics more."""
        have = len(window.curve.rates)
        self.wait(lambda: len(window.curve.rates) >= have + number, 'the curve stands still', DEADLINE + number)

    @staticmethod
    def said(window):
        """Texts in the list of statuses."""
        return [row.get_child().get_text() for row in window.statuses.list.get_children()]

    def wait_for_status(self, window, name):
        self.wait(lambda: any(text.startswith(name) for text in self.said(window)), f'no {name}')

    def start(self, window):
        window.button.clicked()
        self.wait_for_status(window, 'WMT_STARTED')

    def stop(self, window, point):
        window.button.clicked()
        self.wait(lambda: not window.is_running, 'it does not stop')
        self.assertEqual([text.split()[0] for text in self.said(window)][-3:], STATUSES[-3:])
        self.wait(lambda: point.point().get('state', 'waiting') == 'waiting', 'the session is left')

    def picture(self, window, name):
        """What the window shows, kept as a file."""
        window.queue_draw()
        drawn = []
        window.connect_after('draw', lambda *_: drawn.append(1))
        self.wait(lambda: drawn, 'it is not drawn')
        surface = window.get_window()
        picture = Gdk.pixbuf_get_from_window(surface, 0, 0, surface.get_width(), surface.get_height())
        os.makedirs(FOLDER, exist_ok=True)
        picture.savev(os.path.join(FOLDER, f'{name}.png'), 'png', [], [])
        return picture

    def colours(self, window, widget, name):
        """How many different ones there are within a widget."""
        picture = self.picture(window, name)
        x, y = widget.translate_coordinates(window, 0, 0)
        part = picture.new_subpixbuf(x, y, widget.get_allocated_width(), widget.get_allocated_height())
        data, channels, stride = part.read_pixel_bytes().get_data(), part.get_n_channels(), part.get_rowstride()
        return len({data[row * stride + column * channels:][:3]
                    for row in range(0, part.get_height(), 3) for column in range(0, part.get_width(), 3)})

    def test_push(self):
        with Point(POINT) as point:
            window = self.open(point.url)
            self.picture(window, 'idle')
            self.assertEqual(window.preview.get_visible_child_name(), 'off')
            self.start(window)
            self.turn(window, SECONDS)
            preview = window.pipeline.get_by_name('preview').get_property('widget')
            self.assertGreater(self.colours(window, preview, 'streaming'), 7)
            self.assertIn('Streaming: ', window.statistics.get_text())
            self.assertFalse(window.url.get_sensitive())
            self.assertGreater(min(list(window.curve.rates)[1:]), 50)
            self.stop(window, point)
            sent = window.sink.get_property('stats').get_value('packets-sent')
            self.assertTrue(sent == 0 or sent == point.packets())
        self.assertEqual([text.split()[0] for text in self.said(window)], STATUSES)
        self.assertEqual(window.button.get_label(), '_Start')
        self.assertEqual(window.preview.get_visible_child_name(), 'off')
        self.assertIn('Ended: ', window.statistics.get_text())

    def test_again(self):
        with Point(POINT) as point:
            window = self.open(point.url)
            for _ in range(2):
                self.start(window)
                self.turn(window, 2)
                self.stop(window, point)
            self.assertEqual(point.point().get('totals', {}).get('sessions', 2), 2)

    def log_in(self, window, password):
        self.wait(lambda: window.login and window.login.get_mapped(), 'nobody asks')
        login = window.login
        self.assertFalse(login.password.get_visibility())
        login.user.set_text(USER)
        login.password.set_text(password)
        login.password.activate()
        self.wait(lambda: window.login is not login, 'the dialogue stays')

    def test_password(self):
        with Point(POINT, has_password=True) as point:
            window = self.open(point.url)
            window.button.clicked()
            self.log_in(window, 'wrong')
            self.wait(lambda: window.login and window.login.get_mapped(), 'nobody asks again')
            self.picture(window.login, 'refused')
            self.log_in(window, PASSWORD)
            self.wait_for_status(window, 'WMT_STARTED')
            self.turn(window, 2)
            self.stop(window, point)

    def test_cancelled_password(self):
        with Point(POINT, has_password=True) as point:
            window = self.open(point.url)
            window.button.clicked()
            self.wait(lambda: window.login and window.login.get_mapped(), 'nobody asks')
            window.login.response(Gtk.ResponseType.CANCEL)
            self.wait(lambda: window.error_bar.get_visible(), 'no error')
            self.assertFalse(window.is_running)
            # one more time, and stopped while it asks
            window.button.clicked()
            self.wait(lambda: window.login and window.login.get_mapped(), 'nobody asks')
            window.button.clicked()
            self.wait(lambda: not window.is_running and not window.login, 'it asks for ever')

    def test_error(self):
        """Shown until the next try, which can succeed."""
        point = Point(POINT)
        window = self.open(point.url)
        window.button.clicked()
        self.wait(lambda: window.error_bar.get_visible(), 'no error')
        self.assertIn('No connection to the server', window.error.get_text())
        self.assertFalse(window.is_running)
        self.assertTrue(window.url.get_sensitive())
        self.picture(window, 'error')
        with point:
            self.start(window)
            self.assertFalse(window.error_bar.get_visible())
            self.stop(window, point)

    def test_server_back(self):
        with Point(POINT) as point:
            window = self.open(point.url)
            self.start(window)
            self.turn(window, 2)
            point.kill()
            self.wait_for_status(window, 'WMT_RECONNECT_START NS_E_')
            self.picture(window, 'lost')
            point.start()
            self.wait(lambda: any(text.startswith('WMT_RECONNECT_END  ') for text in self.said(window)),
                      'it does not come back')
            self.wait(lambda: point.packets() > 0, 'nothing is sent')
            self.stop(window, point)

    def test_stop_at_once(self):
        """The server is gone: there is nobody to take the end."""
        with Point(POINT) as point:
            window = self.open(point.url)
            self.start(window)
            self.turn(window, 2)
            point.kill()
            self.wait_for_status(window, 'WMT_RECONNECT_START')
            window.button.clicked()
            self.assertTrue(window.is_running)
            self.assertEqual(window.button.get_label(), '_Stop at once')
            window.button.clicked()
            self.assertFalse(window.is_running)

    def test_close(self):
        """The session has a good end before the window goes."""
        with Point(POINT) as point:
            window = self.open(point.url)
            self.start(window)
            self.turn(window, 1)
            gone = []
            window.connect('destroy', gone.append)
            window.close()
            self.wait(lambda: gone, 'the window stays')
            self.assertEqual([text.split()[0] for text in self.said(window)][-3:], STATUSES[-3:])
            self.wait(lambda: point.point().get('state', 'waiting') == 'waiting', 'the session is left')

    def test_small(self):
        """As on a phone: one column, and nothing makes the window wider, neither
        a long URL nor an error with it."""
        window = self.open(f'http://127.0.0.1:{free_port()}{LONG}')
        window.resize(*SMALL)
        window.button.clicked()
        self.wait(lambda: window.error_bar.get_visible(), 'no error')
        self.wait(lambda: window.columns.get_orientation() == Gtk.Orientation.VERTICAL, 'two columns')
        self.assertIn(LONG, window.error.get_text())
        self.picture(window, 'small')
        self.assertEqual(tuple(window.get_size()), SMALL)
        for widget in (window.error, window.statuses, window.button):
            x, _ = widget.translate_coordinates(window, 0, 0)
            self.assertLessEqual(x + widget.get_allocated_width(), SMALL[0])

    def test_many_statuses(self):
        window = self.open('http://127.0.0.1/')
        for number in range(example.MAX_ROWS + 5):
            window.statuses.say('<b>', str(number))
        self.assertEqual(len(self.said(window)), example.MAX_ROWS)
        self.assertEqual(self.said(window)[-1].split()[-1], str(example.MAX_ROWS + 4))


class Program(unittest.TestCase):
    def test_ends(self):
        with Point(POINT) as point:
            status, output = run_piped(EXAMPLE, point.url, '--video=videotestsrc is-live=true', DISPLAY=':none')
            self.assertNotEqual(status, 0)
            self.assertIn('There is no display', output)
        status, output = run_piped(EXAMPLE, '--audio=nosuch')
        self.assertEqual(status, 1)
        self.assertIn('no element "nosuch"\nIs its package installed', output)


if __name__ == '__main__':
    need_elements('avenc_wmv2', 'timeoverlay', 'gtksink')
    DISPLAY = start_display()
    try:
        example = load_example()
        from gi.repository import Gdk, GLib, Gst, Gtk
        Gst.init(None)
        unittest.main(argv=sys.argv[:1] + sys.argv[5:])
    finally:
        DISPLAY.terminate()
        DISPLAY.wait(DEADLINE)
