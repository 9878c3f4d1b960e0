#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <atomic>
#include <cstddef>
#include <utility>

namespace SockScope {

/*! An immutable slice of a shared chunk of memory: many messages share one allocation.
 *  Path    transport → [this] → every later stage, the taps and the recorder
 *  Shape   pointer, length, one counted reference to the chunk; an empty slice holds none
 *  Units   bytes
 *  Errors  std::bad_alloc only
 *  Thread  a value: any thread (the count is atomic); the bytes never change once a slice of them exists
 *  Source  the slab and slice idea of network stacks: one buffer for a batch, references into it
 */
class Bytes
{
public:
    Bytes() = default;
    /// A copy in a chunk of its own.
    explicit Bytes(QByteArrayView view);
    Bytes(const Bytes &other) noexcept
        : m_chunk(other.m_chunk)
        , m_data(other.m_data)
        , m_size(other.m_size)
    {
        if (m_chunk)
            m_chunk->references.fetch_add(1, std::memory_order_relaxed);
    }
    Bytes(Bytes &&other) noexcept
        : m_chunk(std::exchange(other.m_chunk, nullptr))
        , m_data(std::exchange(other.m_data, nullptr))
        , m_size(std::exchange(other.m_size, 0))
    {
    }
    Bytes &operator=(Bytes other) noexcept
    {
        std::swap(m_chunk, other.m_chunk);
        std::swap(m_data, other.m_data);
        std::swap(m_size, other.m_size);
        return *this;
    }
    ~Bytes() { release(m_chunk); }

    const char *data() const { return m_data; }
    qsizetype size() const { return m_size; }
    bool isEmpty() const { return m_size == 0; }
    QByteArrayView view() const { return {m_data, m_size}; }
    operator QByteArrayView() const { return view(); } // NOLINT(google-explicit-constructor)
    /// A deep copy that keeps nothing of the chunk alive.
    QByteArray toByteArray() const { return QByteArray(m_data, m_size); }
    /// A part of this slice, sharing the chunk; clamped to the slice.
    Bytes slice(qsizetype offset, qsizetype length) const;
    friend bool operator==(const Bytes &a, const Bytes &b) { return a.view() == b.view(); }

private:
    friend class BytesPool;
    struct Chunk
    {
        std::atomic<qsizetype> references{1};
        qsizetype capacity = 0;
        char *memory() { return reinterpret_cast<char *>(this + 1); }
    };
    static Chunk *allocate(qsizetype capacity);
    static void release(Chunk *chunk) noexcept
    {
        if (chunk && chunk->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
            destroy(chunk);
    }
    static void destroy(Chunk *chunk) noexcept;

    Chunk *m_chunk = nullptr;
    const char *m_data = nullptr;
    qsizetype m_size = 0;
};

/*! Packs copies of views one behind the other into shared chunks.
 *  Path    beside the stages: whoever must keep bytes longer than a call
 *  Shape   in: a view; out: Bytes; a view larger than a quarter chunk gets a chunk of its own
 *  Units   bytes; chunks of 64 KiB unless told otherwise
 *  Errors  std::bad_alloc only
 *  Thread  one thread at a time; the Bytes it hands out may go anywhere
 *  Source  arena allocation; references are counted in advance, so that handing one out costs no atomic operation
 */
class BytesPool
{
public:
    explicit BytesPool(qsizetype chunkBytes = 64 * 1024);
    ~BytesPool();
    BytesPool(const BytesPool &) = delete;
    BytesPool &operator=(const BytesPool &) = delete;

    Bytes copy(QByteArrayView view);
    /// Room for bytes that somebody else writes, at most a chunk's; commit makes a slice of the first of them. Between
    /// the two the pool is not used otherwise.
    char *reserve(qsizetype bytes);
    QByteArrayView commit(qsizetype bytes);
    /// A slice of what was committed last, or a copy of what lies elsewhere.
    Bytes share(QByteArrayView part)
    {
        if (m_prepaid == 0 || part.isEmpty() || !m_current || part.data() < m_current->memory() ||
            part.data() + part.size() > m_current->memory() + m_used)
            return copy(part);
        return handOut(part);
    }

private:
    void makeRoom(qsizetype bytes);
    void prepay();
    Bytes handOut(QByteArrayView part)
    {
        Bytes slice;
        slice.m_chunk = m_current;
        slice.m_data = part.data();
        slice.m_size = part.size();
        --m_prepaid;
        return slice;
    }
    void dropCurrent() noexcept;

    Bytes::Chunk *m_current = nullptr;
    qsizetype m_used = 0;
    qsizetype m_prepaid = 0; // references that the chunk counts already and no slice holds yet
    const qsizetype m_chunkBytes;
};

} // namespace SockScope
