#include "ui/models/ratehistory.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <map>
#include <numeric>

#include "support/randomness.h"
#include "support/testmain.h"
#include "ui/models/timesearch.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 ms = 1'000'000;
constexpr qint64 second = 1'000'000'000;
constexpr qint64 start = 1'700'000'000 * second;

Endpoint endpointOf(int number)
{
    return Endpoint(0x7f000001, static_cast<quint16>(10'000 + number));
}

MessageHead headOf(qint64 atNs, int peer = 1, quint32 wireBytes = 64, Direction direction = Direction::In)
{
    MessageHead head;
    head.wallNs = atNs;
    head.peer = endpointOf(peer);
    head.type = MessageType(peer % 7);
    head.sock = static_cast<quint32>(1 + peer % 3);
    head.wireBytes = wireBytes;
    head.direction = direction;
    return head;
}

void append(MessageStore &store, const std::vector<MessageHead> &heads)
{
    MessageBatch batch;
    for (const MessageHead &head : heads)
        batch.add(head, "0123456789");
    store.append(batch);
}

RateBucket sumOf(const RateReading &reading, size_t from = 0)
{
    RateBucket sum;
    for (size_t i = from; i < reading.curves.size(); ++i)
        for (const RateBucket &bucket : reading.curves[i].buckets)
            sum.merge(bucket);
    return sum;
}

RateBucket totalOf(const RateReading &reading)
{
    RateBucket sum;
    for (const RateCurve &curve : reading.curves)
        sum.merge(curve.total);
    return sum;
}

RateSpec specOf(RateSplit split, int series = 10)
{
    RateSpec spec;
    spec.split = split;
    spec.series = series;
    return spec;
}

} // namespace

class TestRateHistory : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    // Of each level, what the buckets hold and what left them is all that was added, whatever the times.
    void levelsLoseNothing()
    {
        Test::Randomness random(11);
        BucketLevels<RateBucket> levels;
        RateBucket all;
        qint64 now = start;
        for (int i = 0; i < 20'000; ++i) {
            now += random.oneIn(2000) ? random.between(0, 2 * 86'400) * second : random.between(0, 400) * ms;
            const qint64 at = random.oneIn(50) ? now - random.between(0, 90'000) * second : now;
            RateBucket one;
            one.messages[i % 2] = 1;
            one.bytes[i % 2] = static_cast<quint64>(random.between(0, 1500));
            levels.add(at, one);
            all.merge(one);
        }
        for (int i = 0; i < BucketLevels<RateBucket>::levelCount; ++i) {
            const auto &level = levels.level(i);
            QVERIFY(static_cast<qsizetype>(level.buckets.size()) <= level.capacity);
            RateBucket sum = level.older;
            for (const RateBucket &bucket : level.buckets)
                sum.merge(bucket);
            QCOMPARE(sum, all);
        }
    }

    void stepsAreRoundAndAligned()
    {
        const RateSteps minute = RateSteps::forRange(start + 123 * ms, start + 60 * second, 120, start + 60 * second);
        QCOMPARE(minute.stepNs, 500 * ms);
        QCOMPARE(minute.level, 0);
        QCOMPARE(minute.firstNs % minute.stepNs, 0);
        QVERIFY(minute.firstNs <= start + 123 * ms);
        QVERIFY(minute.endNs() > start + 60 * second);
        // What is older than the fine buckets is read from coarse ones.
        const RateSteps past = RateSteps::forRange(start, start + 10 * second, 100, start + 7200 * second);
        QCOMPARE(past.level, 2);
        QCOMPARE(past.stepNs, 10 * second);
        const RateSteps year = RateSteps::forRange(start, start + 365 * 86'400 * second, 100'000, start);
        QVERIFY(year.count <= RateSteps::maximumSteps);
    }

    void countsByTimeAndDirection()
    {
        MessageStore store;
        RateHistory history(&store);
        append(store, {headOf(start, 1, 10), headOf(start + 50 * ms, 1, 20, Direction::Out),
                       headOf(start + 99 * ms, 2, 30), headOf(start + 100 * ms, 2, 40)});
        history.finish();
        const RateReading reading = history.read(start, start + 199 * ms, 2);
        QCOMPARE(reading.steps.stepNs, 100 * ms);
        QCOMPARE(reading.curves.size(), size_t(1));
        const RateCurve &all = reading.curves.front();
        QCOMPARE(all.buckets[0].messages[0], quint64(2));
        QCOMPARE(all.buckets[0].messages[1], quint64(1));
        QCOMPARE(all.buckets[0].bytes[0], quint64(40));
        QCOMPARE(all.buckets[0].bytes[1], quint64(20));
        QCOMPARE(all.buckets[1].messages[0], quint64(1));
        QCOMPARE(history.latestNs(), start + 100 * ms);
    }

    // The series of every way to tell messages apart sum to what is stored, in many slices too.
    void seriesSumToAll_data()
    {
        QTest::addColumn<int>("split");
        QTest::newRow("socket") << static_cast<int>(RateSplit::Socket);
        QTest::newRow("peer") << static_cast<int>(RateSplit::Peer);
        QTest::newRow("type") << static_cast<int>(RateSplit::Type);
    }
    void seriesSumToAll()
    {
        QFETCH(int, split);
        Test::Randomness random(3);
        MessageStore store;
        RateHistory history(&store);
        history.setSpec(specOf(static_cast<RateSplit>(split), 5));
        qint64 now = start;
        quint64 bytes = 0;
        quint64 messages = 0;
        for (int slice = 0; slice < 40; ++slice) {
            std::vector<MessageHead> heads;
            for (qint64 i = random.between(0, 2500); i > 0; --i) {
                now += random.between(0, 3) * ms;
                heads.push_back(headOf(now, static_cast<int>(random.between(1, 40)),
                                       static_cast<quint32>(random.between(1, 900)),
                                       random.oneIn(3) ? Direction::Out : Direction::In));
                bytes += heads.back().wireBytes;
                ++messages;
            }
            append(store, heads);
            history.finish();
        }
        const RateReading reading = history.read(start, now, 300);
        QVERIFY(reading.curves.size() <= 6);
        QCOMPARE(reading.curves.back().others, split != static_cast<int>(RateSplit::Socket));
        QCOMPARE(sumOf(reading).allMessages(), messages);
        QCOMPARE(totalOf(reading).allMessages(), store.stats().stored);
        QCOMPARE(totalOf(reading).bytes[0] + totalOf(reading).bytes[1], bytes);
        QCOMPARE(history.progress().counted, messages);
        QCOMPARE(history.fractionCounted(), 1.0);
    }

    void thosePickedHaveTheirOwnHoweverBusyOthersAre()
    {
        MessageStore store;
        RateHistory history(&store);
        std::vector<MessageHead> heads;
        for (int peer = 1; peer <= 50; ++peer)
            for (int i = 0; i < peer; ++i)
                heads.push_back(headOf(start + i * ms, peer));
        append(store, heads);
        RateSpec spec = specOf(RateSplit::Peer, 3);
        spec.picked = {endpointOf(1), endpointOf(77)}; // the second has sent nothing yet
        history.setSpec(spec);
        history.finish();
        RateReading reading = history.read(start, start + second, 10);
        QCOMPARE(reading.curves.size(), size_t(3));
        QCOMPARE(std::get<Endpoint>(reading.curves[0].key), endpointOf(1));
        QCOMPARE(reading.curves[0].total.allMessages(), quint64(1));
        QCOMPARE(reading.curves[1].total.allMessages(), quint64(0));
        QVERIFY(reading.curves[2].others);
        QCOMPARE(totalOf(reading).allMessages(), store.stats().stored);
        append(store, {headOf(start + 60 * ms, 77)});
        history.finish();
        reading = history.read(start, start + second, 10);
        QCOMPARE(reading.curves[1].total.allMessages(), quint64(1));
        QVERIFY(!history.progress().outdated);
    }

    void theBusiestHaveTheirOwn()
    {
        MessageStore store;
        RateHistory history(&store);
        std::vector<MessageHead> heads;
        for (int peer = 1; peer <= 50; ++peer)
            for (int i = 0; i < peer; ++i)
                heads.push_back(headOf(start + i * ms, peer));
        append(store, heads);
        history.setSpec(specOf(RateSplit::Peer, 3));
        history.finish();
        const RateReading reading = history.read(start, start + second, 10);
        QCOMPARE(reading.curves.size(), size_t(4));
        QCOMPARE(std::get<Endpoint>(reading.curves[0].key), endpointOf(50));
        QCOMPARE(std::get<Endpoint>(reading.curves[1].key), endpointOf(49));
        QCOMPARE(std::get<Endpoint>(reading.curves[2].key), endpointOf(48));
        QVERIFY(reading.curves[3].others);
        QCOMPARE(sumOf(reading).allMessages(), quint64(heads.size()));
    }

    void othersThatBecomeBusierAreChosen()
    {
        MessageStore store;
        RateHistory history(&store);
        history.setChooseAgainMs(0);
        history.setSpec(specOf(RateSplit::Peer, 2));
        append(store, {headOf(start, 1), headOf(start, 2), headOf(start, 3)});
        history.finish();
        std::vector<MessageHead> heads;
        for (int i = 0; i < 100; ++i)
            heads.push_back(headOf(start + i * ms, 9));
        append(store, heads);
        history.finish();
        const RateReading reading = history.read(start, start + second, 10);
        QCOMPARE(std::get<Endpoint>(reading.curves.front().key), endpointOf(9));
        QCOMPARE(reading.curves.front().total.allMessages(), quint64(100));
        QCOMPARE(totalOf(reading).allMessages(), quint64(103));
    }

    // What has left the store before a way to tell apart was chosen cannot be counted back: it is said how much.
    void droppedMessagesStayInAllAndAreMissedInTheRest()
    {
        MessageStore store;
        RateHistory history(&store);
        std::vector<MessageHead> heads;
        for (int i = 0; i < 3 * Chunk::capacity; ++i)
            heads.push_back(headOf(start + i * 10'000, i % 5));
        append(store, heads);
        history.finish();
        store.dropBefore(Chunk::capacity + 1);
        const RateReading all = history.read(start, start + second, 100);
        QCOMPARE(totalOf(all).allMessages(), store.stats().stored + store.stats().droppedOldest);
        history.setSpec(specOf(RateSplit::Peer));
        history.finish();
        const RateReading peers = history.read(start, start + second, 100);
        QCOMPARE(totalOf(peers).allMessages(), store.stats().stored);
        QCOMPARE(history.progress().missed, quint64(Chunk::capacity));
        history.setSpec(specOf(RateSplit::All));
        QCOMPARE(totalOf(history.read(start, start + second, 100)).allMessages(), quint64(heads.size()));
        QCOMPARE(history.progress().missed, quint64(0));
    }

    void clearForgets()
    {
        MessageStore store;
        RateHistory history(&store);
        history.setSpec(specOf(RateSplit::Type));
        append(store, {headOf(start), headOf(start)});
        history.finish();
        store.clear();
        append(store, {headOf(start + second)});
        history.finish();
        QCOMPARE(totalOf(history.read(start, start + 2 * second, 20)).allMessages(), quint64(1));
        QCOMPARE(history.progress().missed, quint64(0));
    }

    void filtersAreCurvesBesideAll()
    {
        const std::optional<Filter> large = Filter::compile(u"size > 100"_s);
        QVERIFY(large);
        MessageStore store;
        RateHistory history(&store);
        append(store, {headOf(start, 1, 50), headOf(start, 1, 150), headOf(start + second, 1, 200)});
        RateSpec spec = specOf(RateSplit::Filter);
        spec.filters = {*large};
        history.setSpec(spec);
        history.finish();
        append(store, {headOf(start + 2 * second, 1, 300), headOf(start + 2 * second, 1, 3)});
        history.finish();
        const RateReading reading = history.read(start, start + 3 * second, 30);
        QCOMPARE(reading.curves.size(), size_t(2));
        QCOMPARE(reading.curves[0].total.allMessages(), quint64(5));
        QCOMPARE(std::get<int>(reading.curves[1].key), 0);
        QCOMPARE(reading.curves[1].total.allMessages(), quint64(3));
        QCOMPARE(sumOf(reading, 1).allMessages(), quint64(3));
    }

    void updatesAreGatheredAndCountedElsewhere()
    {
        MessageStore store;
        RateHistory history(&store);
        QSignalSpy counted(&history, &RateHistory::counted);
        for (int i = 0; i < 100; ++i) {
            append(store, {headOf(start + i * ms)});
            history.update();
        }
        QCOMPARE(counted.count(), 0); // nothing in the caller's time
        history.setWatched(true);
        QTRY_COMPARE(totalOf(history.read(start, start + second, 10)).allMessages(), quint64(100));
        QVERIFY(counted.count() <= 2);
    }

    void mayDieWhileItCounts()
    {
        MessageStore store;
        std::vector<MessageHead> heads(200'000, headOf(start));
        append(store, heads);
        for (const RateSplit split : {RateSplit::Peer, RateSplit::Type, RateSplit::All}) {
            RateHistory history(&store);
            history.setWatched(true);
            history.setSpec(specOf(split));
        }
        QCoreApplication::processEvents();
    }

    void gaugesKeepTheHighest()
    {
        GaugeHistory gauges;
        SockSnapshot snapshot;
        snapshot.sockId = 3;
        snapshot.wallUs = start / 1000;
        for (int i = 1; i <= 10; ++i) {
            snapshot.nowNs = i * 30 * ms;
            snapshot.wallUs = start / 1000 + i * 30'000;
            snapshot.tick.ticks = static_cast<quint64>(i);
            snapshot.tick.lastPeriodNs = (250 + i) * ms;
            snapshot.inQueue.depth = i == 5 ? 77 : 1;
            gauges.sample(snapshot);
            gauges.sample(snapshot); // a report is one sample
        }
        const RateSteps steps = RateSteps::forRange(start, start + second, 1, start + second);
        std::vector<GaugeCurve> curves = gauges.read(Gauge::InQueue, steps);
        QCOMPARE(curves.size(), size_t(1));
        QCOMPARE(curves.front().sockId, quint32(3));
        QCOMPARE(curves.front().buckets[0].highest, 77.0);
        QCOMPARE(curves.front().buckets[0].samples, quint32(10));
        curves = gauges.read(Gauge::TickPeriod, steps);
        QCOMPARE(curves.front().buckets[0].highest, 260.0);
        for (quint32 sock = 10; sock < 10 + GaugeHistory::maximumSocks; ++sock) {
            snapshot.sockId = sock;
            snapshot.wallUs += 1000;
            gauges.sample(snapshot);
        }
        QCOMPARE(gauges.replaced(), quint64(1));
    }

    void aTimeIsFoundInTheStore()
    {
        MessageStore store;
        QCOMPARE(numberAtTime(store, start), quint64(0));
        std::vector<MessageHead> heads;
        for (int i = 0; i < 40'000; ++i)
            heads.push_back(headOf(start + (i / 2) * ms));
        append(store, heads);
        QCOMPARE(numberAtTime(store, 0), quint64(1));
        QCOMPARE(numberAtTime(store, start), quint64(1));
        QCOMPARE(numberAtTime(store, start + 1), quint64(3));
        QCOMPARE(numberAtTime(store, start + 12'345 * ms), quint64(2 * 12'345 + 1));
        QCOMPARE(numberAtTime(store, start + 1000 * second), quint64(40'000));
        store.dropBefore(Chunk::capacity + 1);
        QCOMPARE(numberAtTime(store, start), quint64(Chunk::capacity + 1));
    }

    void aMillionMessagesAreCountedFast()
    {
        MessageStore store({.memoryBytes = 1LL << 40, .spoolFolder = {}});
        std::vector<MessageHead> heads;
        for (int i = 0; i < 1'000'000; ++i)
            heads.push_back(headOf(start + i * 5'000LL, i % 1000));
        append(store, heads);
        RateHistory history(&store);
        QElapsedTimer timer;
        timer.start();
        history.setSpec(specOf(RateSplit::Peer, 20));
        history.finish();
        const qint64 counting = timer.nsecsElapsed();
        timer.start();
        const RateReading reading = history.read(start, start + 5 * second, 200);
        const qint64 readingNs = timer.nsecsElapsed();
        qInfo("counted a million by peer in %.1f ms, read %zu curves in %.2f ms", static_cast<double>(counting) / 1e6,
              reading.curves.size(), static_cast<double>(readingNs) / 1e6);
        QVERIFY(counting < 2 * second);
        QCOMPARE(totalOf(reading).allMessages(), quint64(1'000'000));
    }
};

QTEST_GUILESS_MAIN(TestRateHistory)
#include "test_ratehistory.moc"
