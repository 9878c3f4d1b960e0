#include "core/store/chunksupply.h"

#include <QTest>
#include <QThreadPool>

#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;

class TestChunkSupply : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }
    void answersTheSizeThatIsAskedFor();
    void hasMoreReadyTheFasterTheyAreTaken();
    void letsGoOfThemWhenItIsCalm();
    void workOutlivesIt();

private:
    static std::shared_ptr<Chunk> filled()
    {
        MessageBatch batch;
        for (int i = 0; i < 100; ++i)
            batch.add({}, QByteArrayView("payload"));
        auto chunk = std::make_shared<Chunk>(1);
        qsizetype byteOffset = 0;
        chunk->append(batch, 0, byteOffset);
        return chunk;
    }
    static void settle() { QThreadPool::globalInstance()->waitForDone(); }
};

void TestChunkSupply::answersTheSizeThatIsAskedFor()
{
    ChunkSupply supply;
    QCOMPARE(supply.memoryBytes(), 0);
    supply.prepare(*filled());
    settle();
    QVERIFY(supply.memoryBytes() > 0);
    QCOMPARE(supply.take(7, 10'000)->arenaCapacity(), 10'000); // not what is ready
    QVERIFY(supply.memoryBytes() > 0);
    const std::shared_ptr<Chunk> chunk = supply.take(7, Chunk::arenaBytes);
    QCOMPARE(chunk->arenaCapacity(), Chunk::arenaBytes);
    QCOMPARE(chunk->firstNo(), 7U);
    QCOMPARE(chunk->count(), 0);
    QCOMPARE(supply.memoryBytes(), 0);

    supply.prepare(Chunk(1, 10'000)); // large messages, or a small store: nothing is prepared
    settle();
    QCOMPARE(supply.memoryBytes(), 0);
}

void TestChunkSupply::hasMoreReadyTheFasterTheyAreTaken()
{
    ChunkSupply supply;
    const std::shared_ptr<Chunk> model = filled();
    for (int i = 0; i < ChunkSupply::maximumReady * 3; ++i)
        supply.take(1, Chunk::arenaBytes); // none was ready
    supply.prepare(*model);
    settle();
    QCOMPARE(supply.memoryBytes(), ChunkSupply::maximumReady * model->memoryBytes());
}

void TestChunkSupply::letsGoOfThemWhenItIsCalm()
{
    ChunkSupply supply;
    const std::shared_ptr<Chunk> model = filled();
    for (int i = 0; i < 4; ++i)
        supply.take(1, Chunk::arenaBytes);
    supply.prepare(*model);
    settle();
    QCOMPARE(supply.memoryBytes(), 4 * model->memoryBytes());
    for (int i = 0; i < 2 * ChunkSupply::calmAfter; ++i) { // each was ready
        supply.take(1, Chunk::arenaBytes);
        supply.prepare(*model);
        settle();
    }
    QVERIFY(supply.memoryBytes() <= 2 * model->memoryBytes());
}

void TestChunkSupply::workOutlivesIt()
{
    for (int i = 0; i < 20; ++i) {
        ChunkSupply supply;
        supply.prepare(*filled());
    }
    settle();
}

QTEST_GUILESS_MAIN(TestChunkSupply)
#include "test_chunksupply.moc"
