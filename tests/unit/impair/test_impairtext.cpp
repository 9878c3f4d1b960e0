#include <QTest>

#include <cmath>

#include "core/impair/impairtext.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestImpairText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void readsNetemsWords()
    {
        const auto spec = parseImpair(u"delay 100ms 10ms distribution normal loss 1% duplicate 1% corrupt 0.1% "
                                      "reorder 25% rate 1mbit limit 500"_s);
        QVERIFY(spec);
        QVERIFY(spec->inbound && spec->outbound);
        QCOMPARE(spec->delayNs, 100'000'000);
        QCOMPARE(spec->jitterNs, 10'000'000);
        QCOMPARE(spec->jitterShape, JitterShape::Normal);
        QCOMPARE(spec->loss, 0.01);
        QCOMPARE(spec->duplicate, 0.01);
        QCOMPARE(spec->corrupt, 0.001);
        QCOMPARE(spec->corruptPlaces, 1);
        QVERIFY(!spec->corruptBytes);
        QCOMPARE(spec->reorder, 0.25);
        QCOMPARE(spec->rateBitsPerSecond, 1'000'000);
        QCOMPARE(spec->limit, 500);
        QVERIFY(!spec->seed);
    }

    void readsWhichMessages()
    {
        const auto spec =
            parseImpair(u"out: peer 127.0.0.1:9000 type 7 filter 'data.id > 4 && size < 9' loss 5 seed 12"_s);
        QVERIFY(spec);
        QVERIFY(spec->outbound && !spec->inbound);
        QCOMPARE(spec->peer, Endpoint(0x7f000001, 9000));
        QCOMPARE(spec->type, std::optional<MessageType>(7));
        QCOMPARE(spec->filter, u"data.id > 4 && size < 9"_s);
        QCOMPARE(spec->seed, std::optional<quint64>(12));
        QCOMPARE(parseImpair(u"in:peer ::1 loss 5%"_s)->peer, Endpoint(QHostAddress(u"::1"_s), 0));
        QCOMPARE(parseImpair(u" both: type move loss 5%"_s)->type, std::optional<MessageType>(MessageType(u"move")));
        QCOMPARE(parseImpair(u"type \"7\" loss 5%"_s)->type, std::optional<MessageType>(MessageType(u"7")));
    }

    void readsTimesRatesAndPlaces()
    {
        QCOMPARE(parseImpair(u"delay 0.25s"_s)->delayNs, 250'000'000);
        QCOMPARE(parseImpair(u"delay 1500us 3ns"_s)->jitterNs, 3);
        QCOMPARE(parseImpair(u"delay 0"_s)->delayNs, 0);
        QCOMPARE(parseImpair(u"rate 2kbps"_s)->rateBitsPerSecond, 16'000);
        QCOMPARE(parseImpair(u"rate 1Mibit"_s)->rateBitsPerSecond, 1'048'576);
        QCOMPARE(parseImpair(u"corrupt 1% 3bits"_s)->corruptPlaces, 3);
        const auto bytes = parseImpair(u"corrupt 1% 2 bytes"_s);
        QVERIFY(bytes && bytes->corruptBytes);
        QCOMPARE(bytes->corruptPlaces, 2);
        QCOMPARE(parseImpair(u"delay 5ms reorder 25% gap 5"_s)->reorderGap, 5);
    }

    void readsBursts()
    {
        const auto spec = parseImpair(u"loss gemodel 1% 10% 70% 0.1%"_s);
        QVERIFY(spec && spec->burstLoss);
        QCOMPARE(spec->burstLoss->toBad, 0.01);
        QCOMPARE(spec->burstLoss->toGood, 0.1);
        QCOMPARE(spec->burstLoss->lossInBad, 0.7);
        QCOMPARE(spec->burstLoss->lossInGood, 0.001);
        const auto simple = parseImpair(u"loss gemodel 2%"_s);
        QCOMPARE(simple->burstLoss->toGood, 0.98);
        QCOMPARE(simple->burstLoss->lossInBad, 1.0);
        // 5 % in all, four in a row
        const auto burst = parseImpair(u"loss burst 5% 4"_s)->burstLoss;
        QCOMPARE(burst->toGood, 0.25);
        QVERIFY(std::abs(burst->toBad / (burst->toBad + burst->toGood) - 0.05) < 1e-12);
    }

    void presetsCanBeChanged()
    {
        for (const ImpairPreset &preset : impairPresets()) {
            const auto spec = parseImpair(preset.name);
            QVERIFY2(spec, qPrintable(preset.name));
            QCOMPARE(*spec, *parseImpair(preset.words));
            QVERIFY(spec->delayNs > 0);
        }
        const auto spec = parseImpair(u"in: seed 4 3g loss 50%"_s);
        QVERIFY(spec && spec->inbound && !spec->outbound);
        QCOMPARE(spec->seed, std::optional<quint64>(4));
        QVERIFY(!spec->burstLoss);
        QCOMPARE(spec->loss, 0.5);
        QCOMPARE(spec->delayNs, 100'000'000);
    }

    void textReadsBackTheSame_data()
    {
        QTest::addColumn<QString>("text");
        for (const auto &text :
             {"delay 100ms 10ms distribution pareto loss 1.5% rate 1500kbit limit 7 seed 18446744073709551615",
              "out: peer [::1]:9000 type \"a \\\"b\\\\\" filter 'text contains \"x\"' corrupt 3% 4 bytes", "loss 0%",
              "in: loss gemodel 1% 10% 70% 0.1%", "delay 1ns reorder 30% gap 3", "wifi", "3g", "satellite", "lossy-lan",
              "peer 10.0.0.1 duplicate 100%", "duplicate 0.000001%", "corrupt 0.00000000000001%", "delay 0 5us",
              "delay 0"})
            QTest::newRow(text) << QString::fromLatin1(text);
    }
    void textReadsBackTheSame()
    {
        QFETCH(QString, text);
        ImpairError error;
        const auto spec = parseImpair(text, &error);
        QVERIFY2(spec, qPrintable(error.toString()));
        const auto again = parseImpair(impairText(*spec), &error);
        QVERIFY2(again, qPrintable(impairText(*spec) + error.toString()));
        QCOMPARE(impairText(*again), impairText(*spec));
        QCOMPARE(again->filter, spec->filter);
        QCOMPARE(again->type, spec->type);
        QCOMPARE(again->peer, spec->peer);
        QCOMPARE(again->seed, spec->seed);
    }

    void saysWhereItIsWrong_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("column");
        QTest::addColumn<int>("length");
        QTest::addColumn<QString>("what");
        const auto row = [](const char *text, int column, int length, const char *what) {
            QTest::newRow(text) << QString::fromLatin1(text) << column << length << QString::fromLatin1(what);
        };
        row("", 0, 0, "nothing is said");
        row("out:", 4, 0, "nothing is said");
        row("limit 5", 7, 0, "nothing is said");
        row("seed 5 peer 1.2.3.4", 19, 0, "nothing is said");
        row("delya 5ms", 0, 5, "delya is not a word");
        row("delay", 5, 0, "expected a time behind delay");
        row("delay 100", 6, 3, "100 is not a time");
        row("delay 2h", 6, 2, "2h is not a time");
        row("delay -5ms", 6, 4, "-5ms is not a time");
        row("delay 3601s", 6, 5, "longer than an hour");
        row("delay 1e99s", 6, 5, "is not a time");
        row("delay 1ms 1ms 25%", 14, 3, "correlations are not simulated");
        row("delay 1ms distribution normal", 10, 12, "no jitter");
        row("delay 1ms 1ms distribution even", 27, 4, "even is not a distribution");
        row("loss 101%", 5, 4, "101% is more than all");
        row("loss 1% loss 2%", 8, 4, "loss stands there twice");
        row("loss 1% 25%", 8, 3, "correlations are not simulated");
        row("loss x", 5, 1, "x is not a percentage");
        row("loss burst 90% 1", 11, 3, "bursts of 1 cannot lose 90%");
        row("loss burst 100% 4", 11, 4, "bursts of 4 cannot lose 100%");
        row("loss burst 5%", 13, 0, "expected how many");
        row("corrupt 1% 3", 11, 1, "does not say how much");
        row("corrupt 1% 0bits", 11, 5, "not a whole number");
        row("reorder 25%", 0, 7, "nothing waits");
        row("delay 1ms gap 5", 10, 3, "gap says how often");
        row("rate 5", 5, 1, "5 is not a rate");
        row("rate 0kbit", 5, 5, "out of range");
        row("delay 1ms limit 0", 16, 1, "not a whole number from 1");
        row("peer localhost loss 1%", 5, 9, "not an address");
        row("loss 1% wifi", 8, 4, "wifi is not a word");
        row("loss 1% seed x", 13, 1, "x is not a whole number");
        row("filter 'size >' loss 1%", 14, 0, "in the filter");
        row("filter 'nofield == 3' loss 1%", 8, 7, "in the filter");
        row("filter '' loss 1%", 8, 0, "the filter is empty");
        row("filter 'size > 3 loss 1%", 7, 17, "the quote is not closed");
    }
    void saysWhereItIsWrong()
    {
        QFETCH(QString, text);
        QFETCH(int, column);
        QFETCH(int, length);
        QFETCH(QString, what);
        ImpairError error;
        QVERIFY(!parseImpair(text, &error));
        QVERIFY2(error.what.contains(what), qPrintable(error.toString()));
        QCOMPARE(error.column, column);
        QCOMPARE(error.length, length);
        QVERIFY(error.toString().startsWith(u"column %1: "_s.arg(column + 1)));
    }

    void refusesWhatIsTooLong()
    {
        ImpairError error;
        QVERIFY(!parseImpair(QString(maximumImpairCharacters + 1, u' '), &error));
        QVERIFY(error.what.contains(u"too long"));
        QVERIFY(!parseImpair(u"type "_s + QString(5000, u'x') + u" loss 1%"_s, &error));
        QVERIFY(error.what.size() < 200);
    }

    void helpNamesEveryWord()
    {
        QString all;
        for (const auto &[word, does] : impairWords()) {
            QVERIFY(!does.isEmpty());
            all += word + u'\n';
        }
        for (const char *word : {"delay", "loss", "duplicate", "corrupt", "reorder", "rate", "limit", "seed", "peer"})
            QVERIFY(all.contains(QLatin1String(word)));
    }
};

QTEST_GUILESS_MAIN(TestImpairText)
#include "test_impairtext.moc"
