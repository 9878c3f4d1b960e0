#include "core/filter/bytesearch_p.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <memory>

using namespace SockScope;

class TestByteSearch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void findsTheFirst();
    void foldsLettersOnly();
    void findsInEveryLength();
};

void TestByteSearch::findsTheFirst()
{
    const QByteArray text = "one two one";
    QCOMPARE(ByteSearch("one").find(text.begin() + 1, text.end()) - text.begin(), 8);
    QCOMPARE(ByteSearch("one").find(text.begin(), text.end()), text.begin());
    QCOMPARE(ByteSearch("ones").find(text.begin(), text.end()), text.end());
    QCOMPARE(ByteSearch("e").find(text.begin(), text.end()) - text.begin(), 2);
    QCOMPARE(ByteSearch("").find(text.begin(), text.end()), text.begin());
    QVERIFY(!ByteSearch("x").isIn({}));
    QVERIFY(!ByteSearch("ONE").isIn(text));
}

void TestByteSearch::foldsLettersOnly()
{
    using Case = ByteSearch::Case;
    QVERIFY(ByteSearch("One", Case::Folded).isIn("xoNEx"));
    QVERIFY(ByteSearch("a[b", Case::Folded).isIn("A[B"));
    QVERIFY(!ByteSearch("a[b", Case::Folded).isIn("A{B")); // they differ in the same bit as letters do
    QVERIFY(!ByteSearch("[", Case::Folded).isIn("{"));
    QVERIFY(!ByteSearch("@", Case::Folded).isIn("`"));
    QVERIFY(!ByteSearch("1", Case::Folded).isIn("\x11"));
    QVERIFY(!ByteSearch("\xc4", Case::Folded).isIn("\xe4"));
}

/// Against the plain way, in buffers that end where the text ends, for all lengths around the width of the steps.
void TestByteSearch::findsInEveryLength()
{
    Test::Randomness random(3);
    for (int length = 0; length < 200; ++length) {
        const std::unique_ptr<char[]> text(new char[static_cast<size_t>(length)]);
        for (int round = 0; round < 40; ++round) {
            for (int i = 0; i < length; ++i)
                text[static_cast<size_t>(i)] = "aAbB"[random.between(0, 3)];
            QByteArray wanted;
            for (qint64 i = random.between(1, 9); i > 0; --i)
                wanted += "aAbB"[random.between(0, 3)];
            const QByteArray all(text.get(), length);
            for (const bool folded : {false, true}) {
                const ByteSearch search(wanted, folded ? ByteSearch::Case::Folded : ByteSearch::Case::Exact);
                const qsizetype at = folded ? all.toLower().indexOf(wanted.toLower()) : all.indexOf(wanted);
                QCOMPARE(search.find(text.get(), text.get() + length) - text.get(), at < 0 ? length : at);
            }
        }
    }
}

QTEST_GUILESS_MAIN(TestByteSearch)
#include "test_bytesearch.moc"
