#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <vector>

#include "app/common/printer.h"
#include "app/common/signalwatcher.h"
#include "app/common/standardoutput.h"

namespace SockScope {

class BaseSock;
class SockPrinter;

/*! A run that prints what some socks do until it has enough, the time is over or a signal comes.
 *  Path    listen, demo → [this] → Printer, Report
 *  Shape   socks are added before run(), are not owned and outlive it; run() stops them at its end
 *  Units   milliseconds
 *  Errors  fail() ends the run with exit code 1
 *  Thread  the main thread
 *  Source  none
 */
class Session : public QObject
{
    Q_OBJECT
public:
    /// forMs 0 and count 0: without an end.
    Session(const PrinterOptions &options, qint64 forMs, qint64 count, QObject *parent = nullptr);
    ~Session() override;

    SockPrinter *addSock(BaseSock *sock, const QString &name);
    /// Called at the end, before the socks stop: for what has to stop first.
    void setBeforeStop(std::function<void()> callback) { m_beforeStop = std::move(callback); }
    /// Stops the socks at the end and prints the report; answers the program's exit code.
    int run();
    void finish();
    void fail(const QString &line);

private:
    void handleMessage();

    StandardOutput m_output;
    Printer m_printer;
    SignalWatcher m_signals;
    QTimer m_timer;
    QElapsedTimer m_elapsed;
    const qint64 m_forMs;
    const qint64 m_count;
    qint64 m_messages = 0;
    bool m_finished = false;
    int m_exitCode = 0;
    std::vector<BaseSock *> m_socks;
    std::vector<std::unique_ptr<SockPrinter>> m_printers;
    std::function<void()> m_beforeStop;
};

/// "sockscope-cli: what: remedy" on standard error.
void printFailure(const QString &what, const QString &remedy);

} // namespace SockScope
