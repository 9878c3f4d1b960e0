#include "app/gui/ratesplot.h"

#include <QApplication>

#include <algorithm>
#include <cmath>

#include "ui/models/format.h"
#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr double secondNs = 1e9;

double secondsOf(qint64 ns)
{
    return static_cast<double>(ns) / secondNs;
}

QColor withAlpha(QColor color, float alpha)
{
    color.setAlphaF(alpha);
    return color;
}

} // namespace

/// Labels as the rest of the program writes numbers.
class RatesPlot::UnitTicker : public QCPAxisTicker
{
public:
    UnitTicker() { setTickCount(4); }
    void setUnit(Unit unit) { m_unit = unit; }

protected:
    QString getTickLabel(double tick, const QLocale &, QChar, int) override
    {
        if (tick < 0)
            return {};
        if (m_unit == Unit::Bytes)
            return Format::bytes(static_cast<quint64>(tick));
        return tick == std::floor(tick) ? Format::count(static_cast<qint64>(tick)) : QString::number(tick, 'g', 3);
    }

private:
    Unit m_unit = Unit::Messages;
};

RatesPlot::RatesPlot(QWidget *parent)
    : QCustomPlot(parent)
    , m_ticker(new UnitTicker)
    , m_timeTicker(new QCPAxisTickerDateTime)
    , m_cursorLine(new QCPItemStraightLine(this))
    , m_range(new QCPItemRect(this))
{
    setAccessibleName(tr("Rates over time"));
    setAccessibleDescription(tr("Arrows move the cursor, plus and minus zoom, Enter shows the log at the cursor."));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumSize(120, 60);
    setPlottingHint(QCP::phFastPolylines);
    xAxis->setTicker(m_timeTicker);
    yAxis->setTicker(m_ticker);
    axisRect()->setAutoMargins(QCP::msAll);
    axisRect()->setMinimumMargins(QMargins(4, 6, 8, 2));
    plotLayout()->setRowSpacing(0);
    xAxis2->setVisible(false);
    for (QCPAxis *axis : {xAxis, yAxis}) {
        axis->setSubTicks(false);
        axis->setTickLengthIn(0);
        axis->setTickLengthOut(3);
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    m_cursorLine->setVisible(false);
    m_cursorLine->setSelectable(false);
    m_range->setVisible(false);
    m_range->topLeft->setTypeX(QCPItemPosition::ptPlotCoords);
    applyTheme();
}

void RatesPlot::applyTheme()
{
    const Theme::Colors &colors = Theme::instance()->colors();
    setBackground(QBrush(colors.base));
    QFont small = font();
    small.setPointSizeF(qMax(7.0, small.pointSizeF() - 1));
    for (QCPAxis *axis : {xAxis, yAxis}) {
        axis->setBasePen(QPen(colors.border));
        axis->setTickPen(QPen(colors.border));
        axis->setTickLabelColor(colors.secondary);
        axis->setTickLabelFont(small);
        axis->grid()->setPen(QPen(Theme::mix(colors.base, colors.border, 0.55), 1));
    }
    m_cursorLine->setPen(QPen(colors.text, 1, Qt::DotLine));
    m_range->setPen(QPen(colors.accent));
    m_range->setBrush(withAlpha(colors.accent, 0.15F));
}

void RatesPlot::setUnit(Unit unit)
{
    m_unit = unit;
    m_ticker->setUnit(unit);
}

void RatesPlot::setView(qint64 fromNs, qint64 toNs)
{
    m_fromNs = fromNs;
    m_toNs = toNs;
    xAxis->setRange(secondsOf(fromNs), secondsOf(toNs));
    const qint64 span = toNs - fromNs;
    m_timeTicker->setDateTimeFormat(span < 5'000'000'000        ? u"HH:mm:ss.zzz"_s
                                    : span < 600'000'000'000    ? u"HH:mm:ss"_s
                                    : span < 43'200'000'000'000 ? u"HH:mm"_s
                                                                : u"MM-dd HH:mm"_s);
    m_timeTicker->setTickCount(qBound(2, axisRect()->width() / 110, 10));
}

void RatesPlot::setCurves(qint64 firstNs, qint64 stepNs, const std::vector<PlotCurve> &curves)
{
    m_firstNs = firstNs;
    m_stepNs = stepNs;
    m_steps = 0;
    while (graphCount() > static_cast<int>(curves.size()))
        removeGraph(graphCount() - 1);
    const QColor ground = Theme::instance()->colors().base;
    double highest = 0;
    for (size_t i = 0; i < curves.size(); ++i) {
        const PlotCurve &curve = curves[i];
        m_steps = qMax(m_steps, static_cast<int>(curve.values.size()));
        QCPGraph *line = static_cast<int>(i) < graphCount() ? graph(static_cast<int>(i)) : addGraph();
        line->setVisible(curve.visible);
        line->setSelectable(QCP::stNone);
        line->setPen(QPen(curve.color, 1.4, curve.style));
        line->setBrush(curve.filled ? QBrush(Theme::mix(ground, curve.color, 0.18)) : QBrush(Qt::NoBrush));
        line->setAntialiasedFill(false);
        QVector<QCPGraphData> points;
        points.reserve(static_cast<qsizetype>(curve.values.size()));
        for (size_t step = 0; step < curve.values.size(); ++step) {
            if (std::isnan(curve.values[step]))
                continue; // a gauge that said nothing there: the line goes on to where it did
            const double middle = secondsOf(firstNs) + (static_cast<double>(step) + 0.5) * secondsOf(stepNs);
            points.append(QCPGraphData(middle, curve.values[step]));
            if (curve.visible)
                highest = qMax(highest, curve.values[step]);
        }
        line->data()->set(points, true);
    }
    yAxis->setRange(0, highest > 0 ? highest * 1.08 : 1);
    showCursor();
}

qint64 RatesPlot::timeAt(double x) const
{
    const QRect area = axisRect()->rect();
    const double part = (x - area.left()) / qMax(1, area.width());
    return m_fromNs + static_cast<qint64>(part * static_cast<double>(m_toNs - m_fromNs));
}

int RatesPlot::pixelAt(qint64 ns) const
{
    const QRect area = axisRect()->rect();
    const double part = static_cast<double>(ns - m_fromNs) / static_cast<double>(qMax<qint64>(1, m_toNs - m_fromNs));
    return area.left() + qRound(part * area.width());
}

std::optional<int> RatesPlot::cursorStep() const
{
    if (!m_cursorNs || m_stepNs <= 0 || m_steps <= 0)
        return std::nullopt;
    const qint64 step = (*m_cursorNs - m_firstNs) / m_stepNs;
    if (*m_cursorNs < m_firstNs || step >= m_steps)
        return std::nullopt;
    return static_cast<int>(step);
}

void RatesPlot::setCursorNs(std::optional<qint64> ns)
{
    m_cursorNs = ns;
    if (!ns)
        m_cursorStays = false;
    showCursor();
    Q_EMIT cursorMoved();
}

// The line stands in the middle of the step whose values are read.
void RatesPlot::showCursor()
{
    const std::optional<int> step = cursorStep();
    m_cursorLine->setVisible(step.has_value());
    if (!step)
        return;
    const double at = secondsOf(m_firstNs) + (*step + 0.5) * secondsOf(m_stepNs);
    m_cursorLine->point1->setCoords(at, 0);
    m_cursorLine->point2->setCoords(at, 1);
}

void RatesPlot::moveCursor(int steps)
{
    if (m_steps <= 0)
        return;
    const int now = cursorStep().value_or(m_steps - (steps < 0 ? 0 : 1));
    const int least =
        static_cast<int>(std::clamp<qint64>((m_fromNs - m_firstNs) / qMax<qint64>(1, m_stepNs), 0, m_steps - 1));
    const int wanted = qBound(least, now + steps, m_steps - 1);
    m_cursorStays = true;
    setCursorNs(m_firstNs + wanted * m_stepNs);
}

void RatesPlot::chooseCursor()
{
    const std::optional<int> step = cursorStep();
    if (step)
        Q_EMIT timeChosen(m_firstNs + *step * m_stepNs);
}

void RatesPlot::requestView(qint64 fromNs, qint64 toNs)
{
    qint64 span = qBound(leastSpanNs, toNs - fromNs, mostSpanNs);
    const qint64 middle = fromNs + (toNs - fromNs) / 2;
    if (span != toNs - fromNs)
        fromNs = middle - span / 2;
    Q_EMIT viewRequested(fromNs, fromNs + span);
}

void RatesPlot::zoom(double factor, qint64 aroundNs)
{
    const double span = static_cast<double>(m_toNs - m_fromNs);
    const double wanted = qBound(static_cast<double>(leastSpanNs), span * factor, static_cast<double>(mostSpanNs));
    const double part = static_cast<double>(aroundNs - m_fromNs) / qMax(1.0, span);
    const qint64 from = aroundNs - static_cast<qint64>(part * wanted);
    Q_EMIT viewRequested(from, from + static_cast<qint64>(wanted));
}

void RatesPlot::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return QWidget::mousePressEvent(event);
    m_pressed = event->position().toPoint();
    m_pressedFromNs = m_fromNs;
    m_drag = event->modifiers() & Qt::ShiftModifier ? Drag::Choose : Drag::Pressed;
    event->accept();
}

