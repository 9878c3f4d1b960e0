#include "core/simulate/scripttext.h"

#include <algorithm>

#include "core/simulate/simulatereader_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString readLines(ProjectReader &reader)
{
    const JsonNode *lines = reader.find(u"lines"_s);
    QStringList result;
    qsizetype characters = 0;
    if (!lines || !lines->isArray()) {
        reader.fail(lines ? u"lines"_s : QString(), u"the script has no list of lines"_s,
                    u"write \"lines\": [\"function onMessage(m) { log(m.data); }\"]"_s);
        return {};
    }
    for (const JsonNode &line : lines->items()) {
        if (!line.isText())
            reader.fail(u"lines"_s, u"one of the lines is no text"_s, u"put each in quotes"_s);
        result.append(line.text());
        characters += result.last().size() + 1;
    }
    if (characters > ScriptText::maximumCharacters) {
        reader.fail(u"lines"_s, u"the script has more than %1 characters"_s.arg(ScriptText::maximumCharacters),
                    u"shorten it"_s, ProjectError::Code::LimitReached);
    }
    return result.join(u'\n');
}

} // namespace

std::optional<QList<ScriptText>> scriptsFromJson(const JsonNode &node, SimulateError *error)
{
    const auto fail = [error](const SimulateError &problem) {
        if (error)
            *error = problem;
        return std::nullopt;
    };
    if (!node.isArray() || node.items().size() > static_cast<size_t>(ScriptText::maximumScripts)) {
        return fail({u"scripts"_s, -1, u"this is no list of at most %1 scripts"_s.arg(ScriptText::maximumScripts),
                     u"write [{\"name\": \"answers\", \"lines\": […]}]"_s, node.offset()});
    }
    QList<ScriptText> scripts;
    for (const JsonNode &each : node.items()) {
        ProjectReader reader(each, u"scripts[%1]"_s.arg(scripts.size()));
        ScriptText script;
        if (!each.isObject())
            reader.fail(QString(), u"this is no script"_s, u"write {\"name\": \"answers\", \"lines\": […]}"_s);
        for (const JsonMember &member : each.members()) {
            if (member.key != u"name"_s && member.key != u"lines"_s)
                reader.fail(member.key, u"a script has no \"%1\""_s.arg(member.key.left(40)),
                            u"there are name and lines"_s);
        }
        script.name = reader.text(u"name"_s, ScriptText::maximumName);
        if (script.name.trimmed().isEmpty())
            reader.fail(QString(), u"the script has no name"_s, u"write \"name\": \"answers\", say"_s);
        if (std::any_of(scripts.begin(), scripts.end(),
                        [&script](const ScriptText &other) { return other.name == script.name; }))
            reader.fail(u"name"_s, u"two scripts have this name"_s, u"rename one"_s);
        if (each.isObject())
            script.source = readLines(reader);
        if (const auto first = simulateError(reader))
            return fail(*first);
        scripts.append(script);
    }
    return scripts;
}

JsonNode scriptsToJson(const QList<ScriptText> &scripts)
{
    JsonNode list = JsonNode::array();
    for (const ScriptText &script : scripts) {
        JsonNode lines = JsonNode::array();
        for (const QString &line : script.source.split(u'\n'))
            lines.append(JsonNode::ofText(line));
        JsonNode node = JsonNode::object();
        node.set(u"name"_s, JsonNode::ofText(script.name));
        node.set(u"lines"_s, lines);
        list.append(node);
    }
    return list;
}

} // namespace SockScope
