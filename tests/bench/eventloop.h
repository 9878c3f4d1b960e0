#pragma once

#include <cstdint>

namespace SockScope::Bench {

/// Runs the event loop until nowNs() is the deadline, on a precise timer.
void runEventLoop(int64_t deadlineNs);

} // namespace SockScope::Bench
