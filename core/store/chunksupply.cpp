#include "core/store/chunksupply.h"

#include <QThreadPool>

#include <mutex>
#include <utility>

namespace SockScope {

struct ChunkSupply::Slot
{
    mutable std::mutex mutex;
    std::shared_ptr<Chunk> ready;
    qsizetype bytes = 0;
    bool isBusy = false;
};

ChunkSupply::ChunkSupply()
    : m_slot(std::make_shared<Slot>())
{
}

ChunkSupply::~ChunkSupply() = default;

std::shared_ptr<Chunk> ChunkSupply::take(quint64 firstNo, qsizetype arenaCapacity)
{
    std::shared_ptr<Chunk> chunk;
    {
        const std::scoped_lock lock(m_slot->mutex);
        if (m_slot->ready && m_slot->ready->arenaCapacity() == arenaCapacity) {
            chunk = std::exchange(m_slot->ready, nullptr);
            m_slot->bytes = 0;
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
        const std::scoped_lock lock(m_slot->mutex);
        if (m_slot->isBusy || m_slot->ready)
            return;
        m_slot->isBusy = true;
    }
    const int messages = model.count();
    const qsizetype used = model.arena().size();
    const qsizetype bytes = model.memoryBytes();
    QThreadPool::globalInstance()->start([slot = m_slot, messages, used, bytes] {
        auto chunk = std::make_shared<Chunk>(1, Chunk::arenaBytes);
        chunk->prefault(messages, used);
        const std::scoped_lock lock(slot->mutex);
        slot->ready = std::move(chunk);
        slot->bytes = bytes;
        slot->isBusy = false;
    });
}

qsizetype ChunkSupply::memoryBytes() const
{
    const std::scoped_lock lock(m_slot->mutex);
    return m_slot->bytes;
}

} // namespace SockScope
