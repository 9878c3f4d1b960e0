#include "ui/models/bytediff.h"

#include <QRandomGenerator>
#include <QTest>

#include "support/testmain.h"

using namespace SockScope;

class TestByteDiff : public QObject
{
    Q_OBJECT

private:
    /// "=ab" for what is the same, "-c" and "+d" for what is not.
    static QByteArray written(const ByteDiff &diff, const QByteArray &left, const QByteArray &right)
    {
        QByteArray text;
        for (const ByteRun &run : diff.runs()) {
            if (!text.isEmpty())
                text += ' ';
            if (run.same) {
                text += '=' + left.mid(run.leftOffset, run.leftLength);
                continue;
            }
            if (run.leftLength > 0)
                text += '-' + left.mid(run.leftOffset, run.leftLength);
            if (run.rightLength > 0)
                text += '+' + right.mid(run.rightOffset, run.rightLength);
        }
        return text;
    }
    /// What holds for every diff, whatever the payloads.
    static void verifyWhole(const ByteDiff &diff, const QByteArray &left, const QByteArray &right)
    {
        qsizetype leftEnd = 0;
        qsizetype rightEnd = 0;
        for (size_t i = 0; i < diff.runs().size(); ++i) {
            const ByteRun &run = diff.runs()[i];
            QCOMPARE(run.leftOffset, leftEnd);
            QCOMPARE(run.rightOffset, rightEnd);
            QVERIFY(run.leftLength + run.rightLength > 0);
            if (run.same)
                QCOMPARE(left.mid(run.leftOffset, run.leftLength), right.mid(run.rightOffset, run.rightLength));
            else
                QVERIFY(left.mid(run.leftOffset, run.leftLength) != right.mid(run.rightOffset, run.rightLength));
            if (i > 0)
                QVERIFY(run.same != diff.runs()[i - 1].same);
            leftEnd += run.leftLength;
            rightEnd += run.rightLength;
        }
        QCOMPARE(leftEnd, left.size());
        QCOMPARE(rightEnd, right.size());
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void cases_data()
    {
        QTest::addColumn<QByteArray>("left");
        QTest::addColumn<QByteArray>("right");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char *name, const char *left, const char *right, const char *expected) {
            QTest::newRow(name) << QByteArray(left) << QByteArray(right) << QByteArray(expected);
        };
        row("both empty", "", "", "");
        row("the same", "abc", "abc", "=abc");
        row("nothing before", "", "abc", "+abc");
        row("nothing after", "abc", "", "-abc");
        row("all different", "abc", "xyz", "-abc+xyz");
        row("one byte", "abcdef", "abXdef", "=ab -c+X =def");
        row("put in", "abcdef", "abcXYdef", "=abc +XY =def");
        row("put in front", "abcdef", "XYabcdef", "+XY =abcdef");
        row("put at the end", "abcdef", "abcdefXY", "=abcdef +XY");
        row("taken out", "abcXYdef", "abcdef", "=abc -XY =def");
        row("two places", "0123456789", "01X345678Y9", "=01 -2+X =345678 +Y =9");
        row("an island too short to mean anything", "abcdefgh", "abXdYfgh", "=ab -cde+XdY =fgh");
        row("repeated bytes", "aaaa", "aaaaaa", "=aaaa +aa");
        row("a shift through the middle", "{\"x\":9,\"y\":1000}", "{\"x\":10,\"y\":1000}",
            "={\"x\": -9+10 =,\"y\":1000}");
    }
    void cases()
    {
        QFETCH(QByteArray, left);
        QFETCH(QByteArray, right);
        const ByteDiff diff = diffBytes(left, right);
        QTEST(written(diff, left, right), "expected");
        QVERIFY(diff.isAligned());
        QVERIFY(diff.isComplete());
        verifyWhole(diff, left, right);
        QCOMPARE(diff.differences() == 0, left == right);
    }

    void randomEditsAreFoundWhole()
    {
        QRandomGenerator random(20261126);
        for (int round = 0; round < 400; ++round) {
            QByteArray left(random.bounded(300), Qt::Uninitialized);
            for (char &c : left)
                c = static_cast<char>('a' + random.bounded(round % 2 ? 3 : 26));
            QByteArray right = left;
            for (int edit = random.bounded(8); edit > 0; --edit) {
                const qsizetype at = random.bounded(static_cast<int>(right.size()) + 1);
                if (random.bounded(2))
                    right.insert(at, QByteArray(random.bounded(6), 'Z'));
                else
                    right.remove(at, random.bounded(6));
            }
            verifyWhole(diffBytes(left, right), left, right);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void whatDiffersTooMuchIsComparedByPosition()
    {
        QByteArray left(20'000, Qt::Uninitialized);
        QByteArray right(20'010, Qt::Uninitialized);
        QRandomGenerator random(7);
        for (char &c : left)
            c = static_cast<char>(random.bounded(256));
        for (char &c : right)
            c = static_cast<char>(random.bounded(256));
        right.replace(5000, 100, left.mid(5000, 100));
        const ByteDiff diff = diffBytes(left, right);
        QVERIFY(!diff.isAligned());
        QVERIFY(diff.isComplete());
        verifyWhole(diff, left, right);
        bool found = false;
        for (const ByteRun &run : diff.runs())
            found = found || (run.same && run.leftOffset <= 5000 && run.leftOffset + run.leftLength >= 5100);
        QVERIFY(found);
    }

    void runsAreBounded()
    {
        // Every eighth byte differs: two runs each, more than are told apart.
        constexpr qsizetype size = 1024 * 1024;
        const QByteArray left(size, 'a');
        QByteArray right = left;
        for (qsizetype i = 0; i < size; i += 8)
            right[i] = 'b';
        const ByteDiff diff = diffBytes(left, right);
        QVERIFY(!diff.isComplete());
        QVERIFY(diff.runs().size() <= ByteDiff::maximumRuns);
        QVERIFY(diff.runs().size() + 2 > ByteDiff::maximumRuns);
        const ByteRun &last = diff.runs().back();
        QVERIFY(!last.same);
        QCOMPARE(last.leftOffset + last.leftLength, size);
        QCOMPARE(last.rightOffset + last.rightLength, size);
    }

    void aLargePayloadWithOneInsertionIsAligned()
    {
        QByteArray left(16 * 1024 * 1024, Qt::Uninitialized);
        for (qsizetype i = 0; i < left.size(); ++i)
            left[i] = static_cast<char>(i * 7 + i / 251);
        QByteArray right = left;
        right.insert(8'000'000, "four");
        right[100] = static_cast<char>(right[100] + 1);
        const ByteDiff diff = diffBytes(left, right);
        QVERIFY(diff.isAligned());
        QCOMPARE(diff.differences(), 2);
    }

    void aCancelledOneEnds()
    {
        const std::atomic<bool> cancelled = true;
        const QByteArray left(1000, 'a');
        const QByteArray right(1000, 'b');
        QVERIFY(diffBytes(left, right, &cancelled).runs().size() <= 1);
    }
};

QTEST_GUILESS_MAIN(TestByteDiff)
#include "test_bytediff.moc"
