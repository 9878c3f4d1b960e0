#include "ui/views/hexview.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QPainter>
#include <QResizeEvent>
#include <QScrollBar>

#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {
constexpr int margin = 6;
constexpr char digits[] = "0123456789abcdef";
} // namespace

HexView::HexView(QWidget *parent)
    : QAbstractScrollArea(parent)
{
    setObjectName(u"hexView"_s);
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setMouseTracking(true);
    setAccessibleName(tr("Bytes of the message"));
    setAccessibleDescription(tr("Hexadecimal and text; arrows move, Shift and arrows select, Ctrl+C copies as hex"));
    m_emptyText = tr("No message chosen");
    updateLayout();
}

void HexView::setBytes(const Bytes &bytes)
{
    m_bytes = bytes;
    m_anchor = m_cursor = 0;
    m_selected = false;
    m_highlightOffset = m_highlightLength = 0;
    m_softOffset = m_softLength = 0;
    m_hovered = -1;
    updateLayout();
    verticalScrollBar()->setValue(0);
    viewport()->update();
    Q_EMIT selectionChanged(0, 0);
}

void HexView::setEmptyText(const QString &text)
{
    m_emptyText = text;
    viewport()->update();
}

void HexView::setHighlight(qsizetype offset, qsizetype length, bool scroll)
{
    m_highlightOffset = qBound<qsizetype>(0, offset, m_bytes.size());
    m_highlightLength = qBound<qsizetype>(0, length, m_bytes.size() - m_highlightOffset);
    if (scroll && m_highlightLength > 0)
        scrollTo(m_highlightOffset);
    viewport()->update();
}

void HexView::setSoftHighlight(qsizetype offset, qsizetype length)
{
    offset = qBound<qsizetype>(0, offset, m_bytes.size());
    length = qBound<qsizetype>(0, length, m_bytes.size() - offset);
    if (offset == m_softOffset && length == m_softLength)
        return;
    updateRange(m_softOffset, m_softLength);
    m_softOffset = offset;
    m_softLength = length;
    updateRange(m_softOffset, m_softLength);
}

void HexView::updateRange(qsizetype offset, qsizetype length)
{
    if (length <= 0)
        return;
    const qsizetype top = verticalScrollBar()->value();
    const qsizetype visible = viewport()->height() / m_lineHeight + 2;
    const qsizetype first = qMax<qsizetype>(0, offset / m_perLine - top);
    const qsizetype last = qMin(visible, (offset + length - 1) / m_perLine - top);
    if (first <= last)
        viewport()->update(0, static_cast<int>(first) * m_lineHeight, viewport()->width(),
                           static_cast<int>(last - first + 1) * m_lineHeight + 4);
}

void HexView::select(qsizetype offset, qsizetype length)
{
    if (m_bytes.isEmpty() || length <= 0) {
        m_selected = false;
    } else {
        m_anchor = qBound<qsizetype>(0, offset, m_bytes.size() - 1);
        m_cursor = qBound<qsizetype>(m_anchor, offset + length - 1, m_bytes.size() - 1);
        m_selected = true;
        if (length < m_bytes.size())
            scrollTo(m_anchor);
    }
    viewport()->update();
    Q_EMIT selectionChanged(selectionOffset(), selectionLength());
}

bool HexView::find(QByteArrayView needle, bool forward)
{
    if (needle.isEmpty() || needle.size() > m_bytes.size())
        return false;
    const QByteArrayView bytes = m_bytes.view();
    qsizetype place = -1;
    if (forward) {
        place = bytes.indexOf(needle, m_selected ? selectionOffset() + 1 : m_cursor);
        if (place < 0)
            place = bytes.indexOf(needle);
    } else {
        const qsizetype before = m_selected ? selectionOffset() - 1 : m_cursor;
        place = before < 0 ? -1 : bytes.first(qMin(bytes.size(), before + needle.size())).lastIndexOf(needle);
        if (place < 0)
            place = bytes.lastIndexOf(needle);
    }
    if (place < 0)
        return false;
    select(place, needle.size());
    return true;
}

qsizetype HexView::selectionOffset() const
{
    return m_selected ? qMin(m_anchor, m_cursor) : 0;
}

qsizetype HexView::selectionLength() const
{
    return m_selected ? qAbs(m_anchor - m_cursor) + 1 : 0;
}

