#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every property, signal and pad property of the built plugin is documented.

properties.py PLUGIN-FILE.  Documented means: the sources have a block
"Type:name:" ("Type::name:" for a signal) with a paragraph of its own; a Since
line alone does not count.
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


def documented():
    """The names of all blocks that say something."""
    names = set()
    for path in project.sources('.c', '.h', under=('gst',)):
        for name, body in BLOCK.findall(project.read(path)):
            lines = [line.strip(' *') for line in body.split('\n')]
            if any(line and not line.startswith(('Since', '@', 'Returns'))
                   for line in lines):
                names.add(name)
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
    names = set()
    for gtype in (t for o in object_types(plugin) for t in lineage(o)):
        for spec in GObject.list_properties(gtype):
            if spec.owner_type == gtype:
                names.add(f'{gtype.name}:{spec.name}')
        names.update(f'{gtype.name}::{signal}'
                     for signal in GObject.signal_list_names(gtype))
    return names


def main():
    Gst.init(None)
    plugin = Gst.Plugin.load_file(os.path.abspath(sys.argv[1]))
    Gst.Registry.get().add_plugin(plugin)
    names = wanted(plugin)
    missing = sorted(names - documented())
    project.finish([f'{name} is not documented' for name in missing],
                   len(names))


main()
