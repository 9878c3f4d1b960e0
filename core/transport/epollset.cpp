#include "core/transport/epollset.h"

#ifdef Q_OS_LINUX

#include <QDeadlineTimer>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace SockScope {

namespace {

constexpr int eventsACall = 64;
constexpr int callsAWakeUp = 16;
constexpr qint64 wakeUpMs = 2;

} // namespace

/// What one call answered and has not been passed on yet.
struct EpollSet::Batch
{
    std::array<epoll_event, eventsACall> events;
    int next = 0;
    int count = 0;
    Batch *outer = nullptr;
};

EpollSet::EpollSet(std::function<void()> batchEnded)
    : m_batchEnded(std::move(batchEnded))
{
}

EpollSet::~EpollSet()
{
    if (m_notifier) {
        m_notifier->setEnabled(false);
        m_notifier->disconnect();
        if (m_life.isWatched()) // it is on the call stack
            m_notifier.release()->deleteLater();
    }
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

int EpollSet::open()
{
    m_descriptor = ::epoll_create1(EPOLL_CLOEXEC);
    if (m_descriptor < 0)
        return errno;
    m_notifier = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] { run(); });
    return 0;
}

int EpollSet::watch(int descriptor, EpollUser *user, quint32 before, quint32 events)
{
    if (before == events)
        return 0;
    if (events == 0)
        forget(user);
    epoll_event event{};
    event.events = events;
    event.data.ptr = user;
    const int operation = events == 0 ? EPOLL_CTL_DEL : before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    return ::epoll_ctl(m_descriptor, operation, descriptor, &event) == 0 ? 0 : errno;
}

void EpollSet::forget(const EpollUser *user)
{
    for (Batch *batch = m_batch; batch; batch = batch->outer) {
        for (int i = batch->next; i < batch->count; ++i) {
            if (batch->events[static_cast<size_t>(i)].data.ptr == user)
                batch->events[static_cast<size_t>(i)].data.ptr = nullptr;
        }
    }
}

void EpollSet::run()
{
    LifeToken::Watch life(m_life);
    Batch batch;
    batch.outer = std::exchange(m_batch, &batch);
    const QDeadlineTimer deadline(wakeUpMs, Qt::PreciseTimer);
    const std::function<void()> batchEnded = m_batchEnded; // which may destroy this
    for (int call = 0; call < callsAWakeUp; ++call) {
        batch.next = 0;
        batch.count = qMax(0, ::epoll_wait(m_descriptor, batch.events.data(), eventsACall, 0));
        const bool wasFull = batch.count == eventsACall;
        while (batch.next < batch.count) {
            const epoll_event event = batch.events[static_cast<size_t>(batch.next++)];
            if (!event.data.ptr)
                continue;
            static_cast<EpollUser *>(event.data.ptr)->epollReady(event.events);
            if (!life.isAlive())
                return;
        }
        batchEnded();
        if (!life.isAlive())
            return;
        if (!wasFull || deadline.hasExpired())
            break;
    }
    m_batch = batch.outer;
}

} // namespace SockScope

#endif
