#include "ui/views/bytediffview.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFontDatabase>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {
constexpr int margin = 6;
constexpr int signColumns = 2;
constexpr int gapColumns = 2;
constexpr qsizetype copiedBytes = 1024 * 1024;
} // namespace

ByteDiffView::ByteDiffView(QWidget *parent)
    : QAbstractScrollArea(parent)
    , m_starts{0}
{
    setObjectName(u"byteDiffView"_s);
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setAccessibleName(tr("Bytes of both messages"));
    setAccessibleDescription(tr("N and P go to the next and previous difference, Ctrl+C copies the current one"));
    updateLayout();
}

void ByteDiffView::setDiff(const Bytes &left, const Bytes &right, ByteDiff diff)
{
    m_left = left;
    m_right = right;
    m_diff = std::move(diff);
    m_starts.assign(1, 0);
    m_differences.clear();
    for (size_t i = 0; i < m_diff.runs().size(); ++i) {
        const ByteRun &run = m_diff.runs()[i];
        m_starts.push_back(m_starts.back() + qMax(run.leftLength, run.rightLength));
        if (!run.same)
            m_differences.push_back(i);
    }
    m_current = -1;
    m_litLength = 0;
    updateLayout();
    verticalScrollBar()->setValue(0);
    viewport()->update();
}

void ByteDiffView::goToDifference(qsizetype number)
{
    if (number < 0 || number >= differenceCount())
        return;
    m_current = number;
    m_litLength = 0;
    scrollToPlace(m_starts[m_differences[static_cast<size_t>(number)]]);
    viewport()->update();
    Q_EMIT currentDifferenceChanged(number);
}

void ByteDiffView::goToNext(bool forward)
{
    const qsizetype count = differenceCount();
    if (count == 0)
        return;
    if (m_current < 0)
        return goToDifference(forward ? 0 : count - 1);
    goToDifference((m_current + (forward ? 1 : -1) + count) % count);
}

void ByteDiffView::showRange(Side side, qsizetype offset, qsizetype length)
{
    const qsizetype size = (side == Side::Left ? m_left : m_right).size();
    m_litSide = side;
    m_litOffset = qBound<qsizetype>(0, offset, size);
    m_litLength = qBound<qsizetype>(0, length, size - m_litOffset);
    if (m_litLength > 0)
        scrollToPlace(placeOf(side, m_litOffset));
    viewport()->update();
}

QString ByteDiffView::currentText() const
{
    if (m_current < 0)
        return {};
    const ByteRun &run = m_diff.runs()[m_differences[static_cast<size_t>(m_current)]];
    const auto hex = [](const Bytes &bytes, qsizetype offset, qsizetype length) {
        return Format::hex(bytes.view().sliced(offset, length), copiedBytes);
    };
    return u"%1: %2\n%3: %4\n"_s.arg(Format::count(qint64(run.leftOffset)), hex(m_left, run.leftOffset, run.leftLength),
                                     Format::count(qint64(run.rightOffset)),
                                     hex(m_right, run.rightOffset, run.rightLength));
}

size_t ByteDiffView::runAt(qsizetype place) const
{
    const auto behind = std::upper_bound(m_starts.begin(), m_starts.end(), place);
    return static_cast<size_t>(behind - m_starts.begin()) - 1;
}

qsizetype ByteDiffView::placeOf(Side side, qsizetype offset) const
{
    const auto &runs = m_diff.runs();
    const auto behind = std::upper_bound(runs.begin(), runs.end(), offset, [side](qsizetype value, const ByteRun &run) {
        return value < (side == Side::Left ? run.leftOffset + run.leftLength : run.rightOffset + run.rightLength);
    });
    if (behind == runs.end())
        return m_starts.back();
    const qsizetype start = side == Side::Left ? behind->leftOffset : behind->rightOffset;
    return m_starts[static_cast<size_t>(behind - runs.begin())] + offset - start;
}

qsizetype ByteDiffView::lineCount() const
{
    return (m_starts.back() + m_perLine - 1) / m_perLine;
}

int ByteDiffView::firstColumn(Side side) const
{
    return side == Side::Left ? signColumns : signColumns + columnsOfSide(m_perLine) + gapColumns;
}

QRect ByteDiffView::byteRect(Side side, qsizetype offset) const
{
    const qsizetype place = placeOf(side, offset);
    const qsizetype line = place / m_perLine - verticalScrollBar()->value();
    const int column = firstColumn(side) + m_offsetDigits + 2 + static_cast<int>(place % m_perLine) * 3;
    return {margin - horizontalScrollBar()->value() + column * m_charWidth, static_cast<int>(line) * m_lineHeight + 2,
            2 * m_charWidth, m_lineHeight};
}

QSize ByteDiffView::sizeHint() const
{
    return {(signColumns + 2 * columnsOfSide(8) + gapColumns) * m_charWidth + 2 * margin + 16, 14 * m_lineHeight};
}

