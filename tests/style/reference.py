#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The element reference can be built and shows what the sources say.

reference.py NINJA BUILD-FOLDER
"""

import glob
import html
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
PARTS = ('Object Hierarchy', 'Example launch line', 'Property Details')


def page(build, element):
    paths = glob.glob(os.path.join(build, 'docs', 'html', f'*{element}.html'))
    if not paths:
        return ''
    with open(paths[0], encoding='utf-8') as file:
        return html.unescape(TAG.sub('', file.read()))


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
    shown = ''
    if os.path.exists(os.path.join(folder, 'messages.html')):
        with open(os.path.join(folder, 'messages.html'),
                  encoding='utf-8') as file:
            shown = file.read()
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
    for element, folder in (('asfmux', 'asfmux'), ('wmspushsink', 'wmspush')):
        text = page(build, element)
        wanted = [f'The “{name}” property'
                  for path in project.sources('.c', under=('gst',))
                  if path.startswith(f'gst/{folder}/gst')
                  for name in PROPERTY.findall(project.read(path))]
        checked += len(wanted)
        problems += [f'{element}: nothing about {part}'
                     for part in (*PARTS, *wanted) if part not in text]
    problems += picture_problems(build)
    project.finish(problems, checked)


main()
