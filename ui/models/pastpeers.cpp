#include "ui/models/pastpeers.h"

#include <utility>

namespace SockScope {

void PastPeers::add(const PeerKey &key, PeerStory story)
{
    take(key); // the later one knows all that the earlier did
    m_entries.push_back({key, std::move(story)});
    m_index.insert(key, std::prev(m_entries.end()));
    if (m_index.size() > maximumPeers) {
        m_index.remove(m_entries.front().key);
        m_entries.pop_front();
        ++m_forgotten;
    }
}

std::optional<PeerStory> PastPeers::take(const PeerKey &key)
{
    const auto found = m_index.constFind(key);
    if (found == m_index.cend())
        return std::nullopt;
    PeerStory story = std::move((*found)->story);
    m_entries.erase(*found);
    m_index.erase(found);
    return story;
}

const PeerStory *PastPeers::find(const PeerKey &key) const
{
    const auto found = m_index.constFind(key);
    return found == m_index.cend() ? nullptr : &(*found)->story;
}

} // namespace SockScope
