#pragma once

#include <QCoreApplication>
#include <QStringList>

#include <vector>

#include "core/tap/ledger.h"

namespace SockScope {

class Printer;
class SockPrinter;

/*! Statistics and ledgers at the end of a run.
 *  Path    socks that have stopped → [this] → Printer
 *  Shape   for people a few lines a sock; as JSON one object: {"ledger":{…},"statistics":{…},"socks":[…]}, where
 *          ledger is the sum of all socks
 *  Units   messages, bytes, seconds
 *  Errors  isBalanced is false when a ledger does not add up, which is a defect of SockScope
 *  Thread  the socks' thread
 *  Source  none
 */
class Report
{
    Q_DECLARE_TR_FUNCTIONS(SockScope::Report)
public:
    Report(std::vector<const SockPrinter *> socks, qint64 elapsedMs)
        : m_socks(std::move(socks))
        , m_elapsedMs(elapsedMs)
    {
    }

    bool isBalanced() const;
    void print(Printer *printer) const;
    static QByteArray ledgerJson(const Ledger &ledger);
    static QStringList ledgerLines(const Ledger &ledger);

private:
    void printAsJson(Printer *printer) const;
    void printAsText(Printer *printer) const;

    std::vector<const SockPrinter *> m_socks;
    qint64 m_elapsedMs;
};

} // namespace SockScope
