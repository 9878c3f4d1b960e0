#include "core/codec/codec.h"

#include "support/testmain.h"
#include "unit/codec/codeccases.h"

using namespace SockScope;
using namespace SockScope::Test;
using Code = SockError::Code;

/// Names that a peer chooses: their table is shared by the process, so that this is a program of its own.
class TestTypeNames : public QObject
{
    Q_OBJECT
    static QByteArray payloadOf(const QString &codec, const QByteArray &name)
    {
        QByteArray payload;
        if (codec == QStringLiteral("json"))
            return "[\"" + name + "\",1]";
        payload += codec == QStringLiteral("cbor") ? "\x82\x79" : "\x92\xda"; // a length of two bytes follows
        payload += static_cast<char>(name.size() >> 8);
        payload += static_cast<char>(name.size() & 0xff);
        return payload + name + '\x01';
    }
    static void addCodecs()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"json", "msgpack", "cbor"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void longNames_data() { addCodecs(); }
    void longNames()
    {
        QFETCH(QString, name);
        const auto codec = makeCodec(name);
        Message message;
        QVERIFY(!codec->decode(Bytes(payloadOf(name, QByteArray(1024, 'x'))), message));
        QCOMPARE(message.type.name(), QString(1024, QChar(u'x')));
        refuses(*codec, payloadOf(name, QByteArray(1025, 'x')), Code::TooLong, 1);
        refuses(*codec, payloadOf(name, QByteArray(60000, 'x')), Code::TooLong, 1);
    }
    void emptyName_data() { addCodecs(); }
    void emptyName()
    {
        QFETCH(QString, name);
        Message message;
        QVERIFY(!makeCodec(name)->decode(Bytes(payloadOf(name, QByteArray())), message));
        QVERIFY(message.type.isName());
        QCOMPARE(message.type.name(), QString());
    }
    void zFullTable_data() { addCodecs(); }
    void zFullTable()
    {
        QFETCH(QString, name);
        const auto codec = makeCodec(name);
        QVERIFY(MessageType::tryFromName(u"known"));
        for (int index = 0; MessageType::nameCount() < MessageType::maximumNames; ++index)
            QVERIFY(MessageType::tryFromName(QStringLiteral("fill %1").arg(index)));
        refuses(*codec, payloadOf(name, "unknown"), Code::LimitReached, 1);
        Message message;
        QVERIFY(!codec->decode(Bytes(payloadOf(name, "known")), message));
        QCOMPARE(message.type, MessageType(u"known"));
    }
};

QTEST_GUILESS_MAIN(TestTypeNames)
#include "test_typenames.moc"
