#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The publishing point's unit.

pubunit.py UNIT PROGRAM
"""

import os
import sys
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import unitcase  # noqa: E402


class Unit(unitcase.UnitCase):
    UNIT, PROGRAM = map(os.path.abspath, sys.argv[1:3])
    NEEDED = {
        'Type': 'notify', 'Restart': 'on-failure', 'DynamicUser': 'yes', 'ProtectSystem': 'strict',
        'NoNewPrivileges': 'yes', 'CapabilityBoundingSet': '', 'MemoryDenyWriteExecute': 'yes',
        'StateDirectory': 'wms-pubpoint', 'ConfigurationDirectory': 'wms-pubpoint',
    }


unittest.main(argv=sys.argv[:1])
