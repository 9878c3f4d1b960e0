#include "ui/theme.h"

#include <QApplication>
#include <QEvent>
#include <QFile>
#include <QPointer>
#include <QStyle>
#include <QStyleFactory>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/models/rulecolour.h"

static void initResources()
{
    Q_INIT_RESOURCE(sockscope);
}

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

std::array<QColor, 10> rgbs(const std::array<QRgb, 10> &values)
{
    std::array<QColor, 10> colors;
    std::transform(values.begin(), values.end(), colors.begin(), [](QRgb value) { return QColor(value); });
    return colors;
}

/// WCAG 2.1, relative luminance.
double luminance(const QColor &color)
{
    const auto linear = [](double channel) {
        return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(static_cast<double>(color.redF())) + 0.7152 * linear(static_cast<double>(color.greenF())) +
           0.0722 * linear(static_cast<double>(color.blueF()));
}

Theme::Colors lightColors()
{
    Theme::Colors c;
    c.window = QColor(0xf3, 0xf4, 0xf6);
    c.base = QColor(0xff, 0xff, 0xff);
    c.alternate = QColor(0xf8, 0xf9, 0xfa);
    c.raised = QColor(0xea, 0xec, 0xef);
    c.text = QColor(0x1c, 0x20, 0x24);
    c.secondary = QColor(0x5a, 0x63, 0x6c);
    c.disabled = QColor(0x9a, 0xa2, 0xaa);
    c.border = QColor(0xd3, 0xd7, 0xdc);
    c.accent = QColor(0x0a, 0x66, 0x90);
    c.onAccent = QColor(0xff, 0xff, 0xff);
    c.selection = QColor(0xd3, 0xe7, 0xf1);
    c.mark = QColor(0xff, 0xec, 0xb3);
    c.ok = QColor(0x1d, 0x74, 0x40);
    c.warning = QColor(0x8a, 0x59, 0x00);
    c.error = QColor(0xb3, 0x26, 0x1e);
    c.okGround = QColor(0xe6, 0xf4, 0xea);
    c.warningGround = QColor(0xfd, 0xf3, 0xdc);
    c.errorGround = QColor(0xfc, 0xe8, 0xe6);
    c.ruleGrounds =
        rgbs({0xfce4e1, 0xfdebd8, 0xfbf3cf, 0xe4f3e6, 0xdcf2f0, 0xe1edfa, 0xece6fa, 0xfbe4f1, 0xf1e7dc, 0xe8eaed});
    c.ruleTexts =
        rgbs({0xa8201a, 0x8a4700, 0x6b5500, 0x1b6a39, 0x0b6560, 0x17569c, 0x5b3ba8, 0x9c1f68, 0x6f4a24, 0x4d555d});
    return c;
}

Theme::Colors darkColors()
{
    Theme::Colors c;
    c.window = QColor(0x1f, 0x23, 0x27);
    c.base = QColor(0x17, 0x1a, 0x1d);
    c.alternate = QColor(0x1b, 0x1f, 0x22);
    c.raised = QColor(0x29, 0x2e, 0x33);
    c.text = QColor(0xe1, 0xe5, 0xe8);
    c.secondary = QColor(0xa3, 0xad, 0xb6);
    c.disabled = QColor(0x68, 0x71, 0x79);
    c.border = QColor(0x38, 0x3e, 0x44);
    c.accent = QColor(0x57, 0xb8, 0xdc);
    c.onAccent = QColor(0x0c, 0x1a, 0x21);
    c.selection = QColor(0x1c, 0x40, 0x51);
    c.mark = QColor(0x54, 0x47, 0x1b);
    c.ok = QColor(0x73, 0xc9, 0x8e);
    c.warning = QColor(0xe3, 0xb3, 0x53);
    c.error = QColor(0xf2, 0x85, 0x7b);
    c.okGround = QColor(0x1b, 0x33, 0x24);
    c.warningGround = QColor(0x38, 0x2e, 0x16);
    c.errorGround = QColor(0x40, 0x20, 0x1e);
    c.ruleGrounds =
        rgbs({0x42211f, 0x40291a, 0x3a3217, 0x1b3323, 0x163331, 0x1a2f45, 0x2c2747, 0x40213a, 0x362a20, 0x2c3136});
    c.ruleTexts =
        rgbs({0xf5928a, 0xeda869, 0xdcc25f, 0x7fce98, 0x6fcfc7, 0x8cbcf0, 0xb9a6f2, 0xf095c8, 0xd3b18d, 0xb3bcc4});
    return c;
}

/// The greys of a palette that is not ours, with our signals.
Theme::Colors borrowedColors(const QPalette &palette, bool dark)
{
    Theme::Colors c = dark ? darkColors() : lightColors();
    c.window = palette.color(QPalette::Window);
    c.base = palette.color(QPalette::Base);
    c.alternate = palette.color(QPalette::AlternateBase);
    c.text = palette.color(QPalette::Text);
    c.raised = Theme::mix(c.window, c.text, 0.05);
    c.secondary = Theme::mix(c.text, c.base, 0.3);
    c.disabled = palette.color(QPalette::Disabled, QPalette::Text);
    c.border = Theme::mix(c.window, c.text, 0.18);
    return c;
}

QPalette paletteOf(const Theme::Colors &c)
{
    QPalette p;
    const auto all = [&p](QPalette::ColorRole role, const QColor &color, const QColor &disabled) {
        p.setColor(QPalette::Active, role, color);
        p.setColor(QPalette::Inactive, role, color);
        p.setColor(QPalette::Disabled, role, disabled);
    };
    all(QPalette::Window, c.window, c.window);
    all(QPalette::WindowText, c.text, c.disabled);
    all(QPalette::Base, c.base, c.window);
    all(QPalette::AlternateBase, c.alternate, c.alternate);
    all(QPalette::Text, c.text, c.disabled);
    all(QPalette::Button, c.raised, c.window);
    all(QPalette::ButtonText, c.text, c.disabled);
    all(QPalette::BrightText, c.error, c.error);
    all(QPalette::ToolTipBase, c.raised, c.raised);
    all(QPalette::ToolTipText, c.text, c.text);
    all(QPalette::PlaceholderText, c.secondary, c.disabled);
    all(QPalette::Highlight, c.selection, c.raised);
    all(QPalette::HighlightedText, c.text, c.disabled);
    all(QPalette::Link, c.accent, c.disabled);
    all(QPalette::LinkVisited, c.accent, c.disabled);
    all(QPalette::Light, Theme::mix(c.raised, c.base, 0.5), c.raised);
    all(QPalette::Midlight, c.raised, c.raised);
    all(QPalette::Mid, c.border, c.border);
    all(QPalette::Dark, Theme::mix(c.border, c.text, 0.2), c.border);
    all(QPalette::Shadow, Theme::mix(c.border, Qt::black, 0.5), c.border);
    return p;
}

} // namespace

