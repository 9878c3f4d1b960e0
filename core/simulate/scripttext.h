#pragma once

#include <QList>
#include <QString>

#include <optional>

#include "core/project/jsonnode.h"
#include "core/simulate/simulateerror.h"

namespace SockScope {

/*! A script that a project keeps.
 *  Path    project file ↔ [this] ↔ the Scripts tab, sockscope-cli run --script
 *  Shape   a list of lines in the file, so that a change of one is a change of one; at most maximumScripts with names
 *          of their own
 *  Units   characters
 *  Errors  scriptsFromJson answers nothing, and the first thing that is wrong. Whether it is a script that runs is not
 *          looked at
 *  Thread  a value
 *  Source  none
 */
struct ScriptText
{
    static constexpr int maximumScripts = 100;
    static constexpr qsizetype maximumName = 200;
    static constexpr qsizetype maximumCharacters = 1024 * 1024;

    QString name;
    QString source;

    friend bool operator==(const ScriptText &, const ScriptText &) = default;
};

std::optional<QList<ScriptText>> scriptsFromJson(const JsonNode &node, SimulateError *error);
JsonNode scriptsToJson(const QList<ScriptText> &scripts);

} // namespace SockScope
