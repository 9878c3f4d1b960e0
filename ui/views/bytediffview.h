#pragma once

#include <QAbstractScrollArea>

#include "core/types/bytes.h"
#include "ui/models/bytediff.h"

namespace SockScope {

/*! Two payloads side by side, what differs lit, of which only what is on the screen is ever drawn.
 *  Path    ByteDiff → [this] → the compare dialog
 *  Shape   what corresponds stands on one line; what one side lacks is a gap of dots. Different bytes are bold and
 *          underlined on a ground of their own, their lines have a sign; one difference is the current one
 *  Units   bytes; 4, 8 or 16 of each side a line, as many as fit
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class ByteDiffView : public QAbstractScrollArea
{
    Q_OBJECT
public:
    enum class Side : quint8 { Left, Right };

    explicit ByteDiffView(QWidget *parent = nullptr);

    void setDiff(const Bytes &left, const Bytes &right, ByteDiff diff);
    const ByteDiff &diff() const { return m_diff; }
    qsizetype differenceCount() const { return static_cast<qsizetype>(m_differences.size()); }
    /// -1 when none is.
    qsizetype currentDifference() const { return m_current; }
    void goToDifference(qsizetype number);
    /// The next (or previous) difference after the current one, round the end.
    void goToNext(bool forward = true);
    /// Lights bytes of one side and shows them; length 0 takes the light away.
    void showRange(Side side, qsizetype offset, qsizetype length);
    /// The current difference, both sides in hexadecimal figures.
    QString currentText() const;
    int bytesPerLine() const { return m_perLine; }
    /// Where a byte is drawn, in the viewport.
    QRect byteRect(Side side, qsizetype offset) const;
    QSize sizeHint() const override;

Q_SIGNALS:
    void currentDifferenceChanged(qsizetype number);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    /// Both sides stand on one scale: a run takes as much of it as its longer side.
    size_t runAt(qsizetype place) const;
    qsizetype placeOf(Side side, qsizetype offset) const;
    qsizetype lineCount() const;
    int columnsOfSide(int perLine) const { return m_offsetDigits + 2 + perLine * 4 + 1; }
    int firstColumn(Side side) const;
    void updateLayout();
    void scrollToPlace(qsizetype place);
    void drawLine(QPainter &painter, qsizetype line, int y) const;
    void drawSide(QPainter &painter, Side side, qsizetype line, int y) const;

    Bytes m_left;
    Bytes m_right;
    ByteDiff m_diff;
    std::vector<qsizetype> m_starts;   // of each run, and the end of all
    std::vector<size_t> m_differences; // the runs that are not the same
    qsizetype m_current = -1;
    Side m_litSide = Side::Left;
    qsizetype m_litOffset = 0;
    qsizetype m_litLength = 0;
    int m_perLine = 8;
    int m_offsetDigits = 4;
    int m_charWidth = 8;
    int m_lineHeight = 16;
};

} // namespace SockScope
