#include "ui/views/histogramview.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/models/format.h"
#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// "1 ns", "100 µs", "10 s"
QString decadeLabel(int decade)
{
    static const char16_t *const units[] = {u"ns", u"µs", u"ms", u"s"};
    const int unit = qBound(0, decade / 3, 3);
    const qint64 number = std::llround(std::pow(10.0, decade - unit * 3));
    return Format::count(number) + u' ' + QString::fromUtf16(units[unit]);
}

QString seriesText(const DurationHistogram &times)
{
    return HistogramView::tr("p50 %1 · p99 %2 · max %3")
        .arg(Format::duration(times.quantileNs(0.5)), Format::duration(times.quantileNs(0.99)),
             Format::duration(times.maximumNs()));
}

/// The last bucket has no end of its own: the longest time is in it.
qint64 endOf(int bucket, const DurationHistogram &a, const DurationHistogram &b)
{
    const qint64 next = DurationHistogram::lowerBoundNs(bucket + 1);
    const qint64 longest = qMax(a.maximumNs(), b.maximumNs());
    if (bucket + 1 < DurationHistogram::bucketCount || longest < next)
        return next;
    return longest < std::numeric_limits<qint64>::max() ? longest + 1 : longest;
}

} // namespace

HistogramView::HistogramView(QWidget *parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Histogram of run times and waits"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void HistogramView::setData(const DurationHistogram &run, const DurationHistogram &wait)
{
    m_run = run;
    m_wait = wait;
    layOut();
    setAccessibleDescription(summary());
    update();
}

void HistogramView::clear()
{
    setData({}, {});
}

void HistogramView::setLogarithmic(bool logarithmic)
{
    m_logarithmic = logarithmic;
    update();
}

QString HistogramView::summary() const
{
    if (m_run.count() == 0 && m_wait.count() == 0)
        return tr("No call yet.");
    return tr("■ Ran: %1\n□ Waited: %2").arg(seriesText(m_run), seriesText(m_wait));
}

QRectF HistogramView::plot() const
{
    const QFontMetricsF metrics(font());
    const double above = metrics.height() + 4; // the marks' names
    const double below = metrics.height() + 7; // the decades
    const double left = qMax(metrics.horizontalAdvance(Format::count(qMax(m_highest, quint64(9)))) + 10, 24.0);
    return QRectF(rect()).adjusted(left, above, -10, -below);
}

void HistogramView::layOut()
{
    const qint64 from = m_run.count() == 0    ? m_wait.minimumNs()
                        : m_wait.count() == 0 ? m_run.minimumNs()
                                              : qMin(m_run.minimumNs(), m_wait.minimumNs());
    const qint64 to = qMax(qMax(m_run.maximumNs(), m_wait.maximumNs()), qint64(1));
    m_firstDecade = static_cast<int>(std::floor(std::log10(static_cast<double>(qMax(from, qint64(1))))));
    m_lastDecade = qMax(static_cast<int>(std::ceil(std::log10(static_cast<double>(to) + 1))), m_firstDecade + 1);

    // Eight buckets a power of two; as many together as make a bar that can be seen.
    const double bucketWidth = plot().width() / (m_lastDecade - m_firstDecade) * std::log10(2.0) / 8;
    int together = 1;
    while (together < 8 && bucketWidth * together < 4)
        together *= 2;

    const qint64 before = m_current >= 0 && m_current < barCount() ? m_bars[static_cast<size_t>(m_current)].fromNs : -1;
    m_bars.clear();
    m_highest = 0;
    const int last = DurationHistogram::bucketOf(to);
    for (int first = DurationHistogram::bucketOf(from) / together * together; first <= last; first += together) {
        Bar bar;
        bar.fromNs = DurationHistogram::lowerBoundNs(first);
        const int end = qMin(first + together, DurationHistogram::bucketCount);
        bar.toNs = endOf(end - 1, m_run, m_wait);
        for (int bucket = first; bucket < end; ++bucket) {
            bar.run += m_run.bucket(bucket);
            bar.wait += m_wait.bucket(bucket);
        }
        m_highest = qMax(m_highest, qMax(bar.run, bar.wait));
        m_bars.push_back(bar);
    }
    if (m_run.count() == 0 && m_wait.count() == 0)
        m_bars.clear();
    // The chosen bar is that of its time, whatever came.
    int current = -1;
    for (int i = 0; before >= 0 && i < barCount(); ++i)
        if (m_bars[static_cast<size_t>(i)].fromNs <= before && before < m_bars[static_cast<size_t>(i)].toNs)
            current = i;
    m_current = current;
    if (before >= 0)
        Q_EMIT barTold(m_current >= 0 ? barText(m_current) : QString());
}

double HistogramView::xOf(qint64 ns) const
{
    const double decades = std::log10(static_cast<double>(qMax(ns, qint64(1)))) - m_firstDecade;
    const QRectF area = plot();
    return qBound(area.left(), area.left() + area.width() * decades / (m_lastDecade - m_firstDecade), area.right());
}

double HistogramView::heightOf(quint64 count) const
{
    if (count == 0 || m_highest == 0)
        return 0;
    const double part =
        m_logarithmic ? std::log10(1.0 + static_cast<double>(count)) / std::log10(1.0 + static_cast<double>(m_highest))
                      : static_cast<double>(count) / static_cast<double>(m_highest);
    return qMax(2.0, part * plot().height()); // one call among a million is seen all the same
}

QRectF HistogramView::barRect(int bar) const
{
    const Bar &one = m_bars[static_cast<size_t>(bar)];
    const QRectF area = plot();
    const double left = one.fromNs == 0 ? area.left() : xOf(one.fromNs);
    return {QPointF(left, area.top()), QPointF(qMax(xOf(one.toNs), left + 1), area.bottom())};
}

int HistogramView::barAt(double x) const
{
    for (int bar = 0; bar < barCount(); ++bar) {
        const QRectF area = barRect(bar);
        if (x >= area.left() && x < area.right())
            return bar;
    }
    return -1;
}

QString HistogramView::barText(int bar) const
{
    const Bar &one = m_bars[static_cast<size_t>(bar)];
    const auto part = [](quint64 count, const DurationHistogram &times) {
        if (count == 0)
            return tr("none");
        return tr("%1 calls (%2)")
            .arg(Format::count(count),
                 Format::percent(static_cast<double>(count) / static_cast<double>(qMax(times.count(), quint64(1)))));
    };
    return tr("%1 – %2, ran: %3, waited: %4")
        .arg(Format::duration(one.fromNs), Format::duration(one.toNs), part(one.run, m_run), part(one.wait, m_wait));
}

void HistogramView::choose(int bar)
{
    m_current = bar;
    update();
    Q_EMIT barTold(bar >= 0 ? barText(bar) : QString());
}

void HistogramView::keyPressEvent(QKeyEvent *event)
{
    if (m_bars.empty())
        return QWidget::keyPressEvent(event);
    const auto filled = [this](int bar) {
        return m_bars[static_cast<size_t>(bar)].run > 0 || m_bars[static_cast<size_t>(bar)].wait > 0;
    };
    int bar = m_current;
    int step = 0;
    switch (event->key()) {
    case Qt::Key_Right:
        step = 1;
        break;
    case Qt::Key_Left:
        step = -1;
        bar = bar < 0 ? barCount() : bar;
        break;
    case Qt::Key_Home:
        step = 1;
        bar = -1;
        break;
    case Qt::Key_End:
        step = -1;
        bar = barCount();
        break;
    case Qt::Key_Escape:
        if (m_current >= 0)
            return choose(-1);
        return QWidget::keyPressEvent(event);
    default:
        return QWidget::keyPressEvent(event);
    }
    do
        bar += step;
    while (bar >= 0 && bar < barCount() && !filled(bar));
    if (bar >= 0 && bar < barCount())
        choose(bar);
}

void HistogramView::focusOutEvent(QFocusEvent *event)
{
    QWidget::focusOutEvent(event);
    if (m_current >= 0)
        choose(-1);
}

bool HistogramView::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        const int bar = barAt(help->pos().x());
        QToolTip::showText(help->globalPos(), bar >= 0 ? barText(bar) : QString(), this);
        return true;
    }
    return QWidget::event(event);
}

