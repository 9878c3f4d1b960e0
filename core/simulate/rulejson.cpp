#include "core/simulate/rulejson.h"

#include "core/simulate/compiledrule_p.h"
#include "core/simulate/simulatereader_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Kind = RuleAction::Kind;

const QStringList &actionNames()
{
    static const QStringList names{u"answer"_s,  u"send"_s,   u"wait"_s,  u"set"_s, u"mark"_s,
                                   u"comment"_s, u"colour"_s, u"pause"_s, u"run"_s, u"close"_s,
                                   u"refuse"_s,  u"skip"_s,   u"stop"_s};
    return names;
}

const QStringList &directionNames()
{
    static const QStringList names{u"in"_s, u"out"_s, u"any"_s};
    return names;
}

const QStringList &conditionKeys()
{
    static const QStringList keys{u"direction"_s, u"sock"_s, u"peer"_s,  u"type"_s,  u"bytes"_s,
                                  u"field"_s,     u"op"_s,   u"value"_s, u"regex"_s, u"filter"_s};
    return keys;
}

const QStringList &ruleKeys()
{
    static const QStringList keys{u"name"_s,  u"enabled"_s, u"when"_s,   u"probability"_s,
                                  u"every"_s, u"atMost"_s,  u"actions"_s};
    return keys;
}

const QStringList &actionKeys()
{
    static const QStringList keys =
        QStringList{u"do"_s, u"variable"_s, u"to"_s} + messageKeys() +
        QStringList{u"ms"_s, u"jitterMs"_s, u"text"_s, u"colour"_s, u"program"_s, u"arguments"_s};
    return keys;
}

/// A key that is not known may be one that was typed wrongly: a condition that is not looked at makes a rule hit all.
bool refuseUnknown(ProjectReader &reader, const JsonNode &node, const QStringList &known)
{
    for (const JsonMember &member : node.members()) {
        if (!known.contains(member.key) && !member.key.startsWith(u"x-"_s)) {
            reader.fail(member.key, u"this key is not known"_s,
                        u"the keys are %1; one of your own begins with x-"_s.arg(known.join(u", "_s)));
            return false;
        }
    }
    return true;
}

RuleCondition readCondition(ProjectReader &reader, const JsonNode &node)
{
    RuleCondition when;
    refuseUnknown(reader, node, conditionKeys());
    const int direction = readChoice(reader, u"direction"_s, directionNames(), 0);
    when.direction = direction == 2 ? std::nullopt : std::optional(direction == 1 ? Direction::Out : Direction::In);
    when.sock = reader.text(u"sock"_s, 200);
    when.peer = reader.text(u"peer"_s, 200);
    const JsonNode *type = reader.find(u"type"_s);
    when.type = type && type->integer() ? QString::number(*type->integer()) : reader.text(u"type"_s, 1024);
    when.bytes = reader.text(u"bytes"_s, Filter::maximumLength);
    when.field = reader.text(u"field"_s, Filter::maximumLength);
    when.op = reader.text(u"op"_s, 20, when.op);
    if (const JsonNode *value = reader.find(u"value"_s)) {
        if (value->isContainer())
            reader.fail(u"value"_s, u"a field is compared with one value"_s, u"write a number, a text, true or null"_s);
        when.value = *value;
    }
    when.regex = reader.text(u"regex"_s, Filter::maximumLength);
    when.filter = reader.text(u"filter"_s, Filter::maximumLength);
    return when;
}