void ByteDiffView::updateLayout()
{
    const QFontMetrics metrics(font());
    m_charWidth = qMax(1, metrics.horizontalAdvance(u'0'));
    m_lineHeight = metrics.height() + 3;
    m_offsetDigits = qMax(m_left.size(), m_right.size()) > 0x10000 ? 8 : 4;
    const int width = viewport()->width() - 2 * margin;
    const auto columns = [this](int perLine) { return signColumns + 2 * columnsOfSide(perLine) + gapColumns; };
    m_perLine = 4;
    for (const int candidate : {8, 16})
        if (columns(candidate) * m_charWidth <= width)
            m_perLine = candidate;
    const int page = qMax(1, viewport()->height() / m_lineHeight);
    verticalScrollBar()->setPageStep(page);
    verticalScrollBar()->setRange(0, static_cast<int>(qMax<qsizetype>(0, lineCount() - page)));
    horizontalScrollBar()->setPageStep(qMax(1, width));
    horizontalScrollBar()->setRange(0, qMax(0, columns(m_perLine) * m_charWidth - width));
}

void ByteDiffView::scrollToPlace(qsizetype place)
{
    const int line = static_cast<int>(place / m_perLine);
    QScrollBar *bar = verticalScrollBar();
    if (line < bar->value() || line >= bar->value() + bar->pageStep())
        bar->setValue(line - bar->pageStep() / 3);
}

void ByteDiffView::drawSide(QPainter &painter, Side side, qsizetype line, int y) const
{
    const Theme::Colors &colors = Theme::instance()->colors();
    const bool isLeft = side == Side::Left;
    const Bytes &bytes = isLeft ? m_left : m_right;
    const int x = margin - horizontalScrollBar()->value() + firstColumn(side) * m_charWidth;
    const int base = y + QFontMetrics(font()).ascent() + 1;
    const int hexX = x + (m_offsetDigits + 2) * m_charWidth;
    const int textX = hexX + (m_perLine * 3 + 1) * m_charWidth;
    QFont strong = font();
    strong.setBold(true);
    strong.setUnderline(true);

    const qsizetype begin = line * m_perLine;
    const qsizetype end = qMin(m_starts.back(), begin + m_perLine);
    size_t number = runAt(begin);
    qsizetype firstOffset = -1;
    QString hex(m_perLine * 3, u' ');
    QString text(m_perLine, u' ');
    for (qsizetype place = begin; place < end; ++place) {
        while (place >= m_starts[number + 1])
            ++number;
        const ByteRun &run = m_diff.runs()[number];
        const qsizetype within = place - m_starts[number];
        const qsizetype offset = (isLeft ? run.leftOffset : run.rightOffset) + within;
        const bool present = within < (isLeft ? run.leftLength : run.rightLength);
        const int i = static_cast<int>(place - begin);
        const QRect cell(hexX + i * 3 * m_charWidth - m_charWidth / 2, y, 3 * m_charWidth, m_lineHeight);
        const QRect letter(textX + i * m_charWidth, y, m_charWidth, m_lineHeight);
        const bool lit = side == m_litSide && offset >= m_litOffset && offset < m_litOffset + m_litLength && present;
        if (!run.same || lit) {
            const bool current = m_current >= 0 && m_differences[static_cast<size_t>(m_current)] == number;
            const QColor ground = lit || current ? colors.selection : present ? colors.mark : colors.raised;
            painter.fillRect(cell, ground);
            painter.fillRect(letter, ground);
        }
        if (!present) {
            painter.setPen(colors.secondary);
            painter.drawText(cell.x() + m_charWidth / 2, base, u"··"_s);
            continue;
        }
        if (firstOffset < 0)
            firstOffset = offset;
        const auto byte = static_cast<uchar>(bytes.data()[offset]);
        const QString figures = u"%1"_s.arg(byte, 2, 16, QLatin1Char('0'));
        const QChar character = byte >= 0x20 && byte < 0x7f ? QChar(QLatin1Char(static_cast<char>(byte))) : QChar(u'·');
        if (run.same) {
            hex.replace(i * 3, 2, figures);
            text[i] = character;
            continue;
        }
        painter.setFont(strong);
        painter.setPen(colors.text);
        painter.drawText(hexX + i * 3 * m_charWidth, base, figures);
        painter.drawText(letter.x(), base, character);
        painter.setFont(font());
    }
    painter.setPen(colors.secondary);
    if (firstOffset >= 0)
        painter.drawText(x, base, u"%1"_s.arg(qulonglong(firstOffset), m_offsetDigits, 16, QLatin1Char('0')));
    painter.setPen(colors.text);
    painter.drawText(hexX, base, hex);
    painter.drawText(textX, base, text);
}

