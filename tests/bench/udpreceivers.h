#pragma once

#include <QString>

#include <functional>
#include <memory>

#include "suite.h"

namespace SockScope::Bench {

/*! A way to receive datagrams.
 *  Path    beside the product: tests/bench only
 *  Shape   open, then run until the time or until nothing comes any more
 *  Units   nanoseconds of nowNs
 *  Errors  CannotRun
 *  Thread  the main thread
 *  Source  none
 */
class UdpReceiver
{
public:
    virtual ~UdpReceiver() = default;
    virtual quint16 open() = 0;
    /// Receives until the deadline; counts into received.
    virtual void run(int64_t deadlineNs) = 0;

    uint64_t received = 0;
    uint64_t bytes = 0;
};

using UdpReceiverFactory = std::function<std::unique_ptr<UdpReceiver>()>;

std::unique_ptr<UdpReceiver> makeSockScopeReceiver();
std::unique_ptr<UdpReceiver> makeRawReceiver();
std::unique_ptr<UdpReceiver> makePlainQtReceiver();
std::unique_ptr<UdpReceiver> makeAsioReceiver();

} // namespace SockScope::Bench
