#include "core/tap/recorder.h"
#include "support/messages.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <atomic>
#include <deque>
#include <thread>

using namespace SockScope;

namespace {

MessageBatch makeBatch(qint64 firstMark, int count, qsizetype payloadBytes = 0, quint32 sock = 1)
{
    MessageBatch batch;
    const QByteArray payload(payloadBytes, 'x');
    for (int i = 0; i < count; ++i) {
        MessageHead head;
        head.wallNs = firstMark + i;
        head.sock = sock;
        batch.add(head, payload);
    }
    return batch;
}

qsizetype countOf(const std::vector<MessageBatch> &batches)
{
    qsizetype count = 0;
    for (const MessageBatch &batch : batches)
        count += batch.count();
    return count;
}

bool addsUp(const RecorderStats &stats)
{
    return stats.captured() == stats.store.stored + stats.store.dropped() + stats.store.cleared;
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
    void inboxTakesOneLargeMessage();
    void memoryIsUsedAgain();
    void clearKeepsTheNumbers();
    void followsANaiveModel();
    void threadsSubmitAtOnce();
};

void TestRecorder::numbersFromOne()
{
    Recorder recorder;
    QCOMPARE(recorder.store().firstNo(), 1u);
    QCOMPARE(recorder.store().endNo(), 1u);
    recorder.submit(makeBatch(10, 3));
    QCOMPARE(recorder.stats().waiting, 3);
    QCOMPARE(recorder.stats().captured(), 0u);
    recorder.append(recorder.takeInbox());
    QCOMPARE(recorder.store().endNo(), 4u);
    for (quint64 no = 1; no < 4; ++no) {
        QCOMPARE(recorder.store().message(no)->no(), no);
        QCOMPARE(recorder.store().message(no)->wallNs(), qint64(9 + no));
    }
    const RecorderStats stats = recorder.stats();
    QCOMPARE(stats.captured(), 3u);
    QCOMPARE(stats.store.stored, 3u);
    QCOMPARE(stats.waiting, 0);
}

void TestRecorder::inboxKeepsTheOrder()
{
    Recorder recorder;
    recorder.submit(makeBatch(0, 5));
    recorder.submit({});
    recorder.submit(makeBatch(5, 7));
    recorder.submit(makeBatch(12, 2));
    QVERIFY(recorder.takeInbox(0).empty());
    qint64 next = 0;
    for (qsizetype size : {5, 9}) { // whole batches: five alone, for twelve are too many; then the rest
        const std::vector<MessageBatch> taken = recorder.takeInbox(9);
        QCOMPARE(countOf(taken), size);
        for (const MessageBatch &batch : taken) {
            for (const MessageHead &head : batch.heads())
                QCOMPARE(head.wallNs, next++);
        }
    }
    QVERIFY(recorder.takeInbox().empty());
    recorder.submit(makeBatch(0, 50));
    QCOMPARE(countOf(recorder.takeInbox(9)), 50); // larger than asked for, or it would stay for ever
    QCOMPARE(recorder.stats().waiting, 0);
}

void TestRecorder::inboxLosesTheNewest()
{
    RecorderLimits limits;
    limits.inboxRecords = 10;
    Recorder recorder(limits);
    recorder.submit(makeBatch(0, 8));
    recorder.submit(makeBatch(8, 8, 3));
    QCOMPARE(recorder.stats().waiting, 10);
    QCOMPARE(recorder.stats().lostInbox, 6u);
    const std::vector<MessageBatch> taken = recorder.takeInbox();
    QCOMPARE(taken.back().heads().back().wallNs, 9);
    QCOMPARE(taken.back().bytes().size(), 2 * 3);
    recorder.submit(makeBatch(100, 10)); // there is place again
    QCOMPARE(recorder.stats().lostInbox, 6u);
    QCOMPARE(recorder.stats().waiting, 10);
}

void TestRecorder::inboxCountsBytes()
{
    const qsizetype each = makeBatch(0, 1, 100).memoryBytes();
    RecorderLimits limits;
    limits.inboxBytes = 5 * each;
    Recorder recorder(limits);
    recorder.submit(makeBatch(0, 2, 100));
    recorder.submit(makeBatch(2, 5, 100));
    QCOMPARE(recorder.stats().waiting, 5);
    QCOMPARE(recorder.stats().lostInbox, 2u);
    QCOMPARE(countOf(recorder.takeInbox(2)), 2);
    recorder.submit(makeBatch(0, 7, 100));
    QCOMPARE(recorder.stats().waiting, 5);
    QCOMPARE(recorder.stats().lostInbox, 7u);
}

void TestRecorder::inboxTakesOneLargeMessage()
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

void TestRecorder::memoryIsUsedAgain()
{
    Recorder recorder;
    MessageBatch batch = makeBatch(0, 100, 50);
    recorder.submit(std::move(batch));
    QVERIFY(batch.isEmpty()); // NOLINT(bugprone-use-after-move): submit says what is left
    recorder.append(recorder.takeInbox());
    batch = makeBatch(0, 1);
    recorder.submit(std::move(batch));
    QVERIFY(batch.isEmpty());                  // NOLINT(bugprone-use-after-move)
    QVERIFY(batch.capacityBytes() > 100 * 50); // of the first
}

void TestRecorder::clearKeepsTheNumbers()
{
    Recorder recorder;
    recorder.submit(makeBatch(0, 5, 100));
    recorder.append(recorder.takeInbox());
    recorder.submit(makeBatch(5, 2));
    recorder.store().clear();
    QCOMPARE(recorder.store().firstNo(), 6u);
    QCOMPARE(recorder.store().endNo(), 6u);
    QCOMPARE(recorder.stats().store.cleared, 5u);
    QCOMPARE(recorder.stats().store.memoryBytes, 0);
    recorder.append(recorder.takeInbox());
    QCOMPARE(recorder.store().message(6)->wallNs(), 5);
    QVERIFY(addsUp(recorder.stats()));
}

void TestRecorder::followsANaiveModel()
{
    Test::Randomness random(11);
    RecorderLimits limits;
    limits.inboxRecords = 150;
    limits.inboxBytes = 50'000;
    Recorder recorder(limits);
    std::deque<std::pair<qint64, qsizetype>> inbox; // mark and size
    std::vector<qint64> stored;                     // marks, by number
    qint64 mark = 0;
    quint64 lost = 0;
    for (int step = 0; step < 10'000; ++step) {
        if (random.between(0, 99) < 60) {
            MessageBatch batch;
            bool full = false;
            qsizetype bytes = 0;
            for (const auto &entry : inbox)
                bytes += entry.second;
            for (qint64 i = random.between(0, 30); i > 0; --i) {
                MessageHead head;
                head.wallNs = ++mark;
                batch.add(head, QByteArray(random.oneIn(50) ? 20'000 : random.between(0, 300), 'x'));
                const qsizetype size = MessageBatch::memoryBytes(batch.heads().back());
                full = full || inbox.size() >= 150 || (!inbox.empty() && bytes + size > limits.inboxBytes);
                if (full) {
                    ++lost;
                } else {
                    inbox.emplace_back(mark, size);
                    bytes += size;
                }
            }
            recorder.submit(std::move(batch));
        } else {
            std::vector<MessageBatch> batches = recorder.takeInbox(random.between(0, 80));
            for (const MessageBatch &batch : batches) {
                for (const MessageHead &head : batch.heads()) {
                    QCOMPARE(head.wallNs, inbox.front().first);
                    inbox.pop_front();
                    stored.push_back(head.wallNs);
                }
            }
            recorder.append(std::move(batches));
        }
        const RecorderStats stats = recorder.stats();
        QVERIFY(addsUp(stats));
        QCOMPARE(stats.captured(), quint64(stored.size()));
        QCOMPARE(stats.lostInbox, lost);
        QCOMPARE(stats.waiting, static_cast<qsizetype>(inbox.size()));
    }
    for (size_t i = 0; i < stored.size(); ++i)
        QCOMPARE(recorder.store().message(i + 1)->wallNs(), stored[i]);
    QVERIFY(lost > 0);
}

void TestRecorder::threadsSubmitAtOnce()
{
    constexpr quint32 threadCount = 4;
    constexpr int batches = 300;
    constexpr int batchSize = 50;
    RecorderLimits limits;
    limits.inboxRecords = 2000;
    limits.store.memoryBytes = 256 * 1024;
    Recorder recorder(limits);
    std::atomic<quint32> running{threadCount};
    std::vector<std::thread> threads;
    for (quint32 t = 0; t < threadCount; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < batches; ++i) {
                recorder.submit(makeBatch(qint64(i) * batchSize, batchSize, 20, t));
                recorder.stats();
            }
            --running;
        });
    }
    std::vector<qint64> last(threadCount, -1);
    bool ordered = true;
    bool balanced = true;
    const auto drain = [&] {
        std::vector<MessageBatch> taken = recorder.takeInbox(700);
        const bool any = !taken.empty();
        for (const MessageBatch &batch : taken) {
            for (const MessageHead &head : batch.heads()) {
                ordered = ordered && head.wallNs > last[head.sock];
                last[head.sock] = head.wallNs;
            }
        }
        recorder.append(std::move(taken));
        recorder.store().dropBefore(recorder.store().toDrop());
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
    QCOMPARE(stats.captured() + stats.lostInbox, quint64(threadCount) * batches * batchSize);
    QCOMPARE(stats.waiting, 0);
    QVERIFY(stats.store.droppedOldest > 0);
    QVERIFY(stats.store.memoryBytes <= limits.store.memoryBytes);
}

QTEST_GUILESS_MAIN(TestRecorder)
#include "test_recorder.moc"
