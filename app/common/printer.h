#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include "core/types/enums.h"

namespace SockScope {

class StandardOutput;

struct PrinterOptions
{
    bool json = false;
    bool showSock = false; ///< when there are several
    bool inbound = true;
    bool outbound = true;
    bool peers = true;
};

/*! The lines of a run: numbers them, and writes them for people or for programs.
 *  Path    SockPrinter → [this] → StandardOutput
 *  Shape   one line a message, a peer that comes or goes, an error
 *  Units   times as microseconds since 1970 UTC
 *  Errors  none
 *  Thread  one thread
 *  Source  none
 */
class Printer
{
public:
    Printer(StandardOutput *output, const PrinterOptions &options)
        : m_output(output)
        , m_options(options)
    {
    }

    const PrinterOptions &options() const { return m_options; }
    StandardOutput *output() const { return m_output; }
    quint64 nextNumber() { return ++m_number; }
    quint64 lastNumber() const { return m_number; }

    /// For people: local time, sock (when several), then the cells, of which the first ones are aligned.
    void writeRow(qint64 wallUs, const QString &sock, const QStringList &cells);
    void writeJson(const QByteArray &object);
    /// A line without columns, for people.
    void writeText(const QString &line);

private:
    StandardOutput *m_output;
    PrinterOptions m_options;
    quint64 m_number = 0;
};

} // namespace SockScope
