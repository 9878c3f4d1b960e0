#include "core/tap/recorder.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <atomic>
#include <deque>
#include <thread>

using namespace SockScope;

namespace {

Record makeRecord(qint64 mark, qsizetype payloadBytes = 0)
{
    Record record;
    record.steadyNs = mark;
    if (payloadBytes > 0)
        record.payload = Bytes(QByteArray(payloadBytes, 'x'));
    return record;
}

std::vector<Record> makeBatch(qint64 firstMark, int count, qsizetype payloadBytes = 0)
{
    std::vector<Record> batch;
    for (int i = 0; i < count; ++i)
        batch.push_back(makeRecord(firstMark + i, payloadBytes));
    return batch;
}

bool addsUp(const RecorderStats &stats)
{
    return stats.captured == static_cast<quint64>(stats.stored) + stats.droppedOldest + stats.cleared;
}

} // namespace

class TestRecorder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void numbersFromOne();
    void inboxKeepsTheOrder();
    void inboxLosesTheNewest();
    void inboxCountsBytes();
    void inboxTakesOneLargeRecord();
    void evictsByNumber();
    void evictsByBytes();
    void appendKeepsTheLimitsByItself();
    void skipsWhatCannotBeHeld();
    void clearKeepsTheNumbers();
    void limitsMayShrink();
    void followsANaiveModel();
    void threadsSubmitAtOnce();
};

void TestRecorder::numbersFromOne()
{
    Recorder recorder;
    QCOMPARE(recorder.firstNo(), 1u);
    QCOMPARE(recorder.endNo(), 1u);
    recorder.submit(makeBatch(10, 3));
    QCOMPARE(recorder.stats().waiting, 3);
    QCOMPARE(recorder.stats().captured, 0u);
    recorder.append(recorder.takeInbox());
    QCOMPARE(recorder.endNo(), 4u);
    for (quint64 no = 1; no < 4; ++no) {
        QCOMPARE(recorder.record(no).no, no);
        QCOMPARE(recorder.record(no).steadyNs, qint64(9 + no));
    }
    const RecorderStats stats = recorder.stats();
    QCOMPARE(stats.captured, 3u);
    QCOMPARE(stats.stored, 3);
    QCOMPARE(stats.waiting, 0);
    QCOMPARE(stats.bytes, 3 * makeRecord(0).memoryBytes());
}

void TestRecorder::inboxKeepsTheOrder()
{
    Recorder recorder;
    recorder.submit(makeBatch(0, 5));
    recorder.submit({});
    recorder.submit(makeBatch(5, 7));
    qint64 next = 0;
    QVERIFY(recorder.takeInbox(0).empty());
    for (qsizetype size : {4, 4, 4}) {
        const std::vector<Record> taken = recorder.takeInbox(4);
        QCOMPARE(static_cast<qsizetype>(taken.size()), size);
        for (const Record &record : taken)
            QCOMPARE(record.steadyNs, next++);
    }
    QVERIFY(recorder.takeInbox().empty());
}

void TestRecorder::inboxLosesTheNewest()
{
    RecorderLimits limits;
    limits.inboxRecords = 10;
    Recorder recorder(limits);
    recorder.submit(makeBatch(0, 8));
    recorder.submit(makeBatch(8, 8));
    QCOMPARE(recorder.stats().waiting, 10);
    QCOMPARE(recorder.stats().lostInbox, 6u);
    QCOMPARE(recorder.takeInbox().back().steadyNs, 9);
    recorder.submit(makeBatch(100, 10)); // there is place again
    QCOMPARE(recorder.stats().lostInbox, 6u);
    QCOMPARE(recorder.stats().waiting, 10);
}

void TestRecorder::inboxCountsBytes()
{
    const qsizetype each = makeRecord(0, 100).memoryBytes();
    RecorderLimits limits;
    limits.inboxBytes = 5 * each;
    Recorder recorder(limits);
    recorder.submit(makeBatch(0, 7, 100));
    QCOMPARE(recorder.stats().waiting, 5);
    QCOMPARE(recorder.stats().lostInbox, 2u);
    QCOMPARE(recorder.takeInbox(2).size(), size_t(2));
    recorder.submit(makeBatch(0, 7, 100));
    QCOMPARE(recorder.stats().waiting, 5);
    QCOMPARE(recorder.stats().lostInbox, 7u);
}

void TestRecorder::inboxTakesOneLargeRecord()
{
    RecorderLimits limits;
    limits.inboxBytes = 10;
    Recorder recorder(limits);
    recorder.submit(makeBatch(0, 2, 1000));
    QCOMPARE(recorder.stats().waiting, 1);
    QCOMPARE(recorder.stats().lostInbox, 1u);
    limits.inboxRecords = 0;
    Recorder none(limits);
    none.submit(makeBatch(0, 2));
    QCOMPARE(none.stats().waiting, 0);
    QCOMPARE(none.stats().lostInbox, 2u);
}

