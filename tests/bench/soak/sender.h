#pragma once

#include <QtGlobal>

namespace SockScope::Soak {

/// What the sender is told, and what it says when it is done.
struct SenderPlan
{
    quint16 udpPort = 0;
    quint16 tcpPort = 0;
    int seconds = 0;
    int messagesASecond = 20'000; ///< half of them over UDP
    quint32 seed = 1;
};

/// Sends on bare sockets until the time is over; prints "udp N tcp N joins N" and answers the exit code.
int runSender(const SenderPlan &plan);

} // namespace SockScope::Soak
