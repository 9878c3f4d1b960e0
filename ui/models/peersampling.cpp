#include "ui/models/peermodel.h"

#include <limits>
#include <utility>

#include "core/time/clock.h"

// The part of PeerModel that follows a peer through time: what happened to it, when it falls silent, and its rates.

namespace SockScope {

namespace {

constexpr qint64 secondNs = 1'000'000'000;
/// Between two slices of one second's samples: the window draws meanwhile.
constexpr qint64 sliceNs = 15'000'000;
constexpr qint64 never = std::numeric_limits<qint64>::max();

PeerEvent::Kind kindOf(CloseReason reason)
{
    return reason == CloseReason::TimedOut ? PeerEvent::Kind::TimedOut : PeerEvent::Kind::Closed;
}

} // namespace

void PeerModel::begin(Row &row, const PeerChange &change, const SockTimes &times)
{
    row.peer = change.peer;
    row.messagesIn.total = change.peer.received.messages;
    row.messagesOut.total = change.peer.sent.messages;
    row.bytesIn.total = change.peer.received.bytes;
    row.bytesOut.total = change.peer.sent.bytes;
    row.sampledNs = m_clock->nowNs();
    row.firstSecond = row.lastSecond = m_second;
    const qint64 joinedUs = times.wallUs + (change.peer.firstSeenNs - times.sockNowNs) / 1000;
    const bool connecting = change.peer.state == PeerState::Connecting;
    if (std::optional<PeerStory> before = m_past.take({row.sockId, change.peer.endpoint})) {
        row.story = std::move(*before);
        row.story.add({joinedUs, connecting ? PeerEvent::Kind::Connecting : PeerEvent::Kind::CameBack});
    } else {
        row.story.add({joinedUs, connecting ? PeerEvent::Kind::Connecting : PeerEvent::Kind::Joined});
    }
}

void PeerModel::applyChange(Row &row, const PeerChange &change, const SockTimes &times)
{
    const bool wasPresent = std::exchange(row.present, !change.removed);
    if (change.removed) {
        if (wasPresent)
            row.story.add({times.wallUs, kindOf(change.reason), change.reason});
        // Only the endpoint is said of a peer that is gone; a row that stays keeps what it had.
        row.silent = false;
        return;
    }
    const qint64 spokeUs = times.wallUs + (change.peer.lastSeenNs - times.sockNowNs) / 1000;
    const bool spoke = change.peer.lastSeenNs > row.peer.lastSeenNs;
    if (!wasPresent) {
        const bool connecting = change.peer.state == PeerState::Connecting;
        row.story.add({times.wallUs + (change.peer.firstSeenNs - times.sockNowNs) / 1000,
                       connecting ? PeerEvent::Kind::Connecting : PeerEvent::Kind::CameBack});
    } else if (row.peer.state == PeerState::Connecting && change.peer.state == PeerState::Known) {
        row.story.add({spokeUs, PeerEvent::Kind::Joined});
    } else if (row.silent && spoke) {
        row.story.add({spokeUs, PeerEvent::Kind::CameBack});
    }
    if (spoke || !wasPresent)
        row.silent = false;
    row.peer = change.peer;
}

void PeerModel::setRefused(Row &row, bool refused, const SockTimes &times)
{
    if (row.refused == refused)
        return;
    row.refused = refused;
    row.story.add({times.wallUs, refused ? PeerEvent::Kind::Refused : PeerEvent::Kind::Allowed});
}

// It is sampled with the next second, and looked at when it will have been silent for half of the time-out.
void PeerModel::watch(int slot, const SockTimes &times)
{
    Row &row = m_slots[static_cast<size_t>(slot)];
    if (!std::exchange(row.sampling, true))
        m_sampled.push_back(slot);
    const bool watched = row.present && !row.silent && times.timeoutNs > 0 && row.peer.state == PeerState::Known;
    m_silentAt[static_cast<size_t>(slot)] =
        watched ? row.peer.lastSeenNs - times.sockNowNs + times.arrivedNs + times.timeoutNs / 2 : never;
}

void PeerModel::armAlarm()
{
    if (m_rows.empty()) {
        m_alarm->cancel();
        for (std::vector<int> *list : {&m_sampled, &m_sampling}) {
            for (const int slot : *list)
                m_slots[static_cast<size_t>(slot)].sampling = false;
            list->clear();
        }
    } else if (!m_alarm->isSet()) {
        m_secondNs = m_clock->nowNs();
        m_alarm->setDeadline(m_secondNs + secondNs);
    }
}

void PeerModel::handleAlarm()
{
    const auto isDone = [this] { return m_sampling.empty() && m_looked >= m_silentAt.size(); };
    if (isDone())
        beginSecond();
    if (m_looked < m_silentAt.size())
        findSilent();
    if (m_looked >= m_silentAt.size()) // else so many fell silent at once that they fill this slice
        sampleSlice();
    if (m_rows.empty())
        return;
    m_alarm->setDeadline(isDone() ? m_secondNs + secondNs : m_clock->nowNs() + sliceNs);
    if (isDone()) // times go on, rates are new: for all rows at once
        Q_EMIT dataChanged(index(0, StateColumn), index(rowCount() - 1, StoryColumn));
}

void PeerModel::beginSecond()
{
    ++m_second;
    m_secondNs = qMax(m_secondNs + secondNs, m_clock->nowNs() - secondNs / 2); // no seconds are caught up with
    m_sampling.swap(m_sampled);
    m_looked = 0;
}

void PeerModel::findSilent()
{
    const qint64 now = m_clock->nowNs();
    std::vector<int> silent;
    for (; m_looked < m_silentAt.size() && silent.size() < sliceRows; ++m_looked) {
        const size_t slot = m_looked;
        if (m_silentAt[slot] > now)
            continue;
        Row &row = m_slots[slot];
        const SockTimes times = m_times.value(row.sockId);
        const qint64 agoNs = now - m_silentAt[slot];
        row.silent = true;
        row.story.add({times.wallUs + (now - times.arrivedNs - agoNs) / 1000, PeerEvent::Kind::Silent});
        m_silentAt[slot] = never;
        silent.push_back(static_cast<int>(slot));
    }
    if (!silent.empty())
        Q_EMIT touched(silent, true);
}

void PeerModel::sampleSlice()
{
    const size_t count = qMin(m_sampling.size(), sliceRows);
    const size_t kept = m_sampling.size() - count;
    const qint64 now = m_clock->nowNs();
    std::vector<int> done(m_sampling.begin() + static_cast<std::ptrdiff_t>(kept), m_sampling.end());
    m_sampling.resize(kept);
    for (const int slot : done)
        m_slots[static_cast<size_t>(slot)].sampling = false;
    std::erase_if(done, [this](int slot) { return rowOfSlot(slot) < 0; }); // left meanwhile
    for (const int slot : done) {
        Row &row = m_slots[static_cast<size_t>(slot)];
        sample(row, now);
        const bool moving = row.messagesIn.perSecond > 0 || row.messagesOut.perSecond > 0 ||
                            row.bytesIn.perSecond > 0 || row.bytesOut.perSecond > 0;
        if (moving && !std::exchange(row.sampling, true))
            m_sampled.push_back(slot); // once more, or its rate would never fall to nothing
    }
    if (!done.empty())
        Q_EMIT touched(done, false);
}

void PeerModel::sample(Row &row, qint64 nowNs) const
{
    const double seconds = static_cast<double>(nowNs - std::exchange(row.sampledNs, nowNs)) / 1e9;
    row.messagesIn.sample(row.peer.received.messages, seconds);
    row.messagesOut.sample(row.peer.sent.messages, seconds);
    row.bytesIn.sample(row.peer.received.bytes, seconds);
    row.bytesOut.sample(row.peer.sent.bytes, seconds);
    for (qint64 second = qMax(row.lastSecond + 1, m_second - historySeconds); second < m_second; ++second)
        row.history[static_cast<size_t>(second % historySeconds)] = 0;
    row.history[static_cast<size_t>(m_second % historySeconds)] =
        static_cast<float>(row.messagesIn.perSecond + row.messagesOut.perSecond);
    row.lastSecond = m_second;
}

} // namespace SockScope
