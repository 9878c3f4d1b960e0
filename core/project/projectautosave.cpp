#include "core/project/projectautosave.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QUuid>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maximumHead = 64 * 1024;
const QString suffix = u".autosave"_s;

QString lockOf(const QString &file)
{
    return file + u".lock"_s;
}

std::unique_ptr<QLockFile> lockFor(const QString &file)
{
    auto lock = std::make_unique<QLockFile>(lockOf(file));
    lock->setStaleLockTime(0); // however old: it is stale when its program is gone
    return lock;
}

} // namespace

ProjectAutosave::ProjectAutosave(QString folder)
    : m_folder(std::move(folder))
{
}

ProjectAutosave::~ProjectAutosave()
{
    remove();
}

std::optional<ProjectError> ProjectAutosave::write(const QString &projectPath, const ProjectFile::Stamp &stamp,
                                                   const QByteArray &bytes)
{
    QDir().mkpath(m_folder);
    if (m_file.isEmpty()) {
        m_file = QDir(m_folder).filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) + suffix);
        m_lock = lockFor(m_file);
    }
    if (!m_lock->isLocked()) // without one it is merely offered while we still run
        m_lock->tryLock(0);
    const QByteArray head =
        QJsonDocument(QJsonObject{{u"path"_s, projectPath}, {u"stamp"_s, QString::fromLatin1(stamp.toHex())}})
            .toJson(QJsonDocument::Compact);
    return ProjectFile::replace(m_file, head + '\n' + bytes);
}

void ProjectAutosave::remove()
{
    if (m_file.isEmpty())
        return;
    QFile::remove(m_file);
    m_lock.reset();
    m_file.clear();
}

void ProjectAutosave::leave()
{
    m_lock.reset();
    m_file.clear();
}

QList<LeftProject> ProjectAutosave::left(const QString &folder)
{
    QList<LeftProject> result;
    const QFileInfoList files = QDir(folder).entryInfoList({u'*' + suffix}, QDir::Files, QDir::Time);
    for (const QFileInfo &info : files) {
        if (result.size() == maximumLeft)
            break;
        QFile file(info.filePath());
        const auto lock = lockFor(info.filePath());
        if (!lock->tryLock(0) || !file.open(QIODevice::ReadOnly))
            continue;
        const QJsonObject head = QJsonDocument::fromJson(file.readLine(maximumHead)).object();
        result.append({info.filePath(), head.value(u"path"_s).toString(), info.lastModified(), info.size()});
    }
    return result;
}

std::optional<ProjectAutosave::Taken> ProjectAutosave::take(const LeftProject &left, ProjectError *error)
{
    QFile file(left.file);
    if (!file.open(QIODevice::ReadOnly)) {
        *error = {ProjectError::Code::Unreadable, {}, 0, 0, file.errorString(), u"check the rights"_s};
        return std::nullopt;
    }
    const QJsonObject head = QJsonDocument::fromJson(file.readLine(maximumHead)).object();
    auto project = Project::fromBytes(file.read(Project::maximumBytes + 1), error);
    if (!project)
        return std::nullopt;
    return Taken{*std::move(project), head.value(u"path"_s).toString(),
                 QByteArray::fromHex(head.value(u"stamp"_s).toString().toLatin1())};
}

std::optional<ProjectError> ProjectAutosave::discard(const LeftProject &left)
{
    QFile file(left.file);
    if (file.remove() || !file.exists())
        return std::nullopt;
    return ProjectError{ProjectError::Code::Unwritable, {}, 0, 0, file.errorString(), u"check the rights"_s};
}

} // namespace SockScope
