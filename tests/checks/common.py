"""What the checks share: which files there are, and how a finding is told."""

import pathlib
import sys

SKIPPED = {".git", ".cache", "__pycache__", ".venv"}


def root():
    """The project's folder, or the one that the command line names: the checks are tested on small trees."""
    return pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()


def files(base, *suffixes):
    """All of ours below base with one of the suffixes (any when none is given), sorted, without what a build made."""
    found = []
    for path in sorted(base.iterdir()) if base.is_dir() else []:
        if path.name in SKIPPED or path.is_symlink():
            continue
        if path.is_dir():
            if not (path.name.startswith("build") and path.parent == root()):
                found += files(path, *suffixes)
        elif not suffixes or path.suffix in suffixes:
            found.append(path)
    return found


def lines(path):
    """Pairs of line number and text; a file that is not text has none."""
    try:
        return list(enumerate(path.read_text(encoding="utf-8").splitlines(), 1))
    except UnicodeDecodeError:
        return []


def finish(findings):
    """Tells every finding as path:line: text and ends with 1, or says nothing and ends with 0."""
    for path, number, text in findings:
        print(f"{path.relative_to(root())}:{number}: {text}")
    sys.exit(1 if findings else 0)
