#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What gst-plugins-bad's plugin of the same name did, ours does.

oldplugin.py [describe FILE | play OUTPUT | COMMAND...]

Only one of two plugins of one name can be in a process: the other one runs in
processes of its own, without our plugin path.  Compared are properties, pad
templates and what comes out of the source pad; gst-plugins-bad's rtpasfpay
pays what our muxer writes, and rtpasfdepay gets the same bytes back.
"""

import json
import os
import subprocess
import sys
import tempfile

import gi
gi.require_version('Gst', '1.0')
from gi.repository import Gst  # noqa: E402

SKIPPED = 77
STREAMS = ('videotestsrc num-buffers=50 ! '
           'video/x-raw,width=320,height=240,framerate=25/1 ! '
           'avenc_wmv2 bitrate=500000 ! asfmux name=m {} '
           'audiotestsrc num-buffers=86 ! audio/x-raw,channels=2,rate=44100 ! '
           'avenc_wmav2 ! m.')
TIMEOUT = 60


def describe():
    """What an application can see of the element asfmux."""
    factory = Gst.ElementFactory.find('asfmux')
    element = factory.create(None)
    properties = {}
    for spec in element.list_properties():
        about = [spec.value_type.name, str(spec.default_value),
                 bool(spec.flags & (1 << 0)), bool(spec.flags & (1 << 1))]
        if hasattr(spec, 'maximum'):
            about += [spec.minimum, spec.maximum]
        properties[spec.name] = about
    templates = {t.name_template: [t.direction.value_nick,
                                   t.presence.value_nick,
                                   t.get_caps().to_string()]
                 for t in factory.get_static_pad_templates()}
    return {'file': factory.get_plugin().get_filename(),
            'rank': factory.get_rank(),
            'class': factory.get_metadata('klass'),
            'interfaces': [i.name for i in type(element).__gtype__.interfaces],
            'properties': properties, 'templates': templates}


def watch(launch):
    """What leaves the source pad, a word for each thing, runs as one."""
    pipeline = Gst.parse_launch(launch)
    words = []

    def add(word):
        if not words or words[-1] != word:
            words.append(word)

    def add_buffer(buffer):
        is_header = buffer.has_flags(Gst.BufferFlags.HEADER)
        has_time = buffer.pts != Gst.CLOCK_TIME_NONE
        add('header' if is_header else 'packet' if has_time else 'bytes')

    def add_event(event):
        word = Gst.EventType.get_name(event.type)
        if event.type == Gst.EventType.SEGMENT:
            word += ' ' + event.parse_segment().format.value_nick
        if event.type == Gst.EventType.CAPS:
            caps = event.parse_caps().get_structure(0)
            word += ' ' + caps.get_name()
            for name in ('parsed', 'streamheader'):
                word += f' {name}' if caps.has_field(name) else ''
        add(word)

    def probe(_, info):
        if info.type & Gst.PadProbeType.BUFFER_LIST:
            buffers = info.get_buffer_list()
            for i in range(buffers.length()):
                add_buffer(buffers.get(i))
        elif info.type & Gst.PadProbeType.BUFFER:
            add_buffer(info.get_buffer())
        else:
            add_event(info.get_event())
        return Gst.PadProbeReturn.OK

    pad = pipeline.get_by_name('m').get_static_pad('src')
    pad.add_probe(Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST |
                  Gst.PadProbeType.EVENT_DOWNSTREAM, probe)
    run(pipeline)
    return words


def run(pipeline):
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(
        TIMEOUT * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if message is None or message.type != Gst.MessageType.EOS:
        raise RuntimeError(message.parse_error() if message else 'no end')


def without_ours(*arguments):
    """Runs this program where the other plugin is found."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith('GST_')}
    env['GST_REGISTRY'] = os.environ['OLD_REGISTRY']
    done = subprocess.run([sys.executable, __file__, *arguments], env=env,
                          stdout=subprocess.PIPE, text=True, check=True,
                          timeout=2 * TIMEOUT)
    return json.loads(done.stdout.splitlines()[-1])


def check_properties(old, new):
    for name, about in old['properties'].items():
        if name in ('name', 'parent'):
            continue
        assert new['properties'].get(name) == about, (
            name, about, new['properties'].get(name))
    assert new['rank'] >= old['rank']
    assert new['class'] == old['class']
    missing = set(old['interfaces']) - set(new['interfaces'])
    assert not missing, missing


def check_templates(old, new):
    for name, (direction, presence, caps) in old['templates'].items():
        assert new['templates'][name][:2] == [direction, presence], name
        ours = Gst.Caps.from_string(new['templates'][name][2])
        assert Gst.Caps.from_string(caps).is_subset(ours), (name, caps)