RuleAction readAction(ProjectReader &reader, const JsonNode &node)
{
    RuleAction action;
    refuseUnknown(reader, node, actionKeys());
    if (!reader.has(u"do"_s))
        reader.fail(QString(), u"it is not said what to do"_s, u"write \"do\": \"answer\", say"_s);
    action.kind = static_cast<Kind>(qMax(0, readChoice(reader, u"do"_s, actionNames(), 0)));
    switch (action.kind) {
    case Kind::Send:
        action.to = reader.text(u"to"_s, 400);
        [[fallthrough]];
    case Kind::Answer:
        action.message = readMessage(reader);
        break;
    case Kind::Wait:
        action.delay = std::chrono::milliseconds(reader.whole(u"ms"_s, 0, maximumSimulateMs, 0));
        action.jitter = std::chrono::milliseconds(reader.whole(u"jitterMs"_s, 0, maximumSimulateMs, 0));
        break;
    case Kind::Set:
        action.variable = reader.text(u"variable"_s, 200);
        action.text = reader.text(u"to"_s, maximumSimulateText);
        break;
    case Kind::Comment:
        action.text = reader.text(u"text"_s, maximumSimulateText);
        break;
    case Kind::Colour:
        action.text = reader.text(u"colour"_s, 100);
        break;
    case Kind::Run: {
        action.text = reader.text(u"program"_s, 4096);
        const JsonNode *arguments = reader.find(u"arguments"_s);
        if (arguments && !arguments->isArray())
            reader.fail(u"arguments"_s, u"this is no list"_s, u"write [\"one\", \"two\"]"_s);
        for (const JsonNode &each : arguments ? arguments->items() : std::vector<JsonNode>()) {
            if (!each.isText())
                reader.fail(u"arguments"_s, u"an argument is no text"_s, u"put it in quotes"_s);
            action.arguments.append(each.text());
        }
        break;
    }
    default:
        break;
    }
    return action;
}

JsonNode conditionToJson(const RuleCondition &when)
{
    JsonNode node = JsonNode::object();
    if (when.direction != Direction::In)
        node.set(u"direction"_s, JsonNode::ofText(when.direction ? u"out"_s : u"any"_s));
    for (const auto &[key, text] : {std::pair(u"sock"_s, when.sock),
                                    {u"peer"_s, when.peer},
                                    {u"type"_s, when.type},
                                    {u"bytes"_s, when.bytes},
                                    {u"field"_s, when.field}}) {
        if (!text.isEmpty())
            node.set(key, JsonNode::ofText(text));
    }
    if (when.op != u"=="_s)
        node.set(u"op"_s, JsonNode::ofText(when.op));
    if (when.value)
        node.set(u"value"_s, *when.value);
    if (!when.regex.isEmpty())
        node.set(u"regex"_s, JsonNode::ofText(when.regex));
    if (!when.filter.isEmpty())
        node.set(u"filter"_s, JsonNode::ofText(when.filter));
    return node;
}

JsonNode actionToJson(const RuleAction &action)
{
    JsonNode node = JsonNode::object();
    node.set(u"do"_s, JsonNode::ofText(actionNames().at(static_cast<int>(action.kind))));
    switch (action.kind) {
    case Kind::Send:
        node.set(u"to"_s, JsonNode::ofText(action.to));
        [[fallthrough]];
    case Kind::Answer:
        writeMessage(&node, action.message);
        break;
    case Kind::Wait:
        node.set(u"ms"_s, JsonNode::ofInteger(action.delay.count()));
        if (action.jitter.count() > 0)
            node.set(u"jitterMs"_s, JsonNode::ofInteger(action.jitter.count()));
        break;
    case Kind::Set:
        node.set(u"variable"_s, JsonNode::ofText(action.variable));
        node.set(u"to"_s, JsonNode::ofText(action.text));
        break;
    case Kind::Comment:
        node.set(u"text"_s, JsonNode::ofText(action.text));
        break;
    case Kind::Colour:
        node.set(u"colour"_s, JsonNode::ofText(action.text));
        break;
    case Kind::Run: {
        node.set(u"program"_s, JsonNode::ofText(action.text));
        JsonNode arguments = JsonNode::array();
        for (const QString &each : action.arguments)
            arguments.append(JsonNode::ofText(each));
        if (!action.arguments.isEmpty())
            node.set(u"arguments"_s, arguments);
        break;
    }
    default:
        break;
    }
    return node;
}

