# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mistakes that people make, and what they are told: the texts as they are in
the sources, and what is filled in.
"""

from collections import namedtuple

# `make` is a pipeline, {NAME} in it the URL of a server; `said` is a text of the
# sources, `filled` what is filled in, None where that is the system's; `caps` are
# those of an appsrc's data, which come when everything is linked.
Mistake = namedtuple('Mistake', 'name make said filled domain caps', defaults=((), 'gst-wms-1.0', None))
GSTREAMER = 'gstreamer-1.0'

STREAM = 'videotestsrc is-live=true num-buffers=200 ! avenc_wmv2 ! asfmux'
LARGE = ('videotestsrc is-live=true num-buffers=200 pattern=snow ! avenc_wmv2 bitrate=8000000 '
         '! asfmux packet-size=60000')
DATA = 'appsrc name=in format=time'
BYTES = 'fakesrc num-buffers=20 sizetype=fixed sizemax=100 format=time datarate=10000'
NO_URL = ('The location is no URL of a publishing point. It has the form http://server/point or '
          'https://server/point.')
ACCESS = ('The server wants a user name and password, or these have no right to publish here. Check user-id and '
          'user-pw, or ask the server\'s operator for access.')
WEB_SERVER = ('This is an ordinary web server, not a publishing point. Check host and port of the URL, or set '
              'accept-any-server if it takes pushes all the same.')
REFUSED = ('The server refuses this encoder. Check that the publishing point accepts pushes, that this user and '
           'this computer\'s address have the right to publish there, and that no other encoder is connected to it.')
TAKEN = ('The publishing point is taken, most likely by another encoder. End that one, wait until the server has '
         'given up a session that was lost, or publish to another path.')
LARGE_PACKETS = ('The server ended the connection at the first packets, which are large. Set a smaller packet-size '
                 'at the muxer, or leave it at its default; if that does not help, look into the server\'s log.')
NO_CLOCK = ('There is no clock, so the stream is sent as fast as it comes. Let the pipeline choose a clock, or set '
            'sync to false if this is what you want.')
NO_CODEC = ('%s cannot be carried in ASF. Use another encoder: gst-inspect-1.0 asfmux lists what the muxer takes.')
NO_CONNECTION = ('No connection to the server. Check that it runs, that host and port of the URL are right, and '
                 'that no firewall stands between.')
NO_HOST = "The server's name is unknown. Check the host in the URL and the name service of this computer."
NO_POINT = ('The server has no publishing point of this name. Check the path of the URL, create the publishing '
            'point on the server, or set template-location to one that it may copy.')


def push(url, options='', source=STREAM):
    return f'{source} ! wmspushsink {options} location={url}'


# The ten that are most likely, some in several forms.
TEN = (
    Mistake('wrong URL: no server', push('{nowhere}/live'), NO_CONNECTION),
    Mistake('wrong URL: no such host', push('http://no-such-host.invalid/live'), NO_HOST),
    Mistake('wrong URL: no point', push('{open}/'), NO_POINT),
    Mistake('wrong URL: none', f'{STREAM} ! wmspushsink',
            'No publishing point is set. Set location to its URL, for example http://server/point.'),
    Mistake('wrong scheme: mms', push('mms://127.0.0.1/live'), NO_URL),
    Mistake('wrong scheme: rtmp', push('rtmp://127.0.0.1/live'), NO_URL),
    Mistake('wrong scheme: none', push('127.0.0.1/live'), NO_URL),
    Mistake('wrong scheme: https to http', push('{secure}/live'),
            'No secure connection to the server. Check that its port speaks TLS, and in a version that is still in '
            'use.'),
    Mistake('missing encoder plugin', 'videotestsrc ! no_such_encoder ! asfmux ! fakesink', 'no element "%s"',
            ('no_such_encoder',), GSTREAMER),
    Mistake('no rights', push('{closed}/live'), REFUSED),
    Mistake('no password', push('{locked}/live'), ACCESS),
    Mistake('wrong password', push('{locked}/live', 'user-id=encoder user-pw=wrong'), ACCESS),
    Mistake('server is no publishing point', push('{web}/live'), WEB_SERVER),
    Mistake('two encoders', push('{open}/taken'), TAKEN),
    Mistake('unsupported codec', f'{DATA} ! asfmux ! fakesink', NO_CODEC, ('audio/x-opus',),
            caps='audio/x-opus'),
    Mistake('unsupported codec, to be linked', 'audiotestsrc ! opusenc name=e ! asfmux name=m ! fakesink',
            'could not link %s to %s', ('e', 'm'), GSTREAMER),
    Mistake('packet too large for the server', push('{small}/live', source=LARGE), LARGE_PACKETS),
    Mistake('clock missing', push('{open}/clock'), NO_CLOCK),
)

OTHERS = (
    Mistake('no stream', f'{BYTES} ! asfmux ! fakesink',
            'A stream does not say what it is: put an encoder or a parser in front of the muxer.'),
    Mistake('no parser', f'{DATA} ! asfmux ! fakesink', 'Insert %s before the muxer.', ('h264parse',),
            caps='video/x-h264,stream-format=byte-stream'),
    Mistake('packet size', f'{STREAM.replace("asfmux", "asfmux packet-size=70000")} ! fakesink',
            'The property %s is outside of its legal range.', ('packet-size',)),
    Mistake('no ASF pushed', f'{BYTES} ! wmspushsink location={{open}}/bytes',
            'The stream is not ASF. Put asfmux before this element, or read an intact ASF file.'),
    Mistake('no ASF to RTP', f'{DATA} ! rtpasfpay ! fakesink',
            'This is no ASF. Put asfmux or asfparse before this element.', caps='video/x-ms-asf'),
    Mistake('no ASF parsed', f'{BYTES} ! asfparse ! fakesink', 'No valid frames found before end of stream', (),
            GSTREAMER),
    Mistake('wrong proxy', push('{open}/live', 'proxy=ftp://proxy.invalid'),
            'The proxy is no URL of an HTTP proxy. It has the form http://host:port; leave it empty to connect '
            'directly.'),
    Mistake('proxy away', push('http://far.invalid/live', 'proxy={nowhere}'),
            'The proxy cannot be reached. Check its address in the property proxy or in the environment, or connect '
            'without it.'),
    Mistake('unknown issuer', push('{tls}/live'),
            "The server's certificate comes from an issuer that is not trusted here. Add the issuer's certificate to "
            'those of this computer, or to tls-database.'),
)

# What a server says by its status, from the table of failures.
STATUSES = {
    400: 'The server did not understand the push. Check that the URL is that of a Windows Media publishing point, '
         'and that no proxy on the way changes requests.',
    401: ACCESS,
    403: REFUSED,
    404: NO_POINT,
    405: WEB_SERVER,
    407: 'The proxy wants a user name and password, or refuses them. Check proxy-id and proxy-pw, or connect without '
         'the proxy.',
    408: 'The server ended the session. Look into its log: it may have waited too long for data, or its operator may '
         'have disconnected the encoder.',
    409: TAKEN,
    410: NO_POINT,
    413: 'The server does not take requests of this length. Set a smaller request-size, or raise the server\'s limit.',
    422: 'The server does not take this stream. Look into its log for what it refuses, and check codecs and '
         'packet-size.',
    429: 'The server has no room for this session now. Try again later, or look for an old session on the server and '
         'end it.',
    499: REFUSED,
    500: 'The server failed while it handled the push. Look into the server\'s log.',
    502: 'A proxy on the way cannot reach the server. Check that the server runs and that its address is right, or '
         'connect without the proxy.',
    511: 'The network wants this computer to log in. Open a web page here, log in there, and start again.',
    302: 'The server sends this encoder elsewhere. Set the location to the publishing point\'s final URL.',
    600: "The server's answer is no valid HTTP. Check host and port of the URL.",
}

PUSHES = TEN + OTHERS + tuple(
    Mistake(f'HTTP {status}', push(f'{{status}}/{status}'), text)
    for status, text in STATUSES.items())

# Of wms-pubpoint: arguments, {folder} in them an empty folder, {port} a port that is taken.
PROGRAM = (
    Mistake('unknown argument', ('surplus',), '%s is no option; try --help', ('surplus',)),
    Mistake('no address', ('--address=localhost',),
            'a numeric address such as 127.0.0.1, 0.0.0.0 or :: is wanted'),
    Mistake('no network', ('--encoder-access=2001:xyz',),
            'a network such as 192.0.2.0/24 or 2001:db8::/32 is wanted'),
    Mistake('TLS without certificate', ('--tls-port=0',), '%s is of no use without %s',
            ('tls-port', 'tls-certificate')),
    Mistake('no URL', ('--push-to=ftp://server/live',),
            'a URL such as http://edge.example.org/live, or /path=URL, is wanted'),
    Mistake('port in use', ('--port={port}',),
            'Port %u of %s is in use by another program: end it, or choose another port', ('{port}', '127.0.0.1')),
    Mistake('no password file', ('--encoder-passwords={folder}/none',), 'Cannot read the password file %s: %s',
            ('{folder}/none', None)),
    Mistake('no folder', ('--record={folder}/none',), 'Cannot record in the folder %s: %s', ('{folder}/none', None)),
)
