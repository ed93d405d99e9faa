#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The documentation is a site whose links, pictures and anchors are there, the
element reference among them.

guide.py NINJA BUILD-FOLDER
"""

import glob
import html.parser
import os
import subprocess
import sys
import urllib.parse

import project

REFERENCE = 'reference/index.html'
LOADED = {'img': 'src', 'script': 'src', 'link': 'href'}


class Page(html.parser.HTMLParser):
    """What a page points at, and what in it can be pointed at."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loaded, self.names = [], [], set()
        with open(path, encoding='utf-8') as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.names.update(said[key] for key in ('id', 'name') if said.get(key))
        if tag == 'a' and said.get('href'):
            self.links.append(said['href'])
        if tag in LOADED and said.get(LOADED[tag]):
            self.loaded.append(said[LOADED[tag]])


def target(site, path, link):
    """The file that a link of the page at path leads to, and the anchor."""
    parts = urllib.parse.urlsplit(link)
    name = urllib.parse.unquote(parts.path)
    folder = site if name.startswith('/') else os.path.dirname(path)
    there = os.path.normpath(os.path.join(folder, name.lstrip('/')))
    return there if name else path, urllib.parse.unquote(parts.fragment)


def link_problems(site, pages):
    for path, page in pages.items():
        name = os.path.relpath(path, site)
        for link in page.loaded:
            if urllib.parse.urlsplit(link).netloc:
                yield f'{name}: loads {link} from elsewhere'
        for link in page.links + page.loaded:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            there, anchor = target(site, path, link)
            if os.path.isdir(there):
                there = os.path.join(there, 'index.html')
            if not os.path.exists(there):
                yield f'{name}: {link} leads nowhere'
            elif anchor and there in pages and \
                    anchor not in pages[there].names:
                yield f'{name}: there is no {link}'


def unlisted(site):
    """Pages of the tree that are not in the site."""
    for path in project.all_files():
        if path.startswith('docs/') and path.endswith('.md'):
            page = path.removeprefix('docs/').replace('README.md', 'index.html')
            if not os.path.exists(os.path.join(
                    site, page.replace('.md', '.html'))):
                yield f'{path}: is not in the site'


def unshown(site, pages):
    """Pictures that are made for nobody."""
    shown = {target(site, path, link)[0]
             for path, page in pages.items() for link in page.loaded}
    for path in glob.glob(os.path.join(site, 'guide', '*.svg')):
        if os.path.normpath(path) not in shown:
            yield f'{os.path.relpath(path, site)}: no page shows it'


def main():
    ninja, build = sys.argv[1:]
    run = subprocess.run([ninja, '-C', build, 'docs/guide'],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True)
    if run.returncode != 0:
        print(run.stdout)
        project.finish(['the site cannot be built'], 1)
    site = os.path.join(build, 'docs', 'guide')
    # 404.html has links that hold at the root of a server only
    pages = {path: Page(path) for path in glob.glob(
        os.path.join(site, '**', '*.html'), recursive=True)
        if not path.endswith('404.html')}
    problems = [*link_problems(site, pages), *unlisted(site),
                *unshown(site, pages)]
    if REFERENCE not in pages[os.path.join(site, 'index.html')].links:
        problems.append(f'index.html: does not lead to {REFERENCE}')
    links = sum(len(page.links) + len(page.loaded) for page in pages.values())
    project.finish(problems, links)


main()
