#pragma once

#include <mutex>
#include <vector>

#include "core/store/messagestore.h"

namespace SockScope {

struct RecorderLimits
{
    StoreLimits store;
    qsizetype inboxRecords = 262'144;
    qsizetype inboxBytes = 128LL * 1024 * 1024;
};

struct RecorderStats
{
    StoreStats store;
    quint64 lostInbox = 0; ///< messages that never came in: the owner was too slow
    qsizetype waiting = 0; ///< in the inbox

    /// Messages that were ever appended: stored + dropped + cleared.
    quint64 captured() const { return store.appended; }
};

/*! The bounded log of all socks: an inbox that any thread fills, and a store that one thread owns.
 *  Path    taps → [this] → models
 *  Shape   submit → inbox → takeInbox and append by the owner → store()
 *  Units   messages; bytes as MessageBatch::memoryBytes
 *  Errors  a full inbox loses the newest and counts them
 *  Thread  submit and stats: any; everything else: the owner's
 *  Source  no limit, no merge: the taps never wait for the window
 */
class Recorder
{
public:
    explicit Recorder(RecorderLimits limits = {});

    /// Takes the messages; the batch is empty afterwards, and may have memory that an earlier one needs no more.
    void submit(MessageBatch &&batch);
    RecorderStats stats() const;

    /// Batches of the inbox, in order of submission, with together at most maximum messages, or the one that is larger;
    /// they are not in the store yet.
    std::vector<MessageBatch> takeInbox(qsizetype maximum = 100'000);
    /// Numbers and stores the messages; the store's budgets are kept by its toDrop and dropBefore.
    void append(std::vector<MessageBatch> &&batches);

    MessageStore &store() { return m_store; }
    const MessageStore &store() const { return m_store; }
    const RecorderLimits &limits() const { return m_limits; }
    /// Holds from the next submit and append on.
    void setLimits(const RecorderLimits &limits);

private:
    static constexpr size_t maximumSpare = 4;
    static constexpr qsizetype maximumSpareBytes = 8LL * 1024 * 1024; // each

    mutable std::mutex m_mutex; // guards what follows, up to the store
    std::vector<MessageBatch> m_inbox;
    std::vector<MessageBatch> m_spare; // emptied: new memory costs more than what is written into it
    qsizetype m_waiting = 0;
    qsizetype m_inboxBytes = 0;
    quint64 m_lostInbox = 0;
    RecorderLimits m_limits;
    MessageStore m_store;
};

} // namespace SockScope
