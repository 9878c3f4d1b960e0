#pragma once

#include <memory>
#include <vector>

#include "core/filter/filter.h"
#include "fuzz/fuzz.h"

/// Messages for filters, and how a filter is asked.
namespace SockScope::Fuzz {

/// Socks 1 to 5, one a codec; the first knows names for types.
inline FilterContext fuzzContext()
{
    FilterContext context;
    context.marked = {2, 5};
    for (const QString &codec : codecNames()) {
        FilterSock sock;
        sock.id = static_cast<quint32>(context.socks.size()) + 1;
        sock.name = codec;
        sock.url = QStringLiteral("udp://127.0.0.1:%1").arg(9000 + sock.id);
        sock.codec = makeCodec(codec);
        context.socks.push_back(sock);
    }
    auto types = std::make_shared<MessageTypes>();
    types->define(QStringLiteral("move"), 3);
    context.socks.front().types = types;
    return context;
}

inline MessageHead fuzzHead(quint32 sock)
{
    MessageHead head;
    head.sock = sock;
    head.type = 3;
    head.peer = Endpoint(0x7f000001, static_cast<quint16>(40000 + sock));
    head.wireBytes = sock * 50;
    head.sequence = sock;
    return head;
}

inline std::unique_ptr<Chunk> fuzzChunk()
{
    const QByteArray payloads[] = {"hello a b\n", "Wörld", "[3,{\"x\":1.5,\"a\":[1,\"b\",null]}]",
                                   QByteArray::fromHex("9203"
                                                       "82a178"
                                                       "01a161"
                                                       "93c30aa162"),
                                   QByteArray::fromHex("8203"
                                                       "a2617801"
                                                       "6161"
                                                       "83f50a6162")};
    auto chunk = std::make_unique<Chunk>(1);
    MessageBatch batch;
    for (int copy = 0; copy < 14; ++copy) {
        for (quint32 sock = 1; sock <= 5; ++sock) {
            MessageHead head = fuzzHead(sock);
            head.wallNs = batch.count() * 100'000'000;
            if (copy % 3 == 1) {
                head.direction = Direction::Out;
                head.outcome = Outcome::SendError;
            }
            const QByteArray &payload = payloads[sock - 1];
            batch.add(head, copy % 4 == 3 ? QByteArrayView(payload).chopped(1) : QByteArrayView(payload),
                      copy % 5 == 4 ? QStringLiteral("a note") : QString());
        }
    }
    qsizetype at = 0;
    check(chunk->append(batch, 0, at) == batch.count(), "the messages fit into a chunk");
    return chunk;
}

/// Over all messages, over two parts, and one by one.
inline void checkAnswers(const Filter &filter, const Chunk &chunk, const FilterContext &context)
{
    std::vector<quint16> whole;
    check(filter.scan(chunk, 0, chunk.count(), context, whole), "a scan that nobody cancels ends");
    const int middle = chunk.count() / 2;
    std::vector<quint16> parts;
    check(filter.scan(chunk, 0, middle, context, parts) && filter.scan(chunk, middle, chunk.count(), context, parts),
          "the scan of a part ends");
    check(parts == whole, "two parts give what the whole gives");
    std::vector<quint16> single;
    for (int i = 0; i < chunk.count(); ++i) {
        if (filter.matches(chunk, i, context))
            single.push_back(static_cast<quint16>(i));
    }
    check(single == whole, "one by one the answers are the same");
}

} // namespace SockScope::Fuzz
