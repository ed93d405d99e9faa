#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tests that docs/security.md names are there."""

import re

import project


def cases():
    """`file: case` of each test, as the page names them."""
    found = set()
    for name in project.all_files():
        if not name.startswith('tests/check/') or not name.endswith(('.c', '.py')):
            continue
        stem = name.split('/')[-1].rsplit('.', 1)[0]
        pattern = r'GST_START_TEST \((\w+)\)' if name.endswith('.c') else r'def (test_\w+)'
        found.update(f'{stem}: {case}' for case in re.findall(pattern, project.read(name)))
    return found


def main():
    named = re.findall(r'`(\w+: test_\w+)`', project.read('docs/security.md'))
    there = cases()
    project.finish([f'docs/security.md: there is no test {test}'
                    for test in sorted(set(named) - there)], len(named))


main()
