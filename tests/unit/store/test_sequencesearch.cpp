#include <QTest>

#include "core/store/sequencesearch.h"
#include "support/testmain.h"

using namespace SockScope;

namespace {

class TestChunk : public StoredChunk
{
public:
    explicit TestChunk(std::shared_ptr<const Chunk> chunk, bool readable = true)
        : m_chunk(std::move(chunk))
        , m_readable(readable)
    {
    }
    quint64 firstNo() const override { return m_chunk->firstNo(); }
    int count() const override { return m_chunk->count(); }
    bool isSpooled() const override { return false; }
    std::shared_ptr<const Chunk> load(Parts) const override
    {
        ++loads;
        return m_readable ? m_chunk : nullptr;
    }
    std::optional<SockError> error() const override { return std::nullopt; }
    mutable int loads = 0;

private:
    std::shared_ptr<const Chunk> m_chunk;
    bool m_readable;
};

struct Row
{
    quint32 sock = 0;
    quint32 sequence = 0;
};

} // namespace

class TestSequenceSearch : public QObject
{
    Q_OBJECT

private:
    StoredChunks m_chunks;
    quint64 m_nextNo = 1;

    void add(const std::vector<Row> &rows, bool readable = true)
    {
        MessageBatch batch;
        for (const Row &row : rows) {
            MessageHead head;
            head.sock = row.sock;
            head.sequence = row.sequence;
            batch.add(head, "x");
        }
        auto chunk = std::make_shared<Chunk>(m_nextNo, 4096);
        qsizetype offset = 0;
        QCOMPARE(chunk->append(batch, 0, offset), batch.count());
        m_nextNo += rows.size();
        m_chunks.push_back(std::make_shared<TestChunk>(std::move(chunk), readable));
    }
    SequenceSearch searched(quint32 sock, quint32 sequence) const
    {
        SequenceSearch search(m_chunks, sock, sequence);
        for (size_t steps = 0; steps < m_chunks.size() * m_chunks.size() + 2 && !search.step(); ++steps) {
        }
        return search;
    }

private Q_SLOTS:
    void init()
    {
        Test::failOnWarnings();
        m_chunks.clear();
        m_nextNo = 1;
    }

    void findsEveryMessage()
    {
        quint32 next[3] = {10, 500, 0};
        std::vector<std::pair<Row, quint64>> all;
        quint64 no = 1;
        for (int chunk = 0; chunk < 20; ++chunk) {
            std::vector<Row> rows;
            for (int i = 0; i < 7; ++i) {
                const quint32 sock = chunk % 5 == 3 ? 2 : (i * 3 + chunk) % 4 == 0 ? 1 : 2; // some lack sock 1
                rows.push_back({sock, next[sock - 1]++});
                all.push_back({rows.back(), no++});
            }
            add(rows);
        }
        for (const auto &[row, number] : all) {
            const SequenceSearch search = searched(row.sock, row.sequence);
            QCOMPARE(search.state(), SequenceSearch::State::Found);
            QCOMPARE(search.no(), number);
        }
        QCOMPARE(searched(1, 9).state(), SequenceSearch::State::Left);
        QCOMPARE(searched(2, 499).state(), SequenceSearch::State::Left);
        QCOMPARE(searched(2, next[1]).state(), SequenceSearch::State::Missing);
        QCOMPARE(searched(3, 1).state(), SequenceSearch::State::Left);
    }

    void aGapIsMissing()
    {
        add({{1, 1}, {1, 2}, {1, 5}});
        add({{1, 9}, {1, 10}});
        QCOMPARE(searched(1, 4).state(), SequenceSearch::State::Missing);
        QCOMPARE(searched(1, 7).state(), SequenceSearch::State::Missing);
        QCOMPARE(searched(1, 9).no(), quint64(4));
        QCOMPARE(searched(1, 4).no(), quint64(0));
    }

    void numbersMayWrap()
    {
        add({{1, 0xfffffffe}, {1, 0xffffffff}});
        add({{1, 0}, {1, 1}});
        QCOMPARE(searched(1, 0xffffffff).no(), quint64(2));
        QCOMPARE(searched(1, 0).no(), quint64(3));
        QCOMPARE(searched(1, 0xfffffff0).state(), SequenceSearch::State::Left);
    }

    void saysWhatCannotBeRead()
    {
        add({{1, 1}});
        add({{1, 2}}, false);
        add({{1, 3}});
        QCOMPARE(searched(1, 1).state(), SequenceSearch::State::Found);
        QCOMPARE(searched(1, 2).state(), SequenceSearch::State::Unreadable);
        QCOMPARE(searched(1, 3).state(), SequenceSearch::State::Found);
    }

    void anEmptyStoreHasLeft() { QCOMPARE(searched(1, 1).state(), SequenceSearch::State::Left); }

    void looksIntoFewChunks()
    {
        for (quint32 i = 0; i < 1000; ++i)
            add({{1, i * 2}, {1, i * 2 + 1}});
        QCOMPARE(searched(1, 1234).no(), quint64(1235));
        int loads = 0;
        for (const auto &chunk : m_chunks)
            loads += static_cast<const TestChunk &>(*chunk).loads;
        QVERIFY2(loads <= 11, qPrintable(QString::number(loads)));
    }
};

QTEST_GUILESS_MAIN(TestSequenceSearch)
#include "test_sequencesearch.moc"
