#pragma once

class QWidget;

namespace SockScope {

class ProjectScene;

/// Shows the message types of the project as text; OK takes them when they are right. One that has none begins with an
/// example.
void editTypes(ProjectScene *scene, QWidget *parent);

} // namespace SockScope
