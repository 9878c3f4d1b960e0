#include "core/transport/secondread.h"
#include "support/testmain.h"

using namespace SockScope;

class TestSecondRead : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void goesOnAsLongAsOneInEightFindsSomething()
    {
        SecondRead reads;
        for (int i = 0; i < 1000; ++i) {
            QVERIFY(reads.isWorthIt());
            reads.ended(i % SecondRead::tries == SecondRead::tries - 1, 100);
        }
    }

    void pausesLongerEachTime()
    {
        SecondRead reads;
        for (int i = 0; i < SecondRead::tries; ++i) {
            QVERIFY(reads.isWorthIt());
            reads.ended(false, 100);
        }
        for (int pause = SecondRead::firstPause;; pause *= 2) {
            pause = qMin(pause, SecondRead::longestPause);
            QCOMPARE(passed(reads), pause);
            reads.ended(false, 100);
            if (pause == SecondRead::longestPause)
                break;
        }
        QCOMPARE(passed(reads), SecondRead::longestPause); // and no longer
        reads.ended(true, 100);
        goOn(reads);
        QCOMPARE(passed(reads), SecondRead::firstPause);
    }

    void aCoreThatCameBackLateEndsItForLong()
    {
        for (const bool found : {true, false}) {
            SecondRead reads;
            QVERIFY(reads.isWorthIt());
            reads.ended(found, SecondRead::slowNs + 1);
            QCOMPARE(passed(reads), SecondRead::longestPause);
        }
    }

private:
    /// How many answers pass until the next one is worth it, that one too.
    static int passed(SecondRead &reads)
    {
        int count = 1;
        while (!reads.isWorthIt() && count <= 2 * SecondRead::longestPause)
            ++count;
        return count;
    }
    static void goOn(SecondRead &reads)
    {
        for (int i = 0; i < SecondRead::tries; ++i) {
            QVERIFY(reads.isWorthIt());
            reads.ended(false, 100);
        }
    }
};

QTEST_GUILESS_MAIN(TestSecondRead)
#include "test_secondread.moc"
