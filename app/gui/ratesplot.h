#pragma once

#include <QColor>

#include <optional>
#include <vector>

#include "app/gui/ratesqcustomplot.h"

namespace SockScope {

/// One line of the plot: a value a step; NaN where there is none.
struct PlotCurve
{
    QColor color;
    Qt::PenStyle style = Qt::SolidLine;
    bool filled = false;
    bool visible = true;
    std::vector<double> values;
};

/*! The plot of the Rates panel: lines over time, a cursor, and what mouse and keys do with both.
 *  Path    RatesPanel → [this] → a person → RatesPanel
 *  Shape   draws what it is given and changes no range by itself: it asks, and the panel answers with setView. Wheel
 *          and + - zoom, dragging pans, dragging with Shift chooses a range; a click or Enter chooses the cursor's time
 *  Units   nanoseconds since 1970 UTC
 *  Errors  none
 *  Thread  the window's
 *  Source  QCustomPlot
 */
class RatesPlot : public QCustomPlot
{
    Q_OBJECT
public:
    enum class Unit : quint8 { Messages, Bytes, Milliseconds };
    static constexpr qint64 leastSpanNs = 2'000'000'000;
    static constexpr qint64 mostSpanNs = 7 * 86'400'000'000'000;

    explicit RatesPlot(QWidget *parent = nullptr);

    void setUnit(Unit unit);
    void setView(qint64 fromNs, qint64 toNs);
    /// Values of step i hold from firstNs + i * stepNs on.
    void setCurves(qint64 firstNs, qint64 stepNs, const std::vector<PlotCurve> &curves);
    void applyTheme();

    /// Of the step under the cursor; nothing when there is no cursor.
    std::optional<int> cursorStep() const;
    std::optional<qint64> cursorNs() const { return m_cursorNs; }
    void setCursorNs(std::optional<qint64> ns);
    int stepCount() const { return m_steps; }
    qint64 timeAt(double x) const;
    int pixelAt(qint64 ns) const;

Q_SIGNALS:
    void viewRequested(qint64 fromNs, qint64 toNs);
    void liveRequested();
    void cursorMoved();
    void timeChosen(qint64 ns);

protected:
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;

private:
    class UnitTicker;
    enum class Drag : quint8 { None, Pressed, Pan, Choose };

    void zoom(double factor, qint64 aroundNs);
    void requestView(qint64 fromNs, qint64 toNs);
    void moveCursor(int steps);
    void chooseCursor();
    void showCursor();

    QSharedPointer<UnitTicker> m_ticker;
    QSharedPointer<QCPAxisTickerDateTime> m_timeTicker;
    QCPItemStraightLine *m_cursorLine;
    QCPItemRect *m_range;
    Unit m_unit = Unit::Messages;
    qint64 m_fromNs = 0;
    qint64 m_toNs = 0;
    qint64 m_firstNs = 0;
    qint64 m_stepNs = 0;
    int m_steps = 0;
    std::optional<qint64> m_cursorNs;
    bool m_cursorStays = false; ///< set by a key or a click: it stays when the mouse leaves
    Drag m_drag = Drag::None;
    QPoint m_pressed;
    qint64 m_pressedFromNs = 0;
};

} // namespace SockScope
