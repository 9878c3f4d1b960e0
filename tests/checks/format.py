#!/usr/bin/env python3
"""Every C++ file is as clang-format 14 leaves it with the .clang-format at the root."""

import shutil
import subprocess
import sys

from common import files, root

program = shutil.which("clang-format-14")
if not program:
    sys.exit("clang-format-14 is missing: apt-get install clang-format-14")
sources = [path for folder in ("app", "core", "tests", "ui") for path in files(root() / folder, ".h", ".cpp")]
style = f"--style=file:{root() / '.clang-format'}"
sys.exit(subprocess.run([program, style, "--dry-run", "-Werror", *sources]).returncode if sources else 0)
