#pragma once

#include <QFile>
#include <QStringList>
#include <QTest>

#include <utility>

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/hooks/messagehooks.h"
#include "core/hooks/peerfilter.h"
#include "core/peers/peertable.h"
#include "core/tap/ledger.h"

namespace SockScope::Test {

/// Both equations in words when one does not hold; empty when both do.
inline QString imbalance(const Ledger &ledger)
{
    if (ledger.isBalanced())
        return {};
    QStringList text;
    for (const auto &terms : {ledger.inboundTerms(), ledger.outboundTerms()}) {
        for (const LedgerTerm &term : terms)
            text.append(
                QStringLiteral("%1 %2/%3").arg(QLatin1String(term.key)).arg(term.count.messages).arg(term.count.bytes));
    }
    return text.join(QStringLiteral(", "));
}

/// What was wrong with the ledgers of the checked socks that ceased to exist; a test's cleanup() compares it with
/// nothing.
inline QStringList &ledgerFaults()
{
    static QStringList faults;
    return faults;
}
inline QStringList takeLedgerFaults()
{
    return std::exchange(ledgerFaults(), {});
}

/// A sock that looks at its ledger when it ceases to exist: the sums hold, and nothing is left in a queue.
template <typename Sock>
class Checked : public Sock
{
public:
    using Sock::Sock;
    ~Checked() override
    {
        this->blockSignals(true); // what a test captured may be gone already
        this->stop();
        const Ledger ledger = this->ledger();
        if (const QString fault = imbalance(ledger); !fault.isEmpty())
            ledgerFaults().append(fault);
        if (ledger.stillQueued.messages != 0 || ledger.sendQueued.messages != 0 || ledger.bytesBuffered != 0)
            ledgerFaults().append(QStringLiteral("queued after stop: %1 in, %2 out, %3 bytes buffered")
                                      .arg(ledger.stillQueued.messages)
                                      .arg(ledger.sendQueued.messages)
                                      .arg(ledger.bytesBuffered));
    }
};

/// Options of a sock that is quiet: no ticks, nothing printed, JSON unless said otherwise.
inline SockOptions quiet(QStringView codec = u"json")
{
    SockOptions options;
    options.tickInterval = std::chrono::milliseconds(0);
    options.codec = makeCodec(codec);
    options.logger = [](int, const QString &) {};
    return options;
}

inline SockOptions listening(SockOptions options = quiet(), const QString &host = QStringLiteral("127.0.0.1"),
                             quint16 port = 0)
{
    options.bind = HostPort{host, port};
    return options;
}

/// How many peers have a connection that stands, or are known by their datagrams.
inline int knownPeers(const BaseSock &sock)
{
    int count = 0;
    sock.peers().forEach([&](const Peer &peer) { count += peer.state == PeerState::Known; });
    return count;
}

inline Endpoint onlyPeer(const BaseSock &sock)
{
    const std::vector<Endpoint> all = sock.peers().endpoints();
    return all.size() == 1 ? all.front() : Endpoint();
}

inline bool hasError(const BaseSock &sock, SockError::Code code)
{
    return sock.lastError() && sock.lastError()->code == code;
}

/// AddressSanitizer holds freed memory back: what this process uses says nothing then.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool memoryTells = false;
#else
constexpr bool memoryTells = true;
#endif

/// Resident memory of this process in bytes.
inline qint64 residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * 4096;
}

} // namespace SockScope::Test
