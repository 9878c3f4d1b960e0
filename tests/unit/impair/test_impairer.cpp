#include <QTest>

#include "core/impair/impairer.h"
#include "core/impair/impairtext.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Kind = ImpairPlacement::Kind;

namespace {

constexpr qint64 ms = 1'000'000;
const Endpoint alice(0x0a000001, 1);
const Endpoint bob(0x0a000002, 2);

ImpairedMessage message(const Endpoint &peer, qsizetype bytes = 100, Direction direction = Direction::Out)
{
    ImpairedMessage result;
    result.peer = peer;
    result.direction = direction;
    result.wireBytes = bytes;
    return result;
}

struct Bench
{
    explicit Bench(const QString &words) { impairer.setRules({*parseImpair(words)}); }
    /// Puts one in, as BaseSock does.
    ImpairPlacement put(qint64 nowNs, const ImpairedMessage &one, bool ordered = false, int rule = 0)
    {
        const ImpairFate fate = rule < 0 ? ImpairFate() : impairer.judge(rule, one.direction);
        const ImpairPlacement placement = impairer.place(rule, fate, false, ordered, one, nowNs);
        if (placement.kind == Kind::Wait) {
            ImpairedMessage own = one;
            impairer.hold(rule, placement.releaseNs, std::move(own));
        }
        return placement;
    }
    std::optional<ImpairedMessage> takeDue(qint64 nowNs)
    {
        return impairer.peekDue(nowNs) ? std::optional(impairer.takeFront()) : std::nullopt;
    }
    Impairer impairer;
};

} // namespace

