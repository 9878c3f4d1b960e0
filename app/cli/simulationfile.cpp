#include "app/cli/simulationfile.h"

#include <QCoreApplication>

#include <algorithm>

#include "app/cli/commands.h"
#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/project/wholefile.h"
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
    QString why;
    const auto bytes = readBoundedFile(path, Project::maximumBytes, &why);
    if (!bytes)
        return badUsage(tr("%1 cannot be read: %2").arg(path, why), tr("name a project file"));
    ProjectError damaged;
    const auto bad = [&](const ProjectError &error) { return badUsage(path + u": "_s + error.toString(), {}); };
    const auto whole = Project::fromBytes(*bytes, &damaged);
    if (!whole)
        return bad(damaged);
    project = *whole;
    if (const auto error = readSections(*bytes))
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
    // Whether what a persona names is there.
    const auto isThere = [&](qsizetype persona, const QString &key, const QString &name, const auto &list) {
        if (name.isEmpty() ||
            std::any_of(list.begin(), list.end(), [&name](const auto &each) { return each.name == name; }))
            return true;
        wrong = {u"personas[%1].%2"_s.arg(persona).arg(key), -1, tr("there is no %1 named %2").arg(key, name.left(80)),
                 list.isEmpty() ? tr("write one, in the list \"%1s\"").arg(key)
                                : tr("choose one of %1").arg(namesOf(list))};
        const JsonNode *at = project.section(u"personas"_s)->items()[static_cast<size_t>(persona)].find(key);
        wrong.offset = at ? at->offset() : -1;
        return false;
    };
    for (qsizetype i = 0; i < personas.size(); ++i)
        if (!isThere(i, u"sequence"_s, personas[i].sequence, sequences) ||
            !isThere(i, u"script"_s, personas[i].script, scripts))
            return wrong.toProjectError(text);
    return std::nullopt;
}

QStringList SimulationFile::doubts() const
{
    QStringList result;
    for (qsizetype i = 0; i < rules.size(); ++i) {
        const QString &name = rules[i].when.sock;
        const bool isThere = std::any_of(project.sockets().begin(), project.sockets().end(),
                                         [&name](const SockSpec &spec) { return spec.name == name; });
        if (!name.isEmpty() && !isThere)
            result.append(tr("rules[%1].when.sock: the project has no socket named %2, so that %3 sees nothing")
                              .arg(i)
                              .arg(name.left(80), rules[i].name.left(80)));
    }
    return result;
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
