#include "core/codec/cborcheck.h"

#include <array>

#include "core/codec/bytewords.h"
#include "core/codec/cborhead.h"

namespace SockScope {

namespace {

/// What the additional bits of a first byte say: how many bytes of the argument follow, or that there is none.
constexpr int reserved = 9;
constexpr int indefinite = 10;

constexpr int following(quint8 lead)
{
    const int additional = lead & 0x1f;
    if (additional < 24)
        return 0;
    if (additional < 28)
        return 1 << (additional - 24);
    return additional == 31 ? indefinite : reserved;
}

quint64 argumentOf(const char *at, quint8 lead, int width)
{
    switch (width) {
    case 0:
        return lead & 0x1f;
    case 1:
        return static_cast<quint8>(at[1]);
    case 2:
        return qFromBigEndian<quint16>(at + 1);
    case 4:
        return qFromBigEndian<quint32>(at + 1);
    default:
        return qFromBigEndian<quint64>(at + 1);
    }
}

/// What is left of a container of indefinite length: no count comes near these, and no payload has so many elements.
constexpr quint64 openArray = ~quint64(0);
constexpr quint64 openMap = openArray ^ (quint64(1) << 62);

/// Whether a "break" may stand where so much is left.
bool mayEnd(quint64 left)
{
    if (!(left >> 63))
        return false;
    const bool isMap = !((left >> 62) & 1);
    return !isMap || ((openMap - left) & 1) == 0;
}

} // namespace

CborCheck::CborCheck(QByteArrayView payload, int maximumDepth)
    : m_begin(payload.begin())
    , m_end(payload.end())
    , m_at(payload.begin())
    , m_maximumDepth(maximumDepth)
{
}

bool CborCheck::text(const char *content, qsizetype size)
{
    const ByteWords::Traits traits = ByteWords::traits(content, size);
    m_replacements = m_replacements || traits.replaced;
    if (!traits.nonAscii)
        return true;
    const QByteArrayView view(content, size);
    if (!view.isValidUtf8())
        return false;
    m_replacements = m_replacements || view.contains(QByteArrayView("\xef\xbf\xbd", 3));
    return true;
}

/// Behind the "break" of a string of indefinite length; null when it is not passed.
const char *CborCheck::chunks(const char *at, quint8 major)
{
    for (;;) {
        if (at == m_end)
            return nullptr;
        const auto lead = static_cast<quint8>(*at);
        if (lead == 0xff)
            return at + 1;
        const int width = following(lead);
        if (lead >> 5 != major || width > 8 || m_end - at <= width)
            return nullptr;
        const quint64 size = argumentOf(at, lead, width);
        at += 1 + width;
        if (size > static_cast<quint64>(m_end - at) ||
            (major == static_cast<quint8>(CborMajor::Text) && !text(at, static_cast<qsizetype>(size))))
            return nullptr;
        at += size;
    }
}

bool CborCheck::value(qsizetype offset, int depth)
{
    std::array<quint64, quickMaximumDepth> outer; // of each open container: what is still to come
    const int base = depth;
    const int deepest = qMin(m_maximumDepth, base + quickMaximumDepth);
    quint64 left = 1;
    const char *at = m_begin + offset;
    for (;;) {
        while (left == 0) {
            if (depth == base) {
                m_at = at;
                return true;
            }
            left = outer[static_cast<size_t>(--depth - base)];
        }
        if (at == m_end)
            return false;
        const auto lead = static_cast<quint8>(*at);
        const int width = following(lead);
        const auto major = static_cast<CborMajor>(lead >> 5);
        quint64 argument = lead & 0x1f;
        if (width > 0) [[unlikely]] {
            if (lead == 0xff) {
                if (!mayEnd(left))
                    return false;
                ++at;
                left = 0;
                continue;
            }
            if (width == reserved)
                return false;
            if (width != indefinite) {
                if (m_end - at <= width)
                    return false;
                argument = argumentOf(at, lead, width);
            }
        }
        --left;
        const qsizetype head = 1 + (width == indefinite ? 0 : width);
        switch (major) {
        case CborMajor::Unsigned:
        case CborMajor::Negative:
            if (width == indefinite)
                return false;
            m_bigIntegers = m_bigIntegers || argument >> 63;
            at += head;
            break;
        case CborMajor::Bytes:
        case CborMajor::Text:
            at += head;
            if (width == indefinite) {
                at = chunks(at, static_cast<quint8>(major));
                if (!at)
                    return false;
                break;
            }
            if (argument > static_cast<quint64>(m_end - at))
                return false;
            if (major == CborMajor::Text && !text(at, static_cast<qsizetype>(argument)))
                return false;
            at += argument;
            break;
        case CborMajor::Array:
        case CborMajor::Map:
        case CborMajor::Tag: {
            const bool isTag = major == CborMajor::Tag;
            if (depth >= deepest || (isTag && width == indefinite))
                return false;
            if (isTag) {
                m_bignumTags = m_bignumTags || argument == 2 || argument == 3;
                argument = 1;
            } else if (width == indefinite) {
                argument = 0;
            } else if (argument >> 61) {
                return false;
            }
            at += head;
            outer[static_cast<size_t>(depth++ - base)] = left;
            left = major == CborMajor::Map ? argument * 2 : argument;
            if (width == indefinite)
                left = major == CborMajor::Map ? openMap : openArray;
            break;
        }
        case CborMajor::Simple:
            if (width == 1 && argument < 32)
                return false;
            m_nan = m_nan || (width == 8 && (argument & ~(quint64(1) << 63)) > quint64(0x7ff) << 52);
            at += head;
            break;
        }
    }
}

} // namespace SockScope
