#include "ui/models/ratecounts.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace SockScope {

namespace {

constexpr qint64 bucketNs = BucketLevels<RateBucket>::widthsNs.front();
/// Others must be so much busier before the choice of series is called outdated.
constexpr double busierFactor = 1.2;

} // namespace

size_t RateKeyHash::operator()(const RateKey &key) const noexcept
{
    return std::visit(
        [&key](const auto &value) -> size_t {
            using Value = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, std::monostate>)
                return 0;
            else if constexpr (std::is_integral_v<Value>)
                return ::qHash(value, key.index());
            else
                return qHash(value, key.index());
        },
        key);
}

RateCounts::RateCounts(RateSpec spec, quint64 firstNo)
    : m_spec(std::move(spec))
    , m_picked(!isKeyed())
{
    m_progress.nextNo = firstNo;
    if (m_spec.split == RateSplit::Filter) {
        const auto count = qMin<size_t>(m_spec.filters.size(), RateSpec::maximumFilters);
        m_series.resize(count);
        for (size_t i = 0; i < count; ++i)
            m_series[i].key = static_cast<int>(i);
    } else {
        m_series.resize(1); // all, or all others
        for (const RateKey &key : m_spec.picked)
            if (isKeyed())
                seriesOf(key);
        m_picked = m_picked || !m_spec.picked.empty();
    }
}

bool RateCounts::isKeyed() const
{
    return m_spec.split != RateSplit::All && m_spec.split != RateSplit::Filter;
}

size_t RateCounts::seriesLimit() const
{
    const auto most = static_cast<size_t>(RateSpec::maximumSeries);
    return m_spec.picked.empty() ? static_cast<size_t>(qBound(1, m_spec.series, RateSpec::maximumSeries))
                                 : qMin(m_spec.picked.size(), most);
}

std::span<const quint16> RateCounts::columnOf(const Chunk &chunk) const
{
    return m_spec.split == RateSplit::Socket ? chunk.socks()
           : m_spec.split == RateSplit::Peer ? chunk.peers()
                                             : chunk.types();
}

// The chunk's table from an entry on: what the numbers of its column stand for.
std::vector<RateKey> RateCounts::keysOf(const Chunk &chunk, size_t from) const
{
    const auto keys = [from](const auto &table) {
        return std::vector<RateKey>(table.begin() + static_cast<std::ptrdiff_t>(from), table.end());
    };
    return m_spec.split == RateSplit::Socket ? keys(chunk.sockTable())
           : m_spec.split == RateSplit::Peer ? keys(chunk.peerTable())
                                             : keys(chunk.typeTable());
}

bool RateCounts::count(const StoredChunks &chunks, const FilterContext &context, const std::atomic<bool> &cancelled)
{
    if (!m_picked && !pick(chunks, cancelled))
        return false;
    const bool payload = std::any_of(m_spec.filters.begin(), m_spec.filters.end(),
                                     [](const Filter &filter) { return filter.needsPayload(); });
    const auto first = std::upper_bound(chunks.begin(), chunks.end(), m_progress.nextNo,
                                        [](quint64 wanted, const auto &chunk) { return wanted < chunk->endNo(); });
    for (auto it = first; it != chunks.end(); ++it) {
        if (cancelled)
            return false;
        const quint64 next = m_progress.nextNo;
        const quint64 start = qMax(next, (*it)->firstNo());
        const std::shared_ptr<const Chunk> chunk =
            (*it)->load(payload ? StoredChunk::Parts::All : StoredChunk::Parts::Columns);
        const quint64 end = chunk ? chunk->endNo() : (*it)->endNo();
        if (chunk && end > start &&
            !countSlice(*chunk, static_cast<int>(start - chunk->firstNo()), chunk->count(), context, cancelled))
            return false;
        const std::scoped_lock lock(m_mutex);
        m_progress.missed += start - next;
        if (end > start)
            (chunk ? m_progress.counted : m_progress.unreadable) += end - start;
        m_progress.nextNo = qMax(start, end);
    }
    noteIfOutdated();
    return true;
}

