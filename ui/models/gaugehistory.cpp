#include "ui/models/gaugehistory.h"

#include <algorithm>

namespace SockScope {

GaugeHistory::Sock &GaugeHistory::sockOf(quint32 sockId)
{
    const auto known =
        std::find_if(m_socks.begin(), m_socks.end(), [sockId](const Sock &sock) { return sock.sockId == sockId; });
    if (known != m_socks.end())
        return *known;
    if (m_socks.size() >= maximumSocks) {
        m_socks.erase(std::min_element(m_socks.begin(), m_socks.end(),
                                       [](const Sock &a, const Sock &b) { return a.wallNs < b.wallNs; }));
        ++m_replaced;
    }
    m_socks.emplace_back().sockId = sockId;
    return m_socks.back();
}

void GaugeHistory::sample(const SockSnapshot &snapshot)
{
    if (snapshot.sockId == 0)
        return;
    Sock &sock = sockOf(snapshot.sockId);
    if (sock.sampledNs == snapshot.nowNs)
        return; // nothing new
    sock.sampledNs = snapshot.nowNs;
    sock.wallNs = snapshot.wallUs * 1000;
    m_latestNs = qMax(m_latestNs, sock.wallNs);
    const auto add = [&sock](Gauge gauge, double value) {
        sock.gauges[static_cast<size_t>(gauge)].add(sock.wallNs, {value, 1});
    };
    if (snapshot.tick.ticks > 1 && snapshot.tick.ticks != sock.ticks)
        add(Gauge::TickPeriod, static_cast<double>(snapshot.tick.lastPeriodNs) / 1e6);
    sock.ticks = snapshot.tick.ticks;
    add(Gauge::ParseQueue, static_cast<double>(snapshot.parseQueue.depth));
    add(Gauge::InQueue, static_cast<double>(snapshot.inQueue.depth));
    add(Gauge::SendQueue, static_cast<double>(snapshot.sendQueueBytes));
}

void GaugeHistory::clear()
{
    m_socks.clear();
    m_replaced = 0;
    m_latestNs = 0;
}

std::vector<GaugeCurve> GaugeHistory::read(Gauge gauge, const RateSteps &steps) const
{
    std::vector<GaugeCurve> curves;
    for (const Sock &sock : m_socks) {
        GaugeCurve curve{sock.sockId, std::vector<GaugeBucket>(static_cast<size_t>(qMax(0, steps.count)))};
        sock.gauges[static_cast<size_t>(gauge)].read(steps.level, steps.firstNs, steps.stepNs, curve.buckets);
        if (std::any_of(curve.buckets.begin(), curve.buckets.end(), [](const auto &one) { return one.samples > 0; }))
            curves.push_back(std::move(curve));
    }
    return curves;
}

} // namespace SockScope
