#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a plugin has, in the format of GStreamer's own documentation, which
hotdoc reads: gst_plugins_cache.json.

plugincache.py PLUGIN-FILE CACHE [--check]

Writes into CACHE what gst-plugins-doc-cache-generator of GStreamer 1.22 would
write; with --check compares only.  Its habits are part of the format: a per cent
sign is doubled, a text that there is not is "NULL", 32 bits are shown with a
sign, and elements have no "long-name".
"""

import difflib
import json
import os
import re
import sys

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GObject, Gst  # noqa: E402  (version comes first)

RANKS = {0: 'none', 64: 'marginal', 128: 'secondary', 256: 'primary'}
MUTABLE = ((Gst.PARAM_MUTABLE_PLAYING, 'playing'),
           (Gst.PARAM_MUTABLE_PAUSED, 'paused'),
           (Gst.PARAM_MUTABLE_READY, 'ready'))
WHEN = ((GObject.SignalFlags.RUN_FIRST, 'first'),
        (GObject.SignalFlags.RUN_LAST, 'last'),
        (GObject.SignalFlags.RUN_CLEANUP, 'cleanup'))
SIGNAL_FLAGS = ((GObject.SignalFlags.NO_RECURSE, 'no-recurse'),
                (GObject.SignalFlags.DETAILED, 'detailed'),
                (GObject.SignalFlags.ACTION, 'action'),
                (GObject.SignalFlags.NO_HOOKS, 'no-hooks'))
INTEGERS = ('gint', 'guint', 'gint64', 'guint64', 'glong', 'gulong')
# an item of a list in caps: a range, a text in quotes, or a word
ITEM = re.compile(r'\[[^]]*\]|"(?:\\.|[^"\\])*"|[^\s,][^,]*')
FIELD = re.compile(r'[^,]*, [^=]+=\((?P<type>[^)]*)\)(?P<value>.*);', re.S)


def text(string):
    return 'NULL' if string is None else string.replace('%', '%%')


def members(gtype, spec=None):
    """(value, name, nick) of each member of an enum or flags type, which a
    property has that is described by spec, or which has a member 0."""
    if gtype.is_a(GObject.TYPE_ENUM):
        spec = spec or GObject.param_spec_enum(
            'member', None, None, gtype, 0, GObject.ParamFlags.READABLE)
        return [(value, member.value_name, member.value_nick)
                for value, member in spec.enum_class.__enum_values__.items()]
    spec = spec or GObject.param_spec_flags(
        'member', None, None, gtype, 0, GObject.ParamFlags.READABLE)
    # the last of the names is the member's own, those before it are its parts;
    # none of them is 0
    return [(value, (member.value_names or [member.first_value_name])[-1],
             (member.value_nicks or [member.first_value_nick])[-1])
            for value, member in spec.flags_class.__flags_values__.items()]


def flags_nicks(known, flags):
    """As gst-inspect-1.0: an exact member, or those it is made of."""
    for value, _, nick in known:
        if value == flags:
            return nick
    nicks = []
    for value, _, nick in reversed(known):
        if value and flags & value == value:
            nicks.append(nick)
            flags -= value
    return '+'.join(nicks) or '(none)'


class Scanner:
    """Looks into one plugin; keeps the types that belong to its interface."""

    def __init__(self):
        self.others = {}

    def note_type(self, gtype, instance=None, spec=None):
        """Another type, once, when the plugin calls it its interface."""
        is_ours, flags = Gst.type_is_plugin_api(gtype)
        if not is_ours or gtype.name in self.others:
            return
        self.others[gtype.name] = None
        if gtype.is_a(GObject.TYPE_ENUM):
            said = {'kind': 'enum'}
            if flags & Gst.PluginAPIFlags.MEMBERS:
                said['ignore-enum-members'] = True
            else:
                said['values'] = self.values(members(gtype, spec), '{}')
        elif gtype.is_a(GObject.TYPE_FLAGS):
            said = {'kind': 'flags',
                    'values': self.values(members(gtype, spec), '0x{:08x}')}
        else:
            is_interface = gtype.is_a(GObject.TYPE_INTERFACE)
            said = {'kind': 'interface' if is_interface else 'object',
                    **self.object(instance or GObject.new(gtype), gtype)}
        self.others[gtype.name] = said

    @staticmethod
    def values(known, form):
        return [{'name': text(nick), 'value': form.format(value),
                 'desc': text(name)} for value, name, nick in known]

    def object(self, instance, gtype):
        hierarchy, parent = [], gtype
        while parent != GObject.TYPE_INVALID:
            hierarchy.append(parent.name)
            self.note_type(parent, instance)
            parent = parent.parent
        said = {'hierarchy': hierarchy}
        if gtype.interfaces:
            for interface in gtype.interfaces:
                self.note_type(interface, instance)
            said['interfaces'] = [one.name for one in gtype.interfaces]
        for key, found in (('properties', self.properties(instance, gtype)),
                           ('signals', self.signals(gtype))):
            if found:
                said[key] = found
        return said

    def properties(self, instance, gtype):
        return {spec.name: self.property(instance, spec)
                for spec in instance.__class__.list_properties()
                if spec.owner_type == gtype}

    def property(self, instance, spec):
        flags = int(spec.flags)
        has = {key: bool(flags & flag) for key, flag in (
            ('construct-only', GObject.ParamFlags.CONSTRUCT_ONLY),
            ('construct', GObject.ParamFlags.CONSTRUCT),
            ('readable', GObject.ParamFlags.READABLE),
            ('writable', GObject.ParamFlags.WRITABLE),
            ('controllable', Gst.PARAM_CONTROLLABLE),
            ('conditionally-available', Gst.PARAM_CONDITIONALLY_AVAILABLE))}
        value = spec.default_value
        if has['readable'] and not flags & Gst.PARAM_DOC_SHOW_DEFAULT:
            value = instance.get_property(spec.name)
        is_object = spec.value_type.is_a(GObject.TYPE_OBJECT)
        self.note_type(spec.value_type, value if is_object else None,
                       spec)
        return {**has, 'blurb': text(spec.blurb),
                'mutable': next((name for flag, name in MUTABLE
                                 if flags & flag), 'null'),
                'type': spec.value_type.name, **self.default(spec, value)}

    @staticmethod
    def default(spec, value):
        """Default and range, as far as the type has them."""
        gtype = spec.value_type
        name = gtype.name
        if name == 'gchararray':
            return {'default': text(value)}
        if name == 'gboolean':
            return {'default': 'true' if value else 'false'}
        if name in INTEGERS or name in ('gfloat', 'gdouble'):
            numbers = {'default': value, 'min': spec.minimum,
                       'max': spec.maximum}
            return {key: Scanner.number(name, number, key)
                    for key, number in numbers.items()}
        if gtype.is_a(GObject.TYPE_ENUM):
            nicks = {known: nick for known, _, nick in members(gtype, spec)}
            return {'default': f'{text(nicks.get(int(value), ""))} '
                               f'({int(value)})'}
        if gtype.is_a(GObject.TYPE_FLAGS):
            return {'default': flags_nicks(members(gtype, spec),
                                           int(value))}
        if name in ('GstCaps', 'GstStructure') and value is not None:
            return {'default': text(value.to_string())}
        return {}

    @staticmethod
    def number(name, number, key):
        if name in ('gfloat', 'gdouble'):
            return f'{number:g}'
        if name == 'guint' and number >= 1 << 31:
            number -= 1 << 32
        if name == 'gint64' and key == 'default' and number < 0:
            number += 1 << 64
        return str(number)

    def signals(self, gtype):
        found = {}
        for number in GObject.signal_list_ids(gtype):
            query = GObject.signal_query(number)
            for one in (*query.param_types, query.return_type):
                self.note_type(one)
            found[query.signal_name] = {
                'args': [{'name': f'arg{index}', 'type': one.name}
                         for index, one in enumerate(query.param_types)],
                'return-type': query.return_type.name,
                **{'when': name for flag, name in reversed(WHEN)
                   if query.signal_flags & flag},
                **{name: True for flag, name in SIGNAL_FLAGS
                   if query.signal_flags & flag}}
        return found

    def pad_templates(self, factory, element):
        found = {}
        for static in factory.get_static_pad_templates():
            template = element.get_pad_template(static.name_template)
            said = {'caps': text(caps_lines(
                        template.get_documentation_caps())),
                    'direction': static.direction.value_nick,
                    'presence': static.presence.value_nick}
            gtype = template.props.gtype
            if gtype.name not in ('void', 'GstPad'):
                said['type'] = gtype.name
                self.note_type(gtype)
            found[text(static.name_template)] = said
        return found

    def element(self, factory):
        element = factory.create(None)
        said = {key: text(factory.get_metadata(key))
                for key in factory.get_metadata_keys() if key != 'long-name'}
        said['rank'] = rank_name(factory.get_rank())
        said.update(self.object(element, element.__gtype__))
        templates = self.pad_templates(factory, element)
        if templates:
            said['pad-templates'] = templates
        return said


def rank_name(rank):
    near = min(RANKS, key=lambda known: abs(rank - known))
    if rank == near:
        return RANKS[rank]
    return f'{RANKS[near]} {"+" if rank > near else "-"} {abs(near - rank)}'


def field_value(structure, name):
    """A field of caps as gst_value_serialize has it."""
    alone = structure.copy()
    for index in reversed(range(alone.n_fields())):
        if alone.nth_field_name(index) != name:
            alone.remove_field(alone.nth_field_name(index))
    found = FIELD.fullmatch(alone.to_string())
    value = found['value']
    if value[0] in '{<':
        items = [f'({found["type"]}){item.strip()}'
                 for item in ITEM.findall(value[1:-1])]
        value = f'{value[0]} {", ".join(items)} {value[-1]}'
    if name in ('format', 'rate'):
        value = re.sub(r'\(string\)|\(rate\)', '', value)
    return value


def caps_lines(caps):
    if caps.is_any() or caps.is_empty():
        return 'ANY' if caps.is_any() else 'EMPTY'
    said = ''
    for index in range(caps.get_size()):
        structure, features = caps.get_structure(index), caps.get_features(index)
        head = structure.get_name()
        if features and (features.is_any() or not features.is_equal(
                Gst.CapsFeatures.from_string('memory:SystemMemory'))):
            said += '\n' if index else ''
            head += f'({features.to_string()})'
        said += head + ':\n'
        for number in range(structure.n_fields()):
            name = structure.nth_field_name(number)
            said += f'{name:>15}: {field_value(structure, name)}\n'
    return said


def load(path):
    """A plugin and its features."""
    plugin = Gst.Plugin.load_file(os.path.abspath(path))
    registry = Gst.Registry.get()
    registry.add_plugin(plugin)
    return plugin, registry.get_feature_list_by_plugin(plugin.get_name())


def plugin_details(path):
    plugin, features = load(path)
    scanner = Scanner()
    elements = {
        feature.get_name(): scanner.element(feature) for feature in features
        if isinstance(feature, Gst.ElementFactory)
        and not feature.get_skip_documentation()}
    return plugin.get_name(), {
        'description': plugin.get_description(),
        'filename': os.path.basename(path).split('.')[0].removeprefix('lib'),
        'source': plugin.get_source(), 'package': plugin.get_package(),
        'license': plugin.get_license(), 'url': plugin.get_origin(),
        'elements': elements,
        'tracers': {feature.get_name(): {} for feature in features
                    if isinstance(feature, Gst.TracerFactory)},
        'other-types': scanner.others}


def check(path, cache):
    with open(path, encoding='utf-8') as file:
        kept = file.read()
    if kept != cache:
        sys.stdout.writelines(difflib.unified_diff(
            kept.splitlines(True), cache.splitlines(True), path, 'the plugin'))
        sys.exit(f'{path} is stale: ninja plugin-cache writes it')


def main():
    Gst.init(None)
    plugin, path = sys.argv[1:3]
    cache = json.dumps(dict([plugin_details(plugin)]), indent=4,
                       sort_keys=True, ensure_ascii=False) + '\n'
    if sys.argv[3:] == ['--check']:
        check(path, cache)
        return
    with open(path, 'w', encoding='utf-8') as file:
        file.write(cache)


if __name__ == '__main__':
    main()
