#include "core/peers/peertable.h"

namespace SockScope {

namespace {

constexpr size_t slotsPerBlock = 256;

}

PeerTable::PeerTable(int maximum)
    : m_maximum(qMax(maximum, 0))
{
}

Peer *PeerTable::insert(const Endpoint &endpoint, qint64 nowNs)
{
    if (Slot *known = findSlot(endpoint))
        return known;
    if (size() >= m_maximum) {
        ++m_refusedFull;
        return nullptr;
    }
    if (m_free.empty()) {
        m_free.reserve((m_blocks.size() + 1) * slotsPerBlock);
        Slot *block = m_blocks.emplace_back(std::make_unique<Slot[]>(slotsPerBlock)).get();
        for (size_t i = slotsPerBlock; i > 0; --i)
            m_free.push_back(block + i - 1);
    }
    Slot *slot = m_free.back();
    m_index.insert(endpoint, slot);
    m_free.pop_back();
    slot->endpoint = endpoint;
    slot->firstSeenNs = nowNs;
    slot->lastSeenNs = nowNs;
    link(slot);
    return slot;
}

void PeerTable::touch(Peer *peer, qint64 nowNs)
{
    Slot *slot = slotOf(peer);
    if (nowNs < slot->lastSeenNs)
        return;
    slot->lastSeenNs = nowNs;
    if (slot == m_tail)
        return;
    unlink(slot);
    link(slot);
}

std::optional<Peer> PeerTable::remove(const Endpoint &endpoint)
{
    Slot *slot = m_index.take(endpoint);
    if (!slot)
        return std::nullopt;
    return release(slot);
}

void PeerTable::clear()
{
    m_index.clear();
    m_free.clear();
    m_blocks.clear();
    m_recent = nullptr;
    m_head = nullptr;
    m_tail = nullptr;
}

const Peer *PeerTable::oldest() const
{
    return m_head;
}

std::vector<Peer> PeerTable::takeExpired(qint64 deadlineNs, int limit)
{
    std::vector<Peer> expired;
    for (int i = 0; i < limit && m_head && m_head->lastSeenNs <= deadlineNs; ++i) {
        m_index.remove(m_head->endpoint);
        expired.push_back(release(m_head));
    }
    return expired;
}

std::vector<Endpoint> PeerTable::endpoints() const
{
    std::vector<Endpoint> all;
    all.reserve(static_cast<size_t>(size()));
    forEach([&all](const Peer &peer) { all.push_back(peer.endpoint); });
    return all;
}

Peer PeerTable::release(Slot *slot)
{
    unlink(slot);
    if (m_recent == slot)
        m_recent = nullptr;
    Peer peer = std::move(static_cast<Peer &>(*slot));
    static_cast<Peer &>(*slot) = Peer();
    m_free.push_back(slot);
    return peer;
}

void PeerTable::link(Slot *slot)
{
    // Nearly always the tail. A batch may carry a receive time that is a little older than the last insert.
    Slot *before = m_tail;
    while (before && before->lastSeenNs > slot->lastSeenNs)
        before = before->previous;
    slot->previous = before;
    slot->next = before ? before->next : m_head;
    (slot->previous ? slot->previous->next : m_head) = slot;
    (slot->next ? slot->next->previous : m_tail) = slot;
}

void PeerTable::unlink(Slot *slot)
{
    (slot->previous ? slot->previous->next : m_head) = slot->next;
    (slot->next ? slot->next->previous : m_tail) = slot->previous;
    slot->previous = nullptr;
    slot->next = nullptr;
}

} // namespace SockScope
