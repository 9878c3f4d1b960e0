#include "core/store/spoolfolder.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QSaveFile>

#include <atomic>
#include <cerrno>

#include "core/store/runfile.h"
#include "core/store/spoolerrors.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr auto segmentPattern = "segment-??????"_L1;
constexpr auto runPattern = "run-*"_L1;

QString lockPath(const QString &path)
{
    return path + "/lock"_L1;
}

} // namespace

SpoolFolder::SpoolFolder(const QString &path)
    : m_path(path)
    , m_lock(lockPath(path))
{
    m_lock.setStaleLockTime(0); // a program may run for weeks
}

SpoolFolder::~SpoolFolder()
{
    giveUpLock();
}

void SpoolFolder::giveUpLock()
{
    if (!m_lock.isLocked())
        return;
    if (!exists()) { // somebody deleted the folder, of which the lock would complain
        QDir().mkpath(m_path);
        QFile file(lockPath(m_path));
        if (!file.open(QIODevice::WriteOnly))
            return;
    }
    m_lock.unlock();
    QDir().rmdir(m_path); // stays when it has files
}

std::unique_ptr<SpoolFolder> SpoolFolder::create(const QString &parent, SockError *error)
{
    static std::atomic<int> last{0};
    errno = 0;
    if (!QDir().mkpath(parent)) {
        *error = SpoolErrors::make(SpoolOperation::MakeFolder, errno ? errno : EACCES, parent);
        return nullptr;
    }
    const QString name = u"run-%1-%2-%3"_s.arg(QDateTime::currentDateTimeUtc().toString(u"yyyyMMdd-hhmmss"_s))
                             .arg(QCoreApplication::applicationPid())
                             .arg(++last);
    const QDir folder(parent);
    errno = 0;
    if (!folder.mkdir(name, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner)) { // messages are nobody else's
        *error = SpoolErrors::make(SpoolOperation::MakeFolder, errno ? errno : EACCES, folder.filePath(name));
        return nullptr;
    }
    std::unique_ptr<SpoolFolder> made(new SpoolFolder(folder.filePath(name)));
    errno = 0;
    if (!made->m_lock.tryLock()) {
        *error = SpoolErrors::make(SpoolOperation::MakeFolder, errno ? errno : EACCES, made->m_path);
        return nullptr;
    }
    return made;
}

std::unique_ptr<SpoolFolder> SpoolFolder::adopt(const QString &path, SockError *error)
{
    const QFileInfo info(path);
    if (!info.isDir() || !QDir::match(runPattern, info.fileName())) {
        *error = SpoolErrors::make(SpoolOperation::Open, ENOENT, path);
        return nullptr;
    }
    std::unique_ptr<SpoolFolder> taken(new SpoolFolder(QDir::cleanPath(path)));
    errno = 0;
    if (!taken->m_lock.tryLock()) {
        *error = taken->m_lock.error() == QLockFile::LockFailedError
                     ? SpoolErrors::inUse(path)
                     : SpoolErrors::make(SpoolOperation::Open, errno ? errno : EACCES, path);
        return nullptr;
    }
    const QStringList segments = segmentPaths(path);
    if (!segments.isEmpty())
        taken->m_lastSegment = QStringView(segments.last()).right(6).toInt();
    return taken;
}

QStringList SpoolFolder::abandoned(const QString &parent)
{
    QStringList paths;
    const QDir folder(parent);
    const QStringList names = folder.entryList({runPattern}, QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name);
    for (const QString &name : names) {
        const QString path = folder.filePath(name);
        QLockFile lock(lockPath(path));
        lock.setStaleLockTime(0);
        const bool isOurs = !segmentPaths(path).isEmpty() || QFileInfo::exists(RunFile::pathIn(path));
        if (isOurs && lock.tryLock())
            paths.append(path);
    }
    return paths;
}

bool SpoolFolder::exists() const
{
    return QFileInfo::exists(lockPath(m_path));
}

QString SpoolFolder::segmentPath(int number) const
{
    return m_path + u"/segment-%1"_s.arg(number, 6, 10, QLatin1Char('0'));
}

QStringList SpoolFolder::segmentPaths(const QString &path)
{
    QStringList paths;
    const QDir folder(path);
    for (const QString &name : folder.entryList({segmentPattern}, QDir::Files, QDir::Name))
        paths.append(folder.filePath(name));
    return paths;
}

bool SpoolFolder::writeSocks(const QByteArray &json) const
{
    QSaveFile file(m_path + "/socks.json"_L1);
    return file.open(QIODevice::WriteOnly) && file.write(json) == json.size() && file.flush() && file.commit();
}

QByteArray SpoolFolder::readSocks(const QString &path)
{
    QFile file(path + "/socks.json"_L1);
    return file.open(QIODevice::ReadOnly) && file.size() <= maximumSocksBytes ? file.readAll() : QByteArray();
}

std::optional<SockError> SpoolFolder::remove()
{
    bool removed = true;
    for (const QString &segment : segmentPaths(m_path))
        removed = QFile::remove(segment) && removed;
    QFile::remove(m_path + "/socks.json"_L1);
    QFile::remove(RunFile::pathIn(m_path));
    giveUpLock();
    if (!removed || QFileInfo::exists(m_path))
        return SpoolErrors::make(SpoolOperation::Remove, errno ? errno : EACCES, m_path);
    return std::nullopt;
}

} // namespace SockScope
