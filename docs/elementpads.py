#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A chapter of the element reference with what gtk-doc does not show: the pads
of each element with all caps, and the properties of its base classes.

elementpads.py PLUGIN-FILE OUTPUT
"""

import sys
import textwrap
from xml.sax.saxutils import escape

from plugincache import INTEGERS, Gst, Scanner, load

COLUMNS = ('inherited', 'type', 'default', 'what it is')
# each object has theirs
OTHERS = ('GstObject',)


def plain(text):
    """As it was before the scanner doubled the per cent signs."""
    return escape(text.replace('%%', '%'))


def kinds(caps):
    """Caps, each kind on a line of its own."""
    lines = []
    for line in caps.rstrip('\n').split('\n'):
        if line.startswith(' '):
            name, _, value = line.strip().partition(': ')
            lines[-1] += f', {name} = {value}'
        elif line:
            lines.append(line.rstrip(':'))
    return '\n'.join(textwrap.fill(line, 90, subsequent_indent='    ')
                     for line in lines)


def pad(name, said):
    return (f'<varlistentry><term><code>{plain(name)}</code>: '
            f'{said["direction"]}, {said["presence"]}'
            f'{", " + said["type"] if "type" in said else ""}</term>'
            f'<listitem><programlisting>{plain(kinds(said["caps"]))}'
            f'</programlisting></listitem></varlistentry>')


def default(scanner, element, spec):
    """As a pipeline would have it; none of what only a running one has."""
    value = scanner.property(element, spec).get('default', '')
    if spec.value_type.name in INTEGERS:
        number = element.get_property(spec.name)
        return 'none' if number == Gst.CLOCK_TIME_NONE else str(number)
    return '' if 'GstStructure' in spec.value_type.name else value


def inherited(scanner, element):
    """A row for each property of a base class."""
    for spec in element.__class__.list_properties():
        if spec.owner_type.name in OTHERS or \
                spec.owner_type.name.startswith('GstWms'):
            continue
        cells = (spec.name, spec.value_type.name,
                 default(scanner, element, spec), spec.blurb)
        yield ''.join(['<row>', *(f'<entry>{plain(cell)}</entry>'
                                  for cell in cells), '</row>'])


def section(scanner, factory):
    element, name = factory.create(None), factory.get_name()
    head = ''.join(f'<entry>{column}</entry>' for column in COLUMNS)
    return '\n'.join([
        f'<simplesect id="pads-{name}"><title>{name}</title><variablelist>',
        *(pad(*one) for one in scanner.pad_templates(factory, element).items()),
        '</variablelist><informaltable>'
        f'<tgroup cols="{len(COLUMNS)}"><thead><row>{head}</row></thead><tbody>',
        *inherited(scanner, element),
        '</tbody></tgroup></informaltable></simplesect>'])


def main():
    Gst.init(None)
    _, features = load(sys.argv[1])
    scanner = Scanner()
    with open(sys.argv[2], 'w', encoding='utf-8') as file:
        file.write('\n'.join([
            '<?xml version="1.0"?>',
            '<!DOCTYPE chapter PUBLIC "-//OASIS//DTD DocBook XML V4.3//EN"',
            '  "http://www.oasis-open.org/docbook/xml/4.3/docbookx.dtd">',
            '<chapter id="pads"><title>Pads and inherited properties</title>',
            '<para>Of each element: its pads with direction, presence, type and '
            'what they take or give, a kind of stream on a line; then the '
            'properties of its base classes, with the defaults that they have '
            'in this element, in the words of GStreamer.</para>',
            *(section(scanner, feature) for feature in features),
            '</chapter>', '']))


main()
