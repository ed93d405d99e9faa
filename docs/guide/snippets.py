# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands and programs that README.md and the documents show.

A block is fenced, or indented, which is a shell's.  In front of a fenced one a
comment `<!-- needs: WHAT -->` says what a reader has to bring.
"""

import glob
import os
import re
from collections import namedtuple

FENCE = re.compile(r'^```(\w*)$')
NEEDS = re.compile(r'^<!-- needs: (.*) -->$')
INLINE = re.compile(r'`(apt-get install [^`]+)`')

# `lines` are (number, text), without what continues one on the next
Block = namedtuple('Block', 'kind needs lines')


def documents(root):
    """README.md and the Markdown files of docs."""
    return ['README.md', *sorted(
        os.path.join('docs', name) for name in
        glob.glob('**/*.md', root_dir=os.path.join(root, 'docs'), recursive=True))]


def joined(lines):
    """Lines of a shell's, continued ones as one."""
    line, start = '', 0
    for number, text in lines:
        start = start or number
        line += text
        if line.endswith('\\'):
            line = line[:-1]
            continue
        yield start, line.strip()
        line, start = '', 0


def finished(kind, needs, lines):
    is_shell = kind in ('', 'sh', 'bash')
    return Block(kind, needs, list(joined(lines)) if is_shell else lines)


def inline(paragraph):
    """Commands in the midst of a text."""
    text = '\n'.join(line for _, line in paragraph)
    for found in INLINE.finditer(text):
        number = paragraph[0][0] + text.count('\n', 0, found.start())
        yield Block('text', '', [(number, ' '.join(found[1].split()))])


def blocks(path):
    """The blocks of a document in its order, and commands within its text."""
    with open(path, encoding='utf-8') as file:
        texts = list(enumerate(file.read().split('\n'), 1))
    kind = None
    needs, lines, paragraph = '', [], []
    for number, text in texts:
        fence = FENCE.match(text)
        is_code = kind is not None or text.startswith('    ')
        if lines and kind is None and not is_code:
            yield finished('', '', lines)
            lines = []
        if fence and kind is None:
            kind = fence[1]
        elif fence:
            yield finished(kind, needs, lines)
            kind, needs, lines = None, '', []
        elif is_code:
            lines.append((number, text))
        elif NEEDS.match(text):
            needs = NEEDS.match(text)[1]
        elif text:
            paragraph.append((number, text))
            continue
        if paragraph:
            yield from inline(paragraph)
            paragraph = []