std::optional<Rule> readRule(const JsonNode &node, const QString &path, SimulateError *error)
{
    const auto failed = [error](const ProjectReader &reader) {
        const auto problem = simulateError(reader);
        if (problem && error)
            *error = *problem;
        return problem.has_value();
    };
    Rule rule;
    ProjectReader reader(node, path);
    if (!node.isObject()) {
        reader.fail(QString(), u"this is no rule"_s, u"write {\"when\": {…}, \"actions\": […]}"_s);
        failed(reader);
        return std::nullopt;
    }
    refuseUnknown(reader, node, ruleKeys());
    rule.source = node;
    rule.name = reader.text(u"name"_s, 200);
    rule.enabled = reader.boolean(u"enabled"_s, true);
    rule.every = reader.whole(u"every"_s, 1, 1'000'000'000, 1);
    rule.atMost = reader.whole(u"atMost"_s, 0, 1'000'000'000, 0);
    if (const JsonNode *chance = reader.find(u"probability"_s)) {
        rule.probability = chance->kind() == JsonNode::Kind::Number ? chance->literal().toDouble() : -1;
        if (!(rule.probability >= 0 && rule.probability <= 1))
            reader.fail(u"probability"_s, u"this is no number from 0 to 1"_s, u"1 is always, 0.5 every other"_s);
    }
    const JsonNode *when = reader.find(u"when"_s);
    if (when && !when->isObject())
        reader.fail(u"when"_s, u"this is no condition"_s, u"write {\"type\": 1}, say"_s);
    const JsonNode *actions = reader.find(u"actions"_s);
    if (actions && !actions->isArray())
        reader.fail(u"actions"_s, u"this is no list"_s, u"write [{\"do\": \"mark\"}], say"_s);
    if (failed(reader))
        return std::nullopt;
    if (when) {
        ProjectReader inner(*when, path + u".when"_s);
        rule.when = readCondition(inner, *when);
        if (failed(inner))
            return std::nullopt;
    }
    for (const JsonNode &each : actions ? actions->items() : std::vector<JsonNode>()) {
        ProjectReader inner(each, path + u".actions[%1]"_s.arg(rule.actions.size()));
        rule.actions.append(readAction(inner, each));
        if (failed(inner))
            return std::nullopt;
    }
    return rule;
}

} // namespace

std::optional<QList<Rule>> rulesFromJson(const JsonNode &node, SimulateError *error)
{
    const QString path = u"rules"_s;
    const auto fail = [&](SimulateError problem) {
        if (error)
            *error = std::move(problem);
        return std::nullopt;
    };
    if (!node.isArray())
        return fail({path, -1, u"this is no list of rules"_s, u"write [{…}, {…}]"_s, node.offset()});
    QList<Rule> rules;
    if (node.items().size() <= static_cast<size_t>(Rule::maximumRules)) {
        for (const JsonNode &each : node.items()) {
            auto rule = readRule(each, path + u"[%1]"_s.arg(rules.size()), error);
            if (!rule)
                return std::nullopt;
            rules.append(std::move(*rule));
        }
        SimulateError problem;
        if (RuleSet::compile(rules, &problem))
            return rules;
        problem.offset = offsetOf(node, path, problem.path);
        return fail(problem);
    }
    return fail({path, -1, u"there are %1 rules, more than %2"_s.arg(node.items().size()).arg(Rule::maximumRules),
                 u"leave some out, or write several as one with a filter such as type in {1, 2, 3}"_s, node.offset()});
}

JsonNode rulesToJson(const QList<Rule> &rules)
{
    JsonNode list = JsonNode::array();
    for (const Rule &rule : rules) {
        const auto old = [&rule](const QString &key) {
            const JsonNode *found = rule.source.find(key);
            return found ? *found : JsonNode();
        };
        JsonNode node = JsonNode::object();
        if (!rule.name.isEmpty())
            node.set(u"name"_s, JsonNode::ofText(rule.name));
        if (!rule.enabled)
            node.set(u"enabled"_s, JsonNode::ofBool(false));
        const JsonNode when = JsonNode::keepUnknown(old(u"when"_s), conditionToJson(rule.when), conditionKeys());
        if (!when.members().empty())
            node.set(u"when"_s, when);
        if (rule.probability < 1)
            node.set(u"probability"_s, JsonNode::fromJson(rule.probability));
        if (rule.every > 1)
            node.set(u"every"_s, JsonNode::ofInteger(rule.every));
        if (rule.atMost > 0)
            node.set(u"atMost"_s, JsonNode::ofInteger(rule.atMost));
        JsonNode actions = JsonNode::array();
        const JsonNode oldActions = old(u"actions"_s);
        for (const RuleAction &action : rule.actions) {
            const size_t index = actions.items().size();
            const JsonNode before = index < oldActions.items().size() ? oldActions.items()[index] : JsonNode();
            actions.append(JsonNode::keepUnknown(before, actionToJson(action), actionKeys()));
        }
        node.set(u"actions"_s, actions);
        list.append(JsonNode::keepUnknown(rule.source, node, ruleKeys()));
    }
    return list;
}

} // namespace SockScope
