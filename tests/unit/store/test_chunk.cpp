#include "core/store/chunk.h"

#include <QTest>

#include "core/store/chunkfile.h"
#include "core/store/crc32.h"
#include "core/types/outcomes.h"
#include "support/memoryfile.h"
#include "support/randomness.h"
#include "support/spools.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

namespace {

std::shared_ptr<Chunk> chunkOf(int count, quint64 firstNo = 1, qsizetype arenaBytes = Chunk::arenaBytes)
{
    MessageBatch batch;
    for (quint64 no = firstNo; no < firstNo + static_cast<quint64>(count); ++no)
        batch.add(Filled::headOf(no), Filled::payloadOf(no), Filled::noteOf(no));
    auto chunk = std::make_shared<Chunk>(firstNo, arenaBytes);
    qsizetype byteOffset = 0;
    chunk->append(batch, 0, byteOffset);
    return chunk;
}

bool isAsFilled(const Chunk &chunk)
{
    for (int i = 0; i < chunk.count(); ++i) {
        const quint64 no = chunk.firstNo() + static_cast<quint64>(i);
        const MessageHead head = Filled::headOf(no);
        if (chunk.wallNs(i) != head.wallNs || chunk.peer(i) != head.peer || chunk.type(i) != head.type ||
            chunk.sock(i) != head.sock || chunk.outcome(i) != head.outcome || chunk.direction(i) != head.direction ||
            chunk.payload(i) != QByteArrayView(Filled::payloadOf(no)) ||
            QString::fromUtf8(chunk.noteUtf8(i)) != Filled::noteOf(no))
            return false;
    }
    return true;
}

} // namespace

class TestChunk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void holdsWhatFits();
    void flagsSayTheOutcome();
    void costsWhatItHolds();
    void crcIsTheKnownOne();
    void standsInAFileAsItIs();
    void everyByteOfAFileCounts();
    void aFileThatEndsTooEarlyIsSaid();
};

void TestChunk::holdsWhatFits()
{
    const auto full = chunkOf(Chunk::capacity + 100, 7, 64 * 1024 * 1024);
    QCOMPARE(full->count(), Chunk::capacity);
    QCOMPARE(full->endNo(), 7u + Chunk::capacity);
    QVERIFY(isAsFilled(*full));
    const auto small = chunkOf(1000, 1, 500);
    QVERIFY(small->count() > 3 && small->count() < 1000);
    QVERIFY(small->arena().size() <= 500);
    QVERIFY(isAsFilled(*small));

    // As many different peers, types and socks as messages.
    MessageBatch batch;
    for (int i = 0; i < Chunk::capacity; ++i) {
        MessageHead head;
        head.peer = Endpoint(static_cast<quint32>(i), 1);
        head.type = i;
        head.sock = static_cast<quint32>(i);
        batch.add(head, {});
    }
    Chunk chunk(1);
    qsizetype byteOffset = 0;
    QCOMPARE(chunk.append(batch, 0, byteOffset), Chunk::capacity);
    QCOMPARE(chunk.peerTable().size(), size_t(Chunk::capacity));
    for (int i = 0; i < Chunk::capacity; i += 11) {
        QCOMPARE(chunk.peer(i), Endpoint(static_cast<quint32>(i), 1));
        QCOMPARE(chunk.type(i), MessageType(i));
        QCOMPARE(chunk.sock(i), static_cast<quint32>(i));
    }
}

void TestChunk::flagsSayTheOutcome()
{
    MessageBatch batch;
    for (int outcome = 0; outcome <= static_cast<int>(lastOutcome); ++outcome) {
        MessageHead head;
        head.outcome = static_cast<Outcome>(outcome);
        head.direction = outcome % 2 ? Direction::Out : Direction::In;
        head.flags = outcome % 3 ? EnvelopeFlags() : EnvelopeFlags(EnvelopeFlag::Truncated);
        batch.add(head, "x", outcome % 5 ? QString() : u"note"_s);
    }
    Chunk chunk(1);
    qsizetype byteOffset = 0;
    chunk.append(batch, 0, byteOffset);
    for (int i = 0; i < chunk.count(); ++i) {
        const auto outcome = static_cast<Outcome>(i);
        QCOMPARE(chunk.outcome(i), outcome);
        QCOMPARE(chunk.isUnhandled(i), outcome == Outcome::Unhandled);
        QCOMPARE(chunk.isError(i), isFailure(outcome));
        QCOMPARE(chunk.direction(i), i % 2 ? Direction::Out : Direction::In);
        QCOMPARE(bool(chunk.flags(i) & FlagTruncated), i % 3 == 0);
        QCOMPARE(chunk.noteUtf8(i).toByteArray(), i % 5 ? QByteArray() : QByteArray("note"));
        QCOMPARE(chunk.payload(i).toByteArray(), QByteArray("x"));
    }
}

