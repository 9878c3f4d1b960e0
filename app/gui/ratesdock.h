#pragma once

#include <memory>

namespace SockScope {

class InspectorWindow;
class RateHistory;

/// Adds the Rates panel to the window, fed with what the window shows. What it answers is to live as long as the window
/// is used, and no longer than the window lives.
std::unique_ptr<RateHistory> addRates(InspectorWindow &window);

} // namespace SockScope
