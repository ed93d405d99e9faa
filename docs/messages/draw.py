#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes a picture of each scenario, and the chapter that shows them.

draw.py FOLDER SCENARIO.txt ...  writes FOLDER/SCENARIO.svg for each and
FOLDER/messages.xml, DocBook, for all.  README.md has the form of a scenario.
"""

import os
import sys
import textwrap
from xml.sax.saxutils import escape

CHAR = 7.3              # width of a character, at this size of a monospaced font
SIZE = 12
LINE = 15               # height of a line of text
ROW = 24                # height of a row without its text's further lines
MARGIN = 24
WRAP = 44               # characters of a label's line
WHO = ('title', 'text', 'with', 'app', 'sink', 'server', 'post', 'note')
LIFELINES = ('application', 'wmspushsink', 'server')
STYLE = f'''text {{ font: {SIZE}px monospace; fill: #1a1a1a; }}
text.title {{ font: bold 17px sans-serif; }}
text.text {{ font: 13px sans-serif; }}
text.head {{ font: bold 13px sans-serif; text-anchor: middle; }}
text.label {{ text-anchor: middle; }}
text.note {{ font: italic 12px sans-serif; text-anchor: middle; }}
line {{ stroke-width: 1.4; }}
.life {{ stroke: #b0b0b0; stroke-dasharray: 3 4; }}
.box {{ fill: #f2f2f2; stroke: #b0b0b0; }}
.plain {{ stroke: #444444; fill: #444444; }}
.status {{ stroke: #1c5cb0; fill: #1c5cb0; }}
.progress {{ stroke: #808080; fill: #808080; stroke-dasharray: 4 3; }}
.error {{ stroke: #b02020; fill: #b02020; }}
.other {{ stroke: #1a7a3c; fill: #1a7a3c; }}
text.plain, text.status, text.progress, text.error, text.other {{
  stroke: none; }}'''


class Scenario:
    """A file of lines WHO: WHAT."""

    def __init__(self, path):
        self.name = os.path.basename(path).removesuffix('.txt')
        self.said = {'title': [], 'text': [], 'with': []}
        self.steps = []
        with open(path, encoding='utf-8') as file:
            for number, line in enumerate(file, 1):
                if line.strip() and not line.startswith('#'):
                    self.add(f'{path}:{number}', line)
        if len(self.said['title']) != 1 or not self.said['text']:
            sys.exit(f'{path}: one title and a text are needed')
        self.title = self.said['title'][0]
        self.text = ' '.join(self.said['text'])

    def add(self, where, line):
        who, colon, what = line.strip().partition(': ')
        if not colon or who not in WHO:
            sys.exit(f'{where}: not WHO: WHAT')
        if who in self.said:
            self.said[who].append(what)
        else:
            self.steps.append((who, what))


def label_lines(what):
    """A label's lines: the conditions behind " | " have lines of their own."""
    lines = []
    for part in what.split(' | '):
        lines += textwrap.wrap(part, WRAP, break_long_words=True)
    return lines


def kind(who, what):
    """How a message is drawn."""
    if who != 'post':
        return 'plain'
    if what.startswith('progress'):
        return 'progress'
    if 'ERROR' in what or ' NS_E_' in what or ' E_' in what:
        return 'error'
    return 'status' if what.startswith('WMT_') else 'other'


