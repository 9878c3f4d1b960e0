#include "ui/models/bytediff.h"

#include <algorithm>
#include <optional>

namespace SockScope {

namespace {

struct Step
{
    qsizetype length = 0;
    enum Kind : quint8 { Same, Delete, Insert } kind = Same;
};

/// The steps from left to right in order, or nothing when it takes more than maximumEdits.
std::optional<std::vector<Step>> shortestEdits(QByteArrayView left, QByteArrayView right,
                                               const std::atomic<bool> *cancelled)
{
    const qsizetype n = left.size();
    const qsizetype m = right.size();
    const qsizetype most = qMin(n + m, ByteDiff::maximumEdits);
    if (qAbs(n - m) > most)
        return std::nullopt;
    // furthest[k] is the furthest x that d edits reach on diagonal k = x - y; what each d began with is kept for the
    // way back.
    std::vector<qsizetype> furthest(static_cast<size_t>(2 * most + 3), 0);
    const auto at = [&](qsizetype k) -> qsizetype & { return furthest[static_cast<size_t>(k + most + 1)]; };
    std::vector<std::vector<qsizetype>> history;
    qsizetype edits = -1;
    for (qsizetype d = 0; d <= most && edits < 0; ++d) {
        if (cancelled && cancelled->load(std::memory_order_relaxed))
            return std::nullopt;
        history.emplace_back(furthest.begin() + (most + 1 - d), furthest.begin() + (most + 2 + d));
        for (qsizetype k = -d; k <= d; k += 2) {
            qsizetype x = k == -d || (k != d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
            qsizetype y = x - k;
            while (x < n && y < m && left[x] == right[y]) {
                ++x;
                ++y;
            }
            at(k) = x;
            if (x >= n && y >= m) {
                edits = d;
                break;
            }
        }
    }
    if (edits < 0)
        return std::nullopt;

    std::vector<Step> steps;
    qsizetype x = n;
    qsizetype y = m;
    for (qsizetype d = edits; d > 0; --d) {
        const std::vector<qsizetype> &before = history[static_cast<size_t>(d)];
        const auto was = [&](qsizetype k) { return before[static_cast<size_t>(k + d)]; };
        const qsizetype k = x - y;
        const bool insert = k == -d || (k != d && was(k - 1) < was(k + 1));
        const qsizetype beforeX = insert ? was(k + 1) : was(k - 1);
        const qsizetype beforeY = beforeX - (insert ? k + 1 : k - 1);
        const qsizetype startX = insert ? beforeX : beforeX + 1;
        if (x > startX)
            steps.push_back({x - startX, Step::Same});
        steps.push_back({1, insert ? Step::Insert : Step::Delete});
        x = beforeX;
        y = beforeY;
    }
    if (x > 0)
        steps.push_back({x, Step::Same});
    std::reverse(steps.begin(), steps.end());
    return steps;
}

} // namespace

qsizetype ByteDiff::differences() const
{
    return std::count_if(m_runs.begin(), m_runs.end(), [](const ByteRun &run) { return !run.same; });
}

void ByteDiff::add(qsizetype leftLength, qsizetype rightLength, bool same)
{
    if (leftLength == 0 && rightLength == 0)
        return;
    if (!m_runs.empty() && (m_runs.back().same == same || !m_complete)) {
        m_runs.back().leftLength += leftLength;
        m_runs.back().rightLength += rightLength;
        return;
    }
    ByteRun run{0, leftLength, 0, rightLength, same};
    if (!m_runs.empty()) {
        const ByteRun &last = m_runs.back();
        run.leftOffset = last.leftOffset + last.leftLength;
        run.rightOffset = last.rightOffset + last.rightLength;
    }
    if (m_runs.size() + 2 >= maximumRuns && !same)
        m_complete = false;
    m_runs.push_back(run);
}

void ByteDiff::mergeShort()
{
    std::vector<ByteRun> runs = std::move(m_runs);
    m_runs.clear();
    m_complete = true;
    for (size_t i = 0; i < runs.size(); ++i) {
        const ByteRun &run = runs[i];
        const bool between = i > 0 && i + 1 < runs.size();
        add(run.leftLength, run.rightLength, run.same && !(between && run.leftLength < minimumSame));
    }
}

ByteDiff diffBytes(QByteArrayView left, QByteArrayView right, const std::atomic<bool> *cancelled)
{
    const qsizetype shorter = qMin(left.size(), right.size());
    const auto begin = std::mismatch(left.begin(), left.begin() + shorter, right.begin()).first - left.begin();
    qsizetype end = 0;
    while (end < shorter - begin && left[left.size() - 1 - end] == right[right.size() - 1 - end])
        ++end;
    const QByteArrayView a = left.sliced(begin, left.size() - begin - end);
    const QByteArrayView b = right.sliced(begin, right.size() - begin - end);

    ByteDiff diff;
    diff.add(begin, begin, true);
    if (a.isEmpty() || b.isEmpty()) {
        diff.add(a.size(), b.size(), false);
    } else if (const auto steps = shortestEdits(a, b, cancelled)) {
        for (const Step &step : *steps)
            diff.add(step.kind == Step::Insert ? 0 : step.length, step.kind == Step::Delete ? 0 : step.length,
                     step.kind == Step::Same);
    } else {
        // The ends were trimmed from behind; by position they would not be: compare from the front to the end.
        diff.m_aligned = false;
        const qsizetype both = shorter;
        qsizetype at = begin;
        while (at < both && !(cancelled && cancelled->load(std::memory_order_relaxed))) {
            const bool same = left[at] == right[at];
            qsizetype next = at + 1;
            while (next < both && (left[next] == right[next]) == same)
                ++next;
            // Islands too short to mean anything are not worth a run of their own.
            const bool island = !same || next - at >= ByteDiff::minimumSame || next == both;
            diff.add(next - at, next - at, same && island);
            at = next;
        }
        diff.add(left.size() - both, right.size() - both, false);
        return diff;
    }
    diff.add(end, end, true);
    diff.mergeShort();
    return diff;
}

} // namespace SockScope
