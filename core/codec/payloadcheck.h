#pragma once

#include <QtGlobal>

namespace SockScope {

// A quick check goes over a whole payload once and says whether it is right beyond doubt. What it does not pass is read
// again with care, which finds the error and its words, or takes it after all.

/// Levels that a quick check follows.
constexpr int quickMaximumDepth = 500;
/// Within so many bytes no limit of a Qt class is near.
constexpr qsizetype quickMaximumBytes = 64 * 1024 * 1024;

} // namespace SockScope
