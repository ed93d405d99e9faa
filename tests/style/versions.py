#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One version and one date of it: meson.build, CHANGELOG.md, the packages, the metadata."""

import email.utils
import fnmatch
import re

import project

RELEASE = re.compile(r'^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$', re.M)
METADATA = re.compile(r'<release version="([^"]+)" date="([^"]+)"/>')
PACKAGED = re.compile(r'^\S+ \(([^)-]+)-[^)]+\).*?^ -- [^\n]*>  ([^\n]+)$', re.M | re.S)


def order(version):
    return [int(part) for part in version.split('.')]


def changelog_problems(releases):
    text = project.read('CHANGELOG.md')
    sections = re.findall(r'^## \[(.*?)\]', text, re.M)
    versions = [version for version, _ in releases]
    if sections != ['Unreleased', *versions]:
        yield 'CHANGELOG.md: the sections are not [Unreleased], then [X.Y.Z] - YYYY-MM-DD'
    if versions != sorted(versions, key=order, reverse=True):
        yield 'CHANGELOG.md: the newest version is not first'
    for kind in re.findall(r'^### (.*)$', text, re.M):
        if kind not in ('Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'):
            yield f'CHANGELOG.md: {kind} is none of the kinds of changes'


def said():
    """(file, version, date or None) of each place that says the newest version."""
    yield ('meson.build', re.search(r"^  version: '(.*?)'", project.read('meson.build'), re.M)[1], None)
    packaged = PACKAGED.search(project.read('packaging/debian/changelog'))
    date = email.utils.parsedate_to_datetime(packaged[2]).date().isoformat()
    yield ('packaging/debian/changelog', packaged[1], date)
    for path in fnmatch.filter(project.all_files(), 'packaging/metainfo/*.xml.in'):
        yield (path, *METADATA.search(project.read(path)).groups())


def main():
    releases = RELEASE.findall(project.read('CHANGELOG.md'))
    if not releases:
        project.finish(['CHANGELOG.md: no version'], 1)
    problems, places = list(changelog_problems(releases)), list(said())
    version, date = releases[0]
    for path, other, other_date in places:
        if other != version:
            problems.append(f'{path}: {other}, but CHANGELOG.md has {version}')
        if other_date not in (date, None):
            problems.append(f'{path}: {other_date}, but CHANGELOG.md has {date}')
    project.finish(problems, len(places))


main()
