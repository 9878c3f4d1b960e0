#include "core/tap/recorder.h"

#include <iterator>
#include <utility>

namespace SockScope {

Recorder::Recorder(RecorderLimits limits)
    : m_limits(std::move(limits))
    , m_store(m_limits.store)
{
}

void Recorder::submit(MessageBatch &&batch)
{
    if (batch.isEmpty())
        return;
    MessageBatch taken = std::move(batch); // what does not fit is freed after the lock
    batch = {};
    const std::scoped_lock lock(m_mutex);
    qsizetype fitting = taken.count();
    if (m_waiting + taken.count() > m_limits.inboxRecords || m_inboxBytes + taken.memoryBytes() > m_limits.inboxBytes) {
        qsizetype bytes = m_inboxBytes;
        for (fitting = 0; fitting < taken.count(); ++fitting) {
            const qsizetype waiting = m_waiting + fitting;
            bytes += MessageBatch::memoryBytes(taken.heads()[static_cast<size_t>(fitting)]);
            // one message alone may be larger than the limit, or it would never come in
            if (waiting >= m_limits.inboxRecords || (waiting > 0 && bytes > m_limits.inboxBytes))
                break;
        }
        m_lostInbox += static_cast<quint64>(taken.count() - fitting);
        taken.truncate(fitting);
    }
    if (fitting > 0) {
        m_waiting += fitting;
        m_inboxBytes += taken.memoryBytes();
        m_inbox.push_back(std::move(taken));
    }
    if (!m_spare.empty()) {
        batch = std::move(m_spare.back());
        m_spare.pop_back();
    }
}

RecorderStats Recorder::stats() const
{
    RecorderStats stats;
    stats.store = m_store.stats();
    const std::scoped_lock lock(m_mutex);
    stats.lostInbox = m_lostInbox;
    stats.waiting = m_waiting;
    return stats;
}

std::vector<MessageBatch> Recorder::takeInbox(qsizetype maximum)
{
    std::vector<MessageBatch> taken;
    if (maximum <= 0)
        return taken;
    const std::scoped_lock lock(m_mutex);
    qsizetype messages = 0;
    auto end = m_inbox.begin();
    for (; end != m_inbox.end() && (messages == 0 || messages + end->count() <= maximum); ++end) {
        messages += end->count();
        m_inboxBytes -= end->memoryBytes();
    }
    m_waiting -= messages;
    taken.assign(std::make_move_iterator(m_inbox.begin()), std::make_move_iterator(end));
    m_inbox.erase(m_inbox.begin(), end);
    return taken;
}

void Recorder::append(std::vector<MessageBatch> &&batches)
{
    std::vector<MessageBatch> taken = std::move(batches);
    for (MessageBatch &batch : taken) {
        m_store.append(batch);
        batch.clear();
    }
    const std::scoped_lock lock(m_mutex);
    for (MessageBatch &batch : taken) {
        if (m_spare.size() < maximumSpare && batch.capacityBytes() <= maximumSpareBytes)
            m_spare.push_back(std::move(batch));
    }
}

void Recorder::setLimits(const RecorderLimits &limits)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_limits = limits;
    }
    m_store.setLimits(limits.store);
}

} // namespace SockScope
