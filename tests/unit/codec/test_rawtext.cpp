#include "core/codec/codec.h"

#include "support/testmain.h"
#include "unit/codec/codeccases.h"

using namespace SockScope;
using namespace SockScope::Test;
using Code = SockError::Code;

class TestRawText : public QObject
{
    Q_OBJECT
    const std::shared_ptr<const Codec> m_raw = makeCodec(u"raw");
    const std::shared_ptr<const Codec> m_text = makeCodec(u"text");

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void namesAreKnown()
    {
        for (const QString &name : codecNames()) {
            const auto codec = makeCodec(name);
            QVERIFY(codec);
            QCOMPARE(codec->name(), name);
            QCOMPARE(codec->carriesType(), name != QStringLiteral("raw") && name != QStringLiteral("text"));
        }
        SockError error;
        QVERIFY(!makeCodec(u"xml", &error));
        QCOMPARE(error.code, Code::InvalidOptions);
        QCOMPARE(error.what, QStringLiteral("there is no codec named \"xml\""));
        QCOMPARE(error.remedy, QStringLiteral("choose one of raw, text, json, msgpack, cbor"));
        QVERIFY(!makeCodec(u""));
    }
    void rawPassesBytesOn()
    {
        const QByteArray payload = bytesOf("00ff0a41");
        Message message;
        message.payload = Bytes(payload);
        QVERIFY(!m_raw->decode(message.payload, message));
        QCOMPARE(message.type, MessageType(0));
        QVERIFY(message.value.isAbsent());
        QCOMPARE(message.data(), QCborValue(payload));
        QByteArray again;
        QVERIFY(!m_raw->encode(message, again));
        QCOMPARE(again, payload);
        again.clear();
        QVERIFY(!m_raw->encode(messageOf(0, message.data()), again));
        QCOMPARE(again, payload);
    }
    void emptyPayloadsEcho()
    {
        for (const auto &codec : {m_raw, m_text}) {
            Message message;
            QVERIFY(!codec->decode(Bytes(), message));
            QByteArray again;
            QVERIFY(!codec->encode(messageOf(0, message.data()), again));
            QVERIFY(again.isEmpty());
            QCOMPARE(codec->fields({}).length, 0);
            QCOMPARE(codec->summary({}), QString());
        }
    }
    void encodeText()
    {
        for (const auto &codec : {m_raw, m_text})
            encodesTo(*codec, 3, QStringLiteral("ä€"), bytesOf("c3a4e282ac"));
        encodesTo(*m_text, 3, QByteArray("bytes"), "bytes");
    }
    void refusesOtherValues()
    {
        for (const auto &codec : {m_raw, m_text}) {
            for (const QCborValue &value :
                 {QCborValue(7), QCborValue(QCborMap()), QCborValue(nullptr), QCborValue(QCborValue::Undefined)}) {
                QByteArray payload("kept");
                const auto error = codec->encode(messageOf(0, value), payload);
                QVERIFY(error);
                QCOMPARE(error->code, Code::InvalidValue);
                QVERIFY(!error->remedy.isEmpty());
                QCOMPARE(payload, QByteArray("kept"));
            }
        }
        QByteArray payload;
        const auto error = m_text->encode(messageOf(0, bytesOf("61ff")), payload);
        QVERIFY(error);
        QCOMPARE(error->offset, 1);
        QVERIFY(m_text->encode(messageOf(0, QString(QChar(0xd800))), payload));
    }
    void invalidUtf8_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<int>("offset");
        QTest::newRow("stray byte") << bytesOf("616280") << 2;
        QTest::newRow("0xff") << bytesOf("ff") << 0;
        QTest::newRow("cut two") << bytesOf("61c3") << 1;
        QTest::newRow("cut three") << bytesOf("6161e282") << 2;
        QTest::newRow("cut four") << bytesOf("f09f98") << 0;
        QTest::newRow("overlong NUL") << bytesOf("61c080") << 1;
        QTest::newRow("overlong slash") << bytesOf("e080af") << 0;
        QTest::newRow("surrogate") << bytesOf("616161eda080") << 3;
        QTest::newRow("above U+10FFFF") << bytesOf("c3a4f4908080") << 2;
        QTest::newRow("after much text") << QByteArray(1000, 'x') + '\x80' + QByteArray(100, 'y') << 1000;
    }
    void invalidUtf8()
    {
        QFETCH(QByteArray, payload);
        QFETCH(int, offset);
        refuses(*m_text, payload, Code::InvalidPayload, offset);
        const FieldNode root = m_text->fields(payload);
        QCOMPARE(root.children.at(0).kind, QStringLiteral("error"));
        QCOMPARE(root.children.at(0).offset, offset);
    }
    void textRoundTrips()
    {
        for (const QString &text :
             {QStringLiteral("hello"), QString(QChar(0xfeff)) + QStringLiteral("bom"), QString(100000, QChar(u'€')),
              QStringLiteral("a") + QChar(0) + QStringLiteral("b")}) {
            Message message;
            QVERIFY(!m_text->decode(Bytes(text.toUtf8()), message));
            QCOMPARE(message.data().toString(), text);
            QByteArray again;
            QVERIFY(!m_text->encode(message, again));
            QCOMPARE(again, text.toUtf8());
        }
    }
    void sizeLimits()
    {
        for (const auto &name : {QStringLiteral("raw"), QStringLiteral("text")}) {
            const auto codec = makeCodec(name, nullptr, {128, 3});
            refuses(*codec, "four", Code::TooLong, 3);
            QByteArray payload;
            const auto error = codec->encode(messageOf(0, QByteArray("four")), payload);
            QVERIFY(error);
            QCOMPARE(error->code, Code::TooLong);
        }
    }
    void summaries()
    {
        QCOMPARE(m_raw->summary("plain\ttext\r\n"), QStringLiteral("plain\\ttext\\r\\n"));
        QCOMPARE(m_raw->summary(bytesOf("00010203")), QStringLiteral("00 01 02 03"));
        QCOMPARE(m_raw->summary("caf\xe9 and more"), QStringLiteral("caf\\xe9 and more"));
        QCOMPARE(m_text->summary(bytesOf("4100")), QStringLiteral("A\\x00"));
        QCOMPARE(m_text->summary(QStringLiteral("a\u202eb").toUtf8()), QStringLiteral("a\\u202eb"));
        QCOMPARE(m_raw->summary("abcdef", 4), QStringLiteral("abc…"));
        QCOMPARE(m_raw->summary("abcd", 4), QStringLiteral("abcd"));
        QCOMPARE(m_raw->summary(bytesOf("0001020304"), 6), QStringLiteral("00 01…"));
        for (const QByteArray &large : {QByteArray(16 * 1024 * 1024, '\0'), QByteArray(16 * 1024 * 1024, 'x')}) {
            QCOMPARE(m_raw->summary(large).size(), 200);
            QVERIFY(m_raw->summary(large).endsWith(QStringLiteral("…")));
        }
        for (qsizetype maximum = 0; maximum < 10; ++maximum)
            QVERIFY(m_raw->summary(QStringLiteral("\U0001F600\U0001F600\U0001F600").toUtf8(), maximum).size() <=
                    maximum);
    }
    void fieldsAreOneNode()
    {
        const FieldNode raw = m_raw->fields(bytesOf("deadbeef"));
        QCOMPARE(raw.kind, QStringLiteral("bytes"));
        QCOMPARE(raw.value, QStringLiteral("deadbeef"));
        QCOMPARE(raw.length, 4);
        QCOMPARE(m_raw->fields(QByteArray(61, '\0')).value, QString(120, QChar(u'0')) + QStringLiteral("…"));
        QCOMPARE(m_text->fields("a\"b\n").value, QStringLiteral("\"a\\\"b\\n\""));
    }
};

QTEST_GUILESS_MAIN(TestRawText)
#include "test_rawtext.moc"
