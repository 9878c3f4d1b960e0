#include "ui/views/colourchoice.h"

#include <QColorDialog>
#include <QComboBox>
#include <QHBoxLayout>
#include <QPainter>
#include <QToolButton>

#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

QString ColourChoice::shownName(const QString &name)
{
    const QString names[] = {tr("Red"),  tr("Orange"), tr("Yellow"), tr("Green"), tr("Teal"),
                             tr("Blue"), tr("Violet"), tr("Pink"),   tr("Brown"), tr("Grey")};
    const qsizetype place = RuleColour::names().indexOf(name);
    return place < 0 || place >= std::ssize(names) ? name : names[place];
}

QIcon ColourChoice::swatch(const QColor &color)
{
    QPixmap pixmap(14, 14);
    pixmap.fill(color.isValid() ? color : QColor(Qt::transparent));
    QPainter painter(&pixmap);
    painter.setPen(Theme::instance()->colors().secondary);
    painter.drawRect(0, 0, pixmap.width() - 1, pixmap.height() - 1);
    if (!color.isValid())
        painter.drawLine(0, pixmap.height() - 1, pixmap.width() - 1, 0);
    return {pixmap};
}

ColourChoice::ColourChoice(Use use, const QString &accessibleName, QWidget *parent)
    : QWidget(parent)
    , m_use(use)
    , m_box(new QComboBox(this))
    , m_light(new QToolButton(this))
    , m_dark(new QToolButton(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_box, 1);
    layout->addWidget(m_light);
    layout->addWidget(m_dark);
    m_box->setAccessibleName(accessibleName);
    setFocusProxy(m_box);
    m_light->setText(tr("Light…"));
    m_light->setToolTip(tr("The colour in the light theme"));
    m_dark->setText(tr("Dark…"));
    m_dark->setToolTip(tr("The colour in the dark theme"));
    for (QToolButton *button : {m_light, m_dark}) {
        button->setAccessibleName(accessibleName + u", "_s + button->toolTip());
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setFocusPolicy(Qt::TabFocus);
    }
    connect(m_box, &QComboBox::activated, this, &ColourChoice::handleActivated);
    connect(m_light, &QToolButton::clicked, this, [this] { choose(false); });
    connect(m_dark, &QToolButton::clicked, this, [this] { choose(true); });
    connect(Theme::instance(), &Theme::changed, this, &ColourChoice::fill);
    fill();
}

void ColourChoice::fill()
{
    const Theme::Colors &colors = Theme::instance()->colors();
    m_box->clear();
    m_box->addItem(swatch({}), m_use == Use::Ground ? tr("No Ground") : tr("As the Theme Has It"));
    for (int i = 0; i < RuleColour::names().size(); ++i) {
        const auto place = static_cast<size_t>(i);
        m_box->addItem(swatch(m_use == Use::Ground ? colors.ruleGrounds[place] : colors.ruleTexts[place]),
                       shownName(RuleColour::names().at(i)));
    }
    m_box->addItem(swatch({}), tr("My Own"));
    showColour();
}

void ColourChoice::setColour(const RuleColour &colour)
{
    m_colour = colour;
    showColour();
}

void ColourChoice::showColour()
{
    m_box->setCurrentIndex(m_colour.own ? m_box->count() - 1 : m_colour.named + 1);
    for (QToolButton *button : {m_light, m_dark})
        button->setVisible(m_colour.own);
    if (!m_colour.own)
        return;
    m_light->setIcon(swatch(QColor(QRgb(m_colour.lightRgb))));
    m_dark->setIcon(swatch(QColor(QRgb(m_colour.darkRgb))));
}

void ColourChoice::handleActivated(int index)
{
    RuleColour colour;
    if (index == m_box->count() - 1) {
        // One's own begins as what was there.
        const QColor start =
            m_use == Use::Ground ? Theme::instance()->ruleGround(m_colour) : Theme::instance()->ruleText(m_colour, {});
        const quint32 rgb = (start.isValid() ? start : Theme::instance()->colors().base).rgb();
        colour = m_colour.own ? m_colour : RuleColour::ofRgb(rgb, rgb);
    } else {
        colour.named = index - 1;
    }
    setColour(colour);
    Q_EMIT colourChosen(m_colour);
}

void ColourChoice::choose(bool dark)
{
    auto *dialog = new QColorDialog(QColor(QRgb(dark ? m_colour.darkRgb : m_colour.lightRgb)), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(dark ? m_dark->toolTip() : m_light->toolTip());
    connect(dialog, &QColorDialog::colorSelected, this, [this, dark](const QColor &color) {
        setColour(dark ? RuleColour::ofRgb(m_colour.lightRgb, color.rgb())
                       : RuleColour::ofRgb(color.rgb(), m_colour.darkRgb));
        Q_EMIT colourChosen(m_colour);
    });
    dialog->open();
}

} // namespace SockScope
