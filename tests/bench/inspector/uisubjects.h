#pragma once

#include <QEventLoop>
#include <QString>
#include <QTimer>

#include <vector>

#include "machine.h"

namespace SockScope::Bench {

/// Runs the event loop for a while.
inline void turn(int milliseconds)
{
    QEventLoop loop;
    QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
    loop.exec();
}

/// Messages a second of 64 bytes into store and model, a view following the end; subject: ours, vector-model.
std::vector<double> appendRows(const QString &subject, int messages);
/// Bytes a message, as the store counts them and as the system does.
std::vector<double> storeMemory(int messages);
/// A window on a UDP socket until shared.stop; the first value is its port and stands when ready does. Figures:
/// port, p50, p99, longest milliseconds between turns, sent to the socket as the system counts it, stored, lost, kernel
/// drops, receive buffer in KiB, ledger balanced. Subject: ours, plain-qt.
std::vector<double> showSocket(const QString &subject, SharedCounters &shared);
/// p99 of milliseconds a frame: to the end, to the middle, a page.
std::vector<double> scrollRows(qint64 messages);
/// Milliseconds from Stop until a repeat at 1,000, 100,000 and ten million messages a second has ended: the longest.
std::vector<double> stopRepeats();
/// Milliseconds until a filter has filled a screen, and until it has seen all; per cent of the messages spooled.
std::vector<double> filterLog(qint64 messages);
/// Values as a worker reported them.
std::vector<double> uiFigures(SharedCounters &shared, int first, int count);

} // namespace SockScope::Bench
