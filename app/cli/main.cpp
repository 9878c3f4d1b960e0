#include <QCoreApplication>
#include <QLoggingCategory>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/common/commandline.h"
#include "app/common/programsetup.h"
#include "app/common/standardoutput.h"
#include "core/codec/codec.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::Cli", text);
}

int print(const QString &text)
{
    StandardOutput output;
    output.writeLine(text.toUtf8());
    output.flush();
    if (output.error().isEmpty())
        return ExitDone;
    printFailure(tr("standard output cannot be written: %1").arg(output.error()),
                 tr("make room or choose another place"));
    return ExitFailed;
}

QString generalHelp()
{
    return tr("Usage: sockscope-cli listen URL... [options]\n"
              "       sockscope-cli send URL [options] (--text S | --hex H | --json-data J | --file F | -)\n"
              "       sockscope-cli send URL --types FILE --type T [options] [FIELD=VALUE...]\n"
              "       sockscope-cli listen --project FILE [options]\n"
              "       sockscope-cli send --project FILE --message FOLDER/NAME [URL] [options]\n"
              "       sockscope-cli project FILE [options]\n"
              "       sockscope-cli run FILE [--sequence NAME] [--rules] [--script NAME] [options]\n"
              "       sockscope-cli swarm FILE --persona NAME [--count N] [options]\n"
              "       sockscope-cli demo [options]\n"
              "\n"
              "Speaks and shows message protocols on UDP and TCP, from the inside.\n"
              "\n"
              "Commands:\n"
              "  listen   Print every message, peer and error of a socket.\n"
              "  send     Send a message, and print the answers.\n"
              "  project  Check a project file, and print what is in it.\n"
              "  run      Let a project's rules answer, and run one of its sequences.\n"
              "  swarm    Be many peers of one persona of a project, some of which misbehave.\n"
              "  demo     Run a small game server and a chat on this machine, and print what they do.\n"
              "\n"
              "sockscope-cli COMMAND --help shows a command's options; --version shows the version.\n"
              "URL is udp://host:port or tcp://host:port; port 0 is any, *:port every address, [::1]:port is IPv6.\n"
              "Exit codes: 0 done, 1 failed, 2 bad usage.");
}

int run(const QStringList &arguments)
{
    const QStringList commands{u"listen"_s, u"send"_s, u"project"_s, u"run"_s, u"swarm"_s, u"demo"_s};
    const QString command = arguments.value(0);
    if (command == u"listen"_s)
        return runListen(arguments.mid(1));
    if (command == u"send"_s)
        return runSend(arguments.mid(1));
    if (command == u"project"_s)
        return runProject(arguments.mid(1));
    if (command == u"run"_s)
        return runRun(arguments.mid(1));
    if (command == u"swarm"_s)
        return runSwarm(arguments.mid(1));
    if (command == u"demo"_s)
        return runDemo(arguments.mid(1));
    if (command == u"help"_s && commands.contains(arguments.value(1)) && arguments.size() == 2)
        return run({arguments.at(1), u"--help"_s});
    if (command == u"help"_s && arguments.size() == 1) {
        return print(generalHelp());
    }
    if (command.isEmpty())
        return badUsage(tr("no command"), tr("write listen, send, project, run, swarm or demo; --help shows how"));
    if (command.startsWith(u'-')) {
        CommandLine line(tr("sockscope-cli COMMAND"), {}, 1, 1);
        if (const auto error = line.parse(arguments))
            return badUsage(error->what, error->remedy);
        if (!line.isSet(u"version"_s) && !line.isSet(u"help"_s))
            return badUsage(tr("%1 stands before the command").arg(command.left(80)), tr("write the command first"));
        return print(line.isSet(u"version"_s) ? versionLine(u"sockscope-cli"_s) : generalHelp());
    }
    const QString near = CommandLine::nearest(command, commands);
    return badUsage(tr("unknown command %1").arg(command.left(80)),
                    near.isEmpty() ? tr("the commands are listen, send, project, run, swarm and demo")
                                   : tr("did you mean %1?").arg(near));
}

} // namespace

int badUsage(const QString &what, const QString &remedy)
{
    printFailure(what, remedy);
    return ExitBadUsage;
}

std::optional<int> readArguments(CommandLine *line, const QStringList &arguments)
{
    if (const auto error = line->parse(arguments))
        return badUsage(error->what, error->remedy);
    if (line->isSet(u"version"_s))
        return print(versionLine(u"sockscope-cli"_s));
    if (line->isSet(u"help"_s))
        return print(line->helpText().trimmed());
    return std::nullopt;
}

void addWireOptions(CommandLine *line)
{
    line->add({u"framing"_s, u"F"_s,
               tr("Where a message begins and ends: datagram (UDP's default), u32 (TCP's default),\n"
                  "u8 u16 u64 u16le u32le u64le, varint, line, crlf, delim:HEX, fixed:N, slip, cobs,\n"
                  "none (each read is a message).")});
    line->add({u"codec"_s, u"C"_s, tr("What a message is: %1 (default: raw).").arg(codecNames().join(u' '))});
    line->add({u"types"_s, u"FILE"_s,
               tr("The message types and their fields, as JSON describes them (core/README.md): a binary layout\n"
                  "instead of a codec, or names and units for the codecs json, msgpack and cbor.")});
}

QString jsonNote()
{
    return tr(
        "With --json a message is one object: no, time (UTC), dir (in, out), peer, type, size (bytes of payload),\n"
        "data, raw (the payload as hex), wire (bytes with framing), outcome when it is not the ordinary one.\n"
        "In data, bytes that are not UTF-8 text are {\"hex\":\"...\"}, NaN and infinities {\"float\":\"nan\"}, maps "
        "with\n"
        "keys that are not text {\"map\":[[key,value],...]}, tagged values {\"tag\":n,\"value\":...}.\n"
        "Peers and errors are objects with \"event\": peer-added, peer-removed, peer-refused, error, limit.\n"
        "The last object is {\"ledger\":{...},\"socks\":[...]}.");
}

} // namespace SockScope

int main(int argc, char **argv)
{
    SockScope::prepareProcess();
    QCoreApplication app(argc, argv);
    SockScope::setProgramNames();
    // Every error becomes a line of the output: the library need not say it a second time.
    QLoggingCategory::setFilterRules(QStringLiteral("sockscope.*=false"));
    // Qt puts another character for what is not text: a message would leave changed, and nobody would know.
    for (int index = 1; index < argc; ++index) {
        if (!QByteArrayView(argv[index]).isValidUtf8()) {
            return SockScope::badUsage(SockScope::tr("argument %1 is not UTF-8 text").arg(index),
                                       SockScope::tr("write bytes with --hex, --file or -"));
        }
    }
    return SockScope::run(app.arguments().mid(1));
}
