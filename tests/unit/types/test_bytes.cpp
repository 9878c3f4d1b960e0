#include "core/types/bytes.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <QByteArray>

#include <cstring>
#include <thread>
#include <vector>

using namespace SockScope;

class TestBytes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void emptyHoldsNothing();
    void copiesItsView();
    void sliceIsClamped_data();
    void sliceIsClamped();
    void sliceOutlivesItsSource();
    void selfAssignmentKeepsTheBytes();
    void poolPacksSmallOnes();
    void poolReusesAChunkThatNobodyHolds();
    void poolNeverChangesWhatIsHeld();
    void poolGivesLargeOnesTheirOwn();
    void poolSharesWhatItHolds();
    void slicesGoAcrossThreads();
};

void TestBytes::emptyHoldsNothing()
{
    const Bytes bytes;
    QVERIFY(bytes.isEmpty());
    QCOMPARE(bytes.size(), 0);
    QCOMPARE(Bytes(QByteArrayView()), bytes);
    QVERIFY(bytes.slice(0, 5).isEmpty());
    BytesPool pool;
    QVERIFY(pool.copy({}).isEmpty());
}

void TestBytes::copiesItsView()
{
    QByteArray source("hello");
    const Bytes bytes(source);
    source[0] = 'j';
    QCOMPARE(bytes.toByteArray(), QByteArray("hello"));
    QVERIFY(bytes.data() != source.constData());
}

void TestBytes::sliceIsClamped_data()
{
    QTest::addColumn<int>("offset");
    QTest::addColumn<int>("length");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("middle") << 1 << 3 << QByteArray("ell");
    QTest::newRow("whole") << 0 << 5 << QByteArray("hello");
    QTest::newRow("too long") << 3 << 100 << QByteArray("lo");
    QTest::newRow("behind the end") << 9 << 1 << QByteArray();
    QTest::newRow("before the start") << -2 << 2 << QByteArray("he");
    QTest::newRow("negative length") << 1 << -1 << QByteArray();
    QTest::newRow("no length") << 1 << 0 << QByteArray();
}

void TestBytes::sliceIsClamped()
{
    QFETCH(int, offset);
    QFETCH(int, length);
    QFETCH(QByteArray, expected);
    QCOMPARE(Bytes("hello").slice(offset, length).toByteArray(), expected);
}

void TestBytes::sliceOutlivesItsSource()
{
    Bytes part;
    {
        const Bytes whole("a chunk that is about to go");
        part = whole.slice(2, 5);
    }
    QCOMPARE(part.toByteArray(), QByteArray("chunk"));
}

void TestBytes::selfAssignmentKeepsTheBytes()
{
    Bytes bytes("stays");
    const Bytes &same = bytes;
    bytes = same;
    QCOMPARE(bytes.toByteArray(), QByteArray("stays"));
    bytes = bytes.slice(1, 3);
    QCOMPARE(bytes.toByteArray(), QByteArray("tay"));
    Bytes moved = std::move(bytes);
    QCOMPARE(moved.toByteArray(), QByteArray("tay"));
}

void TestBytes::poolPacksSmallOnes()
{
    BytesPool pool(1024);
    const Bytes first = pool.copy("first");
    const Bytes second = pool.copy("second");
    QVERIFY(second.data() == first.data() + first.size()); // not QCOMPARE, which compares text
    QCOMPARE(first.toByteArray(), QByteArray("first"));
    QCOMPARE(second.toByteArray(), QByteArray("second"));
}

void TestBytes::poolReusesAChunkThatNobodyHolds()
{
    BytesPool pool(1024);
    const QByteArray block(200, 'x');
    const char *first = pool.copy(block).data();
    bool reused = false;
    for (int i = 0; i < 5; ++i)
        reused = pool.copy(block).data() == first || reused;
    QVERIFY(reused);
}

void TestBytes::poolNeverChangesWhatIsHeld()
{
    Test::Randomness random(2);
    BytesPool pool(4096);
    std::vector<std::pair<Bytes, QByteArray>> held;
    for (int i = 0; i < 50000; ++i) {
        QByteArray block(random.between(0, 1500), static_cast<char>(random.between(1, 255)));
        held.emplace_back(pool.copy(block), block);
        while (held.size() > 40 || (!held.empty() && random.oneIn(3))) {
            const auto index = static_cast<size_t>(random.between(0, static_cast<qint64>(held.size()) - 1));
            QCOMPARE(held[index].first.toByteArray(), held[index].second);
            std::swap(held[index], held.back());
            held.pop_back();
        }
    }
    for (const auto &[bytes, expected] : held)
        QCOMPARE(bytes.toByteArray(), expected);
}

void TestBytes::poolGivesLargeOnesTheirOwn()
{
    BytesPool pool(1024);
    const Bytes small = pool.copy("small");
    const QByteArray block(100'000, 'L');
    const Bytes large = pool.copy(block);
    const Bytes after = pool.copy("after");
    QCOMPARE(large.toByteArray(), block);
    QVERIFY(after.data() == small.data() + small.size()); // not QCOMPARE, which compares text
}

void TestBytes::poolSharesWhatItHolds()
{
    BytesPool pool(4096);
    const QByteArray text("one two three");
    std::memcpy(pool.reserve(100), text.constData(), static_cast<size_t>(text.size()));
    const QByteArrayView whole = pool.commit(text.size());
    QCOMPARE(whole.toByteArray(), text);
    const Bytes two = pool.share(whole.sliced(4, 3));
    QVERIFY(two.data() == whole.data() + 4); // not QCOMPARE, which compares text
    const QByteArray elsewhere("elsewhere");
    const Bytes copied = pool.share(elsewhere);
    QVERIFY(copied.data() != elsewhere.constData());
    QCOMPARE(copied.toByteArray(), elsewhere);
    QVERIFY(pool.share({}).isEmpty());
    // What is held stays when the pool goes on to other chunks
    for (int i = 0; i < 100; ++i) {
        std::memset(pool.reserve(3000), i, 3000);
        pool.commit(3000);
    }
    QCOMPARE(two.toByteArray(), QByteArray("two"));
    QCOMPARE(copied.toByteArray(), elsewhere);
}

void TestBytes::slicesGoAcrossThreads()
{
    // Every thread copies, cuts and drops slices of the same chunks; a wrong count would free them early or never
    // (which the sanitizers see).
    constexpr int threadCount = 4;
    BytesPool pool(1024);
    std::vector<Bytes> shared;
    for (int i = 0; i < 64; ++i)
        shared.push_back(pool.copy(QByteArray(100, static_cast<char>('A' + i))));
    std::vector<int> wrong(threadCount, 0);
    std::vector<std::thread> threads;
    for (int t = 0; t < threadCount; ++t) {
        threads.emplace_back([mine = shared, &errors = wrong[static_cast<size_t>(t)], t]() mutable {
            Test::Randomness random(static_cast<quint32>(t));
            for (int i = 0; i < 20000; ++i) {
                const auto index = static_cast<size_t>(random.between(0, 63));
                const Bytes part = mine[index].slice(random.between(0, 50), random.between(1, 50));
                for (char c : part.view())
                    errors += c != static_cast<char>('A' + static_cast<int>(index));
            }
            mine.clear();
        });
    }
    shared.clear();
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(wrong, std::vector<int>(threadCount, 0));
}

QTEST_GUILESS_MAIN(TestBytes)
#include "test_bytes.moc"
