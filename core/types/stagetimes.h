#pragma once

#include <QtGlobal>

namespace SockScope {

/*! When a message passed the stages before dispatch.
 *  Path    framing → codec → hooks → [this] → TraceTap
 *  Shape   a time each, in this order, each not before the last; 0: it did not come so far, or nobody asked
 *  Units   nanoseconds of the sock's Clock
 *  Errors  none
 *  Thread  a value
 *  Source  none
 */
struct StageTimes
{
    qint64 framedNs = 0;
    qint64 decodingNs = 0; ///< its turn at the codec came: framedNs, or later when it waited in parseQueue
    qint64 decodedNs = 0;
    qint64 queuedNs = 0; ///< the hooks let it pass, and it waits for its handlers
};

} // namespace SockScope
