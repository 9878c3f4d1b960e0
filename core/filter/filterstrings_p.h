#pragma once

#include <QCoreApplication>
#include <QString>

namespace SockScope {

inline QString filterTr(const char *text)
{
    return QCoreApplication::translate("SockScope::Filter", text);
}

} // namespace SockScope
