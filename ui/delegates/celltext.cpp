#include "ui/delegates/celltext.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace SockScope {

const CellText::Face &CellText::face(const QFont &font)
{
    const auto known =
        std::find_if(m_faces.begin(), m_faces.end(), [&](const Face &each) { return each.font == font; });
    if (known != m_faces.end())
        return *known;
    if (m_faces.size() == maximumFonts)
        m_faces.erase(m_faces.begin());
    Face face;
    face.font = font;
    face.raw = QRawFont::fromFont(font);
    QString all;
    for (char16_t c = first; c <= last; ++c)
        all += QChar(c);
    all += QChar(u'…');
    const QList<quint32> glyphs = face.raw.glyphIndexesForString(all);
    const bool spaced =
        font.letterSpacing() != 0 || font.wordSpacing() != 0 || font.capitalization() != QFont::MixedCase;
    face.usable = face.raw.isValid() && glyphs.size() == all.size() && !glyphs.contains(0U) && !spaced &&
                  !font.underline() && !font.overline() && !font.strikeOut();
    if (face.usable) {
        // As Qt's own layout has them, which rounds some and not others.
        const QFontMetricsF metrics(font);
        for (size_t i = 0; i < face.glyphs.size(); ++i) {
            face.glyphs[i] = glyphs[static_cast<qsizetype>(i)];
            face.advances[i] = metrics.horizontalAdvance(all[static_cast<qsizetype>(i)]);
        }
        face.ellipsis = glyphs.last();
        face.ellipsisAdvance = metrics.horizontalAdvance(all.back());
    }
    m_faces.push_back(std::move(face));
    return m_faces.back();
}

bool CellText::layOut(const QRect &rect, const QFont &font, Qt::Alignment alignment, QStringView text)
{
    const Face &face = this->face(font);
    if (!face.usable)
        return false;
    m_glyphs.clear();
    m_positions.clear();
    qreal x = 0;
    qsizetype fitting = 0; // glyphs behind which an ellipsis has room
    bool fits = true;
    for (const QChar c : text) {
        if (c < first || c > last)
            return false;
        const size_t at = c.unicode() - first;
        m_glyphs.append(face.glyphs[at]);
        m_positions.append(QPointF(x, 0));
        if (x + face.advances[at] + face.ellipsisAdvance <= rect.width())
            fitting = m_glyphs.size();
        x += face.advances[at];
        if (x > rect.width()) {
            fits = false;
            break; // nobody would see the rest
        }
    }
    if (!fits) {
        x = fitting < m_positions.size() ? m_positions.at(fitting).x() : x;
        m_glyphs.resize(fitting);
        m_positions.resize(fitting);
        m_glyphs.append(face.ellipsis);
        m_positions.append(QPointF(x, 0));
        x += face.ellipsisAdvance;
    }
    m_whole = fits;
    const qreal left = alignment & Qt::AlignRight     ? rect.width() - x
                       : alignment & Qt::AlignHCenter ? (rect.width() - x) / 2
                                                      : 0;
    const qreal ascent = face.raw.ascent();
    const qreal top = (rect.height() - std::ceil(ascent) - std::ceil(face.raw.descent())) / 2;
    m_run.setRawFont(face.raw);
    m_run.setGlyphIndexes(m_glyphs);
    m_run.setPositions(m_positions);
    m_origin = QPointF(rect.x() + qMax(left, 0.0), rect.y() + std::floor(top) + std::ceil(ascent));
    return true;
}

void CellText::draw(QPainter *painter) const
{
    if (!m_run.isEmpty())
        painter->drawGlyphRun(m_origin, m_run);
}

} // namespace SockScope