void TestRecorder::evictsByNumber()
{
    RecorderLimits limits;
    limits.maximumRecords = 10;
    Recorder recorder(limits);
    recorder.append(makeBatch(1, 8));
    std::vector<Record> batch = makeBatch(9, 5);
    QCOMPARE(recorder.evictionsFor(batch), 3);
    QCOMPARE(recorder.evict(3), 3);
    recorder.append(std::move(batch));
    QCOMPARE(recorder.firstNo(), 4u);
    QCOMPARE(recorder.endNo(), 14u);
    QCOMPARE(recorder.record(4).steadyNs, 4);
    QCOMPARE(recorder.record(13).steadyNs, 13);
    QCOMPARE(recorder.stats().droppedOldest, 3u);
    QCOMPARE(recorder.evict(-1), 0);
    QCOMPARE(recorder.evict(1000), 10);
    QVERIFY(addsUp(recorder.stats()));
}

void TestRecorder::evictsByBytes()
{
    const qsizetype each = makeRecord(0, 1000).memoryBytes();
    RecorderLimits limits;
    limits.maximumBytes = 10 * each;
    Recorder recorder(limits);
    recorder.append(makeBatch(0, 10, 1000));
    QCOMPARE(recorder.stats().bytes, limits.maximumBytes);
    QCOMPARE(recorder.evictionsFor(makeBatch(0, 3, 1000)), 3);
    QCOMPARE(recorder.evictionsFor(makeBatch(0, 1)), 1);
    QCOMPARE(recorder.evictionsFor({}), 0);
    recorder.evict(10);
    QCOMPARE(recorder.stats().bytes, 0);
}

void TestRecorder::appendKeepsTheLimitsByItself()
{
    RecorderLimits limits;
    limits.maximumRecords = 10;
    Recorder recorder(limits);
    for (int i = 0; i < 5; ++i)
        recorder.append(makeBatch(i * 7, 7));
    QCOMPARE(recorder.stats().stored, 10);
    QCOMPARE(recorder.stats().droppedOldest, 25u);
    QCOMPARE(recorder.firstNo(), 26u);
    QCOMPARE(recorder.record(35).steadyNs, 34);
}

void TestRecorder::skipsWhatCannotBeHeld()
{
    RecorderLimits limits;
    limits.maximumRecords = 5;
    Recorder recorder(limits);
    recorder.append(makeBatch(0, 3));
    std::vector<Record> batch = makeBatch(3, 20);
    QCOMPARE(recorder.evictionsFor(batch), 18); // all three, and the batch's first fifteen
    QCOMPARE(recorder.evict(18), 3);
    recorder.append(std::move(batch));
    QCOMPARE(recorder.stats().captured, 23u);
    QCOMPARE(recorder.stats().droppedOldest, 18u);
    QCOMPARE(recorder.firstNo(), 19u);
    QCOMPARE(recorder.endNo(), 24u);
    QCOMPARE(recorder.record(19).no, 19u);
    QCOMPARE(recorder.record(19).steadyNs, 18); // its number tells its place in the whole

    limits.maximumBytes = 10; // not even one
    Recorder none(limits);
    none.append(makeBatch(0, 4));
    QCOMPARE(none.stats().stored, 0);
    QCOMPARE(none.stats().droppedOldest, 4u);
    QCOMPARE(none.firstNo(), 5u);
    QVERIFY(addsUp(none.stats()));
}

void TestRecorder::clearKeepsTheNumbers()
{
    Recorder recorder;
    recorder.append(makeBatch(0, 5, 100));
    recorder.submit(makeBatch(5, 2));
    recorder.clear();
    QCOMPARE(recorder.firstNo(), 6u);
    QCOMPARE(recorder.endNo(), 6u);
    QCOMPARE(recorder.stats().cleared, 5u);
    QCOMPARE(recorder.stats().bytes, 0);
    recorder.append(recorder.takeInbox());
    QCOMPARE(recorder.record(6).steadyNs, 5);
    QVERIFY(addsUp(recorder.stats()));
}

void TestRecorder::limitsMayShrink()
{
    Recorder recorder;
    recorder.append(makeBatch(0, 100));
    RecorderLimits limits;
    limits.maximumRecords = 30;
    recorder.setLimits(limits);
    QCOMPARE(recorder.limits().maximumRecords, 30);
    QCOMPARE(recorder.evictionsFor({}), 70);
    recorder.append(makeBatch(100, 1));
    QCOMPARE(recorder.stats().stored, 30);
    QCOMPARE(recorder.record(recorder.endNo() - 1).steadyNs, 100);
    QVERIFY(addsUp(recorder.stats()));
}

