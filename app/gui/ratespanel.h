#pragma once

#include <QPointer>
#include <QTimer>
#include <QWidget>

#include <functional>

#include "ui/models/ratehistory.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QSettings;
class QSplitter;
class QToolButton;

namespace SockScope {

class DataTable;
class ElidedLabel;
class RatesLegend;
class RatesPlot;
class SockDirectory;
struct PlotCurve;

/*! Messages and bytes a second, tick periods and queue depths over time; a click shows the log at that time.
 *  Path    RateHistory → [this] → timeChosen → the log
 *  Shape   live (the newest at the right edge) or frozen where a person went; drawn at most ten times a second and not
 *          at all while it is hidden. The plot is made when the panel is first seen
 *  Units   nanoseconds since 1970 UTC
 *  Errors  a filter that does not compile is said below its field; what could not be counted stands in the plot
 *  Thread  the window's
 *  Source  none
 */
class RatesPanel : public QWidget
{
    Q_OBJECT
public:
    enum class Quantity : quint8 { Messages, Bytes, TickPeriod, QueueDepth, SendQueue };
    enum class Ways : quint8 { Both, In, Out };
    using WallClock = std::function<qint64()>; ///< nanoseconds since 1970 UTC

    /// The directory must outlive it, and the history until it is hidden. Without a clock, the system's.
    RatesPanel(RateHistory *history, const SockDirectory *directory, QWidget *parent = nullptr, WallClock now = {});

    /// The display filter of the window, for the button that takes it over.
    void setDisplayFilter(std::function<QString()> filter) { m_displayFilter = std::move(filter); }
    /// How many messages are ignored in the log: they are counted here like all others, which the note says.
    void setIgnoredCount(std::function<qint64()> count) { m_ignoredCount = std::move(count); }
    /// What could have a line of its own, each once: sockets, peers or types that are known.
    void setCandidates(std::function<std::vector<RateKey>(RateSplit)> candidates)
    {
        m_candidates = std::move(candidates);
    }
    void saveSettings(QSettings &settings) const;
    void loadSettings(const QSettings &settings);
    /// Null until the panel was seen.
    RatesPlot *plot() const { return m_plot; }
    RatesLegend *legend() const { return m_legend; }
    DataTable *legendTable() const { return m_table; }
    bool isLive() const { return m_live; }
    qint64 spanNs() const { return m_spanNs; }
    QComboBox *quantityBox() const { return m_quantity; }
    QComboBox *splitBox() const { return m_split; }
    QComboBox *waysBox() const { return m_ways; }
    QComboBox *spanBox() const { return m_span; }
    QToolButton *chooseButton() const { return m_choose; }
    QLineEdit *filterField() const { return m_filter; }
    QLabel *filterError() const { return m_filterError; }
    /// What stands above the plot.
    QString note() const { return m_note; }

public Q_SLOTS:
    void setLive(bool live);
    void setQuantity(Quantity quantity);
    void setSplit(RateSplit split);
    /// Adds a line for a filter; says below the field what is wrong with it.
    bool addFilter(const QString &text);
    /// Asks which sockets, peers or types have a line.
    void chooseLines();
    /// None: the busiest.
    void pickLines(const std::vector<RateKey> &keys);
    /// Draws what there is now.
    void refresh();

Q_SIGNALS:
    /// A person wants the log at this time.
    void timeChosen(qint64 wallNs);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    struct Drawing;
    void createControls();
    void createPlot();
    void setView(qint64 fromNs, qint64 toNs);
    void setSpan(qint64 spanNs);
    void applySpec();
    void removeFilter(int row);
    void showLegendMenu(QPoint position);
    void updateControls();
    void fitControls();
    void schedule();
    Drawing drawRates(qint64 fromNs, qint64 toNs) const;
    Drawing drawGauges(qint64 fromNs, qint64 toNs) const;
    void showDrawing(const Drawing &drawing);
    void updateLegend();
    void updateNote();
    QString nameOf(const RateKey &key, bool others) const;
    QString valueText(double value) const;
    bool isRate() const { return m_what == Quantity::Messages || m_what == Quantity::Bytes; }

    QPointer<RateHistory> m_history;
    const SockDirectory *m_directory;
    WallClock m_now;
    std::function<QString()> m_displayFilter;
    std::function<std::vector<RateKey>(RateSplit)> m_candidates;
    QComboBox *m_quantity = nullptr;
    QComboBox *m_split = nullptr;
    QComboBox *m_ways = nullptr;
    QComboBox *m_span = nullptr;
    QToolButton *m_choose = nullptr;
    QToolButton *m_liveButton = nullptr;
    QLineEdit *m_filter = nullptr;
    QToolButton *m_takeFilter = nullptr;
    QLabel *m_filterError = nullptr;
    ElidedLabel *m_noteLabel = nullptr;
    QLabel *m_empty = nullptr;
    QSplitter *m_splitter = nullptr;
    RatesPlot *m_plot = nullptr;
    RatesLegend *m_legend = nullptr;
    DataTable *m_table = nullptr;
    QTimer m_timer;
    RateSpec m_spec;
    Quantity m_what = Quantity::Messages;
    bool m_live = true;
    qint64 m_spanNs = 60'000'000'000;
    qint64 m_toNs = 0; ///< where the frozen view ends
    qint64 m_stepNs = 0;
    std::vector<std::vector<double>> m_values; ///< of the lines of the legend
    std::function<qint64()> m_ignoredCount;
    QString m_note;
};

} // namespace SockScope
