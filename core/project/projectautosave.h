#pragma once

#include <QDateTime>
#include <QList>
#include <QLockFile>
#include <QString>

#include <memory>
#include <optional>

#include "core/project/projectfile.h"

namespace SockScope {

/// What a crash left of a project that was not saved.
struct LeftProject
{
    QString file; ///< where it is
    QString path; ///< of the project; empty: it had none yet
    QDateTime written;
    qint64 bytes = 0;
};

/*! The side file of one open project, from the first change that is not saved to the save.
 *  Path    ProjectDocument → [this] → a folder of its own; after a crash: left → take or discard
 *  Shape   one line of JSON (the project's path, the stamp of its file), then the project's text. A lock beside it says
 *          that its program still runs
 *  Units   bytes
 *  Errors  Unwritable; what is left and cannot be read is still offered, and take says why it cannot be opened
 *  Thread  the caller's
 *  Source  none
 */
class ProjectAutosave
{
public:
    static constexpr int maximumLeft = 100; ///< offered at one start

    explicit ProjectAutosave(QString folder);
    ~ProjectAutosave();
    ProjectAutosave(const ProjectAutosave &) = delete;
    ProjectAutosave &operator=(const ProjectAutosave &) = delete;

    std::optional<ProjectError> write(const QString &projectPath, const ProjectFile::Stamp &stamp,
                                      const QByteArray &bytes);
    void remove();
    /// The file stays for the next start.
    void leave();
    QString file() const { return m_file; }

    /// The newest first; those of running programs are not among them.
    static QList<LeftProject> left(const QString &folder);
    struct Taken
    {
        Project project;
        QString path;
        ProjectFile::Stamp stamp;
    };
    static std::optional<Taken> take(const LeftProject &left, ProjectError *error);
    static std::optional<ProjectError> discard(const LeftProject &left);

private:
    QString m_folder;
    QString m_file; ///< empty: there is none
    std::unique_ptr<QLockFile> m_lock;
};

} // namespace SockScope
