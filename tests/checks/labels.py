#!/usr/bin/env python3
"""The six labels stand above each public class of core, in their order, and each in a line of its own everywhere."""

import re

from common import files, finish, lines, root

LABELS = ["Path", "Shape", "Units", "Errors", "Thread", "Source"]
CLASS = re.compile(r"^(class|struct)\s+(?:SOCKSCOPE_\w+\s+)?(\w+)[^;]*$")
LABEL = re.compile(r"^ \*  (\w+) ")
WRAPPED = re.compile(r"^ \* \S")

findings = []
for path in files(root() / "core", ".h") + files(root() / "ui", ".h") + files(root() / "app", ".h"):
    if path.name.endswith("_p.h"):
        continue
    isCore = (root() / "core") in path.parents
    comment, labels = None, []
    for number, line in lines(path):
        if line.startswith("/*!"):
            comment, labels = number, []
        elif comment is not None and (label := LABEL.match(line)) and label.group(1) in LABELS:
            labels.append(label.group(1))
        elif comment is not None and WRAPPED.match(line):
            findings.append((path, number, "a label's text goes on in the column where it began, not at the margin"))
        elif match := CLASS.match(line):
            kind, name = match.groups()
            # A struct with nothing but fields says what it is in one line; once it has the long comment, it has it all.
            if (kind == "class" and isCore or comment is not None) and labels != LABELS:
                missing = [each for each in LABELS if each not in labels]
                what = "lacks " + ", ".join(missing) if missing else "has its labels out of order"
                findings.append((path, number, f"the comment above {kind} {name} {what}"))
            comment, labels = None, []
        elif comment is not None and line and not line.startswith((" *", "template", "Q_", "//")):
            comment, labels = None, []
finish(findings)
