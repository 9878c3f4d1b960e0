#pragma once

#include <QByteArray>
#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "core/framing/framing.h"

namespace SockScope::Test {

/// One name for each kind of framing, byte order and way to count; makeFraming knows all of them.
inline QStringList framingCases()
{
    QStringList names = framingNames();
    for (const char *name : {"u8+self", "u16+self", "u32+self", "u64+self", "u16le+self", "u32le+self", "u64le+self",
                             "varint+self", "delim:00", "delim:0a0d", "delim:aaaa", "delim:abab", "fixed:1", "fixed:7",
                             "delim:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627"
                             "28292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"})
        names << QLatin1String(name);
    return names;
}

/// A row for each framing but those whose names begin with one of the given words.
inline void addFramingRows(const QStringList &without = {})
{
    QTest::addColumn<QString>("name");
    const QStringList names = framingCases();
    for (const QString &name : names) {
        if (std::none_of(without.begin(), without.end(), [&](const QString &word) { return name.startsWith(word); }))
            QTest::newRow(qPrintable(name)) << name;
    }
}

/// Without those for which a read is one message.
inline void addStreamRows()
{
    addFramingRows({QStringLiteral("datagram"), QStringLiteral("none")});
}

/// A payload like the given one that this framing can carry.
inline QByteArray fitted(const Framing &framing, QByteArray payload)
{
    const QString name = framing.name();
    if (name.startsWith(u"fixed:"))
        return payload.leftJustified(framing.maximumFrameBytes(), '.', true);
    if (name.startsWith(u"u8"))
        payload.truncate(name.endsWith(u"+self") ? 254 : 255);
    if (name.startsWith(u"u16"))
        payload.truncate(name.endsWith(u"+self") ? 65533 : 65535);
    if (name == u"slip" && payload.isEmpty())
        payload = QByteArrayLiteral("x");
    if (name == u"line")
        payload.replace('\n', '_');
    if (name == u"crlf")
        payload.replace("\r\n", "\r_");
    if (name.startsWith(u"delim:")) {
        const QByteArray delimiter = QByteArray::fromHex(name.sliced(6).toLatin1());
        payload.replace(delimiter, QByteArray(delimiter.size(), '_'));
        if (payload.endsWith(delimiter.front()))
            payload.back() = '_';
        if (delimiter.size() > 2 && payload.endsWith(delimiter.first(2)))
            payload.back() = '_';
    }
    return payload;
}

/// All byte values in an order that a seed gives, with runs of the values that framings escape.
inline QByteArray payloadOf(qsizetype size, quint32 seed)
{
    static constexpr char special[] = {'\0', '\n', '\r', '\xc0', '\xdb', '\xdc', '\xdd', '\xff', '\xaa'};
    QRandomGenerator random(seed);
    QByteArray payload(size, Qt::Uninitialized);
    for (qsizetype i = 0; i < size; ++i) {
        const quint32 number = random.generate();
        payload[i] = number % 4 == 0 ? special[(number >> 8) % sizeof special] : static_cast<char>(number >> 16);
    }
    return payload;
}

/// A copy without a byte behind its end, so that a sanitizer sees a read that goes too far.
class ExactCopy
{
public:
    explicit ExactCopy(QByteArrayView view)
        : m_bytes(view.begin(), view.end())
    {
        m_bytes.shrink_to_fit();
    }
    QByteArrayView view() const { return {m_bytes.data(), qsizetype(m_bytes.size())}; }

private:
    std::vector<char> m_bytes;
};

/// Whether the answer keeps the contract of FrameResult for this buffer.
inline bool isLawful(const Framing &framing, const FrameResult &result, QByteArrayView buffer)
{
    if (result.consumed < 0 || result.consumed > buffer.size())
        return false;
    switch (result.state) {
    case FrameResult::State::Frame:
        return !result.error && (result.consumed > 0 || framing.isWhole()) &&
               result.payload.size() <= framing.maximumFrameBytes();
    case FrameResult::State::NeedMore:
        return !result.error && result.consumed == 0 && (result.needed == 0 || result.needed > buffer.size());
    case FrameResult::State::Invalid:
        return result.error && result.error->stage == Stage::Framing && !result.error->what.isEmpty() &&
               !result.error->remedy.isEmpty();
    }
    return false;
}

/// What came out of a stream: the payloads, the errors, and whether it was lost.
struct Received
{
    QByteArrayList payloads;
    std::vector<SockError> errors;
    bool lost = false;
    bool lawful = true;
    qsizetype left = 0;
};

/// Feeds a stream in steps and keeps what is not consumed, as a connection does.
inline Received receive(const Framing &framing, QByteArrayView stream, qsizetype step)
{
    Received received;
    FramingState state;
    qsizetype begin = 0;
    for (qsizetype end = std::min(step, stream.size()); end > 0; end = std::min(end + step, stream.size())) {
        while (begin < end) {
            const QByteArrayView buffer = stream.sliced(begin, end - begin);
            const FrameResult result = framing.next(buffer, state);
            received.lawful = received.lawful && isLawful(framing, result, buffer);
            if (result.state == FrameResult::State::NeedMore)
                break;
            if (result.state == FrameResult::State::Frame)
                received.payloads << result.payload.toByteArray();
            else
                received.errors.push_back(*result.error);
            begin += result.consumed;
            if (result.consumed == 0) {
                received.lost = true;
                received.left = stream.size() - begin;
                return received;
            }
        }
        if (end == stream.size())
            break;
    }
    received.left = stream.size() - begin;
    return received;
}

} // namespace SockScope::Test