class TestImpairer : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void whatNeedsNotWaitPasses()
    {
        Bench bench(u"delay 0 duplicate 50%"_s);
        for (int i = 0; i < 100; ++i)
            QCOMPARE(bench.put(ms, message(alice)).kind, Kind::Pass);
        QVERIFY(bench.impairer.isEmpty());
        QVERIFY(!bench.impairer.nextDueNs());
    }

    void comesWhenItsTimeHasCome()
    {
        Bench bench(u"delay 10ms"_s);
        QCOMPARE(bench.put(5 * ms, message(alice, 30)).releaseNs, 15 * ms);
        bench.put(6 * ms, message(bob, 12));
        QCOMPARE(bench.impairer.nextDueNs(), std::optional<qint64>(15 * ms));
        QCOMPARE(bench.impairer.waiting(Direction::Out), (Count{2, 42}));
        QCOMPARE(bench.impairer.waiting(Direction::In), Count());
        QVERIFY(!bench.takeDue(14 * ms));
        QCOMPARE(bench.takeDue(15 * ms)->peer, alice);
        QVERIFY(!bench.takeDue(15 * ms));
        QCOMPARE(bench.takeDue(99 * ms)->peer, bob);
        QCOMPARE(bench.impairer.waiting(Direction::Out), Count());
        const ImpairStats stats = bench.impairer.reports().front().out;
        QCOMPARE(stats.applied, quint64(2));
        QCOMPARE(stats.delayed, quint64(2));
        QCOMPARE(stats.waiting, 0);
        QCOMPARE(stats.highWater, 2);
    }

    void streamsKeepTheirOrderADatagramMayOvertake()
    {
        for (const bool ordered : {true, false}) {
            Bench bench(u"delay 10ms 10ms seed 3"_s);
            QList<qsizetype> order;
            quint64 overtook = 0;
            qint64 now = 0;
            const auto drain = [&] {
                while (const auto due = bench.takeDue(now))
                    order.append(due->wireBytes);
            };
            for (int i = 0; i < 500; ++i, now += ms) {
                drain();
                const auto placement = bench.put(now, message(alice, i), ordered);
                overtook += placement.overtakes ? 1 : 0;
                if (placement.kind == Kind::Pass)
                    order.append(i);
            }
            now += 100 * ms;
            drain();
            QCOMPARE(order.size(), 500);
            QCOMPARE(std::is_sorted(order.begin(), order.end()), ordered);
            QCOMPARE(overtook == 0, ordered);
            QCOMPARE(bench.impairer.reports().front().out.overtook, overtook);
        }
    }

    void reorderOvertakesOnStreamsToo()
    {
        Bench bench(u"delay 10ms reorder 100% gap 3"_s);
        QCOMPARE(bench.put(0, message(alice), true).kind, Kind::Wait);
        QCOMPARE(bench.put(0, message(alice), true).kind, Kind::Wait);
        const auto third = bench.put(0, message(alice), true);
        QCOMPARE(third.kind, Kind::Pass);
        QVERIFY(third.overtakes);
        // Nobody waits there who could be overtaken.
        bench.put(0, message(alice), true);
        bench.put(0, message(alice), true);
        QVERIFY(!bench.put(0, message(bob), true).overtakes);
    }

    void whoHasNoRuleWaitsInOrderOnAStream()
    {
        Bench bench(u"delay 10ms"_s);
        bench.put(0, message(alice), true);
        const auto behind = bench.put(ms, message(alice), true, -1);
        QCOMPARE(behind.kind, Kind::Wait);
        QCOMPARE(behind.releaseNs, 10 * ms);
        QCOMPARE(bench.put(ms, message(bob), true, -1).kind, Kind::Pass);
        QCOMPARE(bench.put(ms, message(alice), false, -1).kind, Kind::Pass);
    }

    void whoIsOverdueGoesFirst()
    {
        Bench bench(u"delay 10ms"_s);
        bench.put(0, message(alice));
        // The alarm comes late: 10 ms are over.
        const auto later = bench.put(12 * ms, message(alice), false, -1);
        QCOMPARE(later.kind, Kind::Wait);
        QCOMPARE(later.releaseNs, 12 * ms);
    }

    void rateSendsOneAfterTheOther()
    {
        Bench bench(u"rate 8kbit delay 5ms"_s); // 1000 bytes a second
        QCOMPARE(bench.put(0, message(alice, 100)).releaseNs, 105 * ms);
        QCOMPARE(bench.put(0, message(bob, 50)).releaseNs, 155 * ms);
        QCOMPARE(bench.put(500 * ms, message(alice, 1)).releaseNs, 506 * ms);
        QCOMPARE(bench.put(500 * ms, message(alice, 0)).releaseNs, 506 * ms);
        Bench odd(u"rate 3bit"_s);
        QCOMPARE(odd.put(0, message(alice, 1)).releaseNs, qint64(2'666'666'667));
        Bench fast(u"rate 1tbit"_s);
        QCOMPARE(fast.put(0, message(alice, 64 * 1024)).releaseNs, qint64(525));
    }

    void limitDropsAndDoesNotKeepTheLinkBusy()
    {
        Bench bench(u"rate 8kbit limit 3"_s);
        for (int i = 0; i < 3; ++i)
            QCOMPARE(bench.put(0, message(alice)).kind, Kind::Wait);
        for (int i = 0; i < 5; ++i)
            QCOMPARE(bench.put(0, message(alice)).kind, Kind::Full);
        QVERIFY(bench.takeDue(100 * ms));
        QCOMPARE(bench.put(100 * ms, message(alice)).releaseNs, 400 * ms);
        const ImpairStats stats = bench.impairer.reports().front().out;
        QCOMPARE(stats.queueFull, quint64(5));
        QCOMPARE(stats.highWater, 3);
        QCOMPARE(stats.waiting, 3);
        // Both directions have a queue of their own.
        QCOMPARE(bench.put(0, message(alice, 1, Direction::In)).kind, Kind::Wait);
    }

    void bytesHaveALimitToo()
    {
        Bench bench(u"delay 1s limit 1000000"_s);
        const qsizetype half = ImpairSpec::maximumWaitingBytes / 2;
        QCOMPARE(bench.put(0, message(alice, half)).kind, Kind::Wait);
        QCOMPARE(bench.put(0, message(alice, half)).kind, Kind::Wait);
        QCOMPARE(bench.put(0, message(alice, 1)).kind, Kind::Full);
    }

    void closedPeerTakesItsOwn()
    {
        Bench bench(u"delay 10ms"_s);
        bench.put(0, message(alice, 1));
        bench.put(0, message(bob, 2));
        bench.put(0, message(alice, 3));
        bench.put(0, message(alice, 4, Direction::In));
        const auto taken = bench.impairer.takePeer(Direction::Out, alice);
        QCOMPARE(taken.size(), size_t(2));
        QCOMPARE(taken[1].wireBytes, 3);
        QVERIFY(!bench.impairer.waitsFor(Direction::Out, alice));
        QVERIFY(bench.impairer.waitsFor(Direction::In, alice));
        QCOMPARE(bench.impairer.takeAll().size(), size_t(2));
        QVERIFY(bench.impairer.isEmpty());
        QVERIFY(bench.impairer.takeAll().empty());
    }

    void newRulesLeaveThoseThatWait()
    {
        Bench bench(u"delay 10ms limit 1"_s);
        bench.put(0, message(alice));
        bench.impairer.setRules({*parseImpair(u"delay 1ms limit 1"_s)});
        QCOMPARE(bench.put(0, message(bob)).kind, Kind::Wait);
        QCOMPARE(bench.takeDue(99 * ms)->peer, bob);
        QCOMPARE(bench.takeDue(99 * ms)->peer, alice);
        QCOMPARE(bench.impairer.reports().front().out.waiting, 0);
    }

    void rulesConcernTheirDirectionAndPeer()
    {
        Impairer impairer;
        impairer.setRules({*parseImpair(u"in: loss 1%"_s), *parseImpair(u"out: peer 10.0.0.1 loss 1%"_s),
                           *parseImpair(u"peer 10.0.0.1:7 loss 1%"_s)});
        QVERIFY(impairer.concerns(0, Direction::In, bob));
        QVERIFY(!impairer.concerns(0, Direction::Out, bob));
        QVERIFY(impairer.concerns(1, Direction::Out, alice));
        QVERIFY(!impairer.concerns(1, Direction::Out, bob));
        QVERIFY(!impairer.concerns(2, Direction::Out, alice));
        QVERIFY(impairer.concerns(2, Direction::Out, Endpoint(0x0a000001, 7)));
    }

    void seedIsSaidAndDirectionsDiffer()
    {
        Impairer impairer;
        impairer.setRules({*parseImpair(u"loss 50% seed 9"_s), *parseImpair(u"loss 50%"_s)});
        QCOMPARE(impairer.reports()[0].seed, quint64(9));
        int same = 0;
        for (int i = 0; i < 1000; ++i)
            same += impairer.judge(0, Direction::In).lost == impairer.judge(0, Direction::Out).lost ? 1 : 0;
        QVERIFY(same > 400 && same < 600);
        QCOMPARE(impairer.reports()[0].in.applied, quint64(1000));
    }
};

QTEST_GUILESS_MAIN(TestImpairer)
#include "test_impairer.moc"
