#!/usr/bin/env python3
"""A file over 500 lines is split. Those over 300 are named, so that somebody asks why."""

from common import files, finish, lines, root

ASK, SPLIT = 300, 500

findings = []
for folder in ("app", "core", "installer", "tests", "ui"):
    for path in files(root() / folder, ".h", ".cpp", ".py", ".sh", ".txt", ".cmake"):
        length = len(lines(path))
        if length > SPLIT:
            findings.append((path, length, f"has {length} lines: more than {SPLIT}, split it"))
        elif length > ASK:
            print(f"{path.relative_to(root())}: {length} lines: why more than {ASK}?")
finish(findings)