void HistogramView::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    layOut();
}

void HistogramView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const Theme::Colors &colors = Theme::instance()->colors();
    painter.fillRect(rect(), colors.base);
    if (m_bars.empty()) {
        painter.setPen(colors.secondary);
        painter.drawText(rect(), Qt::AlignCenter, tr("No call yet."));
        return;
    }
    paintAxes(painter);
    paintBars(painter);
    paintMarks(painter);
    if (hasFocus()) {
        painter.setPen(QPen(colors.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void HistogramView::paintAxes(QPainter &painter) const
{
    const Theme::Colors &colors = Theme::instance()->colors();
    const QFontMetricsF metrics(font());
    const QRectF area = plot();
    double labelEnd = -1e9;
    for (int decade = m_firstDecade; decade <= m_lastDecade; ++decade) {
        const double decadeWidth = area.width() / (m_lastDecade - m_firstDecade);
        const double x = area.left() + decadeWidth * (decade - m_firstDecade);
        painter.setPen(QPen(colors.border, 1));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom() + 4));
        for (int tick = 2; decade < m_lastDecade && tick < 10; ++tick) {
            const double at = x + decadeWidth * std::log10(static_cast<double>(tick));
            painter.drawLine(QPointF(at, area.bottom()), QPointF(at, area.bottom() + 2));
        }
        const QString label = decadeLabel(decade);
        const double labelWidth = metrics.horizontalAdvance(label);
        const double left = qBound(0.0, x - labelWidth / 2, width() - labelWidth - 1);
        if (left < labelEnd + 6)
            continue;
        labelEnd = left + labelWidth;
        painter.setPen(colors.secondary);
        painter.drawText(QPointF(left, area.bottom() + 4 + metrics.ascent()), label);
    }
    painter.setPen(colors.secondary);
    const QRectF labels(0, area.top() - metrics.height() / 2, area.left() - 5, metrics.height());
    painter.drawText(labels, Qt::AlignRight | Qt::AlignVCenter, Format::count(m_highest));
    painter.drawText(labels.translated(0, area.height()), Qt::AlignRight | Qt::AlignVCenter, u"0"_s);
    painter.setPen(QPen(colors.border, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
}

void HistogramView::paintBars(QPainter &painter) const
{
    const Theme::Colors &colors = Theme::instance()->colors();
    const QRectF area = plot();
    if (m_current >= 0)
        painter.fillRect(barRect(m_current), colors.selection);
    QColor fill = colors.accent;
    fill.setAlphaF(0.75F);
    QPainterPath outline(area.bottomLeft());
    for (int i = 0; i < barCount(); ++i) {
        const Bar &bar = m_bars[static_cast<size_t>(i)];
        const QRectF place = barRect(i);
        QRectF run = place;
        run.setTop(area.bottom() - heightOf(bar.run));
        if (bar.run > 0)
            painter.fillRect(run.adjusted(0, 0, place.width() > 3 ? -1 : 0, 0), fill);
        const double top = area.bottom() - heightOf(bar.wait);
        outline.lineTo(place.left(), top);
        outline.lineTo(place.right(), top);
    }
    outline.lineTo(barRect(barCount() - 1).right(), area.bottom());
    if (m_wait.count() > 0) {
        painter.setPen(QPen(colors.text, 1.2));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(outline);
    }
}

void HistogramView::paintMarks(QPainter &painter) const
{
    if (m_run.count() == 0)
        return;
    const Theme::Colors &colors = Theme::instance()->colors();
    const QFontMetricsF metrics(font());
    const QRectF area = plot();
    const std::pair<QString, qint64> marks[] = {
        {tr("p50"), m_run.quantileNs(0.5)}, {tr("p99"), m_run.quantileNs(0.99)}, {tr("max"), m_run.maximumNs()}};
    double free = 0;
    for (const auto &[name, ns] : marks) {
        const double x = xOf(ns);
        painter.setPen(QPen(colors.accent, 1, Qt::DashLine));
        painter.drawLine(QPointF(x, area.top() - 2), QPointF(x, area.bottom()));
        const double labelWidth = metrics.horizontalAdvance(name);
        const double left = qMax(qMin(x - labelWidth / 2, width() - labelWidth - 1), free);
        if (left + labelWidth > width())
            continue;
        free = left + labelWidth + 5;
        painter.setPen(colors.text);
        painter.drawText(QPointF(left, area.top() - 4), name);
    }
}

} // namespace SockScope
