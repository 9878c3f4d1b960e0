#include "ui/models/colourrule.h"

#include <QCoreApplication>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::ColourRule", text);
}

} // namespace

ColourRule::ColourRule(const QString &name, const QString &filterText, const RuleColour &ground, const RuleColour &text,
                       bool enabled)
    : m_name(name.left(maximumName))
    , m_enabled(enabled)
    , m_ground(ground)
    , m_text(text)
{
    setFilterText(filterText);
}

void ColourRule::setFilterText(const QString &text)
{
    m_filterText = text.left(Filter::maximumLength);
    m_filter = {};
    FilterError error;
    // An empty filter lets everything pass, and a rule for everything would hide all rules below it.
    if (m_filterText.trimmed().isEmpty()) {
        m_why = FilterError{0, 0, tr("expected a filter, such as error or type == \"move\"")};
    } else if (auto filter = Filter::compile(m_filterText, &error)) {
        m_filter = *std::move(filter);
        m_why.reset();
    } else {
        m_why = error;
    }
}

QJsonObject ColourRule::toJson() const
{
    return {{u"name"_s, m_name},
            {u"filter"_s, m_filterText},
            {u"enabled"_s, m_enabled},
            {u"ground"_s, m_ground.toString()},
            {u"text"_s, m_text.toString()}};
}

std::optional<ColourRule> ColourRule::fromJson(const QJsonObject &object, QString *error)
{
    const auto refuse = [error](const QString &why) -> std::optional<ColourRule> {
        if (error)
            *error = why;
        return std::nullopt;
    };
    if (!object["filter"_L1].isString())
        return refuse(tr("a rule needs a \"filter\" that is a text"));
    const auto colour = [&](QLatin1StringView key, RuleColour &result) {
        const QString text = object[key].toString();
        result = RuleColour::fromString(text);
        return text.isEmpty() || !result.isNone();
    };
    RuleColour ground;
    RuleColour text;
    if (!colour("ground"_L1, ground) || !colour("text"_L1, text))
        return refuse(
            tr("a colour is one of %1, or two values such as #fce4e1 #42211f").arg(RuleColour::names().join(u", "_s)));
    const QString filter = object["filter"_L1].toString();
    if (filter.size() > Filter::maximumLength)
        return refuse(tr("the filter is longer than %1 characters").arg(Filter::maximumLength));
    return ColourRule(object["name"_L1].toString(), filter, ground, text, object["enabled"_L1].toBool(true));
}

} // namespace SockScope
