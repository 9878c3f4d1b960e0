#pragma once

#include <QHash>
#include <QObject>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/dispatch/handlerstats.h"
#include "core/dispatch/runobserver.h"
#include "core/dispatch/spinlock.h"
#include "core/dispatch/watchdog.h"
#include "core/time/clock.h"
#include "core/time/turnclock.h"
#include "core/types/envelope.h"
#include "core/types/sockerror.h"
#include "core/types/sockoptions.h"

class QThread;
class QThreadPool;

namespace SockScope {

/// A QObject that may die in another thread while we post to it: whoever holds the lock sees it alive or null.
struct ObjectGuard
{
    SpinLock mutex;
    std::atomic<QObject *> object{nullptr};
    /// Posts function to the object's thread; false when the object is gone.
    bool post(std::function<void()> function);
};

/*! Finds the handlers of a message and calls them.
 *  Path    hooks → [this] → handlers
 *  Shape   a table from type to handlers, in the order of addition; a path for types that have none; at most
 *          maximumHandlers
 *  Units   nanoseconds of the sock's Clock
 *  Errors  what a handler throws is caught, counted and reported; a full table answers the id 0
 *  Thread  the sock's thread; a handler whose context lives elsewhere is posted there (at most remoteLimit waiting),
 *          one that is concurrent runs on a thread pool. Re-entrant: handlers may be added and removed, the
 *          dispatcher may be destroyed by whoever holds it shared, while one runs
 *  Source  muduo's dispatcher joined by callbacks
 */
class Dispatcher : public std::enable_shared_from_this<Dispatcher>
{
public:
    using Callable = std::function<void(const Envelope &)>;
    static constexpr int remoteLimit = 65536;
    static constexpr int unhandledTypesLimit = 4096;

    struct Hooks
    {
        std::function<void(HandlerId id, const QString &name, const Endpoint &peer, const QString &what)> failed;
        std::function<void(const QString &name, qint64 ns)> ran; ///< only for those that ran long
        std::function<void()> concurrentFinished;
    };

    Dispatcher(std::shared_ptr<Clock> clock, int maximumHandlers, int maximumConcurrent);
    ~Dispatcher();

    /// The sock: results of other threads are posted to it.
    void setHome(QObject *home);
    void setHooks(Hooks hooks) { m_hooks = std::move(hooks); }
    void setClock(std::shared_ptr<Clock> clock) { m_clock = TurnClock(std::move(clock)); }
    /// What handlers are timed with; whoever dispatches starts it once a turn.
    TurnClock &turnClock() { return m_clock; }
    void setLimits(int maximumHandlers, int maximumConcurrent);
    void setLongRunNs(qint64 ns) { m_longRunNs = ns; }
    Watchdog::Slot &watch() { return *m_watch; }
    std::shared_ptr<Watchdog::Slot> sharedWatch() const { return m_watch; }

    HandlerId add(const MessageType &type, QObject *context, Callable callable, const HandlerOptions &options,
                  bool catchAll);
    bool remove(HandlerId id);
    int removeType(const MessageType &type);
    bool setEnabled(HandlerId id, bool enabled);
    /// Null when there is no such handler. Any thread.
    QString handlerName(HandlerId id) const;

    /// Whether dispatch would call at least one handler.
    bool wouldHandle(const MessageType &type) const
    {
        for (const auto &handler : *listFor(type)) {
            if (handler->stats.enabled && !handler->removed && (!handler->context || handler->context->object))
                return true;
        }
        return false;
    }
    /// Whether a handler of this type must wait until a concurrent one has finished.
    bool wouldStall(const MessageType &type) const
    {
        return m_concurrent >= m_maximumConcurrent && hasConcurrent(*listFor(type));
    }
    /// The time, and the thread, of what is dispatched until the next call.
    qint64 beginTurn();
    /// Calls the handlers; nowNs is the time at the start and is moved to the end. The caller holds the dispatcher
    /// shared; observer is told of each run.
    void dispatch(const Envelope &envelope, qint64 &nowNs, RunObserver *observer = nullptr);
    void countUnhandled(const MessageType &type);
    /// No handler is called any more, and running concurrent ones are waited for.
    void shutdown();

    std::vector<HandlerStats> stats() const;
    int concurrentRunning() const;
    /// The handler that took longest since the last call of this, and how long.
    std::pair<QString, qint64> takeLongest();

private:
    struct Handler
    {
        HandlerStats stats;
        Callable callable;
        std::shared_ptr<ObjectGuard> context; // null: none
        std::shared_ptr<std::atomic<int>> remoteWaiting;
        QMetaObject::Connection connection;
        bool removed = false;
    };
    using HandlerList = std::vector<std::shared_ptr<Handler>>;
    struct TypeEntry
    {
        HandlerList handlers;
    };
    static constexpr size_t smallTypes = 256;

    TypeEntry *entry(const MessageType &type) const
    {
        if (!type.isName() && static_cast<quint64>(type.number()) < smallTypes)
            return m_small[static_cast<size_t>(type.number())];
        const auto found = m_types.constFind(type);
        return found == m_types.cend() ? nullptr : found->get();
    }
    TypeEntry *makeEntry(const MessageType &type);
    const HandlerList *listFor(const MessageType &type) const
    {
        const TypeEntry *found = entry(type);
        return found && !found->handlers.empty() ? &found->handlers : &m_catchAll;
    }
    static bool hasConcurrent(const HandlerList &handlers);
    bool isElsewhere(ObjectGuard &context) const;
    class ObservedRun;
    void call(const std::shared_ptr<Handler> &handler, const Envelope &envelope, qint64 &nowNs, RunObserver *observer);
    void callRemote(const std::shared_ptr<Handler> &handler, const Envelope &envelope, const ObservedRun &run);
    void callConcurrent(const std::shared_ptr<Handler> &handler, const Envelope &envelope, const ObservedRun &run);
    quint64 began(RunObserver &observer, const Handler &handler, const Envelope &envelope, qint64 nowNs,
                  RunPlace place) const;
    void finish(const std::shared_ptr<Handler> &handler, const Endpoint &peer, qint64 ranNs, const QString &error);
    void drop(const std::shared_ptr<Handler> &handler);
    void sweep();

    TurnClock m_clock;
    QThread *m_thread; // the sock's
    Hooks m_hooks;
    QHash<MessageType, std::shared_ptr<TypeEntry>> m_types;
    std::array<TypeEntry *, smallTypes> m_small{}; // of m_types, for the numbers 0 to 255
    HandlerList m_catchAll;
    HandlerList m_added; // during dispatch
    QHash<HandlerId, std::shared_ptr<Handler>> m_byId;
    QHash<MessageType, quint64> m_unhandled;
    quint64 m_unhandledOther = 0;
    HandlerId m_nextId = 1;
    int m_maximumHandlers;
    int m_maximumConcurrent;
    int m_depth = 0;
    bool m_needsSweep = false;
    bool m_shutDown = false;
    qint64 m_longRunNs = 0;
    QString m_longestName;
    HandlerId m_longestId = 0;
    qint64 m_longestNs = 0;
    std::shared_ptr<Watchdog::Slot> m_watch;
    std::shared_ptr<ObjectGuard> m_home; // an object in the sock's thread that results are posted to
    std::unique_ptr<QThreadPool> m_pool;
    int m_concurrent = 0;
    mutable std::mutex m_namesMutex;
    QHash<HandlerId, QString> m_names;
};

} // namespace SockScope
