#include "ui/models/timesearch.h"

#include <algorithm>

namespace SockScope {

quint64 numberAtTime(const MessageStore &store, qint64 wallNs)
{
    if (store.firstNo() >= store.endNo())
        return 0;
    // Two searches, over the chunks by their last message, then in one: that loads few chunks, however many there are.
    const StoredChunks chunks = store.chunks();
    const auto found = std::partition_point(chunks.begin(), chunks.end(), [wallNs](const auto &stored) {
        const std::shared_ptr<const Chunk> chunk = stored->load(StoredChunk::Parts::Columns);
        const int count = chunk ? chunk->count() : 0;
        return count == 0 || chunk->wallNs(count - 1) < wallNs; // what cannot be read is taken as earlier
    });
    if (found == chunks.end())
        return store.endNo() - 1;
    const std::shared_ptr<const Chunk> chunk = (*found)->load(StoredChunk::Parts::Columns);
    if (!chunk)
        return qMax((*found)->firstNo(), store.firstNo());
    const std::span<const qint64> times = chunk->wallNs();
    const auto at = std::lower_bound(times.begin(), times.end(), wallNs);
    const quint64 no = chunk->firstNo() + static_cast<quint64>(at - times.begin());
    return qBound(store.firstNo(), no, store.endNo() - 1);
}

} // namespace SockScope
