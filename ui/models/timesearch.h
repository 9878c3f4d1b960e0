#pragma once

#include "core/store/messagestore.h"

namespace SockScope {

/// The number of the first message at or after a time (nanoseconds since 1970 UTC); the last one's when all are
/// earlier, 0 when the store is empty. Messages of several socks may stand out of order by as much as a report of
/// theirs takes (33 ms): then it is one of the neighbours.
quint64 numberAtTime(const MessageStore &store, qint64 wallNs);

} // namespace SockScope
