#include "ui/models/rulecolour.h"

#include "core/simulate/rule.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString rgbText(quint32 rgb)
{
    return u'#' + QString::number(rgb, 16).rightJustified(6, u'0');
}

bool readRgb(QStringView text, quint32 &rgb)
{
    bool ok = false;
    rgb = text.mid(1).toUInt(&ok, 16);
    return ok && text.size() == 7 && text.startsWith(u'#');
}

} // namespace

const QStringList &RuleColour::names()
{
    return ruleColourNames();
}

RuleColour RuleColour::ofName(QStringView name)
{
    RuleColour colour;
    colour.named = static_cast<int>(names().indexOf(name));
    return colour;
}

RuleColour RuleColour::ofRgb(quint32 lightRgb, quint32 darkRgb)
{
    RuleColour colour;
    colour.own = true;
    colour.lightRgb = lightRgb & 0xffffff;
    colour.darkRgb = darkRgb & 0xffffff;
    return colour;
}

QString RuleColour::toString() const
{
    if (own)
        return rgbText(lightRgb) + u' ' + rgbText(darkRgb);
    return named < 0 || named >= names().size() ? QString() : names().at(named);
}

RuleColour RuleColour::fromString(QStringView text)
{
    quint32 light = 0;
    quint32 dark = 0;
    const qsizetype gap = text.indexOf(u' ');
    if (gap > 0 && readRgb(text.first(gap), light) && readRgb(text.mid(gap + 1), dark))
        return ofRgb(light, dark);
    if (readRgb(text, light))
        return ofRgb(light, light);
    return ofName(text);
}

} // namespace SockScope
