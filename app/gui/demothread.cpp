#include "app/gui/demothread.h"

#include "app/common/demo.h"

namespace SockScope {

using namespace Qt::StringLiterals;

DemoThread::DemoThread()
    : m_demo(new Demo)
{
    m_thread.setObjectName(u"demo"_s);
    m_demo->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_demo, &QObject::deleteLater);
    m_thread.start();
}

DemoThread::~DemoThread()
{
    m_thread.quit();
    m_thread.wait();
}

std::optional<SockError> DemoThread::start()
{
    std::optional<SockError> error;
    QMetaObject::invokeMethod(
        m_demo,
        [this, &error] {
            error = m_demo->start();
            m_socks = m_demo->socks();
        },
        Qt::BlockingQueuedConnection);
    return error;
}

} // namespace SockScope
