#include "ui/models/swarmrun.h"

#include <QTimer>

#include <utility>

namespace SockScope {

using namespace Qt::StringLiterals;

/// The swarm, in its thread; the window waits for the thread before it goes.
class SwarmRun::Worker : public QObject
{
public:
    Worker(SwarmRun *window, SwarmOptions options, qint64 forMs)
        : m_window(window)
        , m_options(std::move(options))
        , m_forMs(forMs)
    {
    }

    void begin()
    {
        m_swarm = std::make_unique<Swarm>(std::move(m_options));
        connect(m_swarm.get(), &Swarm::sequencesFinished, this, &Worker::finish);
        connect(m_swarm.get(), &Swarm::said, this, [this](int index, const QString &text) {
            if (m_lastLines.size() == maximumLines)
                m_lastLines.removeFirst();
            m_lastLines.append(u"%1: %2"_s.arg(index).arg(text));
        });
        if (const auto error = m_swarm->start()) {
            m_swarm.reset();
            return end(error->toString());
        }
        m_timer = new QTimer(this);
        connect(m_timer, &QTimer::timeout, this, [this] { report(); });
        m_timer->start(reportMs);
        if (m_forMs > 0)
            QTimer::singleShot(std::chrono::milliseconds(m_forMs), this, &Worker::finish);
    }
    void finish()
    {
        if (!m_swarm)
            return;
        delete m_timer;
        m_swarm->disconnect(this);
        m_swarm->stop();
        report();
        m_swarm.release()->deleteLater(); // it may be the one who tells us
        end(std::nullopt);
    }

private:
    void report()
    {
        QMetaObject::invokeMethod(
            m_window,
            [window = m_window, stats = m_swarm->stats(), lines = m_lastLines] { window->take(stats, lines); },
            Qt::QueuedConnection);
    }
    void end(const std::optional<QString> &failure)
    {
        QMetaObject::invokeMethod(
            m_window, [window = m_window, failure] { window->handleEnd(failure); }, Qt::QueuedConnection);
    }

    SwarmRun *const m_window;
    SwarmOptions m_options;
    const qint64 m_forMs;
    std::unique_ptr<Swarm> m_swarm;
    QStringList m_lastLines;
    QTimer *m_timer = nullptr;
};

SwarmRun::SwarmRun(QObject *parent)
    : QObject(parent)
{
    m_thread.setObjectName(u"SockScope swarm"_s);
}

SwarmRun::~SwarmRun()
{
    join();
}

void SwarmRun::start(SwarmOptions options, qint64 forMs)
{
    if (isRunning())
        return;
    m_stats = {};
    m_lastLines.clear();
    m_wasStopped = false;
    m_failure.reset();
    m_elapsedMs = 0;
    m_count = options.count;
    m_clock.start();
    m_worker = new Worker(this, std::move(options), forMs);
    m_worker->moveToThread(&m_thread);
    // As the last thing in its thread: what is posted when the thread is told to end may not be done any more.
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.start();
    QMetaObject::invokeMethod(
        m_worker, [worker = m_worker] { worker->begin(); }, Qt::QueuedConnection);
    Q_EMIT changed();
}

void SwarmRun::stop()
{
    m_wasStopped = m_worker != nullptr;
    if (m_worker)
        QMetaObject::invokeMethod(
            m_worker, [worker = m_worker] { worker->finish(); }, Qt::QueuedConnection);
}

void SwarmRun::take(const SwarmStats &stats, const QStringList &lastLines)
{
    m_stats = stats;
    m_lastLines = lastLines;
    m_elapsedMs = m_clock.elapsed();
    Q_EMIT changed();
}

void SwarmRun::handleEnd(const std::optional<QString> &failure)
{
    m_failure = failure;
    join();
    Q_EMIT changed();
}

/// Ends the thread, and the worker and what it runs with it.
void SwarmRun::join()
{
    m_worker = nullptr;
    m_thread.quit();
    m_thread.wait();
}

bool SwarmRun::hasPassed() const
{
    return !m_failure && m_stats.hasPassed(m_count);
}

} // namespace SockScope
