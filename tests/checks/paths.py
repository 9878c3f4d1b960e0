#!/usr/bin/env python3
"""No file names a place of one machine: somebody's home, a temporary or working folder."""

import re

from common import files, finish, lines, root

PLACES = re.compile(r"(?<![\w.)}~-])/(?:home/\w|root/\w|tmp/\w|work/\w|Users/\w|mnt/\w|workspace)")

findings = []
for path in files(root()):
    for number, line in lines(path):
        if (match := PLACES.search(line)) and path.suffix not in (".qm", ".ts"):
            findings.append((path, number, f"names a place of one machine: {line[match.start():][:40]}"))
finish(findings)
