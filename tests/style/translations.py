#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""No text is missing from po/: files in POTFILES, texts in each language.

First it is seen that faults planted in a catalogue are found.
"""

import os
import re
import subprocess
import sys
import tempfile

import project

MARKED = re.compile(r'\b(?:_|N_|Q_|C_|NC_|n?gettext|g_dn?gettext|g_dpgettext2?)'
                    r' *\(\s*(?:"|[A-Z])')
KEYWORDS = ['_', 'N_', 'Q_:1g', 'C_:1c,2', 'NC_:1c,2', 'ngettext:1,2',
            'g_dcgettext:2', 'g_dngettext:2,3', 'g_dpgettext2:2c,3']
# A person reads the first text of an element message.
MESSAGE = re.compile(
    r'GST_ELEMENT_(?:ERROR|WARNING|INFO)(?:_WITH_DETAILS)? *\('
    r'\s*[^,]+,\s*\w+,\s*\w+,\s*\((\s*"[^"%]+")')


# xgettext does not know GLib's macros and cuts the text there.
CUT = re.compile(r'\b(?:_|N_) *\(\s*(?:"[^"]*"\s*)+[A-Z_]+')
# The application's domain, not ours: _() is for this.
OTHER_DOMAIN = re.compile(r'(?<!\w)gettext *\(')


def listed(name):
    lines = project.read(f'po/{name}').split('\n')
    return [line.strip() for line in lines
            if line.strip() and not line.startswith('#')]


def potfiles_problems():
    """Files with texts and POTFILES are the same list."""
    files = listed('POTFILES')
    marked = [f for f in project.sources('.c', '.h', under=('gst', 'tools'))
              if MARKED.search(project.read(f))]
    # of these gettext knows the elements with texts
    marked += project.sources('.metainfo.xml.in', under=('packaging',))
    yield from (f'po/POTFILES: {f} is missing' for f in marked
                if f not in files)
    yield from (f'po/POTFILES: {f} has no text' for f in files
                if f not in marked)
    if files != sorted(files):
        yield 'po/POTFILES: not in order'


def message_problems():
    """Element messages whose first text is not marked for translation."""
    for path in project.sources('.c', under=('gst',)):
        for text in MESSAGE.findall(project.read(path)):
            yield f'{path}: {text.strip()} is shown, but not translated'


def marking_problems():
    """Marks that do not do what they look like."""
    for path in project.sources('.c', '.h', under=('gst', 'tools')):
        text = project.read(path)
        for found in CUT.findall(text):
            yield f'{path}: a macro in a translated text: {" ".join(found.split())}'
        for _ in OTHER_DOMAIN.findall(text):
            yield f'{path}: gettext(): write _(), which knows the domain'


def write_template(path):
    subprocess.run(
        ['xgettext', '--from-code=UTF-8', '--add-comments', '--output', path,
         *(f'--keyword={k}' for k in KEYWORDS), '--flag=g_strdup_printf:1:c-format',
         *listed('POTFILES')], cwd=project.ROOT, check=True)


def texts(path, *options):
    """The texts of a catalogue that msgattrib selects with these options."""
    output = subprocess.run(['msgattrib', '--no-wrap', *options, path],
                            check=True, stdout=subprocess.PIPE,
                            text=True).stdout
    return [line for line in output.splitlines()
            if line.startswith(('msgid "', '#~ msgid "'))
            and line != 'msgid ""']


def language_problems(language, catalogue, template, folder):
    merged = os.path.join(folder, f'{language}.po')
    subprocess.run(['msgmerge', '--quiet', '--no-wrap', '-o', merged,
                    catalogue, template], check=True)
    for what in ('untranslated', 'only-fuzzy', 'only-obsolete'):
        options = [f'--{what}', '--no-obsolete']
        if what == 'only-obsolete':
            options = [f'--{what}']
        yield from (f'po/{language}.po: {what}: {text}'
                    for text in texts(merged, *options))
    # merged: what has formats the sources say, not the catalogue
    for path in (merged, catalogue):
        check = subprocess.run(['msgfmt', '--check', '-o', os.devnull, path],
                               stderr=subprocess.PIPE, text=True)
        if check.returncode != 0:
            yield f'po/{language}.po: {check.stderr}'


# A text of the catalogue, what is planted in it, what has to be found.
ENTRY = re.compile(r'(?<=\n\n)(?:#.*\n)*msgid "([^%"]+)"\nmsgstr "([^%"]+)"\n')
FORMAT = re.compile(r'#, c-format\n(msgid "[^"]*%s[^"]*"\nmsgstr "[^"]*)%s')
FAULTS = (
    ('untranslated', ENTRY, r'msgid "\1"\nmsgstr ""\n', 'untranslated'),
    ('missing', ENTRY, '', 'untranslated'),
    ('fuzzy', ENTRY, r'#, fuzzy\nmsgid "\1"\nmsgstr "\2"\n', 'only-fuzzy'),
    ('stale', ENTRY, r'\g<0>\nmsgid "Nobody says that."\nmsgstr "\2"\n',
     'only-obsolete'),
    ('mismatched', FORMAT, r'#, c-format\n\1%d', 'msgfmt'),
    ('mismatched and not marked', FORMAT, r'\1%d', 'only-fuzzy'),
)


def self_test(language, template, folder):
    """Faults that are not found."""
    text = project.read(f'po/{language}.po')
    for name, wanted, planted, told in FAULTS:
        faulty, number = wanted.subn(planted, text, count=1)
        path = os.path.join(folder, 'faulty.po')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(faulty)
        found = list(language_problems(language, path, template, folder))
        if number != 1 or not any(told in problem for problem in found):
            yield f'self-test: a text that is {name} is not found: {found}'


def main():
    project.need_tool('xgettext')
    # whose package says which texts of the metadata are translated
    project.need_tool('appstreamcli')
    problems = [*potfiles_problems(), *message_problems(),
                *marking_problems()]
    with tempfile.TemporaryDirectory() as folder:
        template = os.path.join(folder, 'all.pot')
        write_template(template)
        checked = len(texts(template))
        for language in listed('LINGUAS'):
            problems += self_test(language, template, folder)
            problems += language_problems(
                language, os.path.join(project.ROOT, 'po', f'{language}.po'),
                template, folder)
    project.finish(problems, checked)


if __name__ == '__main__':
    sys.exit(main())
