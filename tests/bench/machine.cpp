#include "machine.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "suite.h"
#include "workers.h"

namespace SockScope::Bench {

namespace {

constexpr int memoryDescriptor = 3; // in the worker

int64_t clockNs(clockid_t clock)
{
    timespec time{};
    ::clock_gettime(clock, &time);
    return int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

SharedCounters *mapShared(int descriptor)
{
    void *memory = ::mmap(nullptr, sizeof(SharedCounters), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    return memory == MAP_FAILED ? nullptr : static_cast<SharedCounters *>(memory);
}

} // namespace

int coreCount()
{
    return static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
}

void pinTo(int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int each = 0; each < coreCount(); ++each) {
        if (core == anyCore || each == core % coreCount())
            CPU_SET(each, &set);
    }
    ::sched_setaffinity(0, sizeof set, &set);
}

int64_t processCpuNs()
{
    return clockNs(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t threadCpuNs()
{
    return clockNs(CLOCK_THREAD_CPUTIME_ID);
}

int64_t nowNs()
{
    return clockNs(CLOCK_MONOTONIC);
}

int64_t residentBytes()
{
    long long pages = 0;
    if (std::FILE *file = std::fopen("/proc/self/statm", "r")) {
        long long total = 0;
        if (std::fscanf(file, "%lld %lld", &total, &pages) != 2)
            pages = 0;
        std::fclose(file);
    }
    return pages * ::sysconf(_SC_PAGESIZE);
}

Worker::Worker(const QString &name, const QStringList &arguments, int core)
{
    m_memory = ::memfd_create("sockscope-bench", 0);
    if (m_memory < 0 || ::ftruncate(m_memory, sizeof(SharedCounters)) != 0 || !(m_shared = mapShared(m_memory)))
        throw CannotRun("no memory to share with another process");
    std::vector<QByteArray> words{"sockscope-bench", "--worker", name.toUtf8()};
    for (const QString &argument : arguments)
        words.push_back(argument.toUtf8());
    std::vector<char *> argv;
    for (QByteArray &word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    m_process = ::fork();
    if (m_process < 0)
        throw CannotRun("another process cannot be started");
    if (m_process == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(m_memory, memoryDescriptor);
        pinTo(core);
        ::execv("/proc/self/exe", argv.data());
        ::_exit(127);
    }
    for (int i = 0; i < 10000 && m_shared->ready == 0; ++i)
        ::usleep(1000);
    if (m_shared->ready == 0) {
        kill();
        throw CannotRun("the other end did not start");
    }
}

Worker::~Worker()
{
    kill();
    if (m_shared)
        ::munmap(m_shared, sizeof(SharedCounters));
    if (m_memory >= 0)
        ::close(m_memory);
}

void Worker::finish()
{
    m_shared->stop = 1;
    int status = 0;
    if (m_process > 0)
        ::waitpid(m_process, &status, 0);
    m_process = -1;
}

void Worker::kill()
{
    if (m_process <= 0)
        return;
    ::kill(m_process, SIGKILL);
    int status = 0;
    ::waitpid(m_process, &status, 0);
    m_process = -1;
}

int64_t Worker::cpuNs() const
{
    clockid_t clock{};
    return m_process > 0 && ::clock_getcpuclockid(m_process, &clock) == 0 ? clockNs(clock) : 0;
}

int runWorker(const QStringList &arguments)
{
    SharedCounters *shared = mapShared(memoryDescriptor);
    if (!shared)
        return 1;
    ::close(memoryDescriptor);
    ::signal(SIGPIPE, SIG_IGN);
    return runWorkerNamed(arguments.value(0), arguments.mid(1), *shared);
}

} // namespace SockScope::Bench
