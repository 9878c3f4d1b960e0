#pragma once

#include <functional>
#include <memory>

#include "machine.h"

namespace SockScope::Bench {

/*! A host of ENet that sends back what it gets: reliable packets, each flushed at once.
 *  Path    beside the product: tests/bench only
 *  Shape   one peer, one channel
 *  Units   nanoseconds of nowNs
 *  Errors  CannotRun when the program was built without ENet, or the port cannot be had
 *  Thread  the main thread
 *  Source  ENet's tutorial, enet.bespin.org
 */
class EnetEcho
{
public:
    EnetEcho();
    ~EnetEcho();
    EnetEcho(const EnetEcho &) = delete;
    EnetEcho &operator=(const EnetEcho &) = delete;

    quint16 port() const;
    void run(int64_t deadlineNs);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// The worker's side: as udp-ping, but through ENet.
int enetPing(quint16 port, int size, int count, SharedCounters &shared);

} // namespace SockScope::Bench
