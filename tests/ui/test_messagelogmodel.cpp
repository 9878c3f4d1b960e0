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

class TestMessageLogModel : public QObject
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
        const QStringList filters{QString(),
                                  u"dir == in"_s,
                                  u"ping"_s,
                                  u"GRÖSSE"_s,
                                  u"größe && !error"_s,
                                  u"type == move"_s,
                                  u"dir != in"_s,
                                  u"peer == 127.0.0.1:9001"_s,
                                  u"sock == \"chat\" && text contains \"7\""_s,
                                  u"unhandled"_s,
                                  u"type in {0, 1}"_s,
                                  u"marked || size > 9"_s,
                                  u"\"no such text\""_s};
        std::optional<quint64> pausedAt;
        Filter filter;
        for (int step = 0; step < 400; ++step) {
            switch (m_random.bounded(10)) {
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
                while (model.collect()) {
                }
                break;
            case 4: {
                Annotations *notes = model.annotations();
                const quint64 no = model.noOfRow(m_random.bounded(qMax(1, model.rowCount())));
                if (no != 0 && m_random.bounded(2))
                    notes->setMarked(no, !notes->isMarked(no));
                else if (no != 0 && filter.isEmpty()) // a filter leaves them where they are until it runs again
                    notes->setIgnored(no, !notes->isIgnored(no));
                break;
            }
            case 5:
                QCoreApplication::processEvents(); // some frames come between, others do not
                break;
            default:
                feed(*recorder, m_random.bounded(60));
                model.collect();
                break;
            }
            std::vector<quint64> expected;
            const quint64 end = pausedAt ? qMin(*pausedAt, recorder->store().endNo()) : recorder->store().endNo();
            for (quint64 no = recorder->store().firstNo(); no < end; ++no) {
                const StoredMessage message = *recorder->store().message(no);
                if (filter.isEmpty() || (!model.annotations()->isIgnored(no) &&
                                         filter.matches(*message.chunk(), message.index(), *model.filterContext())))
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
        for (const QString &text : {QString(), u"dir == in"_s}) {
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
        limits.store.memoryBytes = 160 * 1024; // one or two chunks of 4 KiB, and the one that is being filled
        auto recorder = std::make_shared<Recorder>(limits);
        MessageLogModel model(recorder, &m_directory);
        feed(*recorder, 10);
        model.collect();
        model.annotations()->setMarked(1, true);
        model.annotations()->setMarked(10, true);
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
        QCOMPARE(model.annotations()->forgotten(), 2u);
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
            while (i % 50 == 49 && model.collect()) {
            }
        }
        QTRY_COMPARE(model.rowCount(), 1'000'000);
        QCOMPARE(recorder->stats().captured(), 1'000'000u);

        QSignalSpy progress(&model, &MessageLogModel::scanProgressed);
        QElapsedTimer timer;
        timer.start();
        model.setFilter(filterOf(u"\"bad message\" || payload matches \"^bad.*mess\""_s));
        const qint64 first = timer.elapsed();
        QVERIFY2(first < 500, qPrintable(QString::number(first))); // the scan goes on elsewhere
        QTRY_VERIFY_WITH_TIMEOUT(!model.isScanning(), 120'000);
        QTRY_COMPARE(model.rowCount(), 1);
        QCOMPARE(model.noOfRow(0), quint64(700'501));
        QTRY_COMPARE(progress.last().first().toDouble(), 1.0);
    }

    // Rows appear in front while old ones are scanned, and at the end while new ones come; a filter that changes in the
    // middle leaves nothing of the one before.
    void scansWhileMessagesCome()
    {
        auto recorder = std::make_shared<Recorder>();
        MessageLogModel model(recorder, &m_directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::vector<Draft> drafts;
        for (int i = 0; i < 1000; ++i)
            drafts.push_back(makeDraft(m_random, i));
        for (int i = 0; i < 200; ++i) {
            recorder->submit(batchOf(drafts));
            while (model.collect()) {
            }
        }
        const QStringList filters{u"payload matches \"^mo.*[3-7]$\""_s, u"text matches \"pi(n|m)g\""_s,
                                  u"payload matches \"9\" && dir == in"_s};
        bool scannedWhileFed = false;
        for (int turn = 0; turn < 12; ++turn) {
            const Filter filter = filterOf(filters[turn % filters.size()]);
            model.setFilter(filter);
            for (int i = 0; i < 1 + turn % 4; ++i) {
                feed(*recorder, 50);
                model.collect();
                scannedWhileFed = scannedWhileFed || (model.isScanning() && model.scanProgress() < 1);
                QCoreApplication::processEvents();
            }
            if (turn % 4 != 3)
                continue; // the next filter comes in the middle
            QTRY_VERIFY_WITH_TIMEOUT(!model.isScanning(), 60'000);
            std::vector<quint64> expected;
            for (const auto &stored : recorder->store().chunks()) {
                const auto chunk = stored->load();
                std::vector<quint16> hits;
                filter.scan(*chunk, 0, chunk->count(), *model.filterContext(), hits);
                for (const quint16 hit : hits)
                    expected.push_back(chunk->firstNo() + hit);
            }
            QTRY_COMPARE(model.rowCount(), static_cast<int>(expected.size()));
            QVERIFY(rowsOf(model) == expected);
        }
        QVERIFY(scannedWhileFed);
    }
};

QTEST_GUILESS_MAIN(TestMessageLogModel)
#include "test_messagelogmodel.moc"
