#pragma once

#include <atomic>
#include <bit>
#include <utility>

#include "core/filter/filtercontext.h"
#include "core/store/chunk.h"

namespace SockScope {

/// One run of a filter over messages [from, to) of a chunk. A mask has a bit a message, 64 a word, beginning with the
/// word that holds `from`; conditions clear the bits of what does not pass and look at no message whose bit is clear.
class FilterScan
{
public:
    FilterScan(const Chunk &chunk, int from, int to, const FilterContext &context, const std::atomic<bool> *cancelled)
        : m_chunk(chunk)
        , m_context(context)
        , m_cancelled(cancelled)
        , m_from(from)
        , m_to(to)
        , m_base(from / 64 * 64)
    {
    }

    const Chunk &chunk() const { return m_chunk; }
    const FilterContext &context() const { return m_context; }
    int from() const { return m_from; }
    int to() const { return m_to; }
    int count() const { return m_to - m_from; }
    /// The message of a mask's first bit.
    int base() const { return m_base; }
    size_t words() const { return static_cast<size_t>(m_to - m_base + 63) / 64; }

    bool isStopped()
    {
        m_stopped = m_stopped || (m_cancelled && m_cancelled->load(std::memory_order_relaxed));
        return m_stopped;
    }

    /// A bit for each message.
    void fill(quint64 *mask) const
    {
        for (size_t word = 0; word < words(); ++word)
            mask[word] = ~quint64(0);
        mask[0] &= ~quint64(0) << (m_from - m_base);
        if (const int used = (m_to - m_base) % 64)
            mask[words() - 1] &= ~quint64(0) >> (64 - used);
    }
    template <typename Function>
    void forEach(const quint64 *mask, Function function) const
    {
        for (size_t word = 0; word < words(); ++word) {
            for (quint64 bits = mask[word]; bits; bits &= bits - 1)
                function(m_base + static_cast<int>(word) * 64 + std::countr_zero(bits));
        }
    }
    /// Clears the bit of each message for which the function answers false.
    template <typename Predicate>
    void keepIf(quint64 *mask, Predicate predicate)
    {
        for (size_t word = 0; word < words(); ++word) {
            if (mask[word] == 0)
                continue;
            if (isStopped())
                return;
            quint64 kept = 0;
            for (quint64 bits = mask[word]; bits; bits &= bits - 1) {
                const int bit = std::countr_zero(bits);
                if (predicate(m_base + static_cast<int>(word) * 64 + bit))
                    kept |= quint64(1) << bit;
            }
            mask[word] = kept;
        }
    }
    int bitCount(const quint64 *mask) const
    {
        int bits = 0;
        for (size_t word = 0; word < words(); ++word)
            bits += std::popcount(mask[word]);
        return bits;
    }

private:
    const Chunk &m_chunk;
    const FilterContext &m_context;
    const std::atomic<bool> *m_cancelled;
    const int m_from;
    const int m_to;
    const int m_base;
    bool m_stopped = false;
};

/*  A condition on messages: compiled once, run on columns. */
class FilterCondition
{
public:
    FilterCondition() = default;
    virtual ~FilterCondition() = default;
    FilterCondition(const FilterCondition &) = delete;
    FilterCondition &operator=(const FilterCondition &) = delete;

    /// What a message costs, in no unit; dearer conditions look at what cheaper ones leave.
    enum Cost : int { Column = 1, Table = 3, Bytes = 20, Decoded = 60, Expression = 100 };
    virtual int cost() const = 0;
    virtual bool needsPayload() const { return false; }
    virtual void restrict(FilterScan &scan, quint64 *mask) const = 0;
};

} // namespace SockScope