void RatesPlot::mouseMoveEvent(QMouseEvent *event)
{
    const QPoint at = event->position().toPoint();
    if (m_drag == Drag::Pressed && qAbs(at.x() - m_pressed.x()) >= QApplication::startDragDistance())
        m_drag = Drag::Pan;
    if (m_drag == Drag::Pan) {
        const qint64 moved = timeAt(m_pressed.x()) - timeAt(at.x());
        Q_EMIT viewRequested(m_pressedFromNs + moved, m_pressedFromNs + moved + (m_toNs - m_fromNs));
    } else if (m_drag == Drag::Choose) {
        m_range->topLeft->setCoords(secondsOf(timeAt(qMin(at.x(), m_pressed.x()))), yAxis->range().upper);
        m_range->bottomRight->setCoords(secondsOf(timeAt(qMax(at.x(), m_pressed.x()))), 0);
        m_range->setVisible(true);
        replot(rpQueuedReplot);
    } else if (axisRect()->rect().contains(at)) {
        m_cursorStays = false;
        setCursorNs(timeAt(at.x()));
    } else if (!m_cursorStays && m_cursorNs) {
        setCursorNs(std::nullopt);
    }
    event->accept();
}

void RatesPlot::mouseReleaseEvent(QMouseEvent *event)
{
    const Drag drag = std::exchange(m_drag, Drag::None);
    m_range->setVisible(false);
    if (event->button() != Qt::LeftButton || drag == Drag::None)
        return QWidget::mouseReleaseEvent(event);
    const int x = event->position().toPoint().x();
    if (drag == Drag::Choose && qAbs(x - m_pressed.x()) >= QApplication::startDragDistance()) {
        requestView(timeAt(qMin(x, m_pressed.x())), timeAt(qMax(x, m_pressed.x())));
    } else if (drag != Drag::Pan && axisRect()->rect().contains(event->position().toPoint())) {
        setCursorNs(timeAt(x));
        m_cursorStays = true;
        chooseCursor();
    }
    event->accept();
}

