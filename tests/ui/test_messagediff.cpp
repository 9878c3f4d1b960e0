#include "ui/models/messagediff.h"

#include <QTest>

#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestMessageDiff : public QObject
{
    Q_OBJECT

private:
    static ComparedField compare(const QByteArray &before, const QByteArray &after, qsizetype maximumNodes = 10000)
    {
        const auto codec = makeCodec(u"json");
        const FieldNode left = codec->fields(before, maximumNodes);
        const FieldNode right = codec->fields(after, maximumNodes);
        return compareFields({left, before}, {right, after});
    }
    static void write(const ComparedField &field, const QString &path, QStringList &lines)
    {
        const QString name = path + u'/' + field.field.key;
        for (const ComparedField &child : field.children)
            write(child, name, lines);
        if (!field.children.empty())
            return;
        switch (field.change) {
        case FieldChange::Same:
            return;
        case FieldChange::Changed:
            lines.append(u"%1: %2 -> %3"_s.arg(name, field.was, field.field.value));
            return;
        case FieldChange::Added:
            lines.append(u"%1: + %2"_s.arg(name, field.field.value));
            return;
        case FieldChange::Removed:
            lines.append(u"%1: - %2"_s.arg(name, field.was));
            return;
        }
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void fields_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QStringList>("changes");
        const auto row = [](const char *name, const char *before, const char *after, const QStringList &changes) {
            QTest::newRow(name) << QByteArray(before) << QByteArray(after) << changes;
        };
        row("the same", R"(["move",{"x":1}])", R"(["move",{"x":1}])", {});
        row("other blanks", R"(["move",{"x":1}])", R"( [ "move", {"x" : 1} ])", {});
        row("a value", R"(["move",{"x":1,"y":2}])", R"(["move",{"x":1,"y":3}])", {u"//data/y: 2 -> 3"_s});
        row("nested", R"([1,{"pos":{"x":1.5}}])", R"([1,{"pos":{"x":2.5}}])", {u"//data/pos/x: 1.5 -> 2.5"_s});
        row("another kind", R"([1,{"x":1}])", R"([1,{"x":"1"}])", {u"//data/x: 1 -> \"1\""_s});
        row("added and removed", R"([1,{"a":1,"b":2}])", R"([1,{"b":2,"c":3}])",
            {u"//data/c: + 3"_s, u"//data/a: - 1"_s});
        row("in another order", R"([1,{"a":1,"b":2}])", R"([1,{"b":2,"a":1}])", {});
        row("an element put in", R"([1,[1,2,3]])", R"([1,[1,9,2,3]])", {u"//data/[1]: + 9"_s});
        row("an element taken out", R"([1,[1,9,2,3]])", R"([1,[1,2,3]])", {u"//data/[1]: - 9"_s});
        row("an element changed", R"([1,[1,2,3]])", R"([1,[1,5,3]])", {u"//data/[1]: 2 -> 5"_s});
        row("in an element of a list", R"([1,[{"x":1},{"x":2}]])", R"([1,[{"x":1},{"x":3}]])",
            {u"//data/[1]/x: 2 -> 3"_s});
        row("a map becomes a number", R"([1,{"p":{"x":1}}])", R"([1,{"p":7}])", {u"//data/p/x: - 1"_s});
        row("a number becomes a list", R"([1,{"p":7}])", R"([1,{"p":[8]}])", {u"//data/p/[0]: + 8"_s});
        row("an empty list fills", R"([1,{"p":[]}])", R"([1,{"p":[8]}])", {u"//data/p/[0]: + 8"_s});
        row("a key twice", R"([1,{"a":1,"a":2}])", R"([1,{"a":1,"a":3}])", {u"//data/a: 2 -> 3"_s});
        row("a type", R"(["move",1])", R"(["stop",1])", {u"//type: \"move\" -> \"stop\""_s});
        row("not a message", R"({"a":1})", R"({"a":2})", {u"//a: 1 -> 2"_s});
        row("nothing before", "", "[1,2]", {u"//type: + 1"_s, u"//data: + 2"_s});
    }
    void fields()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QStringList, changes);
        const ComparedField root = compare(before, after);
        QStringList lines;
        write(root, {}, lines);
        if (QByteArray(QTest::currentDataTag()) == "nothing before")
            lines.removeIf([](const QString &line) { return line.contains(u": - "_s); });
        QCOMPARE(lines, changes);
        QCOMPARE(root.change == FieldChange::Same, changes.isEmpty());
    }

    void bothPlacesAreKnown()
    {
        const QByteArray before = R"([1,{"x":1,"y":2}])";
        const QByteArray after = R"([1,{"y":22}])";
        const ComparedField root = compare(before, after);
        const ComparedField &data = root.children.at(1);
        const ComparedField &y = data.children.at(0);
        QCOMPARE(after.mid(y.field.offset, y.field.length), QByteArray("22"));
        QCOMPARE(before.mid(y.wasOffset, y.wasLength), QByteArray("2"));
        const ComparedField &x = data.children.at(1);
        QCOMPARE(x.change, FieldChange::Removed);
        QCOMPARE(x.field.offset, -1);
        QCOMPARE(before.mid(x.wasOffset, x.wasLength), QByteArray("1"));
        QCOMPARE(root.changes(), 2);
    }

    void theEndOfALongTextCounts()
    {
        const QByteArray text(500, 't');
        const ComparedField root = compare("[1,\"" + text + "a\"]", "[1,\"" + text + "b\"]");
        QCOMPARE(root.children.at(1).field.value, root.children.at(1).was); // they look alike …
        QCOMPARE(root.children.at(1).change, FieldChange::Changed);         // … and are not
        QCOMPARE(root.changes(), 1);
    }

    void whatIsLeftOutIsSaid()
    {
        const QByteArray before = "[1,[1,2,3,4,5,6,7,8,9]]";
        const QByteArray after = "[1,[1,2,3,4,5,6,7,8,0]]";
        const ComparedField root = compare(before, after, 6);
        const ComparedField &note = root.children.back();
        QCOMPARE(note.field.kind, u"note"_s);
        QVERIFY2(note.field.value.contains(u"not compared"_s), qPrintable(note.field.value));
    }
};

QTEST_GUILESS_MAIN(TestMessageDiff)
#include "test_messagediff.moc"
