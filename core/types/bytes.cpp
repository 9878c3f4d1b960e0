#include "core/types/bytes.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace SockScope {

namespace {

constexpr qsizetype prepaidReferences = 4096;

}

Bytes::Chunk *Bytes::allocate(qsizetype capacity)
{
    void *memory = std::malloc(sizeof(Chunk) + static_cast<size_t>(capacity));
    if (!memory)
        throw std::bad_alloc();
    auto *chunk = new (memory) Chunk;
    chunk->capacity = capacity;
    return chunk;
}

void Bytes::destroy(Chunk *chunk) noexcept
{
    chunk->~Chunk();
    std::free(chunk);
}

Bytes::Bytes(QByteArrayView view)
{
    if (view.isEmpty())
        return;
    m_chunk = allocate(view.size());
    std::memcpy(m_chunk->memory(), view.data(), static_cast<size_t>(view.size()));
    m_data = m_chunk->memory();
    m_size = view.size();
}

Bytes Bytes::slice(qsizetype offset, qsizetype length) const
{
    offset = qBound(qsizetype(0), offset, m_size);
    length = qBound(qsizetype(0), length, m_size - offset);
    Bytes part;
    if (length > 0) {
        part = *this;
        part.m_data += offset;
        part.m_size = length;
    }
    return part;
}

BytesPool::BytesPool(qsizetype chunkBytes)
    : m_chunkBytes(chunkBytes)
{
}

BytesPool::~BytesPool()
{
    dropCurrent();
}

void BytesPool::dropCurrent() noexcept
{
    if (!m_current)
        return;
    if (m_prepaid > 0)
        m_current->references.fetch_sub(m_prepaid, std::memory_order_relaxed); // its own reference is left
    m_prepaid = 0;
    Bytes::release(std::exchange(m_current, nullptr));
}

void BytesPool::makeRoom(qsizetype bytes)
{
    // Only the pool still holds it: its memory can serve again.
    if (m_current && m_used > 0 && m_current->references.load(std::memory_order_acquire) == 1 + m_prepaid)
        m_used = 0;
    if (m_current && m_used + bytes <= m_current->capacity)
        return;
    dropCurrent(); // before allocate, which may throw
    m_current = Bytes::allocate(m_chunkBytes);
    m_used = 0;
}

char *BytesPool::reserve(qsizetype bytes)
{
    makeRoom(bytes);
    return m_current->memory() + m_used;
}

QByteArrayView BytesPool::commit(qsizetype bytes)
{
    prepay();
    const QByteArrayView committed(m_current->memory() + m_used, bytes);
    m_used += bytes;
    return committed;
}

void BytesPool::prepay()
{
    if (m_prepaid > 0)
        return;
    m_current->references.fetch_add(prepaidReferences, std::memory_order_relaxed);
    m_prepaid = prepaidReferences;
}

Bytes BytesPool::copy(QByteArrayView view)
{
    if (view.isEmpty())
        return {};
    if (view.size() > m_chunkBytes / 4)
        return Bytes(view);
    if (!m_current || m_used + view.size() > m_current->capacity)
        makeRoom(view.size());
    std::memcpy(m_current->memory() + m_used, view.data(), static_cast<size_t>(view.size()));
    return handOut(commit(view.size()));
}

} // namespace SockScope
