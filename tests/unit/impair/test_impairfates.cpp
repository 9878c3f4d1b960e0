#include <QTest>

#include <bit>
#include <cmath>

#include "core/impair/impairfates.h"
#include "core/impair/impairtext.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

constexpr int many = 100'000;

/// 3.29 standard deviations: 99.9 % of all seeds lie within.
double bound(double chance)
{
    return 3.29 * std::sqrt(many * chance * (1 - chance));
}

template <typename Function>
int count(const QString &words, quint64 seed, Function &&function)
{
    ImpairFates fates(*parseImpair(words), seed, 0);
    int sum = 0;
    for (int i = 0; i < many; ++i)
        sum += function(fates.next()) ? 1 : 0;
    return sum;
}

struct Moments
{
    double mean = 0;
    double deviation = 0;
    double least = 1e300;
    double most = 0;
};

Moments delays(const QString &words)
{
    ImpairFates fates(*parseImpair(words), 5, 0);
    Moments moments;
    double squares = 0;
    for (int i = 0; i < many; ++i) {
        const double ms = static_cast<double>(fates.next().delayNs) / 1e6;
        moments.mean += ms / many;
        squares += ms * ms / many;
        moments.least = std::fmin(moments.least, ms);
        moments.most = std::fmax(moments.most, ms);
    }
    moments.deviation = std::sqrt(squares - moments.mean * moments.mean);
    return moments;
}

} // namespace

