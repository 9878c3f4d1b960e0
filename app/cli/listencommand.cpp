#include <QCoreApplication>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/common/commandline.h"
#include "app/common/impairoptions.h"
#include "app/common/protocolfile.h"
#include "app/common/sockprinter.h"
#include "core/basesock.h"
#include "core/project/project.h"
#include "core/sockspec.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::ListenCommand", text);
}

CommandLine commandLine()
{
    CommandLine line(
        tr("sockscope-cli listen URL... [options]\nsockscope-cli listen --project FILE [URL...] [options]"),
        tr("Prints one line a message, a peer that comes or goes, an error; statistics and the ledger at the\n"
           "end. The first lines on standard error say where it listens. Ctrl+C ends it in order."),
        0, 64);
    addWireOptions(&line);
    line.add({u"project"_s, u"FILE"_s, tr("Open the sockets of a project, as they are described there.")});
    line.add({u"connect"_s, u"URL"_s, tr("Connect out as well (may be repeated)."), true});
    line.add({u"timeout"_s, u"S"_s, tr("A peer that is silent for S seconds has gone (default: 10; 0: never).")});
    line.add({u"count"_s, u"N"_s, tr("End after N messages.")});
    line.add({u"for"_s, u"S"_s, tr("End after S seconds.")});
    line.add({u"json"_s, {}, tr("Write JSON, one object a line.")});
    addImpairOptions(&line);
    line.addNote(jsonNote());
    return line;
}

struct Request
{
    std::vector<SockSpec> specs;
    std::optional<ProtocolFile> protocol;
    qint64 forMs = 0;
    qint64 count = 0;
};

std::optional<Request> readRequest(const CommandLine &line, const QList<SockSpec> &ofProject, UsageError *error)
{
    Request request;
    request.specs.assign(ofProject.begin(), ofProject.end());
    const auto timeout = line.milliseconds(u"timeout"_s, 1000.0, 10'000, error);
    const auto forMs = timeout ? line.milliseconds(u"for"_s, 1000.0, 0, error) : std::nullopt;
    const auto count = forMs ? line.number(u"count"_s, 1, 1'000'000'000'000, 0, error) : std::nullopt;
    if (!count)
        return std::nullopt;
    request.forMs = line.isSet(u"for"_s) ? std::max<qint64>(1, *forMs) : 0;
    request.count = *count;
    const auto impair = ImpairRequest::read(line, error);
    if (!impair)
        return std::nullopt;
    if (line.isSet(u"types"_s)) {
        request.protocol = ProtocolFile::read(line.value(u"types"_s), line.value(u"codec"_s), error);
        if (!request.protocol)
            return std::nullopt;
    }

    const auto add = [&](const QString &text, bool listens) {
        SockError reason;
        const auto url = SockUrl::fromString(text, &reason);
        SockSpec spec;
        if (url) {
            spec.kind = url->kind;
            spec.framing = line.value(u"framing"_s);
            spec.codec = line.value(u"codec"_s, u"raw"_s);
            spec.timeoutMs = *timeout;
            spec.tickMs = 0;
            if (listens)
                spec.listen = url->address;
            else
                spec.connectTo = {url->address};
        }
        if (!url || !spec.toOptions(&reason)) {
            *error = {reason.what, reason.remedy};
            return false;
        }
        request.specs.push_back(std::move(spec));
        return true;
    };
    for (const QString &text : line.words()) {
        if (!add(text, true))
            return std::nullopt;
    }
    for (const QString &text : line.values(u"connect"_s)) {
        if (!add(text, false))
            return std::nullopt;
    }
    if (request.specs.empty()) {
        if (line.isSet(u"project"_s)) {
            *error = {tr("the project has no sockets"), tr("add one to it, or write a URL to listen on")};
            return std::nullopt;
        }
        *error = {tr("no URL to listen on"), tr("write one, such as udp://127.0.0.1:9000 or tcp://[::1]:0")};
        return std::nullopt;
    }
    for (SockSpec &spec : request.specs)
        spec.impairments = impair->before(spec.impairments);
    return request;
}

/// Ends the run when all that could bring messages has failed.
void watchConnections(Session *session, BaseSock *sock, const QString &target, int *alive)
{
    QObject::connect(sock, &BaseSock::connectFailed, session, [=](const HostPort &, const SockError &error) {
        printFailure(target + u": "_s + error.what, error.remedy);
        if (--*alive == 0)
            session->fail(tr("no connection is left: see above"));
    });
}

} // namespace

int runListen(const QStringList &arguments)
{
    CommandLine line = commandLine();
    if (const auto code = readArguments(&line, arguments))
        return *code;
    Project project;
    if (line.isSet(u"project"_s)) {
        const auto read = readProject(line.value(u"project"_s));
        if (!read)
            return ExitFailed;
        project = *read;
    }
    UsageError usage;
    const std::optional<Request> request = readRequest(line, project.sockets(), &usage);
    if (!request)
        return badUsage(usage.what, usage.remedy);

    PrinterOptions options;
    options.json = line.isSet(u"json"_s);
    options.showSock = request->specs.size() > 1;
    std::vector<std::unique_ptr<BaseSock>> socks;
    QObject context; // of the handlers
    int alive = static_cast<int>(request->specs.size());
    Session session(options, request->forMs, request->count);
    for (const SockSpec &spec : request->specs) {
        SockError reason;
        socks.push_back(spec.makeSock(&reason));
        BaseSock *sock = socks.back().get();
        if (request->protocol) {
            request->protocol->applyTo(sock);
        } else if (socks.size() <= static_cast<size_t>(project.sockets().size())) { // the project's come first
            const auto codec = project.codecOf(spec, &reason);
            if (!codec) {
                printFailure(spec.name + u": "_s + reason.what, reason.remedy);
                return ExitFailed;
            }
            sock->setCodec(codec);
            if (const ProtocolDescription *protocol = project.protocolOf(spec))
                sock->setMessageTypes(protocol->messageTypes());
        }
        const QString target = spec.listen ? QString() : SockUrl{spec.kind, spec.connectTo.first()}.toString();
        SockPrinter *printer = session.addSock(sock, target);
        // Printing a message is what this program does with it: so it is handled.
        sock->setUnknownTypeHandler(&context, [](const Envelope &) {}, {u"print"_s});
        if (!spec.listen)
            watchConnections(&session, sock, target, &alive);
        if (const auto error = sock->start()) {
            printFailure(error->what, error->remedy);
            return ExitFailed;
        }
        if (!spec.name.isEmpty())
            printer->setName(spec.name);
        else if (spec.listen)
            printer->setName(sock->url());
        writeError(spec.listen ? u"listening on "_s + sock->url() : u"connecting to "_s + target);
    }
    return session.run();
}

} // namespace SockScope
