#include <memory>

#include "groups.h"
#include "machine.h"
#include "udpreceivers.h"

namespace SockScope::Bench {

namespace {

struct Overload
{
    double cpuNsPerMessage = 0;
    double deliveredPerSecond = 0;
};

Overload overload(const UdpReceiverFactory &factory, int size, double seconds)
{
    const auto receiver = factory();
    const quint16 port = receiver->open();
    Worker sender(QStringLiteral("udp-flood"), {QString::number(port), QString::number(size), QStringLiteral("0")});
    sender.go();
    const int64_t patience = nowNs() + 2'000'000'000;
    while (receiver->received == 0 && nowNs() < patience)
        receiver->run(nowNs() + 5'000'000);
    receiver->run(nowNs() + 20'000'000); // caches and buffers reach their state
    const uint64_t before = receiver->received;
    const int64_t cpu = processCpuNs();
    const int64_t start = nowNs();
    receiver->run(start + static_cast<int64_t>(seconds * 1e9));
    const auto messages = static_cast<double>(receiver->received - before);
    const auto elapsed = static_cast<double>(nowNs() - start);
    if (messages == 0)
        throw CannotRun("nothing arrived");
    return {static_cast<double>(processCpuNs() - cpu) / messages, messages / elapsed * 1e9};
}

/// Whether everything that a paced sender sends for a while arrives.
bool withoutLoss(const UdpReceiverFactory &factory, int size, double rate, double seconds)
{
    const auto receiver = factory();
    const quint16 port = receiver->open();
    Worker sender(QStringLiteral("udp-flood"),
                  {QString::number(port), QString::number(size), QString::number(rate, 'f', 0)});
    sender.go();
    receiver->run(nowNs() + static_cast<int64_t>(seconds * 1e9));
    sender.finish();
    const uint64_t sent = sender.shared().sent;
    for (uint64_t before = ~uint64_t(0); before != receiver->received;) {
        before = receiver->received;
        receiver->run(nowNs() + 5'000'000);
    }
    // The sender has to have kept its rate, or the answer is about the sender.
    return receiver->received >= sent && static_cast<double>(sent) >= 0.8 * rate * seconds;
}

double lossFreeRate(const UdpReceiverFactory &factory, int size, double seconds)
{
    double low = 50'000;
    double high = 3'000'000;
    while (high / low > 1.04) {
        const double middle = std::sqrt(low * high);
        (withoutLoss(factory, size, middle, seconds) ? low : high) = middle;
    }
    return low;
}

Subject overloadSubject(const QString &name, const UdpReceiverFactory &factory, int size, double seconds)
{
    return {name, [=] { return std::vector<double>{overload(factory, size, seconds).cpuNsPerMessage}; }};
}

} // namespace

std::vector<Group> udpReceive(const Settings &settings)
{
    std::vector<Group> groups;
    const double seconds = settings.seconds(0.5, 0.15);
    for (const int size : {32, 512, 1400}) {
        Group group;
        group.metrics = {{QString::number(size),
                          QStringLiteral("ns/msg"),
                          true,
                          {{QStringLiteral("raw-recvmmsg"), 1.35}, {QStringLiteral("plain-qt"), 0.35}}}};
        group.subjects = {overloadSubject(QStringLiteral("ours"), makeSockScopeReceiver, size, seconds),
                          overloadSubject(QStringLiteral("raw-recvmmsg"), makeRawReceiver, size, seconds),
                          overloadSubject(QStringLiteral("plain-qt"), makePlainQtReceiver, size, seconds)};
        groups.push_back(std::move(group));
    }
    return groups;
}

std::vector<Group> udpReceiveRate(const Settings &settings)
{
    const double seconds = settings.seconds(0.4, 0.1);
    const auto delivered = [seconds](const QString &name, const UdpReceiverFactory &factory) {
        return Subject{name, [=] { return std::vector<double>{overload(factory, 32, seconds).deliveredPerSecond}; }};
    };
    const auto lossFree = [seconds](const QString &name, const UdpReceiverFactory &factory) {
        return Subject{name, [=] { return std::vector<double>{lossFreeRate(factory, 32, seconds / 4)}; }};
    };
    const QString ours = QStringLiteral("ours");
    const QString qt = QStringLiteral("plain-qt");
    const QString asio = QStringLiteral("asio");
    return {
        {{{QStringLiteral("delivered"), QStringLiteral("msg/s"), false, {{qt, 2.8}, {asio, 1.1}}}},
         {delivered(ours, makeSockScopeReceiver), delivered(qt, makePlainQtReceiver),
          delivered(asio, makeAsioReceiver)},
         0},
        {{{QStringLiteral("without loss"), QStringLiteral("msg/s"), false, {{qt, 2.5}, {asio, 1.1}}}},
         {lossFree(ours, makeSockScopeReceiver), lossFree(qt, makePlainQtReceiver), lossFree(asio, makeAsioReceiver)},
         0}};
}

} // namespace SockScope::Bench
