#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every function in a header of gst/asf and gst/wmspush has a docstring.

A block begins with its name, as gtk-doc reads it, and says something below.
"""

import re

import project

BLOCK = re.compile(r'/\*\*\n \* (\w+):\n(.*?)\*/', re.S)
COMMENT = re.compile(r'/\*.*?\*/', re.S)
# the macro in front of them is what people use
IMPLIED = ('_quark', '_get_type')
PROTOTYPE = re.compile(
    r'^(?!typedef|#|\s|G_[A-Z_]+ \(|GST_[A-Z_]+ \()[\w][\w \*\n]*?(\w+) \('
    r'[^;{]*\)[^;{]*;', re.M)


def main():
    problems, checked = [], 0
    for path in project.sources('.h', under=('gst',)):
        if not path.startswith(('gst/asf/', 'gst/wmspush/')):
            continue
        text = project.read(path)
        said = {name: body for name, body in BLOCK.findall(text)
                if re.search(r'\w', body)}
        for name in PROTOTYPE.findall(COMMENT.sub('', text)):
            checked += 1
            if name not in said and not name.endswith(IMPLIED):
                problems.append(f'{path}: {name} has no docstring')
    project.finish(problems, checked)


main()
