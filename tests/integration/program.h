#pragma once

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include <csignal>

namespace SockScope::Test {

/// A program under test, with all that it wrote so far.
class Program
{
public:
    static constexpr int timeoutMs = 20'000;

    explicit Program(const QString &path)
    {
        m_process.setProgram(path);
        QObject::connect(&m_process, &QProcess::readyReadStandardOutput, &m_process,
                         [this] { m_output += m_process.readAllStandardOutput(); });
        QObject::connect(&m_process, &QProcess::readyReadStandardError, &m_process,
                         [this] { m_errors += m_process.readAllStandardError(); });
    }
    ~Program()
    {
        m_process.disconnect();
        if (m_process.state() != QProcess::NotRunning) {
            m_process.kill();
            m_process.waitForFinished();
        }
    }
    Program(const Program &) = delete;
    Program &operator=(const Program &) = delete;

    QProcess &process() { return m_process; }
    bool start(const QStringList &arguments)
    {
        m_process.setArguments(arguments);
        m_process.start();
        return m_process.waitForStarted(timeoutMs);
    }
    /// The exit code, or -1 when the program crashed or did not end.
    int wait()
    {
        const bool ended = QTest::qWaitFor([this] { return m_process.state() == QProcess::NotRunning; }, timeoutMs);
        return ended && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    }
    int run(const QStringList &arguments) { return start(arguments) ? wait() : -1; }
    /// True while the program has a handler for the signal.
    bool catches(int number) const
    {
        QFile status(QStringLiteral("/proc/%1/status").arg(m_process.processId()));
        if (!status.open(QIODevice::ReadOnly))
            return false;
        const QByteArray text = status.readAll();
        const qsizetype at = text.indexOf("SigCgt:");
        return at >= 0 && ((text.mid(at + 7, 17).trimmed().toULongLong(nullptr, 16) >> (number - 1)) & 1) != 0;
    }
    void signal(int number) { ::kill(static_cast<pid_t>(m_process.processId()), number); }
    /// SIGINT at any time, and once more where it did not get through: ThreadSanitizer's runtime sometimes keeps a
    /// signal that comes while the program starts. A program that has it does not catch another one.
    void interrupt()
    {
        signal(SIGINT);
        const auto isTold = [this] { return m_process.state() == QProcess::NotRunning || !catches(SIGINT); };
        if (!QTest::qWaitFor(isTold, timeoutMs / 4))
            signal(SIGINT);
    }

    const QByteArray &output() const { return m_output; }
    const QByteArray &errors() const { return m_errors; }
    bool waitForOutput(const QByteArray &text)
    {
        return QTest::qWaitFor([&] { return m_output.contains(text); }, timeoutMs);
    }
    bool waitForErrors(const QByteArray &text)
    {
        return QTest::qWaitFor([&] { return m_errors.contains(text); }, timeoutMs);
    }
    QList<QByteArray> lines() const
    {
        QList<QByteArray> result = m_output.split('\n');
        if (result.last().isEmpty())
            result.removeLast();
        return result;
    }
    /// The port of the first line on standard error, 0 when there is none.
    quint16 waitForPort()
    {
        if (!QTest::qWaitFor([this] { return m_errors.contains('\n'); }, timeoutMs))
            return 0;
        const QByteArray first = m_errors.left(m_errors.indexOf('\n'));
        return first.startsWith("listening on ") ? first.mid(first.lastIndexOf(':') + 1).toUShort() : 0;
    }
    /// Every line as an object; a line that is not JSON fails the test and answers nothing.
    QList<QJsonObject> objects() const
    {
        QList<QJsonObject> result;
        for (const QByteArray &line : lines()) {
            const QJsonDocument document = QJsonDocument::fromJson(line);
            if (!document.isObject()) {
                QTest::qFail(("not a JSON object: " + line.left(200)).constData(), __FILE__, __LINE__);
                return {};
            }
            result.append(document.object());
        }
        return result;
    }
    QList<QJsonObject> messages() const { return events({}); }
    /// The lines of one kind, without the last one, which is the report.
    QList<QJsonObject> events(const QString &name) const
    {
        QList<QJsonObject> result;
        for (const QJsonObject &object : objects()) {
            const bool isReport = object.contains(QLatin1StringView("ledger"));
            if (!isReport && object.value(QLatin1StringView("event")).toString() == name)
                result.append(object);
        }
        return result;
    }
    QJsonObject ledger() const
    {
        const QList<QJsonObject> all = objects();
        return all.isEmpty() ? QJsonObject() : all.last().value(QLatin1StringView("ledger")).toObject();
    }

private:
    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
};

#ifdef SOCKSCOPE_CLI_PROGRAM
inline QString cliPath()
{
    return QStringLiteral(SOCKSCOPE_CLI_PROGRAM);
}
#endif
inline QString pythonPath()
{
    return QStandardPaths::findExecutable(QStringLiteral("python3"));
}
inline QString peerScript()
{
    return QStringLiteral(SOCKSCOPE_SOURCE_DIR "/tests/data/peer.py");
}
inline qint64 messagesOf(const QJsonObject &ledger, QLatin1StringView term)
{
    return ledger.value(term).toObject().value(QLatin1StringView("messages")).toInteger(-1);
}

} // namespace SockScope::Test
