#pragma once

#include <QtGlobal>

#ifdef Q_OS_UNIX
#include <csignal>
#endif

namespace SockScope {

/*! Keeps signals from the threads that are started while it lives.
 *  Path    a stage that starts a helper thread → [this] → the system
 *  Shape   all signals are blocked in the calling thread until it goes; threads inherit that, and keep it
 *  Units   none
 *  Errors  none: where there are no such signals it does nothing
 *  Thread  the one that starts the other
 *  Source  pthread_sigmask(3): a signal of the process goes to any thread that does not block it, and the handlers are
 *          the program's
 */
class BlockedSignals
{
public:
    BlockedSignals()
    {
#ifdef Q_OS_UNIX
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &m_before);
#endif
    }
    ~BlockedSignals()
    {
#ifdef Q_OS_UNIX
        ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
#endif
    }
    Q_DISABLE_COPY_MOVE(BlockedSignals)

private:
#ifdef Q_OS_UNIX
    sigset_t m_before{};
#endif
};

} // namespace SockScope
