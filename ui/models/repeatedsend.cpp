#include "ui/models/repeatedsend.h"

#include "core/framing/framing.h"

namespace SockScope {

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

RepeatedSend::RepeatedSend(BaseSock *sock, RepeatPlan plan, std::shared_ptr<Shared> shared,
                           std::function<void()> reporter)
    : QObject(sock)
    , m_sock(sock)
    , m_plan(std::move(plan))
    , m_shared(std::move(shared))
    , m_reporter(std::move(reporter))
{
    m_shared->job = this;
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(static_cast<int>(qBound(qint64(1), m_plan.intervalMs, qint64(INT_MAX))));
    connect(&m_timer, &QTimer::timeout, this, &RepeatedSend::sendOnce);
}

RepeatedSend::~RepeatedSend()
{
    m_shared->job = nullptr;
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->progress.finished = true;
    }
    report();
}

void RepeatedSend::start()
{
    m_timer.start();
    sendOnce();
}

void RepeatedSend::sendOnce()
{
    if (m_shared->stopped.load()) {
        finish();
        return;
    }
    SockError error;
    const std::optional<SendContent> made = m_plan.make ? m_plan.make(&error) : std::nullopt;
    const SendResult result = m_plan.make && !made ? SendResult{0, 1, std::move(error)}
                                                   : sendContent(*m_sock, made ? *made : m_plan.content, m_plan.to);
    ++m_turns;
    {
        const std::lock_guard lock(m_shared->mutex);
        ++(result.isOk() ? m_shared->progress.sent : m_shared->progress.failed);
        if (result.error)
            m_shared->progress.lastError = result.error;
    }
    if (m_plan.count > 0 && m_turns >= m_plan.count)
        finish();
    else
        report();
}

void RepeatedSend::finish()
{
    m_timer.stop();
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->progress.finished = true;
    }
    report();
    deleteLater();
}

// One report at a time is on its way, however fast the sends are.
void RepeatedSend::report()
{
    if (!m_shared->reportWaiting.exchange(true))
        m_reporter();
}

} // namespace SockScope
