#!/usr/bin/env python3
"""Each test class fails on warnings, and no test waits for a fixed time.

A test that has to block (a handler that holds the loop, say) says so on the line: // blocks on purpose
"""

import re

from common import files, finish, lines, root

WAITS = re.compile(
    r"\b(qWait|qSleep|sleep_for|sleep_until|usleep|nanosleep|QThread::(?:m|u)?sleep|time\.sleep)\s*\(|(?<![\w.:>])sleep\s*\("
)
INIT = re.compile(r"void\s+(?:\w+::)?init\(\)\s*(?:override\s*)?\{[^}]*\bfailOnWarnings\(\)", re.S)

findings = []
for path in files(root() / "tests", ".h", ".cpp", ".py"):
    if (root() / "tests" / "checks") in path.parents or (root() / "tests" / "bench") in path.parents:
        continue
    for number, line in lines(path):
        if WAITS.search(line) and "on purpose" not in line:
            findings.append((path, number, "a fixed wait: use QTRY_…, QSignalSpy::wait or ManualClock"))
    if path.suffix == ".cpp" and path.name.startswith("test_"):
        text = path.read_text(encoding="utf-8")
        if not re.search(r"^QTEST_\w*MAIN\(", text, re.M):
            findings.append((path, 1, "has no QTEST_…MAIN"))
        if not INIT.search(text):
            findings.append((path, 1, "has no init() that calls SockScope::Test::failOnWarnings()"))
        if not re.search(r"\bQ(VERIFY|COMPARE|TRY_|FAIL)", text):
            findings.append((path, 1, "verifies nothing"))
finish(findings)
