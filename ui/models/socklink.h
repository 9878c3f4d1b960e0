#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "core/tap/sockmonitor.h"

namespace SockScope {

class BaseSock;
class SockController;

/*! The tie between a sock in any thread and its controller in the window's thread; either end may go first.
 *  Path    SockController → [this] → BaseSock; SockMonitor → [this] → SockController
 *  Shape   run() posts a function to the sock's thread, answer() one to the controller's; both are dropped when the
 *          other end is gone. A function that was posted and never ran is destroyed, which is how its owner knows
 *  Units   none
 *  Errors  run answers false when the sock is gone
 *  Thread  any
 *  Source  QPointer is not safe between threads; a mutex around the two pointers is
 */
class SockLink : public std::enable_shared_from_this<SockLink>
{
public:
    /// Ties the sock and installs its monitor. Called while the sock is known to be alive, from any thread.
    static std::shared_ptr<SockLink> attach(BaseSock *sock, const std::shared_ptr<Recorder> &recorder);
    ~SockLink();

    bool isAlive() const;
    quint32 sockId() const { return m_sockId; }
    /// The caller must know that the sock lives.
    BaseSock *sock() const;
    // The sock's thread, as in SockMonitor; 0 when the monitor has gone:
    void keepNumbers(bool keep);
    quint64 lastNumber() const;
    quint64 numberOf(quint64 envelopeSequence) const;
    void setController(SockController *controller);
    bool run(std::function<void(BaseSock &)> function);
    void answer(std::function<void(SockController &)> function);
    std::optional<SockChanges> takeChanges();
    void requestReset();
    /// It outlives the sock.
    const std::shared_ptr<TraceLog> &traceLog() const { return m_traceLog; }
    void setTracing(bool tracing);
    /// Removes the monitor, in the sock's thread.
    void detach();

private:
    SockLink() = default;
    void handleDestroyed();

    mutable std::recursive_mutex m_mutex; // recursive: a posted function may be dropped inside run()
    BaseSock *m_sock = nullptr;
    SockMonitor *m_monitor = nullptr;
    SockController *m_controller = nullptr;
    QMetaObject::Connection m_destroyed;
    std::shared_ptr<TraceLog> m_traceLog;
    quint32 m_sockId = 0;
};

} // namespace SockScope
