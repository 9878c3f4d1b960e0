#include "ui/models/socklink.h"

#include <QCoreApplication>
#include <QEvent>

#include <utility>

#include "core/basesock.h"
#include "ui/models/sockcontroller.h"

namespace SockScope {

std::shared_ptr<SockLink> SockLink::attach(BaseSock *sock, const std::shared_ptr<Recorder> &recorder)
{
    const std::shared_ptr<SockLink> link(new SockLink);
    const std::weak_ptr<SockLink> weak = link;
    const std::lock_guard lock(link->m_mutex);
    link->m_sock = sock;
    // Direct: destroyed() comes before the sock's children and posted events are gone, so that whoever holds the mutex
    // still finds both alive.
    link->m_destroyed = QObject::connect(
        sock, &QObject::destroyed, sock,
        [weak] {
            if (const std::shared_ptr<SockLink> self = weak.lock())
                self->handleDestroyed();
        },
        Qt::DirectConnection);
    link->m_monitor = SockMonitor::install(sock, recorder);
    link->m_sockId = link->m_monitor->sockId();
    link->m_traceLog = link->m_monitor->traceLog();
    QObject::connect(
        link->m_monitor, &SockMonitor::updated, link->m_monitor,
        [weak] {
            if (const std::shared_ptr<SockLink> self = weak.lock())
                self->answer([](SockController &controller) { controller.handleUpdated(); });
        },
        Qt::DirectConnection);
    return link;
}

SockLink::~SockLink()
{
    detach();
}

bool SockLink::isAlive() const
{
    const std::lock_guard lock(m_mutex);
    return m_sock != nullptr;
}

BaseSock *SockLink::sock() const
{
    const std::lock_guard lock(m_mutex);
    return m_sock;
}

void SockLink::keepNumbers(bool keep)
{
    const std::lock_guard lock(m_mutex);
    if (m_monitor)
        m_monitor->keepNumbers(keep);
}

quint64 SockLink::lastNumber() const
{
    const std::lock_guard lock(m_mutex);
    return m_monitor ? m_monitor->lastNumber() : 0;
}

quint64 SockLink::numberOf(quint64 envelopeSequence) const
{
    const std::lock_guard lock(m_mutex);
    return m_monitor ? m_monitor->numberOf(envelopeSequence) : 0;
}

void SockLink::setController(SockController *controller)
{
    const std::lock_guard lock(m_mutex);
    m_controller = controller;
}

bool SockLink::run(std::function<void(BaseSock &)> function)
{
    const std::lock_guard lock(m_mutex);
    if (!m_sock)
        return false;
    BaseSock *sock = m_sock;
    QMetaObject::invokeMethod(
        sock, [sock, function = std::move(function)] { function(*sock); }, Qt::QueuedConnection);
    return true;
}

void SockLink::answer(std::function<void(SockController &)> function)
{
    const std::lock_guard lock(m_mutex);
    if (!m_controller)
        return;
    SockController *controller = m_controller;
    QMetaObject::invokeMethod(
        controller, [controller, function = std::move(function)] { function(*controller); }, Qt::QueuedConnection);
}

std::optional<SockChanges> SockLink::takeChanges()
{
    const std::lock_guard lock(m_mutex);
    if (!m_monitor)
        return std::nullopt;
    return m_monitor->takeChanges();
}

void SockLink::requestReset()
{
    const std::lock_guard lock(m_mutex);
    if (m_monitor)
        m_monitor->requestReset();
}

void SockLink::setTracing(bool tracing)
{
    const std::lock_guard lock(m_mutex);
    if (m_monitor)
        m_monitor->setTracing(tracing);
}

void SockLink::detach()
{
    const std::lock_guard lock(m_mutex);
    if (!m_sock)
        return;
    QObject::disconnect(m_destroyed);
    // The monitor is the sock's child: if the sock goes first, the function goes unused, and the monitor with the sock.
    QMetaObject::invokeMethod(
        m_sock, [monitor = m_monitor] { delete monitor; }, Qt::QueuedConnection);
    m_sock = nullptr;
    m_monitor = nullptr;
}

void SockLink::handleDestroyed()
{
    BaseSock *sock = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        sock = std::exchange(m_sock, nullptr);
        m_monitor = nullptr;
    }
    if (!sock) // detached while the sock was being destroyed; and removing the events of nobody removes everybody's
        return;
    // What was posted and will not run is dropped now rather than a moment later, so that its answers come before the
    // news that ends the controller.
    QCoreApplication::removePostedEvents(sock, QEvent::MetaCall);
    answer([](SockController &controller) { controller.handleSockDestroyed(); });
}

} // namespace SockScope