Theme *Theme::instance()
{
    static QPointer<Theme> theme; // dies with the application, so that a second one in a test starts anew
    if (!theme)
        theme = new Theme(qApp);
    return theme;
}

Theme::Theme(QObject *parent)
    : QObject(parent)
    , m_systemPalette(QApplication::palette())
{
    initResources();
    qApp->installEventFilter(this);
    apply();
}

void Theme::takeOver()
{
    m_ours = true;
    QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
    apply();
}

void Theme::setMode(Mode mode)
{
    if (mode == m_mode)
        return;
    m_mode = mode;
    apply();
}

QColor Theme::mix(const QColor &a, const QColor &b, double partOfB)
{
    const auto channel = [partOfB](float x, float y) {
        return static_cast<float>(static_cast<double>(x) * (1 - partOfB) + static_cast<double>(y) * partOfB);
    };
    return QColor::fromRgbF(channel(a.redF(), b.redF()), channel(a.greenF(), b.greenF()),
                            channel(a.blueF(), b.blueF()));
}

double Theme::contrast(const QColor &a, const QColor &b)
{
    const double x = luminance(a) + 0.05;
    const double y = luminance(b) + 0.05;
    return std::max(x, y) / std::min(x, y);
}

QColor Theme::ruleGround(const RuleColour &colour) const
{
    if (colour.own)
        return QColor(QRgb(m_dark ? colour.darkRgb : colour.lightRgb));
    const auto place = static_cast<size_t>(colour.named);
    return colour.named >= 0 && place < m_colors.ruleGrounds.size() ? m_colors.ruleGrounds[place] : QColor();
}

