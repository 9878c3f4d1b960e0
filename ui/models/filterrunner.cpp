#include "ui/models/filterrunner.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace SockScope {

namespace {

// A scan grows its steps from here on: the first screen must not wait for a whole chunk of dear conditions.
constexpr int firstStep = 1024;

void removeIgnored(LogHits &hits, const std::vector<quint64> *ignored)
{
    if (!ignored || ignored->empty())
        return;
    std::erase_if(hits.offsets, [&](quint16 offset) {
        return std::binary_search(ignored->begin(), ignored->end(), hits.firstNo + offset);
    });
}

} // namespace

struct FilterRunner::Scan
{
    struct Extension
    {
        std::shared_ptr<const FilterContext> context;
        StoredChunks chunks;
        quint64 from = 0;
        quint64 to = 0;
    };

    FilterInput input;
    quint64 end = 0;
    quint64 start = 0;
    std::atomic<bool> cancelled{false};
    std::atomic<quint64> first{0};
    std::atomic<quint64> scannedDownTo{0};
    std::atomic<quint64> unreadable{0};

    mutable std::mutex mutex; // guards what follows
    std::condition_variable changed;
    Results results;
    qint64 found = 0;
    bool complete = false;
    std::deque<Extension> extensions;
    bool extending = false;

    StoredChunk::Parts parts() const
    {
        return input.filter.needsPayload() ? StoredChunk::Parts::All : StoredChunk::Parts::Columns;
    }
    void add(LogHits &&hits, bool atFront)
    {
        const std::scoped_lock lock(mutex);
        found += static_cast<qint64>(hits.offsets.size());
        if (!hits.offsets.empty())
            (atFront ? results.front : results.back).push_back(std::move(hits));
    }
};

FilterRunner::FilterRunner(QObject *parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(2);
}

FilterRunner::~FilterRunner()
{
    stop();
    m_pool.waitForDone();
}

void FilterRunner::start(const FilterInput &input, StoredChunks chunks, quint64 first, quint64 end)
{
    stop();
    m_scan = std::make_shared<Scan>();
    m_scan->input = input;
    m_scan->first = m_scan->start = first;
    m_scan->end = m_scan->scannedDownTo = end;
    if (first >= end) {
        m_scan->complete = true;
        return;
    }
    m_pool.start([this, scan = m_scan, list = std::move(chunks)]() mutable { scanBackwards(scan, std::move(list)); });
}

void FilterRunner::extend(const std::shared_ptr<const FilterContext> &context, StoredChunks chunks, quint64 from,
                          quint64 to)
{
    if (!m_scan || from >= to)
        return;
    const std::scoped_lock lock(m_scan->mutex);
    m_scan->extensions.push_back({context, std::move(chunks), from, to});
    if (!std::exchange(m_scan->extending, true))
        m_pool.start([this, scan = m_scan] { scanExtensions(scan); });
}

void FilterRunner::stop()
{
    if (m_scan)
        m_scan->cancelled = true;
    m_scan.reset();
}

void FilterRunner::dropBefore(quint64 no)
{
    if (m_scan && m_scan->first < no)
        m_scan->first = no;
}

FilterRunner::Results FilterRunner::take()
{
    if (!m_scan)
        return {};
    const std::scoped_lock lock(m_scan->mutex);
    return std::exchange(m_scan->results, {});
}

bool FilterRunner::waitFor(qint64 hits, std::chrono::milliseconds timeout)
{
    if (!m_scan)
        return true;
    std::unique_lock lock(m_scan->mutex);
    return m_scan->changed.wait_for(lock, timeout, [this, hits] { return m_scan->complete || m_scan->found >= hits; });
}

bool FilterRunner::isScanning() const
{
    if (!m_scan)
        return false;
    const std::scoped_lock lock(m_scan->mutex);
    return !m_scan->complete || m_scan->extending;
}

