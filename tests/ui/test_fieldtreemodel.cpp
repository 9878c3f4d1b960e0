#include "ui/models/fieldtreemodel.h"

#include <QAbstractItemModelTester>
#include <QTest>

#include "support/testmain.h"
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
};

QTEST_GUILESS_MAIN(TestFieldTreeModel)
#include "test_fieldtreemodel.moc"