class Picture:
    """A sequence of arrows between three lifelines, from top to bottom."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.parts = []
        left = self.room('app', 'post')
        right = self.room('sink', 'server')
        self.lives = [MARGIN + 60, MARGIN + 60 + left,
                      MARGIN + 60 + left + right]
        self.width = self.lives[2] + 60 + MARGIN
        self.top = self.head()
        self.y = self.top + 34
        for who, what in scenario.steps:
            self.step(who, what)
        self.height = self.y + MARGIN

    def room(self, *whose):
        widest = max((len(line) for who, what in self.scenario.steps
                      if who in whose for line in label_lines(what)),
                     default=0)
        return max(200, widest * CHAR + 40)

    def write(self, x, y, css, text):
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{css}">'
                          f'{escape(text)}</text>')

    def head(self):
        """Title, text and settings; returns where they end."""
        y = MARGIN + 10
        self.write(MARGIN, y, 'title', self.scenario.title)
        said = textwrap.wrap(self.scenario.text,
                             int((self.width - 2 * MARGIN) / 7))
        said += [f'with {setting}' for setting in self.scenario.said['with']]
        for line in said:
            y += 18
            self.write(MARGIN, y, 'text', line)
        return y + 14

    def step(self, who, what):
        if who == 'note':
            self.box(self.lives[1], what)
        elif who == 'server' and what.startswith('is '):
            self.box(self.lives[2], what)
        else:
            here = {'app': 0, 'sink': 1, 'server': 2, 'post': 1}[who]
            there = {'app': 1, 'sink': 2, 'server': 1, 'post': 0}[who]
            self.arrow(here, there, label_lines(what), kind(who, what))

    def box(self, x, what):
        width = len(what) * CHAR + 16
        self.y += ROW + 4
        self.parts.append(
            f'<rect x="{x - width / 2:g}" y="{self.y - 16:g}" '
            f'width="{width:g}" height="22" rx="6" class="box"/>')
        self.write(x, self.y, 'note', what)
        self.y += 6

    def arrow(self, here, there, lines, css):
        start, end = self.lives[here], self.lives[there]
        middle = (start + end) / 2
        self.y += ROW - LINE
        for line in lines:
            self.y += LINE
            self.write(middle, self.y, f'label {css}', line)
        self.y += 5
        back = 8 if end > start else -8
        self.parts.append(
            f'<line x1="{start:g}" y1="{self.y:g}" x2="{end - back:g}" '
            f'y2="{self.y:g}" class="{css}"/>'
            f'<path d="M {end:g} {self.y:g} l {-back * 1.2:g} -4 v 8 z" '
            f'class="{css}" style="stroke-dasharray: none"/>')

    def lifelines(self):
        for x, name in zip(self.lives, LIFELINES):
            width = len(name) * CHAR * 1.2 + 20
            yield (f'<line x1="{x:g}" y1="{self.top + 24:g}" x2="{x:g}" '
                   f'y2="{self.height - 10:g}" class="life"/>')
            yield (f'<rect x="{x - width / 2:g}" y="{self.top:g}" '
                   f'width="{width:g}" height="24" class="box"/>')
            yield (f'<text x="{x:g}" y="{self.top + 17:g}" class="head">'
                   f'{escape(name)}</text>')

    def svg(self):
        steps = '; '.join(f'{who}: {what}' for who, what in self.scenario.steps)
        return '\n'.join([
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:g}" '
            f'height="{self.height:g}" viewBox="0 0 {self.width:g} '
            f'{self.height:g}">',
            f'<title>{escape(self.scenario.title)}</title>',
            f'<desc>{escape(steps)}</desc>',
            f'<style>{STYLE}</style>',
            '<rect width="100%" height="100%" fill="white"/>',
            *self.lifelines(), *self.parts, '</svg>', ''])


def section(scenario):
    name = escape(scenario.name)
    return (f'<simplesect id="messages-{name}"><title>{escape(scenario.title)}'
            f'</title><para>{escape(scenario.text)}</para>'
            f'<informalfigure><mediaobject><imageobject>'
            f'<imagedata fileref="{name}.svg"/></imageobject>'
            f'<textobject><phrase>{escape(scenario.title)}</phrase>'
            f'</textobject></mediaobject></informalfigure></simplesect>')


def chapter(scenarios):
    return '\n'.join([
        '<?xml version="1.0"?>',
        '<!DOCTYPE chapter PUBLIC "-//OASIS//DTD DocBook XML V4.3//EN"',
        '  "http://www.oasis-open.org/docbook/xml/4.3/docbookx.dtd">',
        '<chapter id="messages"><title>Order of messages</title>',
        '<para>What wmspushsink posts in which order is a contract. Each of '
        'these pictures is made from a file in docs/messages, against which a '
        'test compares.</para>',
        *map(section, scenarios), '</chapter>', ''])


def main():
    folder = sys.argv[1]
    scenarios = [Scenario(path) for path in sorted(sys.argv[2:])]
    for scenario in scenarios:
        path = os.path.join(folder, f'{scenario.name}.svg')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(Picture(scenario).svg())
    with open(os.path.join(folder, 'messages.xml'), 'w',
              encoding='utf-8') as file:
        file.write(chapter(scenarios))


if __name__ == '__main__':
    main()
