#pragma once

#include <QObject>
#include <QThreadPool>

#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

#include "core/filter/filter.h"
#include "core/store/messagestore.h"
#include "ui/models/logrows.h"

namespace SockScope {

/// What a scan needs to know: a copy that nobody changes.
struct FilterInput
{
    Filter filter;
    std::shared_ptr<const FilterContext> context;
    std::shared_ptr<const std::vector<quint64>> ignored; ///< ascending; they pass no filter. May be null
};

/*! Runs a filter over the store beside the window's thread: the newest messages first, then, as they come, new ones.
 *  Path    MessageStore and Filter → [this] → MessageLogModel
 *  Shape   start() scans a range backwards, extend() what came after it; take() hands over what was found meanwhile.
 *          One scan at a time: a new start() or stop() ends the last at once, in the middle of a chunk too
 *  Units   numbers of messages
 *  Errors  a chunk that cannot be read passes none of its messages, and is counted in unreadable()
 *  Thread  the window's; the scans run on two threads of a pool of their own, so that new messages never wait for old
 *  Source  none
 */
class FilterRunner : public QObject
{
    Q_OBJECT
public:
    struct Results
    {
        std::vector<LogHits> front; ///< of the scan backwards: the newest first
        std::vector<LogHits> back;  ///< of what was extended: the oldest first
    };

    explicit FilterRunner(QObject *parent = nullptr);
    ~FilterRunner() override;

    /// Scans first <= no < end, from the end on. Chunks in order; they may hold more than the range.
    void start(const FilterInput &input, StoredChunks chunks, quint64 first, quint64 end);
    /// Scans from <= no < to with the filter of start(), after all that was extended before.
    void extend(const std::shared_ptr<const FilterContext> &context, StoredChunks chunks, quint64 from, quint64 to);
    void stop();
    /// The range begins at no now: what is below need not be scanned any more.
    void dropBefore(quint64 no);

    Results take();
    /// Waits until so many hits were found or the scan is complete; answers whether one of the two happened.
    bool waitFor(qint64 hits, std::chrono::milliseconds timeout);

    bool isScanning() const;
    /// Of the scan backwards: 0 to 1.
    double progress() const;
    quint64 unreadable() const;

Q_SIGNALS:
    /// There is something to take, or the scan is complete; one at most is on its way.
    void progressed();

private:
    struct Scan;

    void notify();
    void scanBackwards(const std::shared_ptr<Scan> &scan, StoredChunks chunks);
    void scanExtensions(const std::shared_ptr<Scan> &scan);

    QThreadPool m_pool;
    std::shared_ptr<Scan> m_scan;
    std::atomic<bool> m_notified{false};
};

} // namespace SockScope
