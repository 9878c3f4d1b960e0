#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

namespace SockScope {

/// Writes the file as a whole, or leaves what was there as it was: nothing, or why. A disk that is full is heard of
/// also where the bytes fit into a buffer, which QSaveFile::commit alone does not look at. A device stays one.
std::optional<QString> writeWholeFile(const QString &path, const QByteArray &bytes);
/// All of it, also of what has no size and no end; nothing, and why, when that is more than maximumBytes.
std::optional<QByteArray> readBoundedFile(const QString &path, qint64 maximumBytes, QString *why);

} // namespace SockScope
