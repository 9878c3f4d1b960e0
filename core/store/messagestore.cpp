#include "core/store/messagestore.h"

#include <algorithm>
#include <utility>

#include "core/store/chunkentry.h"
#include "core/store/chunksupply.h"
#include "core/store/sockdescriptions.h"
#include "core/store/spool.h"

// The half of MessageStore that takes messages in and hands them out; messagestore_budgets.cpp has the rest.

namespace SockScope {

MessageStore::MessageStore(StoreLimits limits)
    : m_limits(std::move(limits))
    , m_state(std::make_shared<StoreState>())
    , m_supply(std::make_unique<ChunkSupply>())
    , m_socks(std::make_unique<SockDescriptions>())
{
    m_state->cache.setLimit(m_limits.memoryBytes / 16);
}

MessageStore::~MessageStore() = default;

// Small budgets have small chunks, so that what leaves is a small part of them.
qsizetype MessageStore::arenaBytes() const
{
    constexpr qsizetype least = 4096;
    return qBound(least, m_limits.memoryBytes / 64, Chunk::arenaBytes);
}

void MessageStore::append(const MessageBatch &batch)
{
    qsizetype done = 0;
    qsizetype byteOffset = 0;
    while (done < batch.count()) {
        const qsizetype fitted = m_open ? m_open->append(batch, done, byteOffset) : 0;
        done += fitted;
        std::shared_ptr<Chunk> next;
        if (done < batch.count()) {
            const qsizetype need = Chunk::arenaNeed(batch.heads()[static_cast<size_t>(done)]);
            next = m_supply->take(m_endNo + static_cast<quint64>(fitted), qMax(need, arenaBytes()));
            if (m_open)
                m_supply->prepare(*m_open);
        }
        {
            const std::scoped_lock lock(m_state->mutex);
            if (fitted > 0)
                m_chunks.back()->grow(static_cast<int>(fitted));
            m_endNo += static_cast<quint64>(fitted);
            if (next) {
                closeOpen();
                m_open = next;
                m_chunks.push_back(std::make_shared<ChunkEntry>(m_state, next));
            }
            recount();
        }
        if (next)
            spoolOver();
    }
}

void MessageStore::closeOpen()
{
    if (m_open)
        m_chunks.back()->close();
    m_open.reset();
}

std::optional<StoredMessage> MessageStore::message(quint64 no) const
{
    if (!contains(no))
        return std::nullopt;
    if (!m_atHand || no < m_atHand->firstNo() || no >= m_atHand->endNo()) {
        const std::shared_ptr<const StoredChunk> chunk = chunkOf(no);
        m_atHand = chunk->load();
        if (!m_atHand) {
            const std::optional<SockError> error = chunk->error();
            return StoredMessage::unreadable(no, error ? error->toString() : QString());
        }
    }
    return StoredMessage(m_atHand, static_cast<int>(no - m_atHand->firstNo()));
}

std::shared_ptr<const StoredChunk> MessageStore::chunkOf(quint64 no) const
{
    const std::scoped_lock lock(m_state->mutex);
    if (!contains(no))
        return nullptr;
    const auto after = std::upper_bound(m_chunks.begin(), m_chunks.end(), no,
                                        [](quint64 wanted, const auto &chunk) { return wanted < chunk->firstNo(); });
    return *std::prev(after);
}

StoredChunks MessageStore::chunks() const
{
    const std::scoped_lock lock(m_state->mutex);
    return {m_chunks.begin(), m_chunks.end()};
}

StoreStats MessageStore::stats() const
{
    const std::scoped_lock lock(m_state->mutex);
    StoreStats stats = m_state->stats;
    stats.memoryBytes += openBytes() + m_state->cache.memoryBytes() + m_supply->memoryBytes();
    if (m_spool)
        stats.spoolError = m_spool->error();
    stats.isSpoolFailing = stats.spoolError.has_value();
    if (!stats.spoolError)
        stats.spoolError = m_state->damage;
    return stats;
}

void MessageStore::describeSock(const SockDescription &description)
{
    const std::scoped_lock lock(m_state->mutex);
    m_socks->set(m_spool ? m_spool->run() : 1, description);
    m_socksChanged = true;
}

} // namespace SockScope
