#pragma once

#include <QByteArrayView>

#include <atomic>
#include <vector>

namespace SockScope {

/// A stretch of two payloads that is the same in both, or not. What only one side has is 0 long on the other.
struct ByteRun
{
    qsizetype leftOffset = 0;
    qsizetype leftLength = 0;
    qsizetype rightOffset = 0;
    qsizetype rightLength = 0;
    bool same = true;
    friend bool operator==(const ByteRun &, const ByteRun &) = default;
};

/*! Where two payloads differ, byte by byte.
 *  Path    two payloads → [this] → the compare dialog
 *  Shape   runs in order that cover both sides whole, same and different ones in turn; aligned() tells whether bytes
 *          that were put in or taken out shift what follows, or each byte was held against the one at its own offset
 *  Units   bytes; at most maximumRuns runs, beyond which isComplete() is false and the last run is all that is left
 *  Errors  none
 *  Thread  a value; diffBytes: any thread
 *  Source  E. Myers, An O(ND) Difference Algorithm, 1986; up to maximumEdits edits, else by position
 */
class ByteDiff
{
public:
    static constexpr qsizetype maximumEdits = 1500;
    static constexpr size_t maximumRuns = 100'000;
    /// Fewer equal bytes between two differences than these are an accident, not an island.
    static constexpr qsizetype minimumSame = 3;

    const std::vector<ByteRun> &runs() const { return m_runs; }
    bool isAligned() const { return m_aligned; }
    bool isComplete() const { return m_complete; }
    qsizetype differences() const;

private:
    friend ByteDiff diffBytes(QByteArrayView left, QByteArrayView right, const std::atomic<bool> *cancelled);

    void add(qsizetype leftLength, qsizetype rightLength, bool same);
    void mergeShort();

    std::vector<ByteRun> m_runs;
    bool m_aligned = true;
    bool m_complete = true;
};

/// A cancelled one answers what it has.
ByteDiff diffBytes(QByteArrayView left, QByteArrayView right, const std::atomic<bool> *cancelled = nullptr);

} // namespace SockScope
