#include "ui/models/previousmessage.h"

#include <QTest>

#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

/// A chunk that stands for one of the spool, which cannot be read when it is broken.
class SpooledStandIn : public StoredChunk
{
public:
    SpooledStandIn(std::shared_ptr<const StoredChunk> chunk, bool broken)
        : m_chunk(std::move(chunk))
        , m_broken(broken)
    {
    }
    quint64 firstNo() const override { return m_chunk->firstNo(); }
    int count() const override { return m_chunk->count(); }
    bool isSpooled() const override { return true; }
    std::shared_ptr<const Chunk> load(Parts parts) const override { return m_broken ? nullptr : m_chunk->load(parts); }
    std::optional<SockError> error() const override { return std::nullopt; }

private:
    std::shared_ptr<const StoredChunk> m_chunk;
    bool m_broken;
};

} // namespace

class TestPreviousMessage : public QObject
{
    Q_OBJECT

private:
    static MessageHead head(const QString &peer, qint64 type)
    {
        MessageHead head;
        head.peer = *Endpoint::fromString(peer);
        head.type = type;
        head.sock = 1;
        return head;
    }
    static DetailMessage at(quint64 no, const MessageHead &head)
    {
        DetailMessage message;
        message.no = no;
        message.peer = head.peer;
        message.type = head.type;
        message.sock = head.sock;
        message.direction = head.direction;
        return message;
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void allOfTheHeadCounts()
    {
        MessageStore store;
        MessageBatch batch;
        const MessageHead wanted = head(u"127.0.0.1:1"_s, 3);
        MessageHead otherSock = wanted;
        otherSock.sock = 2;
        MessageHead otherDirection = wanted;
        otherDirection.direction = Direction::Out;
        batch.add(wanted, "first");                   // 1
        batch.add(wanted, "second");                  // 2
        batch.add(head(u"127.0.0.1:2"_s, 3), "peer"); // 3
        batch.add(head(u"127.0.0.1:1"_s, 4), "type"); // 4
        batch.add(otherSock, "sock");                 // 5
        batch.add(otherDirection, "direction");       // 6
        batch.add(wanted, "this");                    // 7
        batch.add(wanted, "later");                   // 8
        store.append(batch);
        const PreviousMessage found = findPrevious(store.chunks(), at(7, wanted));
        QCOMPARE(found.no, quint64(2));
        QCOMPARE(found.payload.toByteArray(), QByteArray("second"));
        QCOMPARE(findPrevious(store.chunks(), at(2, wanted)).no, quint64(1));
        const PreviousMessage none = findPrevious(store.chunks(), at(1, wanted));
        QCOMPARE(none.no, quint64(0));
        QVERIFY(none.complete);
        QCOMPARE(findPrevious({}, at(7, wanted)).no, quint64(0));
        QCOMPARE(findPrevious(store.chunks(), at(5, otherSock)).no, quint64(0));
    }

    void acrossChunksWithinBounds()
    {
        MessageStore store;
        MessageBatch batch;
        const MessageHead wanted = head(u"127.0.0.1:1"_s, 3);
        batch.add(wanted, "far");
        for (int i = 0; i < 3 * Chunk::capacity; ++i)
            batch.add(head(u"127.0.0.1:2"_s, 3), {});
        store.append(batch);
        const quint64 no = store.endNo();
        const PreviousMessage found = findPrevious(store.chunks(), at(no, wanted));
        QCOMPARE(found.no, quint64(1));
        QCOMPARE(found.searched, no - 1);
        const PreviousMessage bounded = findPrevious(store.chunks(), at(no, wanted), nullptr, Chunk::capacity);
        QCOMPARE(bounded.no, quint64(0));
        QVERIFY(!bounded.complete);
        const std::atomic<bool> cancelled = true;
        QVERIFY(!findPrevious(store.chunks(), at(no, wanted), &cancelled).complete);
    }

    void whatCannotBeReadIsCounted()
    {
        MessageStore store;
        MessageBatch batch;
        const MessageHead wanted = head(u"127.0.0.1:1"_s, 3);
        batch.add(wanted, "far");
        for (int i = 0; i < 2 * Chunk::capacity; ++i)
            batch.add(wanted, {});
        store.append(batch);
        StoredChunks chunks = store.chunks();
        QCOMPARE(chunks.size(), size_t(3));
        chunks[0] = std::make_shared<SpooledStandIn>(chunks[0], false);
        chunks[1] = std::make_shared<SpooledStandIn>(chunks[1], true);
        const DetailMessage first = at(2 * Chunk::capacity + 1, wanted);
        const PreviousMessage found = findPrevious(chunks, first);
        QCOMPARE(found.no, quint64(Chunk::capacity));
        QCOMPARE(found.unreadable, quint64(Chunk::capacity));
        const PreviousMessage inMemory = findPrevious(chunks, first, nullptr, 1'000'000, true);
        QCOMPARE(inMemory.no, quint64(0));
        QVERIFY(!inMemory.complete);
    }
};

QTEST_GUILESS_MAIN(TestPreviousMessage)
#include "test_previousmessage.moc"
