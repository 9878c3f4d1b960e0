#pragma once

#include <QtGlobal>

#ifdef Q_OS_LINUX

#include <QSocketNotifier>

#include <sys/epoll.h>

#include <functional>
#include <memory>

#include "core/transport/lifetoken.h"

namespace SockScope {

/*! Who is told what its descriptor is ready for.
 *  Path    EpollSet → [this]
 *  Shape   may leave the set, be destroyed, or destroy the set inside the call
 *  Units   events as in epoll_ctl(2)
 *  Errors  EPOLLERR and EPOLLHUP come without being asked for
 *  Thread  the set's
 *  Source  epoll(7)
 */
class EpollUser
{
public:
    virtual void epollReady(quint32 events) = 0;

protected:
    ~EpollUser() = default;
};

/*! Many descriptors behind one that Qt's event loop watches: a turn costs what is ready, not what is open.
 *  Path    the system → [this] → NativeStream
 *  Shape   64 events a call, at most 16 calls or 2 ms a wake-up; batchEnded after each call
 *  Units   events as in epoll_ctl(2), level-triggered
 *  Errors  open and watch answer errno, or 0
 *  Thread  the thread that opened it; it may be destroyed, and users removed, inside any callback
 *  Source  epoll(7)
 */
class EpollSet
{
public:
    explicit EpollSet(std::function<void()> batchEnded);
    ~EpollSet();
    EpollSet(const EpollSet &) = delete;
    EpollSet &operator=(const EpollSet &) = delete;

    int open();
    /// Sets what a descriptor is watched for, from what it was watched for: 0 is not at all.
    int watch(int descriptor, EpollUser *user, quint32 before, quint32 events);

private:
    struct Batch;

    void run();
    void forget(const EpollUser *user);

    std::function<void()> m_batchEnded;
    std::unique_ptr<QSocketNotifier> m_notifier;
    Batch *m_batch = nullptr; // the innermost, for a callback may run an event loop of its own
    LifeToken m_life;
    int m_descriptor = -1;
};

} // namespace SockScope

#endif
