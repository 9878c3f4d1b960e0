#pragma once

#include <QPointer>

#include <memory>

#include "core/basesock.h"
#include "core/tap/sockmonitor.h"
#include "core/time/manualclock.h"

namespace SockScope::Test {

inline constexpr qint64 ms = 1'000'000;
inline constexpr qint64 interval = 33 * ms;

inline Endpoint endpointOf(int index)
{
    return Endpoint(0x0a000000u + static_cast<quint32>(index / 60000), static_cast<quint16>(index % 60000 + 1));
}

/// A sock on a clock that stands, without ticks and time-outs, whose messages run to their handlers at once.
struct MonitorBench
{
    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    std::shared_ptr<Recorder> recorder = std::make_shared<Recorder>();
    std::unique_ptr<BaseSock> sock;
    QPointer<SockMonitor> monitor;

    explicit MonitorBench(SockOptions options = {})
    {
        sock = std::make_unique<BaseSock>(prepared(std::move(options)));
        sock->start();
        monitor = SockMonitor::install(sock.get(), recorder, interval);
    }
    SockOptions prepared(SockOptions options) const
    {
        options.clock = clock;
        options.dispatch = DispatchMode::Inline;
        options.tickInterval = std::chrono::milliseconds(0);
        options.timeout = std::chrono::milliseconds(0);
        options.blockedAfter = std::chrono::milliseconds(0);
        options.logger = [](int, const QString &) {}; // expected errors are no warnings of the test
        return options;
    }
    void receive(int peer, QByteArrayView payload = "x") { sock->injectPayload(endpointOf(peer), payload); }
    SockChanges flushed()
    {
        clock->advance(interval);
        return monitor->takeChanges();
    }
};

} // namespace SockScope::Test
