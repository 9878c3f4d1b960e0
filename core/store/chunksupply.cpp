#include "core/store/chunksupply.h"

#include <QThreadPool>

#include <mutex>
#include <utility>
#include <vector>

namespace SockScope {

struct ChunkSupply::Shelf
{
    mutable std::mutex mutex;
    std::vector<std::shared_ptr<Chunk>> ready;
    qsizetype bytes = 0; // of one that is ready
    int wanted = 1;
    bool isBusy = false;
};

ChunkSupply::ChunkSupply()
    : m_shelf(std::make_shared<Shelf>())
{
}

// Work that still runs stops behind the chunk at which it is.
ChunkSupply::~ChunkSupply()
{
    const std::scoped_lock lock(m_shelf->mutex);
    m_shelf->wanted = 0;
}

std::shared_ptr<Chunk> ChunkSupply::take(quint64 firstNo, qsizetype arenaCapacity)
{
    const bool slow = !m_sinceTaken.isValid() || m_sinceTaken.elapsed() >= calmMs;
    m_sinceTaken.start();
    std::shared_ptr<Chunk> chunk;
    std::vector<std::shared_ptr<Chunk>> surplus; // freed without the lock
    {
        const std::scoped_lock lock(m_shelf->mutex);
        std::vector<std::shared_ptr<Chunk>> &ready = m_shelf->ready;
        if (!ready.empty() && ready.back()->arenaCapacity() == arenaCapacity) {
            chunk = std::move(ready.back());
            ready.pop_back();
        }
        if (!chunk && !slow) {
            m_wanted = qMin(m_wanted + 1, maximumReady);
            m_calm = 0;
        } else if (slow || ++m_calm == calmAfter) {
            m_wanted = qMax(m_wanted - 1, 1);
            m_calm = 0;
        }
        m_shelf->wanted = m_wanted;
        while (ready.size() > static_cast<size_t>(m_wanted)) {
            surplus.push_back(std::move(ready.back()));
            ready.pop_back();
        }
    }
    if (!chunk)
        return std::make_shared<Chunk>(firstNo, arenaCapacity);
    chunk->setFirstNo(firstNo);
    return chunk;
}

void ChunkSupply::prepare(const Chunk &model)
{
    if (model.arenaCapacity() != Chunk::arenaBytes) // large messages, or a small store
        return;
    {
        const std::scoped_lock lock(m_shelf->mutex);
        if (m_shelf->isBusy || m_shelf->ready.size() >= static_cast<size_t>(m_wanted))
            return;
        m_shelf->isBusy = true;
    }
    QThreadPool::globalInstance()->start([shelf = m_shelf, messages = model.count(), used = model.arena().size(),
                                          bytes = model.memoryBytes()] { fill(*shelf, messages, used, bytes); });
}

void ChunkSupply::fill(Shelf &shelf, int messages, qsizetype used, qsizetype bytes)
{
    for (;;) {
        auto chunk = std::make_shared<Chunk>(1, Chunk::arenaBytes);
        chunk->prefault(messages, used);
        const std::scoped_lock lock(shelf.mutex);
        if (shelf.ready.size() < static_cast<size_t>(shelf.wanted)) {
            shelf.ready.push_back(std::move(chunk));
            shelf.bytes = bytes;
        }
        if (shelf.ready.size() >= static_cast<size_t>(shelf.wanted)) {
            shelf.isBusy = false;
            return;
        }
    }
}

qsizetype ChunkSupply::memoryBytes() const
{
    const std::scoped_lock lock(m_shelf->mutex);
    return m_shelf->bytes * static_cast<qsizetype>(m_shelf->ready.size());
}

} // namespace SockScope
