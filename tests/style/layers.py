#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A lower layer includes no header of a higher one (docs/design.md, "Layout").

The rules are tried in order; the first one that a file's name fits holds.
"""

import re

import project

ELEMENT_HEADERS = (r'gst/gst\.h', r'gst/gstelement\.h', r'gst/gstpad\.h',
                   r'.*gstaggregator.*', r'.*gstbasesink.*', r'.*gstbasesrc.*')
RULES = [
    # format: GLib and the byte readers and writers only
    (r'gst/asf/.*',
     ELEMENT_HEADERS + (r'glib-object\.h', r'gio/.*', r'libsoup/.*',
                        r'asfmux/.*', r'asfparse/.*', r'rtpasfpay/.*', r'wmspush/.*', r'.*gstwms.*')),
    # protocol, then its I/O: no element, no pad
    (r'gst/wmspush/wms.*',
     ELEMENT_HEADERS + (r'asfmux/.*', r'.*gstwms.*')),
    # the elements know nothing of each other
    (r'gst/asfmux/.*', (r'asfparse/.*', r'rtpasfpay/.*', r'wmspush/.*', r'libsoup/.*')),
    (r'gst/asfparse/.*', (r'asfmux/.*', r'rtpasfpay/.*', r'wmspush/.*', r'libsoup/.*')),
    (r'gst/rtpasfpay/.*', (r'asfmux/.*', r'asfparse/.*', r'wmspush/.*', r'libsoup/.*')),
    (r'gst/wmspush/gst.*', (r'asfmux/.*', r'asfparse/.*', r'rtpasfpay/.*', r'libsoup/.*')),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def main():
    problems = []
    files = project.sources('.c', '.h', under=('gst',))
    for path in files:
        forbidden = next((headers for name, headers in RULES
                          if re.fullmatch(name, path)), ())
        for header in INCLUDE.findall(project.read(path)):
            if any(re.fullmatch(f, header) for f in forbidden):
                problems.append(f'{path}: includes {header}')
    project.finish(problems, len(files))


main()
