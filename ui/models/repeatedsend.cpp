#include "ui/models/repeatedsend.h"

#include <QPointer>

#include "core/framing/framing.h"

namespace SockScope {

namespace {
constexpr qint64 nsPerMs = 1'000'000;
constexpr qint64 turnNs = 4 * nsPerMs;
constexpr qint64 heldNs = 2 * nsPerMs;
constexpr qsizetype sendAheadBytes = 4 * 1024 * 1024; // well below what a sock takes for one peer
} // namespace

SendPace RepeatPlan::pace() const
{
    return {intervalMs * nsPerMs, jitterMs * nsPerMs, burst, perSecond};
}

SendResult sendContent(BaseSock &sock, const SendContent &content, const std::optional<Endpoint> &to)
{
    if (const auto *message = std::get_if<Message>(&content))
        return sock.sendMessage(*message, to);
    if (const auto *wire = std::get_if<WireBytes>(&content))
        return sock.sendRaw(wire->bytes, to);
    const QByteArray &payload = std::get<PayloadBytes>(content).bytes;
    const std::shared_ptr<const Framing> framing = sock.framing();
    if (!framing)
        return sock.sendRaw(payload, to);
    QByteArray wire;
    if (std::optional<SockError> error = framing->encode(payload, wire))
        return {0, 1, std::move(error)};
    return sock.sendRaw(wire, to);
}

SendResult receiveContent(BaseSock &sock, const SendContent &content, const Endpoint &from)
{
    std::optional<SockError> error;
    if (const auto *message = std::get_if<Message>(&content))
        error = sock.injectMessage(from, *message);
    else if (const auto *wire = std::get_if<WireBytes>(&content))
        error = sock.injectRaw(from, wire->bytes);
    else
        error = sock.injectPayload(from, std::get<PayloadBytes>(content).bytes);
    return error ? SendResult{0, 1, std::move(error)} : SendResult{1, 0, std::nullopt};
}

void addResult(SendResult &sum, const SendResult &result)
{
    sum.accepted += result.accepted;
    sum.failed += result.failed;
    if (!sum.error)
        sum.error = result.error;
}

RepeatedSend::RepeatedSend(BaseSock *sock, RepeatPlan plan, std::shared_ptr<Shared> shared,
                           std::function<void()> reporter)
    : QObject(sock)
    , m_sock(sock)
    , m_plan(std::move(plan))
    , m_shared(std::move(shared))
    , m_reporter(std::move(reporter))
    , m_clock(sock->clock())
    , m_alarm(m_clock->createPreciseAlarm([this] { handleTurn(); }))
    , m_pacer(m_plan.pace(), QRandomGenerator64::securelySeeded())
{
    m_shared->job = this;
}

RepeatedSend::~RepeatedSend()
{
    m_shared->job = nullptr;
    m_progress.finished = true;
    report();
}

void RepeatedSend::start()
{
    m_pacer.start(m_clock->nowNs());
    handleTurn();
}

void RepeatedSend::handleTurn()
{
    const QPointer<RepeatedSend> alive(this); // whoever hears what is sent may destroy the sock
    qint64 now = m_clock->nowNs();
    const qint64 untilNs = now + turnNs;
    for (; m_pacer.due(now) > 0; now = m_clock->nowNs()) {
        if (m_shared->stopped.load())
            return finish();
        if (now > untilNs) { // others have their turn
            report();
            return m_alarm->setDeadline(now);
        }
        if (m_plan.to.front() && !m_plan.asReceived && m_sock->sendQueueBytes() > sendAheadBytes) {
            m_progress.heldBack += std::exchange(m_isHeldBack, true) ? 0 : 1;
            report();
            return m_alarm->setDeadline(now + heldNs);
        }
        m_isHeldBack = false;
        m_pacer.take();
        sendOnce();
        if (!alive)
            return;
        if (m_plan.count > 0 && m_turns >= m_plan.count)
            return finish();
    }
    report();
    m_alarm->setDeadline(m_pacer.nextNs());
}

void RepeatedSend::sendOnce()
{
    const QPointer<RepeatedSend> alive(this);
    SendResult result;
    for (const std::optional<Endpoint> &peer : m_plan.to) {
        addResult(result, sendTo(peer));
        if (!alive)
            return;
    }
    ++m_turns;
    ++(result.isOk() ? m_progress.sent : m_progress.failed);
    if (result.error) {
        m_progress.refused += result.error->code == SockError::Code::QueueFull ? 1 : 0;
        m_progress.lastError = std::move(result.error);
    }
}

SendResult RepeatedSend::sendTo(const std::optional<Endpoint> &peer)
{
    SockError error;
    const std::optional<SendContent> made = m_plan.make ? m_plan.make(peer.value_or(Endpoint()), &error) : std::nullopt;
    if (m_plan.make && !made)
        return {0, 1, std::move(error)};
    const SendContent &content = made ? *made : m_plan.content;
    return m_plan.asReceived ? receiveContent(*m_sock, content, peer.value_or(Endpoint()))
                             : sendContent(*m_sock, content, peer);
}

void RepeatedSend::finish()
{
    m_alarm->cancel();
    m_progress.finished = true;
    report();
    deleteLater();
}

// One report at a time is on its way, however fast the sends are.
void RepeatedSend::report()
{
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->progress = m_progress;
    }
    if (!m_shared->reportWaiting.exchange(true))
        m_reporter();
}

} // namespace SockScope