void RatesPlot::mouseDoubleClickEvent(QMouseEvent *event)
{
    // Its first click has moved the log already: a second meaning would move the picture away as well.
    m_drag = Drag::None;
    event->accept();
}

void RatesPlot::wheelEvent(QWheelEvent *event)
{
    const int turned = event->angleDelta().y();
    if (turned != 0)
        zoom(std::pow(0.8, turned / 120.0), timeAt(event->position().x()));
    event->accept();
}

void RatesPlot::leaveEvent(QEvent *event)
{
    if (!m_cursorStays && m_cursorNs)
        setCursorNs(std::nullopt);
    QCustomPlot::leaveEvent(event);
}

void RatesPlot::keyPressEvent(QKeyEvent *event)
{
    const int stride = event->modifiers() & Qt::ControlModifier ? 10 : 1;
    const qint64 middle = m_fromNs + (m_toNs - m_fromNs) / 2;
    const qint64 span = m_toNs - m_fromNs;
    switch (event->key()) {
    case Qt::Key_Left:
        return moveCursor(-stride);
    case Qt::Key_Right:
        return moveCursor(stride);
    case Qt::Key_Home:
        return moveCursor(-m_steps);
    case Qt::Key_End:
        return moveCursor(m_steps);
    case Qt::Key_PageUp:
        return requestView(m_fromNs - span / 2, m_toNs - span / 2);
    case Qt::Key_PageDown:
        return requestView(m_fromNs + span / 2, m_toNs + span / 2);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoom(0.5, m_cursorNs.value_or(middle));
    case Qt::Key_Minus:
        return zoom(2, m_cursorNs.value_or(middle));
    case Qt::Key_0:
        Q_EMIT liveRequested();
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return chooseCursor();
    case Qt::Key_Escape:
        if (m_cursorNs)
            return setCursorNs(std::nullopt);
        break;
    default:
        break;
    }
    QCustomPlot::keyPressEvent(event);
}

// A frame says where the keys go.
void RatesPlot::focusInEvent(QFocusEvent *event)
{
    xAxis->setBasePen(QPen(Theme::instance()->colors().accent, 2));
    replot(rpQueuedReplot);
    QCustomPlot::focusInEvent(event);
}

void RatesPlot::focusOutEvent(QFocusEvent *event)
{
    xAxis->setBasePen(QPen(Theme::instance()->colors().border));
    replot(rpQueuedReplot);
    QCustomPlot::focusOutEvent(event);
}

} // namespace SockScope