void TestChunk::costsWhatItHolds()
{
    MessageBatch batch;
    for (int i = 0; i < Chunk::capacity; ++i) {
        MessageHead head;
        head.peer = Endpoint(1, static_cast<quint16>(i % 100));
        batch.add(head, QByteArray(64, 'x'));
    }
    Chunk chunk(1);
    QVERIFY(chunk.memoryBytes() < 100'000);
    qsizetype byteOffset = 0;
    chunk.append(batch, 0, byteOffset);
    QVERIFY2(chunk.memoryBytes() <= Chunk::capacity * (64 + 40), qPrintable(QString::number(chunk.memoryBytes())));
}

void TestChunk::crcIsTheKnownOne()
{
    QCOMPARE(crc32("123456789"), 0xe3069283u);
    QCOMPARE(crc32(QByteArray(32, '\0')), 0x8a9136aau); // RFC 3720 B.4
    QCOMPARE(crc32(QByteArray(32, '\xff')), 0x62a8ab43u);
    QCOMPARE(crc32("56789", crc32("1234")), 0xe3069283u);
    QCOMPARE(crc32({}), 0u);
}

void TestChunk::standsInAFileAsItIs()
{
    for (const int count : {1, 2, 7, 1000, 3000}) {
        const auto chunk = chunkOf(count, 100, 4 * 1024 * 1024);
        MemoryFile file;
        file.bytes = QByteArray(16, '?');
        const ChunkHeader written = file.append(*chunk, 5);
        QCOMPARE(file.size() % 8, 0);
        SockError error;
        const auto header = ChunkFile::parseHeader(QByteArrayView(file.bytes).sliced(16), &error);
        QVERIFY2(header, qPrintable(error.toString()));
        QCOMPARE(header->totalBytes(), file.size() - 16);
        QCOMPARE(header->totalBytes(), written.totalBytes());
        QCOMPARE(header->run, 5u);
        QCOMPARE(header->firstNo, 100u);
        const ChunkFile::SockIds ids{{1, 11}, {2, 12}, {3, 13}};
        const auto read = ChunkFile::read(file, 16, *header, StoredChunk::Parts::All, nullptr, &error);
        QVERIFY2(read, qPrintable(error.toString()));
        QCOMPARE(read->count(), count);
        QVERIFY(isAsFilled(*read));
        const auto mapped = ChunkFile::read(file, 16, *header, StoredChunk::Parts::Columns, &ids, &error);
        QVERIFY(mapped);
        for (int i = 0; i < count; ++i)
            QCOMPARE(mapped->sock(i), read->sock(i) + 10);
    }
}

void TestChunk::everyByteOfAFileCounts()
{
    const auto chunk = chunkOf(40, 1, 4096);
    MemoryFile file;
    file.append(*chunk, 1);
    Randomness random(9);
    for (qsizetype at = 0; at < file.bytes.size(); ++at) {
        const char old = file.bytes[at];
        file.bytes[at] = static_cast<char>(old ^ (1 << random.between(0, 7)));
        SockError error;
        const auto header = ChunkFile::parseHeader(file.bytes, &error);
        if (header) {
            const auto read = ChunkFile::read(file, 0, *header, StoredChunk::Parts::All, nullptr, &error);
            if (read) // only padding may differ
                QVERIFY2(isAsFilled(*read), qPrintable(QString::number(at)));
            else
                QVERIFY(!error.what.isEmpty() && !error.remedy.isEmpty());
        }
        file.bytes[at] = old;
    }
}

void TestChunk::aFileThatEndsTooEarlyIsSaid()
{
    const auto chunk = chunkOf(40, 1, 4096);
    MemoryFile file;
    const ChunkHeader header = file.append(*chunk, 1);
    const QByteArray whole = file.bytes;
    for (qsizetype size = 0; size < whole.size() - 8; ++size) {
        file.bytes = whole.first(size);
        SockError error;
        if (size < ChunkFile::headerBytes)
            QVERIFY(!ChunkFile::parseHeader(file.bytes, &error));
        else
            QVERIFY(!ChunkFile::read(file, 0, header, StoredChunk::Parts::All, nullptr, &error));
        QVERIFY(!error.what.isEmpty());
    }
}

QTEST_GUILESS_MAIN(TestChunk)
#include "test_chunk.moc"