QColor Theme::ruleText(const RuleColour &colour, const RuleColour &ground) const
{
    constexpr double readable = 4.5;
    QColor text = m_colors.text;
    if (colour.own)
        text = QColor(QRgb(m_dark ? colour.darkRgb : colour.lightRgb));
    else if (const auto place = static_cast<size_t>(colour.named);
             colour.named >= 0 && place < m_colors.ruleTexts.size())
        text = m_colors.ruleTexts[place];
    const QColor under = ground.isNone() ? m_colors.base : ruleGround(ground);
    if (contrast(text, under) >= readable)
        return text;
    if (contrast(m_colors.text, under) >= readable)
        return m_colors.text;
    return contrast(Qt::black, under) > contrast(Qt::white, under) ? QColor(Qt::black) : QColor(Qt::white);
}

void Theme::apply()
{
    // Qt 6.4 has no QStyleHints::colorScheme: the palette that the system gave us says how light it is.
    const bool systemDark = m_systemPalette.color(QPalette::Window).lightness() < 128;
    m_dark = m_mode == Mode::System ? systemDark : m_mode == Mode::Dark;
    const bool borrowed = m_mode == Mode::System && !m_ours;
    m_colors = borrowed ? borrowedColors(m_systemPalette, m_dark) : m_dark ? darkColors() : lightColors();
    const QPalette palette = borrowed ? m_systemPalette : paletteOf(m_colors);
    m_applying = true;
    if (QApplication::palette() != palette) {
        QApplication::setPalette(palette);
        QToolTip::setPalette(palette);
    }
    m_applying = false;
    Q_EMIT changed();
}

bool Theme::eventFilter(QObject *watched, QEvent *event)
{
    // The desktop changed its colours while we follow it: without this a person who switches at dusk must restart.
    if (event->type() == QEvent::ThemeChange && watched == qApp && !m_applying && m_mode == Mode::System) {
        m_systemPalette = QApplication::style()->standardPalette();
        apply();
    }
    if (event->type() == QEvent::ApplicationPaletteChange && watched == qApp && !m_applying && !m_ours &&
        m_mode == Mode::System && QApplication::palette() != m_systemPalette) {
        m_systemPalette = QApplication::palette();
        apply();
    }
    return QObject::eventFilter(watched, event);
}

QString Theme::styleSheet() const
{
    QFile file(u":/sockscope/themes/inspector.qss"_s);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QString sheet = QString::fromUtf8(file.readAll());
    std::pair<QString, QColor> names[] = {
        {u"@window"_s, m_colors.window},
        {u"@base"_s, m_colors.base},
        {u"@raised"_s, m_colors.raised},
        {u"@text"_s, m_colors.text},
        {u"@secondary"_s, m_colors.secondary},
        {u"@disabled"_s, m_colors.disabled},
        {u"@border"_s, m_colors.border},
        {u"@field"_s, mix(m_colors.border, m_colors.text, 0.15)},
        {u"@accent"_s, m_colors.accent},
        {u"@onAccent"_s, m_colors.onAccent},
        {u"@selection"_s, m_colors.selection},
        {u"@okGround"_s, m_colors.okGround},
        {u"@warningGround"_s, m_colors.warningGround},
        {u"@errorGround"_s, m_colors.errorGround},
        {u"@ok"_s, m_colors.ok},
        {u"@warning"_s, m_colors.warning},
        {u"@error"_s, m_colors.error},
    };
    // Longer names first: @ok is the beginning of @okGround.
    std::sort(std::begin(names), std::end(names),
              [](const auto &a, const auto &b) { return a.first.size() > b.first.size(); });
    sheet.replace("@check."_L1, m_dark ? "check-dark."_L1 : "check-light."_L1);
    for (const auto &[name, color] : names)
        sheet.replace(name, color.name());
    return sheet;
}

} // namespace SockScope
