#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The channel of tests/examples: its script, as a user without rights, and its
unit.

channel.py FOLDER-OF-EXAMPLES C-ENCODER PLUGIN WMS-PUBPOINT
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from rig import CHECK, DEADLINE, PASSWORD, USER, Point, end_with_parent, need_elements, wait_for

sys.path.append(os.path.join(CHECK, 'support'))
import unitcase  # noqa: E402

EXAMPLES, ENCODER, PLUGIN, POINT = map(os.path.abspath, sys.argv[1:5])
# systemd does not start it again
WRONG_OPTIONS = 2


class Installed:
    """The channel as it is installed, for everybody to run, and its output."""

    def __init__(self, folder):
        self.case, self.folder, self.process = None, folder, None
        os.chmod(self.folder, 0o755)
        for name in ('wms-channel', 'encoder.py', 'wms-channel.conf'):
            shutil.copy(os.path.join(EXAMPLES, name), self.folder)
        shutil.copy(ENCODER, os.path.join(self.folder, 'encoder'))
        shutil.copy(PLUGIN, self.folder)
        self.log = os.path.join(self.folder, 'log')
        # the cache folder of the unit
        os.mkdir(os.path.join(self.folder, 'cache'))
        os.chmod(os.path.join(self.folder, 'cache'), 0o777)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path

    def configure(self, url, *lines):
        """The example of its options, with these lines changed in it."""
        with open(os.path.join(self.folder, 'wms-channel.conf'), encoding='utf-8') as file:
            text = re.sub('^URL=.*', f'URL={url}', file.read(), flags=re.M)
        for line in lines:
            name = line.split('=')[0]
            text = re.sub(f'^#?{name}=.*', '', text, flags=re.M) + line + '\n'
        return self.write('test.conf', text)

    def start(self, *arguments, **environment):
        nobody = {'user': 'nobody', 'group': 'nogroup', 'extra_groups': []} if os.geteuid() == 0 else {}
        environment = {'GST_REGISTRY': os.path.join(self.folder, 'cache', 'registry.bin'),
                       'GST_PLUGIN_PATH': self.folder, 'LC_ALL': 'C.UTF-8', **environment}
        with open(self.log, 'wb') as log:
            self.process = subprocess.Popen(
                [os.path.join(self.folder, 'wms-channel'), *arguments], cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, **environment}, preexec_fn=end_with_parent, **nobody)
        self.case.addCleanup(self.kill, self.process)

    @staticmethod
    def kill(process):
        if process.poll() is None:
            process.kill()
        process.wait(DEADLINE)

    def said(self):
        with open(self.log, encoding='utf-8') as log:
            return log.read()

    def wait_for_line(self, pattern):
        def is_there():
            return re.search(pattern, self.said())
        try:
            wait_for(lambda: is_there() or self.process.poll() is not None, '')
        except AssertionError:
            pass                # what follows tells more
        self.case.assertTrue(is_there(), f'no {pattern} in\n{self.said()}')

    def end(self, number=None):
        if number:
            self.process.send_signal(number)
        return self.process.wait(DEADLINE)


