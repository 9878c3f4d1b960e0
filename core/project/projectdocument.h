#pragma once

#include <QObject>

#include <chrono>
#include <functional>
#include <memory>

#include "core/project/projectautosave.h"
#include "core/time/clock.h"

namespace SockScope {

/*! The open project: its file, whether it is saved, and the side file that a crash would leave.
 *  Path    the window → [this] → ProjectFile, ProjectAutosave
 *  Shape   none, new or from a file. What is shown of it lives elsewhere and is asked for when it is written
 *          (setCapture). An error changes nothing: what was open stays open
 *  Units   milliseconds between two writes of the side file
 *  Errors  open and save answer them; a side file that cannot be written is told by autosaveFailed, once until it works
 *  Thread  its own
 *  Source  none
 */
class ProjectDocument : public QObject
{
    Q_OBJECT
public:
    using Capture = std::function<void(Project &project)>;
    static constexpr std::chrono::milliseconds defaultAutosave{20'000};

    /// recoveryFolder: where side files are; empty: there are none.
    explicit ProjectDocument(const QString &recoveryFolder, std::shared_ptr<Clock> clock, QObject *parent = nullptr);
    ~ProjectDocument() override;

    bool isOpen() const { return m_open; }
    bool isModified() const { return m_modified; }
    const Project &project() const { return m_project; }
    /// Empty: it has no file yet.
    const QString &path() const { return m_path; }
    /// What a title says: the file's name without its ending.
    QString name() const;

    /// Writes what is shown into the project, just before it is saved.
    void setCapture(Capture capture) { m_capture = std::move(capture); }
    void setAutosave(std::chrono::milliseconds interval) { m_interval = interval; }

    void startNew();
    std::optional<ProjectError> open(const QString &path);
    /// Opens what a crash left, as changed and not saved.
    std::optional<ProjectError> recover(const LeftProject &left);
    /// Forgets it, saved or not.
    void close();
    /// The program ends and nobody can be asked: what is not saved is offered at the next start.
    void leave();
    /// Something of it has changed.
    void touch();

    /// Needs a path. force: although another program has changed the file.
    std::optional<ProjectError> save(bool force = false);
    /// force: although there is a file that is no project, which is then kept as keptAs().
    std::optional<ProjectError> saveAs(const QString &path, bool force = false);
    const QString &keptAs() const { return m_keptAs; }

Q_SIGNALS:
    /// Which project it is, or whether it is saved.
    void changed();
    void autosaveFailed(const SockScope::ProjectError &error);

private:
    void become(const Project &project, const QString &path, const ProjectFile::Stamp &stamp, bool open, bool modified);
    void setModified(bool modified);
    void autosave();
    void writeSide();
    std::optional<ProjectError> write(const QString &path, const std::optional<ProjectFile::Stamp> &expected,
                                      bool force);

    std::shared_ptr<Clock> m_clock;
    std::unique_ptr<Alarm> m_alarm;
    std::chrono::milliseconds m_interval = defaultAutosave;
    ProjectAutosave m_side;
    const bool m_hasSide;
    bool m_sideFailed = false;
    Capture m_capture;
    Project m_project;
    QString m_path;
    ProjectFile::Stamp m_stamp;
    QString m_keptAs;
    bool m_open = false;
    bool m_modified = false;
};

} // namespace SockScope
