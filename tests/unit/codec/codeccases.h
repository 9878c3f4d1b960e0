#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <QTest>

#include <limits>
#include <utility>
#include <vector>

#include "core/codec/codec.h"

namespace SockScope::Test {

inline QByteArray bytesOf(const char *hex)
{
    return QByteArray::fromHex(hex);
}

inline Message messageOf(const MessageType &type, const QCborValue &value)
{
    Message message;
    message.type = type;
    message.value = value;
    return message;
}

inline QCborValue bigInteger(quint64 magnitude, bool negative = false)
{
    QByteArray bytes;
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes += static_cast<char>((magnitude >> shift) & 0xff);
    return QCborValue(negative ? QCborKnownTags::NegativeBignum : QCborKnownTags::PositiveBignum, bytes);
}

/// Values that JSON, MessagePack and CBOR all carry without a change.
inline std::vector<std::pair<QByteArray, QCborValue>> sharedValues()
{
    using std::numeric_limits;
    QCborArray deep{1};
    for (int level = 0; level < 120; ++level)
        deep = QCborArray{deep};
    std::vector<std::pair<QByteArray, QCborValue>> values{
        {"null", QCborValue(nullptr)},
        {"true", true},
        {"false", false},
        {"zero", 0},
        {"half", 0.5},
        {"tiny", numeric_limits<double>::denorm_min()},
        {"huge", numeric_limits<double>::max()},
        {"empty text", QString()},
        {"text", QStringLiteral("Grüße, \U0001F600 \"quoted\" \\ \n\t\r\b\f/ end")},
        {"NUL in text", QStringLiteral("a") + QChar(0) + QStringLiteral("b")},
        {"byte order mark inside", QStringLiteral("x") + QChar(0xfeff)},
        {"long text", QString(100000, QChar(u'ä'))},
        {"empty array", QCborArray()},
        {"empty map", QCborMap()},
        {"mixed", QCborArray{1, QCborArray{}, QCborMap{{QStringLiteral("a"), QCborArray{true, nullptr}}}, 2.5}},
        {"nested", QCborMap{{QStringLiteral(""), QStringLiteral("empty key")}, // sorted, as JSON objects are
                            {QStringLiteral("pos"), QCborMap{{QStringLiteral("x"), 12.5}, {QStringLiteral("y"), -3}}}}},
        {"deep", deep},
    };
    for (const qint64 edge : {qint64(23), qint64(24), qint64(127), qint64(128), qint64(255), qint64(256), qint64(65535),
                              qint64(65536), qint64(4294967295), qint64(4294967296), numeric_limits<qint64>::max()}) {
        values.emplace_back(QByteArray::number(edge), edge);
        values.emplace_back(QByteArray::number(-edge - 1), -edge - 1);
    }
    for (const int size : {15, 16, 31, 32, 255, 256, 65535, 65536}) {
        QCborArray array;
        for (int index = 0; index < size; ++index)
            array.append(index);
        values.emplace_back("array of " + QByteArray::number(size), array);
        values.emplace_back("text of " + QByteArray::number(size), QString(size, QChar(u'x')));
    }
    return values;
}

/// Values that only the binary codecs carry.
inline std::vector<std::pair<QByteArray, QCborValue>> binaryValues()
{
    return {
        {"2^63", bigInteger(quint64(1) << 63)},
        {"2^64-1", bigInteger(~quint64(0))},
        {"big in map", QCborMap{{QStringLiteral("n"), QCborArray{bigInteger(quint64(1) << 63), 1, 2.5}}}},
        {"bytes", bytesOf("00ff80")},
        {"no bytes", QByteArray("")},
        {"many bytes", QByteArray(70000, 'x')},
        {"infinity", std::numeric_limits<double>::infinity()},
        {"integral double", 7.0},
        {"integer keys", QCborMap{{1, QStringLiteral("one")}, {-2, nullptr}}},
        {"array key", QCborMap{{QCborArray{1, 2}, true}}},
    };
}

inline void roundTrip(const Codec &codec, const MessageType &type, const QCborValue &value)
{
    QByteArray payload("before");
    const auto encodeError = codec.encode(messageOf(type, value), payload);
    QVERIFY2(!encodeError, encodeError ? qPrintable(encodeError->toString()) : "");
    QVERIFY(payload.startsWith("before"));
    const Bytes bytes(QByteArrayView(payload).sliced(6));
    Message decoded;
    decoded.payload = bytes;
    const auto error = codec.decode(bytes, decoded);
    QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
    QCOMPARE(decoded.type, type);
    QCOMPARE(decoded.data(), value);
    QVERIFY(codec.summary(bytes).size() <= 200);
    const FieldNode root = codec.fields(bytes, 1000000);
    QCOMPARE(root.length, bytes.size());
    QCOMPARE(root.children.at(0).key, QStringLiteral("type"));
    QCOMPARE(root.children.at(1).key, QStringLiteral("data"));
    QCOMPARE(root.children.size(), size_t(2));
}

inline void encodesTo(const Codec &codec, const MessageType &type, const QCborValue &value, const QByteArray &expected)
{
    QByteArray payload;
    const auto error = codec.encode(messageOf(type, value), payload);
    QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
    QCOMPARE(payload.toHex(' '), expected.toHex(' '));
}

inline void refuses(const Codec &codec, const QByteArray &payload, SockError::Code code, qint64 offset)
{
    Message message;
    const auto error = codec.decode(Bytes(payload), message);
    QVERIFY2(error, "was accepted");
    QCOMPARE(error->code, code);
    QCOMPARE(error->stage, Stage::Codec);
    QVERIFY(!error->what.isEmpty());
    QVERIFY(!error->remedy.isEmpty());
    if (offset != error->offset)
        qInfo("%s", qPrintable(error->toString()));
    QCOMPARE(error->offset, offset);
}

inline qsizetype countNodes(const FieldNode &node)
{
    qsizetype count = 1;
    for (const FieldNode &child : node.children)
        count += countNodes(child);
    return count;
}

inline const FieldNode *findKind(const FieldNode &node, const QString &kind)
{
    if (node.kind == kind)
        return &node;
    for (const FieldNode &child : node.children) {
        if (const FieldNode *found = findKind(child, kind))
            return found;
    }
    return nullptr;
}

/// Every range lies in its parent's and behind its elder sibling's.
inline bool rangesAreSound(const FieldNode &node, qsizetype begin, qsizetype end)
{
    if (node.offset < 0)
        return node.kind == QStringLiteral("note");
    if (node.offset < begin || node.length < 0 || node.offset + node.length > end)
        return false;
    qsizetype position = node.offset;
    for (const FieldNode &child : node.children) {
        // An error may lie behind the value, where trailing bytes are.
        const qsizetype limit = child.kind == QStringLiteral("error") ? end : node.offset + node.length;
        if (!rangesAreSound(child, position, limit))
            return false;
        if (child.offset >= 0)
            position = child.offset + child.length;
    }
    return true;
}

/// Whatever the bytes are: an answer within the limits, the same for decode and fields.
inline bool survives(const Codec &codec, const QByteArray &payload)
{
    const Bytes bytes(payload);
    Message message;
    const auto error = codec.decode(bytes, message);
    const FieldNode root = codec.fields(bytes, 100);
    const QString summary = codec.summary(bytes, 40);
    if (error && (error->offset < 0 || error->offset > payload.size()))
        return false;
    const bool hasError = findKind(root, QStringLiteral("error")) != nullptr;
    if (!error) {
        QByteArray again;
        const auto encodeError = codec.encode(message, again);
        if (encodeError && encodeError->code != SockError::Code::InvalidValue)
            return false;
    }
    return (error || !hasError) && countNodes(root) <= 100 && summary.size() <= 40 &&
           rangesAreSound(root, 0, payload.size());
}

/// Each leaf's bytes, put into an envelope of their own, decode to the value at the same place of the whole.
template <typename Envelope>
void leavesReparse(const Codec &codec, const QByteArray &payload, const FieldNode &node, const QCborValue &value,
                   Envelope envelope)
{
    const QByteArray slice = payload.sliced(node.offset, node.length);
    Message part;
    const auto error = codec.decode(Bytes(envelope(slice)), part);
    QVERIFY2(!error, slice.toHex(' ').constData());
    QCOMPARE(part.data(), value);
    if (node.kind == QStringLiteral("array")) {
        QCOMPARE(qsizetype(node.children.size()), value.toArray().size());
        for (size_t index = 0; index < node.children.size(); ++index) {
            QCOMPARE(node.children[index].key, QStringLiteral("[%1]").arg(index));
            leavesReparse(codec, payload, node.children[index], value.toArray().at(qsizetype(index)), envelope);
        }
    } else if (node.kind == QStringLiteral("map")) {
        QCOMPARE(qsizetype(node.children.size()), value.toMap().size());
        for (const FieldNode &child : node.children)
            leavesReparse(codec, payload, child, value.toMap().value(child.key), envelope);
    }
}

} // namespace SockScope::Test
