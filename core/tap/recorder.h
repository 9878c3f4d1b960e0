#pragma once

#include <deque>
#include <mutex>
#include <vector>

#include "core/tap/record.h"

namespace SockScope {

struct RecorderLimits
{
    qsizetype maximumRecords = 1'000'000;
    qsizetype maximumBytes = 512LL * 1024 * 1024;
    qsizetype inboxRecords = 262'144;
    qsizetype inboxBytes = 128LL * 1024 * 1024;
};

struct RecorderStats
{
    quint64 captured = 0;      ///< records that were ever appended
    quint64 droppedOldest = 0; ///< of captured: left the store because it was full
    quint64 cleared = 0;       ///< of captured: left the store by clear()
    quint64 lostInbox = 0;     ///< records that never came in: the owner was too slow
    qsizetype stored = 0;
    qsizetype bytes = 0;
    qsizetype waiting = 0; ///< in the inbox
};

/*! The bounded log of all socks: an inbox that any thread fills, and a store that one thread reads.
 *  Path    taps → [this] → models
 *  Shape   submit → inbox → takeInbox, evict and append by the owner → record(no) for firstNo <= no < endNo.
 *          captured = stored + droppedOldest + cleared, always
 *  Units   records; bytes as Record::memoryBytes
 *  Errors  a full inbox loses the newest and counts them
 *  Thread  submit and stats: any; everything else: the owner's
 *  Source  no limit, no merge: the taps never wait for the window
 */
class Recorder
{
public:
    explicit Recorder(RecorderLimits limits = {});

    void submit(std::vector<Record> &&batch);
    RecorderStats stats() const;

    /// At most maximum records of the inbox, in order of submission; they are not in the store yet.
    std::vector<Record> takeInbox(qsizetype maximum = 100'000);
    /// How many of the oldest must leave before append(batch) keeps the limits; may exceed what is stored.
    qsizetype evictionsFor(const std::vector<Record> &batch) const;
    /// Removes the oldest (counted as droppedOldest); answers how many.
    qsizetype evict(qsizetype count);
    /// Numbers the records and stores them. What the store could not hold even when empty is counted as droppedOldest.
    void append(std::vector<Record> &&batch);
    void clear();

    quint64 firstNo() const { return m_firstNo; }
    quint64 endNo() const { return m_firstNo + m_store.size(); }
    const Record &record(quint64 no) const { return m_store[static_cast<size_t>(no - m_firstNo)]; }
    const RecorderLimits &limits() const { return m_limits; }
    /// Holds from the next submit and append on; evict(evictionsFor({})) makes a smaller store at once.
    void setLimits(const RecorderLimits &limits);

private:
    mutable std::mutex m_mutex; // guards the inbox and the numbers that stats() answers
    std::vector<Record> m_inbox;
    qsizetype m_inboxBytes = 0;
    RecorderStats m_stats;
    RecorderLimits m_limits;
    std::deque<Record> m_store;
    quint64 m_firstNo = 1;
};

} // namespace SockScope
