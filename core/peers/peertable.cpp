#include "core/peers/peertable.h"

namespace SockScope {

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
    if (m_free.empty())
        addBlock();
    Slot *slot = m_free.back();
    m_index.insert(endpoint, slot->number);
    m_free.pop_back();
    slot->endpoint = endpoint;
    slot->firstSeenNs = nowNs;
    slot->lastSeenNs = nowNs;
    link(slot);
    return slot;
}

void PeerTable::addBlock()
{
    const auto first = static_cast<quint32>(m_blocks.size()) * slotsPerBlock;
    m_free.reserve(m_links.size() + slotsPerBlock);
    m_links.resize(first + slotsPerBlock);
    Slot *block = m_blocks.emplace_back(std::make_unique<Slot[]>(slotsPerBlock)).get();
    for (quint32 i = slotsPerBlock; i > 0; --i) {
        block[i - 1].number = first + i - 1;
        if (block[i - 1].number != noSlot)
            m_free.push_back(block + i - 1);
    }
}

std::optional<Peer> PeerTable::remove(const Endpoint &endpoint)
{
    Slot *slot = findSlot(endpoint);
    if (!slot)
        return std::nullopt;
    return release(slot);
}

void PeerTable::clear()
{
    m_index.clear();
    m_free.clear();
    m_blocks.clear();
    m_links.assign(1, {});
    m_recent = nullptr;
}

const Peer *PeerTable::oldest() const
{
    return oldestNumber() == noSlot ? nullptr : slot(oldestNumber());
}

std::vector<Peer> PeerTable::takeExpired(qint64 deadlineNs, int limit)
{
    std::vector<Peer> expired;
    for (int i = 0; i < limit && oldestNumber() != noSlot; ++i) {
        Slot *oldest = slot(oldestNumber());
        if (oldest->lastSeenNs > deadlineNs)
            break;
        expired.push_back(release(oldest));
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
    m_index.remove(slot->endpoint, slot->number);
    unlink(slot);
    if (m_recent == slot)
        m_recent = nullptr;
    Peer peer = std::move(static_cast<Peer &>(*slot));
    static_cast<Peer &>(*slot) = Peer();
    m_free.push_back(slot);
    return peer;
}

} // namespace SockScope
