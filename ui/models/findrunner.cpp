#include "ui/models/findrunner.h"

#include <algorithm>

namespace SockScope {

namespace {
constexpr int firstStep = 1024; // grows: a near hit is there at once
}

struct FindRunner::Job
{
    Search search;
    std::atomic<bool> cancelled{false};
    std::atomic<quint64> looked{0};
    Answer answer; // the job's thread, then the window's
    int step = firstStep;
};

FindRunner::FindRunner(QObject *parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
}

FindRunner::~FindRunner()
{
    cancel();
    m_pool.waitForDone();
}

void FindRunner::cancel()
{
    if (m_job)
        m_job->cancelled = true;
    m_job.reset();
}

double FindRunner::progress() const
{
    if (!m_job)
        return 1;
    const quint64 all = m_job->search.end - m_job->search.first;
    return all == 0 ? 1 : qMin(1.0, static_cast<double>(m_job->looked) / static_cast<double>(all));
}

void FindRunner::start(const Search &search, StoredChunks chunks)
{
    cancel();
    m_job = std::make_shared<Job>();
    m_job->search = search;
    m_pool.start([this, job = m_job, list = std::move(chunks)] {
        const Search &s = job->search;
        const bool forward = s.direction == Direction::Forward;
        const bool known = s.fromNo >= s.first && s.fromNo < s.end;
        bool found = false;
        if (!known) {
            // A message that left stands before the first; one that is to come behind the last.
            const bool before = s.fromNo < s.first;
            if (s.fromNo == 0 || before == forward)
                found = lookIn(*job, list, s.first, s.end);
            else if (s.wrap) {
                job->answer.wrapped = true;
                found = lookIn(*job, list, s.first, s.end);
            }
        } else {
            found = forward ? lookIn(*job, list, s.fromNo + 1, s.end) : lookIn(*job, list, s.first, s.fromNo);
            if (!found && s.wrap && !job->cancelled) {
                job->answer.wrapped = true;
                found = forward ? lookIn(*job, list, s.first, s.fromNo + 1) : lookIn(*job, list, s.fromNo, s.end);
            }
        }
        if (job->cancelled)
            return;
        QMetaObject::invokeMethod(
            this,
            [this, job] {
                if (m_job != job)
                    return; // cancelled meanwhile
                m_job.reset();
                Q_EMIT finished(job->answer);
            },
            Qt::QueuedConnection);
    });
}

// The first hit of [first, end) in the search's direction.
bool FindRunner::lookIn(Job &job, const StoredChunks &chunks, quint64 first, quint64 end)
{
    const Search &search = job.search;
    const bool forward = search.direction == Direction::Forward;
    const auto count = static_cast<qsizetype>(chunks.size());
    const bool payload = search.wanted.needsPayload() || search.shown.filter.needsPayload();
    const auto shows = [&](const Chunk &chunk, quint16 index) {
        const quint64 no = chunk.firstNo() + index;
        const auto *ignored = search.shown.ignored.get();
        if (ignored && std::binary_search(ignored->begin(), ignored->end(), no))
            return false;
        return search.shown.filter.isEmpty() || search.shown.filter.matches(chunk, index, *search.shown.context);
    };
    std::vector<quint16> hits;
    for (qsizetype i = 0; i < count && !job.cancelled; ++i) {
        const StoredChunk &stored = *chunks[static_cast<size_t>(forward ? i : count - 1 - i)];
        const quint64 base = stored.firstNo();
        if (stored.endNo() <= first || base >= end)
            continue;
        const auto chunk = stored.load(payload ? StoredChunk::Parts::All : StoredChunk::Parts::Columns);
        const int have = chunk ? chunk->count() : stored.count();
        const int low = first > base ? static_cast<int>(first - base) : 0;
        const int high = static_cast<int>(qMin<quint64>(end - base, static_cast<quint64>(have)));
        if (!chunk) {
            job.answer.unreadable += static_cast<quint64>(qMax(0, high - low));
            job.looked += static_cast<quint64>(qMax(0, high - low));
            continue;
        }
        for (int done = 0; done < high - low;) {
            const int part = qMin(job.step, high - low - done);
            const int from = forward ? low + done : high - done - part;
            hits.clear();
            if (!search.wanted.scan(*chunk, from, from + part, *search.shown.context, hits, &job.cancelled))
                return false;
            if (!forward)
                std::reverse(hits.begin(), hits.end());
            for (const quint16 hit : hits) {
                if (job.cancelled)
                    return false;
                if (shows(*chunk, hit)) {
                    job.answer.no = base + hit;
                    return true;
                }
            }
            done += part;
            job.looked += static_cast<quint64>(part);
            job.step = qMin(job.step * 2, Chunk::capacity);
        }
    }
    return false;
}

} // namespace SockScope
