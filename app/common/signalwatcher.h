#pragma once

#include <QObject>
#include <QSocketNotifier>

namespace SockScope {

/*! SIGINT and SIGTERM as a Qt signal, so that a program ends in order.
 *  Path    the system → [this] → a command
 *  Shape   one object a process; the first signal is told, the second one ends the process as if nobody watched
 *  Units   none
 *  Errors  none; without descriptors for the pair of sockets the signals keep their default meaning
 *  Thread  the thread of the event loop
 *  Source  the self-pipe trick: a handler may only call what signal-safety(7) lists
 */
class SignalWatcher : public QObject
{
    Q_OBJECT
public:
    explicit SignalWatcher(QObject *parent = nullptr);
    ~SignalWatcher() override;

Q_SIGNALS:
    void terminationRequested(int signalNumber);

private:
    void handleReadable();

    QSocketNotifier *m_notifier = nullptr;
};

} // namespace SockScope
