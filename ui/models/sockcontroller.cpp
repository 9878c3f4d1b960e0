#include "ui/models/sockcontroller.h"

#include <QHostAddress>
#include <QPointer>

#include "core/hooks/peerfilter.h"
#include "core/peers/peertable.h"
#include "core/simulate/brokenoutput.h"
#include "ui/models/socklink.h"

namespace SockScope {

namespace {

SockError goneError()
{
    return {SockError::Code::WrongState,         Stage::Setup, SockController::tr("the socket is gone"),
            SockController::tr("open it again"), -1,           {}};
}

// Answers exactly once: with the command's result, or with `gone` when the posted command was destroyed without
// running.
template <typename Result>
class Pending
{
public:
    Pending(std::shared_ptr<SockLink> link, std::function<void(const Result &)> callback, Result gone)
        : m_link(std::move(link))
        , m_callback(std::move(callback))
        , m_result(std::move(gone))
    {
    }
    ~Pending()
    {
        if (!m_callback)
            return;
        m_link->answer(
            [callback = std::move(m_callback), result = std::move(m_result)](SockController &) { callback(result); });
    }
    Pending(const Pending &) = delete;
    Pending &operator=(const Pending &) = delete;
    void setResult(Result result) { m_result = std::move(result); }

private:
    std::shared_ptr<SockLink> m_link;
    std::function<void(const Result &)> m_callback;
    Result m_result;
};

QList<Endpoint> peersAt(const BaseSock &sock, const Endpoint &peer)
{
    if (peer.port() != 0)
        return {peer};
    QList<Endpoint> found;
    for (const Endpoint &known : sock.peers().endpoints()) {
        if (known.address() == peer.address())
            found.append(known);
    }
    return found;
}

} // namespace

SockController::SockController(std::shared_ptr<SockLink> link, bool owned, std::optional<SockSpec> spec,
                               QObject *parent)
    : QObject(parent)
    , m_link(std::move(link))
    , m_owned(owned)
    , m_spec(std::move(spec))
    , m_impairments(m_spec ? m_spec->impairments : QList<ImpairSpec>())
{
    m_link->setController(this);
}

SockController::~SockController()
{
    stopAllRepeats();
    m_link->setController(nullptr);
    m_link->detach();
}

quint32 SockController::sockId() const
{
    return m_link->sockId();
}

bool SockController::isAlive() const
{
    return m_link->isAlive();
}

QString SockController::name() const
{
    if (!m_snapshot.name.isEmpty())
        return m_snapshot.name;
    if (!m_snapshot.url.isEmpty())
        return m_snapshot.url;
    return m_spec ? m_spec->name : QString();
}

void SockController::command(std::function<std::optional<SockError>(BaseSock &)> function, Answer answer)
{
    using Result = std::optional<SockError>;
    const auto pending = std::make_shared<Pending<Result>>(m_link, std::move(answer), goneError());
    m_link->run([pending, function = std::move(function)](BaseSock &sock) { pending->setResult(function(sock)); });
}

void SockController::start(Answer answer)
{
    command([](BaseSock &sock) { return sock.start(); }, std::move(answer));
}

void SockController::stop(Answer answer)
{
    command(
        [](BaseSock &sock) {
            sock.stop();
            return std::optional<SockError>();
        },
        std::move(answer));
}

void SockController::restart(Answer answer)
{
    command(
        [](BaseSock &sock) {
            const QPointer<BaseSock> alive(&sock); // whoever hears stopped() may delete it
            sock.stop();
            return alive ? sock.start() : std::optional<SockError>(goneError());
        },
        std::move(answer));
}

void SockController::remove()
{
    Q_EMIT removeRequested();
}

void SockController::connectTo(const HostPort &peer, Answer answer)
{
    command([peer](BaseSock &sock) { return sock.connectTo(peer); }, std::move(answer));
}

void SockController::closePeer(const Endpoint &peer, Answer answer)
{
    command(
        [peer](BaseSock &sock) {
            if (sock.closePeer(peer))
                return std::optional<SockError>();
            return std::optional<SockError>({SockError::Code::UnknownPeer, Stage::Peer,
                                             tr("%1 is not connected").arg(peer.toString()),
                                             tr("it may have left just now"), -1, peer});
        },
        std::move(answer));
}

void SockController::refusePeer(const Endpoint &peer, Answer answer)
{
    command(
        [peer, link = m_link](BaseSock &sock) {
            if (!sock.peerFilter().refuse(peer)) {
                return std::optional<SockError>({SockError::Code::LimitReached, Stage::Peer,
                                                 tr("the list of refused peers is full (%1)").arg(PeerFilter::maximum),
                                                 tr("allow some again, or refuse a whole address"), -1, peer});
            }
            link->requestReset(); // the filter itself tells nobody
            const QPointer<BaseSock> alive(&sock);
            const QList<Endpoint> doomed = peersAt(sock, peer);
            for (const Endpoint &one : doomed) {
                if (alive)
                    sock.closePeer(one, CloseReason::Refused);
            }
            return std::optional<SockError>();
        },
        std::move(answer));
}

void SockController::allowPeer(const Endpoint &peer, Answer answer)
{
    command(
        [peer, link = m_link](BaseSock &sock) {
            if (sock.peerFilter().allow(peer)) {
                link->requestReset();
                return std::optional<SockError>();
            }
            return std::optional<SockError>({SockError::Code::UnknownPeer, Stage::Peer,
                                             tr("%1 is not refused").arg(peer.toString()),
                                             tr("its whole address may be refused: allow that"), -1, peer});
        },
        std::move(answer));
}

void SockController::send(const SendContent &content, const std::optional<Endpoint> &to, SendAnswer answer)
{
    send({AddressedContent{content, to}}, std::move(answer));
}

void SockController::send(const std::vector<AddressedContent> &contents, SendAnswer answer)
{
    const auto pending =
        std::make_shared<Pending<SendResult>>(m_link, std::move(answer), SendResult{0, 1, goneError()});
    m_link->run([pending, contents](BaseSock &sock) {
        const QPointer<BaseSock> alive(&sock); // whoever hears what is sent may destroy it
        SendResult sum;
        for (const AddressedContent &each : contents)
            addResult(sum, alive ? sendContent(*alive, each.content, each.to) : SendResult{0, 1, goneError()});
        pending->setResult(sum);
    });
}

void SockController::sendBroken(const QByteArray &payload, const Breakage &breakage, const SendTargets &to,
                                SendAnswer answer)
{
    const auto pending =
        std::make_shared<Pending<SendResult>>(m_link, std::move(answer), SendResult{0, 1, goneError()});
    m_link->run([pending, payload, breakage, to](BaseSock &sock) {
        SockError error;
        auto parts = brokenFrame(sock, payload, breakage, &error);
        if (!parts)
            return pending->setResult({0, 1, std::move(error)});
        struct Sum
        {
            SendResult result;
            size_t left;
        };
        const auto sum = std::make_shared<Sum>(Sum{{}, to.size()});
        const auto done = [pending, sum](const SendResult &result) {
            addResult(sum->result, result);
            if (--sum->left == 0)
                pending->setResult(sum->result);
        };
        std::vector<QPointer<BrokenSend>> sends;
        for (const std::optional<Endpoint> &peer : to)
            sends.emplace_back(new BrokenSend(&sock, *parts, peer, done));
        for (const QPointer<BrokenSend> &each : sends) // a sock that goes meanwhile takes those that wait with it
            if (each)
                each->start();
    });
}

void SockController::injectRaw(const Endpoint &from, const QByteArray &wire, Answer answer)
{
    command([from, wire](BaseSock &sock) { return sock.injectRaw(from, wire); }, std::move(answer));
}

void SockController::injectPayload(const Endpoint &from, const QByteArray &payload, Answer answer)
{
    command([from, payload](BaseSock &sock) { return sock.injectPayload(from, payload); }, std::move(answer));
}

void SockController::injectMessage(const Endpoint &from, const Message &message, Answer answer)
{
    command([from, message](BaseSock &sock) { return sock.injectMessage(from, message); }, std::move(answer));
}

void SockController::setHandlerEnabled(HandlerId id, bool enabled, Answer answer)
{
    command(
        [id, enabled](BaseSock &sock) {
            if (sock.setHandlerEnabled(id, enabled))
                return std::optional<SockError>();
            return std::optional<SockError>({SockError::Code::WrongState,
                                             Stage::Dispatch,
                                             tr("there is no such handler"),
                                             tr("it may have been removed just now"),
                                             -1,
                                             {}});
        },
        std::move(answer));
}

void SockController::setImpairments(const QList<ImpairSpec> &impairments, Answer answer)
{
    ++m_impairRevision;
    command(
        [impairments](BaseSock &sock) {
            return sock.setImpairments(std::vector<ImpairSpec>(impairments.begin(), impairments.end()));
        },
        [self = QPointer<SockController>(this), impairments,
         answer = std::move(answer)](const std::optional<SockError> &error) {
            if (self && !error)
                self->takeImpairments(impairments);
            if (answer)
                answer(error);
        });
}

void SockController::takeImpairments(const QList<ImpairSpec> &impairments)
{
    if (m_impairments == impairments)
        return;
    m_impairments = impairments;
    m_impairReports.clear();
    if (m_spec)
        m_spec->impairments = impairments;
    Q_EMIT impairmentsChanged();
}

void SockController::readImpairments()
{
    m_link->run([link = m_link, revision = m_impairRevision](BaseSock &sock) {
        const std::vector<ImpairSpec> &now = sock.impairments();
        link->answer([revision, impairments = QList<ImpairSpec>(now.begin(), now.end()),
                      reports = sock.impairReports()](SockController &controller) {
            if (revision != controller.m_impairRevision)
                return;
            controller.takeImpairments(impairments);
            controller.m_impairReports = reports;
            Q_EMIT controller.impairmentsRead();
        });
    });
}

int SockController::startRepeat(RepeatPlan plan)
{
    const bool hasPace = plan.intervalMs > 0 || plan.perSecond > 0;
    if (m_repeats.size() >= maximumRepeats || !hasPace || plan.to.empty() || !plan.pace().problem().isEmpty())
        return 0;
    const int id = m_nextRepeat++;
    const auto shared = std::make_shared<RepeatedSend::Shared>();
    m_repeats.insert(id, shared);
    auto reporter = [weak = std::weak_ptr<SockLink>(m_link), id] {
        if (const std::shared_ptr<SockLink> link = weak.lock())
            link->answer([id](SockController &controller) { controller.handleRepeatReport(id); });
    };
    // When the sock dies before the job was made, the job's end is told all the same.
    const std::shared_ptr<void> guard(nullptr, [shared, reporter](void *) {
        const std::lock_guard lock(shared->mutex);
        if (shared->begun)
            return;
        shared->progress.finished = true;
        shared->progress.lastError = goneError();
        reporter();
    });
    m_link->run([guard, shared, reporter, plan = std::move(plan)](BaseSock &sock) {
        {
            const std::lock_guard lock(shared->mutex);
            shared->begun = true;
        }
        (new RepeatedSend(&sock, plan, shared, reporter))->start();
    });
    return id;
}

void SockController::stopRepeat(int id)
{
    const std::shared_ptr<RepeatedSend::Shared> shared = m_repeats.value(id);
    if (!shared || shared->stopped.exchange(true))
        return;
    m_link->run([shared](BaseSock &) {
        if (shared->job)
            shared->job->finish();
    });
}

void SockController::stopAllRepeats()
{
    const QList<int> ids = m_repeats.keys();
    for (const int id : ids)
        stopRepeat(id);
}

std::optional<RepeatProgress> SockController::repeatProgress(int id) const
{
    const std::shared_ptr<RepeatedSend::Shared> shared = m_repeats.value(id);
    if (!shared)
        return std::nullopt;
    const std::lock_guard lock(shared->mutex);
    return shared->progress;
}

void SockController::handleRepeatReport(int id)
{
    const std::shared_ptr<RepeatedSend::Shared> shared = m_repeats.value(id);
    if (!shared)
        return;                         // the last report came already
    shared->reportWaiting.store(false); // before the progress is read, so that none is missed
    RepeatProgress progress;
    {
        const std::lock_guard lock(shared->mutex);
        progress = shared->progress;
    }
    if (progress.finished)
        m_repeats.remove(id);
    Q_EMIT repeatProgressed(id, progress);
}

std::optional<SockChanges> SockController::takeChanges()
{
    m_reported = false;
    std::optional<SockChanges> changes = m_link->takeChanges();
    if (!changes || changes->snapshot.nowNs == 0)
        return std::nullopt; // the monitor has not looked yet
    m_snapshot = changes->snapshot;
    Q_EMIT changed();
    return changes;
}

void SockController::handleUpdated()
{
    m_reported = true;
    Q_EMIT reported();
}

void SockController::handleSockDestroyed()
{
    m_snapshot.active = false;
    Q_EMIT changed();
    Q_EMIT died();
}

} // namespace SockScope
