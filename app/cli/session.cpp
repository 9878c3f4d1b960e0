#include "app/cli/session.h"

#include <QCoreApplication>

#include <algorithm>

#include "app/common/report.h"
#include "app/common/sockprinter.h"
#include "core/basesock.h"

namespace SockScope {

using namespace Qt::StringLiterals;

void printFailure(const QString &what, const QString &remedy)
{
    writeError(u"sockscope-cli: "_s + what + (remedy.isEmpty() ? QString() : u": "_s + remedy));
}

Session::Session(const PrinterOptions &options, qint64 forMs, qint64 count, QObject *parent)
    : QObject(parent)
    , m_printer(&m_output, options)
    , m_forMs(forMs)
    , m_count(count)
{
    connect(&m_signals, &SignalWatcher::terminationRequested, this, &Session::finish);
    connect(&m_output, &StandardOutput::closed, this, [this] {
        if (!m_output.error().isEmpty())
            fail(tr("standard output cannot be written: %1: make room or choose another place").arg(m_output.error()));
        finish();
    });
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Session::finish);
    m_elapsed.start();
}

Session::~Session() = default;

SockPrinter *Session::addSock(BaseSock *sock, const QString &name)
{
    m_socks.push_back(sock);
    m_printers.push_back(std::make_unique<SockPrinter>(sock, &m_printer));
    SockPrinter *printer = m_printers.back().get();
    printer->setName(name);
    connect(printer, &SockPrinter::messagePrinted, this, &Session::handleMessage);
    return printer;
}

void Session::handleMessage()
{
    if (m_count == 0 || ++m_messages != m_count)
        return;
    for (const auto &printer : m_printers)
        printer->setMessagesMuted(true);
    // We are inside a tap, from where no sock may be stopped.
    QMetaObject::invokeMethod(this, &Session::finish, Qt::QueuedConnection);
}

void Session::finish()
{
    if (!std::exchange(m_finished, true))
        QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection);
}

void Session::fail(const QString &line)
{
    writeError(u"sockscope-cli: "_s + line);
    m_exitCode = 1;
    finish();
}

int Session::run()
{
    if (m_forMs > 0)
        m_timer.start(std::chrono::milliseconds(std::max<qint64>(0, m_forMs - m_elapsed.elapsed())));
    if (!m_finished)
        QCoreApplication::exec();
    if (m_beforeStop)
        m_beforeStop();
    for (BaseSock *sock : m_socks)
        sock->stop();
    QCoreApplication::processEvents(); // errors that wait to be printed
    std::vector<const SockPrinter *> printers;
    for (const auto &printer : m_printers)
        printers.push_back(printer.get());
    const Report report(printers, m_elapsed.elapsed());
    report.print(&m_printer);
    if (!report.isBalanced()) {
        writeError(u"sockscope-cli: "_s +
                   tr("the ledger does not add up: this is a defect of SockScope, please report it"));
        m_exitCode = 1;
    }
    m_output.flush();
    return m_exitCode;
}

} // namespace SockScope
