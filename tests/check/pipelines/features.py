#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What our muxer can write, players that nobody here wrote can play.

Each file below is encoded; FFmpeg has to decode each picture of each stream,
and MPlayer and VLC have to play it to its end, where they are installed.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import gi
gi.require_version('Gst', '1.0')
from gi.repository import Gst  # noqa: E402

SKIPPED = 77
TIMEOUT = 60
N_PICTURES = 50
VIDEO = (f'videotestsrc num-buffers={N_PICTURES} ! '
         'video/x-raw,width=320,height=240,framerate=25/1{} ! {} ! m.')
AUDIO = 'audiotestsrc num-buffers=86 ! audio/x-raw,rate=44100,channels=2 ! {} ! m.'
# name, pipelines, properties of the muxer, pictures of each video stream
FILES = [
    ('languages',
     [VIDEO.format('', 'avenc_wmv2'), AUDIO.format('avenc_wmav2'),
      AUDIO.format('avenc_wmav2')],
     {'audio_0::language': 'en', 'audio_1::language': 'fr'}, 1, 2),
    ('two pictures',
     [VIDEO.format('', 'avenc_wmv2'), VIDEO.format('', 'avenc_msmpeg4'),
      AUDIO.format('lamemp3enc')], {}, 2, 1),
    ('odd pixels, interlaced',
     [VIDEO.format(',pixel-aspect-ratio=4/3', 'avenc_wmv2 bitrate=800000 ! '
                   'capssetter caps=video/x-wmv,interlace-mode=interleaved'),
      AUDIO.format('avenc_wmav2')], {}, 1, 1),
    ('h264 and aac',
     [VIDEO.format(',format=I420', 'x264enc bframes=0 ! h264parse'),
      AUDIO.format('avenc_aac ! aacparse')], {}, 1, 1),
    ('small objects', [AUDIO.format('mulawenc')], {}, 0, 1),
    ('sound only', [AUDIO.format('avenc_wmav1')], {'packet-size': 1400}, 0, 1),
    ('pictures in jpeg', [VIDEO.format('', 'jpegenc'),
                          AUDIO.format('avenc_ac3 ! ac3parse')], {}, 1, 1),
    ('broadcast',
     [VIDEO.format('', 'avenc_wmv2'), AUDIO.format('avenc_wmav2')],
     {'streamable': 'true'}, 1, 1),
]


def encode(pipelines, properties, path):
    pipeline = Gst.parse_launch(
        f'asfmux name=m ! filesink location={path} ' + ' '.join(pipelines))
    mux = pipeline.get_by_name('m')
    for name, value in properties.items():
        child, _, rest = name.rpartition('::')
        target = mux.get_static_pad(child) if child else mux
        Gst.util_set_object_arg(target, rest, value if isinstance(value, str)
                                else str(value))
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(
        TIMEOUT * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if message is None or message.type != Gst.MessageType.EOS:
        raise RuntimeError(message.parse_error() if message else 'no end')


def output_of(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, timeout=TIMEOUT,
                          stdin=subprocess.DEVNULL, check=False,
                          env=dict(os.environ, LC_ALL='C.UTF-8'))
    return done.returncode, done.stdout


def check_ffmpeg(path, n_video, n_audio):
    status, text = output_of('ffprobe', '-v', 'error', '-count_frames',
                             '-show_entries',
                             'stream=codec_type,nb_read_frames', '-of',
                             'csv=p=0', path)
    streams = re.findall(r'^(video|audio),(\d+)$', text, re.M)
    assert status == 0 and len(streams) == n_video + n_audio, text
    for kind, count in streams:
        if kind == 'video':
            assert int(count) == N_PICTURES, text
        else:
            assert int(count) > 10, text
    assert not [line for line in text.splitlines()
                if not line.startswith(('video,', 'audio,'))], text


def check_mplayer(path, n_video, n_audio):
    _, text = output_of('mplayer', '-benchmark', '-vo', 'null', '-ao', 'null',
                        '-nolirc', path)
    assert 'Exiting... (End of file)' in text, text[-2000:]
    assert not n_video or 'VIDEO:' in text, text[-2000:]


def check_vlc(path, n_video, n_audio):
    """VLC refuses root."""
    command = ['cvlc', '--play-and-exit', '--no-video', '--aout', 'dummy',
               '--rate', '8', '-vv', path]
    if os.geteuid() == 0:
        command = ['runuser', '-u', 'nobody', '--', *command]
    os.environ['HOME'] = os.path.dirname(path)
    _, text = output_of(*command)
    added = re.findall(r'asf demux debug: added new (video|audio) stream', text)
    assert sorted(added) == ['audio'] * n_audio + ['video'] * n_video, added
    assert 'main input debug: EOF reached' in text, text[-2000:]


def main():
    Gst.init(None)
    players = [(name, check) for name, check in
               (('ffprobe', check_ffmpeg), ('mplayer', check_mplayer),
                ('cvlc', check_vlc)) if shutil.which(name)]
    needed = ('avenc_wmv2', 'avenc_wmav2', 'x264enc', 'lamemp3enc', 'h264parse')
    missing = [n for n in needed if not Gst.ElementFactory.find(n)]
    if not players or missing:
        print('SKIP: not here:', *(missing or ['a player']))
        return SKIPPED
    number = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name, pipelines, properties, n_video, n_audio in FILES:
            path = os.path.join(folder, 'file.asf')
            encode(pipelines, properties, path)
            os.chmod(path, 0o644)
            for player, check in players:
                number += 1
                try:
                    check(path, n_video, n_audio)
                    print(f'case: ok {number} - {name}, {player}', flush=True)
                except (AssertionError, subprocess.TimeoutExpired) as error:
                    failed += 1
                    print(f'case: not ok {number} - {name}, {player}: {error}',
                          flush=True)
    return 1 if failed else 0


sys.exit(main())
