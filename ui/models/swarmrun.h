#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QThread>

#include <memory>
#include <optional>

#include "core/simulate/swarm.h"

namespace SockScope {

/*! A swarm in a thread of its own, as the window sees it.
 *  Path    PersonasPanel → [this] → Swarm; its statistics → PersonasPanel
 *  Shape   one at a time; statistics come every reportMs and once more at the end. It ends when all have run their
 *          sequence, when the time is over, or by stop
 *  Units   milliseconds
 *  Errors  failure() says why it did not begin
 *  Thread  the window's; the destructor waits for the swarm's
 *  Source  none
 */
class SwarmRun : public QObject
{
    Q_OBJECT
public:
    static constexpr int reportMs = 250;
    static constexpr qsizetype maximumLines = 3;

    explicit SwarmRun(QObject *parent = nullptr);
    ~SwarmRun() override;

    /// forMs 0: until it is stopped, or all have run their sequence. Nothing happens while one runs.
    void start(SwarmOptions options, qint64 forMs);
    void stop();
    bool isRunning() const { return m_worker != nullptr; }
    const SwarmStats &stats() const { return m_stats; }
    /// What scripts said last, at most maximumLines of it.
    const QStringList &lastLines() const { return m_lastLines; }
    int count() const { return m_count; }
    qint64 elapsedMs() const { return m_elapsedMs; }
    std::optional<QString> failure() const { return m_failure; }
    /// Every well-behaved peer has connected, stayed and passed, and the ledger adds up.
    bool hasPassed() const;
    /// By stop, before it ended by itself.
    bool wasStopped() const { return m_wasStopped; }

Q_SIGNALS:
    void changed();

private:
    class Worker;

    void take(const SwarmStats &stats, const QStringList &lastLines);
    void handleEnd(const std::optional<QString> &failure);
    void join();

    QThread m_thread;
    Worker *m_worker = nullptr; ///< in the thread
    SwarmStats m_stats;
    QStringList m_lastLines;
    QElapsedTimer m_clock;
    qint64 m_elapsedMs = 0;
    int m_count = 0;
    bool m_wasStopped = false;
    std::optional<QString> m_failure;
};

} // namespace SockScope
