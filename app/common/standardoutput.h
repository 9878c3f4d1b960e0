#pragma once

#include <QByteArray>
#include <QObject>

namespace SockScope {

/*! Standard output in whole lines, written once a turn of the event loop.
 *  Path    Printer → [this] → the terminal, a file or a pipe
 *  Shape   in: lines; at most bufferBytes wait before they are written at once
 *  Units   bytes
 *  Errors  closed() once, when the reader has gone or the disk is full; what comes later is dropped and counted
 *  Thread  one thread
 *  Source  write(2), EPIPE
 */
class StandardOutput : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype bufferBytes = 64 * 1024;

    explicit StandardOutput(QObject *parent = nullptr);
    ~StandardOutput() override;

    /// A line without its end.
    void writeLine(QByteArrayView line);
    void flush();
    bool isClosed() const { return m_closed; }
    /// Why, when it was not simply that nobody reads any more.
    QString error() const { return m_error; }
    quint64 droppedLines() const { return m_droppedLines; }

Q_SIGNALS:
    void closed();

private:
    QByteArray m_buffer;
    QString m_error;
    quint64 m_droppedLines = 0;
    bool m_flushScheduled = false;
    bool m_closed = false;
};

/// A line on standard error, with what a terminal could take for a command made visible.
void writeError(const QString &line);
/// Control and direction characters as \n, \x1b, \u202e: one line stays one line, and a peer cannot paint the terminal.
QString withoutControls(const QString &text);

} // namespace SockScope
