#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The publishing point's page in a browser: what it shows, what it asks for,
and what an administrator can do with it.

pubbrowser.py PROGRAM FOLDER: screenshots are written to the folder.
"""

import http.server
import json
import os
import shutil
import ssl
import sys
import tempfile
import threading
import unittest
import urllib.parse
import urllib.request

from asfpush import Encoder, Server, password_line, start_player, wait_until
from webdriver import Browser

CERTIFICATE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                           '..', 'support', 'server.pem')
PROGRAM, FOLDER = map(os.path.abspath, sys.argv[1:3])
USER, PASSWORD = 'admin', 'open sesame'
HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
HOSTILE_PATH = '/%3Cb%3E%22&%27x%3F%23'
SIZES = {'desktop': (1280, 800), 'phone': (390, 844)}
# of text on its background (WCAG 2, 1.4.3)
LEAST_CONTRAST = 4.5

CONTRASTS = '''
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
  .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const ground = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const colour = parse(getComputedStyle(e).backgroundColor);
    if (colour.length === 3 || colour[3] === 1)
      return colour;
  }
  return [255, 255, 255];
};
const found = [];
for (const element of document.querySelectorAll('body *')) {
  const own = [...element.childNodes].some((n) =>
    n.nodeType === Node.TEXT_NODE && n.data.trim());
  if (!own || !element.checkVisibility() || element.closest('dialog'))
    continue;
  const style = getComputedStyle(element);
  const colour = parse(element.closest('svg') ? style.fill : style.color);
  const [a, b] = [light(colour), light(ground(element))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  found.push([element.textContent.trim().slice(0, 30), ratio]);
}
return found;
'''


# what a page can send without asking, and what it would have to ask for
ATTACK = '''<!DOCTYPE html><title>a</title><script>
const there = 'http://127.0.0.1:%d';
const form = {'Content-Type': 'application/x-www-form-urlencoded'};
const post = {method: 'POST', credentials: 'include', body: 'point=/wanted'};
const read = [];
let sent = 0;
async function attempt(path, options) {
  try {
    const answer = await fetch(there + path, options);
    if (await answer.text())
      read.push(path);
  } catch (refused) {
  }
  ++sent;
}
(async () => {
  await attempt('/admin/disconnect', {...post, mode: 'no-cors', headers: form});
  await attempt('/admin/disconnect', {...post, headers: {...form, 'X-Requested-With': 'x'}});
  await attempt('/admin/status.json', {credentials: 'include'});
  await attempt('/status.json', {mode: 'no-cors', credentials: 'include'});
  window.found = {read, sent};
})();
</script>'''


class OtherSite(http.server.ThreadingHTTPServer):
    """Serves one page, which attacks."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = (ATTACK % self.server.victim).encode()
            self.send_response(200)
            self.send_header('Content-Type', 'text/html')
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    def __init__(self, victim):
        super().__init__(('127.0.0.1', 0), self.Handler)
        self.victim = victim
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.passwords = tempfile.NamedTemporaryFile('w', suffix='.htdigest')
        cls.addClassCleanup(cls.passwords.close)
        cls.passwords.write(password_line(USER, 'pubpoint', PASSWORD))
        cls.passwords.flush()
        cls.server = Server(PROGRAM, '--admin-passwords', cls.passwords.name)
        cls.addClassCleanup(cls.server.stop)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.end)
        cls.browser.go('about:blank')

    def setUp(self):
        self.connections = []
        self.browser.log('browser')
        self.browser.log('performance')
        self.browser.resize(*SIZES['desktop'])
        self.browser.prefer()

    def tearDown(self):
        for connection in self.connections:
            connection.close()

    def push(self, path, title, packets=0):
        encoder = Encoder(self.server.port, path, title)
        self.connections.append(encoder)
        encoder.send_packets(packets)
        return encoder

    def play(self, path, agent='Player/1.0'):
        player = start_player(self.server.port, path, agent)
        self.connections.append(player)
        self.assertIn(' 200 ', player.read_head())
        return player

    def status(self):
        with urllib.request.urlopen(f'{self.server.url}/status.json', timeout=10) as answer:
            return json.load(answer)

    def point(self, path):
        return next((p for p in self.status()['points'] if p['url_path'] == path), None)

    def open(self, path='/', credentials=''):
        self.browser.go(f'http://{credentials}127.0.0.1:{self.server.port}{path}')
        wait_until(lambda: self.browser.run('return document.body.dataset.ready'), 'the page')

    def open_as_admin(self):
        self.open('/admin/', f'{USER}:{urllib.parse.quote(PASSWORD)}@')

    def card(self, path, name, what='textContent'):
        return self.browser.run(
            'return document.querySelector(`[data-path="${arguments[0]}"]`)'
            '?.querySelector(`[data-field="${arguments[1]}"]`)?.[arguments[2]]',
            path, name, what)

    def select(self, path, rest):
        quoted = path.replace('"', '\\"')
        return f'[data-path="{quoted}"] {rest}'

    def wait_for(self, path, name, text):
        wait_until(lambda: text in (self.card(path, name) or ''), f'{name}: {text}')

    def check_quiet(self):
        """Nothing went wrong, and nobody else was asked for anything."""
        for entry in self.browser.log('browser'):
            self.assertNotIn(entry['level'], ('SEVERE', 'WARNING'), entry['message'])
        for entry in self.browser.log('performance'):
            message = json.loads(entry['message'])['message']
            if message['method'] == 'Network.requestWillBeSent':
                url = message['params']['request']['url']
                if url.startswith(('chrome:', 'chrome-')):
                    continue  # the tab before the page
                self.assertEqual(urllib.parse.urlsplit(url).netloc.split('@')[-1],
                                 f'127.0.0.1:{self.server.port}', url)

    def test_what_is_shown(self):
        self.push('/show', 'Evening news', 40)
        self.play('/show')
        self.open()
        self.wait_for('/show', 'state', 'Streaming')
        self.assertEqual(self.card('/show', 'name'), 'Evening news')
        self.assertEqual(self.card('/show', 'path'), '/show')
        self.assertIn('WMEncoder/12.0', self.card('/show', 'agent'))
        self.wait_for('/show', 'players', '1')
        self.wait_for('/show', 'received', '56.')
        port = self.server.port
        self.assertEqual(self.card('/show', 'asx', 'href'), f'{self.server.url}/show.asx')
        self.assertEqual(self.card('/show', 'http', 'href'), f'{self.server.url}/show')
        self.assertEqual(self.card('/show', 'mms', 'href'), f'mmsh://127.0.0.1:{port}/show')
        # no administrator: no address, no button, no list
        self.assertTrue(self.card('/show', 'address', 'hidden'))
        self.assertTrue(self.card('/show', 'disconnect', 'hidden'))
        self.assertTrue(self.card('/show', 'list', 'hidden'))
        self.assertFalse(self.browser.run('return document.getElementById("sign-in").hidden'))
        self.check_quiet()

    def test_states(self):
        encoder = self.push('/coming', 'Comes and goes', 3)
        self.open()
        self.wait_for('/coming', 'state', 'Streaming')
        encoder.close()
        self.wait_for('/coming', 'state', 'Connection lost')
        self.assertIn('Comes and goes', self.browser.run(
            'return document.getElementById("spoken").textContent'))
        second = self.push('/ending', 'Ends', 3)
        self.wait_for('/ending', 'state', 'Streaming')
        second.frame(b'E', bytes(4))
        self.wait_for('/ending', 'state', 'Waiting for an encoder')
        self.assertTrue(self.card('/ending', 'encoder-line', 'hidden'))
        self.check_quiet()

    def test_curve(self):
        encoder = self.push('/curve', 'Curve', 20)
        self.open()

        def has_points():
            encoder.send_packets(2)
            return self.browser.run(
                'return document.querySelector(\'[data-path="/curve"] polyline\')?.points.length')

        points = wait_until(lambda: (has_points() or 0) >= 2, 'a curve')
        self.assertTrue(points)
        label = self.browser.run(
            'return document.querySelector(\'[data-path="/curve"] svg\').ariaLabel')
        self.assertRegex(label, r'Bitrate of the last 1 min: between .*bit/s and .*bit/s')
        self.assertRegex(self.card('/curve', 'rate'), r'\d\xa0[kM]bit/s')
        lines = self.browser.run(
            'return [...document.querySelectorAll(\'[data-path="/curve"] .scale\')]'
            '.map((t) => t.textContent)')
        self.assertIn('now', lines)
        self.assertIn('1 min ago', lines)
        self.check_quiet()

    def test_hostile_texts(self):
        agent = 'WMEncoder/12.0 <script>window.hit=1</script>'
        encoder = Encoder(self.server.port, HOSTILE_PATH, HOSTILE, agent)
        self.connections.append(encoder)
        self.open()
        url_path = '/%3Cb%3E%22%26%27x%3F%23'
        self.wait_for(url_path, 'name', HOSTILE)
        self.assertEqual(self.card(url_path, 'path'), '/<b>"&\'x?#')
        self.assertIn('<script>', self.card(url_path, 'agent'))
        self.assertEqual(self.card(url_path, 'name', 'childElementCount'), 0)
        self.assertEqual(self.card(url_path, 'http', 'href'), self.server.url + url_path)
        self.assertIsNone(self.browser.run('return window.hit'))
        self.check_quiet()
        self.open(url_path)
        self.assertEqual(self.browser.run('return document.title'), '/<b>"&\'x?#')
        self.assertEqual(self.browser.run(
            'return document.querySelectorAll(".point").length'), 1)
        self.assertIsNone(self.browser.run('return window.hit'))
        self.check_quiet()

    def test_admin_disconnects_an_encoder(self):
        encoder = self.push('/kicked', 'To be ended', 3)
        self.open_as_admin()
        self.wait_for('/kicked', 'state', 'Streaming')
        self.assertEqual(self.card('/kicked', 'address'), '127.0.0.1')
        self.browser.click(self.select('/kicked', '[data-field="disconnect"]'))
        self.assertIn('/kicked', self.browser.run(
            'return document.getElementById("question").textContent'))
        # Escape is a no, and the focus goes back
        self.browser.press('\ue00c')
        self.assertFalse(self.browser.run('return document.getElementById("confirm").open'))
        self.assertEqual(self.point('/kicked')['state'], 'streaming')
        self.assertEqual(self.browser.run('return document.activeElement.dataset.field'),
                         'disconnect')
        self.browser.click(self.select('/kicked', '[data-field="disconnect"]'))
        self.browser.click('#agree')
        self.assertIn(' 403 ', encoder.read_head())
        self.wait_for('/kicked', 'state', 'Waiting for an encoder')
        wait_until(lambda: 'disconnected' in self.browser.run(
            'return document.getElementById("spoken").textContent'), 'the word that is spoken')
        self.check_quiet()

    def test_other_site(self):
        """A page from another port, in the browser of an administrator."""
        encoder = self.push('/wanted', 'Somebody wants its end', 3)
        self.open_as_admin()
        self.wait_for('/wanted', 'state', 'Streaming')
        with OtherSite(self.server.port) as site:
            # the same host: its browser sends what it has of passwords
            self.browser.go(f'http://127.0.0.1:{site.server_port}/')
            found = wait_until(lambda: self.browser.run('return window.found'), 'the attack')
            self.assertEqual(found, {'read': [], 'sent': 4})
        self.assertEqual(self.point('/wanted')['state'], 'streaming')
        encoder.send_packets(1)
        self.browser.go('about:blank')
        self.browser.log('browser')
        self.browser.log('performance')

    def test_admin_disconnects_a_player(self):
        self.push('/played', 'Played', 3)
        first, second = self.play('/played', 'First/1 <i>'), self.play('/played', 'Second/2')
        self.open_as_admin()
        self.wait_for('/played', 'list-count', '2')
        self.browser.click(self.select('/played', 'summary'))
        rows = self.browser.run(
            'return [...document.querySelectorAll(\'[data-path="/played"] tbody tr\')]'
            '.map((r) => [r.querySelector(\'[data-field="agent"]\').textContent,'
            ' r.querySelector(\'[data-field="address"]\').textContent])')
        self.assertEqual(sorted(rows), [['First/1 <i>', '127.0.0.1'], ['Second/2', '127.0.0.1']])
        self.browser.click(self.select('/played', 'tbody tr:last-child button'))
        self.browser.click('#agree')
        self.wait_for('/played', 'list-count', '1')
        wait_until(lambda: self.browser.run(
            'return document.querySelectorAll(\'[data-path="/played"] tbody tr\').length') == 1,
            'one row')
        self.assertEqual(self.point('/played')['players']['now'], 1)
        # the other one goes on
        left = rows[0][0]
        (first if left.startswith('First') else second).socket.recv(100)
        self.check_quiet()

    def test_looks(self):
        self.push('/look', 'A programme with a rather long title, as some of them have', 30)
        self.play('/look', 'NSPlayer/12.00.19041.4522 WMFSDK/12.00.19041.4522 Some/1.0 More/2.0')
        os.makedirs(FOLDER, exist_ok=True)
        grounds = set()
        for scheme in ('light', 'dark'):
            self.browser.prefer(color_scheme=scheme, reduced_motion='reduce')
            for size in SIZES:
                self.browser.resize(*SIZES[size])
                self.open_as_admin()
                self.wait_for('/look', 'list-count', '1')
                self.browser.click(self.select('/look', 'summary'))
                self.browser.screenshot(os.path.join(FOLDER, f'{size}-{scheme}.png'))
                self.assertFalse(self.browser.run(
                    'return document.documentElement.scrollWidth > innerWidth'), (size, scheme))
                self.assertLess(self.browser.run(
                    'return Math.max(...[...document.querySelectorAll("button, .button")]'
                    '.filter((b) => b.checkVisibility()).map((b) => b.offsetHeight))'), 48)
                faint = [c for c in self.browser.run(CONTRASTS) if c[1] < LEAST_CONTRAST]
                self.assertEqual(faint, [], (size, scheme))
            grounds.add(self.browser.run('return getComputedStyle(document.body).backgroundColor'))
            self.assertEqual(self.browser.run(
                'return document.getAnimations().length'), 0)
        self.assertEqual(len(grounds), 2)
        self.check_quiet()

    def test_names_and_keys(self):
        """What has no text has a name, and a keyboard gets everywhere."""
        self.push('/keys', 'Keys', 3)
        self.play('/keys')
        self.open_as_admin()
        self.wait_for('/keys', 'list-count', '1')
        tree = self.browser.command('Accessibility.getFullAXTree')['nodes']
        named = ('button', 'link', 'heading', 'image', 'navigation', 'columnheader')
        nameless = [node for node in tree
                    if not node['ignored'] and node['role']['value'] in named
                    and not node.get('name', {}).get('value')]
        self.assertEqual(nameless, [])
        self.assertEqual(self.browser.run('return document.querySelectorAll("h1").length'), 1)
        seen = set()
        for _ in range(60):
            self.browser.press('\ue004')
            seen.add(self.browser.run(
                'const e = document.activeElement; const card = e.closest("[data-path]");'
                'return `${card?.dataset.path} ${e.dataset.field || e.tagName}`'))
            if '/keys SUMMARY' in seen:
                break
        for name in ('asx', 'http', 'mms', 'disconnect', 'SUMMARY'):
            self.assertIn(f'/keys {name}', seen)

    def test_server_goes(self):
        other = Server(PROGRAM)
        self.browser.go(other.url)
        wait_until(lambda: self.browser.run('return document.body.dataset.ready'), 'the page')
        self.assertTrue(self.browser.run('return document.getElementById("notice").hidden'))
        self.assertTrue(self.browser.run('return document.getElementById("sign-in").hidden'))
        other.stop()
        wait_until(lambda: 'does not answer' in self.browser.run(
            'return document.getElementById("notice").textContent'), 'the notice')

    def test_playlist_over_tls(self):
        """There is no MMS over TLS, and nobody is sent to a plain address."""
        server = Server(PROGRAM, '--tls-certificate', CERTIFICATE, '--point', '/live')
        self.addCleanup(server.stop)
        self.assertTrue(server.url.startswith('https://'))
        anyone = ssl.create_default_context()
        anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(f'{server.url}/live.asx', timeout=20, context=anyone) as answer:
            text = answer.read().decode()
        self.assertIn(f'<REF HREF="{server.url}/live" />', text)
        self.assertEqual(text.count('<REF '), 1)


if __name__ == '__main__':
    for name in ('chromium', 'chromedriver'):
        if not shutil.which(name):
            print(f'SKIP: {name} is not installed')
            sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
