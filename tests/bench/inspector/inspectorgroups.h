#pragma once

#include <QStringList>

#include "machine.h"
#include "suite.h"

namespace SockScope::Bench {

std::vector<Group> logAppend(const Settings &settings);
std::vector<Group> logMemory(const Settings &settings);
std::vector<Group> filterGroups(const Settings &settings);
std::vector<Group> uiFlood(const Settings &settings);
std::vector<Group> uiRows(const Settings &settings);
std::vector<Group> injectStop(const Settings &settings);
std::vector<Group> startUp(const Settings &settings);

/// Plays one of the workers that have a window, in a process with a QApplication; results are in thousandths:
///   ui-append SUBJECT MESSAGES     value[0] = messages a second
///   ui-memory MESSAGES             value[0], [1] = bytes a message counted, and resident
///   ui-window SUBJECT              shows a UDP socket until stop; value[0] = its port (whole), then the figures
///   ui-filter MESSAGES             value[0], [1] = milliseconds to a screen and to the end, [2] = per cent spooled
///   ui-stop                        value[0…2] = longest milliseconds until a repeat has stopped
///   ui-rows MESSAGES               value[0…] = p99 of the jumps and of scrolling in milliseconds
int runUiWorker(const QStringList &arguments, SharedCounters &shared);

/// Runs such a worker to its end and answers the first `count` values.
std::vector<double> askUiWorker(const QString &name, const QStringList &arguments, int count, int core,
                                int timeoutSeconds = 300);

} // namespace SockScope::Bench
