#pragma once

#include <QWidget>

#include <vector>

#include "core/dispatch/handlerstats.h"

namespace SockScope {

/*! How the times of a handler are spread: its runs as full bars, the waits before them as an outline.
 *  Path    DurationHistogram → [this] → the screen
 *  Shape   whole decades from the least to the longest time on a logarithmic axis; counts upwards, linear or
 *          logarithmic; lines at the runs' median, 99th percentile and maximum. The pointer or the arrow keys tell a
 *          bar in words
 *  Units   nanoseconds; calls
 *  Errors  none; without calls it says so
 *  Thread  the window's
 *  Source  HdrHistogram's plots; a shape for each series, so that no colour is needed to tell them apart
 */
class HistogramView : public QWidget
{
    Q_OBJECT
public:
    explicit HistogramView(QWidget *parent = nullptr);

    void setData(const DurationHistogram &run, const DurationHistogram &wait);
    void clear();
    bool isLogarithmic() const { return m_logarithmic; }
    /// Counts upwards on a logarithmic axis too, so that one slow call among a million is seen.
    void setLogarithmic(bool logarithmic);
    /// The whole in two lines.
    QString summary() const;

    int barCount() const { return static_cast<int>(m_bars.size()); }
    /// -1 when none is chosen.
    int currentBar() const { return m_current; }
    /// "12 µs – 14 µs, ran: 1,204 calls (3.1 %), waited: none"
    QString barText(int bar) const;
    QRectF barRect(int bar) const;

    QSize sizeHint() const override { return {300, 140}; }
    QSize minimumSizeHint() const override { return {160, 90}; }

Q_SIGNALS:
    /// Empty when no bar is chosen.
    void barTold(const QString &text);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Bar
    {
        qint64 fromNs = 0;
        qint64 toNs = 0;
        quint64 run = 0;
        quint64 wait = 0;
    };
    void layOut();
    void choose(int bar);
    QRectF plot() const;
    double xOf(qint64 ns) const;
    double heightOf(quint64 count) const;
    int barAt(double x) const;
    void paintAxes(QPainter &painter) const;
    void paintBars(QPainter &painter) const;
    void paintMarks(QPainter &painter) const;

    DurationHistogram m_run;
    DurationHistogram m_wait;
    std::vector<Bar> m_bars;
    int m_firstDecade = 0; ///< powers of ten of nanoseconds
    int m_lastDecade = 1;
    quint64 m_highest = 0;
    int m_current = -1;
    bool m_logarithmic = false;
};

} // namespace SockScope
