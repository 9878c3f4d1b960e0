#include "core/hooks/peerfilter.h"

#include <algorithm>
#include <vector>

namespace SockScope {

namespace {

Endpoint wholeAddress(const Endpoint &peer)
{
    if (peer.family() == Endpoint::Family::IPv4)
        return Endpoint(peer.ipv4(), 0);
    return Endpoint::fromIPv6(peer.ipv6Bytes(), 0, peer.scopeId());
}

} // namespace

bool PeerFilter::accepts(const Endpoint &peer) const
{
    if (m_refused.isEmpty() || peer.isNull())
        return true;
    return !m_refused.contains(peer) && !m_refused.contains(wholeAddress(peer));
}

bool PeerFilter::refuse(const Endpoint &peer)
{
    if (m_refused.contains(peer))
        return true;
    if (peer.isNull() || m_refused.size() >= maximum)
        return false;
    m_refused.insert(peer);
    ++m_revision;
    return true;
}

bool PeerFilter::allow(const Endpoint &peer)
{
    if (!m_refused.remove(peer))
        return false;
    ++m_revision;
    return true;
}

QStringList PeerFilter::refused() const
{
    std::vector<Endpoint> sorted(m_refused.begin(), m_refused.end());
    std::sort(sorted.begin(), sorted.end());
    QStringList texts;
    texts.reserve(static_cast<qsizetype>(sorted.size()));
    for (const Endpoint &endpoint : sorted)
        texts.append(endpoint.toString());
    return texts;
}

} // namespace SockScope
