#include "ui/models/previousmessage.h"

#include <algorithm>
#include <optional>

namespace SockScope {

namespace {

template <typename T>
std::optional<quint16> placeOf(std::span<const T> table, const T &value)
{
    const auto found = std::find(table.begin(), table.end(), value);
    return found == table.end() ? std::nullopt : std::optional(static_cast<quint16>(found - table.begin()));
}

/// The last message of [0, end) that has the same head, but for its time; -1 when there is none.
int lastAlike(const Chunk &chunk, int end, const DetailMessage &message)
{
    const auto peer = placeOf(chunk.peerTable(), message.peer);
    const auto type = placeOf(chunk.typeTable(), message.type);
    const auto sock = placeOf(chunk.sockTable(), message.sock);
    if (!peer || !type || !sock)
        return -1;
    const auto peers = chunk.peers();
    const auto types = chunk.types();
    const auto socks = chunk.socks();
    for (int i = end - 1; i >= 0; --i) {
        const auto at = static_cast<size_t>(i);
        if (peers[at] == *peer && types[at] == *type && socks[at] == *sock && chunk.direction(i) == message.direction)
            return i;
    }
    return -1;
}

} // namespace

PreviousMessage findPrevious(const StoredChunks &chunks, const DetailMessage &message,
                             const std::atomic<bool> *cancelled, quint64 atMost, bool inMemoryOnly)
{
    PreviousMessage answer;
    for (auto it = chunks.rbegin(); it != chunks.rend(); ++it) {
        const StoredChunk &stored = **it;
        if (stored.firstNo() >= message.no)
            continue;
        if (answer.searched >= atMost || (inMemoryOnly && stored.isSpooled()) ||
            (cancelled && cancelled->load(std::memory_order_relaxed))) {
            answer.complete = false;
            return answer;
        }
        const int end = static_cast<int>(qMin(message.no - stored.firstNo(), static_cast<quint64>(stored.count())));
        answer.searched += static_cast<quint64>(end);
        const std::shared_ptr<const Chunk> columns = stored.load(StoredChunk::Parts::Columns);
        const int found = columns ? lastAlike(*columns, end, message) : -1;
        if (!columns)
            answer.unreadable += static_cast<quint64>(end);
        if (found < 0)
            continue;
        const std::shared_ptr<const Chunk> whole = stored.load();
        if (!whole) {
            ++answer.unreadable;
            continue;
        }
        answer.no = whole->firstNo() + static_cast<quint64>(found);
        answer.wallNs = whole->wallNs(found);
        answer.payload = Bytes(whole->payload(found));
        return answer;
    }
    return answer;
}

} // namespace SockScope
