// Every node's bytes are those that it was read from: read alone, they give the node again.
#include <QCborArray>
#include <QCborMap>
#include <QTest>

#include "codeccases.h"
#include "core/codec/codec.h"
#include "support/randomness.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestFieldRanges : public QObject
{
    Q_OBJECT

private:
    static QString randomText(Test::Randomness &random)
    {
        static const QString letters = u"abc xyz\"\\/\n\tä€😀{}[]:,0"_s;
        QString text;
        for (qint64 n = random.between(0, random.oneIn(20) ? 300 : 12); n > 0; --n)
            text += letters.at(random.between(0, letters.size() - 1));
        return text.isValidUtf16() ? text : QString(text).remove(QChar(0xd83d)).remove(QChar(0xde00));
    }

    static QCborValue randomValue(Test::Randomness &random, bool binary, int depth)
    {
        switch (random.between(0, depth > 0 ? 9 : 6)) {
        case 0:
            return static_cast<qint64>(random.next() >> random.between(1, 62));
        case 1:
            return -static_cast<qint64>(random.next() >> random.between(1, 62)) - 1;
        case 2:
            return static_cast<double>(random.between(-1'000'000, 1'000'000)) / 1024.0 + 0.00048828125;
        case 3:
            return random.oneIn(2);
        case 4:
            return QCborValue(nullptr);
        case 5:
            return randomText(random);
        case 6:
            return binary ? QCborValue(randomText(random).toUtf8()) : QCborValue(randomText(random));
        case 7: {
            QCborArray array;
            for (qint64 n = random.between(0, random.oneIn(30) ? 70 : 5); n > 0; --n)
                array.append(randomValue(random, binary, depth - 1));
            return array;
        }
        default: {
            QCborMap map;
            for (qint64 n = random.between(0, random.oneIn(30) ? 70 : 5); n > 0; --n)
                map.insert(randomText(random), randomValue(random, binary, depth - 1));
            return map;
        }
        }
    }

    static void compareNodes(const FieldNode &whole, const FieldNode &alone, bool isRoot)
    {
        QCOMPARE(alone.kind, whole.kind);
        QCOMPARE(alone.value, whole.value);
        QCOMPARE(alone.length, whole.length);
        if (!isRoot)
            QCOMPARE(alone.key, whole.key);
        QCOMPARE(alone.children.size(), whole.children.size());
        for (size_t i = 0; i < whole.children.size(); ++i) {
            QCOMPARE(alone.children[i].offset + whole.offset - alone.offset, whole.children[i].offset);
            // A list of two that begins with a number or a text is a message when it is alone.
            compareNodes(whole.children[i], alone.children[i], isRoot);
        }
    }

    static void verifyNode(const Codec &codec, QByteArrayView payload, const FieldNode &node)
    {
        QVERIFY2(
            node.offset >= 0 && node.length > 0 && node.offset + node.length <= payload.size(),
            qPrintable(u"%1: %2 + %3 of %4"_s.arg(node.key).arg(node.offset).arg(node.length).arg(payload.size())));
        const FieldNode alone = codec.fields(payload.sliced(node.offset, node.length), 1'000'000);
        QVERIFY2(alone.kind != u"error"_s, qPrintable(alone.value));
        compareNodes(node, alone, true);
        qsizetype end = node.offset;
        for (const FieldNode &child : node.children) {
            QVERIFY(child.offset >= end); // in order, and none over another
            end = child.offset + child.length;
            verifyNode(codec, payload, child);
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY(end <= node.offset + node.length);
    }

    /// What the tree shows of a value that is known from elsewhere.
    static void verifyValue(const QCborValue &value, const FieldNode &node)
    {
        if (value.isMap()) {
            QCOMPARE(node.kind, u"map"_s);
            const QCborMap map = value.toMap();
            QCOMPARE(static_cast<qsizetype>(node.children.size()), map.size());
        } else if (value.isArray()) {
            QCOMPARE(node.kind, u"array"_s);
            const QCborArray array = value.toArray();
            QCOMPARE(static_cast<qsizetype>(node.children.size()), array.size());
            for (qsizetype i = 0; i < array.size(); ++i)
                verifyValue(array.at(i), node.children[static_cast<size_t>(i)]);
        } else if (value.isInteger()) {
            QCOMPARE(node.value, QString::number(value.toInteger()));
        } else if (value.isBool()) {
            QCOMPARE(node.value, value.toBool() ? u"true"_s : u"false"_s);
        } else if (value.isDouble()) {
            QCOMPARE(node.value.toDouble(), value.toDouble());
        } else if (value.isNull()) {
            QCOMPARE(node.kind, u"null"_s);
        }
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void everyNodeIsReadFromItsBytes_data()
    {
        QTest::addColumn<QString>("codec");
        for (const QString &name : {u"json"_s, u"msgpack"_s, u"cbor"_s})
            QTest::newRow(qPrintable(name)) << name;
    }
    void everyNodeIsReadFromItsBytes()
    {
        QFETCH(QString, codec);
        const auto made = makeCodec(codec);
        const bool binary = codec != u"json"_s;
        Test::Randomness random(4);
        for (int round = 0; round < 300; ++round) {
            const QCborValue value = randomValue(random, binary, 4);
            const MessageType type =
                random.oneIn(2) ? MessageType(random.between(-1000, 1000)) : MessageType(u"move"_s);
            QByteArray payload;
            const auto error = made->encode(Test::messageOf(type, value), payload);
            QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
            const FieldNode root = made->fields(payload, 1'000'000);
            QCOMPARE(root.children.size(), size_t(2));
            verifyNode(*made, payload, root);
            verifyValue(value, root.children.at(1));
            if (QTest::currentTestFailed()) {
                qInfo("round %d: %s", round, payload.left(300).toHex(' ').constData());
                return;
            }
        }
    }

    void blanksBelongToNobody()
    {
        const QByteArray payload = " [ 1 , { \"a\" : [ true , 2.5 ] } ] ";
        const auto json = makeCodec(u"json");
        const FieldNode root = json->fields(payload);
        QCOMPARE(payload.mid(root.offset, root.length), payload.trimmed());
        const FieldNode &list = root.children.at(1).children.at(0);
        QCOMPARE(payload.mid(list.offset, list.length), QByteArray("[ true , 2.5 ]"));
        QCOMPARE(payload.mid(list.children.at(0).offset, list.children.at(0).length), QByteArray("true"));
        QCOMPARE(payload.mid(list.children.at(1).offset, list.children.at(1).length), QByteArray("2.5"));
    }

    void anErrorHasItsPlace_data()
    {
        QTest::addColumn<QString>("codec");
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<qsizetype>("offset");
        QTest::newRow("json") << u"json"_s << QByteArray("[1,{\"a\":?}]") << qsizetype(8);
        QTest::newRow("json cut off") << u"json"_s << QByteArray("[1,{\"a\":") << qsizetype(8);
        QTest::newRow("msgpack") << u"msgpack"_s << Test::bytesOf("9201c1") << qsizetype(2);
        QTest::newRow("cbor") << u"cbor"_s << Test::bytesOf("82011c") << qsizetype(2);
        QTest::newRow("text") << u"text"_s << QByteArray("ab\xff") << qsizetype(2);
    }
    void anErrorHasItsPlace()
    {
        QFETCH(QString, codec);
        QFETCH(QByteArray, payload);
        QFETCH(qsizetype, offset);
        const FieldNode root = makeCodec(codec)->fields(payload);
        const FieldNode *error = &root;
        while (error->kind != u"error"_s && !error->children.empty())
            error = &error->children.back();
        QCOMPARE(error->kind, u"error"_s);
        QCOMPARE(error->offset, offset);
        QCOMPARE(error->length, payload.size() - offset);
        QVERIFY(!error->value.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestFieldRanges)
#include "test_fieldranges.moc"
