#pragma once

#include <QObject>
#include <QVariantMap>

#include "core/types/count.h"
#include "core/types/endpoint.h"
#include "core/types/enums.h"

namespace SockScope {

/*! A known peer and what is known about it.
 *  Path    beside the stages
 *  Shape   one row of the peer table
 *  Units   nanoseconds of the sock's steady Clock; messages and bytes on the wire
 *  Errors  none
 *  Thread  a value; the table's are the sock's thread's
 *  Source  the original's known_peers dictionary
 */
struct Peer
{
    static constexpr qsizetype maximumMetadata = 64; ///< entries

    Endpoint endpoint; // first what each message reads or writes: the table keeps it in one cache line
    PeerState state = PeerState::Known;
    bool outgoing = false; ///< connectTo made it, or it made itself known
    qint64 lastSeenNs = 0; ///< the last time it sent something
    Count received;
    qint64 firstSeenNs = 0;
    Count sent;
    quint64 errors = 0;
    QVariantMap metadata; ///< the application's own
};

} // namespace SockScope
