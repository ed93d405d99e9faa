#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every property, signal and pad property of the built plugin is documented.

properties.py PLUGIN-FILE.  Documented means: the sources have a block
"Type:name:" ("Type::name:" for a signal) with a paragraph of its own; a Since
line alone does not count.  The paragraph of a property that can be set says its
default, and that of a number what it counts.
"""

import os
import re
import sys

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GObject, Gst  # noqa: E402  (version comes first)

import project  # noqa: E402  (with the other imports of this project)

PREFIX = 'GstWms'
BLOCK = re.compile(r'/\*\*\n\s*\* (Gst\w+::?[\w-]+):[^\n]*\n(.*?)\*/', re.S)


NUMBERS = ('gint', 'guint', 'gint64', 'guint64', 'gfloat', 'gdouble')
UNIT = re.compile(r'\b(?:bytes?|bits? per second|bit/s|(?:milli|nano)?seconds'
                  r'|how often|number|rank)\b', re.I)


def documented():
    """The text of each block that says something."""
    names = {}
    for path in project.sources('.c', '.h', under=('gst',)):
        for name, body in BLOCK.findall(project.read(path)):
            lines = [line.strip(' *') for line in body.split('\n')]
            if any(line and not line.startswith(('Since', '@', 'Returns'))
                   for line in lines):
                names[name] = ' '.join(lines)
    return names


def object_types(plugin):
    """The types of the plugin's elements and of their pads."""
    registry = Gst.Registry.get()
    for feature in registry.get_feature_list_by_plugin(plugin.get_name()):
        element = feature.load().create(None)
        yield element.__gtype__
        for template in element.get_pad_template_list():
            if template.props.gtype != GObject.TYPE_NONE:
                yield template.props.gtype


def lineage(gtype):
    """A type of ours and its ancestors that are ours."""
    while gtype.name.startswith(PREFIX):
        yield gtype
        gtype = gtype.parent


def wanted(plugin):
    """Each name with the property, None for a signal."""
    names = {}
    for gtype in (t for o in object_types(plugin) for t in lineage(o)):
        for spec in GObject.list_properties(gtype):
            if spec.owner_type == gtype:
                names[f'{gtype.name}:{spec.name}'] = spec
        names.update((f'{gtype.name}::{signal}', None)
                     for signal in GObject.signal_list_names(gtype))
    return names


def faults(spec, text):
    """What the text of a property lacks."""
    if text is None:
        yield 'is not documented'
    elif spec is not None and spec.flags & GObject.ParamFlags.WRITABLE:
        if 'default' not in text.lower():
            yield 'does not say its default'
        if spec.value_type.name in NUMBERS and not UNIT.search(text):
            yield 'does not say what it counts'


def main():
    Gst.init(None)
    plugin = Gst.Plugin.load_file(os.path.abspath(sys.argv[1]))
    Gst.Registry.get().add_plugin(plugin)
    names = wanted(plugin)
    texts = documented()
    project.finish([f'{name} {fault}' for name, spec in sorted(names.items())
                    for fault in faults(spec, texts.get(name))], len(names))


main()
