#include "core/simulate/simulateerror.h"

#include "core/project/jsontext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

QString SimulateError::toString() const
{
    QString text = path;
    if (column >= 0)
        text += u"%1column %2"_s.arg(path.isEmpty() ? u""_s : u", "_s).arg(column + 1);
    text += (text.isEmpty() ? u""_s : u": "_s) + what;
    return remedy.isEmpty() ? text : text + u": "_s + remedy;
}

ProjectError SimulateError::toProjectError(const QByteArray &text) const
{
    ProjectError error;
    error.path = path;
    error.what = column < 0 ? what : u"column %1 of its text: %2"_s.arg(column + 1).arg(what);
    error.remedy = remedy;
    if (offset >= 0)
        locate(text, offset, &error);
    return error;
}

} // namespace SockScope
