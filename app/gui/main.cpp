#include <QApplication>
#include <QFile>
#include <QSettings>

#include <memory>
#include <optional>
#include <vector>

#include "app/common/commandline.h"
#include "app/common/programsetup.h"
#include "app/common/signalwatcher.h"
#include "app/common/standardoutput.h"
#include "app/gui/demothread.h"
#include "app/gui/display.h"
#include "app/gui/firstframe.h"
#include "app/gui/ratesdock.h"
#include "app/gui/scriptsengine.h"
#include "core/codec/codec.h"
#include "core/sockspec.h"
#include "ui/inspectorwindow.h"
#include "ui/models/ratehistory.h"
#include "ui/project/projectsession.h"
#include "ui/theme.h"
#include "ui/views/recoveredwindow.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

enum ExitCode { ExitDone = 0, ExitFailed = 1, ExitBadUsage = 2 };

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::Application", text);
}

int fail(int code, const QString &what, const QString &remedy)
{
    writeError(u"sockscope: "_s + what + (remedy.isEmpty() ? QString() : u": "_s + remedy));
    return code;
}

/// Our arguments: those of Qt itself (-platform, -style, …) are for QApplication, which comes later, as --help has to
/// work without a display.
QStringList ownArguments(int argc, char **argv)
{
    const QStringList qtOptions{u"platform"_s,     u"style"_s,      u"stylesheet"_s,    u"display"_s,
                                u"geometry"_s,     u"plugin"_s,     u"platformtheme"_s, u"platformpluginpath"_s,
                                u"qwindowtitle"_s, u"qwindowicon"_s};
    QStringList result;
    for (int i = 1; i < argc; ++i) {
        const QString argument = QString::fromLocal8Bit(argv[i]);
        QString name = argument;
        while (name.startsWith(u'-') && argument.size() - name.size() < 2)
            name.remove(0, 1);
        if (argument.startsWith(u'-') && qtOptions.contains(name))
            ++i;
        else
            result.append(argument);
    }
    return result;
}

CommandLine commandLine()
{
    CommandLine line(tr("sockscope [options] [FILE.sockscope]"),
                     tr("Shows message sockets from the inside while they run: peers, messages, handlers."), 0, 1);
    line.add({u"demo"_s, {}, tr("Run a small game server and a chat on this machine, and show them.")});
    line.add({u"listen"_s, u"URL"_s, tr("Open a socket that listens, such as udp://127.0.0.1:9000 (may be repeated)."),
              true});
    line.add(
        {u"connect"_s, u"URL"_s, tr("Open a socket that connects, such as tcp://[::1]:9001 (may be repeated)."), true});
    line.add({u"framing"_s, u"F"_s,
              tr("Where a message begins and ends: datagram (UDP's default), u32 (TCP's default),\n"
                 "u8 u16 u64 u16le u32le u64le, varint, line, crlf, delim:HEX, fixed:N, slip, cobs,\n"
                 "none (each read is a message).")});
    line.add({u"codec"_s, u"C"_s, tr("What a message is: %1 (default: raw).").arg(codecNames().join(u' '))});
    line.addNote(tr("FILE.sockscope is a project that SockScope has saved: its sockets are opened."));
    line.addNote(tr("Qt's own options, such as -style and -platform, are taken as well."));
    return line;
}

std::optional<SockSpec> specFor(const CommandLine &line, const QString &text, bool listens, SockError *error)
{
    const auto url = SockUrl::fromString(text, error);
    if (!url)
        return std::nullopt;
    SockSpec spec;
    spec.kind = url->kind;
    spec.framing = line.value(u"framing"_s);
    spec.codec = line.value(u"codec"_s, u"raw"_s);
    if (listens)
        spec.listen = url->address;
    else
        spec.connectTo = {url->address};
    if (!spec.toOptions(error))
        return std::nullopt;
    return spec;
}

/// Settings that cannot be read are put aside, so that the window starts with fresh ones and nothing is lost.
void rescueSettings()
{
    QString path;
    {
        const QSettings settings(QSettings::IniFormat, QSettings::UserScope, u"SockScope"_s,
                                 u"Inspector"_s); // the window's
        if (settings.status() != QSettings::FormatError)
            return;
        path = settings.fileName();
    }
    const QString aside = path + u".broken"_s;
    QFile::remove(aside);
    const bool moved = QFile::rename(path, aside);
    writeError(u"sockscope: "_s + tr("the settings file cannot be read: ") + path + u": "_s +
               (moved ? tr("it is kept as %1; settings start afresh").arg(aside) : tr("remove or repair it")));
}

int run(QApplication &app, const CommandLine &line, const std::vector<SockSpec> &specs)
{
    rescueSettings();
    SignalWatcher signalWatcher;
    QObject::connect(&signalWatcher, &SignalWatcher::terminationRequested, &app, [] {
        ProjectSession::leaveAll();
        RecoveredWindow::keepAll(); // whoever ends the program from outside answers no question
        QApplication::closeAllWindows();
        QApplication::quit();
    });
    std::optional<DemoThread> demo; // outlives the window
    Theme::instance()->takeOver();
    InspectorWindow window;
    const std::unique_ptr<RateHistory> rates = addRates(window);
#ifdef SOCKSCOPE_WITH_SCRIPTS
    addScripts(window);
#endif
    if (line.isSet(u"demo"_s)) {
        demo.emplace();
        if (const auto error = demo->start())
            return fail(ExitFailed, error->what, error->remedy);
        for (BaseSock *sock : demo->socks())
            window.addSock(sock);
    }
    for (const QString &path : line.words())
        if (const auto error = window.project()->open(path)) // the window says it, too
            fail(ExitFailed, path + u": "_s + error->toString(), {});
    for (const SockSpec &spec : specs) {
        window.openSock(
            spec,
            [](SockController *, const std::optional<SockError> &error) {
                if (error)
                    fail(ExitFailed, error->what, error->remedy);
            },
            Inspection::OnFailure::Keep);
    }
    FirstFrame::watch(&window);
    window.show();
    window.offerRecovery();
    return QApplication::exec();
}

} // namespace

int main(int argc, char **argv)
{
    FirstFrame::begin();
    prepareProcess();
    setProgramNames();
    CommandLine line = commandLine();
    if (const auto error = line.parse(ownArguments(argc, argv)))
        return fail(ExitBadUsage, error->what, error->remedy);
    if (line.isSet(u"help"_s) || line.isSet(u"version"_s)) {
        StandardOutput output;
        output.writeLine((line.isSet(u"version"_s) ? versionLine(u"sockscope"_s) : line.helpText().trimmed()).toUtf8());
        return ExitDone;
    }
    for (const QString &word : line.words())
        if (word.contains("://"_L1))
            return fail(ExitBadUsage, tr("%1 is no project file").arg(word), tr("write --listen %1").arg(word));
    std::vector<SockSpec> specs;
    for (const QString &option : {u"listen"_s, u"connect"_s}) {
        for (const QString &text : line.values(option)) {
            SockError error;
            const auto spec = specFor(line, text, option == u"listen"_s, &error);
            if (!spec)
                return fail(ExitBadUsage, error.what, error.remedy);
            specs.push_back(*spec);
        }
    }
    const std::unique_ptr<QApplication> app = createApplication(argc, argv);
    return run(*app, line, specs);
}

} // namespace SockScope

int main(int argc, char **argv)
{
    return SockScope::main(argc, argv);
}
