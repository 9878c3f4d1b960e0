#include "core/project/projecterror.h"

namespace SockScope {

using namespace Qt::StringLiterals;

QString ProjectError::toString() const
{
    QString place;
    if (line > 0)
        place = u"line %1, column %2"_s.arg(line).arg(column);
    if (!path.isEmpty())
        place += (place.isEmpty() ? QString() : u", "_s) + path;
    QString text = place.isEmpty() ? what : place + u": "_s + what;
    if (!remedy.isEmpty())
        text += u": "_s + remedy;
    return text;
}

} // namespace SockScope
