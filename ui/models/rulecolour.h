#pragma once

#include <QString>
#include <QStringList>

namespace SockScope {

/*! A colour that a rule gives to rows: one of the theme's by name, or one of a person's own for light and for dark.
 *  Path    colour rules → [this] → Theme::ruleGround, Theme::ruleText → the delegate
 *  Shape   no name: none. A name of names(): the theme knows what it looks like, light and dark. Own: two values
 *  Units   sRGB, 0xRRGGBB
 *  Errors  fromString answers none for a text that is no colour
 *  Thread  a value
 *  Source  none
 */
struct RuleColour
{
    /// In the order in which they are offered; the place is what Theme knows them by.
    static const QStringList &names();

    int named = -1; ///< the place in names(); -1: none, or own
    bool own = false;
    quint32 lightRgb = 0;
    quint32 darkRgb = 0;

    bool isNone() const { return named < 0 && !own; }
    static RuleColour ofName(QStringView name);
    static RuleColour ofRgb(quint32 lightRgb, quint32 darkRgb);
    /// "", "red", "#fce4e1 #42211f"
    QString toString() const;
    /// As well "#fce4e1", for light and dark alike.
    static RuleColour fromString(QStringView text);
    friend bool operator==(const RuleColour &, const RuleColour &) = default;
};

} // namespace SockScope
