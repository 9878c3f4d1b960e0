#pragma once

#include <QHash>

#include <list>
#include <optional>

#include "core/types/endpoint.h"
#include "ui/models/peerstory.h"

namespace SockScope {

/// A peer of one sock.
struct PeerKey
{
    quint32 sockId = 0;
    Endpoint endpoint;
    friend bool operator==(const PeerKey &, const PeerKey &) = default;
    friend size_t qHash(const PeerKey &key, size_t seed = 0) noexcept
    {
        return SockScope::qHash(key.endpoint, seed ^ key.sockId);
    }
};

/*! The stories of peers that have left.
 *  Path    PeerModel → [this] → the history of a peer that comes back, and the dialog that shows it
 *  Shape   at most maximumPeers; the one that left first leaves here first
 *  Units   none
 *  Errors  forgotten() counts those that had no place any more
 *  Thread  a value
 *  Source  none
 */
class PastPeers
{
public:
    static constexpr qsizetype maximumPeers = 10'000;
    struct Entry
    {
        PeerKey key;
        PeerStory story;
    };

    void add(const PeerKey &key, PeerStory story);
    /// The story of a peer that is back; it is no longer here.
    std::optional<PeerStory> take(const PeerKey &key);
    /// Null when it is not among them.
    const PeerStory *find(const PeerKey &key) const;
    /// In the order in which they left.
    const std::list<Entry> &entries() const { return m_entries; }
    quint64 forgotten() const { return m_forgotten; }

private:
    std::list<Entry> m_entries;
    QHash<PeerKey, std::list<Entry>::iterator> m_index;
    quint64 m_forgotten = 0;
};

} // namespace SockScope
