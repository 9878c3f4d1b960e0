#include "ui/models/inspection.h"

#include <QStringList>

#include <utility>
#include <vector>

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/impair/impairtext.h"
#include "core/time/clock.h"
#include "ui/models/colourrules.h"
#include "ui/models/errormodel.h"
#include "ui/models/handlerstatsmodel.h"
#include "ui/models/healthmodel.h"
#include "ui/models/ledgermodel.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/networkthread.h"
#include "ui/models/peermodel.h"
#include "ui/models/sockcontroller.h"
#include "ui/models/socketmodel.h"
#include "ui/models/socklink.h"

namespace SockScope {

namespace {

using OpenAnswer = std::function<void(const std::shared_ptr<SockLink> &link, const std::optional<SockError> &error)>;

// Starts a sock that connects, and answers when the first peer is there or the first connect failed: whoever asked for
// a connection wants to know whether there is one. The sock's own connect time-out bounds the wait.
void answerOnceConnected(BaseSock *sock, const std::shared_ptr<SockLink> &link, const OpenAnswer &answer)
{
    auto *waiting = new QObject(sock); // goes with the answer, and the connections with it
    const auto finish = [sock, waiting, link, answer,
                         answered = std::make_shared<bool>(false)](const std::optional<SockError> &error) {
        if (std::exchange(*answered, true))
            return;
        waiting->deleteLater();
        if (error)
            sock->deleteLater();
        answer(error ? nullptr : link, error);
    };
    QObject::connect(sock, &BaseSock::peerAdded, waiting, [finish] { finish(std::nullopt); });
    QObject::connect(sock, &BaseSock::connectFailed, waiting,
                     [finish](const HostPort &, const SockError &error) { finish(error); });
    if (const std::optional<SockError> error = sock->start())
        finish(error);
}

} // namespace

Inspection::Inspection(RecorderLimits limits, std::shared_ptr<Clock> clock, QObject *parent)
    : QObject(parent)
    , m_recorder(std::make_shared<Recorder>(limits))
    , m_colourRules(new ColourRules(this))
    , m_socketModel(new SocketModel(clock, this))
    , m_peerModel(new PeerModel(&m_directory, clock, this))
    , m_messageLogModel(new MessageLogModel(m_recorder, &m_directory, this))
    , m_handlerStatsModel(new HandlerStatsModel(&m_directory, this))
    , m_healthModel(new HealthModel(this))
    , m_ledgerModel(new LedgerModel(this))
    , m_errorModel(new ErrorModel(&m_directory, ErrorModel::defaultMaximum, this))
{
    m_messageLogModel->setColourRules(m_colourRules);
    m_frameTimer.setSingleShot(true);
    m_frameTimer.setInterval(frameMs);
    connect(&m_frameTimer, &QTimer::timeout, this, &Inspection::handleFrame);
    connect(m_handlerStatsModel, &HandlerStatsModel::enableRequested, this, &Inspection::handleEnableRequested);
}

Inspection::~Inspection()
{
    qDeleteAll(std::exchange(m_controllers, {}));
    m_networkThread.reset();
    // Before the directory that they read.
    const std::vector<QObject *> models{m_socketModel, m_peerModel,   m_messageLogModel, m_handlerStatsModel,
                                        m_healthModel, m_ledgerModel, m_errorModel};
    qDeleteAll(models);
}

SockController *Inspection::addSock(BaseSock *sock)
{
    for (SockController *known : std::as_const(m_controllers)) {
        if (known->link()->sock() == sock)
            return known;
    }
    return adopt(new SockController(SockLink::attach(sock, m_recorder), false, std::nullopt, this));
}

void Inspection::runInNetwork(std::function<void(QObject *)> function)
{
    if (!m_networkThread)
        m_networkThread = std::make_unique<NetworkThread>();
    m_networkThread->run(std::move(function));
}

void Inspection::open(const SockSpec &spec, Opened opened, OnFailure onFailure, Prepare prepare)
{
    // This object outlives the thread, so that it can be captured.
    runInNetwork([this, spec, opened = std::move(opened), onFailure, recorder = m_recorder,
                  prepare = std::move(prepare)](QObject *owner) {
        const auto answer = [this, spec, opened](const std::shared_ptr<SockLink> &link,
                                                 const std::optional<SockError> &error) {
            QMetaObject::invokeMethod(
                this,
                [this, link, spec, error, opened] {
                    SockController *controller = nullptr;
                    if (link)
                        controller = adopt(new SockController(link, true, spec, this));
                    if (opened)
                        opened(controller, error);
                },
                Qt::QueuedConnection);
        };
        SockError madeError;
        std::unique_ptr<BaseSock> made = spec.makeSock(&madeError);
        if (!made)
            return answer(nullptr, madeError);
        BaseSock *sock = made.release();
        sock->setParent(owner);
        if (prepare)
            prepare(*sock);
        const std::shared_ptr<SockLink> link = SockLink::attach(sock, recorder);
        if (onFailure == OnFailure::Discard && !spec.connectTo.isEmpty()) {
            answerOnceConnected(sock, link, answer);
            return;
        }
        const std::optional<SockError> error = sock->start();
        if (error && onFailure == OnFailure::Discard) {
            sock->deleteLater();
            return answer(nullptr, error);
        }
        answer(link, error);
    });
}

SockController *Inspection::adopt(SockController *controller)
{
    connect(controller, &SockController::reported, this, &Inspection::scheduleFrame);
    connect(controller, &SockController::died, this, [this, controller] { remove(controller); });
    connect(controller, &SockController::removeRequested, this, [this, controller] { remove(controller); });
    const auto showImpairments = [this, controller] {
        QStringList words;
        for (const ImpairSpec &spec : controller->impairments())
            words.append(impairText(spec));
        m_socketModel->setImpairments(controller->sockId(), words.join(u"; "));
    };
    connect(controller, &SockController::impairmentsChanged, this, showImpairments);
    showImpairments();
    controller->readImpairments(); // an application's sock may have some
    m_traceLogs.add(controller->sockId(), controller->link()->traceLog());
    if (!m_tracing)
        controller->link()->setTracing(false);
    m_controllers.append(controller);
    Q_EMIT controllerAdded(controller);
    scheduleFrame();
    return controller;
}

void Inspection::remove(SockController *controller)
{
    if (!m_controllers.removeOne(controller))
        return;
    const quint32 sockId = controller->sockId();
    m_socketModel->removeSock(sockId);
    m_peerModel->removeSock(sockId);
    m_handlerStatsModel->removeSock(sockId);
    m_healthModel->removeSock(sockId);
    m_ledgerModel->removeSock(sockId);
    m_directory.remove(sockId);
    m_traceLogs.retire(sockId);
    controller->stopAllRepeats();
    if (controller->isOwned())
        controller->link()->run([](BaseSock &sock) { sock.deleteLater(); });
    controller->link()->detach();
    Q_EMIT controllerRemoved(controller);
    controller->deleteLater();
    scheduleFrame(); // what it said last is still in the inbox
}

void Inspection::setTracing(bool tracing)
{
    if (std::exchange(m_tracing, tracing) == tracing)
        return;
    for (const SockController *controller : std::as_const(m_controllers))
        controller->link()->setTracing(tracing);
    Q_EMIT tracingChanged(tracing);
    Q_EMIT updated();
}

RecoveryReport Inspection::openSpool(const QString &path)
{
    RecoveryReport report = m_messageLogModel->adopt(path);
    for (const SockDescription &sock : report.socks)
        m_directory.addRecovered(sock);
    m_messageLogModel->refreshTexts();
    Q_EMIT updated();
    return report;
}

SockController *Inspection::controller(quint32 sockId) const
{
    for (SockController *known : m_controllers) {
        if (known->sockId() == sockId)
            return known;
    }
    return nullptr;
}

void Inspection::scheduleFrame()
{
    if (!m_frameTimer.isActive())
        m_frameTimer.start();
}

void Inspection::handleFrame()
{
    std::vector<SockChanges> changes;
    const QList<SockController *> present = m_controllers; // who hears changed() may remove one
    for (SockController *controller : present) {
        if (!controller->hasReported())
            continue;
        if (std::optional<SockChanges> one = controller->takeChanges())
            changes.push_back(std::move(*one));
    }
    bool textsChanged = false;
    for (const SockChanges &one : changes) {
        if (!m_directory.update(one.snapshot))
            continue;
        textsChanged = true;
        describe(one.snapshot);
    }
    if (!changes.empty()) {
        m_socketModel->apply(changes);
        m_peerModel->apply(changes);
        m_handlerStatsModel->apply(changes);
        m_healthModel->apply(changes);
        m_ledgerModel->apply(changes);
        m_errorModel->apply(changes);
        for (const SockChanges &one : changes)
            m_messageLogModel->noteFailures(one.snapshot.sockId, one.failures);
    }
    if (textsChanged)
        m_messageLogModel->refreshTexts();
    if (m_messageLogModel->collect())
        scheduleFrame();
    Q_EMIT updated();
}

// For a log that comes back after a crash.
void Inspection::describe(const SockSnapshot &snapshot)
{
    SockDescription sock;
    sock.id = snapshot.sockId;
    sock.name = snapshot.name;
    sock.url = snapshot.url;
    if (snapshot.codec)
        sock.codecName = snapshot.codec->name();
    sock.types = snapshot.types;
    m_recorder->store().describeSock(sock);
}

void Inspection::handleEnableRequested(quint32 sockId, quint64 handlerId, bool enabled)
{
    if (SockController *target = controller(sockId))
        target->setHandlerEnabled(handlerId, enabled);
}

} // namespace SockScope
