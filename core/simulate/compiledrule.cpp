#include "core/simulate/compiledrule_p.h"

#include <algorithm>

#include "core/filter/filtertext.h"
#include "core/simulate/messagematcher.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maximumSubjectBytes = 1024 * 1024; // of what a regular expression is tried on

bool fail(SimulateError *error, const QString &path, int column, const QString &what, const QString &remedy)
{
    if (error)
        *error = {path, column, what, remedy};
    return false;
}

/// As the language of filters writes it.
QString literalOf(const JsonNode &value)
{
    return value.isText() ? filterQuoted(value.text()) : QString::fromUtf8(value.literal());
}

QString hexLiteral(const QString &digits)
{
    const QByteArray bytes = QByteArray::fromHex(digits.toLatin1());
    return filterContains(u"payload", bytes);
}

bool isHex(const QString &digits)
{
    const qsizetype count = std::count_if(digits.begin(), digits.end(), [](QChar c) { return !c.isSpace(); });
    static const QRegularExpression allowed(u"^[0-9a-fA-F\\s]+$"_s);
    return count > 0 && count % 2 == 0 && allowed.match(digits).hasMatch();
}

bool isColour(const QString &text)
{
    static const QRegularExpression values(u"^#[0-9a-fA-F]{6}( #[0-9a-fA-F]{6})?$"_s);
    return ruleColourNames().contains(text) || values.match(text).hasMatch();
}

} // namespace

const QStringList &ruleColourNames()
{
    static const QStringList names{u"red"_s,  u"orange"_s, u"yellow"_s, u"green"_s, u"teal"_s,
                                   u"blue"_s, u"violet"_s, u"pink"_s,   u"brown"_s, u"grey"_s};
    return names;
}

SimulateError belowPath(const QString &parent, SimulateError error)
{
    error.path = error.path.isEmpty() ? parent : parent + u'.' + error.path;
    return error;
}

bool CompiledCondition::addFilter(const QString &text, const QString &path, int shift, SimulateError *error)
{
    FilterError problem;
    const auto filter = Filter::compile(text, &problem);
    if (!filter)
        return fail(error, path, qMax(0, problem.column - shift), problem.what, u"correct the text there"_s);
    m_filters.push_back(*filter);
    return true;
}

std::optional<CompiledCondition> CompiledCondition::compile(const RuleCondition &when, SimulateError *error)
{
    CompiledCondition result;
    result.m_direction = when.direction;
    result.m_sock = when.sock;
    if (!when.peer.isEmpty()) {
        const QString before = u"peer == "_s;
        QString term = before + when.peer;
        if (when.peer.contains(u'*')) {
            QString pattern = QRegularExpression::escape(when.peer);
            pattern.replace(u"\\*"_s, u".*"_s);
            term = u"peer matches "_s + filterPatternQuoted(u"^%1$"_s.arg(pattern));
        }
        if (!result.addFilter(term, u"peer"_s, static_cast<int>(before.size()), error))
            return std::nullopt;
    }
    if (!when.bytes.isEmpty()) {
        if (!isHex(when.bytes)) {
            fail(error, u"bytes"_s, -1, u"these are no pairs of hexadecimal digits"_s, u"write them as in 01 0a ff"_s);
            return std::nullopt;
        }
        if (!result.addFilter(hexLiteral(when.bytes), u"bytes"_s, 0, error))
            return std::nullopt;
    }
    if (!when.field.isEmpty()) {
        const QString before = when.value ? when.field + u' ' + when.op + u' ' : when.field;
        const QString term = when.value ? before + literalOf(*when.value) : before;
        SimulateError problem;
        if (!result.addFilter(term, u"field"_s, 0, &problem)) {
            const int operatorAt = static_cast<int>(when.field.size()) + 1;
            if (problem.column >= before.size() && when.value)
                problem = {u"value"_s, -1, problem.what, problem.remedy};
            else if (problem.column >= operatorAt)
                problem = {u"op"_s, problem.column - operatorAt, problem.what, problem.remedy};
            if (error)
                *error = problem;
            return std::nullopt;
        }
    } else if (when.value) {
        fail(error, u"value"_s, -1, u"there is no field to compare"_s, u"name the field, as in data.id"_s);
        return std::nullopt;
    }
    if (!when.filter.isEmpty() && !result.addFilter(when.filter, u"filter"_s, 0, error))
        return std::nullopt;
    if (!when.regex.isEmpty()) {
        QRegularExpression expression(when.regex, QRegularExpression::UseUnicodePropertiesOption);
        if (!expression.isValid()) {
            fail(error, u"regex"_s, static_cast<int>(expression.patternErrorOffset()), expression.errorString(),
                 u"correct the expression there"_s);
            return std::nullopt;
        }
        result.m_expression = expression;
    }
    return result;
}

