// What a person does to the bytes: keys, mouse, menu.
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QScrollBar>

#include "ui/icons.h"
#include "ui/views/hexview.h"

namespace SockScope {

bool HexView::event(QEvent *event)
{
    // Ctrl+F looks for a message everywhere else; here, where the bytes have the focus, it looks among them.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent *>(event)->matches(QKeySequence::Find)) {
        event->accept();
        return true;
    }
    return QAbstractScrollArea::event(event);
}

bool HexView::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::Leave)
        hover(-1);
    return QAbstractScrollArea::viewportEvent(event);
}

void HexView::hover(qsizetype offset)
{
    if (offset == m_hovered)
        return;
    m_hovered = offset;
    Q_EMIT byteHovered(offset);
}

void HexView::keyPressEvent(QKeyEvent *event)
{
    const bool extend = event->modifiers() & Qt::ShiftModifier;
    const bool control = event->modifiers() & Qt::ControlModifier;
    const qsizetype page = static_cast<qsizetype>(verticalScrollBar()->pageStep()) * m_perLine;
    if (event->matches(QKeySequence::Copy))
        return copyAs(BytesFormat::Hex);
    if (event->matches(QKeySequence::SelectAll))
        return selectAll();
    if (event->matches(QKeySequence::Find))
        return Q_EMIT findRequested();
    switch (event->key()) {
    case Qt::Key_Left:
        return moveCursor(m_cursor - 1, extend);
    case Qt::Key_Right:
        return moveCursor(m_cursor + 1, extend);
    case Qt::Key_Up:
        return m_cursor >= m_perLine ? moveCursor(m_cursor - m_perLine, extend) : void();
    case Qt::Key_Down:
        return m_cursor + m_perLine < m_bytes.size() ? moveCursor(m_cursor + m_perLine, extend) : void();
    case Qt::Key_PageUp:
        return moveCursor(m_cursor - page, extend);
    case Qt::Key_PageDown:
        return moveCursor(m_cursor + page, extend);
    case Qt::Key_Home:
        return moveCursor(control ? 0 : m_cursor - m_cursor % m_perLine, extend);
    case Qt::Key_End:
        return moveCursor(control ? m_bytes.size() - 1 : m_cursor - m_cursor % m_perLine + m_perLine - 1, extend);
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void HexView::mousePressEvent(QMouseEvent *event)
{
    event->accept();
    if (event->button() == Qt::LeftButton && !m_bytes.isEmpty())
        moveCursor(offsetAt(event->position().toPoint()), event->modifiers() & Qt::ShiftModifier);
}

void HexView::mouseReleaseEvent(QMouseEvent *event)
{
    event->accept();
}

void HexView::mouseMoveEvent(QMouseEvent *event)
{
    event->accept();
    hover(byteAt(event->position().toPoint()));
    if ((event->buttons() & Qt::LeftButton) && !m_bytes.isEmpty())
        moveCursor(offsetAt(event->position().toPoint()), true);
}

void HexView::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    const auto add = [&](const QString &text, BytesFormat format) {
        QAction *action = menu.addAction(themeIcon(u"copy"), text, this, [this, format] { copyAs(format); });
        action->setEnabled(!m_bytes.isEmpty());
    };
    add(tr("Copy as He&x"), BytesFormat::Hex);
    add(tr("Copy as &Text"), BytesFormat::Text);
    add(tr("Copy as &C Array"), BytesFormat::CArray);
    add(tr("Copy as &Base64"), BytesFormat::Base64);
    menu.addSeparator();
    menu.addAction(themeIcon(u"find"), tr("&Find Bytes…"), QKeySequence(QKeySequence::Find), this,
                   &HexView::findRequested)
        ->setEnabled(!m_bytes.isEmpty());
    Q_EMIT menuOpening(&menu);
    menu.addSeparator();
    menu.addAction(tr("Select &All"), this, &HexView::selectAll)->setEnabled(!m_bytes.isEmpty());
    menu.exec(event->globalPos());
}

} // namespace SockScope