@unittest.skipIf('TEST_UNDER_MEMCHECK' in os.environ, 'another user cannot write to its log')
class Channel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.channel = Installed(folder.name)

    def setUp(self):
        self.channel.case = self

    def end_well(self):
        self.assertEqual(self.channel.end(signal.SIGTERM), 0, self.channel.said())
        self.assertIn('WMT_END_OF_STREAMING', self.channel.said())
        self.assertIn('WMT_CLOSED', self.channel.said())

    def test_on_air(self):
        with Point(POINT) as point:
            self.channel.start(self.channel.configure(point.url, 'INTERVAL=1'))
            self.channel.wait_for_line(r'streaming +\d+ kbit/s')
            point.wait_for_packets()
            if os.geteuid() == 0:
                self.assertNotEqual(os.stat(f'/proc/{self.channel.process.pid}').st_uid, 0)
            self.end_well()
        self.assertNotRegex(self.channel.said(), '[\x1b\r]')

    def test_other_encoder(self):
        with Point(POINT) as point:
            self.channel.start(self.channel.configure(
                point.url, 'ENCODER=./encoder', 'BITRATE=200',
                "VIDEO='videotestsrc is-live=true pattern=ball'"))
            self.channel.wait_for_line('WMT_STARTED')
            self.end_well()

    def test_login(self):
        """As LoadCredential= of the unit brings it."""
        self.channel.write('login', f'{USER}\n{PASSWORD}\n')
        with Point(POINT, has_password=True) as point:
            self.channel.start(self.channel.configure(point.url), CREDENTIALS_DIRECTORY=self.channel.folder)
            self.channel.wait_for_line('WMT_STARTED')
            with open(f'/proc/{self.channel.process.pid}/cmdline', encoding='utf-8') as line:
                self.assertNotIn(PASSWORD, line.read())
            self.end_well()
        self.assertNotIn(PASSWORD, self.channel.said())

    def test_no_login(self):
        """Tried again by systemd, since the server's passwords may be mended."""
        with Point(POINT, has_password=True) as point:
            self.channel.start(self.channel.configure(point.url))
            self.assertEqual(self.channel.end(), 1, self.channel.said())
            self.assertIn('Failed: ', self.channel.said())

    def test_night(self):
        """The server comes later, goes, and comes back; a source that is watched
        does not stand still meanwhile."""
        point = Point(POINT)
        self.channel.start(self.channel.configure(
            point.url, 'INTERVAL=1', "VIDEO='videotestsrc is-live=true ! watchdog timeout=3000'"))
        self.channel.wait_for_line(r'(?s)(connecting +0 kbit/s.*){6}')
        with point:
            self.channel.wait_for_line('WMT_STARTED')
            point.wait_for_packets()
            point.kill()
            self.channel.wait_for_line('WMT_RECONNECT_START')
            self.channel.wait_for_line(r'(?s)(reconnecting +\d+ kbit/s.*){5}')
            point.start()
            self.channel.wait_for_line('(?s)WMT_STARTED.*WMT_RECONNECT_END +S_OK')
            point.wait_for_packets()
            self.end_well()

    def test_source_stands_still(self):
        """It ends, and systemd starts it again."""
        with Point(POINT) as point:
            self.channel.start(self.channel.configure(
                point.url, "VIDEO='videotestsrc is-live=true ! identity sleep-time=3000000 ! watchdog timeout=1000'"))
            self.assertEqual(self.channel.end(), 1, self.channel.said())
            self.assertIn('Failed: ', self.channel.said())

    def refuse(self, text, *arguments, **environment):
        self.channel.start(*arguments, **environment)
        self.assertEqual(self.channel.end(), WRONG_OPTIONS, self.channel.said())
        self.assertRegex(self.channel.said(), f'wms-channel: {text}')

    def test_wrong_options(self):
        url = 'http://127.0.0.1:1/live'
        self.refuse('usage: wms-channel FILE')
        self.refuse('/none cannot be read', '/none')
        self.refuse('.*/test.conf has no URL', self.channel.configure(''))
        self.refuse('there is no encoder /none', self.channel.configure(url, 'ENCODER=/none'))
        self.refuse(r'there is no element wmspushsink: is its package \(gstreamer1\.0-wms\) installed',
                    self.channel.configure(url), GST_PLUGIN_PATH='/none')

    def test_no_watchdog(self):
        said = subprocess.run(['gst-inspect-1.0', 'avenc_wmv2'], stdout=subprocess.PIPE, text=True, check=True)
        libav = re.search(r'Filename +(\S+)', said.stdout)[1]
        system = os.path.join(self.channel.folder, 'system')
        os.mkdir(system)
        os.symlink(libav, os.path.join(system, os.path.basename(libav)))
        self.refuse(r'there is no element watchdog: is its package \(gstreamer1\.0-plugins-bad\) installed',
                    self.channel.configure('http://127.0.0.1:1/live', "VIDEO='videotestsrc ! watchdog timeout=1000'"),
                    GST_PLUGIN_SYSTEM_PATH_1_0=system, GST_PLUGIN_SYSTEM_PATH=system,
                    GST_REGISTRY=os.path.join(self.channel.folder, 'cache', 'other.bin'))

    def test_wrong_for_the_encoder(self):
        for line in ('URL=ftp://127.0.0.1/', 'BITRATE=5000000', "VIDEO='nosuch'"):
            for encoder in ('./encoder', './encoder.py'):
                self.channel.start(self.channel.configure('http://127.0.0.1:1/live', line, f'ENCODER={encoder}'))
                self.assertEqual(self.channel.end(), WRONG_OPTIONS, self.channel.said())


class Unit(unitcase.UnitCase):
    UNIT, PROGRAM = (os.path.join(EXAMPLES, name) for name in ('wms-channel@.service', 'wms-channel'))
    # without MemoryDenyWriteExecute, PrivateUsers and PrivateDevices
    MOST_EXPOSED = 1.8
    NEEDED = {
        'Restart': 'always', 'RestartPreventExitStatus': str(WRONG_OPTIONS), 'StartLimitIntervalSec': '0',
        'DynamicUser': 'yes', 'NoNewPrivileges': 'yes', 'CapabilityBoundingSet': '', 'ProtectSystem': 'strict',
        'ConfigurationDirectory': 'wms-channel', 'CacheDirectory': 'wms-channel/%i',
    }


if __name__ == '__main__':
    need_elements('avenc_wmv2', 'timeoverlay', 'watchdog')
    unittest.main(argv=sys.argv[:1])
