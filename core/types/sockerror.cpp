#include "core/types/sockerror.h"

#include <QMetaEnum>

namespace SockScope {

QString SockError::toString() const
{
    QString text = what;
    if (text.isEmpty())
        text = QString::fromLatin1(QMetaEnum::fromType<Code>().valueToKey(static_cast<int>(code)));
    if (offset >= 0)
        text += QStringLiteral(" (at byte %1)").arg(offset);
    if (!remedy.isEmpty())
        text += QStringLiteral(": ") + remedy;
    return text;
}

} // namespace SockScope
