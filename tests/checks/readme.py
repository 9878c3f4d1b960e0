#!/usr/bin/env python3
"""The example in README.md is the one that the package test builds, word for word."""

import re

from common import finish, root

readme, example = root() / "README.md", root() / "tests" / "package" / "embed.cpp"
blocks = re.findall(r"^```cpp\n(.*?)^```", readme.read_text(encoding="utf-8"), re.M | re.S)
same = example.read_text(encoding="utf-8") in blocks
finish([] if same else [(readme, 1, f"no ```cpp block is tests/package/{example.name}")])
