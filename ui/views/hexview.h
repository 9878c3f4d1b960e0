#pragma once

#include <QAbstractScrollArea>

#include "core/types/bytes.h"
#include "ui/views/bytesformat.h"

class QMenu;

namespace SockScope {

/*! Bytes as offsets, hexadecimal figures and text, of which only what is on the screen is ever drawn.
 *  Path    the chosen message → [this] ↔ the field tree
 *  Shape   4, 8, 16 or 32 bytes a line, as many as fit; a cursor, a selection, a highlighted range (the field's
 *          bytes), a soft one (the field under the mouse)
 *  Units   bytes; offsets from the start of the payload
 *  Errors  ranges are clamped to the bytes
 *  Thread  the window's
 *  Source  hexdump -C
 */
class HexView : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit HexView(QWidget *parent = nullptr);

    void setBytes(const Bytes &bytes);
    const Bytes &bytes() const { return m_bytes; }
    /// Said in the middle while there are no bytes.
    void setEmptyText(const QString &text);
    /// The bytes of a field. Length 0 takes the highlight away.
    void setHighlight(qsizetype offset, qsizetype length, bool scroll = true);
    qsizetype highlightOffset() const { return m_highlightOffset; }
    qsizetype highlightLength() const { return m_highlightLength; }

    /// The bytes of what the mouse is over, elsewhere; it never scrolls. Length 0 takes it away.
    void setSoftHighlight(qsizetype offset, qsizetype length);
    qsizetype softOffset() const { return m_softOffset; }
    qsizetype softLength() const { return m_softLength; }

    /// Selects and shows it; length 0 takes the selection away.
    void select(qsizetype offset, qsizetype length);
    /// Selects the next place of the bytes behind (or before) the selection, round the end; false when there is none.
    bool find(QByteArrayView needle, bool forward = true);
    qsizetype selectionOffset() const;
    qsizetype selectionLength() const;
    /// The selected bytes, or the highlighted ones, or all.
    QByteArrayView chosen() const;
    int bytesPerLine() const { return m_perLine; }
    /// Where the byte's figures are drawn, in the viewport.
    QRect byteRect(qsizetype offset) const;
    QSize sizeHint() const override;

public Q_SLOTS:
    void copyAs(SockScope::BytesFormat format) const;
    void selectAll();

Q_SIGNALS:
    /// A person pointed at a byte, by mouse or keyboard.
    void byteClicked(qsizetype offset);
    void selectionChanged(qsizetype offset, qsizetype length);
    /// The mouse is over another byte; -1: over none.
    void byteHovered(qsizetype offset);
    void findRequested();
    /// A menu opens: whoever has more to do with the chosen bytes adds it.
    void menuOpening(QMenu *menu);

protected:
    bool event(QEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void updateLayout();
    void moveCursor(qsizetype offset, bool extend);
    void scrollTo(qsizetype offset);
    /// The byte nearest to a place; byteAt answers -1 where there is none.
    qsizetype offsetAt(QPoint position) const;
    qsizetype byteAt(QPoint position) const;
    void hover(qsizetype offset);
    void updateRange(qsizetype offset, qsizetype length);
    qsizetype lineCount() const;
    int hexColumn(int index) const;
    int textColumn() const;
    int columnCount(int perLine) const;
    void drawLine(QPainter &painter, qsizetype line, int y) const;
    void fillRange(QPainter &painter, qsizetype line, int y, qsizetype offset, qsizetype length,
                   const QColor &color) const;

    Bytes m_bytes;
    QString m_emptyText;
    qsizetype m_anchor = 0;
    qsizetype m_cursor = 0;
    bool m_selected = false;
    qsizetype m_highlightOffset = 0;
    qsizetype m_highlightLength = 0;
    qsizetype m_softOffset = 0;
    qsizetype m_softLength = 0;
    qsizetype m_hovered = -1;
    int m_perLine = 16;
    int m_offsetDigits = 4;
    int m_charWidth = 8;
    int m_lineHeight = 16;
};

} // namespace SockScope
