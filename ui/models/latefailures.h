#pragma once

#include <QString>

#include <deque>
#include <map>
#include <span>
#include <vector>

#include "core/tap/sockmonitor.h"

namespace SockScope {

/*! What handlers threw about messages that were in the log already: found by sock and sequence, known by number then.
 *  Path    SockChanges → [this] → MessageLogModel, FilterContext
 *  Shape   a queue of those that are looked for, in order, and a map of those that are found; they leave with their
 *          messages
 *  Units   numbers of messages
 *  Errors  at most maximumWaiting are looked for and maximumKept are kept: lost() counts the others, and those whose
 *          message never came into the log
 *  Thread  the window's
 *  Source  SequenceSearch, a few milliseconds at a time
 */
class LateFailures
{
public:
    static constexpr size_t maximumWaiting = 20'000;
    static constexpr size_t maximumKept = 100'000;
    static constexpr int sliceMs = 2;

    void add(quint32 sock, std::span<const LateFailure> failures);
    /// Looks for those that wait, for a slice; answers the numbers of those found.
    std::vector<quint64> resolve(const Recorder &recorder);
    bool isWaiting() const { return !m_waiting.empty(); }
    bool contains(quint64 no) const { return m_found.contains(no); }
    /// Empty when there is none.
    QString text(quint64 no) const;
    std::vector<quint64> numbers() const;
    quint64 lost() const { return m_lost; }

    /// The messages below no leave.
    void dropBefore(quint64 no) { m_found.erase(m_found.begin(), m_found.lower_bound(no)); }
    void clear();

private:
    struct Waiting
    {
        quint32 sock = 0;
        LateFailure failure;
    };

    std::deque<Waiting> m_waiting;
    std::map<quint64, QString> m_found;
    quint64 m_lost = 0;
};

} // namespace SockScope
