#pragma once

#include <memory>

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/time/manualclock.h"
#include "core/transport/loopbacktransport.h"

namespace SockScope::Test {

/// Two socks on the two ends of a loopback pair, on one clock that the test advances; what they log is kept.
struct SockPair
{
    explicit SockPair(bool stream, SockOptions base = {})
    {
        auto ends = std::make_shared<LoopbackTransport::Pair>(LoopbackTransport::createPair(stream, clock));
        left = ends->first.get();
        right = ends->second.get();
        base.clock = clock;
        if (!base.framing)
            base.framing = stream ? makeFraming(u"u32") : makeFraming(u"datagram");
        if (!base.codec)
            base.codec = makeCodec(u"json");
        base.logger = [this](int, const QString &text) { log.append(text); };
        SockOptions one = base;
        one.transport = [ends] { return std::move(ends->first); };
        SockOptions two = base;
        two.transport = [ends] { return std::move(ends->second); };
        a = std::make_unique<BaseSock>(one);
        b = std::make_unique<BaseSock>(two);
    }
    /// Starts both; datagram socks know each other at once, stream socks when the event loop has run.
    bool start()
    {
        const bool stream = left->isStream();
        const Endpoint toLeft = left->localEndpoint();
        const Endpoint toRight = right->localEndpoint();
        if (a->start() || b->start())
            return false;
        if (a->connectTo(toRight))
            return false;
        return stream || !b->connectTo(toLeft);
    }

    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    LoopbackTransport *left = nullptr;
    LoopbackTransport *right = nullptr;
    QStringList log;
    std::unique_ptr<BaseSock> a;
    std::unique_ptr<BaseSock> b;
};

} // namespace SockScope::Test
