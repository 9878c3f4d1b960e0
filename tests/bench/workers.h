#pragma once

#include <QStringList>

#include "machine.h"

namespace SockScope::Bench {

/// Plays one of the other ends by name:
///   udp-flood PORT SIZE RATE      sends until stop, RATE a second (0: as fast as it goes), 64 a system call
///   udp-pace PORT SIZE RATE       the same in bursts of a millisecond, asleep between them
///   udp-ping PORT SIZE COUNT      COUNT round trips; value[0], value[1] = p50, p99 in nanoseconds
///   enet-ping PORT SIZE COUNT     the same through ENet
///   udp-hole PORTS                binds that many ports and never reads; value[0] = the first of them
///   udp-drain [any]               binds a port, on all addresses, and reads as fast as it goes; value[0] = the port
///   tcp-flood PORT SIZE COUNT     COUNT connections, frames of u32 + SIZE bytes in writes of 64 KiB until stop
///   tcp-drain                     accepts and reads; value[0] = the port
///   tcp-readers PORT COUNT        COUNT connections that read all they get
///   server-sockscope, server-qt, server-epoll
///                                 hold connections; value[0] = the port, [1] = memory, received = how many
///   tcp-idle PORT COUNT           COUNT connections that say nothing; value[0] = how many stand
///   tcp-beat PORT COUNT SIZE      the same, each sends one frame a second
int runWorkerNamed(const QString &name, const QStringList &arguments, SharedCounters &shared);

} // namespace SockScope::Bench
