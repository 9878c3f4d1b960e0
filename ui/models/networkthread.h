#pragma once

#include <QThread>

#include <functional>

namespace SockScope {

class BaseSock;

/*! The thread in which the socks live that the inspector opens.
 *  Path    Inspection → [this] → BaseSock
 *  Shape   started with the first function that runs in it; the socks that it adopted are destroyed in it at the end
 *  Units   none
 *  Errors  none
 *  Thread  that of its maker; the destructor waits for the thread to end
 *  Source  socks run beside the window, never on its thread
 */
class NetworkThread
{
public:
    NetworkThread();
    ~NetworkThread();
    NetworkThread(const NetworkThread &) = delete;
    NetworkThread &operator=(const NetworkThread &) = delete;

    /// The function gets the object that owns the thread's socks: adopt one with setParent().
    void run(std::function<void(QObject *owner)> function);

private:
    QThread m_thread;
    QObject *m_owner;
};

} // namespace SockScope