double FilterRunner::progress() const
{
    if (!m_scan)
        return 1;
    {
        const std::scoped_lock lock(m_scan->mutex);
        if (m_scan->complete)
            return 1;
    }
    const quint64 first = m_scan->first;
    const quint64 all = m_scan->end - qMin(m_scan->end, first);
    const quint64 left = m_scan->scannedDownTo - qMin(m_scan->scannedDownTo.load(), first);
    return all == 0 ? 1 : 1 - static_cast<double>(left) / static_cast<double>(all);
}

quint64 FilterRunner::unreadable() const
{
    return m_scan ? m_scan->unreadable.load() : 0;
}

void FilterRunner::notify()
{
    if (m_notified.exchange(true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_notified = false;
            Q_EMIT progressed();
        },
        Qt::QueuedConnection);
}

void FilterRunner::scanBackwards(const std::shared_ptr<Scan> &scan, StoredChunks chunks)
{
    const FilterInput &input = scan->input;
    int step = firstStep;
    // Taken off one by one, so that a chunk that is dropped meanwhile leaves memory.
    for (; !chunks.empty() && !scan->cancelled; chunks.pop_back()) {
        const StoredChunk &stored = *chunks.back();
        const quint64 base = stored.firstNo();
        if (stored.endNo() <= scan->first)
            break;
        if (base >= scan->end)
            continue;
        const std::shared_ptr<const Chunk> chunk = stored.load(scan->parts());
        const int count = chunk ? chunk->count() : stored.count();
        int to = static_cast<int>(qMin<quint64>(static_cast<quint64>(count), scan->end - base));
        const auto lowest = [&] {
            const quint64 first = scan->first;
            return first > base ? static_cast<int>(qMin<quint64>(first - base, static_cast<quint64>(to))) : 0;
        };
        if (!chunk)
            scan->unreadable += static_cast<quint64>(to - lowest());
        for (int from = to; chunk && to > lowest(); to = from) {
            from = qMax(lowest(), (to - 1) / step * step);
            LogHits hits{base, {}};
            if (!input.filter.scan(*chunk, from, to, *input.context, hits.offsets, &scan->cancelled))
                return;
            removeIgnored(hits, input.ignored.get());
            scan->add(std::move(hits), true);
            scan->scannedDownTo = base + static_cast<quint64>(from);
            step = qMin(step * 2, Chunk::capacity);
            scan->changed.notify_all();
            notify();
        }
        scan->scannedDownTo = base;
    }
    if (scan->cancelled)
        return;
    {
        const std::scoped_lock lock(scan->mutex);
        scan->complete = true;
    }
    scan->changed.notify_all();
    notify();
}

void FilterRunner::scanExtensions(const std::shared_ptr<Scan> &scan)
{
    while (!scan->cancelled) {
        Scan::Extension part;
        {
            const std::scoped_lock lock(scan->mutex);
            if (scan->extensions.empty()) {
                scan->extending = false;
                break;
            }
            part = std::move(scan->extensions.front());
            scan->extensions.pop_front();
        }
        for (const std::shared_ptr<const StoredChunk> &stored : part.chunks) {
            const quint64 base = stored->firstNo();
            if (base >= part.to || stored->endNo() <= part.from)
                continue;
            const std::shared_ptr<const Chunk> chunk = stored->load(scan->parts());
            const int from = part.from > base ? static_cast<int>(part.from - base) : 0;
            const int to = static_cast<int>(
                qMin<quint64>(part.to - base, static_cast<quint64>(chunk ? chunk->count() : stored->count())));
            if (!chunk) {
                scan->unreadable += static_cast<quint64>(to - from);
                continue;
            }
            LogHits hits{base, {}};
            if (!scan->input.filter.scan(*chunk, from, to, *part.context, hits.offsets, &scan->cancelled))
                return;
            removeIgnored(hits, scan->input.ignored.get());
            scan->add(std::move(hits), false);
        }
        notify();
    }
    notify();
}

} // namespace SockScope
