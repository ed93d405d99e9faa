# SPDX-License-Identifier: LGPL-2.1-or-later
"""Chromium without a window, driven over the WebDriver protocol."""

import base64
import json
import os
import re
import signal
import subprocess
import tempfile
import urllib.request

TIMEOUT = 60
ARGUMENTS = [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
    '--disable-background-networking', '--disable-component-update',
    '--disable-default-apps', '--disable-sync', '--no-first-run',
    '--disable-extensions', '--metrics-recording-only',
    '--hide-scrollbars', '--lang=en-GB']
ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'


class Browser:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        environment = dict(os.environ, HOME=self.folder.name, LANGUAGE='en',
                           TZ='UTC', XDG_CONFIG_HOME=self.folder.name,
                           XDG_CACHE_HOME=self.folder.name)
        self.driver = subprocess.Popen(
            ['timeout', '900', 'chromedriver', '--port=0'], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            start_new_session=True)
        try:
            self._begin()
        except BaseException:
            self.end()
            raise

    def _begin(self):
        self.url = f'http://127.0.0.1:{self._read_port()}'
        options = {'args': [*ARGUMENTS, f'--user-data-dir={self.folder.name}/profile']}
        wanted = {'alwaysMatch': {
            'goog:chromeOptions': options,
            'goog:loggingPrefs': {'browser': 'ALL', 'performance': 'ALL'}}}
        answer = self._ask('POST', '/session', {'capabilities': wanted})
        self.url += f'/session/{answer["sessionId"]}'

    def _read_port(self):
        for line in self.driver.stdout:
            found = re.search(r'started successfully on port (\d+)', line)
            if found:
                return int(found[1])
        raise AssertionError('chromedriver does not start')

    def _ask(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path, method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={'Content-Type': 'application/json'})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return json.load(answer)['value']
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()[:500]) from error

    def _left_over(self):
        """Processes of the browser, which are known by its folder."""
        for name in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{name}/cmdline', 'rb') as file:
                    if self.folder.name.encode() in file.read():
                        yield int(name)
            except OSError:
                pass

    def end(self):
        """Ends both, however they are."""
        self.driver.kill()
        for pid in (-self.driver.pid, *self._left_over()):
            try:
                if pid < 0:
                    os.killpg(-pid, signal.SIGKILL)
                else:
                    os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.driver.wait(TIMEOUT)
        self.driver.stdout.close()
        self.folder.cleanup()

    def go(self, url):
        self._ask('POST', '/url', {'url': url})

    def run(self, script, *arguments):
        return self._ask('POST', '/execute/sync',
                         {'script': script, 'args': list(arguments)})

    def find(self, selector):
        return self._ask('POST', '/element',
                         {'using': 'css selector', 'value': selector})[ELEMENT]

    def click(self, selector):
        self._ask('POST', f'/element/{self.find(selector)}/click', {})

    def press(self, key):
        """A key for whatever has the focus."""
        action = {'type': 'key', 'id': 'keys', 'actions': [
            {'type': 'keyDown', 'value': key}, {'type': 'keyUp', 'value': key}]}
        self._ask('POST', '/actions', {'actions': [action]})

    def command(self, name, **parameters):
        return self._ask('POST', '/goog/cdp/execute',
                         {'cmd': name, 'params': parameters})

    def log(self, kind):
        """What has come since the last time."""
        return self._ask('POST', '/se/log', {'type': kind})

    def resize(self, width, height):
        self.command('Emulation.setDeviceMetricsOverride', width=width,
                     height=height, deviceScaleFactor=1, mobile=width < 600)

    def prefer(self, **features):
        """prefer(color_scheme='dark') and the like."""
        self.command('Emulation.setEmulatedMedia', features=[
            {'name': 'prefers-' + name.replace('_', '-'), 'value': value}
            for name, value in features.items()])

    def screenshot(self, path):
        """The page in its whole height."""
        width, height = self.run(
            'return [innerWidth, document.documentElement.scrollHeight]')
        image = self.command(
            'Page.captureScreenshot', format='png', captureBeyondViewport=True,
            clip={'x': 0, 'y': 0, 'width': width, 'height': height, 'scale': 1})
        with open(path, 'wb') as file:
            file.write(base64.b64decode(image['data']))
