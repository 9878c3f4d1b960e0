#include "core/simulate/chainguard.h"

#include "core/basesock.h"
#include "core/peers/peertable.h"

namespace SockScope {

namespace {

/// Whether a peer's address may be where a sock is: one that listens everywhere has every address.
bool isAt(const Endpoint &peer, const Endpoint &local)
{
    if (local.isNull() || peer.port() != local.port())
        return false;
    const QHostAddress address = local.address();
    return peer == local || address == QHostAddress(QHostAddress::AnyIPv4) ||
           address == QHostAddress(QHostAddress::AnyIPv6) || address == QHostAddress(QHostAddress::Any);
}

/// A connection that leads from one sock to the other has an address that neither of them names.
bool mayReach(const BaseSock &from, const Endpoint &to, const BaseSock &sock)
{
    if (isAt(to, sock.localEndpoint()))
        return true;
    const Endpoint local = from.localEndpoint();
    if (local.isNull() || &from == &sock)
        return false;
    if (sock.peers().find(local))
        return true;
    for (const QHostAddress::SpecialAddress each : {QHostAddress::LocalHost, QHostAddress::LocalHostIPv6}) {
        const Endpoint alias(QHostAddress(each), local.port());
        if (isAt(alias, local) && sock.peers().find(alias))
            return true;
    }
    return false;
}

} // namespace

size_t ChainGuard::keyOf(const BaseSock &at, QByteArrayView payload)
{
    return ::qHash(payload, ::qHash(reinterpret_cast<quintptr>(&at)));
}

void ChainGuard::sent(const BaseSock &from, const Endpoint &to, QByteArrayView payload, const ChainLink &link,
                      const std::vector<const BaseSock *> &socks)
{
    for (const BaseSock *sock : socks) {
        if (!mayReach(from, to, *sock))
            continue;
        const size_t key = keyOf(*sock, payload);
        m_flights.insert(key, {sock, key, ++m_nextNumber, link});
        m_order.emplace_back(key, m_nextNumber);
    }
    while (m_order.size() > maximumInFlight) {
        const auto [key, number] = m_order.front();
        m_order.pop_front();
        for (auto it = m_flights.find(key); it != m_flights.end() && it.key() == key; ++it) {
            if (it->number == number) {
                m_flights.erase(it);
                break;
            }
        }
    }
}

ChainLink ChainGuard::received(const BaseSock &at, QByteArrayView payload)
{
    const auto found = m_flights.isEmpty() ? m_flights.end() : m_flights.find(keyOf(at, payload));
    if (found == m_flights.end())
        return {std::make_shared<AnswerChain>(), 0};
    const ChainLink link = found->link;
    m_flights.erase(found);
    return {link.chain, link.depth + 1};
}

} // namespace SockScope