class TestImpairFates : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void sharesAreWithinTheBinomialBounds_data()
    {
        QTest::addColumn<QString>("words");
        QTest::addColumn<double>("chance");
        QTest::newRow("loss") << u"loss 10%"_s << 0.1;
        QTest::newRow("duplicate") << u"duplicate 1%"_s << 0.01;
        QTest::newRow("corrupt") << u"corrupt 0.1%"_s << 0.001;
        QTest::newRow("reorder") << u"delay 1ms reorder 25%"_s << 0.25;
    }
    void sharesAreWithinTheBinomialBounds()
    {
        QFETCH(QString, words);
        QFETCH(double, chance);
        for (const quint64 seed : {1, 2, 3}) {
            const int seen = count(words, seed, [](const ImpairFate &fate) {
                return fate.lost || fate.duplicated || fate.corrupted || fate.overtakes;
            });
            QVERIFY2(std::abs(seen - many * chance) <= bound(chance), qPrintable(QString::number(seen)));
        }
    }

    void sameSeedSameFates()
    {
        const auto spec = *parseImpair(u"delay 10ms 5ms distribution normal loss 10% duplicate 10% corrupt 10%"_s);
        ImpairFates one(spec, 42, 0);
        ImpairFates two(spec, 42, 0);
        ImpairFates otherSeed(spec, 43, 0);
        ImpairFates otherStream(spec, 42, 1);
        int sameAsSeed = 0;
        int sameAsStream = 0;
        for (int i = 0; i < 10'000; ++i) {
            const ImpairFate fate = one.next();
            const ImpairFate again = two.next();
            QCOMPARE(fate.lost, again.lost);
            QCOMPARE(fate.duplicated, again.duplicated);
            QCOMPARE(fate.corrupted, again.corrupted);
            QCOMPARE(fate.delayNs, again.delayNs);
            QCOMPARE(one.corruption(fate.number, 20), two.corruption(fate.number, 20));
            sameAsSeed += fate.lost && otherSeed.next().lost ? 1 : 0;
            sameAsStream += fate.lost && otherStream.next().lost ? 1 : 0;
        }
        QVERIFY(sameAsSeed < 200); // 1 % by chance
        QVERIFY(sameAsStream < 200);
    }

    void meaningOfASeedNeverChanges()
    {
        // Written down once: a saved seed has to drop the same messages in later versions.
        ImpairFates fates(*parseImpair(u"loss 10%"_s), 1, 0);
        QList<int> lost;
        for (int i = 0; i < 60; ++i) {
            if (fates.next().lost)
                lost.append(i);
        }
        QCOMPARE(lost, (QList<int>{10, 13, 30, 43, 56, 58}));
    }

    void otherActsDoNotChangeWhoIsLost()
    {
        ImpairFates bare(*parseImpair(u"loss 10%"_s), 7, 0);
        ImpairFates full(*parseImpair(u"delay 1ms 1ms loss 10% duplicate 5% corrupt 5% reorder 5%"_s), 7, 0);
        for (int i = 0; i < 10'000; ++i)
            QCOMPARE(bare.next().lost, full.next().lost);
    }

    void burstsLoseInARow()
    {
        ImpairFates fates(*parseImpair(u"loss burst 10% 5"_s), 3, 0);
        int lost = 0;
        int bursts = 0;
        bool before = false;
        for (int i = 0; i < many; ++i) {
            const bool now = fates.next().lost;
            lost += now ? 1 : 0;
            bursts += now && !before ? 1 : 0;
            before = now;
        }
        QVERIFY2(std::abs(lost - many * 0.1) < many * 0.01, qPrintable(QString::number(lost)));
        const double length = double(lost) / bursts;
        QVERIFY2(std::abs(length - 5) < 0.4, qPrintable(QString::number(length)));
    }

    void delaysAreDistributedAsSaid()
    {
        const Moments constant = delays(u"delay 100ms"_s);
        QCOMPARE(constant.least, 100.0);
        QCOMPARE(constant.most, 100.0);
        const Moments uniform = delays(u"delay 100ms 10ms"_s);
        QVERIFY(std::abs(uniform.mean - 100) < 0.1);
        QVERIFY(std::abs(uniform.deviation - 10 / std::sqrt(3)) < 0.1);
        QVERIFY(uniform.least >= 90 && uniform.most <= 110);
        const Moments normal = delays(u"delay 100ms 10ms distribution normal"_s);
        QVERIFY(std::abs(normal.mean - 100) < 0.2);
        QVERIFY(std::abs(normal.deviation - 10) < 0.2);
        QVERIFY(normal.least < 70 && normal.most > 130);
        const Moments pareto = delays(u"delay 100ms 10ms distribution pareto"_s);
        QVERIFY(std::abs(pareto.mean - 100) < 0.3);
        QVERIFY(std::abs(pareto.deviation - 10) < 2);
        QVERIFY(pareto.least > 94 && pareto.most > 200 && pareto.most <= 300);
        QVERIFY(delays(u"delay 1ms 10ms"_s).least == 0);
    }

    void gapCountsMessages()
    {
        ImpairFates fates(*parseImpair(u"delay 1ms reorder 100% gap 5"_s), 1, 0);
        for (int i = 0; i < 50; ++i)
            QCOMPARE(fates.next().overtakes, i % 5 == 4);
    }

    void corruptionChangesExactlySoManyPlaces_data()
    {
        QTest::addColumn<QString>("words");
        QTest::addColumn<int>("places");
        QTest::addColumn<bool>("bytes");
        QTest::newRow("one bit") << u"corrupt 100%"_s << 1 << false;
        QTest::newRow("nine bits") << u"corrupt 100% 9 bits"_s << 9 << false;
        QTest::newRow("all bits") << u"corrupt 100% 1000 bits"_s << 80 << false;
        QTest::newRow("three bytes") << u"corrupt 100% 3 bytes"_s << 3 << true;
        QTest::newRow("all bytes") << u"corrupt 100% 99 bytes"_s << 10 << true;
    }
    void corruptionChangesExactlySoManyPlaces()
    {
        QFETCH(QString, words);
        QFETCH(int, places);
        QFETCH(bool, bytes);
        const QByteArray before = "0123456789";
        ImpairFates fates(*parseImpair(words), 11, 0);
        QSet<QByteArray> seen;
        for (int i = 0; i < 200; ++i) {
            const auto changes = fates.corruption(fates.next().number, before.size());
            QByteArray after = before;
            ImpairFates::apply(changes, after.data());
            int bitsChanged = 0;
            int bytesChanged = 0;
            for (qsizetype at = 0; at < before.size(); ++at) {
                const auto difference = static_cast<quint8>(before[at] ^ after[at]);
                bitsChanged += std::popcount(difference);
                bytesChanged += difference != 0 ? 1 : 0;
            }
            QCOMPARE(bytes ? bytesChanged : bitsChanged, places);
            const QString text = ImpairFates::describe(changes, bytes);
            QVERIFY2(text.startsWith(bytes ? u"byte "_s : u"bit "_s), qPrintable(text));
            QCOMPARE(text.contains(u" more"_s), places > 8);
            seen.insert(after);
        }
        QVERIFY(seen.size() > (places == 80 ? 0 : 20));
        QVERIFY(fates.corruption(0, 0).empty());
    }
};

QTEST_GUILESS_MAIN(TestImpairFates)
#include "test_impairfates.moc"
