#pragma once

#include <utility>
#include <vector>

#include "core/tap/sockmonitor.h"

// What a sock tells of its peers, made up: peer n is 127.0.0.1, or 10.0.0.x beyond the ports, and the sock's clock
// shows nowNs at wallUs.

namespace SockScope::Test {

inline constexpr qint64 peerWallUs = 1'700'000'000'000'000;

inline Endpoint peerEndpoint(int number)
{
    return Endpoint(0x7f000001 + static_cast<quint32>(number / 50'000), static_cast<quint16>(10'000 + number % 50'000));
}

inline PeerChange peerChange(int number, quint64 messages = 0, qint64 lastSeenNs = 0)
{
    PeerChange change;
    change.peer.endpoint = peerEndpoint(number);
    change.peer.lastSeenNs = lastSeenNs;
    change.peer.received = {messages, messages * 10};
    return change;
}

inline PeerChange peerGone(int number, CloseReason reason = CloseReason::Local)
{
    PeerChange change = peerChange(number);
    change.removed = true;
    change.reason = reason;
    return change;
}

inline SockChanges peerChanges(quint32 sockId, std::vector<PeerChange> peers, qint64 nowNs = 0)
{
    SockChanges changes;
    changes.snapshot.sockId = sockId;
    changes.snapshot.nowNs = nowNs;
    changes.snapshot.wallUs = peerWallUs + nowNs / 1000;
    changes.snapshot.timeoutNs = 10'000'000'000;
    changes.peers = std::move(peers);
    return changes;
}

} // namespace SockScope::Test
