# SPDX-License-Identifier: LGPL-2.1-or-later
"""What plugin and publishing point say when something is wrong, and what to do.

The texts are those of the sources, found as the translators' template is
made; most say themselves what to do, in their last sentences.  remedies.txt
says it for the others.
"""

import os
import re
import subprocess
from collections import defaultdict

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
REMEDIES = os.path.join(ROOT, 'docs', 'guide', 'remedies.txt')
TABLE = 'gst/wmspush/wmsstatus.c'
ELEMENTS = (('gst/wmspush/', 'wmspushsink'), ('gst/asfmux/', 'asfmux'),
            ('gst/asfparse/', 'asfparse'), ('gst/rtpasfpay/', 'rtpasfpay'),
            ('tools/pubpoint/', 'wms-pubpoint'))
# What the publishing point says when nothing is wrong: options, its page.
OTHER_TEXTS = re.compile(r'pub(option(table|help)|page|pagetexts|run)\.c$')
PLACES = re.compile(r'%(?:\d+\$)?[-\d]*[a-zA-Z]+')
# What comes behind a colon is a remedy when it begins so.
ADVICE = re.compile(r'(?:insert|put|set|use|reserve|end|choose|install|name) ')


def sources():
    """The files with such texts."""
    with open(os.path.join(ROOT, 'po', 'POTFILES'), encoding='utf-8') as file:
        names = file.read().split()
    return [name for name in names if not OTHER_TEXTS.search(name)
            and name.startswith(tuple(folder for folder, _ in ELEMENTS))]


def catalogue():
    """Each text for people with the element that says it."""
    output = subprocess.run(
        ['xgettext', '--from-code=UTF-8', '--no-wrap', '--keyword=_', '--keyword=N_',
         '--add-location=file', '-o', '-', *sources()],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    for entry in output.split('\n\n')[1:]:
        place = re.search(r'^#: (\S+)', entry, re.M)[1]
        text = re.search(r'^msgid (.*?)\nmsgstr', entry, re.M | re.S)[1]
        text = ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
        yield place, text.replace('\\n', ' ').replace('\\"', '"').strip()


def is_trouble(place, text):
    """In the plugin statuses and parts of sentences have no full stop."""
    if place.startswith('gst/'):
        return text.endswith('.') or ': %s' in text
    return len(re.findall(r'\w\w+', PLACES.sub('', text))) > 2


def troubles():
    """(element, text) of each error and warning."""
    for place, text in catalogue():
        if is_trouble(place, text):
            yield next(name for folder, name in ELEMENTS
                       if place.startswith(folder)), text


def remedies():
    """remedies.txt: a text on a line, what to do about it below, indented."""
    said, text = {}, None
    with open(REMEDIES, encoding='utf-8') as file:
        for line in file:
            if line.startswith('#') or not line.strip():
                continue
            if not line.startswith(' '):
                text = line.strip()
                said[text] = ''
            else:
                said[text] = f'{said[text]} {line.strip()}'.strip()
    return said


def parted(text, said):
    """What is wrong, and what to do."""
    wrong, _, what = text.partition('. ')
    if text in said:
        return text, said[text]
    if what:
        return wrong + '.', what
    wrong, _, what = text.partition(': ')
    if ADVICE.match(what):
        return wrong + '.', what[0].upper() + what[1:].rstrip('.') + '.'
    return text, ''


def problems():
    """Texts without a remedy, remedies without a text."""
    said, texts = remedies(), [text for _, text in troubles()]
    for text in texts:
        if not parted(text, said)[1]:
            yield f'docs/guide/remedies.txt: nothing about "{text}"'
    for text in said:
        if text not in texts:
            yield f'docs/guide/remedies.txt: nobody says "{text}" any more'


def shown(text):
    """Text in a cell of a table, with places for what is filled in."""
    return PLACES.sub('…', text).removesuffix(':').replace('|', '\\|').replace('<', '&lt;')


def codes(rows):
    """What a program sees of a failure: names of HRESULTs, HTTP statuses."""
    names = sorted({row['hresult'] for row in rows})
    http = []
    for row in rows:
        if row['domain'].startswith('wms-http') and row['first'] > 0:
            one = row['first'] == row['last']
            http.append(str(row['first']) if one
                        else f'other {row["first"] // 100}xx')
    said = ', '.join(f'`{name}`' for name in names)
    return said + (f'; HTTP {", ".join(http)}' if http else '')


def failures(output):
    """Rows of the table of failures, as docs/guide/failures.c prints them."""
    rows = defaultdict(list)
    for line in output.splitlines():
        domain, first, last, hresult, text = line.split('\t')
        rows[text].append({'domain': domain, 'first': int(first),
                           'last': int(last), 'hresult': hresult})
    return rows


def table(printed):
    """The trouble-shooting tables, in Markdown."""
    said, rows = remedies(), failures(printed)
    texts = list(troubles())
    lines = ['## Cannot publish to …', '',
             '| what is wrong | what to do | for programs |',
             '| --- | --- | --- |']
    for _, text in texts:
        if text in rows:
            wrong, what = map(shown, parted(text, said))
            lines.append(f'| {wrong} | {what} | {codes(rows[text])} |')
    for _, element in ELEMENTS:
        lines += ['', f'## {element}', '', '| what is wrong | what to do |',
                  '| --- | --- |']
        lines += [f'| {wrong} | {what} |' for wrong, what in
                  (map(shown, parted(text, said)) for name, text in texts
                   if name == element and text not in rows)]
    return '\n'.join(lines) + '\n'
