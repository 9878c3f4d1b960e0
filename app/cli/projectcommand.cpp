#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>

#include <utility>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/common/commandline.h"
#include "app/common/standardoutput.h"
#include "core/impair/impairtext.h"
#include "core/project/projectfile.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::ProjectCommand", text);
}

QString addressOf(const SockSpec &spec)
{
    QStringList parts;
    if (spec.listen)
        parts.append(SockUrl{spec.kind, *spec.listen}.toString());
    for (const HostPort &peer : spec.connectTo)
        parts.append(u"-> "_s + SockUrl{spec.kind, peer}.toString());
    return parts.join(u' ');
}

/// "folder/name", the way --message takes it.
void addPaths(const QList<ProjectItem> &items, const QString &before, QStringList *paths)
{
    for (const ProjectItem &item : items) {
        if (item.kind == ProjectItem::Kind::Folder)
            addPaths(item.items, before + item.name + u'/', paths);
        else
            paths->append(before + item.name);
    }
}

/// The codec, or the protocol that describes more than it.
QString speaks(const Project &project, const SockSpec &spec)
{
    const ProtocolDescription *protocol = project.protocolOf(spec);
    if (!protocol)
        return spec.codec;
    const QString name = protocol->name.isEmpty() ? tr("described messages") : protocol->name;
    return protocol->form == DescribedForm::Layout ? name : spec.codec + u' ' + name;
}

QByteArray describe(const Project &project, bool json)
{
    QStringList paths;
    addPaths(project.items(), {}, &paths);
    if (json) {
        QJsonArray sockets;
        for (const SockSpec &spec : project.sockets())
            sockets.append(spec.toJson());
        const QJsonObject all{{u"sockets"_s, sockets}, {u"messages"_s, QJsonArray::fromStringList(paths)}};
        return QJsonDocument(all).toJson(QJsonDocument::Compact);
    }
    QString text;
    for (const SockSpec &spec : project.sockets()) {
        text += tr("socket  %1  %2  %3 %4\n")
                    .arg(spec.name.isEmpty() ? u"-"_s : spec.name, addressOf(spec), spec.framingOrDefault(),
                         speaks(project, spec));
        for (const ImpairSpec &impairment : spec.impairments)
            text += tr("        impaired: ") + impairText(impairment) + u'\n';
    }
    for (const QString &path : paths)
        text += tr("message %1\n").arg(path);
    return text.isEmpty() ? tr("a project without sockets and messages").toUtf8() : text.chopped(1).toUtf8();
}

} // namespace

std::optional<Project> readProject(const QString &path)
{
    ProjectError error;
    ProjectFile::Stamp stamp;
    auto project = ProjectFile::read(path, &stamp, &error);
    if (!project) {
        const bool namesFile = error.what.startsWith(path);
        const QString remedy = std::exchange(error.remedy, QString());
        printFailure((namesFile ? QString() : path + u": "_s) + error.toString(), remedy);
    }
    return project;
}

int runProject(const QStringList &arguments)
{
    CommandLine line(
        tr("sockscope-cli project FILE [options]"),
        tr("Checks a project file (*.sockscope) and prints its sockets and its saved messages. What is wrong\n"
           "with it is said with its line, its column and its place, and the exit code is 1."),
        1, 1);
    line.add({u"json"_s, {}, tr("Write one JSON object.")});
    if (const auto code = readArguments(&line, arguments))
        return *code;
    const auto project = readProject(line.words().first());
    if (!project)
        return ExitFailed;
    StandardOutput output;
    output.writeLine(describe(*project, line.isSet(u"json"_s)));
    output.flush();
    if (output.error().isEmpty())
        return ExitDone;
    printFailure(tr("standard output cannot be written: %1").arg(output.error()),
                 tr("make room or choose another place"));
    return ExitFailed;
}

} // namespace SockScope
