#include <QTimer>

#include <cmath>
#include <memory>

#include "core/udpsock.h"
#include "eventloop.h"
#include "groups.h"
#include "machine.h"
#include "udpreceivers.h"

namespace SockScope::Bench {

namespace {

struct Ticks
{
    std::vector<double> deviationUs;
    quint64 seen = 0;
    quint64 missed = 0;
    quint64 last = 0;
    int64_t before = 0;

    void add(int64_t ns, int64_t intervalNs)
    {
        if (before != 0)
            deviationUs.push_back(std::fabs(static_cast<double>(ns - before - intervalNs)) / 1000.0);
        before = ns;
    }
};

std::unique_ptr<UdpSock> tickingSock(int ms, Ticks &ticks)
{
    SockOptions options;
    options.bind = HostPort{QStringLiteral("127.0.0.1"), 0};
    options.tickInterval = std::chrono::milliseconds(ms);
    auto sock = std::make_unique<UdpSock>(std::move(options));
    sock->addHandler(0, sock.get(), [](const Envelope &) {});
    QObject::connect(sock.get(), &BaseSock::ticked, sock.get(), [&ticks, ms](const TickInfo &info) {
        ++ticks.seen;
        ticks.missed += info.missed;
        ticks.last = info.number;
        ticks.add(nowNs(), int64_t(ms) * 1'000'000 * int64_t(1 + info.missed));
    });
    if (const auto error = sock->start())
        throw CannotRun(error->toString().toStdString());
    return sock;
}

std::vector<double> idleOurs(int ms, double seconds)
{
    Ticks ticks;
    const auto sock = tickingSock(ms, ticks);
    runEventLoop(nowNs() + static_cast<int64_t>(seconds * 1e9));
    if (ticks.seen + ticks.missed != ticks.last)
        throw CannotRun("ticks were lost uncounted");
    return {quantile(ticks.deviationUs, 0.5), quantile(ticks.deviationUs, 0.99)};
}

std::vector<double> idleQt(int ms, double seconds)
{
    Ticks ticks;
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] { ticks.add(nowNs(), int64_t(ms) * 1'000'000); });
    timer.start(ms);
    runEventLoop(nowNs() + static_cast<int64_t>(seconds * 1e9));
    return {quantile(ticks.deviationUs, 0.5), quantile(ticks.deviationUs, 0.99)};
}

std::vector<double> overloadOurs(double seconds)
{
    Ticks ticks;
    const auto sock = tickingSock(4, ticks);
    Worker sender(QStringLiteral("udp-flood"),
                  {QString::number(sock->localEndpoint().port()), QStringLiteral("512"), QStringLiteral("0")});
    sender.go();
    runEventLoop(nowNs() + 50'000'000);
    ticks = {};
    const quint64 first = sock->tickStats().ticks + sock->tickStats().missed;
    runEventLoop(nowNs() + static_cast<int64_t>(seconds * 1e9));
    if (ticks.seen + ticks.missed != ticks.last - first)
        throw CannotRun("ticks were lost uncounted");
    return {quantile(ticks.deviationUs, 1.0) / 1000.0, static_cast<double>(ticks.missed)};
}

std::vector<double> overloadQt(double seconds)
{
    Ticks ticks;
    const auto receiver = makePlainQtReceiver();
    const quint16 port = receiver->open();
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] { ticks.add(nowNs(), 4'000'000); });
    Worker sender(QStringLiteral("udp-flood"), {QString::number(port), QStringLiteral("512"), QStringLiteral("0")});
    timer.start(4);
    sender.go();
    receiver->run(nowNs() + static_cast<int64_t>(seconds * 1e9));
    runEventLoop(nowNs() + 1'000'000);
    return {quantile(ticks.deviationUs, 1.0) / 1000.0,
            std::fmax(0.0, seconds * 250 - static_cast<double>(ticks.deviationUs.size()))};
}

} // namespace

std::vector<Group> tick(const Settings &settings)
{
    std::vector<Group> groups;
    const QString qt = QStringLiteral("qtimer");
    const QString bound = QStringLiteral("bound");
    for (const int ms : {4, 16, 250}) {
        const double seconds = ms == 250 ? settings.seconds(3.1, 1.1) / 2 : settings.seconds(0.8, 0.3) / 2;
        Group group;
        group.metrics = {{QStringLiteral("idle %1 ms, p50").arg(ms), QStringLiteral("µs"), true, {{qt, 0.5}}},
                         {QStringLiteral("idle %1 ms, p99").arg(ms), QStringLiteral("µs"), true, {}}};
        group.subjects = {{QStringLiteral("ours"), [=] { return idleOurs(ms, seconds); }},
                          {qt, [=] { return idleQt(ms, seconds); }}};
        groups.push_back(std::move(group));
    }
    const double seconds = settings.seconds(0.8, 0.3);
    groups.push_back({{{QStringLiteral("overload 4 ms, longest"), QStringLiteral("ms"), true, {{bound, 8.0}}},
                       {QStringLiteral("overload 4 ms, missed"), QStringLiteral("ticks"), true, {}}},
                      {{QStringLiteral("ours"), [=] { return overloadOurs(seconds); }},
                       {QStringLiteral("plain-qt"), [=] { return overloadQt(seconds); }}},
                      0});
    return groups;
}

} // namespace SockScope::Bench
