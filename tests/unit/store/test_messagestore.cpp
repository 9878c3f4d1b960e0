#include "core/store/messagestore.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <atomic>
#include <deque>
#include <thread>

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

MessageBatch makeBatch(qint64 firstMark, int count, qsizetype payloadBytes)
{
    MessageBatch batch;
    const QByteArray payload(payloadBytes, 'x');
    for (int i = 0; i < count; ++i) {
        MessageHead head;
        head.wallNs = firstMark + i;
        batch.add(head, payload);
    }
    return batch;
}

bool addsUp(const StoreStats &stats)
{
    return stats.appended == stats.stored + stats.dropped() + stats.cleared;
}

} // namespace

class TestMessageStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void answersWhatWasAppended();
    void dropsWholeChunksAboveTheBudget();
    void aSmallerBudgetHoldsAtOnce();
    void droppedMessagesStayWithWhoeverHoldsThem();
    void aMessageMayBeLargerThanAChunk();
    void followsANaiveModel();
    void isReadWhileItGrows();
};

void TestMessageStore::answersWhatWasAppended()
{
    MessageStore store;
    QVERIFY(!store.message(0));
    QVERIFY(!store.message(1));
    QVERIFY(!store.chunkOf(1));
    MessageBatch batch;
    MessageHead head;
    head.wallNs = 5'000;
    head.peer = Endpoint(0x7f000001, 9000);
    head.type = 7;
    head.sock = 3;
    head.sequence = 12;
    head.wireBytes = 8;
    head.direction = Direction::Out;
    head.outcome = Outcome::SendError;
    head.flags = EnvelopeFlag::Injected;
    batch.add(head, "abc", u"ging nicht: später"_s);
    batch.add({}, {});
    store.append(batch);
    QCOMPARE(store.endNo(), 3u);
    const std::optional<StoredMessage> first = store.message(1);
    QVERIFY(first && first->isReadable());
    QCOMPARE(first->no(), 1u);
    QCOMPARE(first->wallNs(), 5'000);
    QCOMPARE(first->wallUs(), 5);
    QCOMPARE(first->peer(), Endpoint(0x7f000001, 9000));
    QCOMPARE(first->type(), MessageType(7));
    QCOMPARE(first->sock(), 3u);
    QCOMPARE(first->sequence(), 12u);
    QCOMPARE(first->wireBytes(), 8u);
    QCOMPARE(first->direction(), Direction::Out);
    QCOMPARE(first->outcome(), Outcome::SendError);
    QVERIFY(first->isError() && first->isInjected() && !first->isUnhandled() && !first->isTruncated());
    QCOMPARE(first->payload().toByteArray(), QByteArray("abc"));
    QCOMPARE(first->note(), u"ging nicht: später"_s);
    const std::optional<StoredMessage> second = store.message(2);
    QVERIFY(second);
    QCOMPARE(second->payload().size(), 0);
    QVERIFY(second->note().isEmpty() && !second->isError());
    QCOMPARE(store.chunkOf(2)->firstNo(), 1u);
    QVERIFY(!store.message(3));
    const StoredMessage lost = StoredMessage::unreadable(9, u"the file is gone"_s);
    QVERIFY(!lost.isReadable() && lost.payload().isEmpty() && !lost.isError());
    QCOMPARE(lost.no(), 9u);
    QCOMPARE(lost.note(), u"the file is gone"_s);
}

void TestMessageStore::dropsWholeChunksAboveTheBudget()
{
    StoreLimits limits;
    limits.memoryBytes = 1024 * 1024;
    MessageStore store(limits);
    qint64 mark = 1;
    while (store.toDrop() == store.firstNo()) {
        store.append(makeBatch(mark, 10, 1000));
        mark += 10;
        QVERIFY(mark < 10'000);
    }
    QCOMPARE(store.stats().stored, static_cast<quint64>(mark - 1)); // append alone drops nothing
    QVERIFY(store.stats().memoryBytes > limits.memoryBytes / 2);    // and room for one chunk is all that is kept free
    QCOMPARE(store.firstNo(), 1u);
    const quint64 keptFrom = store.toDrop();
    QCOMPARE(keptFrom, store.chunkOf(1)->endNo());
    store.dropBefore(keptFrom);
    QVERIFY(store.stats().memoryBytes <= limits.memoryBytes);
    QCOMPARE(store.toDrop(), store.firstNo());
    QCOMPARE(store.firstNo(), keptFrom);
    QVERIFY(!store.message(keptFrom - 1));
    QCOMPARE(store.message(keptFrom)->wallNs(), qint64(keptFrom));
    QCOMPARE(store.stats().droppedOldest, keptFrom - 1);
    QVERIFY(addsUp(store.stats()));
}

void TestMessageStore::aSmallerBudgetHoldsAtOnce()
{
    MessageStore store;
    store.append(makeBatch(1, 100, 1000));
    StoreLimits limits;
    limits.memoryBytes = 1;
    store.setLimits(limits);
    QCOMPARE(store.limits().memoryBytes, 1);
    store.append(makeBatch(101, 1, 1000));
    QCOMPARE(store.toDrop(), 101u); // the newest stays
    store.dropBefore(store.toDrop());
    QCOMPARE(store.stats().stored, 1u);
    QCOMPARE(store.message(101)->wallNs(), 101);
}

void TestMessageStore::droppedMessagesStayWithWhoeverHoldsThem()
{
    MessageStore store;
    store.append(makeBatch(1, 3, 10));
    const StoredMessage held = *store.message(2);
    const StoredChunks chunks = store.chunks();
    store.clear();
    QCOMPARE(store.stats().memoryBytes, 0);
    QCOMPARE(store.stats().cleared, 3u);
    QCOMPARE(held.wallNs(), 2);
    QCOMPARE(held.payload().toByteArray(), QByteArray(10, 'x'));
    QCOMPARE(chunks.front()->load()->count(), 3);
    store.append(makeBatch(4, 1, 10));
    QCOMPARE(store.message(4)->wallNs(), 4);
    QVERIFY(!store.message(3));
}

void TestMessageStore::aMessageMayBeLargerThanAChunk()
{
    MessageStore store;
    MessageBatch batch = makeBatch(1, 1, 10);
    const QByteArray large = QByteArray(Chunk::arenaBytes, 'a') + "end";
    batch.add({}, large, u"note"_s);
    batch.add({}, "after");
    store.append(batch);
    QCOMPARE(store.chunks().size(), size_t(3));
    QVERIFY(store.message(2)->payload() == QByteArrayView(large));
    QCOMPARE(store.message(2)->note(), u"note"_s);
    QCOMPARE(store.message(3)->payload().toByteArray(), QByteArray("after"));
}

void TestMessageStore::followsANaiveModel()
{
    Test::Randomness random(5);
    StoreLimits limits;
    limits.memoryBytes = 300'000;
    MessageStore store(limits);
    std::deque<QByteArray> kept; // from firstNo on
    quint64 firstNo = 1;
    for (int step = 0; step < 2000; ++step) {
        const qint64 kind = random.between(0, 99);
        if (kind < 90) {
            MessageBatch batch;
            for (qint64 i = random.between(0, 60); i > 0; --i) {
                const qsizetype size = random.oneIn(40) ? random.between(0, 9000) : random.between(0, 200);
                const QByteArray payload(size, static_cast<char>(random.between('a', 'z')));
                MessageHead head;
                head.wallNs = size;
                batch.add(head, payload, random.oneIn(10) ? QString(int(random.between(1, 50)), u'n') : QString());
                kept.push_back(payload);
            }
            store.append(batch);
            if (random.oneIn(2))
                store.dropBefore(store.toDrop());
        } else if (kind < 95) {
            store.dropBefore(store.firstNo() + static_cast<quint64>(random.between(0, 100))); // within a chunk, too
        } else if (kind < 98) {
            limits.memoryBytes = random.between(0, 600'000);
            store.setLimits(limits);
        } else {
            store.clear();
        }
        while (firstNo < store.firstNo()) {
            QVERIFY(!kept.empty());
            kept.pop_front();
            ++firstNo;
        }
        const StoreStats stats = store.stats();
        QVERIFY(addsUp(stats));
        QCOMPARE(stats.stored, quint64(kept.size()));
        QCOMPARE(store.endNo(), firstNo + kept.size());
        qsizetype bytes = 0;
        for (const auto &chunk : store.chunks())
            bytes += chunk->load()->memoryBytes();
        QCOMPARE(stats.memoryBytes, bytes);
        for (size_t i = 0; i < kept.size(); i += static_cast<size_t>(random.between(1, 40))) {
            const std::optional<StoredMessage> message = store.message(firstNo + i);
            QVERIFY(message);
            QCOMPARE(message->no(), firstNo + i);
            QVERIFY(message->payload() == QByteArrayView(kept[i]));
            QCOMPARE(message->wallNs(), qint64(kept[i].size()));
        }
    }
    QVERIFY(store.stats().droppedOldest > 0 && store.stats().cleared > 0);
}

void TestMessageStore::isReadWhileItGrows()
{
    StoreLimits limits;
    limits.memoryBytes = 2 * 1024 * 1024;
    MessageStore store(limits);
    std::atomic<bool> stop{false};
    std::atomic<bool> right{true};
    std::atomic<quint64> seen{0};
    std::thread reader([&] {
        while (!stop) {
            for (const auto &stored : store.chunks()) {
                const std::shared_ptr<const Chunk> chunk = stored->load(StoredChunk::Parts::Columns);
                for (int i = 0; i < chunk->count(); ++i) {
                    const auto mark = static_cast<qint64>(chunk->firstNo()) + i;
                    right = right && chunk->wallNs(i) == mark && chunk->payload(i).size() == mark % 90;
                    ++seen;
                }
            }
            right = right && addsUp(store.stats());
        }
    });
    qint64 mark = 1;
    for (int step = 0; step < 3000 || seen == 0; ++step) {
        MessageBatch batch;
        for (int i = 0; i < 50; ++i, ++mark) {
            MessageHead head;
            head.wallNs = mark;
            head.peer = Endpoint(0x7f000001, static_cast<quint16>(mark % 700));
            batch.add(head, QByteArray(mark % 90, 'x'));
        }
        store.append(batch);
        store.dropBefore(store.toDrop());
    }
    stop = true;
    reader.join();
    QVERIFY(right);
    QVERIFY(store.stats().droppedOldest > 0);
}

QTEST_GUILESS_MAIN(TestMessageStore)
#include "test_messagestore.moc"
