#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QTest>

#include <vector>

#include "core/filter/filter.h"

namespace SockScope::Test {

inline QByteArray encoded(const char16_t *codec, const MessageType &type, const QCborValue &data)
{
    Message message;
    message.type = type;
    message.value = data;
    QByteArray payload;
    makeCodec(codec)->encode(message, payload);
    return payload;
}

inline MessageHead headOf(quint32 sock, const MessageType &type, const char *peer, quint32 wireBytes)
{
    MessageHead head;
    head.sock = sock;
    head.type = type;
    if (*peer)
        head.peer = Endpoint::fromString(QString::fromLatin1(peer)).value();
    head.wireBytes = wireBytes;
    return head;
}

inline FilterSock filterSock(quint32 id, const char16_t *name, const char16_t *url, const char16_t *codec)
{
    FilterSock sock;
    sock.id = id;
    sock.name = QString::fromUtf16(name);
    sock.url = QString::fromUtf16(url);
    if (codec)
        sock.codec = makeCodec(codec);
    return sock;
}

constexpr qint64 originNs = 1'700'000'000'000'000'000;

/// Two names for numbers on sock 1, none elsewhere; sock 7 is in the chunk and not listed.
inline FilterContext filterContext()
{
    FilterContext context;
    context.originNs = originNs;
    context.socks = {filterSock(1, u"game", u"udp://127.0.0.1:9000", u"json"),
                     filterSock(2, u"chat", u"tcp://127.0.0.1:9001", u"msgpack"),
                     filterSock(3, u"log", u"tcp://[::]:9002", u"text"),
                     filterSock(4, u"wire", u"udp://0.0.0.0:9003", u"raw"),
                     filterSock(5, u"sensor", u"udp://0.0.0.0:9004", u"cbor"),
                     filterSock(6, u"bare", u"udp://0.0.0.0:9005", nullptr)};
    auto types = std::make_shared<MessageTypes>();
    types->define(QStringLiteral("move"), 3);
    types->define(QStringLiteral("Größe"), 4);
    context.socks[0].types = types;
    return context;
}

inline void appendTo(Chunk &chunk, const MessageBatch &batch)
{
    qsizetype at = 0;
    QCOMPARE(chunk.append(batch, 0, at), batch.count());
}

/// Eleven messages, numbered from 101, of all kinds.
inline MessageBatch someMessages()
{
    MessageBatch batch;
    const auto data = [](const QCborValue &x) {
        return QCborMap{{QStringLiteral("pos"), QCborMap{{QStringLiteral("x"), x}, {QStringLiteral("y"), -2}}},
                        {QStringLiteral("name"), QStringLiteral("Ann")},
                        {QStringLiteral("list"), QCborArray{1, QStringLiteral("two"), true, nullptr}},
                        {QStringLiteral("odd key"), 7}};
    };
    const auto add = [&batch](MessageHead head, const QByteArray &payload, const QString &note = {}) {
        head.wallNs = originNs + batch.count() * 500'000'000LL;
        batch.add(head, payload, note);
    };
    // 0: JSON, its type a number that has a name
    MessageHead head = headOf(1, 3, "127.0.0.1:40001", 90);
    head.sequence = 1;
    add(head, encoded(u"json", 3, data(12.5)));
    // 1: JSON, its type a name; sent
    head = headOf(1, MessageType(u"move"), "127.0.0.1:40002", 100);
    head.direction = Direction::Out;
    head.outcome = Outcome::Sent;
    add(head, encoded(u"json", MessageType(u"move"), data(12)));
    // 2: MessagePack, no names for its sock
    head = headOf(2, 3, "10.1.2.3:5000", 110);
    head.sequence = 2;
    add(head, encoded(u"msgpack", 3, data(3)));
    // 3: CBOR, unhandled
    head = headOf(5, 4, "[::1]:5000", 120);
    head.outcome = Outcome::Unhandled;
    head.sequence = 3;
    add(head, encoded(u"cbor", 4, data(quint32(100))));
    // 4: text, with a note
    head = headOf(3, 0, "[fe80::1%2]:6000", 30);
    head.sequence = 4;
    add(head, QByteArrayLiteral("hello Wörld\n"), QStringLiteral("answered in time"));
    // 5: raw bytes that failed
    head = headOf(4, 0, "192.168.1.9:7000", 8);
    head.outcome = Outcome::FramingError;
    head.sequence = 5;
    add(head, QByteArray::fromHex("000a0bff"), QStringLiteral("the frame is broken"));
    // 6: JSON that does not decode behind its first key, injected
    head = headOf(1, 0, "127.0.0.1:40001", 20);
    head.outcome = Outcome::DecodeError;
    head.flags = EnvelopeFlag::Injected;
    head.sequence = 6;
    add(head, QByteArrayLiteral("[4,{\"pos\":{\"x\":1},oops"), QStringLiteral("the JSON is broken"));
    // 7: nothing in it, no peer, truncated
    head = headOf(4, 0, "", 0);
    head.flags = EnvelopeFlag::Truncated;
    head.sequence = 7;
    add(head, QByteArray());
    // 8: of a sock that nobody knows
    head = headOf(7, 3, "127.0.0.1:40001", 65507);
    head.sequence = 8;
    add(head, QByteArrayLiteral("[3,{\"pos\":{\"x\":1}}]"));
    // 9: the second of two names of sock 1
    head = headOf(1, 4, "127.0.0.1:40001", 15);
    head.sequence = 9;
    add(head, QByteArrayLiteral("[4,\"HELLO again\"]"));
    // 10: a sock without a codec
    head = headOf(6, 0, "127.0.0.1:40001", 5);
    head.outcome = Outcome::DroppedQueueFull;
    head.sequence = 10;
    add(head, QByteArrayLiteral("hello"));
    return batch;
}

/// The messages that pass, by their place in the chunk.
inline QList<int> passing(const Filter &filter, const Chunk &chunk, const FilterContext &context)
{
    std::vector<quint16> hits;
    const bool whole = filter.scan(chunk, 0, chunk.count(), context, hits);
    return whole ? QList<int>(hits.begin(), hits.end()) : QList<int>{-1};
}

} // namespace SockScope::Test
