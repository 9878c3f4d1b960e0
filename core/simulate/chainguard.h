#pragma once

#include <QByteArrayView>
#include <QHash>

#include <deque>
#include <memory>
#include <vector>

#include "core/types/endpoint.h"

namespace SockScope {

class BaseSock;

/// What one message from outside has set off among our own socks.
struct AnswerChain
{
    quint64 sends = 0;
};

/// A message's place in a chain: nothing before it is depth 0.
struct ChainLink
{
    std::shared_ptr<AnswerChain> chain;
    int depth = 0;
};

/*! Recognises what rules sent when it comes in at another of our socks, so that answers to answers are counted.
 *  Path    RuleEngine's tap → [this] → RuleEngine
 *  Shape   what is on its way is found by its bytes and the sock that it goes to; at most maximumInFlight, the oldest
 *          are forgotten
 *  Units   none
 *  Errors  none
 *  Thread  the socks' thread
 *  Source  none
 */
class ChainGuard
{
public:
    static constexpr size_t maximumInFlight = 65536;

    void sent(const BaseSock &from, const Endpoint &to, QByteArrayView payload, const ChainLink &link,
              const std::vector<const BaseSock *> &socks);
    /// A new chain when nothing on its way is this message.
    ChainLink received(const BaseSock &at, QByteArrayView payload);

private:
    struct Flight
    {
        const BaseSock *to = nullptr;
        size_t hash = 0;
        quint64 number = 0;
        ChainLink link;
    };
    static size_t keyOf(const BaseSock &at, QByteArrayView payload);

    QMultiHash<size_t, Flight> m_flights;
    std::deque<std::pair<size_t, quint64>> m_order;
    quint64 m_nextNumber = 0;
};

} // namespace SockScope
