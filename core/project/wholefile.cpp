#include "core/project/wholefile.h"

#include <QSaveFile>

namespace SockScope {

std::optional<QString> writeWholeFile(const QString &path, const QByteArray &bytes)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush() && file.commit())
        return std::nullopt;
    // To Qt it is no error that there was room for a part.
    return file.error() == QFileDevice::NoError ? QStringLiteral("there is room for a part of it only")
                                                : file.errorString();
}

} // namespace SockScope
