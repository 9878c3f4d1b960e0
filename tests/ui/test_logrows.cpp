#include "ui/models/logrows.h"

#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <deque>

#include "support/testmain.h"

using namespace SockScope;

class TestLogRows : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    // Rows that come at both ends and leave at the front, beside a plain list of numbers.
    void isAlwaysTheNaiveList()
    {
        QRandomGenerator random(20261126);
        LogRows rows;
        std::deque<quint64> naive;
        quint64 low = 1'000'000; // numbers of [low, high) were given out, or may have been
        quint64 high = low;
        const auto part = [&](quint64 first, int count) {
            LogHits hits{first, {}};
            for (int i = 0; i < count; ++i) {
                if (random.bounded(3) == 0)
                    hits.offsets.push_back(static_cast<quint16>(i));
            }
            return hits;
        };
        for (int step = 0; step < 3000; ++step) {
            const int count = random.bounded(1, 200);
            switch (random.bounded(5)) {
            case 0: {
                LogHits hits = part(low - static_cast<quint64>(count), count);
                for (auto it = hits.offsets.rbegin(); it != hits.offsets.rend(); ++it)
                    naive.push_front(hits.firstNo + *it);
                low -= static_cast<quint64>(count);
                rows.prepend(std::move(hits));
                break;
            }
            case 1:
            case 2: {
                LogHits hits = part(high, count);
                for (const quint16 offset : hits.offsets)
                    naive.push_back(hits.firstNo + offset);
                high += static_cast<quint64>(count);
                rows.append(std::move(hits));
                break;
            }
            case 3: {
                const quint64 no = low + random.bounded(400u);
                const auto gone = std::lower_bound(naive.begin(), naive.end(), no) - naive.begin();
                QCOMPARE(rows.removeBefore(no), gone);
                naive.erase(naive.begin(), naive.begin() + gone);
                low = qMax(low, qMin(no, high));
                break;
            }
            default:
                if (random.bounded(300) == 0) {
                    rows.clear();
                    naive.clear();
                    low = high;
                }
                break;
            }
            QCOMPARE(rows.count(), static_cast<qint64>(naive.size()));
            for (int i = 0; i < 20 && !naive.empty(); ++i) {
                const int row = random.bounded(static_cast<int>(naive.size()));
                QCOMPARE(rows.noOf(row), naive[static_cast<size_t>(row)]);
                const quint64 no = low - 5 + random.bounded(static_cast<quint32>(high - low) + 10);
                QCOMPARE(rows.rowAtOrAfter(no), std::lower_bound(naive.begin(), naive.end(), no) - naive.begin());
            }
        }
    }

    void whatComesIntoOneChunkStaysOneBlock()
    {
        LogRows rows;
        for (quint16 i = 0; i < 1000; ++i)
            rows.append({1, {i}});
        QCOMPARE(rows.count(), 1000);
        QVERIFY2(rows.memoryBytes() < 5000, qPrintable(QString::number(rows.memoryBytes())));
        QCOMPARE(rows.noOf(999), 1000u);
    }
};

QTEST_GUILESS_MAIN(TestLogRows)
#include "test_logrows.moc"