void ByteDiffView::drawLine(QPainter &painter, qsizetype line, int y) const
{
    const qsizetype begin = line * m_perLine;
    const qsizetype end = qMin(m_starts.back(), begin + m_perLine);
    bool differs = false;
    for (size_t number = runAt(begin); number < m_diff.runs().size() && m_starts[number] < end && !differs; ++number)
        differs = !m_diff.runs()[number].same;
    if (differs) {
        constexpr int size = 10;
        painter.drawPixmap(margin - horizontalScrollBar()->value(), y + (m_lineHeight - size) / 2,
                           themePixmap(u"changed", size, devicePixelRatioF(), Theme::instance()->colors().accent));
    }
    drawSide(painter, Side::Left, line, y);
    drawSide(painter, Side::Right, line, y);
}

void ByteDiffView::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    const Theme::Colors &colors = Theme::instance()->colors();
    if (m_starts.back() == 0) {
        painter.setFont(QApplication::font());
        painter.setPen(colors.secondary);
        painter.drawText(viewport()->rect(), Qt::AlignCenter, tr("Neither message has bytes."));
        return;
    }
    painter.setFont(font());
    const int middle = margin - horizontalScrollBar()->value() + firstColumn(Side::Right) * m_charWidth - m_charWidth;
    painter.setPen(colors.border);
    painter.drawLine(middle, event->rect().top(), middle, event->rect().bottom());
    const qsizetype top = verticalScrollBar()->value();
    const qsizetype first = top + qMax(0, event->rect().top() - 2) / m_lineHeight;
    const qsizetype last = qMin(lineCount(), top + event->rect().bottom() / m_lineHeight + 1);
    for (qsizetype line = first; line < last; ++line)
        drawLine(painter, line, static_cast<int>(line - top) * m_lineHeight + 2);
}

void ByteDiffView::resizeEvent(QResizeEvent *event)
{
    const qsizetype top = static_cast<qsizetype>(verticalScrollBar()->value()) * m_perLine;
    QAbstractScrollArea::resizeEvent(event);
    updateLayout();
    verticalScrollBar()->setValue(static_cast<int>(top / m_perLine));
}

void ByteDiffView::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateLayout();
}

void ByteDiffView::keyPressEvent(QKeyEvent *event)
{
    QScrollBar *bar = verticalScrollBar();
    if (event->matches(QKeySequence::Copy))
        return QApplication::clipboard()->setText(currentText());
    switch (event->key()) {
    case Qt::Key_N:
        return goToNext(true);
    case Qt::Key_P:
        return goToNext(false);
    case Qt::Key_Up:
        return bar->triggerAction(QAbstractSlider::SliderSingleStepSub);
    case Qt::Key_Down:
        return bar->triggerAction(QAbstractSlider::SliderSingleStepAdd);
    case Qt::Key_PageUp:
        return bar->triggerAction(QAbstractSlider::SliderPageStepSub);
    case Qt::Key_PageDown:
        return bar->triggerAction(QAbstractSlider::SliderPageStepAdd);
    case Qt::Key_Home:
        return bar->triggerAction(QAbstractSlider::SliderToMinimum);
    case Qt::Key_End:
        return bar->triggerAction(QAbstractSlider::SliderToMaximum);
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void ByteDiffView::mousePressEvent(QMouseEvent *event)
{
    event->accept();
    const QPoint position = event->position().toPoint();
    const int column = (position.x() - margin + horizontalScrollBar()->value()) / m_charWidth;
    const Side side = column >= firstColumn(Side::Right) ? Side::Right : Side::Left;
    const int figures = column - firstColumn(side) - m_offsetDigits - 2;
    const int index = figures >= m_perLine * 3 + 1 ? figures - m_perLine * 3 - 1 : figures / 3;
    const qsizetype line = verticalScrollBar()->value() + qMax(0, position.y() - 2) / m_lineHeight;
    const qsizetype place = line * m_perLine + index;
    if (figures < 0 || index >= m_perLine || place >= m_starts.back())
        return;
    const size_t run = runAt(place);
    const auto found = std::lower_bound(m_differences.begin(), m_differences.end(), run);
    if (found != m_differences.end() && *found == run)
        goToDifference(found - m_differences.begin());
}

void ByteDiffView::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    menu.addAction(themeIcon(u"copy"), tr("&Copy Difference"), QKeySequence(QKeySequence::Copy), this,
                   [this] { QApplication::clipboard()->setText(currentText()); })
        ->setEnabled(m_current >= 0);
    menu.addSeparator();
    menu.addAction(themeIcon(u"next"), tr("&Next Difference"), QKeySequence(Qt::Key_N), this,
                   [this] { goToNext(true); })
        ->setEnabled(!m_differences.empty());
    menu.addAction(themeIcon(u"previous"), tr("&Previous Difference"), QKeySequence(Qt::Key_P), this,
                   [this] { goToNext(false); })
        ->setEnabled(!m_differences.empty());
    menu.exec(event->globalPos());
}

} // namespace SockScope