// The busiest keys of what there is get a series each; afterwards new ones do, while there is a place.
bool RateCounts::pick(const StoredChunks &chunks, const std::atomic<bool> &cancelled)
{
    m_tally.clear();
    for (const auto &stored : chunks) {
        if (cancelled)
            return false;
        if (stored->endNo() <= m_progress.nextNo)
            continue;
        if (const std::shared_ptr<const Chunk> chunk = stored->load(StoredChunk::Parts::Columns)) {
            m_keys = keysOf(*chunk, 0);
            const auto from = static_cast<int>(qMax(m_progress.nextNo, chunk->firstNo()) - chunk->firstNo());
            if (from < chunk->count())
                tally(*chunk, from, chunk->count());
        }
    }
    for (const auto &[messages, key] : busiest())
        seriesOf(key);
    m_tally.clear(); // the slices that follow count again
    m_keys.clear();
    m_picked = true;
    return true;
}

void RateCounts::tally(const Chunk &chunk, int from, int to)
{
    const std::span<const quint16> column = columnOf(chunk);
    m_histogram.assign(m_keys.size(), 0);
    for (int i = from; i < to; ++i)
        ++m_histogram[column[static_cast<size_t>(i)]];
    for (size_t i = 0; i < m_histogram.size(); ++i) {
        if (m_histogram[i] == 0)
            continue;
        if (const auto known = m_tally.find(m_keys[i]); known != m_tally.end()) {
            known->second += m_histogram[i];
        } else if (m_tally.size() < tallyLimit) {
            m_tally.emplace(m_keys[i], m_histogram[i]);
        } else {
            const std::scoped_lock lock(m_mutex);
            ++m_progress.keysLeftOut;
        }
    }
}

std::vector<std::pair<quint64, RateKey>> RateCounts::busiest() const
{
    std::vector<std::pair<quint64, RateKey>> all;
    all.reserve(m_tally.size());
    for (const auto &[key, messages] : m_tally)
        all.emplace_back(messages, key);
    const size_t count = qMin(all.size(), seriesLimit());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), std::greater<>());
    all.resize(count);
    return all;
}

// Looked at when a tenth more messages are there than the last time, so that it costs little however many there are.
void RateCounts::noteIfOutdated()
{
    if (!isKeyed() || m_tally.size() <= m_seriesOf.size() || m_progress.counted < m_tallied + m_tallied / 10)
        return;
    m_tallied = m_progress.counted;
    quint64 leastChosen = std::numeric_limits<quint64>::max();
    for (const auto &[key, series] : m_seriesOf) {
        const auto tallied = m_tally.find(key);
        leastChosen = qMin(leastChosen, tallied == m_tally.end() ? 0 : tallied->second);
    }
    quint64 mostOfOthers = 0;
    for (const auto &[messages, key] : busiest())
        if (!m_seriesOf.contains(key))
            mostOfOthers = qMax(mostOfOthers, messages);
    const std::scoped_lock lock(m_mutex);
    m_progress.outdated = static_cast<double>(mostOfOthers) > busierFactor * static_cast<double>(leastChosen);
}

quint16 RateCounts::seriesOf(const RateKey &key)
{
    if (const auto known = m_seriesOf.find(key); known != m_seriesOf.end())
        return known->second;
    if (m_seriesOf.size() >= seriesLimit())
        return othersAt;
    const std::scoped_lock lock(m_mutex);
    const auto number = static_cast<quint16>(m_series.size());
    m_series.emplace_back().key = key;
    m_seriesOf.emplace(key, number);
    return number;
}

bool RateCounts::countSlice(const Chunk &chunk, int from, int to, const FilterContext &context,
                            const std::atomic<bool> &cancelled)
{
    m_flushes.clear();
    if (m_spec.split == RateSplit::Filter) {
        if (!countFilters(chunk, from, to, context, cancelled))
            return false;
    } else {
        if (isKeyed()) {
            if (m_mappedChunk != chunk.firstNo() || m_mapped.empty()) {
                m_mappedChunk = chunk.firstNo();
                m_mapped.clear();
                m_keys.clear();
            }
            for (RateKey &key : keysOf(chunk, m_keys.size())) {
                m_mapped.push_back(seriesOf(key));
                m_keys.push_back(std::move(key));
            }
            if (m_spec.picked.empty())
                tally(chunk, from, to);
        }
        countColumns(chunk, from, to);
    }
    const auto times = chunk.wallNs().subspan(static_cast<size_t>(from), static_cast<size_t>(to - from));
    const auto [least, most] = std::minmax_element(times.begin(), times.end());
    const std::scoped_lock lock(m_mutex);
    merge();
    m_latestNs = qMax(m_latestNs, *most);
    m_earliestNs = m_earliestNs == 0 ? *least : qMin(m_earliestNs, *least);
    return true;
}