bool CompiledCondition::matches(const MessageMatcher &matcher, Direction direction, const QString &sock,
                                QByteArrayView payload, QHash<QString, QCborValue> *captures) const
{
    if (m_direction && *m_direction != direction)
        return false;
    if (!m_sock.isEmpty() && m_sock != sock)
        return false;
    if (!std::all_of(m_filters.begin(), m_filters.end(), [&](const Filter &each) { return matcher.matches(each); }))
        return false;
    if (!m_expression)
        return true;
    const QByteArrayView part = payload.first(qMin(payload.size(), maximumSubjectBytes));
    const QString subject = part.isValidUtf8() ? QString::fromUtf8(part) : QString::fromLatin1(part);
    const QRegularExpressionMatch match = m_expression->match(subject);
    if (!match.hasMatch())
        return false;
    const QStringList names = m_expression->namedCaptureGroups();
    for (qsizetype i = 1; i < names.size(); ++i) {
        const QString text = match.captured(static_cast<int>(i));
        captures->insert(u"match%1"_s.arg(i), text);
        if (!names[i].isEmpty())
            captures->insert(names[i], text);
    }
    return true;
}

std::optional<RuleTarget> RuleTarget::fromText(const QString &text)
{
    RuleTarget target;
    if (text == "all"_L1) {
        target.isAll = true;
        return target;
    }
    const QString trimmed = text.trimmed();
    const qsizetype blank = trimmed.lastIndexOf(u' ');
    target.peer = Endpoint::fromString(QStringView(trimmed).sliced(blank + 1));
    target.isAll = !target.peer;
    target.sock = target.peer ? trimmed.left(qMax<qsizetype>(0, blank)).trimmed() : trimmed;
    if (target.sock.isEmpty() && !target.peer)
        return std::nullopt;
    return target;
}

std::optional<CompiledAction> CompiledAction::compile(const RuleAction &action, SimulateError *error)
{
    using Kind = RuleAction::Kind;
    CompiledAction result;
    result.source = action;
    TemplateError problem;
    const auto wrong = [&](const QString &key) {
        fail(error, key, problem.column, problem.what, u"correct the text there"_s);
        return std::nullopt;
    };
    switch (action.kind) {
    case Kind::Send: {
        const auto target = RuleTarget::fromText(action.to);
        if (!target) {
            fail(error, u"to"_s, -1, u"it is not said to whom it is sent"_s,
                 u"write all, an address such as 127.0.0.1:9000, or the name of a socket"_s);
            return std::nullopt;
        }
        result.target = *target;
        [[fallthrough]];
    }
    case Kind::Answer:
        result.message = ComposedMessage::compile(action.message, &problem);
        if (!result.message)
            return wrong(u"payload"_s);
        break;
    case Kind::Set: {
        static const QRegularExpression word(u"^[A-Za-z_][A-Za-z0-9_]*$"_s);
        if (!word.match(action.variable).hasMatch()) {
            fail(error, u"variable"_s, -1, u"this is no name of a variable"_s,
                 u"write letters, digits and _, a letter first"_s);
            return std::nullopt;
        }
        result.expression = Comparison::parse(action.text, &problem);
        if (!result.expression)
            return wrong(u"to"_s);
        break;
    }
    case Kind::Comment:
        result.text = Template::parse(action.text, TemplateSyntax::Plain, &problem);
        if (!result.text)
            return wrong(u"text"_s);
        break;
    case Kind::Colour:
        if (!isColour(action.text)) {
            fail(error, u"colour"_s, -1,
                 action.text.isEmpty() ? u"the colour is missing"_s : u"%1 is no colour"_s.arg(action.text),
                 u"write #rrggbb, or one of %1"_s.arg(ruleColourNames().join(u", "_s)));
            return std::nullopt;
        }
        break;
    case Kind::Run:
        if (action.text.isEmpty()) {
            fail(error, u"program"_s, -1, u"the program is missing"_s, u"write its name or path"_s);
            return std::nullopt;
        }
        for (const QString &argument : action.arguments) {
            const auto parsed = Template::parse(argument, TemplateSyntax::Plain, &problem);
            if (!parsed)
                return wrong(u"arguments[%1]"_s.arg(result.arguments.size()));
            result.arguments.push_back(*parsed);
        }
        break;
    default:
        break;
    }
    return result;
}

