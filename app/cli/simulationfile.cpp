#include "app/cli/simulationfile.h"

#include <QCoreApplication>
#include <QFile>

#include <algorithm>

#include "app/cli/commands.h"
#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/protocol/protocoldescription.h"
#include "core/simulate/rulejson.h"
#include "core/simulate/sequencejson.h"
#include "core/simulate/swarmplan.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::SimulationFile", text);
}

} // namespace

std::optional<int> SimulationFile::read(const QString &filePath)
{
    path = filePath;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.size() > Project::maximumBytes) {
        return badUsage(file.isOpen() ? tr("%1 is larger than a project may be").arg(path)
                                      : tr("%1 cannot be read: %2").arg(path, file.errorString()),
                        tr("name a project file"));
    }
    const QByteArray bytes = file.readAll();
    ProjectError damaged;
    const auto bad = [&](const ProjectError &error) { return badUsage(path + u": "_s + error.toString(), {}); };
    const auto whole = Project::fromBytes(bytes, &damaged);
    if (!whole)
        return bad(damaged);
    project = *whole;
    if (const auto error = readSections(bytes))
        return bad(*error);
    return std::nullopt;
}

std::optional<ProjectError> SimulationFile::readSections(const QByteArray &text)
{
    SimulateError wrong;
    const auto readList = [&](const QString &section, auto &list, auto readJson) {
        const JsonNode *node = project.section(section);
        if (!node)
            return true;
        auto found = readJson(*node, &wrong);
        if (found)
            list = *found;
        return found.has_value();
    };
    if (!readList(u"rules"_s, rules, rulesFromJson) || !readList(u"sequences"_s, sequences, sequencesFromJson) ||
        !readList(u"personas"_s, personas, personasFromJson) || !readList(u"scripts"_s, scripts, scriptsFromJson))
        return wrong.toProjectError(text);
    for (qsizetype i = 0; i < personas.size(); ++i) {
        const QString &name = personas[i].sequence;
        const bool isThere = std::any_of(sequences.begin(), sequences.end(),
                                         [&name](const Sequence &each) { return each.name == name; });
        if (!name.isEmpty() && !isThere) {
            wrong = {u"personas[%1].sequence"_s.arg(i), -1, tr("there is no sequence named %1").arg(name.left(80)),
                     sequences.isEmpty() ? tr("write one, in the list \"sequences\"")
                                         : tr("choose one of %1").arg(namesOf(sequences))};
            const JsonNode *at = project.section(u"personas"_s)->items()[static_cast<size_t>(i)].find(u"sequence"_s);
            wrong.offset = at ? at->offset() : -1;
            return wrong.toProjectError(text);
        }
    }
    return std::nullopt;
}

std::unique_ptr<BaseSock> SimulationFile::makeSock(const SockSpec &spec) const
{
    SockError reason;
    std::unique_ptr<BaseSock> sock = makeProjectSock(project, spec, &reason);
    if (!sock)
        badUsage(path + u": "_s + spec.name + u": "_s + reason.what, reason.remedy);
    return sock;
}

} // namespace SockScope