void RateCounts::countColumns(const Chunk &chunk, int from, int to)
{
    const std::span<const qint64> times = chunk.wallNs();
    const std::span<const quint32> sizes = chunk.wireBytes();
    const std::span<const quint16> flags = chunk.flags();
    const std::span<const quint16> column = isKeyed() ? columnOf(chunk) : std::span<const quint16>();
    std::vector<RateBucket> open(m_series.size()); // of the bucket of time that begins at `begin`
    qint64 begin = 0;
    qint64 end = 0;
    const auto flush = [&] {
        for (size_t i = 0; i < open.size(); ++i)
            if (open[i].allMessages() > 0)
                m_flushes.push_back({begin, static_cast<quint16>(i), std::exchange(open[i], RateBucket())});
    };
    for (auto i = static_cast<size_t>(from); i < static_cast<size_t>(to); ++i) {
        if (times[i] < begin || times[i] >= end) {
            flush();
            begin = BucketLevels<RateBucket>::floorDivided(times[i], bucketNs) * bucketNs;
            end = begin + bucketNs;
        }
        RateBucket &bucket = open[column.empty() ? othersAt : m_mapped[column[i]]];
        const size_t out = flags[i] & FlagOut ? 1 : 0;
        ++bucket.messages[out];
        bucket.bytes[out] += sizes[i];
    }
    flush();
}

bool RateCounts::countFilters(const Chunk &chunk, int from, int to, const FilterContext &context,
                              const std::atomic<bool> &cancelled)
{
    std::vector<quint16> hits;
    for (size_t f = 0; f < m_series.size(); ++f) {
        hits.clear();
        if (!m_spec.filters[f].scan(chunk, from, to, context, hits, &cancelled))
            return false;
        for (const quint16 hit : hits) {
            const qint64 begin = BucketLevels<RateBucket>::floorDivided(chunk.wallNs(hit), bucketNs) * bucketNs;
            if (m_flushes.empty() || m_flushes.back().series != f || m_flushes.back().timeNs != begin)
                m_flushes.push_back({begin, static_cast<quint16>(f), {}});
            const auto direction = static_cast<size_t>(chunk.direction(hit));
            ++m_flushes.back().bucket.messages[direction];
            m_flushes.back().bucket.bytes[direction] += chunk.wireBytes(hit);
        }
    }
    return true;
}

void RateCounts::merge()
{
    for (const Flush &flush : m_flushes) {
        Series &series = m_series[flush.series];
        series.total.merge(flush.bucket);
        series.levels.add(flush.timeNs, flush.bucket);
    }
}

RateProgress RateCounts::progress() const
{
    const std::scoped_lock lock(m_mutex);
    return m_progress;
}

std::vector<RateCurve> RateCounts::read(int level, qint64 firstNs, qint64 stepNs, int steps) const
{
    std::vector<RateCurve> curves;
    const std::scoped_lock lock(m_mutex);
    for (size_t i = 0; i < m_series.size(); ++i) {
        const Series &series = m_series[i];
        const bool others = isKeyed() && i == othersAt;
        if (others && series.total.allMessages() == 0)
            continue;
        RateCurve &curve = curves.emplace_back(RateCurve{series.key, others, series.total, {}});
        curve.buckets.resize(static_cast<size_t>(qMax(0, steps)));
        series.levels.read(level, firstNs, stepNs, curve.buckets);
    }
    if (isKeyed())
        std::stable_sort(curves.begin(), curves.end(), [](const RateCurve &a, const RateCurve &b) {
            return a.others != b.others ? b.others : a.total.allMessages() > b.total.allMessages();
        });
    return curves;
}

qint64 RateCounts::latestNs() const
{
    const std::scoped_lock lock(m_mutex);
    return m_latestNs;
}

qint64 RateCounts::earliestNs() const
{
    const std::scoped_lock lock(m_mutex);
    return m_earliestNs;
}

} // namespace SockScope
