#pragma once

#include <QByteArrayView>
#include <QtEndian>

#include <array>
#include <bit>
#include <utility>

#include "core/codec/cborhead.h"
#include "core/codec/payloadcheck.h"

namespace SockScope {

/*! Tells a target of each item of a CborImage, in its order.
 *  Path    CborImage → [this] → what a codec writes
 *  Shape   Target has integer(argument, negative), number, text(view, isKey), bytes, boolean, null, beginArray(count),
 *          beginMap(count), and where Target::separates, also element, value, endArray, endMap. Each answers whether it
 *          could; what the image has beyond that (tags, simple values, undefined) is refused
 *  Units   levels
 *  Errors  false: the value has to be written the careful way, which finds what is wrong with it
 *  Thread  one thread
 *  Source  RFC 8949
 */
template <typename Target>
class CborTranscoder
{
public:
    CborTranscoder(QByteArrayView image, Target &target)
        : m_at(image.begin())
        , m_end(image.end())
        , m_target(target)
    {
    }

    /// levels: how many containers may be open.
    bool run(int levels)
    {
        std::array<Level, quickMaximumDepth> outer;
        const auto deepest = static_cast<size_t>(qMin(levels, quickMaximumDepth));
        size_t depth = 0;
        Level level{1, false, true};
        for (;;) {
            while (level.left == 0) {
                if (depth == 0)
                    return m_at == m_end;
                if constexpr (Target::separates)
                    level.isMap ? m_target.endMap() : m_target.endArray();
                level = outer[--depth];
            }
            const bool isKey = level.isMap && (level.left & 1) == 0;
            if constexpr (Target::separates) {
                if (level.isMap && !isKey)
                    m_target.value();
                else
                    m_target.element(std::exchange(level.first, false));
            }
            --level.left;
            quint64 argument = 0;
            if (m_at == m_end)
                return false;
            const auto lead = static_cast<quint8>(*m_at);
            const auto major = static_cast<CborMajor>(lead >> 5);
            if (major == CborMajor::Simple) {
                if (!simple(lead, isKey))
                    return false;
                continue;
            }
            if (!readHead(lead, argument))
                return false;
            switch (major) {
            case CborMajor::Unsigned:
            case CborMajor::Negative:
                if (argument >> 63 || !m_target.integer(argument, major == CborMajor::Negative, isKey))
                    return false;
                break;
            case CborMajor::Bytes:
            case CborMajor::Text: {
                if (argument > static_cast<quint64>(m_end - m_at))
                    return false;
                const QByteArrayView view(m_at, static_cast<qsizetype>(argument));
                m_at += argument;
                if (!(major == CborMajor::Text ? m_target.text(view, isKey) : m_target.bytes(view, isKey)))
                    return false;
                break;
            }
            case CborMajor::Array:
            case CborMajor::Map: {
                // The end is looked at here, so that no count is far from what is there.
                if (depth >= deepest || argument > static_cast<quint64>(m_end - m_at))
                    return false;
                const bool isMap = major == CborMajor::Map;
                if (!(isMap ? m_target.beginMap(argument, isKey) : m_target.beginArray(argument, isKey)))
                    return false;
                outer[depth++] = level;
                level = {isMap ? argument * 2 : argument, isMap, true};
                break;
            }
            default:
                return false;
            }
        }
    }

private:
    struct Level
    {
        quint64 left; ///< items that are still to come
        bool isMap;
        bool first;
    };

    bool readHead(quint8 lead, quint64 &argument)
    {
        const int additional = lead & 0x1f;
        ++m_at;
        if (additional < 24) {
            argument = static_cast<quint64>(additional);
            return true;
        }
        const qsizetype width = qsizetype(1) << (additional - 24);
        if (additional > 27 || m_end - m_at < width)
            return false;
        argument = width == 1   ? static_cast<quint8>(*m_at)
                   : width == 2 ? qFromBigEndian<quint16>(m_at)
                   : width == 4 ? qFromBigEndian<quint32>(m_at)
                                : qFromBigEndian<quint64>(m_at);
        m_at += width;
        return true;
    }
    bool simple(quint8 lead, bool isKey)
    {
        ++m_at;
        switch (lead) {
        case 0xf4:
        case 0xf5:
            return m_target.boolean(lead == 0xf5, isKey);
        case 0xf6:
            return m_target.null(isKey);
        case 0xfb:
            if (m_end - m_at < 8)
                return false;
            m_at += 8;
            return m_target.number(std::bit_cast<double>(qFromBigEndian<quint64>(m_at - 8)), isKey);
        default:
            return false;
        }
    }

    const char *m_at;
    const char *const m_end;
    Target &m_target;
};

} // namespace SockScope
