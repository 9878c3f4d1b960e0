#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/filter/filter.h"
#include "core/store/messagestore.h"
#include "ui/models/bucketlevels.h"

namespace SockScope {

/// What the messages are told apart by.
enum class RateSplit : quint8 { All, Socket, Peer, Type, Filter };

/// Messages and bytes on the wire, by Direction.
struct RateBucket
{
    std::array<quint64, 2> messages{};
    std::array<quint64, 2> bytes{};

    void merge(const RateBucket &other)
    {
        for (size_t i = 0; i < 2; ++i) {
            messages[i] += other.messages[i];
            bytes[i] += other.bytes[i];
        }
    }
    quint64 allMessages() const { return messages[0] + messages[1]; }
    friend bool operator==(const RateBucket &, const RateBucket &) = default;
};

/// std::monostate: all, or all the others; quint32: a sock; int: the place of a filter.
using RateKey = std::variant<std::monostate, quint32, Endpoint, MessageType, int>;

struct RateKeyHash
{
    size_t operator()(const RateKey &key) const noexcept;
};

struct RateSpec
{
    static constexpr int maximumSeries = 20;
    static constexpr int maximumFilters = 8;

    RateSplit split = RateSplit::All;
    int series = 10;             ///< of socks, peers or types: the busiest so many, and one for all others
    std::vector<RateKey> picked; ///< not empty: these have a series, however busy others are; at most maximumSeries
    std::vector<Filter> filters; ///< for RateSplit::Filter; each message may be in none or in several
};

/// What one series has of a range of time.
struct RateCurve
{
    RateKey key;
    bool others = false; ///< all that have no series of their own
    RateBucket total;    ///< since the beginning, not of the range
    std::vector<RateBucket> buckets;
};

/// What a RateCounts has done, in messages.
struct RateProgress
{
    quint64 counted = 0;
    quint64 missed = 0;     ///< they left the store before they were counted
    quint64 unreadable = 0; ///< their part of the spool could not be read
    quint64 nextNo = 0;     ///< counted, missed or unreadable are all below
    int keysLeftOut = 0;    ///< peers or types beyond tallyLimit: they never get a series of their own
    bool outdated = false;  ///< others are busier by now than those that have a series
};

/*! Messages and bytes over time, told apart as a RateSpec says.
 *  Path    MessageStore's chunks → [this] → RateHistory
 *  Shape   count() goes on where it stopped; each series is a BucketLevels. counted + missed + unreadable are all
 *          messages from the first number to nextNo; without filters the totals of the series are counted
 *  Units   nanoseconds since 1970 UTC; bytes on the wire
 *  Errors  what cannot be read is counted in RateProgress
 *  Thread  count: one at a time, any thread; everything else: any thread, while count runs too
 *  Source  the columns of a chunk: a message costs two additions, a peer or type one look-up a chunk
 */
class RateCounts
{
public:
    static constexpr int tallyLimit = 200'000;

    /// Counts messages from firstNo on.
    RateCounts(RateSpec spec, quint64 firstNo);

    /// Counts what the chunks have beyond what it has already; answers false when it was cancelled before the end.
    bool count(const StoredChunks &chunks, const FilterContext &context, const std::atomic<bool> &cancelled);

    const RateSpec &spec() const { return m_spec; }
    RateProgress progress() const;
    /// Every series in the range of `steps` buckets of stepNs from firstNs on, the busiest first, the others last.
    std::vector<RateCurve> read(int level, qint64 firstNs, qint64 stepNs, int steps) const;
    /// The time of the newest and of the oldest message counted; 0 when there is none.
    qint64 latestNs() const;
    qint64 earliestNs() const;

private:
    struct Series
    {
        RateKey key;
        RateBucket total;
        BucketLevels<RateBucket> levels;
    };
    struct Flush
    {
        qint64 timeNs = 0;
        quint16 series = 0;
        RateBucket bucket;
    };
    static constexpr size_t othersAt = 0; // of m_series, where messages are told apart by keys

    bool isKeyed() const;
    size_t seriesLimit() const;
    std::vector<RateKey> keysOf(const Chunk &chunk, size_t from) const;
    std::span<const quint16> columnOf(const Chunk &chunk) const;
    bool pick(const StoredChunks &chunks, const std::atomic<bool> &cancelled);
    void tally(const Chunk &chunk, int from, int to);
    std::vector<std::pair<quint64, RateKey>> busiest() const;
    void noteIfOutdated();
    quint16 seriesOf(const RateKey &key);
    bool countSlice(const Chunk &chunk, int from, int to, const FilterContext &context,
                    const std::atomic<bool> &cancelled);
    void countColumns(const Chunk &chunk, int from, int to);
    bool countFilters(const Chunk &chunk, int from, int to, const FilterContext &context,
                      const std::atomic<bool> &cancelled);
    void merge();

    const RateSpec m_spec;
    // What follows is of the thread that counts.
    std::unordered_map<RateKey, quint16, RateKeyHash> m_seriesOf;
    std::unordered_map<RateKey, quint64, RateKeyHash> m_tally;
    std::vector<RateKey> m_keys;   // of the chunk that begins at m_mappedChunk, as far as its table was read
    std::vector<quint16> m_mapped; // the series of each of them
    quint64 m_mappedChunk = 0;
    std::vector<quint32> m_histogram; // kept for its memory
    std::vector<Flush> m_flushes;
    quint64 m_tallied = 0; // at the last look whether others are busier
    bool m_picked = false;

    mutable std::mutex m_mutex; // guards what follows
    std::vector<Series> m_series;
    RateProgress m_progress;
    qint64 m_latestNs = 0;
    qint64 m_earliestNs = 0;
};

} // namespace SockScope
