#include "core/dispatch/dispatcher.h"

#include <QMetaObject>
#include <QThread>
#include <QThreadPool>

#include <algorithm>
#include <exception>

namespace SockScope {

namespace {

/// Runs a handler; false when it threw, and what says what.
inline bool runContained(const Dispatcher::Callable &callable, const Envelope &envelope, QString &what)
{
    try {
        callable(envelope);
        return true;
    } catch (const std::exception &exception) {
        what = QString::fromUtf8(exception.what());
        if (what.isEmpty())
            what = QStringLiteral("an exception without a text");
    } catch (const QString &text) {
        what = text.isEmpty() ? QStringLiteral("an empty text") : text;
    } catch (const char *text) {
        what = QString::fromUtf8(text ? text : "a null text");
    } catch (...) {
        what = QStringLiteral("an exception of a type that is not std::exception");
    }
    return false;
}

qint64 realNs()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

/// A run in another thread, where time is real time, told to its observer in the sock's.
class Dispatcher::ObservedRun
{
public:
    ObservedRun() = default;
    ObservedRun(RunObserver &observer, quint64 run, qint64 nowNs)
        : m_observer(observer.weakObserver())
        , m_run(run)
        , m_offsetNs(nowNs - realNs())
    {
    }
    void ended(qint64 realStartNs, qint64 realEndNs, const QString &error) const
    {
        if (m_run == 0)
            return;
        if (const auto observer = m_observer.lock())
            observer->runEnded(m_run, realStartNs + m_offsetNs, realEndNs + m_offsetNs, error);
    }
    /// It will never run.
    void refused(const QString &error) const
    {
        const qint64 now = realNs();
        ended(now, now, error);
    }

private:
    std::weak_ptr<RunObserver> m_observer;
    quint64 m_run = 0; // 0: not observed
    qint64 m_offsetNs = 0;
};

bool ObjectGuard::post(std::function<void()> function)
{
    const std::lock_guard lock(mutex);
    return object && QMetaObject::invokeMethod(object, std::move(function), Qt::QueuedConnection);
}

Dispatcher::Dispatcher(std::shared_ptr<Clock> clock, int maximumHandlers, int maximumConcurrent)
    : m_clock(std::move(clock))
    , m_thread(QThread::currentThread())
    , m_maximumHandlers(maximumHandlers)
    , m_maximumConcurrent(maximumConcurrent)
    , m_watch(std::make_shared<Watchdog::Slot>())
    , m_home(std::make_shared<ObjectGuard>())
{
}

Dispatcher::~Dispatcher()
{
    shutdown();
}

void Dispatcher::setHome(QObject *home)
{
    const std::lock_guard lock(m_home->mutex);
    m_home->object = home;
}

void Dispatcher::setLimits(int maximumHandlers, int maximumConcurrent)
{
    m_maximumHandlers = maximumHandlers;
    m_maximumConcurrent = maximumConcurrent;
}

void Dispatcher::shutdown()
{
    m_shutDown = true;
    {
        const std::lock_guard lock(m_home->mutex);
        m_home->object = nullptr;
    }
    if (m_pool) {
        m_pool->clear();
        m_pool->waitForDone();
        m_concurrent = 0;
    }
    for (const auto &handler : std::as_const(m_byId)) {
        handler->removed = true;
        QObject::disconnect(handler->connection);
    }
}

Dispatcher::TypeEntry *Dispatcher::makeEntry(const MessageType &type)
{
    auto &slot = m_types[type];
    if (!slot) {
        slot = std::make_shared<TypeEntry>();
        if (!type.isName() && static_cast<quint64>(type.number()) < smallTypes)
            m_small[static_cast<size_t>(type.number())] = slot.get();
    }
    return slot.get();
}

HandlerId Dispatcher::add(const MessageType &type, QObject *context, Callable callable, const HandlerOptions &options,
                          bool catchAll)
{
    if (m_byId.size() >= m_maximumHandlers || !callable || m_shutDown)
        return 0;
    auto handler = std::make_shared<Handler>();
    handler->stats.id = m_nextId++;
    handler->stats.type = type;
    handler->stats.catchAll = catchAll;
    handler->stats.concurrent = options.concurrent;
    const QString typeName = catchAll ? QStringLiteral("any other type") : type.toString();
    handler->stats.name =
        options.name.isEmpty() ? QStringLiteral("%1 #%2").arg(typeName).arg(handler->stats.id) : options.name;
    handler->callable = std::move(callable);
    if (context) {
        handler->context = std::make_shared<ObjectGuard>();
        handler->context->object = context;
        handler->remoteWaiting = std::make_shared<std::atomic<int>>(0);
        // Runs in the thread that destroys the context, which may be another one: the guard's lock keeps a post out.
        handler->connection = QObject::connect(
            context, &QObject::destroyed, context,
            [guard = handler->context, self = weak_from_this(), home = m_home, id = handler->stats.id] {
                {
                    const std::lock_guard lock(guard->mutex);
                    guard->object = nullptr;
                }
                home->post([self, id] {
                    if (const auto alive = self.lock())
                        alive->remove(id);
                });
            },
            Qt::DirectConnection);
    }
    {
        const std::lock_guard lock(m_namesMutex);
        m_names.insert(handler->stats.id, handler->stats.name);
    }
    m_byId.insert(handler->stats.id, handler);
    if (m_depth > 0)
        m_added.push_back(handler);
    else
        (catchAll ? m_catchAll : makeEntry(type)->handlers).push_back(handler);
    return handler->stats.id;
}

bool Dispatcher::remove(HandlerId id)
{
    const auto handler = m_byId.value(id);
    if (!handler)
        return false;
    drop(handler);
    if (m_depth == 0)
        sweep();
    return true;
}

int Dispatcher::removeType(const MessageType &type)
{
    std::vector<std::shared_ptr<Handler>> found;
    for (const auto &handler : std::as_const(m_byId)) {
        if (!handler->stats.catchAll && handler->stats.type == type)
            found.push_back(handler);
    }
    for (const auto &handler : found)
        drop(handler);
    if (m_depth == 0)
        sweep();
    return static_cast<int>(found.size());
}

void Dispatcher::drop(const std::shared_ptr<Handler> &handler)
{
    handler->removed = true;
    QObject::disconnect(handler->connection);
    m_byId.remove(handler->stats.id);
    m_needsSweep = true;
    const std::lock_guard lock(m_namesMutex);
    m_names.remove(handler->stats.id);
}

void Dispatcher::sweep()
{
    if (m_needsSweep) {
        m_needsSweep = false;
        const auto isRemoved = [](const std::shared_ptr<Handler> &handler) { return handler->removed; };
        std::erase_if(m_catchAll, isRemoved);
        std::erase_if(m_added, isRemoved);
        for (auto it = m_types.begin(); it != m_types.end();) {
            std::erase_if((*it)->handlers, isRemoved);
            if ((*it)->handlers.empty()) {
                if (!it.key().isName() && static_cast<quint64>(it.key().number()) < smallTypes)
                    m_small[static_cast<size_t>(it.key().number())] = nullptr;
                it = m_types.erase(it);
            } else {
                ++it;
            }
        }
    }
    for (auto &handler : m_added)
        (handler->stats.catchAll ? m_catchAll : makeEntry(handler->stats.type)->handlers).push_back(handler);
    m_added.clear();
}

bool Dispatcher::setEnabled(HandlerId id, bool enabled)
{
    const auto handler = m_byId.value(id);
    if (!handler)
        return false;
    handler->stats.enabled = enabled;
    return true;
}

QString Dispatcher::handlerName(HandlerId id) const
{
    const std::lock_guard lock(m_namesMutex);
    return m_names.value(id);
}

bool Dispatcher::hasConcurrent(const HandlerList &handlers)
{
    return std::any_of(handlers.begin(), handlers.end(), [](const std::shared_ptr<Handler> &handler) {
        return handler->stats.concurrent && handler->stats.enabled && !handler->removed;
    });
}

qint64 Dispatcher::beginTurn()
{
    m_thread = QThread::currentThread();
    return m_clock.start();
}

void Dispatcher::dispatch(const Envelope &envelope, qint64 &nowNs, RunObserver *observer)
{
    ++m_depth;
    const HandlerList *list = listFor(envelope.message.type);
    // The list cannot change while m_depth > 0: additions wait in m_added, removals only mark.
    for (size_t i = 0; i < list->size() && !m_shutDown; ++i) {
        const std::shared_ptr<Handler> &handler = (*list)[i];
        if (handler->removed)
            continue;
        if (!handler->stats.enabled) {
            ++handler->stats.skipped;
            continue;
        }
        handler->stats.queueWait.add(nowNs - envelope.queuedNs);
        call(handler, envelope, nowNs, observer);
    }
    if (--m_depth == 0 && (m_needsSweep || !m_added.empty()))
        sweep();
}

quint64 Dispatcher::began(RunObserver &observer, const Handler &handler, const Envelope &envelope, qint64 nowNs,
                          RunPlace place) const
{
    return observer.runBegan({envelope, handler.stats.name, handler.stats.id, this, nowNs, place});
}

void Dispatcher::call(const std::shared_ptr<Handler> &handler, const Envelope &envelope, qint64 &nowNs,
                      RunObserver *observer)
{
    ++handler->stats.calls;
    const bool remote = !handler->stats.concurrent && handler->context && isElsewhere(*handler->context);
    if (handler->stats.concurrent || remote) [[unlikely]] {
        ObservedRun run;
        if (observer) {
            const RunPlace place = remote ? RunPlace::ReceiversThread : RunPlace::Pool;
            run = ObservedRun(*observer, began(*observer, *handler, envelope, nowNs, place), nowNs);
        }
        if (remote)
            callRemote(handler, envelope, run);
        else
            callConcurrent(handler, envelope, run);
        return;
    }
    quint64 run = 0;
    if (observer) [[unlikely]] // some nanoseconds that count as the handler's: to read the clock again costs more
        run = began(*observer, *handler, envelope, nowNs, RunPlace::SocksThread);
    const bool outermost = m_depth == 1;
    if (outermost)
        m_watch->enter(handler->stats.id);
    QString error;
    const bool done = runContained(handler->callable, envelope, error);
    if (outermost)
        m_watch->leave();
    const qint64 end = m_clock.now();
    const qint64 ranNs = end - nowNs;
    if (observer) [[unlikely]]
        observer->runEnded(run, nowNs, end, error);
    nowNs = end;
    if (done && ranNs <= m_longestNs && (m_longRunNs <= 0 || ranNs < m_longRunNs)) [[likely]]
        handler->stats.run.add(ranNs);
    else
        finish(handler, envelope.peer, ranNs, error);
}

/// Whether the context must be called in another thread; one that is gone counts as that, and is found missing there.
bool Dispatcher::isElsewhere(ObjectGuard &context) const
{
    const std::lock_guard lock(context.mutex);
    const QObject *object = context.object;
    return !object || object->thread() != m_thread;
}

void Dispatcher::callRemote(const std::shared_ptr<Handler> &handler, const Envelope &envelope, const ObservedRun &run)
{
    if (handler->remoteWaiting->load(std::memory_order_relaxed) >= remoteLimit) {
        const QString error =
            QStringLiteral("%1 messages wait in its receiver's thread: this one was left out").arg(remoteLimit);
        run.refused(error);
        finish(handler, envelope.peer, 0, error);
        return;
    }
    handler->remoteWaiting->fetch_add(1, std::memory_order_relaxed);
    auto job = [self = weak_from_this(), home = m_home, handler, envelope, run] {
        handler->remoteWaiting->fetch_sub(1, std::memory_order_relaxed);
        const qint64 start = realNs();
        QString error;
        runContained(handler->callable, envelope, error);
        const qint64 end = realNs();
        home->post([self, handler, peer = envelope.peer, start, end, error, run] {
            if (const auto alive = self.lock()) {
                run.ended(start, end, error);
                alive->finish(handler, peer, end - start, error);
            }
        });
    };
    if (!handler->context->post(std::move(job))) {
        handler->remoteWaiting->fetch_sub(1, std::memory_order_relaxed);
        run.refused(QStringLiteral("its receiver does not exist any more"));
    }
}

void Dispatcher::callConcurrent(const std::shared_ptr<Handler> &handler, const Envelope &envelope,
                                const ObservedRun &run)
{
    if (!m_pool) {
        m_pool = std::make_unique<QThreadPool>();
        m_pool->setMaxThreadCount(std::min(m_maximumConcurrent, qMax(4, 2 * QThread::idealThreadCount())));
    }
    ++m_concurrent;
    m_pool->start([self = weak_from_this(), home = m_home, handler, envelope, run] {
        const qint64 start = realNs();
        QString error;
        runContained(handler->callable, envelope, error);
        const qint64 end = realNs();
        home->post([self, handler, peer = envelope.peer, start, end, error, run] {
            if (const auto alive = self.lock()) {
                --alive->m_concurrent;
                run.ended(start, end, error);
                alive->finish(handler, peer, end - start, error);
                if (alive->m_hooks.concurrentFinished)
                    alive->m_hooks.concurrentFinished();
            }
        });
    });
}

void Dispatcher::finish(const std::shared_ptr<Handler> &handler, const Endpoint &peer, qint64 ranNs,
                        const QString &error)
{
    handler->stats.run.add(ranNs);
    if (ranNs > m_longestNs) {
        m_longestNs = ranNs;
        m_longestId = handler->stats.id;
        m_longestName.clear();
        if (handler->removed)
            m_longestName = handler->stats.name;
    }
    if (!error.isNull()) {
        ++handler->stats.errors;
        handler->stats.lastError = error;
        if (m_hooks.failed && !m_shutDown)
            m_hooks.failed(handler->stats.id, handler->stats.name, peer, error);
    }
    if (m_longRunNs > 0 && ranNs >= m_longRunNs && m_hooks.ran && !m_shutDown)
        m_hooks.ran(handler->stats.name, ranNs);
}

void Dispatcher::countUnhandled(const MessageType &type)
{
    const auto found = m_unhandled.find(type);
    if (found != m_unhandled.end())
        ++*found;
    else if (m_unhandled.size() < unhandledTypesLimit)
        m_unhandled.insert(type, 1);
    else
        ++m_unhandledOther;
}

std::vector<HandlerStats> Dispatcher::stats() const
{
    std::vector<HandlerStats> rows;
    rows.reserve(static_cast<size_t>(m_byId.size() + m_unhandled.size()) + 1);
    for (const auto &handler : std::as_const(m_byId))
        rows.push_back(handler->stats);
    std::sort(rows.begin(), rows.end(), [](const HandlerStats &a, const HandlerStats &b) { return a.id < b.id; });
    for (auto it = m_unhandled.cbegin(); it != m_unhandled.cend(); ++it) {
        HandlerStats row;
        row.type = it.key();
        row.name = QStringLiteral("unhandled");
        row.calls = it.value();
        rows.push_back(std::move(row));
    }
    if (m_unhandledOther > 0) {
        HandlerStats row;
        row.catchAll = true;
        row.name = QStringLiteral("unhandled, further types");
        row.calls = m_unhandledOther;
        rows.push_back(std::move(row));
    }
    return rows;
}

int Dispatcher::concurrentRunning() const
{
    return m_concurrent;
}

std::pair<QString, qint64> Dispatcher::takeLongest()
{
    std::pair<QString, qint64> longest{m_longestName, m_longestNs};
    if (longest.first.isEmpty() && m_longestNs > 0)
        longest.first = handlerName(m_longestId);
    m_longestNs = 0;
    m_longestId = 0;
    m_longestName.clear();
    return longest;
}

} // namespace SockScope
