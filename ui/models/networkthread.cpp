#include "ui/models/networkthread.h"

#include <QObject>

namespace SockScope {

NetworkThread::NetworkThread()
    : m_owner(new QObject)
{
    m_thread.setObjectName(QStringLiteral("SockScope network"));
    m_owner->moveToThread(&m_thread);
}

NetworkThread::~NetworkThread()
{
    if (m_thread.isRunning()) {
        // While the event loop still turns, so that what the socks delete later is deleted.
        run([](QObject *owner) {
            qDeleteAll(owner->findChildren<QObject *>(Qt::FindDirectChildrenOnly));
            QThread::currentThread()->quit();
        });
        m_thread.wait();
    }
    delete m_owner;
}

void NetworkThread::run(std::function<void(QObject *)> function)
{
    if (!m_thread.isRunning())
        m_thread.start();
    QMetaObject::invokeMethod(
        m_owner, [owner = m_owner, function = std::move(function)] { function(owner); }, Qt::QueuedConnection);
}

} // namespace SockScope
