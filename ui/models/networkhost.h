#pragma once

#include <QMetaObject>
#include <QPointer>

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "ui/models/inspection.h"
#include "ui/models/sockcontroller.h"
#include "ui/models/socklink.h"

namespace SockScope {

/// What both ends of a NetworkHost hold.
template <typename Window, typename Host>
struct HostTie
{
    std::mutex mutex;
    Window *window = nullptr; ///< under the mutex
    Host *host = nullptr;     ///< the network thread's

    /// To the window, in its thread; dropped when it has gone.
    void post(std::function<void(Window &)> function)
    {
        const std::lock_guard lock(mutex);
        if (Window *target = window)
            QMetaObject::invokeMethod(
                target, [target, function = std::move(function)] { function(*target); }, Qt::QueuedConnection);
    }
};

/*! The part of a window's model that runs beside the socks, a QObject in the network thread.
 *  Path    Window → [this] → Host; Host → HostTie::post → Window
 *  Shape   either end may go first: the window lets go under the tie's mutex, the host lives and dies in the network
 *          thread and says in its destructor that it has gone: tie->host = nullptr. It is made by the first run that
 *          needs it: a window that does nothing of the kind and has no sock starts no thread
 *  Units   none
 *  Errors  without an inspection run does nothing
 *  Thread  the window's; what run gets, the network's
 *  Source  none
 */
template <typename Window, typename Host>
class NetworkHost
{
public:
    using Tie = HostTie<Window, Host>;

    NetworkHost(Window *window, Inspection *inspection)
        : m_inspection(inspection)
        , m_tie(std::make_shared<Tie>())
    {
        m_tie->window = window;
    }
    ~NetworkHost()
    {
        {
            const std::lock_guard lock(m_tie->mutex);
            m_tie->window = nullptr;
        }
        if (m_inspection && m_hosted) // else it has gone with the thread
            m_inspection->runInNetwork([tie = m_tie](QObject *) { delete tie->host; });
    }
    NetworkHost(const NetworkHost &) = delete;
    NetworkHost &operator=(const NetworkHost &) = delete;

    /// For whoever makes the hosts.
    void runTied(std::function<void(const std::shared_ptr<Tie> &tie, QObject *owner)> function)
    {
        if (!m_inspection)
            return;
        m_hosted = true;
        m_inspection->runInNetwork(
            [tie = m_tie, function = std::move(function)](QObject *owner) { function(tie, owner); });
    }
    /// The host is Host(tie, owner).
    void run(std::function<void(Host &)> function)
    {
        runTied([function = std::move(function)](const std::shared_ptr<Tie> &tie, QObject *owner) {
            if (!tie->host)
                tie->host = new Host(tie, owner);
            function(*tie->host);
        });
    }
    /// Host::add(link, sock, name) hears of each sock that the window has opened, and of each that it opens.
    void followSocks()
    {
        QObject::connect(m_inspection, &Inspection::controllerAdded, m_tie->window,
                         [this](const SockController *controller) { addSock(controller); });
        const QList<SockController *> present = m_inspection->controllers();
        for (const SockController *controller : present)
            addSock(controller);
    }

private:
    void addSock(const SockController *controller)
    {
        if (!controller->isOwned())
            return;
        const QString name = controller->spec() ? controller->spec()->name : QString();
        run([link = controller->link(), name](Host &host) {
            if (BaseSock *sock = link->sock()) // it is this thread's, so that it cannot go meanwhile
                host.add(link, sock, name);
        });
    }

    QPointer<Inspection> m_inspection;
    std::shared_ptr<Tie> m_tie;
    bool m_hosted = false;
};

} // namespace SockScope