QByteArrayView HexView::chosen() const
{
    if (m_selected)
        return m_bytes.view().sliced(selectionOffset(), selectionLength());
    if (m_highlightLength > 0)
        return m_bytes.view().sliced(m_highlightOffset, m_highlightLength);
    return m_bytes.view();
}

QSize HexView::sizeHint() const
{
    return {columnCount(16) * m_charWidth + 2 * margin + 16, 12 * m_lineHeight};
}

void HexView::copyAs(BytesFormat format) const
{
    if (!m_bytes.isEmpty())
        copyBytes(m_bytes.slice(chosen().data() - m_bytes.view().data(), chosen().size()), format);
}

void HexView::selectAll()
{
    select(0, m_bytes.size());
}

qsizetype HexView::lineCount() const
{
    return (m_bytes.size() + m_perLine - 1) / m_perLine;
}

int HexView::columnCount(int perLine) const
{
    return m_offsetDigits + 2 + perLine * 3 + (perLine - 1) / 8 + 1 + perLine;
}

int HexView::hexColumn(int index) const
{
    return m_offsetDigits + 2 + index * 3 + index / 8;
}

int HexView::textColumn() const
{
    return hexColumn(m_perLine - 1) + 4;
}

void HexView::updateLayout()
{
    const QFontMetrics metrics(font());
    m_charWidth = qMax(1, metrics.horizontalAdvance(u'0'));
    m_lineHeight = metrics.height() + 2;
    m_offsetDigits = m_bytes.size() > 0x10000 ? 8 : 4;
    const int width = viewport()->width() - 2 * margin;
    m_perLine = 4;
    for (const int candidate : {8, 16, 32})
        if (columnCount(candidate) * m_charWidth <= width)
            m_perLine = candidate;
    const int page = qMax(1, viewport()->height() / m_lineHeight);
    verticalScrollBar()->setPageStep(page);
    verticalScrollBar()->setRange(0, static_cast<int>(qMax<qsizetype>(0, lineCount() - page)));
    horizontalScrollBar()->setPageStep(qMax(1, width));
    horizontalScrollBar()->setRange(0, qMax(0, columnCount(m_perLine) * m_charWidth - width));
}

QRect HexView::byteRect(qsizetype offset) const
{
    const int index = static_cast<int>(offset % m_perLine);
    const qsizetype line = offset / m_perLine - verticalScrollBar()->value();
    const int x = margin - horizontalScrollBar()->value() + hexColumn(index) * m_charWidth;
    return {x, static_cast<int>(line) * m_lineHeight + 2, 2 * m_charWidth, m_lineHeight};
}

void HexView::scrollTo(qsizetype offset)
{
    const int line = static_cast<int>(offset / m_perLine);
    QScrollBar *bar = verticalScrollBar();
    if (line < bar->value())
        bar->setValue(line);
    else if (line >= bar->value() + bar->pageStep())
        bar->setValue(line - bar->pageStep() + 1);
}

qsizetype HexView::offsetAt(QPoint position) const
{
    const qsizetype line = verticalScrollBar()->value() + qMax(0, position.y() - 2) / m_lineHeight;
    const int column = (position.x() - margin + horizontalScrollBar()->value()) / m_charWidth;
    int index = 0;
    if (column >= textColumn()) {
        index = column - textColumn();
    } else {
        // A group's gap belongs to the byte before it.
        while (index + 1 < m_perLine && hexColumn(index + 1) <= column)
            ++index;
    }
    index = qBound(0, index, m_perLine - 1);
    return qBound<qsizetype>(0, line * m_perLine + index, m_bytes.size() - 1);
}

qsizetype HexView::byteAt(QPoint position) const
{
    if (m_bytes.isEmpty() || position.y() < 2)
        return -1;
    const qsizetype line = verticalScrollBar()->value() + (position.y() - 2) / m_lineHeight;
    const int column = (position.x() - margin + horizontalScrollBar()->value()) / m_charWidth;
    const bool inHex = column >= hexColumn(0) && column < hexColumn(m_perLine - 1) + 2;
    const bool inText = column >= textColumn() && column < textColumn() + m_perLine;
    const qsizetype offset = offsetAt(position);
    return line < lineCount() && (inHex || inText) && offset / m_perLine == line ? offset : -1;
}

