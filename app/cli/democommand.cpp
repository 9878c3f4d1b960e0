#include <QCoreApplication>

#include <algorithm>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/common/commandline.h"
#include "app/common/demo.h"
#include "core/basesock.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::DemoCommand", text);
}

} // namespace

int runDemo(const QStringList &arguments)
{
    CommandLine line(
        tr("sockscope-cli demo [options]"),
        tr("Runs a game server on UDP and a chat on TCP, with clients, on this machine, and prints what the\n"
           "two servers see. Ctrl+C ends it in order, with statistics and the ledger of both."),
        0, 0);
    line.add({u"for"_s, u"S"_s, tr("End after S seconds.")});
    line.add({u"count"_s, u"N"_s, tr("End after N messages from clients.")});
    line.add({u"json"_s, {}, tr("Write JSON, one object a line.")});
    line.addNote(jsonNote());
    if (const auto code = readArguments(&line, arguments))
        return *code;
    UsageError usage;
    const auto forMs = line.milliseconds(u"for"_s, 1000.0, 0, &usage);
    const auto count = forMs ? line.number(u"count"_s, 1, 1'000'000'000'000, 0, &usage) : std::nullopt;
    if (!count)
        return badUsage(usage.what, usage.remedy);

    PrinterOptions options;
    options.json = line.isSet(u"json"_s);
    options.showSock = true;
    Demo demo;
    Session session(options, line.isSet(u"for"_s) ? std::max<qint64>(1, *forMs) : 0, *count);
    if (const auto error = demo.start()) {
        printFailure(error->what, error->remedy);
        return ExitFailed;
    }
    for (BaseSock *sock : demo.socks()) {
        session.addSock(sock, sock->options().name);
        writeError(sock->options().name + u" listening on "_s + sock->url());
    }
    session.setBeforeStop([&demo] { demo.stopClients(); });
    return session.run();
}

} // namespace SockScope
