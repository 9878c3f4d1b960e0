#pragma once

namespace SockScope {

class InspectorWindow;

/// Lets the window run scripts, with Qt's JavaScript engine.
void addScripts(InspectorWindow &window);

} // namespace SockScope
