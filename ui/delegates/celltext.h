#pragma once

#include <QFont>
#include <QGlyphRun>
#include <QList>
#include <QRawFont>
#include <QStringView>

#include <array>
#include <vector>

class QPainter;
class QRect;

namespace SockScope {

/*! Writes plain text into cells without shaping it: most of what a table of numbers and bytes shows needs no more.
 *  Path    delegates → [this] → the screen
 *  Shape   a line of printable ASCII; its glyphs and widths are asked of a font once. Anything else is left to Qt
 *  Units   device independent pixels
 *  Errors  layOut answers false for what it leaves to others
 *  Thread  the window's
 *  Source  QGlyphRun; Qt shapes a text twice to elide and to draw it, which is most of what a row costs
 */
class CellText
{
public:
    /// Ends in "…" when the rectangle is too narrow.
    bool layOut(const QRect &rect, const QFont &font, Qt::Alignment alignment, QStringView text);
    /// Whether what was laid out last has its whole text.
    bool isWhole() const { return m_whole; }
    /// What was laid out last, with the painter's pen.
    void draw(QPainter *painter) const;

private:
    static constexpr char16_t first = u' ';
    static constexpr char16_t last = u'~';
    static constexpr size_t maximumFonts = 8; // a table has two or three

    struct Face
    {
        QFont font;
        QRawFont raw;
        std::array<quint32, last - first + 1> glyphs{};
        std::array<qreal, last - first + 1> advances{};
        quint32 ellipsis = 0;
        qreal ellipsisAdvance = 0;
        bool usable = false;
    };

    const Face &face(const QFont &font);

    std::vector<Face> m_faces;
    QGlyphRun m_run;
    QPointF m_origin;
    bool m_whole = true;
    QList<quint32> m_glyphs;
    QList<QPointF> m_positions;
};

} // namespace SockScope
