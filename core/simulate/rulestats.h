#pragma once

#include <QString>

#include <vector>

namespace SockScope {

/// What became of one action of a rule.
struct ActionStats
{
    quint64 done = 0;
    quint64 failed = 0;
    QString lastError;
};

/// What a rule has done since it was set.
struct RuleStats
{
    quint64 matched = 0; ///< messages that met the condition
    quint64 hits = 0;    ///< of those, the ones for which it acted
    std::vector<ActionStats> actions;
};

/// What all rules together have done.
struct RuleEngineStats
{
    quint64 messages = 0;        ///< looked at
    quint64 conditions = 0;      ///< rules looked at: the index spares the others
    quint64 waiting = 0;         ///< hits that wait at this moment
    quint64 droppedWaiting = 0;  ///< hits that found RuleEngineOptions::maximumWaiting others
    quint64 droppedOutbound = 0; ///< sent messages that no rule saw: too many at once
    quint64 cancelled = 0;       ///< hits that waited when their rule was turned off or replaced, or their sock ended
    quint64 loops = 0;           ///< chains of answers that were stopped
};

} // namespace SockScope
