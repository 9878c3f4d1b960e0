#include "ui/models/storagesettings.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>
#include <QStorageInfo>
#include <QTemporaryFile>

#include <algorithm>

#include "ui/models/format.h"

namespace SockScope::StorageSettings {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype usualMemoryBytes = 512 * mebibyte;
constexpr qsizetype usualDiskBytes = 4096 * mebibyte;

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::StorageSettings", text);
}

QString size(qsizetype bytes)
{
    return Format::bytes(static_cast<quint64>(bytes));
}

} // namespace

QString defaultFolder()
{
    return QDir(QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation)).filePath(u"SockScope/spool"_s);
}

std::optional<qsizetype> freeBytes(const QString &folder)
{
    QString place = QDir::cleanPath(folder);
    while (!QFileInfo::exists(place)) {
        const QString above = QFileInfo(place).path();
        if (above == place)
            return std::nullopt;
        place = above;
    }
    const QStorageInfo storage(place);
    if (!storage.isValid() || storage.bytesAvailable() < 0)
        return std::nullopt;
    return static_cast<qsizetype>(storage.bytesAvailable());
}

StoreLimits defaults()
{
    StoreLimits limits;
    limits.memoryBytes = usualMemoryBytes;
    limits.spoolFolder = defaultFolder();
    limits.diskBytes = usualDiskBytes;
    if (const auto available = freeBytes(limits.spoolFolder)) {
        const qsizetype tenth = *available / 10 / mebibyte * mebibyte;
        limits.diskBytes = std::min(usualDiskBytes, tenth);
        if (limits.diskBytes < minimumDiskBytes) { // a disk that is nearly full is left alone
            limits.diskBytes = minimumDiskBytes;
            limits.spoolFolder.clear();
        }
    }
    return limits;
}

std::optional<Wrong> check(const StoreLimits &limits)
{
    if (limits.memoryBytes < minimumMemoryBytes)
        return Wrong{Field::Memory,
                     tr("at least %1 of memory: one part of the log needs that much").arg(size(minimumMemoryBytes))};
    if (limits.memoryBytes > maximumBytes)
        return Wrong{Field::Memory, tr("at most %1 of memory").arg(size(maximumBytes))};
    if (limits.spoolFolder.isEmpty())
        return std::nullopt;
    if (limits.diskBytes < minimumDiskBytes || limits.diskBytes > maximumBytes)
        return Wrong{Field::Disk, tr("between %1 and %2 of disk").arg(size(minimumDiskBytes), size(maximumBytes))};
    const QFileInfo info(limits.spoolFolder);
    if (!info.isAbsolute())
        return Wrong{Field::Folder, tr("the folder's whole path is needed, beginning with %1").arg(QDir::rootPath())};
    if (info.exists() && !info.isDir())
        return Wrong{Field::Folder, tr("%1 is a file: choose a folder").arg(info.filePath())};
    if (!QDir().mkpath(limits.spoolFolder))
        return Wrong{Field::Folder,
                     tr("%1 cannot be made: choose a folder that you may write to").arg(info.filePath())};
    // Asking for permissions is not enough: a file system may be read-only, or out of inodes.
    QTemporaryFile probe(QDir(limits.spoolFolder).filePath(u"probe-XXXXXX"_s));
    if (!probe.open() || probe.write("x", 1) != 1 || !probe.flush())
        return Wrong{
            Field::Folder,
            tr("nothing can be written to %1 (%2): choose another folder").arg(info.filePath(), probe.errorString())};
    return std::nullopt;
}

StoreLimits load(const QSettings &settings)
{
    StoreLimits limits = defaults();
    const auto mebibytes = [&](const char *key, qsizetype minimum, qsizetype &bytes) {
        bool ok = false;
        const qsizetype value = settings.value(QLatin1StringView(key)).toLongLong(&ok);
        if (ok && value >= minimum / mebibyte && value <= maximumBytes / mebibyte)
            bytes = value * mebibyte;
    };
    mebibytes("storage/memoryMiB", minimumMemoryBytes, limits.memoryBytes);
    mebibytes("storage/diskMiB", minimumDiskBytes, limits.diskBytes);
    if (const QVariant folder = settings.value("storage/folder"_L1); folder.isValid())
        limits.spoolFolder = folder.toString();
    return limits;
}

void save(QSettings &settings, const StoreLimits &limits)
{
    const QString before = load(settings).spoolFolder;
    if (!before.isEmpty() && before != limits.spoolFolder && before != defaultFolder()) {
        QStringList earlier = settings.value("storage/earlierFolders"_L1).toStringList();
        earlier.removeAll(before);
        earlier.prepend(before);
        settings.setValue("storage/earlierFolders"_L1, earlier.mid(0, maximumEarlierFolders));
    }
    // What nobody changed is not kept: the default follows the disk's free space.
    const StoreLimits usual = defaults();
    const auto keep = [&](QLatin1StringView key, bool changed, const QVariant &value) {
        if (changed)
            settings.setValue(key, value);
        else
            settings.remove(key);
    };
    keep("storage/memoryMiB"_L1, limits.memoryBytes != usual.memoryBytes, limits.memoryBytes / mebibyte);
    keep("storage/diskMiB"_L1, limits.diskBytes != usual.diskBytes, limits.diskBytes / mebibyte);
    keep("storage/folder"_L1, limits.spoolFolder != usual.spoolFolder, limits.spoolFolder);
}

QStringList foldersToSearch(const QSettings &settings, const QString &now)
{
    QStringList folders{now, defaultFolder()};
    folders += settings.value("storage/earlierFolders"_L1).toStringList().mid(0, maximumEarlierFolders);
    folders.removeAll(QString());
    folders.removeDuplicates();
    return folders;
}

} // namespace SockScope::StorageSettings