void HexView::moveCursor(qsizetype offset, bool extend)
{
    if (m_bytes.isEmpty())
        return;
    m_cursor = qBound<qsizetype>(0, offset, m_bytes.size() - 1);
    if (!extend)
        m_anchor = m_cursor;
    m_selected = true;
    scrollTo(m_cursor);
    viewport()->update();
    Q_EMIT selectionChanged(selectionOffset(), selectionLength());
    if (!extend)
        Q_EMIT byteClicked(m_cursor);
}

void HexView::fillRange(QPainter &painter, qsizetype line, int y, qsizetype offset, qsizetype length,
                        const QColor &color) const
{
    const qsizetype lineStart = line * m_perLine;
    const auto first = static_cast<int>(qMax(offset, lineStart) - lineStart);
    const auto last = static_cast<int>(qMin(offset + length, lineStart + m_perLine) - lineStart) - 1;
    if (length <= 0 || first > last || first >= m_perLine || last < 0)
        return;
    const int x = margin - horizontalScrollBar()->value();
    const int half = m_charWidth / 2;
    painter.fillRect(QRect(x + hexColumn(first) * m_charWidth - half, y,
                           (hexColumn(last) - hexColumn(first) + 3) * m_charWidth, m_lineHeight),
                     color);
    painter.fillRect(QRect(x + (textColumn() + first) * m_charWidth, y, (last - first + 1) * m_charWidth, m_lineHeight),
                     color);
}

void HexView::drawLine(QPainter &painter, qsizetype line, int y) const
{
    const Theme::Colors &colors = Theme::instance()->colors();
    fillRange(painter, line, y, m_softOffset, m_softLength, Theme::mix(colors.base, colors.mark, 0.5));
    fillRange(painter, line, y, m_highlightOffset, m_highlightLength, colors.mark);
    if (m_selected)
        fillRange(painter, line, y, selectionOffset(), selectionLength(), colors.selection);

    const qsizetype start = line * m_perLine;
    const int count = static_cast<int>(qMin<qsizetype>(m_perLine, m_bytes.size() - start));
    QString hex(hexColumn(m_perLine - 1) + 2, u' ');
    QString text(m_perLine, u' ');
    QString dots(m_perLine, u' ');
    for (int i = 0; i < count; ++i) {
        const auto byte = static_cast<uchar>(m_bytes.data()[start + i]);
        hex[hexColumn(i)] = QLatin1Char(digits[byte >> 4]);
        hex[hexColumn(i) + 1] = QLatin1Char(digits[byte & 15]);
        if (byte >= 0x20 && byte < 0x7f)
            text[i] = QLatin1Char(static_cast<char>(byte));
        else
            dots[i] = QChar(u'·');
    }
    const int x = margin - horizontalScrollBar()->value();
    const int base = y + QFontMetrics(font()).ascent() + 1;
    painter.setPen(colors.secondary);
    painter.drawText(x, base, u"%1"_s.arg(qulonglong(start), m_offsetDigits, 16, QLatin1Char('0')));
    painter.drawText(x + textColumn() * m_charWidth, base, dots);
    painter.setPen(colors.text);
    painter.drawText(x, base, hex);
    painter.drawText(x + textColumn() * m_charWidth, base, text);
}

void HexView::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    const Theme::Colors &colors = Theme::instance()->colors();
    if (m_bytes.isEmpty()) {
        painter.setFont(QApplication::font());
        painter.setPen(colors.secondary);
        painter.drawText(viewport()->rect().adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
        return;
    }
    painter.setFont(font());
    const qsizetype top = verticalScrollBar()->value();
    const qsizetype first = top + qMax(0, event->rect().top() - 2) / m_lineHeight;
    const qsizetype last = qMin(lineCount(), top + event->rect().bottom() / m_lineHeight + 1);
    for (qsizetype line = first; line < last; ++line)
        drawLine(painter, line, static_cast<int>(line - top) * m_lineHeight + 2);
    if (hasFocus()) {
        painter.setPen(colors.accent);
        painter.drawRect(byteRect(m_cursor).adjusted(-2, 0, 1, -1));
    }
}

void HexView::resizeEvent(QResizeEvent *event)
{
    const qsizetype top = static_cast<qsizetype>(verticalScrollBar()->value()) * m_perLine;
    QAbstractScrollArea::resizeEvent(event);
    updateLayout();
    verticalScrollBar()->setValue(static_cast<int>(top / m_perLine));
}

void HexView::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateLayout();
}

} // namespace SockScope
