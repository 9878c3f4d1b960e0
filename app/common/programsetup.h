#pragma once

#include <QString>

namespace SockScope {

/// Before the application object: text is UTF-8 everywhere, also where the system's locale says nothing about it, and a
/// pipe that nobody reads any more is an error of write(2), not the end of the process. Descriptors 0, 1 and 2 are
/// taken.
void prepareProcess();
/// Name, organisation and version, which QSettings and the window's title use.
void setProgramNames();
/// "sockscope-cli 0.1.0"
QString versionLine(const QString &program);

} // namespace SockScope
