#pragma once

#include <QString>
#include <QStringList>

#include <optional>

#include "core/store/messagestore.h"

class QSettings;

namespace SockScope {

/*! The budgets of the log: what a person may choose, what is sensible, and how it is remembered.
 *  Path    settings, StorageDialog ↔ [this] → MessageStore::setLimits
 *  Shape   StoreLimits; an empty spool folder keeps nothing on disk
 *  Units   bytes; the settings hold MiB
 *  Errors  check() answers which field cannot be, and why; settings that cannot be are replaced by the defaults
 *  Thread  the window's
 *  Source  none
 */
namespace StorageSettings {
constexpr qsizetype mebibyte = 1024 * 1024;
constexpr qsizetype minimumMemoryBytes = 16 * mebibyte;
constexpr qsizetype minimumDiskBytes = 64 * mebibyte;
constexpr qsizetype maximumBytes = 1024LL * 1024 * mebibyte; // 1 TiB

enum class Field : quint8 { Memory, Disk, Folder };
struct Wrong
{
    Field field = Field::Memory;
    QString what; ///< with the remedy
};

QString defaultFolder();
/// 512 MiB of memory; 4 GiB of disk, but at most a tenth of what is free.
StoreLimits defaults();
/// Nothing when these limits can be. The folder is made when it is not there.
std::optional<Wrong> check(const StoreLimits &limits);
/// Of the disk that has the folder, or the nearest one above it that is there; nothing when it cannot be told.
std::optional<qsizetype> freeBytes(const QString &folder);

StoreLimits load(const QSettings &settings);
/// Another folder than before makes the one before an earlier one.
void save(QSettings &settings, const StoreLimits &limits);
/// Where a crash may have left messages: the folder of now, the default one, and the last few that were chosen.
constexpr qsizetype maximumEarlierFolders = 8;
QStringList foldersToSearch(const QSettings &settings, const QString &now);
} // namespace StorageSettings

} // namespace SockScope
