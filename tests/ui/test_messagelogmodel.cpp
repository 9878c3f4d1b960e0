#include "ui/models/messagelogmodel.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

#include "core/codec/codec.h"
#include "core/types/messagetypes.h"
#include "support/messages.h"
#include "support/testmain.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

using namespace SockScope;
using SockScope::Test::batchOf;
using SockScope::Test::Draft;
using namespace Qt::StringLiterals;

namespace {

const QList<QString> words{u"ping"_s, u"move"_s, u"Größe"_s, u"state"_s, u"x"_s};

Draft makeDraft(QRandomGenerator &random, qint64 wallUs)
{
    Draft draft;
    draft.payload =
        (words[random.bounded(static_cast<int>(words.size()))] + u' ' + QString::number(random.bounded(10))).toUtf8();
    MessageHead &head = draft.head;
    head.wallNs = wallUs * 1000;
    head.peer = Endpoint(0x7f000001, static_cast<quint16>(9000 + random.bounded(3)));
    head.type = random.bounded(4);
    head.wireBytes = static_cast<quint32>(draft.payload.size() + 4);
    head.sock = 1 + random.bounded(2u);
    head.direction = random.bounded(2) ? Direction::Out : Direction::In;
    const Outcome outcomes[]{Outcome::Dispatched, Outcome::Dispatched, Outcome::Unhandled, Outcome::DecodeError};
    head.outcome = head.direction == Direction::Out ? Outcome::Sent : outcomes[random.bounded(4)];
    if (head.outcome == Outcome::DecodeError)
        draft.note = u"broken at byte 3"_s;
    return draft;
}

SockSnapshot snapshotOf(quint32 sockId, const QString &name)
{
    auto types = std::make_shared<MessageTypes>();
    types->define(u"move"_s, 3);
    SockSnapshot snapshot;
    snapshot.sockId = sockId;
    snapshot.name = name;
    snapshot.codec = makeCodec(u"text");
    snapshot.types = types;
    return snapshot;
}

MessageFilter filterOf(const QString &text)
{
    MessageFilter::ParseError error;
    const auto filter = MessageFilter::fromText(text, &error);
    if (!filter)
        qWarning("the test's filter is wrong: %s", qPrintable(error.toString()));
    return filter.value_or(MessageFilter());
}

} // namespace

class TestMessageLogModel : public QObject
{
    Q_OBJECT
private:
    SockDirectory m_directory;
    QRandomGenerator m_random{20241122};

