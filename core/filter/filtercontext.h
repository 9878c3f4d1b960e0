#pragma once

#include <QString>

#include <memory>
#include <vector>

#include "core/codec/codec.h"
#include "core/types/messagetypes.h"

namespace SockScope {

/// What a filter must know of a sock.
struct FilterSock
{
    quint32 id = 0;
    QString name;
    QString url;
    std::shared_ptr<const Codec> codec;
    std::shared_ptr<const MessageTypes> types;
};

/*! What a filter knows beside the messages: names, codecs, the origin of time, marks.
 *  Path    the window → [this] → Filter
 *  Shape   a copy of what was true when the scan began; socks in the order of id; sets of numbers in ascending order
 *  Units   originNs: nanoseconds since 1970 UTC, what `time` counts from
 *  Errors  a sock that is not listed has no name and no codec: conditions on them do not hold
 *  Thread  a value that is never changed once a scan uses it
 *  Source  none
 */
struct FilterContext
{
    std::vector<FilterSock> socks;
    qint64 originNs = 0;
    std::vector<quint64> marked;
    std::vector<quint64> commented;
    std::vector<quint64> failed; ///< a handler threw when they were stored already, so that their flags do not say it

    const FilterSock *sock(quint32 id) const
    {
        for (const FilterSock &one : socks) {
            if (one.id == id)
                return &one;
        }
        return nullptr;
    }
};

} // namespace SockScope
