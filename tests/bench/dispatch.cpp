#include <memory>

#include "core/dispatch/dispatcher.h"
#include "groups.h"
#include "machine.h"
#include "plainqt.h"

namespace SockScope::Bench {

namespace {

constexpr int payloadBytes = 100;

/// A parsed message to one handler: found by type, called, timed, counted.
double oursNs(int messages)
{
    uint64_t seen = 0;
    QObject context;
    auto dispatcher = std::make_shared<Dispatcher>(nullptr, 100, 10);
    dispatcher->add(
        7, &context,
        [&seen](const Envelope &envelope) { seen += static_cast<uint64_t>(envelope.message.payload.size()); }, {},
        false);
    BytesPool pool;
    Envelope envelope;
    envelope.message.type = 7;
    envelope.message.payload = pool.copy(QByteArray(payloadBytes, 'x'));
    envelope.peer = Endpoint(0x7f000001, 4000);
    qint64 now = dispatcher->beginTurn();
    const int64_t start = threadCpuNs();
    for (int i = 0; i < messages; ++i) {
        envelope.queuedNs = now;
        dispatcher->dispatch(envelope, now);
        if (i % 64 == 63) // as a sock does: once a batch
            now = dispatcher->beginTurn();
    }
    const double ns = static_cast<double>(threadCpuNs() - start) / messages;
    if (seen != static_cast<uint64_t>(messages) * payloadBytes)
        throw CannotRun("messages are missing");
    return ns;
}

/// The same message in the signal that an application without a library emits.
double signalNs(int messages)
{
    uint64_t seen = 0;
    PlainQtSource source;
    QObject context;
    QObject::connect(&source, &PlainQtSource::received, &context,
                     [&seen](const QHostAddress &, quint16, const QVariant &data) {
                         seen += static_cast<uint64_t>(data.toByteArray().size());
                     });
    const QByteArray bytes(payloadBytes, 'x');
    const int64_t start = threadCpuNs();
    for (int i = 0; i < messages; ++i)
        Q_EMIT source.received(QHostAddress(0x7f000001), 4000, QByteArray(bytes.constData(), bytes.size()));
    const double ns = static_cast<double>(threadCpuNs() - start) / messages;
    if (seen != static_cast<uint64_t>(messages) * payloadBytes)
        throw CannotRun("messages are missing");
    return ns;
}

} // namespace

std::vector<Group> dispatch(const Settings &settings)
{
    const int messages = settings.quick ? 500'000 : 3'000'000;
    return {{{{QStringLiteral("one handler"), QStringLiteral("ns/msg"), true, {{QStringLiteral("qt-signal"), 1.0}}}},
             {{QStringLiteral("ours"), [=] { return std::vector<double>{oursNs(messages)}; }},
              {QStringLiteral("qt-signal"), [=] { return std::vector<double>{signalNs(messages)}; }}},
             0}};
}

} // namespace SockScope::Bench
