#!/usr/bin/env python3
"""Who may include whom: the arrows of the design, checked on every #include of core, ui and app."""

import re

from common import files, finish, lines, root

STAGES = ("framing", "codec", "transport", "hooks", "dispatch", "peers", "time", "types", "tap", "store", "filter", "project",
          "protocol", "compose", "simulate", "impair", "script")
# Beside the path of a message: what is taken from it is kept in the store, a filter reads the store, a project file says
# which sockets and message types there are, makes their codecs and says how fast messages repeat, and a described protocol makes codecs.
BESIDE = {"tap": ["core/store/"], "filter": ["core/store/", "core/codec/"], "project": ["core/sockspec.h", "core/protocol/", "core/codec/",
          "core/compose/sendpace.h"], "protocol": ["core/codec/"], "compose": ["core/codec/"], "impair": ["core/filter/"]}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
QT_MODULE = re.compile(r"^(Qt[A-Z]\w*)/")
LINKS = {  # target: what its target_link_libraries may name
    "SockScopeCore": {"Qt6::Core", "Qt6::Network"},
    "SockScopeScript": {"SockScope::Core", "Qt6::Qml"},
    "SockScopeModels": {"SockScope::Core", "Qt6::Core"},
    "SockScopeUi": {"SockScope::Models", "SockScope::Core", "Qt6::Core", "Qt6::Gui", "Qt6::Widgets", "Qt6::Svg"},
}


def allowed(folder, name):
    """The prefixes that a file in folder (parts below the root) may include, and the Qt modules."""
    core_qt = {"QtCore", "QtNetwork"}
    if folder[0] == "core":
        if len(folder) == 1 or (folder[1] == "tap" and name.startswith("sockmonitor")) or folder[1] in ("simulate", "script"):
            return ["core/"], core_qt
        own = ["core/types/", "core/time/", f"core/{folder[1]}/"]
        return own + BESIDE.get(folder[1], []), core_qt
    if folder[:2] == ("ui", "models"):
        return ["core/", "ui/models/"], {"QtCore"}
    if folder[0] == "ui":
        return ["core/", "ui/"], core_qt | {"QtGui", "QtWidgets", "QtSvg"}
    return ["core/", "ui/", "app/"], core_qt | {"QtGui", "QtWidgets", "QtSvg"}


def check_includes(findings):
    for path in files(root() / "core", ".h", ".cpp") + files(root() / "ui", ".h", ".cpp") + files(root() / "app", ".h", ".cpp"):
        folder = path.relative_to(root()).parent.parts
        prefixes, modules = allowed(folder, path.name)
        if folder[0] == "core" and len(folder) > 1 and folder[1] not in STAGES:
            findings.append((path, 1, f"core/{folder[1]} is no stage that tests/checks/layering.py knows"))
        for number, line in lines(path):
            match = INCLUDE.match(line)
            if not match:
                continue
            quote, target = match.groups()
            module = QT_MODULE.match(target)
            if quote == "<":
                if module and module.group(1) not in modules:
                    findings.append((path, number, f"{'/'.join(folder)} may not use {module.group(1)}"))
                elif target.startswith("msgpack") and folder[:2] != ("core", "codec"):
                    findings.append((path, number, "only core/codec knows MessagePack's library"))
            elif target.endswith(".moc") or target.startswith("moc_"):
                continue
            elif not (root() / target).is_file():
                findings.append((path, number, f'"{target}" is not a path from the root of the project'))
            elif not any(target.startswith(prefix) for prefix in prefixes):
                findings.append((path, number, f"{'/'.join(folder)} may not include {target}"))
            elif target.endswith("_p.h") and path.suffix == ".h" and not path.name.endswith("_p.h"):
                findings.append((path, number, f"a public header may not include the private {target}"))


def check_links(findings):
    for folder in ("core", "ui"):
        path = root() / folder / "CMakeLists.txt"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        for match in re.finditer(r"target_link_libraries\(\s*(\w+)([^)]*)\)", text):
            target, names = match.groups()
            for name in re.findall(r"\b(?:Qt6|SockScope)::\w+", names):
                if target in LINKS and name not in LINKS[target]:
                    number = text.count("\n", 0, match.start()) + 1
                    findings.append((path, number, f"{target} may not link {name}"))


found = []
check_includes(found)
check_links(found)
finish(found)
