#!/usr/bin/env python3
"""The checks find what they are there for: each is run on a tree with one fault, and on the same tree without it."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
LABELS = "/*! A thing.\n *  Path    a\n *  Shape   b\n *  Units   c\n *  Errors  d\n *  Thread  e\n *  Source  f\n */\n"
TEST = "void init() { SockScope::Test::failOnWarnings(); }\nQVERIFY(x);\nQTEST_GUILESS_MAIN(T)\n"


def run(check, tree):
    """Status and text of a check on a tree of {path: text}."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in tree.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, HERE / f"{check}.py", folder], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Checks(unittest.TestCase):
    def accepts(self, check, tree):
        status, text = run(check, tree)
        self.assertEqual(status, 0, text)

    def refuses(self, check, tree, *words):
        status, text = run(check, tree)
        self.assertEqual(status, 1, text)
        for word in words:
            self.assertIn(word, text)

    def test_layering_stages(self):
        tree = {"core/types/a.h": "", "core/codec/c.h": "", "core/framing/f.h": '#include "core/types/a.h"\n'}
        self.accepts("layering", tree)
        tree["core/framing/f.h"] += '#include "core/codec/c.h"\n'
        self.refuses("layering", tree, "core/framing/f.h:2:", "core/codec/c.h")

    def test_layering_knows_nothing_above(self):
        tree = {"ui/models/m.h": "", "ui/views/v.h": "", "app/a.h": "", "core/basesock.h": ""}
        self.refuses("layering", tree | {"core/basesock.h": '#include "ui/models/m.h"\n'}, "core/basesock.h:1:")
        self.refuses("layering", tree | {"ui/models/m.h": '#include "ui/views/v.h"\n'}, "ui/models/m.h:1:")
        self.refuses("layering", tree | {"ui/views/v.h": '#include "app/a.h"\n'}, "ui/views/v.h:1:")
        self.accepts("layering", tree | {"app/a.h": '#include "ui/views/v.h"\n#include "core/basesock.h"\n'})

    def test_layering_monitor_and_facade_know_stages(self):
        stages = {"core/tap/t.h": "", "core/dispatch/d.h": ""}
        use = '#include "core/dispatch/d.h"\n'
        self.accepts("layering", stages | {"core/tap/sockmonitor.h": use, "core/basesock.cpp": use})
        self.refuses("layering", stages | {"core/tap/recorder.h": use}, "core/tap/recorder.h:1:")

    def test_layering_modules_and_paths(self):
        self.refuses("layering", {"core/types/a.h": "#include <QtGui/QColor>\n"}, "QtGui")
        self.refuses("layering", {"core/types/a.h": "#include <msgpack.hpp>\n"}, "MessagePack")
        self.refuses("layering", {"core/types/a.h": "", "core/types/b.h": '#include "a.h"\n'}, "path from the root")
        self.refuses("layering", {"core/a_p.h": "", "core/b.h": '#include "core/a_p.h"\n'}, "private")
        self.refuses("layering", {"core/extra/a.h": ""}, "no stage")

    def test_layering_links(self):
        link = "target_link_libraries(SockScopeModels PUBLIC SockScope::Core Qt6::Core{})\n"
        self.accepts("layering", {"ui/CMakeLists.txt": link.format("")})
        self.refuses("layering", {"ui/CMakeLists.txt": link.format(" Qt6::Gui")}, "Qt6::Gui")

    def test_labels(self):
        self.accepts("labels", {"core/a.h": LABELS + "class A\n{\n};\nclass B;\nstruct C\n{\n};\n"})
        self.accepts("labels", {"core/a.h": LABELS + "template <typename T>\nclass A : public B\n{\n};\n"})
        self.refuses("labels", {"core/a.h": "class A\n{\n};\n"}, "class A lacks Path")
        self.refuses("labels", {"core/a.h": LABELS.replace(" *  Units   c\n", "") + "struct A\n{\n};\n"}, "lacks Units")
        self.refuses("labels", {"core/a.h": LABELS.replace(" *  Units", " * b\n *  Units") + "class A\n{\n};\n"}, "margin")
        self.refuses("labels", {"core/a.h": LABELS + "int x;\nclass A\n{\n};\n"}, "class A lacks")

    def test_lengths(self):
        self.accepts("lengths", {"core/a.cpp": "\n" * 500})
        self.refuses("lengths", {"core/a.cpp": "\n" * 501}, "501 lines")

    def test_testrules(self):
        path = "tests/unit/a/test_a.cpp"
        self.accepts("testrules", {path: TEST})
        self.accepts("testrules", {path: TEST + "QThread::msleep(9); // blocks on purpose\n"})
        for wait in ("QTest::qWait(5);", "QThread::msleep(5);", "std::this_thread::sleep_for(1s);", "  sleep(1);"):
            self.refuses("testrules", {path: TEST + wait + "\n"}, "fixed wait")
        self.refuses("testrules", {"tests/peer.py": "time.sleep(1)\n"}, "fixed wait")
        self.refuses("testrules", {path: TEST.replace("failOnWarnings", "other")}, "failOnWarnings")
        self.refuses("testrules", {path: TEST.replace("QVERIFY", "use")}, "verifies nothing")

    def test_paths(self):
        self.accepts("paths", {"README.md": "see network/work/a and https://example.org/home/a and ~/tmp/x\n"})
        for place in ("home/someone/x", "tmp/x", "root/x", "work/x"):
            self.refuses("paths", {"README.md": f"in /{place}\n"}, "README.md:1:")
        self.accepts("paths", {"build/CMakeCache.txt": "/" + "home/someone\n"})

    def test_format(self):
        style = {".clang-format": "BasedOnStyle: LLVM\n"}
        self.accepts("format", style | {"core/a.cpp": "int x = 1;\n"})
        self.refuses("format", style | {"core/a.cpp": "int   x=1;\n"}, "clang-format")

    def test_readme(self):
        tree = {"tests/package/embed.cpp": "int main() {}\n"}
        self.accepts("readme", tree | {"README.md": "```cpp\nint main() {}\n```\n"})
        self.refuses("readme", tree | {"README.md": "```cpp\nint main() { }\n```\n"}, "embed.cpp")


unittest.main(argv=sys.argv[:1])
