#pragma once

#include <QList>
#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

#include "core/sockspec.h"
#include "core/tap/recorder.h"
#include "ui/models/sockcontroller.h" // complete, so that signals can carry it
#include "ui/models/sockdirectory.h"
#include "ui/models/tracelogs.h"

namespace SockScope {

class BaseSock;
class Clock;
class ColourRules;
class ErrorModel;
class HandlerStatsModel;
class HealthModel;
class LedgerModel;
class MessageLogModel;
class NetworkThread;
class PeerModel;
class SocketModel;

/*! Everything that the window shows: the socks, the recorder and the models.
 *  Path    SockMonitor and Recorder → [this] → models → views
 *  Shape   one timer: a sock that reports arms it, and when it fires each model is fed once. Without reports nothing
 *          runs
 *  Units   a frame is frameMs
 *  Errors  open() answers what went wrong
 *  Thread  the window's; the socks live elsewhere
 *  Source  none
 */
class Inspection : public QObject
{
    Q_OBJECT
public:
    static constexpr int frameMs = 33;
    /// What open() does with a sock that does not start: forget it, or show it as failed.
    enum class OnFailure : quint8 { Discard, Keep };
    using Prepare = std::function<void(BaseSock &sock)>;
    /// The controller is null when there is no sock.
    using Opened = std::function<void(SockController *controller, const std::optional<SockError> &error)>;

    explicit Inspection(RecorderLimits limits = {}, std::shared_ptr<Clock> clock = nullptr, QObject *parent = nullptr);
    ~Inspection() override;

    /// Shows a sock of somebody else's, in any thread; it is not owned, and may die at any moment from here on.
    /// Answers the existing controller when it is shown already.
    SockController *addSock(BaseSock *sock);
    /// Makes a sock in the network thread, starts it and answers in the window's thread. With Discard, one that
    /// connects answers when the first peer is there or a connect has failed, which is then the error.
    /// prepare sees the sock before it starts, in its thread.
    void open(const SockSpec &spec, Opened opened = {}, OnFailure onFailure = OnFailure::Discard, Prepare prepare = {});
    /// In the thread of the socks that open() makes, in the order of the calls; owner is the parent for what stays
    /// there.
    void runInNetwork(std::function<void(QObject *owner)> function);
    /// Destroys the sock when it is owned; the records of it stay in the log.
    void remove(SockController *controller);

    /// Shows the messages that a crash left instead of those that are in the log.
    RecoveryReport openSpool(const QString &path);

    const QList<SockController *> &controllers() const { return m_controllers; }
    /// Null when there is none.
    SockController *controller(quint32 sockId) const;

    SocketModel *socketModel() const { return m_socketModel; }
    PeerModel *peerModel() const { return m_peerModel; }
    MessageLogModel *messageLogModel() const { return m_messageLogModel; }
    HandlerStatsModel *handlerStatsModel() const { return m_handlerStatsModel; }
    HealthModel *healthModel() const { return m_healthModel; }
    LedgerModel *ledgerModel() const { return m_ledgerModel; }
    ErrorModel *errorModel() const { return m_errorModel; }
    ColourRules *colourRules() const { return m_colourRules; }
    const TraceLogs &traceLogs() const { return m_traceLogs; }
    /// Whether the stages and handlers of every sock's messages are timed for their traces.
    bool isTracing() const { return m_tracing; }
    void setTracing(bool tracing);
    const SockDirectory &directory() const { return m_directory; }
    const std::shared_ptr<Recorder> &recorder() const { return m_recorder; }
    RecorderStats recorderStats() const { return m_recorder->stats(); }

Q_SIGNALS:
    void controllerAdded(SockScope::SockController *controller);
    /// Still valid in the slots; deleted afterwards.
    void controllerRemoved(SockScope::SockController *controller);
    /// The models are up to date; at most once a frame.
    void updated();
    void tracingChanged(bool tracing);

private:
    SockController *adopt(SockController *controller);
    void scheduleFrame();
    void handleFrame();
    void describe(const SockSnapshot &snapshot);
    void handleEnableRequested(quint32 sockId, quint64 handlerId, bool enabled);

    std::shared_ptr<Recorder> m_recorder;
    SockDirectory m_directory;
    TraceLogs m_traceLogs;
    bool m_tracing = true;
    QList<SockController *> m_controllers;
    ColourRules *m_colourRules;
    SocketModel *m_socketModel;
    PeerModel *m_peerModel;
    MessageLogModel *m_messageLogModel;
    HandlerStatsModel *m_handlerStatsModel;
    HealthModel *m_healthModel;
    LedgerModel *m_ledgerModel;
    ErrorModel *m_errorModel;
    QTimer m_frameTimer;
    std::unique_ptr<NetworkThread> m_networkThread;
};

} // namespace SockScope
