#pragma once

#include <QString>

#include <vector>

#include "core/types/count.h"

namespace SockScope {

/// A line of the ledger, for tables and reports.
struct LedgerTerm
{
    const char *key = nullptr; ///< "decodeErrors"
    QString label;             ///< "could not be decoded"
    Count count;
};

/*! Where every message went, in messages and in bytes.
 *  Path    beside the stages; the façade adds to it, the inspector shows it
 *  Shape   inbound:  received = handled + unhandled + rejectedPeer + framingErrors + decodeErrors + droppedByHook
 *                    + droppedQueueFull + droppedAtStop + stillQueued
 *          outbound: accepted = sent + sendErrors + droppedAtClose + sendQueued; what was never accepted (encodeErrors,
 *                    refusedQueueFull, refusedNoPeer) stands beside it, and offered = accepted + those three
 *          stillQueued and sendQueued are read from the queues, not derived, so that the equation can fail
 *  Units   messages (one a peer when a message goes to many) and bytes on the wire
 *  Errors  isBalanced is false: a defect of SockScope
 *  Thread  a value; the sock's is the sock's thread's
 *  Source  double-entry book-keeping
 */
struct Ledger
{
    Count received;
    Count handled;
    Count unhandled;
    Count rejectedPeer;
    Count framingErrors;
    Count decodeErrors;
    Count droppedByHook;
    Count droppedQueueFull;
    Count droppedAtStop;
    Count stillQueued;

    Count offered;
    Count sent;
    Count encodeErrors;
    Count refusedNoPeer;
    Count refusedQueueFull;
    Count sendErrors;
    Count droppedAtClose;
    Count sendQueued;

    // Beside the equation: they explain, they are not summed.
    quint64 injected = 0;      ///< of received: put in by hand
    quint64 handlerErrors = 0; ///< handlers that threw
    quint64 kernelDrops = 0;   ///< datagrams that the system dropped before we could read them
    quint64 refusedConnections = 0;
    quint64 truncated = 0;     ///< of received: datagrams cut by the receive buffer
    quint64 bytesBuffered = 0; ///< of unfinished frames, not yet received as messages

    Count inboundSum() const;
    Count outboundSum() const;
    bool isBalanced() const { return received == inboundSum() && offered == outboundSum(); }
    /// The terms in the order of the equation, first the left side.
    std::vector<LedgerTerm> inboundTerms() const;
    std::vector<LedgerTerm> outboundTerms() const;
    Ledger &operator+=(const Ledger &other);
};

} // namespace SockScope
