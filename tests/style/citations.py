#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What comments and documents cite of docs is there (docs/design.md).

"rules, 6.2" is a section of asf-rules.md, "NAME.md, Heading" a heading,
"NAME.md, C24" or "NAME.md, decision 3" a row or an item, and a name of one
word has to stand in that document.
"""

import os
import re

import project

CITATION = re.compile(r'\b([a-z-]+\.md)`?, "?((?:decision )?\[?[\w-]+)')
RULES = re.compile(r'\b[Rr]ules, (\d+(?:\.\d+)?)')
JOINED = re.compile(r'\n[ #*]*')


def documents():
    """The text of each document by its name without folders."""
    return {os.path.basename(f): project.read(f)
            for f in project.all_files()
            if f.startswith('docs/') and f.endswith('.md')}


def is_in(document, cited, rest):
    """Whether a document has what is cited; rest is how the text goes on."""
    if cited.startswith('decision '):
        return re.search(rf'^{cited.split()[1]}\. ', document, re.M)
    if re.fullmatch(r'[CS]\d+', cited):
        return f'| {cited} |' in document
    headings = re.findall(r'^#+ (.*)', document, re.M)
    return any(rest.startswith(heading) for heading in headings) or \
        f'{cited}`' in document


def problems_of(path, docs):
    text = JOINED.sub(' ', project.read(path))
    for found in RULES.finditer(text):
        if not re.search(rf'^#+ {re.escape(found[1])}\.? ',
                         docs['asf-rules.md'], re.M):
            yield f'{path}: asf-rules.md has no {found[1]}'
    for found in CITATION.finditer(text):
        name, cited = found.groups()
        if name not in docs:
            yield f'{path}: there is no {name}'
        elif not is_in(docs[name], cited, text[found.start(2):]):
            yield f'{path}: {name} has no "{cited} ..."'


def main():
    docs = documents()
    files = project.sources('.c', '.h', '.py', '.build',
                            under=('gst', 'tools', 'tests', 'docs'))
    files += [f for f in project.all_files() if f.endswith('.md')]
    files = [f for f in files if f != 'tests/style/citations.py']
    problems = [p for f in files for p in problems_of(f, docs)]
    project.finish(problems, len(files))


main()
