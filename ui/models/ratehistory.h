#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QThreadPool>
#include <QTimer>

#include <functional>

#include "ui/models/gaugehistory.h"
#include "ui/models/ratecounts.h"

namespace SockScope {

/// What a plot shows of a range.
struct RateReading
{
    RateSteps steps;
    std::vector<RateCurve> curves;
};

/*! How many messages and bytes went over time, in all and told apart as a person asks, and how the socks were.
 *  Path    MessageStore, SockSnapshot → [this] → the Rates panel
 *  Shape   all messages are always counted; another way to tell them apart is counted back over what is stored, and
 *          then goes on. When others have become much busier than those that have a series, they are chosen anew
 *  Units   nanoseconds since 1970 UTC
 *  Errors  missed and unreadable messages are in progress()
 *  Thread  the window's; counting happens on threads of its own, which never wait for the window
 *  Source  none
 */
class RateHistory : public QObject
{
    Q_OBJECT
public:
    using Context = std::function<std::shared_ptr<const FilterContext>()>;
    static constexpr int liveMs = 100;   ///< between two counts while somebody watches …
    static constexpr int quietMs = 1000; ///< … and while nobody does

    /// The store must outlive it; context is asked in the window's thread.
    explicit RateHistory(const MessageStore *store, Context context = {}, QObject *parent = nullptr);
    ~RateHistory() override;

    void setSpec(const RateSpec &spec);
    const RateSpec &spec() const { return m_split.spec; }
    void setWatched(bool watched);
    /// The store may have more: it is counted soon.
    void update();
    void sample(const SockSnapshot &snapshot) { m_gauges.sample(snapshot); }
    /// Counts what is new at once, and waits for it.
    void finish();

    /// With RateSplit::Filter, all messages come first and a curve a filter after.
    RateReading read(qint64 fromNs, qint64 toNs, int steps) const;
    const GaugeHistory &gauges() const { return m_gauges; }
    RateProgress progress() const;
    /// 0 to 1: how far the counting back of the present spec is.
    double fractionCounted() const;
    /// More than what has just arrived is not counted yet.
    bool isCountingBack() const;
    qint64 latestNs() const;
    qint64 earliestNs() const;
    /// How often others became busier between two choices, at most once in so many ms.
    void setChooseAgainMs(int ms) { m_chooseAgainMs = ms; }

Q_SIGNALS:
    /// Something was counted, or cleared; at most once a count.
    void counted();

private:
    struct Counter
    {
        RateSpec spec;
        std::shared_ptr<RateCounts> counts;
        std::shared_ptr<std::atomic<bool>> cancelled;
        bool running = false;
        bool again = false;
    };
    void begin(Counter &counter, const RateSpec &spec, quint64 firstNo);
    static void cancel(Counter &counter);
    void countNow();
    void start(Counter &counter);
    void handleCounted(Counter &counter, const std::shared_ptr<RateCounts> &counts);
    void chooseAgain();
    const RateCounts &shown() const;

    const MessageStore *m_store;
    Context m_context;
    QThreadPool m_pool;
    QTimer m_timer;
    Counter m_all;
    Counter m_split;
    Counter m_next; // replaces m_split when it has counted what that has
    GaugeHistory m_gauges;
    quint64 m_cleared = 0;
    quint64 m_firstNo = 1; // of what was not cleared
    int m_intervalMs = quietMs;
    int m_chooseAgainMs = 5000;
    QElapsedTimer m_chosen;
};

} // namespace SockScope
