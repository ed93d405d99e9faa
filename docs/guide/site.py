#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds the documentation as a site.

site.py MKDOCS DOT FAILURES REFERENCE OUTPUT DEPFILE

The pages are the Markdown files of docs, in the same folders, so that a link
holds in the tree and in the site.  Drawings are made from docs/guide/drawings
by DOT and from docs/messages; plots by plots.py, from the tables of figures in
the pages; the tables of trouble.md by troubles.py, from the sources and the
table that FAILURES prints.  REFERENCE is the folder of the element reference,
which becomes a part of the site.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import plots
import troubles

DOCS = os.path.join(troubles.ROOT, 'docs')
COPIED = ('*.md', '*.png', '*.svg', 'guide/*.md', 'guide/*.css', 'guide/*.png',
          'messages/*.md')
BODY = re.compile('<body[^>]*>')
BACK = '<p><a href="../index.html">Windows Media with GStreamer</a></p>'
VIEWPORT = '<meta name="viewport" content="width=device-width">'
GENERATED = '<!-- tables: made by troubles.py -->\n'

sys.path.insert(0, os.path.join(DOCS, 'messages'))
import draw  # noqa: E402  pylint: disable=wrong-import-position


def found(*patterns):
    """Files of docs, relative to it."""
    return sorted(os.path.relpath(path, DOCS) for pattern in patterns
                  for path in glob.glob(os.path.join(DOCS, pattern)))


def copy_pages(pages):
    for name in found(*COPIED):
        os.makedirs(os.path.dirname(os.path.join(pages, name)), exist_ok=True)
        shutil.copyfile(os.path.join(DOCS, name), os.path.join(pages, name))


def draw_graphs(dot, pages):
    for name in found('guide/drawings/*.dot'):
        stem = os.path.splitext(os.path.basename(name))[0]
        subprocess.run([dot, '-Tsvg', os.path.join(DOCS, name), '-o',
                        os.path.join(pages, 'guide', stem + '.svg')],
                       check=True)


def draw_messages(pages):
    """A picture of each course of messages, and a page with all of them."""
    scenarios = [draw.Scenario(os.path.join(DOCS, name))
                 for name in found('messages/*.txt')]
    page = os.path.join(pages, 'messages', 'README.md')
    with open(page, 'a', encoding='utf-8') as file:
        for scenario in scenarios:
            name = f'{scenario.name}.svg'
            with open(os.path.join(pages, 'messages', name), 'w',
                      encoding='utf-8') as picture:
                picture.write(draw.Picture(scenario).svg())
            file.write(f'\n## {scenario.title}\n\n{scenario.text}\n\n'
                       f'![{scenario.title}]({name})\n')


def fill_tables(failures, pages):
    """Puts the tables into trouble.md."""
    printed = subprocess.run([failures], check=True, stdout=subprocess.PIPE,
                             text=True).stdout
    path = os.path.join(pages, 'guide', 'trouble.md')
    with open(path, encoding='utf-8') as file:
        text = file.read()
    if GENERATED not in text:
        sys.exit(f'{path}: where do the tables go?')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text.replace(GENERATED, troubles.table(printed)))


def copy_reference(reference, folder):
    """With a way back to the guide, and as wide as a telephone; without the index
    for Devhelp, which has a place of its own."""
    shutil.copytree(reference, folder, ignore=shutil.ignore_patterns('*.devhelp2'))
    for path in glob.glob(os.path.join(folder, '*.html')):
        with open(path, encoding='utf-8') as file:
            text = file.read()
        text = text.replace('<head>', f'<head>\n{VIEWPORT}', 1)
        text = BODY.sub(fr'\g<0>\n{BACK}', text, count=1)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)


def write_depfile(output, depfile):
    """What the site is made of, for ninja."""
    made_of = [os.path.join(DOCS, name) for name in found(
        *COPIED, 'mkdocs.yml', 'guide/drawings/*.dot', 'guide/*.txt', 'guide/*.ini',
        'guide/*.py', 'messages/*.txt', 'messages/draw.py')]
    made_of += [os.path.join(troubles.ROOT, name)
                for name in ('po/POTFILES', *troubles.sources())]
    with open(depfile, 'w', encoding='utf-8') as file:
        file.write(f'{output}: {" ".join(made_of)}\n')


def main():
    mkdocs, dot, failures, reference, output, depfile = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        pages = os.path.join(folder, 'pages')
        copy_pages(pages)
        draw_graphs(dot, pages)
        draw_messages(pages)
        plots.write_all(os.path.join(pages, 'guide'))
        fill_tables(os.path.abspath(failures), pages)
        copy_reference(reference, os.path.join(pages, 'reference'))
        shutil.copy(os.path.join(DOCS, 'mkdocs.yml'), folder)
        subprocess.run([mkdocs, 'build', '--quiet', '--strict', '--config-file',
                        os.path.join(folder, 'mkdocs.yml'), '--site-dir',
                        os.path.abspath(output)], check=True)
    os.utime(output)
    write_depfile(output, depfile)


main()
