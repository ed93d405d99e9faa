#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts the cases of a "meson test" run and lists what failed.

summary.py [--strict] LOG.json STATUS, STATUS being meson's exit code.  A
program that reports its cases (tests/count-cases) counts case by case, any
other as one.  With --strict a skipped case is a failure.
"""

import json
import re
import sys

CASE = re.compile(r'^case: (not )?ok \d+ - (.*)$', re.M)
SKIP = re.compile(r'^(?:# )?SKIP\b:? *(.*)$', re.M)
BAD_RESULTS = ('FAIL', 'ERROR', 'TIMEOUT', 'INTERRUPT', 'UNEXPECTEDPASS')


class Counts:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def add(self, test):
        """Takes in one record of meson's log."""
        name, result = test['name'], test['result']
        output = test.get('stdout', '') + test.get('stderr', '')
        cases = CASE.findall(output)
        skipped = SKIP.findall(output)
        bad = [text for failed, text in cases if failed]
        if result == 'SKIP':
            self.skipped.append(f'{name}: {"; ".join(skipped) or "skipped"}')
            return
        if result in BAD_RESULTS and not bad:
            bad = [result.lower()]
            cases = cases or [('not ', '')]
        self.failed += [f'{name}: {text}' for text in bad]
        self.skipped += [f'{name}: {text}' for text in skipped]
        good = sum(1 for failed, _ in cases if not failed) if cases else 1
        self.passed += max(good - len(skipped), 0)


def read(path):
    counts = Counts()
    with open(path, encoding='utf-8') as log:
        for line in log:
            counts.add(json.loads(line))
    return counts


def main(arguments):
    strict = '--strict' in arguments
    path, status = [a for a in arguments if a != '--strict']
    try:
        counts = read(path)
    except OSError as error:
        counts = Counts()
        counts.failed.append(f'no test ran: {error}')
    if int(status) != 0 and not counts.failed:
        counts.failed.append(f'meson test ended with {status}')
    if strict:
        counts.failed += [f'skipped {text}' for text in counts.skipped]
        counts.skipped = []
    for text in counts.skipped:
        print(f'SKIPPED {text}')
    for text in counts.failed:
        print(f'FAILED {text}')
    if counts.failed:
        print(f'The log is {path[:-len(".json")]}.txt')
    print(f'{counts.passed} passed, {len(counts.failed)} failed, '
          f'{len(counts.skipped)} skipped')
    return 1 if counts.failed or counts.passed == 0 else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
