#pragma once

#include <QHash>

#include <memory>
#include <optional>
#include <vector>

#include "core/peers/peer.h"

namespace SockScope {

/*! The known peers, with the one that was silent longest always at hand.
 *  Path    beside the stages; touched once a received message
 *  Shape   a hash from endpoint to a slot in a slab; the slots form a list ordered by lastSeen; at most maximum() peers
 *  Units   nanoseconds of the sock's Clock
 *  Errors  insert answers null when the table is full (and counts it)
 *  Thread  the sock's thread
 *  Source  LRU list threaded through a slab: O(1) a message, O(expired) a check
 */
class PeerTable
{
public:
    explicit PeerTable(int maximum = 131072);

    int size() const { return static_cast<int>(m_index.size()); }
    int maximum() const { return m_maximum; }
    /// Peers beyond a lower maximum stay.
    void setMaximum(int maximum) { m_maximum = maximum; }
    quint64 refusedFull() const { return m_refusedFull; }

    /// Null when unknown. The pointer is valid until the peer is removed; inserting others does not move it.
    Peer *find(const Endpoint &endpoint) { return findSlot(endpoint); }
    const Peer *find(const Endpoint &endpoint) const { return findSlot(endpoint); }
    /// The new or the existing peer; null when the table is full.
    Peer *insert(const Endpoint &endpoint, qint64 nowNs);
    /// It sent something now: it becomes the youngest.
    void touch(Peer *peer, qint64 nowNs);
    /// The removed peer, or nothing.
    std::optional<Peer> remove(const Endpoint &endpoint);
    void clear();

    /// The peer that has been silent longest, or null.
    const Peer *oldest() const;
    /// Removes and answers the peers with lastSeen <= deadlineNs, oldest first, at most limit.
    std::vector<Peer> takeExpired(qint64 deadlineNs, int limit = 1000);
    /// All, oldest first.
    std::vector<Endpoint> endpoints() const;
    template <typename Function>
    void forEach(Function &&function) const
    {
        for (const Slot *slot = m_head; slot; slot = slot->next)
            function(static_cast<const Peer &>(*slot));
    }

private:
    struct Slot : Peer
    {
        Slot *previous = nullptr;
        Slot *next = nullptr;
    };
    /// Messages come in runs from one peer: the last one found is compared before the hash is asked.
    Slot *findSlot(const Endpoint &endpoint) const
    {
        if (!m_recent || m_recent->endpoint != endpoint)
            m_recent = m_index.value(endpoint, nullptr);
        return m_recent;
    }
    void link(Slot *slot);
    void unlink(Slot *slot);
    Peer release(Slot *slot);
    static Slot *slotOf(Peer *peer) { return static_cast<Slot *>(peer); }

    QHash<Endpoint, Slot *> m_index;
    std::vector<std::unique_ptr<Slot[]>> m_blocks;
    std::vector<Slot *> m_free;
    mutable Slot *m_recent = nullptr;
    Slot *m_head = nullptr;
    Slot *m_tail = nullptr;
    int m_maximum;
    quint64 m_refusedFull = 0;
};

} // namespace SockScope
