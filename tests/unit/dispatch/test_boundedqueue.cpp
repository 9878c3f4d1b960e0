#include "core/dispatch/boundedqueue.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <deque>
#include <memory>

using namespace SockScope;

class TestBoundedQueue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void keepsTheOrder();
    void refusesBeyondItsItems();
    void refusesBeyondItsBytes();
    void takesOneLargeItemWhenEmpty();
    void aRefusedItemStaysWithItsOwner();
    void followsANaiveModel();
    void aTakenItemStaysInItsPlace();
    void aPlaceCanBeWrittenOrGivenUp();
    void keepsNothingOfWhatHasLeft();
};

void TestBoundedQueue::keepsTheOrder()
{
    BoundedQueue<int> queue(10, 100);
    QVERIFY(queue.isEmpty());
    QVERIFY(!queue.pop());
    for (int i = 0; i < 5; ++i)
        QVERIFY(queue.push(int(i), 1));
    QCOMPARE(queue.front(), 0);
    for (int i = 0; i < 5; ++i)
        QCOMPARE(queue.pop(), std::optional<int>(i));
    QVERIFY(queue.isEmpty());
    QCOMPARE(queue.stats().highWater, 5);
}

void TestBoundedQueue::refusesBeyondItsItems()
{
    BoundedQueue<int> queue(2, 1000);
    QVERIFY(queue.push(1, 1));
    QVERIFY(queue.push(2, 1));
    QVERIFY(!queue.hasPlace(0));
    QVERIFY(!queue.push(3, 0));
    QCOMPARE(queue.stats().full, 1u);
    queue.pop();
    QVERIFY(queue.push(3, 1));
    QCOMPARE(queue.stats().depth, 2);
    QCOMPARE(queue.stats().capacity, 2);
}

void TestBoundedQueue::refusesBeyondItsBytes()
{
    BoundedQueue<int> queue(100, 10);
    QVERIFY(queue.push(1, 6));
    QVERIFY(queue.hasPlace(4));
    QVERIFY(!queue.hasPlace(5));
    QVERIFY(!queue.push(2, 5));
    QVERIFY(queue.push(2, 4));
    QCOMPARE(queue.bytes(), 10);
    QCOMPARE(queue.stats().highWaterBytes, 10);
    queue.pop();
    QCOMPARE(queue.bytes(), 4);
}

void TestBoundedQueue::takesOneLargeItemWhenEmpty()
{
    BoundedQueue<int> queue(100, 10);
    QVERIFY(queue.push(1, 5000));
    QVERIFY(!queue.push(2, 1));
    QVERIFY(queue.pop());
    QCOMPARE(queue.bytes(), 0);
    QVERIFY(queue.push(2, 1));
    BoundedQueue<int> none(0, 0);
    QVERIFY(none.push(1, 1));
    QVERIFY(!none.push(2, 0));
}

void TestBoundedQueue::aRefusedItemStaysWithItsOwner()
{
    BoundedQueue<std::unique_ptr<int>> queue(1, 10);
    QVERIFY(queue.push(std::make_unique<int>(1), 1));
    auto second = std::make_unique<int>(2);
    QVERIFY(!queue.push(std::move(second), 1));
    QVERIFY(second);
    QCOMPARE(*second, 2);
}

void TestBoundedQueue::followsANaiveModel()
{
    Test::Randomness random(8);
    BoundedQueue<quint64> queue(50, 500);
    std::deque<std::pair<quint64, qsizetype>> model;
    qsizetype bytes = 0;
    quint64 full = 0;
    qsizetype highWater = 0;
    qsizetype highWaterBytes = 0;
    for (quint64 step = 0; step < 100'000; ++step) {
        // Phases that fill and phases that drain, so that both limits are met.
        if (random.between(0, 9) < ((step / 500) % 2 ? 7 : 3)) {
            const qsizetype size = random.between(0, (step / 1000) % 2 ? 40 : 4);
            const bool fits = model.empty() || (model.size() < 50 && bytes + size <= 500);
            QCOMPARE(queue.push(quint64(step), size), fits);
            if (fits) {
                model.emplace_back(step, size);
                bytes += size;
            } else {
                ++full;
            }
        } else if (model.empty()) {
            QVERIFY(!queue.pop());
        } else {
            QCOMPARE(queue.pop(), std::optional(model.front().first));
            bytes -= model.front().second;
            model.pop_front();
        }
        highWater = qMax(highWater, static_cast<qsizetype>(model.size()));
        highWaterBytes = qMax(highWaterBytes, bytes);
        QCOMPARE(queue.size(), static_cast<qsizetype>(model.size()));
        QCOMPARE(queue.bytes(), bytes);
    }
    const QueueStats stats = queue.stats();
    QCOMPARE(stats.full, full);
    QCOMPARE(stats.highWater, highWater);
    QCOMPARE(stats.highWaterBytes, highWaterBytes);
    QCOMPARE(highWater, 50);
    QVERIFY(highWaterBytes > 450 && highWaterBytes <= 500);
}

void TestBoundedQueue::aTakenItemStaysInItsPlace()
{
    BoundedQueue<QByteArray> queue(100'000, 100'000'000);
    for (int i = 0; i < 70; ++i)
        queue.push(QByteArray::number(i), 1);
    for (int i = 0; i < 40; ++i)
        QCOMPARE(*queue.pop(), QByteArray::number(i));
    QByteArray &taken = queue.takeFront();
    QCOMPARE(queue.size(), 29);
    // The queue grows around it, wraps around it and is emptied: it stays what and where it is.
    for (int i = 70; i < 1000; ++i)
        queue.push(QByteArray::number(i), 1);
    QCOMPARE(taken, QByteArray("40"));
    for (int i = 41; i < 1000; ++i)
        QCOMPARE(*queue.pop(), QByteArray::number(i));
    QVERIFY(queue.isEmpty());
    QCOMPARE(taken, QByteArray("40"));
    queue.releaseTaken();
    QVERIFY(queue.push("next", 1));
    QCOMPARE(*queue.pop(), QByteArray("next"));
}

void TestBoundedQueue::aPlaceCanBeWrittenOrGivenUp()
{
    BoundedQueue<QByteArray> queue(10, 100);
    queue.push("first", 5, 50);
    queue.beginPush() = "given up";
    QCOMPARE(queue.size(), 1);
    queue.abandonPush();
    QByteArray &place = queue.beginPush();
    QVERIFY(place.isNull());
    place = "second";
    QCOMPARE(*queue.pop(), QByteArray("first")); // items may leave meanwhile, even the last one
    QVERIFY(queue.isEmpty());
    queue.endPush(6, 60);
    QCOMPARE(queue.size(), 1);
    QCOMPARE(queue.bytes(), 6);
    QCOMPARE(queue.tally(), 60);
    QCOMPARE(*queue.pop(), QByteArray("second"));
}

void TestBoundedQueue::keepsNothingOfWhatHasLeft()
{
    BoundedQueue<std::shared_ptr<int>> queue(10'000, 1'000'000);
    std::vector<std::weak_ptr<int>> left;
    for (int i = 0; i < 3000; ++i) {
        auto item = std::make_shared<int>(i);
        left.push_back(item);
        queue.push(std::move(item), 1);
    }
    for (int i = 0; i < 1500; ++i) {
        queue.pop();
        queue.takeFront();
        queue.releaseTaken();
    }
    for (const auto &item : left)
        QVERIFY(item.expired());
}

QTEST_GUILESS_MAIN(TestBoundedQueue)
#include "test_boundedqueue.moc"