def check_output(folder, is_live):
    """Ours has at least the words of the old one, in the same order; tags
    came before stream-start there, caps without the header before others."""
    sink = ('fakesink' if is_live else
            'filesink location=' + os.path.join(folder, 'watched'))
    launch = STREAMS.format(
        f'streamable={"true" if is_live else "false"} ! {sink}')
    old, new = without_ours('watch', launch), watch(launch)
    assert 'tag' in old and 'tag' in new, (old, new)
    old, new = ([w for w in words if w != 'tag'] for words in (old, new))
    if is_live:
        old.remove('caps video/x-ms-asf parsed')
        assert sorted(old) == sorted(new), (old, new)
    expected = ['stream-start', 'caps video/x-ms-asf parsed streamheader',
                'segment time' if is_live else 'segment bytes', 'header',
                'packet']
    assert new[:5] == expected, new
    assert new[-1] == 'eos', new
    assert ('segment bytes' in old) == ('segment bytes' in new), (old, new)


def check_rtp(folder, packet_size, mtu, all_come_back):
    """rtpasfpay keeps the end of the stream back when it does not fill a
    packet of the network, as it does with the old muxer."""
    paths = [os.path.join(folder, name) for name in ('asf', 'gdp', 'back')]
    run(Gst.parse_launch(STREAMS.format(
        f'streamable=true packet-size={packet_size} ! tee name=t ! queue ! '
        f'filesink location={paths[0]} t. ! queue ! gdppay ! '
        f'filesink location={paths[1]}')))
    without_ours('run', f'filesrc location={paths[1]} ! gdpdepay ! '
                 f'rtpasfpay mtu={mtu} ! rtpasfdepay ! '
                 f'filesink location={paths[2]}')
    with open(paths[0], 'rb') as one, open(paths[2], 'rb') as other:
        sent, back = one.read(), other.read()
    missing = len(sent) - len(back)
    assert sent.startswith(back), 'other bytes came back'
    assert missing == 0 if all_come_back else missing <= packet_size, missing


def check_encodebin(folder):
    """Profiles name the container without more, as GstPbutils' targets do."""
    path = os.path.join(folder, 'encoded')
    run(Gst.parse_launch(
        'encodebin name=e profile="video/x-ms-asf:video/x-wmv,wmvversion=2:'
        f'audio/x-wma,wmaversion=2" ! filesink location={path} '
        'videotestsrc num-buffers=25 ! e.video_0 '
        'audiotestsrc num-buffers=50 ! e.audio_0'))
    found = Gst.parse_launch(f'filesrc location={path} ! asfdemux name=m')
    pads = []
    found.get_by_name('m').connect(
        'pad-added', lambda _, pad: pads.append(pad.get_name()))
    found.set_state(Gst.State.PAUSED)
    bus = found.get_bus()
    # nothing is linked: it ends with an error, after its pads
    bus.timed_pop_filtered(TIMEOUT * Gst.SECOND, Gst.MessageType.ERROR)
    found.set_state(Gst.State.NULL)
    assert sorted(pads) == ['audio_0', 'video_0'], pads


def child(what, argument):
    if what == 'describe':
        result = describe()
    elif what == 'watch':
        result = watch(argument)
    else:
        run(Gst.parse_launch(argument))
        result = None
    print(json.dumps(result))


def main():
    Gst.init(None)
    if len(sys.argv) > 1:
        child(sys.argv[1], sys.argv[-1])
        return 0
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ['OLD_REGISTRY'] = os.path.join(folder, 'registry')
        new = describe()
        old = without_ours('describe')
        if old['file'] == new['file']:
            print('SKIP: the plugin of gst-plugins-bad is not here')
            return SKIPPED
        cases = [
            ('properties', lambda: check_properties(old, new)),
            ('pad templates', lambda: check_templates(old, new)),
            ('output of a file', lambda: check_output(folder, False)),
            ('output of a broadcast', lambda: check_output(folder, True)),
            ('encodebin', lambda: check_encodebin(folder)),
            ('rtp, small', lambda: check_rtp(folder, 1400, 500, True)),
            ('rtp, default', lambda: check_rtp(folder, 4800, 1400, False)),
        ]
        for number, (name, check) in enumerate(cases, 1):
            try:
                check()
                print(f'case: ok {number} - {name}', flush=True)
            except (AssertionError, RuntimeError) as error:
                failed += 1
                print(f'case: not ok {number} - {name}: {error}', flush=True)
    return 1 if failed else 0


sys.exit(main())
