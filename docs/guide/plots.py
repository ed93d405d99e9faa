#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plots of the benchmarks, made from the tables of the documents.

plots.py FOLDER    writes each plot of plots.ini there, as SVG

A table stands in its document behind the name of the command that prints it,
`ninja NAME`; there is no other copy of its figures.  plots.ini says:

title, page   of the plot; the document with the table
command       NAME of the command
tables        how many tables behind it are drawn, one unless it is said
group         what stands above bars that belong together: names of columns in
              braces are replaced by the row's cells, {first} by the first
              one, {table} by the name of its column, {value} by that of the
              column that is drawn
series        the same for a single bar
values        columns that are drawn, divided by semicolons
ours          which series, of those, are this project's
without       series that do not compare in this column
"""

import configparser
import os
import re
import sys
from xml.sax.saxutils import escape

DOCS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLOTS = os.path.join(DOCS, 'guide', 'plots.ini')
NUMBER = re.compile(r'[\d,]*\.?\d+')
# narrow enough for a phone
WIDTH, MARGIN, ROW, HEAD = 340, 8, 17, 24
LABEL, VALUE = 148, 46
STYLE = '''
text { font: 11px sans-serif; fill: #333333; }
text.title { font: bold 13px sans-serif; }
text.group { font: bold 11px sans-serif; }
text.label { text-anchor: end; }
.bar { fill: #9aa5b1; }
.ours { fill: #1c5cb0; }
.range { stroke: #333333; }'''


def cells(line):
    return [cell.strip() for cell in line.strip().strip('|').split('|')]


def tables(page, command):
    """(columns, rows) of each table behind the command, up to the next one."""
    with open(os.path.join(DOCS, page), encoding='utf-8') as file:
        text = file.read()
    _, found, behind = text.partition(f'`ninja {command}`')
    if not found:
        sys.exit(f'{page}: there is no `ninja {command}`')
    behind = re.split(r'^#|`ninja ', behind, maxsplit=1, flags=re.M)[0]
    for block in re.findall(r'(?:^\|.*\n)+', behind, re.M):
        head, _, *rows = map(cells, block.splitlines())
        yield head, rows


class Bar:
    """One figure, or what lies between two."""

    def __init__(self, plot, columns, row, value):
        said = dict(zip(columns, row), first=row[0], table=columns[0],
                    value=value)
        if value not in columns:
            sys.exit(f'{plot["page"]}: no column "{value}" behind '
                     f'{plot["command"]}')
        self.group = plot.get('group', '').format_map(said)
        self.series = plot['series'].format_map(said)
        self.text = said[value].split(' ')[0]
        self.numbers = [float(one.replace(',', ''))
                        for one in NUMBER.findall(self.text)]
        self.css = 'ours' if self.series in plot['ours'].split('; ') else 'bar'


def bars(plot):
    """Those of all rows that have a figure."""
    found = list(tables(plot['page'], plot['command']))
    number = plot.getint('tables', 1)
    if len(found) < number:
        sys.exit(f'{plot["page"]}: {len(found)} tables behind '
                 f'{plot["command"]}, not {number}')
    made = [Bar(plot, columns, row, value) for value in plot['values'].split('; ')
            for columns, rows in found[:number] for row in rows]
    without = plot.get('without', '').split('; ')
    return [bar for bar in made if bar.numbers and bar.series not in without]


class Picture:
    """Bars below each other, in groups; those of one picture compare."""

    def __init__(self, plot):
        self.plot, self.parts, self.y = plot, [], MARGIN + 12
        self.bars = bars(plot)
        if not any(bar.css == 'ours' for bar in self.bars):
            sys.exit(f'{plot.name}: there is no {plot["ours"]}')
        self.most = max(bar.numbers[-1] for bar in self.bars)
        self.write(MARGIN, 'title', plot['title'])
        self.y += 4
        for group in dict.fromkeys(bar.group for bar in self.bars):
            if group:
                self.y += HEAD
                self.write(MARGIN, 'group', group)
            for bar in self.bars:
                if bar.group == group:
                    self.draw(bar)
        self.height = self.y + MARGIN + 4

    def write(self, x, css, text):
        self.parts.append(f'<text x="{x:g}" y="{self.y:g}" class="{css}">'
                          f'{escape(text)}</text>')

    def draw(self, bar):
        self.y += ROW
        left = MARGIN + LABEL
        scale = (WIDTH - left - VALUE - MARGIN) / self.most
        ends = [left + number * scale for number in bar.numbers]
        self.write(left - 5, 'label', bar.series)
        self.parts.append(
            f'<rect x="{left}" y="{self.y - 10:g}" height="12" '
            f'width="{max(sum(ends) / len(ends) - left, 1):.1f}" '
            f'class="{bar.css}"/>')
        if len(ends) > 1:
            self.parts.append(
                f'<line x1="{ends[0]:.1f}" x2="{ends[-1]:.1f}" '
                f'y1="{self.y - 4:g}" y2="{self.y - 4:g}" class="range"/>')
        self.write(ends[-1] + 5, 'value', bar.text)

    def svg(self):
        said = '; '.join(f'{bar.group} {bar.series}: {bar.text}'.strip()
                         for bar in self.bars)
        return '\n'.join([
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
            f'height="{self.height:g}" viewBox="0 0 {WIDTH} {self.height:g}">',
            f'<title>{escape(self.plot["title"])}</title>',
            f'<desc>{escape(said)}</desc>', f'<style>{STYLE}</style>',
            '<rect width="100%" height="100%" fill="white"/>',
            *self.parts, '</svg>', ''])


def plots():
    """What is said of each plot."""
    said = configparser.ConfigParser(interpolation=None)
    said.read(PLOTS, encoding='utf-8')
    return [said[name] for name in said.sections()]


def write_all(folder):
    """Writes each plot into the folder."""
    for plot in plots():
        path = os.path.join(folder, f'{plot.name}.svg')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(Picture(plot).svg())


if __name__ == '__main__':
    write_all(sys.argv[1])
