#pragma once

#include <QString>
#include <QStringList>

#include <atomic>
#include <cstdint>
#include <memory>

namespace SockScope::Bench {

inline constexpr int peerCore = 0; ///< where the other end runs
inline constexpr int ownCore = 1;  ///< where the measured end runs

int coreCount();
inline constexpr int anyCore = -1;
/// Keeps the calling thread, and those it starts, on one core, or lets it go where the system wants.
void pinTo(int core);
/// CPU time of this process, all threads, in nanoseconds.
int64_t processCpuNs();
int64_t threadCpuNs();
int64_t nowNs();
/// Resident memory of this process, in bytes.
int64_t residentBytes();

/// What a worker and the program share; zero at the start.
struct SharedCounters
{
    std::atomic<int> ready;
    std::atomic<int> go;
    std::atomic<int> stop;
    std::atomic<uint64_t> sent;
    std::atomic<uint64_t> received;
    std::atomic<int64_t> value[16];
};

/*! Another process of this program, on a core of its own, that plays the other end.
 *  Path    beside the product: tests/bench only
 *  Shape   runs `--worker NAME ARGUMENTS`, shares SharedCounters; is killed when this object ends
 *  Units   none
 *  Errors  CannotRun when it cannot be started or does not become ready within 10 s
 *  Thread  the main thread
 *  Source  memfd_create(2), sched_setaffinity(2)
 */
class Worker
{
public:
    Worker(const QString &name, const QStringList &arguments, int core = peerCore);
    ~Worker();
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    SharedCounters &shared() { return *m_shared; }
    void go() { m_shared->go = 1; }
    /// Asks it to end and waits until it has.
    void finish();
    void kill();
    int64_t cpuNs() const;

private:
    SharedCounters *m_shared = nullptr;
    int m_memory = -1;
    int m_process = -1;
};

/// The worker's side: answers the exit code.
int runWorker(const QStringList &arguments);

} // namespace SockScope::Bench
