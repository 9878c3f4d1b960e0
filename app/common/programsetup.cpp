#include "app/common/programsetup.h"

#include <QCoreApplication>

#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <langinfo.h>
#include <unistd.h>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// A program started with >&- or 2>&- would give these numbers to its first sockets, and print into them.
void occupyStandardDescriptors()
{
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF)
            continue;
        // The lowest free number is this one. Output opened for reading stays an error of write(2), as it was.
        ::open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    }
}

} // namespace

void prepareProcess()
{
    occupyStandardDescriptors();
    std::signal(SIGPIPE, SIG_IGN);
    std::setlocale(LC_ALL, "");
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        qputenv("LC_ALL", "C.UTF-8"); // else Qt does the same, with a warning ahead of our first line
}

void setProgramNames()
{
    QCoreApplication::setApplicationName(u"sockscope"_s);
    QCoreApplication::setOrganizationName(u"SockScope"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(SOCKSCOPE_VERSION));
}

QString versionLine(const QString &program)
{
    return program + u' ' + QStringLiteral(SOCKSCOPE_VERSION);
}

} // namespace SockScope
