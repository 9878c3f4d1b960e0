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
    TermInfo{"sendQueued", QT_TRANSLATE_NOOP("Ledger", "still queued"), &Ledger::sendQueued},
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

Ledger &Ledger::operator+=(const Ledger &other)
{
    for (const TermInfo &info : inboundInfo)
        this->*info.count += other.*info.count;
    for (const TermInfo &info : outboundInfo)
        this->*info.count += other.*info.count;
    injected += other.injected;
    handlerErrors += other.handlerErrors;
    kernelDrops += other.kernelDrops;
    refusedConnections += other.refusedConnections;
    truncated += other.truncated;
    bytesBuffered += other.bytesBuffered;
    return *this;
}

} // namespace SockScope
