#include "ui/views/filteredit.h"

#include <QCoreApplication>
#include <QInputMethodEvent>
#include <QPainter>
#include <QStyle>
#include <QTextCharFormat>

#include <algorithm>

#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

FilterEdit::FilterEdit(QWidget *parent)
    : QLineEdit(parent)
{
    // Typing moves the positions; what is wrong is found anew with each text, and stands where it was until then.
    connect(this, &QLineEdit::cursorPositionChanged, this, &FilterEdit::underline);
}

void FilterEdit::setLook(Look look)
{
    m_look = look;
    const QString name = look == Look::Valid ? u"valid"_s : look == Look::Invalid ? u"invalid"_s : QString();
    if (property("filterState").toString() == name)
        return;
    setProperty("filterState", name);
    style()->unpolish(this);
    style()->polish(this);
}

void FilterEdit::setWrong(int column, int length)
{
    if (column == m_wrongColumn && length == m_wrongLength)
        return;
    m_wrongColumn = column;
    m_wrongLength = length;
    underline();
}

void FilterEdit::clearWrong()
{
    if (m_wrongColumn >= 0)
        setWrong(-1, 0);
}

void FilterEdit::setProgress(double progress)
{
    if (qFuzzyCompare(progress + 2, m_progress + 2))
        return;
    m_progress = progress;
    update();
}

void FilterEdit::underline()
{
    if (m_composing)
        return; // an empty event would end what the input method composes
    QList<QInputMethodEvent::Attribute> attributes;
    const int characters = static_cast<int>(text().size());
    if (m_wrongColumn >= 0 && characters > 0) {
        const int from = std::clamp(m_wrongColumn, 0, characters - 1);
        const int length = std::clamp(m_wrongLength, 1, characters - from);
        QTextCharFormat format;
        format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        format.setUnderlineColor(Theme::instance()->colors().error);
        attributes.append({QInputMethodEvent::TextFormat, from - cursorPosition(), length, format});
    }
    QInputMethodEvent event(QString(), attributes);
    QLineEdit::inputMethodEvent(&event);
}

void FilterEdit::inputMethodEvent(QInputMethodEvent *event)
{
    m_composing = !event->preeditString().isEmpty();
    QLineEdit::inputMethodEvent(event);
}

void FilterEdit::paintEvent(QPaintEvent *event)
{
    QLineEdit::paintEvent(event);
    if (m_progress < 0)
        return;
    constexpr int thick = 2;
    QPainter painter(this);
    const QRect area = rect().adjusted(2, 0, -2, -1);
    const int width = static_cast<int>(area.width() * std::min(m_progress, 1.0));
    painter.fillRect(area.left(), area.bottom() - thick + 1, width, thick, Theme::instance()->colors().accent);
}

} // namespace SockScope
