#pragma once

#include <QSet>
#include <QStringList>

#include "core/types/endpoint.h"

namespace SockScope {

/*! The list of peers that are refused.
 *  Path    transport → [this] → framing
 *  Shape   endpoints, and addresses that stand for all their ports (an Endpoint with port 0); at most maximum entries
 *  Units   none
 *  Errors  refuse answers false when the list is full
 *  Thread  the sock's thread
 *  Source  the original's good_peer
 */
class PeerFilter
{
public:
    static constexpr qsizetype maximum = 65536;

    bool isEmpty() const { return m_refused.isEmpty(); }
    bool accepts(const Endpoint &peer) const;
    bool refuse(const Endpoint &peer);
    bool allow(const Endpoint &peer);
    QStringList refused() const;

private:
    QSet<Endpoint> m_refused;
};

} // namespace SockScope
