#pragma once

#include <QCborValue>
#include <QHash>
#include <QRegularExpression>

#include <memory>
#include <vector>

#include "core/filter/filter.h"
#include "core/simulate/comparison.h"
#include "core/simulate/rule.h"
#include "core/simulate/rulestats.h"
#include "core/simulate/simulateerror.h"

namespace SockScope {

class MessageMatcher;

/// A condition whose filters and expressions are compiled.
class CompiledCondition
{
public:
    static std::optional<CompiledCondition> compile(const RuleCondition &when, SimulateError *error);
    /// All but the type, which the index has looked up. Captures are added to *captures.
    bool matches(const MessageMatcher &matcher, Direction direction, const QString &sock, QByteArrayView payload,
                 QHash<QString, QCborValue> *captures) const;

private:
    bool addFilter(const QString &text, const QString &path, int shift, SimulateError *error);

    std::optional<Direction> m_direction;
    QString m_sock;
    std::vector<Filter> m_filters;
    std::optional<QRegularExpression> m_expression;
};

/// Whom an action sends to.
struct RuleTarget
{
    bool isAll = false;
    QString sock;
    std::optional<Endpoint> peer;
    static std::optional<RuleTarget> fromText(const QString &text);
};

struct CompiledAction
{
    RuleAction source;
    std::optional<ComposedMessage> message;
    RuleTarget target;
    std::optional<Comparison> expression; ///< of Set
    std::optional<Template> text;         ///< of Comment
    std::vector<Template> arguments;      ///< of Run

    static std::optional<CompiledAction> compile(const RuleAction &action, SimulateError *error);
};

/// All rules, and which of them may be about a type.
class RuleSet
{
public:
    struct Entry
    {
        Rule rule;
        CompiledCondition condition;
        std::vector<CompiledAction> actions;
        bool skipsLaterRules = false;
        RuleStats stats;
    };
    static std::shared_ptr<RuleSet> compile(const QList<Rule> &rules, SimulateError *error);

    std::vector<Entry> entries;
    /// The rules that may be about a message of this type, ascending; label: the name that its sock knows for it.
    void candidates(const MessageType &type, const QString &label, std::vector<int> &found) const;
    bool wantsOutbound() const;

private:
    QHash<qint64, std::vector<int>> m_byNumber;
    QHash<QString, std::vector<int>> m_byName;
    std::vector<int> m_general;
};

/// Moves what is wrong below another path: "actions[2]" below "rules[7]".
SimulateError belowPath(const QString &parent, SimulateError error);

} // namespace SockScope
