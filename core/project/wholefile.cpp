#include "core/project/wholefile.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace SockScope {

namespace {

/// A device or a pipe is written to: to put a file in its place would destroy it.
std::optional<QString> writeDevice(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    if (file.open(QIODevice::WriteOnly | QIODevice::Unbuffered) && file.write(bytes) == bytes.size())
        return std::nullopt;
    return file.error() == QFileDevice::NoError ? QStringLiteral("it takes a part of it only") : file.errorString();
}

} // namespace

std::optional<QString> writeWholeFile(const QString &path, const QByteArray &bytes)
{
    if (const QFileInfo there(path); there.exists() && !there.isFile() && !there.isDir())
        return writeDevice(path, bytes);
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush() && file.commit())
        return std::nullopt;
    // To Qt it is no error that there was room for a part.
    return file.error() == QFileDevice::NoError ? QStringLiteral("there is room for a part of it only")
                                                : file.errorString();
}

std::optional<QByteArray> readBoundedFile(const QString &path, qint64 maximumBytes, QString *why)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        *why = file.errorString();
        return std::nullopt;
    }
    // A device has no size: it is read no further than it may go.
    QByteArray bytes = file.size() > maximumBytes ? QByteArray() : file.read(maximumBytes + 1);
    if (file.size() > maximumBytes || bytes.size() > maximumBytes) {
        *why = QStringLiteral("it has more than %1 bytes").arg(maximumBytes);
        return std::nullopt;
    }
    return bytes;
}

} // namespace SockScope
