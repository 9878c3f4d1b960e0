#include "ui/models/ratehistory.h"

#include <QCoreApplication>

#include <iterator>
#include <utility>

namespace SockScope {

RateHistory::RateHistory(const MessageStore *store, Context context, QObject *parent)
    : QObject(parent)
    , m_store(store)
    , m_context(std::move(context))
    , m_cleared(store->stats().cleared)
    , m_firstNo(store->firstNo())
{
    m_pool.setMaxThreadCount(2); // all messages are counted while a slow filter is
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &RateHistory::countNow);
    begin(m_all, {}, m_firstNo);
}

RateHistory::~RateHistory()
{
    for (Counter *counter : {&m_all, &m_split, &m_next})
        cancel(*counter);
    m_pool.waitForDone();
}

void RateHistory::begin(Counter &counter, const RateSpec &spec, quint64 firstNo)
{
    cancel(counter);
    counter.spec = spec;
    counter.counts = std::make_shared<RateCounts>(spec, firstNo);
    counter.cancelled = std::make_shared<std::atomic<bool>>(false);
    counter.running = counter.again = false;
}

void RateHistory::cancel(Counter &counter)
{
    if (counter.cancelled)
        *counter.cancelled = true;
    counter.counts.reset();
    counter.cancelled.reset();
}

void RateHistory::setSpec(const RateSpec &spec)
{
    cancel(m_next);
    if (spec.split == RateSplit::All) {
        cancel(m_split);
        m_split.spec = spec;
    } else {
        begin(m_split, spec, m_firstNo);
        start(m_split);
    }
    m_chosen.start();
    Q_EMIT counted();
}

void RateHistory::setWatched(bool watched)
{
    m_intervalMs = watched ? liveMs : quietMs;
    if (watched) {
        m_timer.stop();
        countNow();
    }
}

void RateHistory::update()
{
    if (!m_timer.isActive())
        m_timer.start(m_intervalMs);
}

void RateHistory::countNow()
{
    if (const quint64 cleared = m_store->stats().cleared; cleared != m_cleared) {
        m_cleared = cleared;
        m_firstNo = m_store->firstNo();
        begin(m_all, {}, m_firstNo);
        cancel(m_next);
        if (m_split.counts)
            begin(m_split, m_split.spec, m_firstNo);
        m_gauges.clear();
        Q_EMIT counted();
    }
    for (Counter *counter : {&m_all, &m_split, &m_next})
        start(*counter);
}

void RateHistory::start(Counter &counter)
{
    if (!counter.counts)
        return;
    if (counter.running) {
        counter.again = true;
        return;
    }
    if (counter.counts->progress().nextNo >= m_store->endNo())
        return;
    counter.running = true;
    std::shared_ptr<const FilterContext> context;
    if (counter.spec.split == RateSplit::Filter && m_context)
        context = m_context();
    if (!context)
        context = std::make_shared<const FilterContext>();
    m_pool.start([this, &counter, counts = counter.counts, cancelled = counter.cancelled, chunks = m_store->chunks(),
                  context = std::move(context)] {
        if (!counts->count(chunks, *context, *cancelled))
            return;
        QMetaObject::invokeMethod(
            this, [this, &counter, counts] { handleCounted(counter, counts); }, Qt::QueuedConnection);
    });
}

void RateHistory::handleCounted(Counter &counter, const std::shared_ptr<RateCounts> &counts)
{
    if (counter.counts != counts)
        return; // another has begun meanwhile
    counter.running = false;
    if (std::exchange(counter.again, false))
        update();
    if (&counter == &m_next && m_split.counts && counts->progress().nextNo >= m_split.counts->progress().nextNo) {
        cancel(m_split);
        m_split = std::exchange(m_next, Counter());
        m_split.running = false;
    } else if (&counter == &m_split) {
        chooseAgain();
    }
    Q_EMIT counted();
}

void RateHistory::chooseAgain()
{
    if (m_next.counts || !m_split.counts->progress().outdated || m_chosen.elapsed() < m_chooseAgainMs)
        return;
    m_chosen.start();
    begin(m_next, m_split.spec, m_firstNo);
    start(m_next);
}

void RateHistory::finish()
{
    countNow();
    while ((m_all.counts && m_all.running) || (m_split.counts && m_split.running) ||
           (m_next.counts && m_next.running)) {
        m_pool.waitForDone();
        QCoreApplication::sendPostedEvents(this, QEvent::MetaCall);
    }
}

const RateCounts &RateHistory::shown() const
{
    return m_split.counts ? *m_split.counts : *m_all.counts;
}

RateReading RateHistory::read(qint64 fromNs, qint64 toNs, int steps) const
{
    RateReading reading;
    reading.steps = RateSteps::forRange(fromNs, toNs, steps, latestNs());
    const RateSteps &range = reading.steps;
    if (m_split.counts)
        reading.curves = m_split.counts->read(range.level, range.firstNs, range.stepNs, range.count);
    if (!m_split.counts || m_split.spec.split == RateSplit::Filter) {
        std::vector<RateCurve> all = m_all.counts->read(range.level, range.firstNs, range.stepNs, range.count);
        reading.curves.insert(reading.curves.begin(), std::move_iterator(all.begin()), std::move_iterator(all.end()));
    }
    return reading;
}

RateProgress RateHistory::progress() const
{
    return shown().progress();
}

double RateHistory::fractionCounted() const
{
    const quint64 next = shown().progress().nextNo;
    const quint64 first = m_firstNo;
    const quint64 end = m_store->endNo();
    return next >= end || end <= first
               ? 1
               : static_cast<double>(qMax(next, first) - first) / static_cast<double>(end - first);
}

bool RateHistory::isCountingBack() const
{
    const quint64 next = qMax(shown().progress().nextNo, m_firstNo);
    return m_store->endNo() > next + 4 * quint64(Chunk::capacity);
}

qint64 RateHistory::latestNs() const
{
    return qMax(m_all.counts->latestNs(), m_gauges.latestNs());
}

qint64 RateHistory::earliestNs() const
{
    return m_all.counts->earliestNs();
}

} // namespace SockScope
