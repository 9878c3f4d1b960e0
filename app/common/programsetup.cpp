#include "app/common/programsetup.h"

#include <QCoreApplication>

#include <clocale>
#include <csignal>
#include <cstring>

#include <langinfo.h>

namespace SockScope {

using namespace Qt::StringLiterals;

void prepareProcess()
{
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
