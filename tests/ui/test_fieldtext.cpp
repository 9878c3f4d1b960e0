#include "ui/models/fieldtext.h"

#include <QTest>

#include <algorithm>

#include "core/codec/codec.h"
#include "core/types/message.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

// What is copied is whole, however little of it a cell shows.
class TestFieldText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void longTextsAndBytes_data()
    {
        QTest::addColumn<QString>("codec");
        QTest::newRow("json") << u"json"_s;
        QTest::newRow("cbor") << u"cbor"_s;
        QTest::newRow("msgpack") << u"msgpack"_s;
    }
    void longTextsAndBytes()
    {
        QFETCH(QString, codec);
        const auto subject = makeCodec(codec);
        const QString text = QString(500, u'ä') + u"\"end"_s;
        Message message;
        message.type = MessageType(u"say"_s);
        message.value = QCborMap{{u"text"_s, text}, {u"short"_s, u"abc"_s}};
        QByteArray payload;
        QVERIFY(!subject->encode(message, payload));
        const FieldNode root = subject->fields(payload);
        int seen = 0;
        const auto visit = [&](const auto &self, const FieldNode &node) -> void {
            const QByteArrayView bytes = QByteArrayView(payload).sliced(qMax<qsizetype>(node.offset, 0), node.length);
            const QString whole = wholeFieldText(*subject, bytes, node.kind, node.value);
            if (node.key == u"text") {
                ++seen;
                QVERIFY(node.value.size() < 200);
                QCOMPARE(whole, u'"' + QString(500, u'ä') + u"\\\"end\""_s);
            } else if (node.key == u"short") {
                ++seen;
                QCOMPARE(whole, node.value);
            }
            for (const FieldNode &child : node.children)
                self(self, child);
        };
        visit(visit, root);
        QCOMPARE(seen, 2);
    }

    void rawAndText()
    {
        const QByteArray bytes(300, 'x');
        for (const QString &name : {u"raw"_s, u"text"_s}) {
            const auto codec = makeCodec(name);
            const FieldNode root = codec->fields(bytes);
            const QString whole = wholeFieldText(*codec, bytes, root.kind, root.value);
            QVERIFY2(whole.size() > 300, qPrintable(whole));
            QVERIFY(!whole.contains(u'…'));
        }
    }
};

QTEST_GUILESS_MAIN(TestFieldText)
#include "test_fieldtext.moc"
