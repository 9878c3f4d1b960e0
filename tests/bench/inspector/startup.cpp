#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QByteArray>
#include <QTemporaryDir>

#include <cstdio>

#include "inspector/inspectorgroups.h"
#include "machine.h"

namespace SockScope::Bench {

using namespace Qt::StringLiterals;

namespace {

double residentMiB(pid_t process)
{
    long long total = 0;
    long long pages = 0;
    const QByteArray path = "/proc/" + QByteArray::number(process) + "/statm";
    if (std::FILE *file = std::fopen(path.constData(), "r")) {
        if (std::fscanf(file, "%lld %lld", &total, &pages) != 2)
            pages = 0;
        std::fclose(file);
    }
    return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
}

// Milliseconds from the fork to the word that the program says after its first frame, and its memory then.
std::vector<double> timeToFirstFrame(const QByteArray &program)
{
    if (::access(program.constData(), X_OK) != 0)
        throw CannotRun("it is not built: " + program.toStdString());
    const QTemporaryDir home;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw CannotRun("no pipe");
    const int64_t start = nowNs();
    const pid_t process = ::fork();
    if (process == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ::setenv("QT_QPA_PLATFORM", "offscreen", 1);
        ::setenv("QT_FORCE_STDERR_LOGGING", "1", 1);
        ::setenv("QT_LOGGING_RULES", "sockscope.startup.debug=true", 1);
        ::setenv("XDG_CONFIG_HOME", home.path().toLocal8Bit().constData(), 1);
        ::setenv("XDG_CACHE_HOME", home.path().toLocal8Bit().constData(), 1);
        pinTo(anyCore);
        ::execl(program.constData(), program.constData(), nullptr);
        ::_exit(127);
    }
    ::close(ends[1]);
    QByteArray said;
    double milliseconds = 0;
    pollfd waiting{ends[0], POLLIN, 0};
    while (milliseconds == 0 && ::poll(&waiting, 1, 10'000) > 0) {
        char bytes[256];
        const ssize_t got = ::read(ends[0], bytes, sizeof bytes);
        if (got <= 0)
            break;
        said.append(bytes, got);
        if (said.contains("first frame"))
            milliseconds = static_cast<double>(nowNs() - start) / 1e6;
    }
    const double memory = residentMiB(process);
    ::close(ends[0]);
    ::kill(process, SIGKILL);
    int status = 0;
    ::waitpid(process, &status, 0);
    if (milliseconds == 0)
        throw CannotRun("it painted nothing within 10 s: " + said.toStdString());
    return {milliseconds, memory};
}

} // namespace

std::vector<Group> startUp(const Settings &)
{
    const QString bare = u"bare-qmainwindow"_s;
    return {
        {{{u"first frame"_s, u"ms"_s, true, {{u"bound"_s, 120}}}, {u"memory"_s, u"MiB"_s, true, {{u"bound"_s, 80}}}},
         {{u"ours"_s, [] { return timeToFirstFrame(SOCKSCOPE_PROGRAM); }},
          {bare, [] { return timeToFirstFrame(BARE_PROGRAM); }}},
         10}};
}

} // namespace SockScope::Bench
