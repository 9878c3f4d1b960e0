#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>

#include <utility>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/cli/simulationfile.h"
#include "app/common/commandline.h"
#include "app/common/payload.h"
#include "app/common/standardoutput.h"
#include "core/impair/impairtext.h"
#include "core/project/projectfile.h"
#include "core/simulate/messagetemplate.h"

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

/// What is wrong with a payload whatever the codec is.
std::optional<UsageError> payloadError(const ProjectMessage &message)
{
    UsageError usage;
    const bool isHex = message.form == ProjectForm::Hex;
    if (message.form == ProjectForm::File)
        return std::nullopt;
    if (message.payload.contains(u"{{"_s) || message.form == ProjectForm::Text) {
        const TemplateSyntax syntax = templateSyntax(message.form);
        TemplateError wrong;
        if (Template::parse(message.payload, syntax, &wrong))
            return std::nullopt;
        return UsageError{wrong.toString(), {}};
    }
    const bool isGood =
        isHex ? PayloadReader::hex(message.payload, &usage).has_value()
              : message.form != ProjectForm::Json || PayloadReader::json(message.payload.toUtf8(), &usage).has_value();
    return isGood ? std::nullopt : std::optional(usage);
}

/// False, and it has been said, when one of the messages cannot be sent as it is written.
bool checkItems(const QList<ProjectItem> &items, const QString &before)
{
    bool good = true;
    for (const ProjectItem &item : items) {
        const QString name = before + (item.name.isEmpty() ? tr("a message") : item.name);
        good = checkItems(item.items, name + u'/') && good;
        if (item.kind != ProjectItem::Kind::Message)
            continue;
        if (const auto error = payloadError(item.message)) {
            printFailure(name + u": "_s + error->what, error->remedy);
            good = false;
        }
    }
    return good;
}

QByteArray describe(const SimulationFile &file, bool json)
{
    const Project &project = file.project;
    const auto names = [](const auto &list) {
        QStringList result;
        for (const auto &each : list)
            result.append(each.name);
        return result;
    };
    QStringList paths;
    addPaths(project.items(), {}, &paths);
    if (json) {
        QJsonArray sockets;
        for (const SockSpec &spec : project.sockets())
            sockets.append(spec.toJson());
        const QJsonObject all{{u"sockets"_s, sockets},
                              {u"messages"_s, QJsonArray::fromStringList(paths)},
                              {u"protocols"_s, QJsonArray::fromStringList(names(project.protocols()))},
                              {u"rules"_s, QJsonArray::fromStringList(names(file.rules))},
                              {u"sequences"_s, QJsonArray::fromStringList(names(file.sequences))},
                              {u"personas"_s, QJsonArray::fromStringList(names(file.personas))},
                              {u"scripts"_s, QJsonArray::fromStringList(names(file.scripts))}};
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
    const auto add = [&text](const QString &kind, const QStringList &list) {
        for (const QString &name : list)
            text += kind + u' ' + (name.isEmpty() ? u"-"_s : name) + u'\n';
    };
    add(tr("protocol"), names(project.protocols()));
    add(tr("rule   "), names(file.rules));
    add(tr("sequence"), names(file.sequences));
    add(tr("persona"), names(file.personas));
    add(tr("script "), names(file.scripts));
    return text.isEmpty() ? tr("an empty project").toUtf8() : text.chopped(1).toUtf8();
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
        tr("Checks a project file (*.sockscope) and prints its sockets, messages, protocols, rules, sequences,\n"
           "personas and scripts. What is wrong with it is said with its line, its column and its place,\n"
           "and the exit code is 1."),
        1, 1);
    line.add({u"json"_s, {}, tr("Write one JSON object.")});
    if (const auto code = readArguments(&line, arguments))
        return *code;
    SimulationFile file;
    if (file.read(line.words().first()))
        return ExitFailed;
    for (const QString &doubt : file.doubts())
        printFailure(doubt, {});
    const bool good = checkItems(file.project.items(), {}); // the rest of it can be used
    StandardOutput output;
    output.writeLine(describe(file, line.isSet(u"json"_s)));
    output.flush();
    if (output.error().isEmpty())
        return good ? ExitDone : ExitFailed;
    printFailure(tr("standard output cannot be written: %1").arg(output.error()),
                 tr("make room or choose another place"));
    return ExitFailed;
}

} // namespace SockScope
