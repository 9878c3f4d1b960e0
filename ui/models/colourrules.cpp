#include "ui/models/colourrules.h"

#include <QJsonDocument>
#include <QSettings>

namespace SockScope {

using namespace Qt::StringLiterals;

ColourRules::ColourRules(QObject *parent)
    : QObject(parent)
    , m_rules(defaults())
{
}

ColourRules::List ColourRules::defaults()
{
    const auto named = [](const char16_t *name) { return RuleColour::ofName(name); };
    return {{tr("Marked"), u"marked"_s, named(u"yellow")},
            {tr("Error"), u"error"_s, named(u"red"), named(u"red")},
            {tr("Unhandled"), u"unhandled"_s, {}, named(u"orange")},
            {tr("Cut off"), u"truncated"_s, named(u"pink")},
            {tr("Injected"), u"injected"_s, {}, named(u"violet")},
            {tr("Sent"), u"dir == out"_s, {}, named(u"blue")},
            {tr("Large"), u"size > 1400"_s, named(u"teal"), {}, false},
            {tr("Empty"), u"length == 0"_s, named(u"grey"), {}, false}};
}

void ColourRules::setRules(List rules)
{
    if (rules.size() > maximum)
        rules.resize(maximum);
    if (rules == m_rules)
        return;
    m_rules = std::move(rules);
    Q_EMIT changed();
}

void ColourRules::setEnabled(bool enabled)
{
    if (enabled == m_enabled)
        return;
    m_enabled = enabled;
    Q_EMIT changed();
}

int ColourRules::ruleFor(const Chunk &chunk, int index, const FilterContext &context) const
{
    if (!m_enabled)
        return -1;
    for (size_t i = 0; i < m_rules.size(); ++i) {
        if (m_rules[i].isActive() && m_rules[i].filter().matches(chunk, index, context))
            return static_cast<int>(i);
    }
    return -1;
}

QByteArray ColourRules::toLines(const List &rules)
{
    QByteArray lines;
    for (const ColourRule &rule : rules)
        lines += QJsonDocument(rule.toJson()).toJson(QJsonDocument::Compact) + '\n';
    return lines;
}

std::optional<ColourRules::List> ColourRules::fromLines(const QByteArray &lines, QString *error)
{
    List rules;
    const auto refuse = [error](int line, const QString &why) -> std::optional<List> {
        if (error)
            *error = tr("line %1: %2").arg(line).arg(why);
        return std::nullopt;
    };
    int number = 0;
    qsizetype from = 0;
    while (from < lines.size()) {
        const qsizetype end = lines.indexOf('\n', from);
        const QByteArray line = lines.mid(from, (end < 0 ? lines.size() : end) - from).trimmed();
        from = end < 0 ? lines.size() : end + 1;
        ++number;
        if (line.isEmpty())
            continue;
        QJsonParseError wrong;
        const QJsonDocument document = QJsonDocument::fromJson(line, &wrong);
        if (!document.isObject())
            return refuse(number,
                          wrong.error == QJsonParseError::NoError ? tr("expected a JSON object") : wrong.errorString());
        QString why;
        const auto rule = ColourRule::fromJson(document.object(), &why);
        if (!rule)
            return refuse(number, why);
        if (rules.size() == maximum)
            return refuse(number, tr("more than %1 rules; leave out those that are not needed").arg(maximum));
        rules.push_back(*rule);
    }
    return rules;
}

void ColourRules::load(const QSettings &settings)
{
    m_enabled = settings.value("colourRules/enabled"_L1, true).toBool();
    m_rules = defaults();
    if (const QVariant stored = settings.value("colourRules/rules"_L1); stored.isValid()) {
        if (auto rules = fromLines(stored.toString().toUtf8()))
            m_rules = *std::move(rules);
    }
    Q_EMIT changed();
}

void ColourRules::save(QSettings &settings) const
{
    settings.setValue("colourRules/enabled"_L1, m_enabled);
    // What nobody changed is not kept, so that better defaults of a later version reach everybody.
    if (m_rules == defaults())
        settings.remove("colourRules/rules"_L1);
    else
        settings.setValue("colourRules/rules"_L1, QString::fromUtf8(toLines(m_rules)));
}

} // namespace SockScope
