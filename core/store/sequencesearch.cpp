#include "core/store/sequencesearch.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace SockScope {

namespace {

/// The number that a chunk gives to a sock; nothing when it has no message of it.
std::optional<quint16> indexOf(const Chunk &chunk, quint32 sock)
{
    const std::span<const quint32> table = chunk.sockTable();
    const auto found = std::find(table.begin(), table.end(), sock);
    if (found == table.end())
        return std::nullopt;
    return static_cast<quint16>(found - table.begin());
}

/// Below 0 when a comes before b.
qint32 distance(quint32 a, quint32 b)
{
    return static_cast<qint32>(a - b);
}

} // namespace

SequenceSearch::SequenceSearch(StoredChunks chunks, quint32 sock, quint32 sequence)
    : m_chunks(std::move(chunks))
    , m_sock(sock)
    , m_sequence(sequence)
    , m_to(m_chunks.size())
    , m_middle(m_to / 2)
    , m_probe(m_middle)
{
}

bool SequenceSearch::step()
{
    if (m_state != State::Searching)
        return true;
    if (m_from >= m_to)
        return end(m_from == 0 ? State::Left : State::Missing);
    const std::shared_ptr<const Chunk> chunk = m_chunks[m_probe]->load(StoredChunk::Parts::Columns);
    if (!chunk) {
        m_unreadable = true;
        passOver();
        return false;
    }
    const std::optional<quint16> sock = indexOf(*chunk, m_sock);
    // The tables may be ahead of the messages that count() covers.
    const std::span<const quint16> socks = chunk->socks();
    const auto first = sock ? std::find(socks.begin(), socks.end(), *sock) : socks.end();
    if (first == socks.end()) {
        passOver();
        return false;
    }
    const auto last = std::find(socks.rbegin(), socks.rend(), *sock).base() - 1;
    const auto sequence = [&](auto place) { return chunk->sequence(static_cast<int>(place - socks.begin())); };
    if (distance(m_sequence, sequence(first)) < 0) {
        m_to = m_middle;
    } else if (distance(m_sequence, sequence(last)) > 0) {
        m_from = m_probe + 1;
    } else {
        for (auto place = first; place <= last; ++place) {
            if (*place == *sock && sequence(place) == m_sequence) {
                m_no = chunk->firstNo() + static_cast<quint64>(place - socks.begin());
                return end(State::Found);
            }
        }
        return end(State::Missing);
    }
    m_middle = m_probe = m_from + (m_to - m_from) / 2;
    return false;
}

/// The chunk has nothing of the sock: its neighbour may.
void SequenceSearch::passOver()
{
    if (++m_probe < m_to)
        return;
    m_to = m_middle;
    m_middle = m_probe = m_from + (m_to - m_from) / 2;
}

bool SequenceSearch::end(State state)
{
    m_state = state != State::Found && m_unreadable ? State::Unreadable : state;
    m_chunks.clear();
    return true;
}

} // namespace SockScope
