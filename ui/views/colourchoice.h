#pragma once

#include <QIcon>
#include <QWidget>

#include "ui/models/rulecolour.h"

class QComboBox;
class QToolButton;

namespace SockScope {

/*! Chooses a rule's colour: none, one of the theme's by name, or one's own for light and for dark.
 *  Path    ColourRulesDialog ↔ [this]
 *  Shape   a list with a swatch beside each name; two buttons, for light and dark, when it is one's own
 *  Units   sRGB
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class ColourChoice : public QWidget
{
    Q_OBJECT
public:
    enum class Use : quint8 { Ground, Text };

    /// A name of RuleColour::names() as a person reads it, and a picture of a colour; crossed out when it is none.
    static QString shownName(const QString &name);
    static QIcon swatch(const QColor &color);

    ColourChoice(Use use, const QString &accessibleName, QWidget *parent = nullptr);

    const RuleColour &colour() const { return m_colour; }
    void setColour(const RuleColour &colour);
    QComboBox *box() const { return m_box; }

Q_SIGNALS:
    /// By the person, not by setColour.
    void colourChosen(const SockScope::RuleColour &colour);

private:
    void fill();
    void showColour();
    void handleActivated(int index);
    void choose(bool dark);

    Use m_use;
    RuleColour m_colour;
    QComboBox *m_box;
    QToolButton *m_light;
    QToolButton *m_dark;
};

} // namespace SockScope
