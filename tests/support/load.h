#pragma once

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <vector>

#include <malloc.h>

#include "support/checkedsock.h"
#include "support/randomness.h"

namespace SockScope::Test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

/// SOCKSCOPE_LOAD=full: the counts and times that the suite is made for. Else a short form that fits into CI.
inline bool isFullLoad()
{
    static const bool full = qgetenv("SOCKSCOPE_LOAD") == "full";
    return full;
}

/// QtTest ends a test function after five minutes, all its rows together; at full length some need more.
inline const bool isGivenTime = [] {
    return !isFullLoad() || qEnvironmentVariableIsSet("QTEST_FUNCTION_TIMEOUT") ||
           qputenv("QTEST_FUNCTION_TIMEOUT", "1800000");
}();

/// How many of something: short, at full length; a quarter where a sanitizer makes each several times as dear.
inline int amount(int inShort, int inFull)
{
    if (isFullLoad())
        return inFull;
    return sanitized ? qMax(1, inShort / 4) : inShort;
}

/// What a test measured, on standard output.
template <typename... Arguments>
void measured(const char *format, Arguments... arguments)
{
    std::printf("    measured %s: ", QTest::currentTestFunction());
    if (const char *row = QTest::currentDataTag())
        std::printf("%s: ", row);
    std::printf(format, arguments...);
    std::printf("\n");
    std::fflush(stdout);
}

/// Random numbers whose seed is printed; SOCKSCOPE_LOAD_SEED repeats a run. The short form has one of its own.
inline Randomness seededRandomness()
{
    bool given = false;
    quint32 seed = qEnvironmentVariable("SOCKSCOPE_LOAD_SEED").toUInt(&given);
    if (!given)
        seed = isFullLoad() ? static_cast<quint32>(std::time(nullptr)) : 20261122;
    measured("seed %u", seed);
    return Randomness(seed);
}

/// Resident memory before and after; made once everything that stays has been used once.
class MemoryLevel
{
public:
    MemoryLevel()
        : m_before(now())
    {
    }
    /// Empty when memory is back within the tolerance (the allocator keeps some).
    QString fault(qint64 toleranceBytes = 16 * 1024 * 1024) const
    {
        const qint64 after = now();
        measured("resident memory %.1f MiB before, %.1f MiB after%s", double(m_before) / 1048576.0,
                 double(after) / 1048576.0, sanitized ? " (not judged under a sanitizer)" : "");
        if (sanitized || after - m_before <= toleranceBytes)
            return {};
        return QStringLiteral("resident memory grew by %1 bytes").arg(after - m_before);
    }
    qint64 grownBytes() const { return residentBytes() - m_before; }

private:
    static qint64 now()
    {
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        malloc_trim(0);
        return residentBytes();
    }
    qint64 m_before;
};

/// Wakes the event loop now and then, so that who waits in it looks again although nothing happens.
class Pulse : public QObject
{
public:
    explicit Pulse(int ms = 5) { startTimer(ms, Qt::PreciseTimer); }
};

/// Handles events until the condition holds; false when it did not in time.
template <typename Condition>
bool until(Condition &&condition, int timeoutMs = 20000)
{
    const QDeadlineTimer deadline(sanitized ? timeoutMs * 4 : timeoutMs);
    const Pulse pulse;
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    return true;
}

struct Percentiles
{
    double p50 = 0;
    double p99 = 0;
    double longest = 0;
};
inline Percentiles percentilesOf(std::vector<double> values)
{
    if (values.empty())
        return {};
    std::sort(values.begin(), values.end());
    return {values[values.size() / 2], values[values.size() * 99 / 100], values.back()};
}

} // namespace SockScope::Test
