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
    /// Takes exactly this entry from the list; false when there is none.
    bool allow(const Endpoint &peer);
    /// Sorted, as Endpoint::fromString reads them; a whole address has port 0.
    QStringList refused() const;
    /// Grows with every change of the list, so that a copy of it need not be made to see one.
    quint64 revision() const { return m_revision; }

private:
    QSet<Endpoint> m_refused;
    quint64 m_revision = 0;
};

} // namespace SockScope
