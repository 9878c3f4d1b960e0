#include "app/common/standardoutput.h"

#include <QMetaObject>

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <unistd.h>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// 0 or errno. Waits where the descriptor was made non-blocking by somebody who shares it.
int writeAll(int descriptor, QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), static_cast<size_t>(bytes.size()));
        if (written >= 0) {
            bytes = bytes.sliced(static_cast<qsizetype>(written));
        } else if (errno == EAGAIN) {
            pollfd wait{descriptor, POLLOUT, 0};
            ::poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

bool isHarmless(QChar character)
{
    switch (character.category()) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    default:
        return true;
    }
}

} // namespace

StandardOutput::StandardOutput(QObject *parent)
    : QObject(parent)
{
}

StandardOutput::~StandardOutput()
{
    flush();
}

void StandardOutput::writeLine(QByteArrayView line)
{
    if (m_closed) {
        ++m_droppedLines;
        return;
    }
    m_buffer += line;
    m_buffer += '\n';
    if (m_buffer.size() >= bufferBytes) {
        flush();
    } else if (!m_flushScheduled) {
        m_flushScheduled = true;
        QMetaObject::invokeMethod(this, &StandardOutput::flush, Qt::QueuedConnection);
    }
}

void StandardOutput::flush()
{
    m_flushScheduled = false;
    if (m_closed || m_buffer.isEmpty())
        return;
    const int failure = writeAll(STDOUT_FILENO, m_buffer);
    m_buffer.clear();
    if (failure == 0)
        return;
    m_closed = true;
    if (failure != EPIPE)
        m_error = QString::fromLocal8Bit(std::strerror(failure));
    Q_EMIT closed();
}

void writeError(const QString &line)
{
    writeAll(STDERR_FILENO, withoutControls(line).toUtf8() + '\n');
}

QString withoutControls(const QString &text)
{
    QString result;
    result.reserve(text.size());
    for (const QChar character : text) {
        const ushort unit = character.unicode();
        if (isHarmless(character))
            result += character;
        else if (unit == u'\n')
            result += u"\\n"_s;
        else if (unit == u'\r')
            result += u"\\r"_s;
        else if (unit == u'\t')
            result += u"\\t"_s;
        else if (unit < 0x100)
            result += u"\\x%1"_s.arg(unit, 2, 16, QLatin1Char('0'));
        else
            result += u"\\u%1"_s.arg(unit, 4, 16, QLatin1Char('0'));
    }
    return result;
}

} // namespace SockScope
