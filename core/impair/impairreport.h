#pragma once

#include "core/types/impairspec.h"

namespace SockScope {

/// What one description did in one direction so far.
struct ImpairStats
{
    quint64 applied = 0; ///< messages that it is for
    quint64 lost = 0;
    quint64 delayed = 0;
    quint64 duplicated = 0;
    quint64 corrupted = 0;
    quint64 overtook = 0;
    quint64 queueFull = 0;
    qsizetype waiting = 0;
    qsizetype highWater = 0; ///< the most that waited
};

/// A description that is in use, with the seed that it has or was given.
struct ImpairReport
{
    ImpairSpec spec;
    quint64 seed = 0;
    ImpairStats in;
    ImpairStats out;
};

} // namespace SockScope
