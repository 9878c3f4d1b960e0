#include "core/tap/ledger.h"

#include <QCoreApplication>

#include <array>

namespace SockScope {

namespace {

struct TermInfo
{
    const char *key;
    const char *label;
    Count Ledger::*count;
};

// The first of each is the left side of the equation.
constexpr std::array inboundInfo{
    TermInfo{"received", QT_TRANSLATE_NOOP("Ledger", "received"), &Ledger::received},
    TermInfo{"handled", QT_TRANSLATE_NOOP("Ledger", "handled"), &Ledger::handled},
    TermInfo{"unhandled", QT_TRANSLATE_NOOP("Ledger", "no handler for the type"), &Ledger::unhandled},
    TermInfo{"rejectedPeer", QT_TRANSLATE_NOOP("Ledger", "peer refused"), &Ledger::rejectedPeer},
    TermInfo{"framingErrors", QT_TRANSLATE_NOOP("Ledger", "could not be framed"), &Ledger::framingErrors},
    TermInfo{"decodeErrors", QT_TRANSLATE_NOOP("Ledger", "could not be decoded"), &Ledger::decodeErrors},
    TermInfo{"droppedByHook", QT_TRANSLATE_NOOP("Ledger", "dropped by a hook"), &Ledger::droppedByHook},
    TermInfo{"droppedQueueFull", QT_TRANSLATE_NOOP("Ledger", "dropped, queue full"), &Ledger::droppedQueueFull},
    TermInfo{"droppedAtStop", QT_TRANSLATE_NOOP("Ledger", "dropped when the socket stopped"), &Ledger::droppedAtStop},
    TermInfo{"impairLostIn", QT_TRANSLATE_NOOP("Ledger", "lost by an impairment"), &Ledger::impairLostIn},
    TermInfo{"impairFullIn", QT_TRANSLATE_NOOP("Ledger", "dropped, impairment's queue full"), &Ledger::impairFullIn},
    TermInfo{"impairWaitingIn", QT_TRANSLATE_NOOP("Ledger", "waiting in an impairment"), &Ledger::impairWaitingIn},
    TermInfo{"stillQueued", QT_TRANSLATE_NOOP("Ledger", "still queued"), &Ledger::stillQueued},
};

constexpr std::array outboundInfo{
    TermInfo{"offered", QT_TRANSLATE_NOOP("Ledger", "offered"), &Ledger::offered},
    TermInfo{"sent", QT_TRANSLATE_NOOP("Ledger", "sent"), &Ledger::sent},
    TermInfo{"encodeErrors", QT_TRANSLATE_NOOP("Ledger", "could not be encoded"), &Ledger::encodeErrors},
    TermInfo{"refusedNoPeer", QT_TRANSLATE_NOOP("Ledger", "no such peer"), &Ledger::refusedNoPeer},
    TermInfo{"refusedQueueFull", QT_TRANSLATE_NOOP("Ledger", "refused, send queue full"), &Ledger::refusedQueueFull},
    TermInfo{"sendErrors", QT_TRANSLATE_NOOP("Ledger", "could not be sent"), &Ledger::sendErrors},
    TermInfo{"droppedAtClose", QT_TRANSLATE_NOOP("Ledger", "dropped when the peer closed"), &Ledger::droppedAtClose},
    TermInfo{"impairLostOut", QT_TRANSLATE_NOOP("Ledger", "lost by an impairment"), &Ledger::impairLostOut},
    TermInfo{"impairFullOut", QT_TRANSLATE_NOOP("Ledger", "dropped, impairment's queue full"), &Ledger::impairFullOut},
    TermInfo{"impairWaitingOut", QT_TRANSLATE_NOOP("Ledger", "waiting in an impairment"), &Ledger::impairWaitingOut},
    TermInfo{"sendQueued", QT_TRANSLATE_NOOP("Ledger", "still queued"), &Ledger::sendQueued},
};

struct NoteInfo
{
    const char *key;
    const char *label;
    quint64 Ledger::*count;
    LedgerNote::Kind kind = LedgerNote::Trouble;
    bool inBytes = false;
};

constexpr std::array noteInfo{
    NoteInfo{"injected", QT_TRANSLATE_NOOP("Ledger", "of received: put in by hand"), &Ledger::injected,
             LedgerNote::Plain},
    NoteInfo{"truncated", QT_TRANSLATE_NOOP("Ledger", "of received: cut by the receive buffer"), &Ledger::truncated},
    NoteInfo{"rejectedFull", QT_TRANSLATE_NOOP("Ledger", "of peer refused: the peer table was full"),
             &Ledger::rejectedFull},
    NoteInfo{"impairDelayedIn", QT_TRANSLATE_NOOP("Ledger", "of received: impaired, delayed"), &Ledger::impairDelayedIn,
             LedgerNote::Plain},
    NoteInfo{"impairReorderedIn", QT_TRANSLATE_NOOP("Ledger", "of received: impaired, reordered"),
             &Ledger::impairReorderedIn, LedgerNote::Plain},
    NoteInfo{"impairDuplicatedIn", QT_TRANSLATE_NOOP("Ledger", "of received: impaired, copied"),
             &Ledger::impairDuplicatedIn, LedgerNote::Plain},
    NoteInfo{"impairCorruptedIn", QT_TRANSLATE_NOOP("Ledger", "of received: impaired, corrupted"),
             &Ledger::impairCorruptedIn, LedgerNote::Plain},
    NoteInfo{"impairDelayedOut", QT_TRANSLATE_NOOP("Ledger", "of offered: impaired, delayed"),
             &Ledger::impairDelayedOut, LedgerNote::Plain},
    NoteInfo{"impairReorderedOut", QT_TRANSLATE_NOOP("Ledger", "of offered: impaired, reordered"),
             &Ledger::impairReorderedOut, LedgerNote::Plain},
    NoteInfo{"impairDuplicatedOut", QT_TRANSLATE_NOOP("Ledger", "of offered: impaired, copied"),
             &Ledger::impairDuplicatedOut, LedgerNote::Plain},
    NoteInfo{"impairCorruptedOut", QT_TRANSLATE_NOOP("Ledger", "of offered: impaired, corrupted"),
             &Ledger::impairCorruptedOut, LedgerNote::Plain},
    NoteInfo{"handlerErrors", QT_TRANSLATE_NOOP("Ledger", "handlers that failed"), &Ledger::handlerErrors},
    NoteInfo{"kernelDrops", QT_TRANSLATE_NOOP("Ledger", "dropped by the system before we could read them"),
             &Ledger::kernelDrops},
    NoteInfo{"groupsRefused", QT_TRANSLATE_NOOP("Ledger", "groups of datagrams refused by the system, sent singly"),
             &Ledger::groupsRefused, LedgerNote::Plain},
    NoteInfo{"refusedConnections", QT_TRANSLATE_NOOP("Ledger", "connections refused"), &Ledger::refusedConnections},
    NoteInfo{"refusedByFilter", QT_TRANSLATE_NOOP("Ledger", "of these: the peer is refused"), &Ledger::refusedByFilter},
    NoteInfo{"refusedPeerLimit", QT_TRANSLATE_NOOP("Ledger", "of these: the peer table was full"),
             &Ledger::refusedPeerLimit},
    NoteInfo{"refusedConnectionLimit", QT_TRANSLATE_NOOP("Ledger", "of these: too many connections were open"),
             &Ledger::refusedConnectionLimit},
    NoteInfo{"refusedAcceptRate", QT_TRANSLATE_NOOP("Ledger", "of these: they came too fast"),
             &Ledger::refusedAcceptRate},
    NoteInfo{"closedSilent", QT_TRANSLATE_NOOP("Ledger", "peers removed: silent too long"), &Ledger::closedSilent,
             LedgerNote::Plain},
    NoteInfo{"closedNoFrame", QT_TRANSLATE_NOOP("Ledger", "peers closed: no whole frame in time"),
             &Ledger::closedNoFrame},
    NoteInfo{"closedSlowFrame", QT_TRANSLATE_NOOP("Ledger", "peers closed: a frame took too long"),
             &Ledger::closedSlowFrame},
    NoteInfo{"closedBufferLimit", QT_TRANSLATE_NOOP("Ledger", "peers closed: an unfinished frame was too large"),
             &Ledger::closedBufferLimit},
    NoteInfo{"closedSlowReader", QT_TRANSLATE_NOOP("Ledger", "peers closed: they read too slowly"),
             &Ledger::closedSlowReader},
    NoteInfo{"bytesBuffered", QT_TRANSLATE_NOOP("Ledger", "of unfinished frames, not yet received"),
             &Ledger::bytesBuffered, LedgerNote::Plain, true},
};

template <size_t Size>
Count rightSide(const Ledger &ledger, const std::array<TermInfo, Size> &infos)
{
    Count sum;
    for (size_t i = 1; i < Size; ++i)
        sum += ledger.*infos[i].count;
    return sum;
}

template <size_t Size>
std::vector<LedgerTerm> terms(const Ledger &ledger, const std::array<TermInfo, Size> &infos)
{
    std::vector<LedgerTerm> result;
    result.reserve(Size);
    for (const TermInfo &info : infos)
        result.push_back({info.key, QCoreApplication::translate("Ledger", info.label), ledger.*info.count});
    return result;
}

} // namespace

Count Ledger::inboundSum() const
{
    return rightSide(*this, inboundInfo);
}

Count Ledger::outboundSum() const
{
    return rightSide(*this, outboundInfo);
}

std::vector<LedgerTerm> Ledger::inboundTerms() const
{
    return terms(*this, inboundInfo);
}

std::vector<LedgerTerm> Ledger::outboundTerms() const
{
    return terms(*this, outboundInfo);
}

std::vector<LedgerNote> Ledger::notes() const
{
    std::vector<LedgerNote> result;
    result.reserve(noteInfo.size());
    for (const NoteInfo &info : noteInfo)
        result.push_back(
            {info.key, QCoreApplication::translate("Ledger", info.label), this->*info.count, info.kind, info.inBytes});
    return result;
}

void Ledger::countRefused(RefuseReason reason)
{
    ++refusedConnections;
    switch (reason) {
    case RefuseReason::Filter:
        ++refusedByFilter;
        break;
    case RefuseReason::PeerLimit:
        ++refusedPeerLimit;
        break;
    case RefuseReason::ConnectionLimit:
        ++refusedConnectionLimit;
        break;
    case RefuseReason::AcceptRate:
        ++refusedAcceptRate;
        break;
    }
}

void Ledger::countClosed(CloseReason reason)
{
    switch (reason) {
    case CloseReason::TimedOut:
        ++closedSilent;
        break;
    case CloseReason::NoFrame:
        ++closedNoFrame;
        break;
    case CloseReason::SlowFrame:
        ++closedSlowFrame;
        break;
    case CloseReason::BufferLimit:
        ++closedBufferLimit;
        break;
    case CloseReason::SlowReader:
        ++closedSlowReader;
        break;
    default:
        break; // nobody's fault, or in a term of the equation
    }
}

Ledger &Ledger::operator+=(const Ledger &other)
{
    for (const TermInfo &info : inboundInfo)
        this->*info.count += other.*info.count;
    for (const TermInfo &info : outboundInfo)
        this->*info.count += other.*info.count;
    for (const NoteInfo &info : noteInfo)
        this->*info.count += other.*info.count;
    return *this;
}

} // namespace SockScope
