#pragma once

#include <vector>

namespace SockScope {

/// Where each of count rows goes when those in doomed (ascending) move behind all others and the order is kept
/// otherwise: then any number of scattered rows is one removal at the end.
inline std::vector<int> rowsWithDoomedLast(int count, const std::vector<int> &doomed)
{
    std::vector<int> target(static_cast<size_t>(count));
    int kept = 0;
    int leaving = count - static_cast<int>(doomed.size());
    size_t next = 0;
    for (int row = 0; row < count; ++row) {
        const bool leaves = next < doomed.size() && doomed[next] == row;
        next += leaves ? 1 : 0;
        target[static_cast<size_t>(row)] = leaves ? leaving++ : kept++;
    }
    return target;
}

} // namespace SockScope
