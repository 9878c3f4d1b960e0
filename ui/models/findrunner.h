#pragma once

#include <QObject>
#include <QThreadPool>

#include <atomic>
#include <memory>

#include "ui/models/filterrunner.h"

namespace SockScope {

/*! Looks for the next message that passes a filter, beside the window's thread.
 *  Path    the find bar → MessageLogModel → [this] → the log's current row
 *  Shape   one search at a time: a new start() or cancel() ends the last at once, without an answer. Among the messages
 *          that the log shows: those that pass `shown` too. An answer comes once, queued
 *  Units   numbers of messages
 *  Errors  a chunk that cannot be read holds no hit, and is counted in the answer
 *  Thread  the window's; the search runs on a thread of a pool of its own
 *  Source  none
 */
class FindRunner : public QObject
{
    Q_OBJECT
public:
    enum class Direction : quint8 { Forward, Backward };
    struct Search
    {
        Filter wanted;
        FilterInput shown; ///< the log's own filter, what it ignores, and the context of both
        Direction direction = Direction::Forward;
        quint64 fromNo = 0; ///< not looked at, but last, after a wrap; 0: start at the end that the direction names
        bool wrap = true;
        quint64 first = 0; ///< of the messages that are shown
        quint64 end = 0;
    };
    struct Answer
    {
        quint64 no = 0; ///< 0: not found
        bool wrapped = false;
        quint64 unreadable = 0; ///< messages that could not be looked at
    };

    explicit FindRunner(QObject *parent = nullptr);
    ~FindRunner() override;

    void start(const Search &search, StoredChunks chunks);
    void cancel();
    bool isSearching() const { return bool(m_job); }
    /// 0 to 1.
    double progress() const;

Q_SIGNALS:
    void finished(const SockScope::FindRunner::Answer &answer);

private:
    struct Job;

    static bool lookIn(Job &job, const StoredChunks &chunks, quint64 first, quint64 end);

    QThreadPool m_pool;
    std::shared_ptr<Job> m_job;
};

} // namespace SockScope