void TestRecorder::followsANaiveModel()
{
    Test::Randomness random(11);
    RecorderLimits limits;
    limits.maximumRecords = 200;
    limits.maximumBytes = 60'000;
    limits.inboxRecords = 150;
    limits.inboxBytes = 50'000;
    Recorder recorder(limits);
    std::deque<std::pair<qint64, qsizetype>> inbox;
    std::deque<std::pair<quint64, qint64>> store; // number and mark
    qint64 mark = 0;
    quint64 lost = 0;
    quint64 nextNo = 1;
    for (int step = 0; step < 20'000; ++step) {
        const qint64 kind = random.between(0, 99);
        if (kind < 60) {
            std::vector<Record> batch;
            bool full = false;
            qsizetype bytes = 0;
            for (const auto &entry : inbox)
                bytes += entry.second;
            for (qint64 i = random.between(0, 30); i > 0; --i) {
                batch.push_back(makeRecord(++mark, random.oneIn(50) ? 20'000 : random.between(0, 300)));
                const qsizetype size = batch.back().memoryBytes();
                full = full || inbox.size() >= 150 || (!inbox.empty() && bytes + size > limits.inboxBytes);
                if (full) {
                    ++lost;
                } else {
                    inbox.emplace_back(mark, size);
                    bytes += size;
                }
            }
            recorder.submit(std::move(batch));
        } else if (kind < 98) {
            std::vector<Record> batch = recorder.takeInbox(random.between(0, 80));
            for (const Record &record : batch) {
                QCOMPARE(record.steadyNs, inbox.front().first);
                inbox.pop_front();
                store.emplace_back(nextNo++, record.steadyNs);
            }
            if (random.oneIn(2))
                recorder.evict(recorder.evictionsFor(batch));
            recorder.append(std::move(batch));
            while (!store.empty() && store.front().first < recorder.firstNo())
                store.pop_front();
        } else if (random.oneIn(5)) {
            recorder.clear();
            store.clear();
        }
        const RecorderStats stats = recorder.stats();
        QVERIFY(addsUp(stats));
        QCOMPARE(stats.captured, nextNo - 1);
        QCOMPARE(stats.lostInbox, lost);
        QCOMPARE(stats.waiting, static_cast<qsizetype>(inbox.size()));
        QCOMPARE(stats.stored, static_cast<qsizetype>(store.size()));
        QVERIFY(stats.stored <= limits.maximumRecords);
        QVERIFY(stats.bytes <= limits.maximumBytes);
        QCOMPARE(recorder.endNo(), nextNo);
        qsizetype bytes = 0;
        for (const auto &[no, expected] : store) {
            QCOMPARE(recorder.record(no).no, no);
            QCOMPARE(recorder.record(no).steadyNs, expected);
            bytes += recorder.record(no).memoryBytes();
        }
        QCOMPARE(stats.bytes, bytes);
    }
    QVERIFY(lost > 0);
    QVERIFY(recorder.stats().droppedOldest > 0);
    QVERIFY(recorder.stats().cleared > 0);
}

void TestRecorder::threadsSubmitAtOnce()
{
    constexpr quint32 threadCount = 4;
    constexpr int batches = 300;
    constexpr int batchSize = 50;
    RecorderLimits limits;
    limits.inboxRecords = 2000;
    limits.maximumRecords = 5000;
    Recorder recorder(limits);
    std::atomic<quint32> running{threadCount};
    std::vector<std::thread> threads;
    for (quint32 t = 0; t < threadCount; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < batches; ++i) {
                std::vector<Record> batch = makeBatch(qint64(i) * batchSize, batchSize);
                for (Record &record : batch)
                    record.sock = t;
                recorder.submit(std::move(batch));
                recorder.stats();
            }
            --running;
        });
    }
    std::vector<qint64> last(threadCount, -1);
    bool ordered = true;
    bool balanced = true;
    const auto drain = [&] {
        std::vector<Record> batch = recorder.takeInbox(700);
        const bool any = !batch.empty();
        for (const Record &record : batch) {
            ordered = ordered && record.steadyNs > last[record.sock];
            last[record.sock] = record.steadyNs;
        }
        recorder.evict(recorder.evictionsFor(batch));
        recorder.append(std::move(batch));
        balanced = balanced && addsUp(recorder.stats());
        return any;
    };
    while (running > 0)
        drain();
    for (std::thread &thread : threads)
        thread.join();
    while (drain()) {
    }
    const RecorderStats stats = recorder.stats();
    QVERIFY(ordered); // of each thread
    QVERIFY(balanced);
    QCOMPARE(stats.captured + stats.lostInbox, quint64(threadCount) * batches * batchSize);
    QCOMPARE(stats.waiting, 0);
    QVERIFY(stats.stored <= 5000);
}

QTEST_GUILESS_MAIN(TestRecorder)
#include "test_recorder.moc"
