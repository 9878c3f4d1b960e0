#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>

#include "core/project/project.h"
#include "core/simulate/persona.h"
#include "core/simulate/rule.h"
#include "core/simulate/scripttext.h"
#include "core/simulate/sequence.h"

namespace SockScope {

class BaseSock;

/*! A project file with all that can be run of it.
 *  Path    *.sockscope → [this] → run, swarm
 *  Shape   everything is checked: what is read can be used
 *  Units   none
 *  Errors  read and makeSock say what is wrong on standard error, and answer the exit code or nothing
 *  Thread  one thread
 *  Source  none
 */
class SimulationFile
{
public:
    /// The exit code when it cannot be used.
    std::optional<int> read(const QString &path);
    std::unique_ptr<BaseSock> makeSock(const SockSpec &spec) const;
    /// What can be meant, and does nothing here: rules of sockets that the project has not.
    QStringList doubts() const;
    /// "a, b, c" of what has names.
    template <typename Named>
    static QString namesOf(const QList<Named> &list)
    {
        QStringList names;
        for (const Named &each : list)
            names.append(each.name);
        return names.join(QStringLiteral(", ")).left(400);
    }

    QString path;
    Project project;
    QList<Rule> rules;
    QList<Sequence> sequences;
    QList<Persona> personas;
    QList<ScriptText> scripts;

private:
    /// Rules, sequences and personas of the project, and whether they fit each other; text is the file, for places in
    /// it.
    std::optional<ProjectError> readSections(const QByteArray &text);
};

} // namespace SockScope
