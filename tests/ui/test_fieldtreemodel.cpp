#include "ui/models/fieldtreemodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "support/testmain.h"
#include "ui/models/byteinterpretation.h"
#include "ui/models/roles.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestFieldTreeModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void tree()
    {
        FieldTreeModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.rowCount(), 0);
        QVERIFY(!model.indexForOffset(0).isValid());
        FieldNode x{u"x"_s, u"double"_s, u"12.5"_s, 5, 4, {}};
        FieldNode y{u"y"_s, u"double"_s, u"1"_s, 10, 1, {}};
        FieldNode unknown{u"note"_s, u"note"_s, u"2 left out"_s, -1, 0, {FieldNode{u"z"_s, u"text"_s, {}, 12, 2, {}}}};
        FieldNode broken{u""_s, u"error"_s, u"cut"_s, 15, 1, {}};
        model.setRoot({QString(), u"map"_s, u"4 entries"_s, 0, 20, {x, y, unknown, broken}});
        QCOMPARE(model.rowCount(), 1);
        const QModelIndex root = model.index(0, 0);
        QCOMPARE(model.rowCount(root), 4);
        QCOMPARE(model.index(0, FieldTreeModel::NameColumn, root).data().toString(), u"x"_s);
        QCOMPARE(model.index(0, FieldTreeModel::ValueColumn, root).data().toString(), u"12.5"_s);
        QCOMPARE(model.index(0, FieldTreeModel::KindColumn, root).data(KindRole).toString(), u"double"_s);
        QCOMPARE(model.index(0, 0, root).data(OffsetRole).toLongLong(), 5);
        QCOMPARE(model.index(0, 0, root).data(LengthRole).toLongLong(), 4);
        QCOMPARE(model.index(3, 0, root).data(LevelRole).toInt(), int(Level::Error));
        QCOMPARE(model.indexForOffset(8), model.index(0, 0, root));
        QCOMPARE(model.indexForOffset(9), root);
        QCOMPARE(model.indexForOffset(10), model.index(1, 0, root));
        QCOMPARE(model.indexForOffset(13), model.index(0, 0, model.index(2, 0, root))); // under a node of unknown place
        QVERIFY(!model.indexForOffset(20).isValid());
        QVERIFY(!model.indexForOffset(-1).isValid());
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }

    void everyByteOfAPayloadHasItsInnermostField()
    {
        const QByteArray payload = R"([3,{"pos":{"x":12.5,"y":-1},"name":"a"},[1,2]])";
        for (const QString &name : codecNames()) {
            FieldTreeModel model;
            QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
            const auto codec = makeCodec(name);
            model.setPayload(codec.get(), payload);
            QCOMPARE(model.rowCount(), 1);
            for (qsizetype offset = 0; offset < payload.size(); ++offset) {
                const QModelIndex index = model.indexForOffset(offset);
                if (!index.isValid())
                    continue;
                const qint64 begin = index.data(OffsetRole).toLongLong();
                QVERIFY(offset >= begin && offset < begin + index.data(LengthRole).toLongLong());
                for (int row = 0; row < model.rowCount(index); ++row) {
                    const QModelIndex child = model.index(row, 0, index);
                    const qint64 childBegin = child.data(OffsetRole).toLongLong();
                    QVERIFY(childBegin < 0 || offset < childBegin ||
                            offset >= childBegin + child.data(LengthRole).toLongLong());
                }
            }
        }
        FieldTreeModel model;
        model.setPayload(makeCodec(u"json").get(), payload);
        const QModelIndex x = model.indexForOffset(payload.indexOf("12.5") + 1);
        QVERIFY2(x.siblingAtColumn(FieldTreeModel::ValueColumn).data().toString().startsWith(u"12.5"_s),
                 qPrintable(x.siblingAtColumn(FieldTreeModel::ValueColumn).data().toString()));
        model.setPayload(nullptr, payload);
        QCOMPARE(model.rowCount(), 0);
    }

    void comparedFieldsSayWhatTheyWere()
    {
        const QByteArray before = R"(["move",{"x":1,"gone":true,"same":7}])";
        const QByteArray after = R"(["move",{"x":2,"same":7,"new":null}])";
        const auto codec = makeCodec(u"json");
        const FieldNode left = codec->fields(before);
        const FieldNode right = codec->fields(after);
        FieldTreeModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setCompared(compareFields({left, before}, {right, after}));
        QVERIFY(model.isCompared());
        const QModelIndex data = model.index(1, 0, model.index(0, 0));
        QCOMPARE(model.rowCount(data), 4);
        const auto was = [&](int row) { return model.index(row, FieldTreeModel::WasColumn, data).data().toString(); };
        const auto change = [&](int row) {
            return static_cast<FieldChange>(model.index(row, 0, data).data(ChangeRole).toInt());
        };
        QCOMPARE(change(0), FieldChange::Changed);
        QCOMPARE(was(0), u"1"_s);
        QCOMPARE(change(1), FieldChange::Same);
        QCOMPARE(was(1), QString()); // nothing to read twice …
        QCOMPARE(change(2), FieldChange::Added);
        QCOMPARE(change(3), FieldChange::Removed);
        QCOMPARE(was(3), u"true"_s);
        QCOMPARE(model.index(3, 0, data).data().toString(), u"gone"_s);
        QCOMPARE(model.places(model.index(3, 0, data)).offset, -1);
        QCOMPARE(before.mid(model.places(model.index(3, 0, data)).wasOffset, 4), QByteArray("true"));
        model.setSides(u"No. 1"_s, u"No. 2"_s);
        QCOMPARE(was(1), u"7"_s); // … unless both sides are asked for
        QCOMPARE(model.headerData(FieldTreeModel::WasColumn, Qt::Horizontal).toString(), u"No. 1"_s);

        QModelIndex at;
        QStringList walked;
        for (int i = 0; i < 4; ++i) {
            at = model.nextChange(at);
            walked.append(at.data().toString());
        }
        QCOMPARE(walked, (QStringList{u"x"_s, u"new"_s, u"gone"_s, u"x"_s}));
        QCOMPARE(model.nextChange(at, false).data().toString(), u"gone"_s);
        model.setPayload(codec.get(), after);
        QVERIFY(!model.isCompared());
        QVERIFY(!model.nextChange({}).isValid());
    }

    void chosenBytesAreASectionOfTheirOwn()
    {
        FieldTreeModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QByteArray payload = "[1,{\"x\":1}]";
        const auto of = [&](qsizetype offset, qsizetype length) { return interpretBytes(payload, offset, length); };
        model.setInterpretation(of(0, 1)); // before there is a payload
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(model.isInterpretation(model.index(0, 0)));
        model.setPayload(makeCodec(u"json").get(), payload);
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(!model.interpretationIndex().isValid());

        model.setInterpretation(of(0, 4));
        QCOMPARE(model.rowCount(), 2);
        const QPersistentModelIndex section = model.interpretationIndex();
        QCOMPARE(section.row(), 1);
        const int rows = model.rowCount(section);
        QVERIFY(rows > 8);
        QVERIFY(model.isInterpretation(model.index(0, 0, section)));
        QCOMPARE(model.parent(model.index(2, 1, section)), QModelIndex(section));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        model.setInterpretation(of(1, 4)); // the same rows with other values
        QCOMPARE(inserted.count(), 0);
        QCOMPARE(changed.count(), 2);
        model.setInterpretation(of(1, 2));
        QVERIFY(model.rowCount(section) < rows);
        model.setInterpretation(of(payload.size(), 1)); // nothing there
        QCOMPARE(model.rowCount(section), 0);
        model.setInterpretation(of(2, 8));
        QVERIFY(model.rowCount(section) > rows);
        QVERIFY(section.isValid());
        // A byte's field is one of the payload's, never a meaning.
        QVERIFY(!model.isInterpretation(model.indexForOffset(3)));
        model.setInterpretation(std::nullopt);
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(!section.isValid());
    }

    void ranges()
    {
        FieldTreeModel model;
        model.setPayload(makeCodec(u"json").get(), QByteArray("[1,\"") + QByteArray(2000, 'x') + "\"]");
        const QModelIndex data = model.index(1, 0, model.index(0, 0));
        QCOMPARE(data.siblingAtColumn(FieldTreeModel::RangeColumn).data().toString(), u"3 + 2,002"_s);
        QVERIFY(data.siblingAtColumn(FieldTreeModel::RangeColumn).data(NumericRole).toBool());
        QVERIFY(data.data(Qt::ToolTipRole).toString().contains(u"bytes 3 to 2004"_s));
    }

    void paths_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<QString>("path");
        const auto row = [](const char *payload, const QString &path) {
            QTest::newRow(qPrintable(path.isEmpty() ? QString::fromLatin1(payload) : path))
                << QByteArray(payload) << path;
        };
        row(R"([777,1])", u"type"_s);
        row(R"([1,777])", u"data"_s);
        row(R"([1,{"pos":{"x":777}}])", u"data.pos.x"_s);
        row(R"([1,[5,{"a":777}]])", u"data[1].a"_s);
        row(R"({"a":{"b":777}})", u"data.a.b"_s);
        row(R"([1,2,777])", u"data[2]"_s);
        row(R"([1,{"odd key":777}])", u"data.\"odd key\""_s);
        row(R"([1,{"type":777}])", u"data.type"_s);
    }
    void paths()
    {
        QFETCH(QByteArray, payload);
        FieldTreeModel model;
        model.setPayload(makeCodec(u"json").get(), payload);
        const QModelIndex index = model.indexForOffset(payload.indexOf("777"));
        QTEST(index.data(PathRole).toString(), "path");
    }
};

QTEST_GUILESS_MAIN(TestFieldTreeModel)
#include "test_fieldtreemodel.moc"
