#pragma once

#include <QColor>
#include <QObject>
#include <QPalette>

#include <array>

namespace SockScope {

struct RuleColour;

/*! The colours of the window, light or dark, and who asked for them.
 *  Path    beside the views: the palette, the style sheet, the icons and the delegates ask it
 *  Shape   a mode (system, light, dark) and from it one set of colours: one accent, three signals, the rest greys
 *  Units   sRGB
 *  Errors  none
 *  Thread  the window's
 *  Source  contrast of text at least 4.5:1 on its ground (WCAG 2.1, 1.4.3)
 */
class Theme : public QObject
{
    Q_OBJECT
public:
    enum class Mode : quint8 {
        System, ///< as light or dark as the application's palette was before we touched it
        Light,
        Dark
    };
    Q_ENUM(Mode)

    struct Colors
    {
        QColor window;
        QColor base;
        QColor alternate;
        QColor raised; ///< headers, tabs
        QColor text;
        QColor secondary; ///< labels, units, what is read second
        QColor disabled;
        QColor border;
        QColor accent;
        QColor onAccent;
        QColor selection; ///< of rows: the accent, quiet
        QColor mark;      ///< marked rows, the bytes of a chosen field
        QColor ok;
        QColor warning;
        QColor error;
        QColor okGround;
        QColor warningGround;
        QColor errorGround;
        std::array<QColor, 10> ruleGrounds; ///< of rows, in the order of RuleColour::names()
        std::array<QColor, 10> ruleTexts;   ///< readable on each of ruleGrounds, and on base
    };

    static Theme *instance();
    /// The application is ours: Fusion and our own palettes in every mode. Without it, System leaves the application
    /// that embeds the window as it is.
    void takeOver();
    void setMode(Mode mode);
    Mode mode() const { return m_mode; }
    bool isDark() const { return m_dark; }
    const Colors &colors() const { return m_colors; }
    /// For the whole window; made from resources/themes/inspector.qss.
    QString styleSheet() const;
    /// Invalid when the rule gives no ground.
    QColor ruleGround(const RuleColour &colour) const;
    /// What is read on that ground: the rule's colour, or the theme's text, or black or white where neither is
    /// readable.
    QColor ruleText(const RuleColour &colour, const RuleColour &ground) const;
    /// From 1 to 21.
    static double contrast(const QColor &a, const QColor &b);
    static QColor mix(const QColor &a, const QColor &b, double partOfB);

Q_SIGNALS:
    void changed();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    explicit Theme(QObject *parent);
    void apply();

    QPalette m_systemPalette;
    Colors m_colors;
    Mode m_mode = Mode::System;
    bool m_ours = false;
    bool m_dark = false;
    bool m_applying = false;
};

} // namespace SockScope
