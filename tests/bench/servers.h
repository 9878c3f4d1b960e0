#pragma once

#include "machine.h"

namespace SockScope::Bench {

/// Workers that hold many connections, in a process of their own so that its memory is theirs.
int serveWithSockScope(SharedCounters &shared);
int serveWithQt(SharedCounters &shared);
int serveWithEpoll(SharedCounters &shared);

} // namespace SockScope::Bench
