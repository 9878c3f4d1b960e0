#include "app/common/signalwatcher.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace SockScope {

namespace {

constexpr int watched[] = {SIGINT, SIGTERM};
int pairOfSockets[2] = {-1, -1};

void handleSignal(int number)
{
    const int before = errno;
    // The second signal, whichever of them it is, is for a program that does not listen to the first.
    for (const int other : watched)
        std::signal(other, SIG_DFL);
    const char byte = static_cast<char>(number);
    [[maybe_unused]] const ssize_t written = ::write(pairOfSockets[1], &byte, 1);
    errno = before;
}

} // namespace

SignalWatcher::SignalWatcher(QObject *parent)
    : QObject(parent)
{
    Q_ASSERT(pairOfSockets[0] < 0);
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pairOfSockets) != 0)
        return;
    m_notifier = new QSocketNotifier(pairOfSockets[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &SignalWatcher::handleReadable);
    struct sigaction action = {};
    action.sa_handler = handleSignal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int number : watched)
        ::sigaction(number, &action, nullptr);
}

SignalWatcher::~SignalWatcher()
{
    if (!m_notifier)
        return;
    for (const int number : watched)
        std::signal(number, SIG_DFL);
    delete m_notifier;
    for (int &descriptor : pairOfSockets)
        ::close(std::exchange(descriptor, -1));
}

void SignalWatcher::handleReadable()
{
    char byte = 0;
    while (::read(pairOfSockets[0], &byte, 1) == 1)
        Q_EMIT terminationRequested(byte);
}

} // namespace SockScope
