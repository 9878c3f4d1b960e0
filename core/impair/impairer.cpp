#include "core/impair/impairer.h"

#include <QRandomGenerator>

#include <algorithm>
#include <utility>

namespace SockScope {

namespace {

constexpr size_t at(Direction direction)
{
    return static_cast<size_t>(direction);
}

/// How long a link of this rate is busy with so many bytes; rounded up, so that it never carries more.
qint64 transmissionNs(qsizetype bytes, qint64 bitsPerSecond)
{
    constexpr qint64 second = 1'000'000'000;
    const qint64 bits = bytes * 8;
    const qint64 whole = bits / bitsPerSecond;
    const qint64 rest = bits % bitsPerSecond;
    return whole * second +
           static_cast<qint64>((static_cast<double>(rest) * 1e9 + static_cast<double>(bitsPerSecond) - 1) /
                               static_cast<double>(bitsPerSecond));
}

} // namespace

Impairer::Line::Line(const ImpairSpec &ruleSpec, quint64 seed, quint64 stream)
    : spec(ruleSpec)
    , fates(ruleSpec, seed, stream)
{
}

void Impairer::setRules(std::vector<ImpairSpec> rules)
{
    m_specs = std::move(rules);
    ++m_revision;
    m_lines.clear();
    m_seeds.clear();
    ImpairSpec unruled;
    for (const ImpairSpec &spec : m_specs) {
        const quint64 stream = m_lines.size() * 2;
        const quint64 seed = spec.seed.value_or(QRandomGenerator::system()->generate());
        m_seeds.push_back(seed);
        m_lines.push_back({std::make_shared<Line>(spec, seed, stream), std::make_shared<Line>(spec, seed, stream + 1)});
        unruled.limit = std::max(unruled.limit, spec.limit);
    }
    m_lines.push_back({std::make_shared<Line>(unruled, 0, 0), std::make_shared<Line>(unruled, 0, 0)});
}

std::vector<ImpairReport> Impairer::reports() const
{
    std::vector<ImpairReport> reports;
    for (size_t i = 0; i < m_specs.size(); ++i) {
        reports.push_back(
            {m_specs[i], m_seeds[i], m_lines[i][at(Direction::In)]->stats, m_lines[i][at(Direction::Out)]->stats});
    }
    return reports;
}

bool Impairer::concerns(int rule, Direction direction, const Endpoint &peer) const
{
    const ImpairSpec &spec = m_specs[static_cast<size_t>(rule)];
    if (!(direction == Direction::In ? spec.inbound : spec.outbound))
        return false;
    if (spec.peer.isNull() || spec.peer == peer)
        return true;
    return spec.peer.port() == 0 && spec.peer.address() == peer.address();
}

Impairer::Line *Impairer::line(int rule, Direction direction) const
{
    return (rule < 0 ? m_lines.back() : m_lines[static_cast<size_t>(rule)])[at(direction)].get();
}

ImpairFate Impairer::judge(int rule, Direction direction)
{
    Line &own = *line(rule, direction);
    const ImpairFate fate = own.fates.next();
    ++own.stats.applied;
    if (fate.lost)
        ++own.stats.lost;
    if (fate.duplicated)
        ++own.stats.duplicated;
    return fate;
}

std::vector<CorruptByte> Impairer::corruption(int rule, Direction direction, quint64 number, qsizetype bytes)
{
    Line &own = *line(rule, direction);
    std::vector<CorruptByte> changes = own.fates.corruption(number, bytes);
    if (!changes.empty())
        ++own.stats.corrupted;
    return changes;
}

ImpairPlacement Impairer::place(int rule, const ImpairFate &fate, bool isCopy, bool ordered,
                                const ImpairedMessage &message, qint64 nowNs)
{
    Line &own = *line(rule, message.direction);
    const auto found = m_lanes[at(message.direction)].constFind(message.peer);
    const Lane lane = found == m_lanes[at(message.direction)].constEnd() ? Lane() : *found;
    const bool mayOvertake = fate.overtakes && !isCopy;
    ImpairPlacement placement;
    placement.releaseNs = nowNs;
    qint64 busyUntilNs = own.busyUntilNs;
    if (!mayOvertake) {
        if (own.spec.rateBitsPerSecond > 0) {
            busyUntilNs = std::max(nowNs, busyUntilNs) + transmissionNs(message.wireBytes, own.spec.rateBitsPerSecond);
            placement.releaseNs = busyUntilNs;
        }
        placement.releaseNs += isCopy ? fate.copyDelayNs : fate.delayNs;
        // Who would have to go already, but waits for the alarm, goes first.
        const bool isOverdue = !m_held.empty() && m_held.begin()->first <= nowNs;
        if (ordered && lane.waiting > 0)
            placement.releaseNs = std::max(placement.releaseNs, lane.lastNs);
        if (placement.releaseNs > nowNs || (lane.waiting > 0 && (ordered || isOverdue)))
            placement.kind = ImpairPlacement::Kind::Wait;
    }
    if (placement.kind == ImpairPlacement::Kind::Wait) {
        if (own.stats.waiting >= own.spec.limit ||
            own.waitingBytes + message.wireBytes > ImpairSpec::maximumWaitingBytes) {
            ++own.stats.queueFull;
            placement.kind = ImpairPlacement::Kind::Full;
            return placement;
        }
        ++own.stats.delayed;
    }
    own.busyUntilNs = busyUntilNs;
    placement.overtakes = lane.waiting > 0 && placement.releaseNs < lane.lastNs;
    if (placement.overtakes)
        ++own.stats.overtook;
    return placement;
}

void Impairer::hold(int rule, qint64 releaseNs, ImpairedMessage &&message)
{
    const std::shared_ptr<Line> &own =
        (rule < 0 ? m_lines.back() : m_lines[static_cast<size_t>(rule)])[at(message.direction)];
    own->stats.highWater = std::max(own->stats.highWater, ++own->stats.waiting);
    own->waitingBytes += message.wireBytes;
    m_waiting[at(message.direction)].add(message.wireBytes);
    Lane &lane = m_lanes[at(message.direction)][message.peer];
    ++lane.waiting;
    lane.lastNs = std::max(lane.lastNs, releaseNs);
    m_held.emplace(releaseNs, Held{std::move(message), own});
}

ImpairedMessage Impairer::take(Queue::iterator position)
{
    Held held = std::move(m_held.extract(position).mapped());
    const ImpairedMessage &message = held.message;
    --held.line->stats.waiting;
    held.line->waitingBytes -= message.wireBytes;
    m_waiting[at(message.direction)].remove(message.wireBytes);
    QHash<Endpoint, Lane> &lanes = m_lanes[at(message.direction)];
    const auto lane = lanes.find(message.peer);
    if (--lane->waiting == 0)
        lanes.erase(lane);
    return std::move(held.message);
}

const ImpairedMessage *Impairer::peekDue(qint64 nowNs) const
{
    return m_held.empty() || m_held.begin()->first > nowNs ? nullptr : &m_held.begin()->second.message;
}

std::optional<qint64> Impairer::nextDueNs() const
{
    return m_held.empty() ? std::nullopt : std::optional(m_held.begin()->first);
}

std::vector<ImpairedMessage> Impairer::takePeer(Direction direction, const Endpoint &peer)
{
    std::vector<ImpairedMessage> taken;
    if (!waitsFor(direction, peer))
        return taken;
    for (auto position = m_held.begin(); position != m_held.end();) {
        const auto next = std::next(position);
        const ImpairedMessage &message = position->second.message;
        if (message.direction == direction && message.peer == peer)
            taken.push_back(take(position));
        position = next;
    }
    return taken;
}

std::vector<ImpairedMessage> Impairer::takeAll()
{
    std::vector<ImpairedMessage> taken;
    while (!m_held.empty())
        taken.push_back(take(m_held.begin()));
    return taken;
}

bool Impairer::waitsFor(Direction direction, const Endpoint &peer) const
{
    return m_lanes[at(direction)].contains(peer);
}

} // namespace SockScope
