#pragma once

#include <QObject>

#include <optional>

#include "core/types/enums.h"
#include "core/types/envelope.h"
#include "core/types/sockerror.h"

namespace SockScope {

class TraceTap;

/*! Sees what passes between the stages.
 *  Path    between the stages → [this] → recorder, inspector
 *  Shape   inbound: once a message, when its outcome is known, before its handlers run; outbound: once a message and
 *          peer; both also once for each act of an impairment (isImpairAct), before the message's own outcome
 *  Units   as Envelope
 *  Errors  error is null unless the outcome is an error, or an act of an impairment: then it says what was done
 *  Thread  the sock's thread; a tap must not call back into the sock
 *  Source  network taps; with none installed a message pays one branch
 */
class Tap
{
public:
    virtual ~Tap() = default;
    virtual void inbound(const Envelope &envelope, Outcome outcome, const SockError *error) = 0;
    virtual void outbound(const Endpoint &peer, const MessageType &type, QByteArrayView payload, qsizetype wireBytes,
                          qint64 nowNs, Outcome outcome, const SockError *error) = 0;
    /// A peer was added or its numbers changed in another way than by inbound and outbound.
    virtual void peerChanged(const Endpoint &peer) = 0;
    virtual void peerRemoved(const Endpoint &peer, CloseReason reason) = 0;
    /// Something else changed: state, handlers, ticks, queues, errors.
    virtual void sockChanged() = 0;
    /// Who wants to know when each stage and handler had a message; null: nobody. Asked when the tap is added, and
    /// again by BaseSock::updateTaps.
    virtual TraceTap *traceTap() { return nullptr; }
    /// The sock ceases to exist: the last call.
    virtual void sockDestroyed() {}
};

} // namespace SockScope
