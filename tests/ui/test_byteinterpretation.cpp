#include "ui/models/byteinterpretation.h"

#include <QTest>

#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestByteInterpretation : public QObject
{
    Q_OBJECT

private:
    static QString value(const FieldNode &root, const QString &key)
    {
        for (const FieldNode &child : root.children)
            if (child.key == key)
                return child.value;
        return u"absent"_s;
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void numbers_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *hex, const QString &key, const QString &expected) {
            QTest::addRow("%s %s", hex, qPrintable(key)) << QByteArray::fromHex(hex) << key << expected;
        };
        row("ff", u"u8"_s, u"255"_s);
        row("ff", u"i8"_s, u"-1"_s);
        row("05", u"bits"_s, u"00000101"_s);
        row("0102", u"u16 LE"_s, u"513"_s);
        row("0102", u"u16 BE"_s, u"258"_s);
        row("feff", u"i16 LE"_s, u"-2"_s);
        row("0102", u"u32 LE"_s, u"absent"_s);
        row("0102", u"bits"_s, u"absent"_s);
        row("010203", u"u24 BE"_s, u"66051"_s);
        row("ffffff", u"i24 LE"_s, u"-1"_s);
        row("01020304", u"u24 BE"_s, u"absent"_s);
        row("01020304", u"u32 BE"_s, u"16909060"_s);
        row("0000803f", u"f32 LE"_s, u"1.0"_s);
        row("3f800000", u"f32 BE"_s, u"1.0"_s);
        row("cdcccc3d", u"f32 LE"_s, u"0.1"_s);
        row("0000c07f", u"f32 LE"_s, u"NaN"_s);
        row("9a9999999999b93f", u"f64 LE"_s, u"0.1"_s);
        row("3fb999999999999a", u"f64 BE"_s, u"0.1"_s);
        row("ffffffffffffffff", u"u64 LE"_s, u"18446744073709551615"_s);
        row("ffffffffffffffff", u"i64 BE"_s, u"-1"_s);
        row("616263", u"text"_s, u"\"abc\""_s);
        row("c3ab", u"text"_s, u"\"ë\""_s);
        row("61ff", u"text"_s, u"a\\xff"_s);
        row("c3", u"text"_s, u"\\xc3"_s);
    }
    void numbers()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, key);
        const FieldNode root = interpretBytes(bytes, 0, bytes.size());
        QTEST(value(root, key), "expected");
        for (const FieldNode &child : root.children)
            QVERIFY(child.offset == 0 && child.length >= 1 && child.length <= bytes.size());
    }

    void oneByteTellsWhatBeginsThere()
    {
        const QByteArray bytes = QByteArray::fromHex("ff0001000000");
        const FieldNode root = interpretBytes(bytes, 1, 1);
        QCOMPARE(value(root, u"u8"_s), u"0"_s);
        QCOMPARE(value(root, u"u16 LE"_s), u"256"_s);
        QCOMPARE(value(root, u"u32 LE"_s), u"256"_s);
        QCOMPARE(value(root, u"u64 LE"_s), u"absent"_s); // five bytes are left
        QCOMPARE(value(interpretBytes(bytes, 5, 1), u"u16 LE"_s), u"absent"_s);
        QCOMPARE(value(interpretBytes(bytes, 1, 2), u"u32 LE"_s), u"absent"_s);
    }

    void rangesAreClamped()
    {
        QVERIFY(interpretBytes("abc", 3, 1).children.empty());
        QVERIFY(interpretBytes("abc", -4, 0).children.empty());
        QCOMPARE(interpretBytes("abc", 2, 100).length, 1);
        QCOMPARE(interpretBytes({}, 0, 1).length, 0);
    }

    void aLongTextIsShortenedVisibly()
    {
        const FieldNode root = interpretBytes(QByteArray(4000, 'x'), 0, 4000);
        QVERIFY(value(root, u"text"_s).contains(u'…'));
        const FieldNode broken = interpretBytes(QByteArray(4000, '\xff'), 0, 4000);
        QVERIFY(value(broken, u"text"_s).contains(u'…'));
    }

    void brief()
    {
        QCOMPARE(interpretBriefly("A"), u"65 'A'"_s);
        QCOMPARE(interpretBriefly(QByteArrayView("\0", 1)), u"0"_s);
        QCOMPARE(interpretBriefly("\1\2"), u"513 LE, 258 BE"_s);
        QCOMPARE(interpretBriefly("abc"), QString());
        QCOMPARE(interpretBriefly({}), QString());
    }
};

QTEST_GUILESS_MAIN(TestByteInterpretation)
#include "test_byteinterpretation.moc"
