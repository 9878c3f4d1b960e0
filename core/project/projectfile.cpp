#include "core/project/projectfile.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include "core/project/wholefile.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Code = ProjectError::Code;

ProjectError errorOf(Code code, const QString &path, const QString &what, const QString &remedy)
{
    return {code, {}, 0, 0, u"%1: %2"_s.arg(QDir::toNativeSeparators(path), what), remedy};
}

std::optional<QByteArray> readBytes(const QString &path, ProjectError *error)
{
    QFile file(path);
    const QString remedy = u"check the name and the rights"_s;
    if (QFileInfo(path).isDir()) {
        *error = errorOf(Code::Unreadable, path, u"this is a folder"_s, u"choose a file"_s);
        return std::nullopt;
    }
    if (!file.open(QIODevice::ReadOnly)) {
        *error = errorOf(Code::Unreadable, path, file.errorString(), remedy);
        return std::nullopt;
    }
    QByteArray bytes = file.read(Project::maximumBytes + 1);
    if (file.error() != QFileDevice::NoError) {
        *error = errorOf(Code::Unreadable, path, file.errorString(), remedy);
        return std::nullopt;
    }
    if (bytes.size() > Project::maximumBytes) {
        *error = errorOf(Code::LimitReached, path,
                         u"it has more than %1 MiB, which no project has"_s.arg(Project::maximumBytes / 1024 / 1024),
                         u"choose another file"_s);
        return std::nullopt;
    }
    return bytes;
}

/// name.damaged, or the first of name.damaged2, … that is free.
QString nameForDamaged(const QString &path)
{
    const QString base = path + u".damaged"_s;
    QString name = base;
    for (int number = 2; QFileInfo::exists(name); ++number)
        name = base + QString::number(number);
    return name;
}

} // namespace

ProjectFile::Stamp ProjectFile::stampOf(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256);
}

std::optional<Project> ProjectFile::read(const QString &path, Stamp *stamp, ProjectError *error)
{
    const auto bytes = readBytes(path, error);
    if (!bytes)
        return std::nullopt;
    auto project = Project::fromBytes(*bytes, error);
    if (project)
        *stamp = stampOf(*bytes);
    return project;
}

std::optional<ProjectFile::Written> ProjectFile::write(const QString &path, const QByteArray &bytes,
                                                       const std::optional<Stamp> &expected, bool force,
                                                       ProjectError *error)
{
    Written written;
    if (QFileInfo::exists(path)) {
        ProjectError reason;
        const auto there = readBytes(path, &reason);
        if (!there && reason.code != Code::LimitReached) {
            reason.code = Code::Unwritable; // nobody may overwrite what he may not even see
            *error = reason;
            return std::nullopt;
        }
        if (expected && !force && (!there || stampOf(*there) != *expected)) {
            *error = errorOf(Code::ChangedOnDisk, path, u"another program has changed it since it was read"_s,
                             u"save under another name, or overwrite what is there now"_s);
            return std::nullopt;
        }
        if (!there || !Project::fromBytes(*there, &reason)) {
            if (!force) {
                *error = errorOf(Code::WouldReplace, path,
                                 u"what is there cannot be read as a project (%1)"_s.arg(reason.toString()),
                                 u"save under another name, or overwrite it: it is then kept beside it"_s);
                return std::nullopt;
            }
            const QString aside = nameForDamaged(path);
            if (!QFile::copy(path, aside)) {
                *error = errorOf(Code::Unwritable, aside, u"the damaged file cannot be kept there"_s,
                                 u"save under another name"_s);
                return std::nullopt;
            }
            written.keptAs = aside;
        }
    }
    if (auto failed = replace(path, bytes)) {
        if (!written.keptAs.isEmpty())
            QFile::remove(written.keptAs); // the file itself is still there
        *error = *failed;
        return std::nullopt;
    }
    written.stamp = stampOf(bytes);
    return written;
}

std::optional<ProjectError> ProjectFile::replace(const QString &path, const QByteArray &bytes)
{
    const QFileInfo info(path);
    if (!info.dir().exists()) {
        return errorOf(Code::Unwritable, path, u"the folder %1 is not there"_s.arg(info.path()),
                       u"make it again, or save elsewhere"_s);
    }
    if (info.isDir())
        return errorOf(Code::Unwritable, path, u"this is a folder"_s, u"choose another name"_s);
    if (const auto why = writeWholeFile(path, bytes)) {
        return errorOf(Code::Unwritable, path, *why,
                       u"make room, check the rights, or save elsewhere; nothing is lost yet"_s);
    }
    return std::nullopt;
}

} // namespace SockScope
