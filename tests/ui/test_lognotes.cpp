#include "ui/models/messagelogmodel.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

#include "support/logdrafts.h"
#include "support/testmain.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

// What a person does with the rows of the log: finds them, notes something, adds columns, makes filters of cells.
class TestLogNotes : public QObject
{
    Q_OBJECT
private:
    SockDirectory m_directory;
    QRandomGenerator m_random{20241122};

    void feed(Recorder &recorder, int count, qint64 firstWallUs = 1'700'000'000'000'000)
    {
        recorder.submit(makeBatch(m_random, count, firstWallUs));
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void initTestCase()
    {
        m_directory.update(snapshotOf(1, u"game"_s));
        m_directory.update(snapshotOf(2, u"chat"_s));
    }

    void findsAmongTheRows()
    {
        auto recorder = std::make_shared<Recorder>();
        MessageLogModel model(recorder, &m_directory);
        std::vector<Draft> drafts(10);
        for (int i = 0; i < 10; ++i) {
            drafts[static_cast<size_t>(i)].payload = "row " + QByteArray::number(i % 5);
            drafts[static_cast<size_t>(i)].head.sock = 1;
        }
        recorder->submit(batchOf(drafts));
        model.collect();
        using D = FindRunner::Direction;
        QSignalSpy found(&model, &MessageLogModel::found);
        QSignalSpy notFound(&model, &MessageLogModel::notFound);
        // 0: not found; negative: found behind the end
        const auto find = [&](const QString &text, quint64 from, D direction, bool wrap = true) -> qint64 {
            found.clear();
            notFound.clear();
            model.startFind(filterOf(text), from, direction, wrap);
            if (!QTest::qWaitFor([&] { return found.count() + notFound.count() > 0; }))
                return -1000;
            if (notFound.count() > 0)
                return 0;
            const auto no = found.first().at(0).toLongLong();
            return found.first().at(1).toBool() ? -no : no;
        };
        const QString three = u"\"ROW 3\""_s; // the messages 4 and 9
        QCOMPARE(find(three, 0, D::Forward), 4);
        QCOMPARE(find(three, 4, D::Forward), 9);
        QCOMPARE(find(three, 9, D::Forward), -4);
        QCOMPARE(find(three, 9, D::Forward, false), 0);
        QCOMPARE(find(three, 4, D::Backward), -9);
        QCOMPARE(find(three, 4, D::Backward, false), 0);
        QCOMPARE(find(three, 0, D::Backward), 9);
        QCOMPARE(find(three, 6, D::Backward), 4);
        QCOMPARE(find(three, 999, D::Backward), 9);
        QCOMPARE(find(u"payload contains 20:34"_s, 0, D::Forward), 5);
        QCOMPARE(find(u"absent"_s, 3, D::Forward), 0);
        QVERIFY(!model.isFinding());
        // the only hit is the message where it starts; hidden ones are no hits
        model.setFilter(filterOf(u"\"row 2\""_s)); // 3 and 8
        QCOMPARE(find(u"row"_s, 8, D::Forward), -3);
        QCOMPARE(find(three, 3, D::Forward), 0);
        model.annotations()->setIgnored(3, true);
        QCOMPARE(find(u"row"_s, 8, D::Forward), -8);
        // a new search ends the last without an answer
        model.setFilter({});
        found.clear();
        model.startFind(filterOf(three), 0, D::Forward);
        model.startFind(filterOf(three), 4, D::Forward);
        QTRY_COMPARE(found.count(), 1);
        QCOMPARE(found.first().first().toULongLong(), 9u);
        found.clear();
        model.startFind(filterOf(three), 0, D::Forward);
        model.cancelFind();
        QVERIFY(!model.isFinding());
        QCoreApplication::processEvents();
        QCOMPARE(found.count(), 0);
    }

    void aMessagesOwnColourGoesBeforeTheRules()
    {
        auto recorder = std::make_shared<Recorder>();
        MessageLogModel model(recorder, &m_directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        feed(*recorder, 3);
        model.collect();
        const auto ground = [&model](int row) { return model.index(row, 0).data(RuleGroundRole).value<RuleColour>(); };
        QVERIFY(ground(1).isNone());
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        const RuleColour teal = RuleColour::ofName(u"teal");
        QVERIFY(!model.annotations()->setColour(2, teal));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed.first().at(0).toModelIndex().row(), 1);
        QCOMPARE(ground(1), teal);
        QVERIFY(ground(0).isNone());
        QVERIFY(!model.index(1, 0).data(Qt::ToolTipRole).toString().isEmpty());
        model.annotations()->setIgnored(2, true); // grey, like all that is ignored
        QVERIFY(ground(1).isNone());
    }

    void notes()
    {
        auto recorder = std::make_shared<Recorder>();
        MessageLogModel model(recorder, &m_directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::vector<Draft> drafts(10);
        for (int i = 0; i < 10; ++i) {
            drafts[static_cast<size_t>(i)].payload = "row " + QByteArray::number(i % 5);
            drafts[static_cast<size_t>(i)].head.sock = 1;
            drafts[static_cast<size_t>(i)].head.wallNs = (i + 1) * 1'000'000'000LL;
        }
        recorder->submit(batchOf(drafts));
        model.collect();
        Annotations *notes = model.annotations();
        using Kind = Annotations::Kind;
        const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };

        notes->setMarked(3, true);
        notes->setMarked(7, true);
        QCOMPARE(model.nextNoted(Kind::Mark, 2), 6);
        QCOMPARE(model.nextNoted(Kind::Mark, 6), 2);
        QCOMPARE(model.previousNoted(Kind::Mark, 2), 6);
        QCOMPARE(model.previousNoted(Kind::Mark, -1), 6);
        QVERIFY(model.index(2, 0).data(IsMarkedRole).toBool());
        model.setFilter(filterOf(u"\"row 2\""_s));
        QTRY_COMPARE(model.rowCount(), 2);
        QCOMPARE(model.nextNoted(Kind::Mark, -1), 0); // the hidden mark is passed over
        QCOMPARE(model.nextNoted(Kind::Mark, 0), 0);
        // marks decide what passes, at once
        model.setFilter(filterOf(u"marked"_s));
        QTRY_COMPARE(rowsOf(model), (std::vector<quint64>{3, 7}));
        notes->setMarked(9, true);
        QTRY_COMPARE(rowsOf(model), (std::vector<quint64>{3, 7, 9}));
        notes->clearKind(Kind::Mark);
        QTRY_COMPARE(model.rowCount(), 0);
        model.setFilter({});
        QCOMPARE(model.nextNoted(Kind::Mark, -1), -1);

        QVERIFY(!notes->setComment(2, u"look\nhere"_s));
        QCOMPARE(text(1, MessageLogModel::SummaryColumn), u"[look here] · row 1"_s);
        QVERIFY(
            model.index(1, MessageLogModel::SummaryColumn).data(Qt::ToolTipRole).toString().contains(u"look\nhere"_s));
        model.setFilter(filterOf(u"commented"_s));
        QTRY_COMPARE(rowsOf(model), (std::vector<quint64>{2}));
        notes->setComment(2, {});
        QTRY_COMPARE(model.rowCount(), 0);
        model.setFilter({});

        notes->setIgnored(4, true);
        QCOMPARE(text(3, MessageLogModel::SummaryColumn), u"<ignored>"_s);
        QCOMPARE(text(3, MessageLogModel::TypeColumn), QString());
        QCOMPARE(text(3, MessageLogModel::NoColumn), u"4"_s);
        model.setFilter(filterOf(u"\"row 3\""_s));
        QTRY_COMPARE(rowsOf(model), (std::vector<quint64>{9}));
        notes->setIgnored(4, false);
        QTRY_COMPARE(rowsOf(model), (std::vector<quint64>{4, 9}));
        model.setFilter({});

        model.setTimeFormat(MessageLogModel::TimeFormat::Relative);
        QCOMPARE(text(4, MessageLogModel::TimeColumn), u"4.000000"_s);
        notes->setReference(3, true, 3'000'000'000);
        notes->setReference(6, true, 6'000'000'000);
        QCOMPARE(text(1, MessageLogModel::TimeColumn), u"1.000000"_s);
        QCOMPARE(text(2, MessageLogModel::TimeColumn), u"*REF*"_s);
        QCOMPARE(text(4, MessageLogModel::TimeColumn), u"2.000000"_s);
        QCOMPARE(text(5, MessageLogModel::TimeColumn), u"*REF*"_s);
        QCOMPARE(text(9, MessageLogModel::TimeColumn), u"4.000000"_s);
        QCOMPARE(model.headerData(MessageLogModel::TimeColumn, Qt::Horizontal).toString(), u"Since reference"_s);
        model.clear();
        QCOMPARE(notes->referenceCount(), 0);
    }

    void fieldColumns()
    {
        auto recorder = std::make_shared<Recorder>();
        SockDirectory directory;
        SockSnapshot snapshot = snapshotOf(1, u"game"_s);
        snapshot.codec = makeCodec(u"json");
        directory.update(snapshot);
        MessageLogModel model(recorder, &directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::vector<Draft> drafts(3);
        drafts[0].payload = "[\"move\",{\"pos\":{\"x\":12.5},\"list\":[1,2]}]";
        drafts[1].payload = "[\"move\",{\"pos\":{\"x\":-3}}]";
        drafts[2].payload = "{\"broken";
        for (Draft &draft : drafts)
            draft.head.sock = 1;
        recorder->submit(batchOf(drafts));
        model.collect();
        QCOMPARE(model.columnCount(), MessageLogModel::ColumnCount + 0);
        QVERIFY(!model.addColumn(u"data.pos.x"_s));
        QVERIFY(!model.addColumn(u"data.list[1]"_s, u"second"_s));
        QVERIFY(!model.addColumn(u"length"_s));
        const int x = MessageLogModel::ColumnCount;
        QCOMPARE(model.columnCount(), x + 3);
        QCOMPARE(model.headerData(x, Qt::Horizontal).toString(), u"pos.x"_s);
        QCOMPARE(model.headerData(x, Qt::Horizontal, FieldPathRole).toString(), u"data.pos.x"_s);
        QCOMPARE(model.headerData(x + 1, Qt::Horizontal).toString(), u"second"_s);
        QCOMPARE(model.index(0, x).data().toString(), u"12.5"_s);
        QCOMPARE(model.index(1, x).data().toString(), u"-3"_s);
        QVERIFY(model.index(1, x).data(NumericRole).toBool());
        QCOMPARE(model.index(2, x).data().toString(), QString());
        QCOMPARE(model.index(0, x + 1).data().toString(), u"2"_s);
        QCOMPARE(model.index(2, x + 2).data().toString(), u"8"_s);
        QCOMPARE(model.cellTerm(model.index(0, x)), u"data.pos.x == 12.5"_s);
        QVERIFY(model.addColumn(u"data.pos.x"_s)); // there already
        QVERIFY(model.addColumn(QString()));
        model.renameColumn(x, u"east"_s);
        QCOMPARE(model.headerData(x, Qt::Horizontal).toString(), u"east"_s);
        model.removeColumn(x);
        QCOMPARE(model.headerData(x, Qt::Horizontal).toString(), u"second"_s);
        QCOMPARE(model.index(0, x).data().toString(), u"2"_s);
        for (qsizetype i = model.fieldColumns().count(); i < LogColumns::maximumColumns; ++i)
            QVERIFY(!model.addColumn(u"data.f%1"_s.arg(i)));
        QVERIFY(model.addColumn(u"data.more"_s)->contains(u"32"_s));
    }

    // Each cell's filter holds for its message.
    void cellTermsHold()
    {
        auto recorder = std::make_shared<Recorder>();
        MessageLogModel model(recorder, &m_directory);
        feed(*recorder, 200);
        model.collect();
        model.addColumn(u"length"_s);
        int terms = 0;
        for (int row = 0; row < model.rowCount(); ++row) {
            const StoredMessage message = model.message(row);
            for (int column = 0; column < model.columnCount(); ++column) {
                const QString term = model.cellTerm(model.index(row, column));
                QVERIFY2(!term.isEmpty(), qPrintable(QString::number(column)));
                ++terms;
                FilterError error;
                const auto filter = Filter::compile(term, &error);
                QVERIFY2(filter, qPrintable(term + u": "_s + error.toString()));
                QVERIFY2(filter->matches(*message.chunk(), message.index(), *model.filterContext()), qPrintable(term));
            }
        }
        QCOMPARE(terms, 200 * 9);
        QCOMPARE(model.cellTerm({}), QString());
    }

    void theListIsBoundedAndSaysSo()
    {
        auto recorder = std::make_shared<Recorder>();
        MessageLogModel model(recorder, &m_directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setMaximumRows(100);
        for (int i = 0; i < 5; ++i) {
            feed(*recorder, 50);
            model.collect();
            QTRY_COMPARE(model.noOfRow(model.rowCount() - 1), recorder->store().endNo() - 1);
        }
        QCOMPARE(model.rowCount(), 100);
        QCOMPARE(model.rowsNotShown(), 150u);
        QCOMPARE(model.noOfRow(0), 151u);
        QCOMPARE(recorder->stats().store.stored, 250u); // nothing was dropped
        model.setFilter(filterOf(u"no <= 120"_s));
        QTRY_COMPARE(model.rowCount() + static_cast<int>(model.rowsNotShown()), 120);
        QVERIFY(model.rowCount() <= 100);
        model.setMaximumRows(1000);
        QTRY_COMPARE(model.rowCount(), 120);
        QCOMPARE(model.rowsNotShown(), 0u);
    }
};

QTEST_GUILESS_MAIN(TestLogNotes)
#include "test_lognotes.moc"