    void feed(Recorder &recorder, int count, qint64 firstWallUs = 1'700'000'000'000'000)
    {
        std::vector<Draft> drafts;
        for (int i = 0; i < count; ++i)
            drafts.push_back(makeDraft(m_random, firstWallUs + i * 1000));
        recorder.submit(batchOf(drafts));
    }
    static std::vector<quint64> rowsOf(const MessageLogModel &model)
    {
        std::vector<quint64> rows;
        for (int row = 0; row < model.rowCount(); ++row)
            rows.push_back(model.index(row, 0).data(NoRole).toULongLong());
        return rows;
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void initTestCase()
    {
        m_directory.update(snapshotOf(1, u"game"_s));
        m_directory.update(snapshotOf(2, u"chat"_s));
    }

    void cells()
    {
        auto recorder = std::make_shared<Recorder>();
        MessageLogModel model(recorder, &m_directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        Draft draft;
        draft.head.wallNs = 1'700'000'000'123'456'000;
        draft.head.peer = Endpoint(0x7f000001, 9000);
        draft.head.type = 3;
        draft.head.wireBytes = 1234;
        draft.head.sock = 1;
        draft.head.outcome = Outcome::Unhandled;
        draft.head.flags = EnvelopeFlag::Injected;
        draft.payload = "hello";
        Draft second = draft;
        second.head.wallNs += 1'500'000'000;
        second.head.outcome = Outcome::DecodeError;
        second.head.type = u"login";
        second.note = u"no JSON: send JSON"_s;
        recorder->submit(batchOf({draft, second}));
        model.collect();
        QCOMPARE(model.rowCount(), 2);
        const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(text(0, MessageLogModel::NoColumn), u"1"_s);
        QCOMPARE(text(0, MessageLogModel::SocketColumn), u"game"_s);
        QCOMPARE(text(0, MessageLogModel::PeerColumn), u"127.0.0.1:9000"_s);
        QCOMPARE(text(0, MessageLogModel::TypeColumn), u"move"_s);
        QCOMPARE(model.index(0, MessageLogModel::TypeColumn).data(Qt::ToolTipRole).toString(), u"move (3)"_s);
        QCOMPARE(text(1, MessageLogModel::TypeColumn), u"login"_s);
        QCOMPARE(text(0, MessageLogModel::SizeColumn), u"1,234"_s);
        QVERIFY(text(0, MessageLogModel::SummaryColumn).contains(u"hello"_s));
        QVERIFY(text(1, MessageLogModel::SummaryColumn).startsWith(u"no JSON"_s));
        QVERIFY(text(0, MessageLogModel::TimeColumn).endsWith(u":20.123456"_s));
        model.setTimeFormat(MessageLogModel::TimeFormat::Relative);
        QCOMPARE(text(1, MessageLogModel::TimeColumn), u"1.500000"_s);
        model.setTimeFormat(MessageLogModel::TimeFormat::Delta);
        QCOMPARE(text(0, MessageLogModel::TimeColumn), u"0.000000"_s);
        QCOMPARE(text(1, MessageLogModel::TimeColumn), u"1.500000"_s);
        const QModelIndex first = model.index(0, 0);
        QCOMPARE(first.data(TypeTextRole).toString(), u"move"_s);
        QCOMPARE(first.data(PayloadRole).toByteArray(), QByteArray("hello"));
        QCOMPARE(first.data(IsUnhandledRole).toBool(), true);
        QCOMPARE(first.data(IsInjectedRole).toBool(), true);
        QCOMPARE(first.data(IsErrorRole).toBool(), false);
        QCOMPARE(model.index(1, 0).data(IsErrorRole).toBool(), true);
        QCOMPARE(first.data(EndpointRole).value<Endpoint>(), draft.head.peer);
        QCOMPARE(first.data(SockNameRole).toString(), u"game"_s);
        QVERIFY(!model.index(0, 0).data(HistoryRole).isValid());
    }

    void rowsAreAlwaysTheNaiveList()
    {
        RecorderLimits limits;
        limits.store.memoryBytes = 200 * 1024; // four chunks or so of 4 KiB
        auto recorder = std::make_shared<Recorder>(limits);
        MessageLogModel model(recorder, &m_directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QStringList filters{QString(),         u"dir:in"_s,    u"ping"_s,          u"GRÖSSE"_s,
                                  u"größe -error"_s, u"type:move"_s, u"-dir:in"_s,       u"peer:127.0.0.1:9001"_s,
                                  u"sock:chat 7"_s,  u"unhandled"_s, u"type:0 type:1"_s, u"no such text"_s};
        std::optional<quint64> pausedAt;
        MessageFilter filter;
        for (int step = 0; step < 400; ++step) {
            switch (m_random.bounded(8)) {
            case 0:
                model.setPaused(!model.isPaused());
                pausedAt = model.isPaused() ? std::optional(recorder->store().endNo()) : std::nullopt;
                break;
            case 1:
                filter = filterOf(filters[m_random.bounded(static_cast<int>(filters.size()))]);
                model.setFilter(filter);
                break;
            case 2:
                if (m_random.bounded(4) == 0)
                    model.clear();
                break;
            case 3:
                feed(*recorder, 2000); // more than fits
                model.collect();
                break;
            default:
                feed(*recorder, m_random.bounded(60));
                model.collect();
                break;
            }
            std::vector<quint64> expected;
            const quint64 end = pausedAt ? qMin(*pausedAt, recorder->store().endNo()) : recorder->store().endNo();
            for (quint64 no = recorder->store().firstNo(); no < end; ++no) {
                if (filter.isEmpty() || filter.matches(*recorder->store().message(no), m_directory))
                    expected.push_back(no);
            }
            // what is found within a frame is shown with the next
            QTRY_COMPARE(rowsOf(model), expected);
            for (int row = 0; row < model.rowCount(); row += 17) {
                QCOMPARE(model.rowOfNo(model.noOfRow(row)), row);
                QCOMPARE(model.message(row).no(), expected[static_cast<size_t>(row)]);
            }
            QCOMPARE(model.rowOfNo(recorder->store().endNo()), -1);
            const RecorderStats stats = recorder->stats();
            QCOMPARE(stats.captured(), stats.store.stored + stats.store.dropped() + stats.store.cleared);
            QVERIFY(stats.store.memoryBytes <= limits.store.memoryBytes);
        }
        QVERIFY(recorder->stats().store.droppedOldest > 0);
    }

    void oneInsertAndOneRemoveAFrame()
    {
        RecorderLimits limits;
        limits.store.memoryBytes = 200 * 1024;
        auto recorder = std::make_shared<Recorder>(limits);
        MessageLogModel model(recorder, &m_directory);
        for (const QString &text : {QString(), u"dir:in"_s}) {
            model.setFilter(filterOf(text));
            QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
            QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
            QElapsedTimer timer;
            timer.start();
            int frames = 0;
            while (timer.elapsed() < 500) {
                feed(*recorder, 400);
                model.collect();
                ++frames;
                QCoreApplication::processEvents();
            }
            QVERIFY(frames > 0);
            QVERIFY(inserted.count() >= 1);
            QVERIFY2(inserted.count() <= timer.elapsed() / (MessageLogModel::frameMs - 1) + 1,
                     qPrintable(QString::number(inserted.count())));
            QVERIFY(removed.count() <= frames);
        }
    }

    void evictionTellsBeforeTheRecordsLeave()
    {
        RecorderLimits limits;
        limits.store.memoryBytes = 100 * 1024; // one chunk of 4 KiB, and the one that is being filled
        auto recorder = std::make_shared<Recorder>(limits);
        MessageLogModel model(recorder, &m_directory);
        feed(*recorder, 10);
        model.collect();
        model.setMarked(0, true);
        model.setMarked(9, true);
        QList<quint64> leaving;
        connect(&model, &QAbstractItemModel::rowsAboutToBeRemoved, this, [&](const QModelIndex &, int first, int last) {
            for (int row = first; row <= last; ++row)
                leaving.append(model.message(row).no());
        });
        while (leaving.isEmpty()) {
            QVERIFY(recorder->store().endNo() < 3000);
            feed(*recorder, 50);
            model.collect();
            QTRY_COMPARE(model.rowCount(), static_cast<int>(recorder->stats().store.stored));
        }
        const quint64 first = recorder->store().firstNo();
        QCOMPARE(static_cast<quint64>(leaving.size()), first - 1);
        QCOMPARE(leaving.first(), 1u);
        QCOMPARE(leaving.last(), first - 1);
        QCOMPARE(model.noOfRow(0), first);
        QCOMPARE(model.markCount(), 0); // gone with their messages
    }

    void pauseFreezesTheRows()
    {
        auto recorder = std::make_shared<Recorder>();
        MessageLogModel model(recorder, &m_directory);
        feed(*recorder, 5);
        model.collect();
        model.setPaused(true);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        feed(*recorder, 7);
        model.collect();
        QCOMPARE(model.rowCount(), 5);
        QCOMPARE(model.hiddenByPause(), quint64(7));
        QCOMPARE(recorder->stats().store.stored, 12u);
        model.setPaused(false);
        QTRY_COMPARE(model.rowCount(), 12);
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(model.hiddenByPause(), quint64(0));
    }

    void marksAndFind()
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
        const FindPattern three = FindPattern::fromText(u"ROW 3"_s);
        QCOMPARE(model.findNext(three, -1), 3);
        QCOMPARE(model.findNext(three, 3), 8);
        QCOMPARE(model.findNext(three, 8), 3);
        QCOMPARE(model.findNext(three, 8, false), -1);
        QCOMPARE(model.findPrevious(three, 3), 8);
        QCOMPARE(model.findPrevious(three, 3, false), -1);
        QCOMPARE(model.findPrevious(three, -1), 8);
        const auto bytes = FindPattern::fromHex(u"0x20 34"_s);
        QVERIFY(bytes);
        QCOMPARE(model.findNext(*bytes, -1), 4);
        QCOMPARE(model.findNext(FindPattern::fromText(u"absent"_s), 2), -1);
        QString error;
        QVERIFY(!FindPattern::fromHex(u"12 3g"_s, &error));
        QVERIFY(!error.isEmpty());
        // the only hit is the row where it starts
        const FindPattern only = FindPattern::fromText(u"row"_s);
        model.setFilter(filterOf(u"\"row 2\""_s));
        QTRY_COMPARE(model.rowCount(), 2);
        QCOMPARE(model.findNext(only, 1), 0);
        model.setFilter({});
        model.setMarked(2, true);
        model.setMarked(6, true);
        QCOMPARE(model.nextMark(2), 6);
        QCOMPARE(model.nextMark(6), 2);
        QCOMPARE(model.previousMark(2), 6);
        QCOMPARE(model.previousMark(6), 2);
        QVERIFY(model.index(2, 0).data(IsMarkedRole).toBool());
        model.setFilter(filterOf(u"\"row 2\""_s));
        QTRY_COMPARE(model.rowCount(), 2);
        QCOMPARE(model.nextMark(-1), 0); // row 2 of before, and the hidden mark is passed over
        QCOMPARE(model.nextMark(0), 0);
        model.clearMarks();
        QCOMPARE(model.nextMark(-1), -1);
    }

    void findGivesUpInTime()
    {
        auto recorder = std::make_shared<Recorder>();
        MessageLogModel model(recorder, &m_directory);
        for (int i = 0; i < 5; ++i) {
            feed(*recorder, 40'000);
            model.collect();
        }
        QTRY_COMPARE(model.rowCount(), 200'000);
        const FindPattern absent = FindPattern::fromText(u"nothing like it"_s);
        MessageLogModel::FindResult result = model.find(absent, 100, MessageLogModel::Search::Forward, true, 1);
        QVERIFY(!result.complete);
        int turns = 1;
        while (!result.complete) {
            result = model.findOn(absent, result, MessageLogModel::Search::Forward, true, 20);
            ++turns;
        }
        QCOMPARE(result.row, -1);
        QVERIFY(turns > 1);
    }

    void aMillionMessages()
    {
        auto recorder = std::make_shared<Recorder>();
        MessageLogModel model(recorder, &m_directory);
        std::vector<Draft> drafts;
        for (int i = 0; i < 1000; ++i)
            drafts.push_back(makeDraft(m_random, i));
        const MessageBatch plain = batchOf(drafts);
        drafts[500].payload = "the one bad message";
        const MessageBatch special = batchOf(drafts);
        for (int i = 0; i < 1000; ++i) {
            MessageBatch copy = i == 700 ? special : plain;
            recorder->submit(std::move(copy));
            if (i % 50 == 49)
                QVERIFY(!model.collect());
        }
        QTRY_COMPARE(model.rowCount(), 1'000'000);
        QCOMPARE(recorder->stats().captured(), 1'000'000u);

        QSignalSpy progress(&model, &MessageLogModel::scanProgressed);
        QElapsedTimer timer;
        timer.start();
        model.setFilter(filterOf(u"\"bad message\""_s));
        const qint64 first = timer.elapsed();
        QVERIFY(model.isScanning());
        QVERIFY2(first < 500, qPrintable(QString::number(first))); // a slice, not the whole scan
        QTRY_VERIFY_WITH_TIMEOUT(!model.isScanning(), 120'000);
        QTRY_COMPARE(model.rowCount(), 1);
        QCOMPARE(model.noOfRow(0), quint64(700'501));
        QVERIFY(progress.count() > 2);
        QCOMPARE(progress.last().first().toDouble(), 1.0);
    }
};

QTEST_GUILESS_MAIN(TestMessageLogModel)
#include "test_messagelogmodel.moc"
