#pragma once

#include <QCborValue>
#include <QHash>
#include <QRandomGenerator>
#include <QString>

#include <chrono>
#include <functional>

#include "core/types/endpoint.h"
#include "core/types/message.h"

namespace SockScope {

/*! What the words of a template stand for in one message.
 *  Path    sender → [this] → Template::expand
 *  Shape   counter is that of the message to come; request, where it answers one, lives as long as the call; the same
 *          seed gives the same random numbers and UUIDs
 *  Units   nowNs: nanoseconds since 1970 UTC
 *  Errors  none
 *  Thread  one thread at a time
 *  Source  none
 */
struct ComposeContext
{
    qint64 counter = 0;
    std::function<qint64()> nowNs = [] {
        using namespace std::chrono;
        return static_cast<qint64>(duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count());
    };
    QRandomGenerator64 random{QRandomGenerator64::securelySeeded()};
    Endpoint peer;
    const Message *request = nullptr;
    Endpoint requestPeer;
    QHash<QString, QCborValue> variables;
};

} // namespace SockScope
