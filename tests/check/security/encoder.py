# SPDX-License-Identifier: LGPL-2.1-or-later
"""An encoder as a process that tells all there is to tell, and servers that
answer it as they like."""

import json
import os
import socket
import subprocess
import sys
import threading

import attack

ALL_LOGS = {'GST_DEBUG': '*:9', 'GST_DEBUG_NO_COLOR': '1', 'G_MESSAGES_DEBUG': 'all',
            'SOUP_DEBUG': '3'}
SKIPPED = 77

# settings come by its input
ENCODER = '''
import json, sys
import gi
gi.require_version('Gst', '1.0')
from gi.repository import GObject, Gst

Gst.init(None)
settings = json.load(sys.stdin)
pipeline = Gst.parse_launch('audiotestsrc num-buffers=20 ! avenc_wmav2 ! asfmux '
                            'streamable=true ! wmspushsink name=sink')
sink = pipeline.get_by_name('sink')
for name, value in settings.items():
    if isinstance(value, str):
        sink.set_property(name, value)
    else:
        Gst.util_set_object_arg(sink, name, str(value[0]))
pipeline.set_state(Gst.State.PLAYING)
bus = pipeline.get_bus()
while message := bus.timed_pop(20 * Gst.SECOND):
    if message.get_structure():
        print(message.get_structure().to_string())
    if message.type in (Gst.MessageType.EOS, Gst.MessageType.ERROR):
        print('END', message.type)
        break
print(Gst.debug_bin_to_dot_data(pipeline, Gst.DebugGraphDetails.ALL))
for spec in sink.list_properties():
    if spec.flags & GObject.ParamFlags.READABLE:
        print(spec.name, sink.get_property(spec.name))
pipeline.set_state(Gst.State.NULL)
'''


def encode(settings, **environment):
    done = subprocess.run([sys.executable, '-c', ENCODER], input=json.dumps(settings).encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          env={**os.environ, **ALL_LOGS, **environment})
    assert b'no element' not in done.stdout, done.stdout
    return done.stdout


class Answers:
    """A server, or a proxy, that gives these answers to requests, whatever they
    are, and then closes."""

    def __init__(self, *answers):
        self.answers = answers
        self.listener = attack.listen()
        self.port = self.listener.getsockname()[1]
        self.url = f'http://127.0.0.1:{self.port}/live'
        self.heads = []
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        # which wakes who waits in it
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(attack.DEADLINE)
        self.listener.close()

    def serve(self):
        left = list(self.answers)
        while left:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                self.talk(peer, left)

    def talk(self, peer, left):
        peer.settimeout(attack.DEADLINE)
        while left and (request := attack.read_request(peer)):
            self.heads.append(request)
            answer = left.pop(0)
            if b'\r\n\r\n' not in answer:
                answer += b'\r\nContent-Length: 0\r\n\r\n'
            peer.sendall(b'HTTP/1.1 ' + answer)
            if b'Connection: close' in answer:
                return


def has_encoder():
    return subprocess.run(['gst-inspect-1.0', '--exists', 'avenc_wmav2']).returncode == 0


def main():
    if not has_encoder():
        print('SKIP: no encoder for Windows Media Audio (gst-libav)')
        sys.exit(SKIPPED)
    attack.main()
