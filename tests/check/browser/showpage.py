#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the pictures of docs/status.md: not a test.

showpage.py PROGRAM FOLDER [MINUTES]: some programmes, with players, for that
long, then screenshots.
"""

import math
import os
import sys
import tempfile
import threading
import time
import urllib.parse

from asfpush import (PACKET_SIZE, Encoder, Server, password_line, start_player,
                     wait_until)
from webdriver import Browser

PROGRAM, FOLDER = map(os.path.abspath, sys.argv[1:3])
SECONDS = 60 * float(sys.argv[3] if len(sys.argv) > 3 else 6)
PASSWORD = 'open sesame'


def concert(t):
    """A variable bitrate: quiet movements and loud ones."""
    movement = 0.55 + 0.45 * math.sin(t / 41) ** 3
    return 1000 * (128 + 190 * movement + 45 * math.sin(t / 7.3) + 18 * math.sin(t / 2.1))


def camera(t):
    """Traffic on the water, and a ferry now and then."""
    ferry = 420 if t % 130 < 24 else 0
    return 1000 * (540 + ferry + 70 * math.sin(t / 11) + 30 * math.sin(t / 3))


def rehearsal(t):
    return 1000 * (900 + 350 * math.sin(t / 29) * math.sin(t / 5)) if t < 0.93 * SECONDS else 0


PROGRAMMES = [
    ('/concert', 'Nachtkonzert: Bach, Goldberg-Variationen', concert,
     ['VLC/3.0.21 LibVLC/3.0.21', 'NSPlayer/12.00.19041.4522 WMFSDK/12.00.19041.4522',
      'Lavf/59.27.100', 'GStreamer souphttpsrc 1.22.0 libsoup/3.2.3']),
    ('/harbour', 'Harbour camera 2', camera, ['MPlayer 1.5', 'VLC/3.0.20 LibVLC/3.0.20']),
    ('/studio/rehearsal', 'Répétition générale, studio 2', rehearsal, []),
]


def feed(encoder, rate, begin):
    """Sends packets as the rate wants them, until it is none any more."""
    due = 0.0
    while (now := time.monotonic() - begin) < SECONDS + 120:
        bits = rate(now)
        if bits <= 0:
            encoder.close()
            return
        due += bits * 0.2 / 8 / PACKET_SIZE
        try:
            encoder.send_packets(int(due))
        except OSError:
            return
        due -= int(due)
        time.sleep(0.2)


def drain(player):
    try:
        while player.socket.recv(65536):
            pass
    except OSError:
        pass


def play(port, path, agent):
    player = start_player(port, path, agent)
    threading.Thread(target=drain, args=[player], daemon=True).start()


def take_pictures(server):
    browser = Browser()
    try:
        for name, path, width, scheme in (
                ('pubpoint-page', '/', 1280, 'light'),
                ('pubpoint-phone', '/', 390, 'dark'),
                ('pubpoint-admin', '/admin/', 1280, 'dark')):
            browser.resize(width, 800)
            browser.prefer(color_scheme=scheme, reduced_motion='reduce')
            login = f'admin:{urllib.parse.quote(PASSWORD)}@' if 'admin' in path else ''
            browser.go(f'http://{login}127.0.0.1:{server.port}{path}')
            wait_until(lambda: browser.run('return document.body.dataset.ready'), 'the page')
            browser.run('document.querySelectorAll("details").forEach((d, i) =>'
                        ' { d.open = i === 0; })')
            browser.screenshot(os.path.join(FOLDER, f'{name}.png'))
    finally:
        browser.end()


def main():
    os.makedirs(FOLDER, exist_ok=True)
    with tempfile.NamedTemporaryFile('w', suffix='.htdigest') as passwords:
        passwords.write(password_line('admin', 'pubpoint', PASSWORD))
        passwords.flush()
        server = Server(PROGRAM, '--admin-passwords', passwords.name)
        begin = time.monotonic()
        for path, title, rate, agents in PROGRAMMES:
            encoder = Encoder(server.port, path, title)
            threading.Thread(target=feed, args=[encoder, rate, begin], daemon=True).start()
            for agent in agents:
                play(server.port, path, agent)
        time.sleep(SECONDS)
        take_pictures(server)
        server.stop()


main()
