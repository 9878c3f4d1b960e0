#pragma once

#include <QString>

#include <vector>

#include "core/types/count.h"
#include "core/types/enums.h"

namespace SockScope {

/// A line of the ledger, for tables and reports.
struct LedgerTerm
{
    const char *key = nullptr; ///< "decodeErrors"
    QString label;             ///< "could not be decoded"
    Count count;
};

/// A number that explains the ledger without being part of its sums.
struct LedgerNote
{
    enum Kind : quint8 {
        Plain,  ///< nothing to worry about
        Trouble ///< something was lost or refused when it is not 0
    };
    const char *key = nullptr; ///< "kernelDrops"
    QString label;
    quint64 count = 0;
    Kind kind = Plain;
    bool inBytes = false;
};

/*! Where every message went, in messages and in bytes.
 *  Path    beside the stages; the façade adds to it, the inspector shows it
 *  Shape   inbound:  received = handled + unhandled + rejectedPeer + framingErrors + decodeErrors + droppedByHook
 *                    + droppedQueueFull + droppedAtStop + impairLostIn + impairFullIn + impairWaitingIn + stillQueued
 *          outbound: accepted = sent + sendErrors + droppedAtClose + impairLostOut + impairFullOut + impairWaitingOut +
 *                    sendQueued; what was never accepted (encodeErrors, refusedQueueFull, refusedNoPeer) stands beside
 *                    it, and offered = accepted + those three. A copy that an impairment makes is received, or offered,
 *                    once more
 *          stillQueued and sendQueued are read from the queues, not derived, so that the equation can fail
 *          refusedConnections is the sum of its reasons
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
    Count impairLostIn;
    Count impairFullIn;
    Count impairWaitingIn;
    Count stillQueued;

    Count offered;
    Count sent;
    Count encodeErrors;
    Count refusedNoPeer;
    Count refusedQueueFull;
    Count sendErrors;
    Count droppedAtClose;
    Count impairLostOut;
    Count impairFullOut;
    Count impairWaitingOut;
    Count sendQueued;

    // Beside the equation: they explain, they are not summed.
    quint64 injected = 0;      ///< of received: put in by hand
    quint64 handlerErrors = 0; ///< handlers that threw
    quint64 kernelDrops = 0;   ///< datagrams that the system dropped before we could read them
    quint64 truncated = 0;     ///< of received: datagrams cut by the receive buffer
    quint64 rejectedFull = 0;  ///< of rejectedPeer: the peer table was full
    quint64 bytesBuffered = 0; ///< of unfinished frames, not yet received as messages
    quint64 groupsRefused = 0; ///< groups of datagrams (UDP_SEGMENT) that the system refused; they went one by one

    // What impairments did to messages that went on.
    quint64 impairDelayedIn = 0;
    quint64 impairReorderedIn = 0;
    quint64 impairDuplicatedIn = 0; ///< of received: the copies
    quint64 impairCorruptedIn = 0;
    quint64 impairDelayedOut = 0;
    quint64 impairReorderedOut = 0;
    quint64 impairDuplicatedOut = 0; ///< of offered: the copies
    quint64 impairCorruptedOut = 0;

    // Connections that were not taken, and by RefuseReason; they add up.
    quint64 refusedConnections = 0;
    quint64 refusedByFilter = 0;
    quint64 refusedPeerLimit = 0;
    quint64 refusedConnectionLimit = 0;
    quint64 refusedAcceptRate = 0;

    // Peers that were closed for what they did or did not do.
    quint64 closedSilent = 0;      ///< SockOptions::timeout
    quint64 closedNoFrame = 0;     ///< TcpOptions::handshakeTimeout
    quint64 closedSlowFrame = 0;   ///< TcpOptions::frameTimeout
    quint64 closedBufferLimit = 0; ///< TcpOptions::receiveLimitBytes and receiveTotalBytes
    quint64 closedSlowReader = 0;  ///< TcpOptions::closeSlowReader

    Count inboundSum() const;
    Count outboundSum() const;
    quint64 refusedSum() const
    {
        return refusedByFilter + refusedPeerLimit + refusedConnectionLimit + refusedAcceptRate;
    }
    bool isBalanced() const
    {
        return received == inboundSum() && offered == outboundSum() && refusedConnections == refusedSum();
    }
    void countRefused(RefuseReason reason);
    void countClosed(CloseReason reason);
    /// What stands beside the equations, in the order to show.
    std::vector<LedgerNote> notes() const;
    /// The terms in the order of the equation, first the left side.
    std::vector<LedgerTerm> inboundTerms() const;
    std::vector<LedgerTerm> outboundTerms() const;
    Ledger &operator+=(const Ledger &other);
};

} // namespace SockScope
