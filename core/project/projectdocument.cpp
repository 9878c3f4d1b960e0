#include "core/project/projectdocument.h"

#include <QFileInfo>

#include <utility>

namespace SockScope {

ProjectDocument::ProjectDocument(const QString &recoveryFolder, std::shared_ptr<Clock> clock, QObject *parent)
    : QObject(parent)
    , m_clock(std::move(clock))
    , m_alarm(m_clock->createAlarm([this] { autosave(); }))
    , m_side(recoveryFolder)
    , m_hasSide(!recoveryFolder.isEmpty())
{
}

ProjectDocument::~ProjectDocument() = default;

QString ProjectDocument::name() const
{
    return m_path.isEmpty() ? QString() : QFileInfo(m_path).completeBaseName();
}

void ProjectDocument::become(const Project &project, const QString &path, const ProjectFile::Stamp &stamp, bool open,
                             bool modified)
{
    m_alarm->cancel();
    m_side.remove();
    m_project = project;
    m_path = path;
    m_stamp = stamp;
    m_open = open;
    m_modified = false;
    m_keptAs.clear();
    if (modified)
        touch();
    Q_EMIT changed();
}

void ProjectDocument::startNew()
{
    become({}, {}, {}, true, false);
}

void ProjectDocument::close()
{
    become({}, {}, {}, false, false);
}

void ProjectDocument::leave()
{
    autosave();
    if (m_modified && !m_sideFailed)
        m_side.leave();
    close();
}

std::optional<ProjectError> ProjectDocument::open(const QString &path)
{
    ProjectError error;
    ProjectFile::Stamp stamp;
    const auto project = ProjectFile::read(path, &stamp, &error);
    if (!project)
        return error;
    become(*project, QFileInfo(path).absoluteFilePath(), stamp, true, false);
    return std::nullopt;
}

std::optional<ProjectError> ProjectDocument::recover(const LeftProject &left)
{
    ProjectError error;
    const auto taken = ProjectAutosave::take(left, &error);
    if (!taken)
        return error;
    become(taken->project, taken->path, taken->stamp, true, true);
    writeSide(); // one of our own, before the one that was left goes
    if (!m_sideFailed && m_hasSide)
        ProjectAutosave::discard(left);
    return std::nullopt;
}

void ProjectDocument::setModified(bool modified)
{
    if (std::exchange(m_modified, modified) != modified)
        Q_EMIT changed();
}

void ProjectDocument::touch()
{
    if (!m_open)
        return;
    if (m_hasSide && !m_alarm->isSet())
        m_alarm->setDeadline(m_clock->nowNs() + std::chrono::nanoseconds(m_interval).count());
    setModified(true);
}

void ProjectDocument::autosave()
{
    if (!m_open || !m_modified)
        return;
    if (m_capture)
        m_capture(m_project);
    writeSide();
}

void ProjectDocument::writeSide()
{
    if (!m_hasSide)
        return;
    const auto error = m_side.write(m_path, m_stamp, m_project.toBytes());
    const bool failedBefore = std::exchange(m_sideFailed, error.has_value());
    if (error && !failedBefore)
        Q_EMIT autosaveFailed(*error);
    if (error) // the disk may be full now, and have room later
        m_alarm->setDeadline(m_clock->nowNs() + std::chrono::nanoseconds(m_interval).count());
}

std::optional<ProjectError> ProjectDocument::write(const QString &path,
                                                   const std::optional<ProjectFile::Stamp> &expected, bool force)
{
    if (m_capture)
        m_capture(m_project);
    ProjectError error;
    const auto written = ProjectFile::write(path, m_project.toBytes(), expected, force, &error);
    if (!written)
        return error;
    m_alarm->cancel();
    m_side.remove();
    m_path = path;
    m_stamp = written->stamp;
    m_keptAs = written->keptAs;
    m_modified = false;
    m_open = true;
    Q_EMIT changed();
    return std::nullopt;
}

std::optional<ProjectError> ProjectDocument::save(bool force)
{
    return write(m_path, m_stamp, force);
}

std::optional<ProjectError> ProjectDocument::saveAs(const QString &path, bool force)
{
    const QString absolute = QFileInfo(path).absoluteFilePath();
    if (absolute == m_path)
        return write(absolute, m_stamp, force);
    return write(absolute, std::nullopt, force);
}

} // namespace SockScope
