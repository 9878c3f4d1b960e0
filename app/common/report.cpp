#include "app/common/report.h"

#include <algorithm>

#include "app/common/impairoptions.h"
#include "app/common/jsontext.h"
#include "app/common/printer.h"
#include "app/common/sockprinter.h"
#include "core/basesock.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QByteArray countJson(const Count &count)
{
    return JsonText().add("messages"_L1, count.messages).add("bytes"_L1, count.bytes).object();
}

struct Totals
{
    quint64 handlerCalls = 0;
    quint64 handlerErrors = 0;
};

Totals handlerTotals(const BaseSock &sock)
{
    Totals totals;
    for (const HandlerStats &handler : sock.handlerStats()) {
        if (handler.id == 0)
            continue;
        totals.handlerCalls += handler.calls;
        totals.handlerErrors += handler.errors;
    }
    return totals;
}

QByteArray statisticsJson(const SockPrinter &printer, qint64 elapsedMs)
{
    const BaseSock &sock = *printer.sock();
    const Totals totals = handlerTotals(sock);
    const TickStats ticks = sock.tickStats();
    JsonText json;
    json.addJson("seconds"_L1, QByteArray::number(static_cast<double>(elapsedMs) / 1000.0, 'f', 3));
    json.add("messagesIn"_L1, printer.messagesIn() + printer.mutedMessages());
    json.add("messagesOut"_L1, printer.messagesOut());
    json.add("notPrinted"_L1, printer.mutedMessages());
    json.add("peersSeen"_L1, printer.peersSeen());
    json.add("errors"_L1, printer.errors());
    json.add("handlerCalls"_L1, totals.handlerCalls).add("handlerErrors"_L1, totals.handlerErrors);
    json.add("ticks"_L1, ticks.ticks).add("ticksMissed"_L1, ticks.missed);
    json.add("parseQueueHighWater"_L1, qint64(sock.parseQueueStats().highWater));
    json.add("inQueueHighWater"_L1, qint64(sock.inQueueStats().highWater));
    return json.object();
}

} // namespace

bool Report::isBalanced() const
{
    return std::all_of(m_socks.begin(), m_socks.end(),
                       [](const SockPrinter *printer) { return printer->sock()->ledger().isBalanced(); });
}

QByteArray Report::ledgerJson(const Ledger &ledger)
{
    JsonText json;
    json.add("balanced"_L1, ledger.isBalanced());
    for (const auto &terms : {ledger.inboundTerms(), ledger.outboundTerms()}) {
        for (const LedgerTerm &term : terms)
            json.addJson(QLatin1StringView(term.key), countJson(term.count));
    }
    for (const LedgerNote &note : ledger.notes())
        json.add(QLatin1StringView(note.key), note.count);
    return json.object();
}

void Report::print(Printer *printer) const
{
    if (printer->options().json)
        printAsJson(printer);
    else
        printAsText(printer);
}

void Report::printAsJson(Printer *printer) const
{
    Ledger sum;
    QByteArray socks;
    for (const SockPrinter *one : m_socks) {
        const Ledger ledger = one->sock()->ledger();
        sum += ledger;
        JsonText json;
        json.add("name"_L1, one->name());
        json.addJson("ledger"_L1, ledgerJson(ledger));
        json.addJson("statistics"_L1, statisticsJson(*one, m_elapsedMs));
        if (!one->sock()->impairReports().empty())
            json.addJson("impairments"_L1, impairJson(*one->sock()));
        socks += (socks.isEmpty() ? "" : ",") + json.object();
    }
    JsonText json;
    json.addJson("ledger"_L1, ledgerJson(sum));
    json.addJson("socks"_L1, '[' + socks + ']');
    printer->writeJson(json.object());
}

QStringList Report::ledgerLines(const Ledger &ledger)
{
    QStringList lines;
    for (const auto &terms : {ledger.inboundTerms(), ledger.outboundTerms()}) {
        const char *sign = "  ";
        for (const LedgerTerm &term : terms) {
            const bool isTotal = &term == &terms.front();
            if (!isTotal && term.count == Count())
                continue;
            lines += u"  %1 %2 %3 %4"_s.arg(QLatin1StringView(sign), term.label.leftJustified(34),
                                            tr("%1 messages").arg(term.count.messages).rightJustified(18),
                                            tr("%1 bytes").arg(term.count.bytes).rightJustified(18));
            sign = isTotal ? "= " : "+ ";
        }
    }
    for (const LedgerNote &note : ledger.notes()) {
        if (note.count)
            lines += u"     %1: %2"_s.arg(note.inBytes ? tr("bytes %1").arg(note.label) : note.label).arg(note.count);
    }
    lines +=
        ledger.isBalanced() ? tr("  ledger balanced") : tr("  LEDGER DOES NOT ADD UP: this is a defect of SockScope");
    return lines;
}

void Report::printAsText(Printer *printer) const
{
    const double seconds = static_cast<double>(std::max<qint64>(m_elapsedMs, 1)) / 1000.0;
    for (const SockPrinter *one : m_socks) {
        const BaseSock &sock = *one->sock();
        const Totals totals = handlerTotals(sock);
        const quint64 in = one->messagesIn() + one->mutedMessages();
        printer->writeText({});
        // The name is joined, not an argument: an address such as fe80::1%2 would be taken for a place of one.
        printer->writeText(one->name() + tr(": %1 s, %2 messages in (%3/s), %4 out, %5 peers, %6 errors")
                                             .arg(seconds, 0, 'f', 1)
                                             .arg(in)
                                             .arg(static_cast<double>(in) / seconds, 0, 'f', 1)
                                             .arg(one->messagesOut())
                                             .arg(one->peersSeen())
                                             .arg(one->errors()));
        printer->writeText(tr("  handlers: %1 calls, %2 failed; ticks: %3, %4 missed; queues at most %5 and %6 deep")
                               .arg(totals.handlerCalls)
                               .arg(totals.handlerErrors)
                               .arg(sock.tickStats().ticks)
                               .arg(sock.tickStats().missed)
                               .arg(sock.parseQueueStats().highWater)
                               .arg(sock.inQueueStats().highWater));
        if (one->mutedMessages())
            printer->writeText(
                tr("  %1 messages that came after the last one asked for were not printed").arg(one->mutedMessages()));
        for (const QString &line : impairLines(sock))
            printer->writeText(u"  "_s + line);
        for (const QString &line : ledgerLines(sock.ledger()))
            printer->writeText(line);
    }
}

} // namespace SockScope