std::shared_ptr<RuleSet> RuleSet::compile(const QList<Rule> &rules, SimulateError *error)
{
    if (rules.size() > Rule::maximumRules) {
        fail(error, u"rules"_s, -1, u"there are %1 rules, more than %2"_s.arg(rules.size()).arg(Rule::maximumRules),
             u"leave some out, or write several as one with a filter such as type in {1, 2, 3}"_s);
        return nullptr;
    }
    auto set = std::make_shared<RuleSet>();
    set->entries.reserve(static_cast<size_t>(rules.size()));
    for (const Rule &rule : rules) {
        const auto index = static_cast<int>(set->entries.size());
        const QString path = u"rules[%1]"_s.arg(index);
        const auto reject = [&](const SimulateError &problem) {
            if (error)
                *error = belowPath(path, problem);
            return nullptr;
        };
        SimulateError problem;
        Entry entry;
        entry.rule = rule;
        auto condition = CompiledCondition::compile(rule.when, &problem);
        if (!condition)
            return reject(belowPath(u"when"_s, problem));
        entry.condition = std::move(*condition);
        if (!(rule.probability >= 0 && rule.probability <= 1))
            return reject(
                {u"probability"_s, -1, u"this is no number from 0 to 1"_s, u"1 is always, 0.5 every other"_s});
        if (rule.every < 1 || rule.atMost < 0) {
            return reject({rule.every < 1 ? u"every"_s : u"atMost"_s, -1, u"this number is too small"_s,
                           u"leave it out, or write 1 or more"_s});
        }
        if (rule.actions.size() > Rule::maximumActions) {
            return reject({u"actions"_s, -1, u"there are more than %1 actions"_s.arg(Rule::maximumActions),
                           u"divide them among several rules"_s});
        }
        for (const RuleAction &action : rule.actions) {
            auto compiled = CompiledAction::compile(action, &problem);
            if (!compiled)
                return reject(belowPath(u"actions[%1]"_s.arg(entry.actions.size()), problem));
            entry.skipsLaterRules = entry.skipsLaterRules || action.kind == RuleAction::Kind::Skip;
            entry.actions.push_back(std::move(*compiled));
        }
        entry.stats.actions.resize(entry.actions.size());
        set->entries.push_back(std::move(entry));
        bool isNumber = false;
        const qlonglong number = rule.when.type.toLongLong(&isNumber);
        if (isNumber)
            set->m_byNumber[number].push_back(index);
        else if (!rule.when.type.isEmpty())
            set->m_byName[rule.when.type].push_back(index);
        else
            set->m_general.push_back(index);
    }
    return set;
}

void RuleSet::candidates(const MessageType &type, const QString &label, std::vector<int> &found) const
{
    found = m_general;
    const auto add = [&found](const auto &index, const auto &key) {
        if (const auto place = index.constFind(key); place != index.cend())
            found.insert(found.end(), place->begin(), place->end());
    };
    if (!type.isName())
        add(m_byNumber, type.number());
    if (!m_byName.isEmpty())
        add(m_byName, label);
    if (found.size() > m_general.size())
        std::sort(found.begin(), found.end());
}

bool RuleSet::wantsOutbound() const
{
    return std::any_of(entries.begin(), entries.end(),
                       [](const Entry &entry) { return entry.rule.when.direction != Direction::In; });
}

} // namespace SockScope
