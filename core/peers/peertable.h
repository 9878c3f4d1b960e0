#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/peers/endpointindex.h"
#include "core/peers/peer.h"

namespace SockScope {

/*! The known peers, with the one that was silent longest always at hand.
 *  Path    beside the stages; touched once a received message
 *  Shape   an index from endpoint to a slot in a slab; the slots form a list ordered by lastSeen, whose links lie
 *          beside each other, away from the slots; at most maximum() peers
 *  Units   nanoseconds of the sock's Clock
 *  Errors  insert answers null when the table is full (and counts it)
 *  Thread  the sock's thread
 *  Source  LRU list beside a slab: O(1) a message, O(expired) a check
 */
class PeerTable
{
public:
    explicit PeerTable(int maximum = 131072);

    int size() const { return m_index.size(); }
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
    void touch(Peer *peer, qint64 nowNs)
    {
        Slot *slot = slotOf(peer);
        if (nowNs < slot->lastSeenNs)
            return;
        slot->lastSeenNs = nowNs;
        if (slot->number == m_links[noSlot].previous)
            return;
        unlink(slot);
        link(slot);
    }
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
        for (quint32 at = oldestNumber(); at != noSlot; at = m_links[at].next)
            function(static_cast<const Peer &>(*slot(at)));
    }

private:
    static constexpr quint32 slotsPerBlock = 256;
    static constexpr quint32 noSlot = 0; ///< its links are the two ends of the list

    struct SlotNumber
    {
        quint32 number = noSlot;
    };
    /// What a message reads and writes of its peer is one cache line.
    struct alignas(64) Slot : SlotNumber, Peer
    {
    };
    struct Link
    {
        quint32 previous = noSlot;
        quint32 next = noSlot;
    };

    /// Messages come in runs from one peer: the last one found is compared before the index is asked.
    Slot *findSlot(const Endpoint &endpoint) const
    {
        if (!m_recent || m_recent->endpoint != endpoint) {
            const quint32 number =
                m_index.find(endpoint, [&](quint32 each) { return slot(each)->endpoint == endpoint; });
            m_recent = number == noSlot ? nullptr : slot(number);
        }
        return m_recent;
    }
    Slot *slot(quint32 number) const { return &m_blocks[number / slotsPerBlock][number % slotsPerBlock]; }
    quint32 oldestNumber() const { return m_links[noSlot].next; }
    void addBlock();
    void link(const Slot *linked)
    {
        // Nearly always the last. A batch may carry a receive time that is a little older than the last insert.
        quint32 before = m_links[noSlot].previous;
        while (before != noSlot && slot(before)->lastSeenNs > linked->lastSeenNs)
            before = m_links[before].previous;
        const quint32 after = m_links[before].next;
        m_links[linked->number] = {before, after};
        m_links[before].next = linked->number;
        m_links[after].previous = linked->number;
    }
    void unlink(const Slot *linked)
    {
        const Link link = m_links[linked->number];
        m_links[link.previous].next = link.next;
        m_links[link.next].previous = link.previous;
    }
    Peer release(Slot *slot);
    static Slot *slotOf(Peer *peer) { return static_cast<Slot *>(peer); }

    EndpointIndex m_index;
    std::vector<std::unique_ptr<Slot[]>> m_blocks;
    std::vector<Link> m_links = std::vector<Link>(1);
    std::vector<Slot *> m_free;
    mutable Slot *m_recent = nullptr;
    int m_maximum;
    quint64 m_refusedFull = 0;
};

} // namespace SockScope
