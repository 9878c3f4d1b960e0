#pragma once

#include <QJsonObject>
#include <QString>

#include <optional>

#include "core/filter/filter.h"
#include "ui/models/rulecolour.h"

namespace SockScope {

/*! Messages that pass a filter get a name and a colour.
 *  Path    a person, settings or a file → [this] → ColourRules
 *  Shape   setFilterText compiles at once; a text that cannot be compiled stays as it was typed, with why() it is
 *          wrong, and the rule colours nothing until it is repaired
 *  Units   characters
 *  Errors  why(); names are cut to maximumName characters
 *  Thread  a value: the window's
 *  Source  none
 */
class ColourRule
{
public:
    static constexpr qsizetype maximumName = 100;

    ColourRule() = default;
    ColourRule(const QString &name, const QString &filterText, const RuleColour &ground, const RuleColour &text = {},
               bool enabled = true);

    const QString &name() const { return m_name; }
    void setName(const QString &name) { m_name = name.left(maximumName); }
    const QString &filterText() const { return m_filterText; }
    void setFilterText(const QString &text);
    const Filter &filter() const { return m_filter; }
    /// Why the filter's text is not in force; nothing when it is.
    const std::optional<FilterError> &why() const { return m_why; }

    bool isEnabled() const { return m_enabled; }
    void setEnabled(bool enabled) { m_enabled = enabled; }
    /// Enabled, and its filter can be read.
    bool isActive() const { return m_enabled && !m_why; }

    const RuleColour &ground() const { return m_ground; }
    void setGround(const RuleColour &colour) { m_ground = colour; }
    /// None: what is readable on the ground.
    const RuleColour &text() const { return m_text; }
    void setText(const RuleColour &colour) { m_text = colour; }

    QJsonObject toJson() const;
    /// Answers nothing, and why, when it is no rule. A filter that cannot be read is no reason: see why().
    static std::optional<ColourRule> fromJson(const QJsonObject &object, QString *error = nullptr);

    friend bool operator==(const ColourRule &a, const ColourRule &b)
    {
        return a.m_name == b.m_name && a.m_filterText == b.m_filterText && a.m_enabled == b.m_enabled &&
               a.m_ground == b.m_ground && a.m_text == b.m_text;
    }

private:
    QString m_name;
    QString m_filterText;
    bool m_enabled = true;
    RuleColour m_ground;
    RuleColour m_text;
    Filter m_filter;
    std::optional<FilterError> m_why = FilterError{};
};

} // namespace SockScope
