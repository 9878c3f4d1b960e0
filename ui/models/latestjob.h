#pragma once

#include <QObject>
#include <QThreadPool>

#include <atomic>
#include <memory>
#include <utility>

namespace SockScope {

/*! Work that only the latest order of matters: a new job cancels the one before, waiting or running.
 *  Path    beside the models: whatever would hold the window up
 *  Shape   start(work, done): work(cancelled) runs on a thread of its own, then done(result) in ours; done is never
 *          called for a job that was cancelled
 *  Units   one job runs, at most one waits
 *  Errors  none of its own
 *  Thread  the owner's; work runs elsewhere and looks at `cancelled` where it may take long. The destructor waits for
 *          it
 *  Source  none
 */
class LatestJob : public QObject
{
    Q_OBJECT
public:
    using Cancelled = std::atomic<bool>;

    explicit LatestJob(QObject *parent = nullptr);
    ~LatestJob() override;

    template <typename Work, typename Done>
    void start(Work work, Done done)
    {
        cancel();
        m_cancelled = std::make_shared<Cancelled>(false);
        m_pool.start([this, flag = m_cancelled, work = std::move(work), done = std::move(done)]() mutable {
            if (flag->load(std::memory_order_relaxed))
                return;
            auto result = std::make_shared<decltype(work(std::as_const(*flag)))>(work(std::as_const(*flag)));
            if (flag->load(std::memory_order_relaxed))
                return;
            QMetaObject::invokeMethod(
                this,
                [this, flag = std::move(flag), result = std::move(result), done = std::move(done)]() mutable {
                    if (flag->load(std::memory_order_relaxed))
                        return;
                    m_cancelled.reset();
                    done(std::move(*result));
                },
                Qt::QueuedConnection);
        });
    }
    void cancel();
    /// Until done was called.
    bool isRunning() const { return m_cancelled != nullptr; }

private:
    QThreadPool m_pool;
    std::shared_ptr<Cancelled> m_cancelled; // of the latest job
};

} // namespace SockScope
