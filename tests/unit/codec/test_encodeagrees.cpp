#include <bit>
#include <random>

#include "support/testmain.h"
#include "unit/codec/codeccases.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

/// What the quick ways to encode write beside what is written part by part, which an integer over 2^63 in the same
/// message makes a codec do.
class TestEncodeAgrees : public QObject
{
    Q_OBJECT
    static QCborValue big() { return bigInteger(~quint64(0)); }
    static QCborValue halfPair() { return QString(QChar(0xd83d)) + u"x"_s; }

    static std::vector<QCborValue> values()
    {
        std::vector<QCborValue> values;
        for (const auto &[name, value] : sharedValues())
            values.push_back(value);
        for (const auto &[name, value] : binaryValues())
            values.push_back(value);
        QString ascii;
        for (char16_t unit = 0; unit < 0x180; ++unit)
            ascii += QChar(unit);
        for (qsizetype start = 0; start < ascii.size(); start += 3)
            values.emplace_back(ascii.sliced(start));
        for (const QString &text : {u"?"_s, u"why?"_s, u"\ufffd"_s, u"a\ufffdb"_s, u"\ufeff"_s, u"x\ufeff\ufeffy"_s,
                                    u"\uf000\uffee"_s, u"12345678\"\\\x7f"_s, u"\U0001F600?"_s})
            values.emplace_back(text);
        for (int bits = 0; bits < 63; ++bits) {
            for (const qint64 step : {-1, 0, 1}) {
                values.emplace_back((qint64(1) << bits) + step);
                values.emplace_back(-(qint64(1) << bits) + step);
            }
        }
        std::mt19937_64 random(20240611); // the same values each time
        for (int round = 0; round < 3000; ++round) {
            values.emplace_back(std::bit_cast<double>(static_cast<quint64>(random())));
            values.emplace_back(static_cast<double>(static_cast<qint64>(random()) >> (random() % 60)) / 1000);
            values.emplace_back(static_cast<qint64>(random()) >> (random() % 64));
        }
        for (const qsizetype size : {23, 24, 31, 32, 255, 256, 65535, 65536}) {
            values.emplace_back(QByteArray(size, 'b'));
            QCborMap map;
            for (qsizetype index = 0; index < qMin<qsizetype>(size, 300); ++index)
                map.insert(u"k%1"_s.arg(index), index);
            values.emplace_back(map);
        }
        values.emplace_back(QCborMap{{7, QCborArray{nullptr}}, {u"?"_s, true}});
        values.emplace_back(QCborArray{halfPair()});
        values.emplace_back(QCborMap{{halfPair(), 1}});
        values.emplace_back(QCborMap{{u"a"_s, QCborArray{1, QCborMap{{u"b"_s, halfPair()}}}}});
        values.emplace_back(QCborSimpleType(99));
        values.emplace_back(QCborSimpleType(30));
        values.emplace_back(QCborTag(4711), QCborArray{halfPair()});
        values.emplace_back(QCborTag(4711), QCborArray{u"?"_s});
        values.emplace_back(QCborValue::Undefined);
        return values;
    }
    static QByteArray written(const QString &codec, QByteArray payload, bool careful)
    {
        if (codec == u"json")
            return payload.sliced(4).chopped(careful ? 23 : 2); // "[7,[" … ",18446744073709551615]]"
        return payload.sliced(3).chopped(careful ? 9 : 0);
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void quickIsCareful_data()
    {
        QTest::addColumn<QString>("name");
        for (const QString &name : {u"json"_s, u"msgpack"_s, u"cbor"_s})
            QTest::newRow(qPrintable(name)) << name;
    }
    void quickIsCareful()
    {
        QFETCH(QString, name);
        const auto codec = makeCodec(name);
        int same = 0;
        int refused = 0;
        for (const QCborValue &value : values()) {
            QByteArray quick;
            QByteArray careful;
            const auto quickError = codec->encode(messageOf(7, QCborArray{value}), quick);
            const auto carefulError = codec->encode(messageOf(7, QCborArray{value, big()}), careful);
            const QByteArray shown = value.toDiagnosticNotation().toUtf8().left(200);
            QVERIFY2(quickError.has_value() == carefulError.has_value(), shown);
            if (quickError) {
                QCOMPARE(quickError->what, carefulError->what);
                QVERIFY(quick.isEmpty() && careful.isEmpty());
                ++refused;
                continue;
            }
            QVERIFY2(written(name, quick, false) == written(name, careful, true), shown);
            ++same;
        }
        QVERIFY(same > 5000 && refused > 2);
    }
    void invalidValuesAreRefusedEverywhere()
    {
        for (const QString &name : {u"json"_s, u"msgpack"_s, u"cbor"_s}) {
            const auto codec = makeCodec(name);
            QTest::ignoreMessage(QtWarningMsg, "QCborStreamWriter: not enough items added to array or map");
            QTest::ignoreMessage(QtWarningMsg, "QCborStreamWriter: not enough items added to array or map");
            QByteArray payload("kept");
            const QCborValue invalid(QCborValue::Invalid);
            const auto error = codec->encode(messageOf(7, QCborArray{QCborArray{1, invalid}, invalid}), payload);
            QVERIFY(error);
            QCOMPARE(error->code, SockError::Code::InvalidValue);
            QVERIFY2(error->what.startsWith(u"data[0][1] is "_s), qPrintable(error->what));
            QCOMPARE(payload, QByteArray("kept"));
            QVERIFY(!codec->encode(messageOf(7, QCborArray{1, u"a"_s}), payload)); // and nothing is left of it
            Message again;
            QVERIFY(!codec->decode(Bytes(payload.sliced(4)), again));
            QCOMPARE(again.data(), QCborValue(QCborArray{1, u"a"_s}));
        }
    }
    void limitsAreKept()
    {
        for (const QString &name : {u"json"_s, u"msgpack"_s, u"cbor"_s}) {
            QCborArray deep{1};
            for (int level = 2; level <= 6; ++level) {
                QByteArray payload;
                const auto error = makeCodec(name, nullptr, {4, 1000})->encode(messageOf(7, deep), payload);
                QCOMPARE(error.has_value(), level > 4);
                QVERIFY(!error || error->code == SockError::Code::TooDeep);
                deep = QCborArray{deep};
            }
            QByteArray payload;
            QVERIFY(!makeCodec(name)->encode(messageOf(7, QString(50, u'?')), payload));
            for (const qsizetype limit : {payload.size(), payload.size() - 1}) {
                QByteArray out;
                const auto error = makeCodec(name, nullptr, {128, limit})->encode(messageOf(7, QString(50, u'?')), out);
                QCOMPARE(error.has_value(), limit < payload.size());
                QVERIFY(!error || (error->code == SockError::Code::TooLong && out.isEmpty()));
            }
        }
    }
    void largeBuffersGoBack()
    {
        const auto codec = makeCodec(u"cbor");
        for (const qsizetype size : {4 * 1024 * 1024, 10, 2 * 1024 * 1024}) {
            QByteArray payload;
            QVERIFY(!codec->encode(messageOf(7, QByteArray(size, 'x')), payload));
            Message message;
            QVERIFY(!codec->decode(Bytes(payload), message));
            QCOMPARE(message.data().toByteArray().size(), size);
        }
    }
};

QTEST_GUILESS_MAIN(TestEncodeAgrees)
#include "test_encodeagrees.moc"
