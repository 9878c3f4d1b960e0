#include "core/script/scripterror.h"

namespace SockScope {

QString ScriptError::toString() const
{
    QString text = file;
    if (line > 0)
        text += u':' + QString::number(line);
    if (line > 0 && column > 0)
        text += u':' + QString::number(column);
    if (!text.isEmpty())
        text += QStringLiteral(": ");
    text += what;
    if (!remedy.isEmpty())
        text += QStringLiteral(": ") + remedy;
    return text;
}

} // namespace SockScope
