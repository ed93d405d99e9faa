#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The element reference can be built and shows what the sources say.

reference.py NINJA BUILD-FOLDER
"""

import html
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree

import project

PROPERTY = re.compile(r'/\*\*\n\s*\* GstWms\w+:([\w-]+):')
TAG = re.compile(r'<[^>]*>')
SVG = '{http://www.w3.org/2000/svg}'
LABEL_CHARACTER = 7.3
PARTS = ('Object Hierarchy', 'Pads', 'Messages', 'Example launch line')
FOLDERS = {'asfmux': 'asfmux', 'asfparse': 'asfparse',
           'rtpasfpay': 'rtpasfpay', 'wmspushsink': 'wmspush'}
PADS = {'asfmux': 'GstWmsAsfMuxPad.html'}
# errors and warnings: posted by an element, or a row of wmsstatus.c
POSTED = re.compile(r'GST_ELEMENT_(?:ERROR|WARNING) \([^,]+, (\w+), (\w+),|'
                    r'RESOURCE \(([A-Z_]+)\)|(GST_STREAM_ERROR_\w+)|'
                    r', (?:NS_)?E_\w+, ([A-Z_]+),', re.S)


def page(build, name):
    path = os.path.join(build, 'docs', 'html', name)
    if not os.path.isfile(path):
        return ''
    with open(path, encoding='utf-8') as file:
        return file.read()


def said_of(build, element):
    """The text of an element's page, and of that of its pads."""
    return html.unescape(TAG.sub('', page(build, f'gst-wms-{element}.html')
                                 + page(build, PADS.get(element, ''))))


def codes(source):
    """The error codes that a source posts."""
    for domain, code, row, whole, short in POSTED.findall(source):
        yield whole or f'GST_{domain or "RESOURCE"}_ERROR_{code or row or short}'


def wanted(element, pads):
    """What the pages of an element have to say."""
    yield from PARTS
    yield from (name.replace('%%', '%') for name in pads)
    for path in project.sources('.c', under=('gst',)):
        if path.startswith(f'gst/{FOLDERS[element]}/'):
            source = project.read(path)
            yield from (f'The “{name}” property'
                        for name in PROPERTY.findall(source))
            yield from codes(source)


def cut_labels(path):
    """Labels of a picture that do not lie within it."""
    picture = xml.etree.ElementTree.parse(path).getroot()
    width = float(picture.get('width'))
    for text in picture.iter(SVG + 'text'):
        half = len(text.text) * LABEL_CHARACTER / 2
        x = float(text.get('x'))
        if 'label' in text.get('class') and not half < x < width - half:
            yield text.text


def picture_problems(build):
    """Scenarios of docs/messages without their picture in the reference."""
    folder = os.path.join(build, 'docs', 'html')
    shown = page(build, 'messages.html')
    for path in project.all_files():
        if path.startswith('docs/messages/') and path.endswith('.txt'):
            name = os.path.basename(path).replace('.txt', '.svg')
            if name not in shown:
                yield f'{path}: its picture is not shown'
            elif not os.path.exists(os.path.join(folder, name)):
                yield f'{path}: there is no {name}'
            else:
                yield from (f'{name}: {label} is cut off' for label in
                            cut_labels(os.path.join(folder, name)))


def main():
    ninja, build = sys.argv[1:]
    run = subprocess.run([ninja, '-C', build, 'gst-wms-doc'],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True)
    if run.returncode != 0:
        print(run.stdout)
        project.finish(['gtk-doc failed'], 1)
    problems, checked = [], 0
    chapter = page(build, 'pads.html')
    plugin = json.loads(project.read('docs/gst_plugins_cache.json'))['asfmux']
    for element, said in plugin['elements'].items():
        text = said_of(build, element)
        parts = sorted(set(wanted(element, said['pad-templates'])))
        checked += len(parts)
        problems += [f'{element}: nothing about {part}'
                     for part in parts if part not in text]
        if f'name="pads-{element}"' not in chapter:
            problems.append(f'{element}: no list of pads')
    problems += picture_problems(build)
    project.finish(problems, checked)


main()
