#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

namespace SockScope {

/// Writes the file as a whole, or leaves what was there as it was: nothing, or why. A disk that is full is heard of
/// also where the bytes fit into a buffer, which QSaveFile::commit alone does not look at.
std::optional<QString> writeWholeFile(const QString &path, const QByteArray &bytes);

} // namespace SockScope
