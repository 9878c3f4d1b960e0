#pragma once

#include <QList>
#include <QThread>

#include <optional>

#include "core/types/sockerror.h"

namespace SockScope {

class BaseSock;
class Demo;

/*! The demo in a thread of its own, so that no sock runs on the window's.
 *  Path    main → [this] → Demo
 *  Shape   started once; the demo is destroyed in its thread
 *  Units   none
 *  Errors  start answers the demo's
 *  Thread  the window's
 *  Source  none
 */
class DemoThread
{
public:
    DemoThread();
    ~DemoThread();
    DemoThread(const DemoThread &) = delete;
    DemoThread &operator=(const DemoThread &) = delete;

    std::optional<SockError> start();
    /// To be inspected; they live until this object is destroyed.
    const QList<BaseSock *> &socks() const { return m_socks; }

private:
    QThread m_thread;
    Demo *m_demo = nullptr;
    QList<BaseSock *> m_socks;
};

} // namespace SockScope
